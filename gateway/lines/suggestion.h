#pragma once

#include <string>

#include "lines/mapping.h"

namespace songhua::lines {

// A [[rule]] for lines.toml that would map the metric, guessed from its name and datatype. It always parses and always
// matches the metric; what it means is for a person to check.
[[nodiscard]] std::string suggest_rule(const MetricSource& source);

}  // namespace songhua::lines
