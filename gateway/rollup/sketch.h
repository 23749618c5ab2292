#pragma once

#include <cstdint>

#include "model/decimal.h"
#include "rollup/record.h"

// A mergeable quantile sketch with integer logarithmic buckets: a bucket's borders are 2 % apart, its middle is within
// 1 % of every value in it. All arithmetic is on integers, so the same readings give the same bytes everywhere.
namespace songhua::rollup {

// 0 holds exactly zero; positive values have positive, negative values negative bucket numbers.
[[nodiscard]] std::int32_t bucket_of(Fixed9 value);
[[nodiscard]] Fixed9 middle_of(std::int32_t bucket);

// The quantile `percent` (0..100), clamped to [min, max] of the gauge. The gauge must hold a reading.
[[nodiscard]] Fixed9 quantile(const GaugePart& gauge, unsigned percent);

}  // namespace songhua::rollup
