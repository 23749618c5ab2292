#pragma once

#include <string>

#include "indicators/exact.h"

// The only place where a figure is rounded (indicators.md 0): half away from zero, from the exact value.
namespace songhua::indicators {

// Decimal text with exactly `decimals` places and no sign where it rounds to zero: "0.0", never "-0.0".
std::string present(const Rational& value, int decimals);

}  // namespace songhua::indicators
