#include "rollup/sketch.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace songhua::rollup {
namespace {

// Ascending lower borders of the positive buckets, unit 10^-9: 1, 2, 3, ... by single units while 2 % is less than one
// unit, then by 2 %. Computed with integers only.
const std::vector<int128>& borders() {
  static const std::vector<int128> kBorders = [] {
    std::vector<int128> all;
    constexpr int128 kLargest = std::numeric_limits<int128>::max();
    for (int128 border = 1, step = 1;; border += step) {
      all.push_back(border);
      step = std::max<int128>(1, border / 50);
      if (border > kLargest - step) break;
    }
    return all;
  }();
  return kBorders;
}

}  // namespace

std::int32_t bucket_of(Fixed9 value) {
  if (value.units == 0) return 0;
  const bool negative = value.units < 0;
  // |min| has no positive counterpart; one unit less is in the same bucket.
  const int128 magnitude = !negative                                           ? value.units
                           : value.units == std::numeric_limits<int128>::min() ? std::numeric_limits<int128>::max()
                                                                               : -value.units;
  const auto& all = borders();
  const auto number = static_cast<std::int32_t>(std::upper_bound(all.begin(), all.end(), magnitude) - all.begin());
  return negative ? -number : number;
}

Fixed9 middle_of(std::int32_t bucket) {
  if (bucket == 0) return Fixed9{0};
  const auto& all = borders();
  const auto index = std::min(static_cast<std::size_t>(bucket < 0 ? -bucket : bucket), all.size()) - 1;
  const int128 low = all[index];
  const int128 high = index + 1 < all.size() ? all[index + 1] - 1 : std::numeric_limits<int128>::max();
  const int128 middle = low + (high - low) / 2;
  return Fixed9{bucket < 0 ? -middle : middle};
}

Fixed9 quantile(const GaugePart& gauge, unsigned percent) {
  // The smallest value such that `percent` of the readings are not above it (nearest rank).
  const std::uint64_t rank = std::max<std::uint64_t>(1, (gauge.count * percent + 99) / 100);
  std::uint64_t seen = 0;
  for (const auto& [bucket, count] : gauge.buckets) {
    seen += count;
    if (seen >= rank) return std::clamp(middle_of(bucket), gauge.min, gauge.max);
  }
  return gauge.max;
}

}  // namespace songhua::rollup
