#pragma once

#include "indicators/figures.h"

// The tree of a figure, down to the register lines and rollup rows that made it and the readings behind those. Inside
// the room only.
namespace songhua::indicators {

Explanation explain(Evaluation& e, const Ask& ask, Family family, const IndicatorRow& row, const std::string& formula);

}  // namespace songhua::indicators
