#pragma once

#include "rollup/record.h"

namespace songhua::rollup {

// Twice the integral of a rate between two neighbouring points: the first value held, or the trapezoid.
[[nodiscard]] inline int128 twice_integral_between(const RatePoint& a, const RatePoint& b, bool trapezoid) {
  const int128 span = (b.time - a.time).count();
  return (trapezoid ? a.per_hour.units + b.per_hour.units : 2 * a.per_hour.units) * span;
}

// Unit of a twofold integral: 10^-9 units * ms / h, twice.
inline constexpr int128 kTwiceIntegralPerUnit = int128{2} * Fixed9::kOne * 3'600'000;

}  // namespace songhua::rollup
