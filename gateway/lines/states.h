#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lines/mapping.h"

namespace songhua::lines {

// PackML code of a state's name as measures have it ("execute"), indicators.md 11.5.
[[nodiscard]] std::optional<std::int32_t> packml_code(std::string_view name);

// The states of a line that sends PackML codes.
[[nodiscard]] std::vector<StateMetric::State> packml_states();

// The states of a configured table of (value sent, name), sorted by value.
[[nodiscard]] std::vector<StateMetric::State> states_of(const std::vector<std::pair<std::string, std::string>>& table);

// Gives each state that has a name a derived series `time.<name>` like `model`.
void derive_times(StateMetric& metric, const SeriesSpec& model);

}  // namespace songhua::lines
