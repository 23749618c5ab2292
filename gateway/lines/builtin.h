#pragma once

#include <optional>
#include <string_view>

#include "lines/mapping.h"

namespace songhua::lines {

// Metrics of the protocol itself: no rule can make them a line's series.
[[nodiscard]] bool is_protocol_metric(std::string_view metric);

// What a name of design.md's table means. A series has its key, kind and unit; traits are the caller's. None for
// other names.
[[nodiscard]] std::optional<Meaning> builtin_meaning(std::string_view metric);

}  // namespace songhua::lines
