#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "generator.h"
#include "harness.h"
#include "rollup/codec.h"
#include "rollup/sketch.h"

// Gauges: exact sums, and quantiles within one per cent.
namespace songhua::rollup {
namespace {

using oracle::BigInt;
using oracle::Ratio;

BigInt magnitude(const BigInt& value) {
  return value < 0 ? BigInt{-value} : value;
}

// |found - value| <= 1 % of |value|
bool within_one_percent(const BigInt& found, const BigInt& value) {
  return magnitude(found - value) * 100 <= magnitude(value);
}

void check(const GaugePart& gauge, const std::map<std::int64_t, BigInt>& readings) {
  std::vector<BigInt> sorted;
  Ratio sum = 0;
  for (const auto& [time, value] : readings) {
    sorted.push_back(value);
    sum += Ratio{value, Fixed9::kOne};
  }
  std::sort(sorted.begin(), sorted.end());
  RC_ASSERT(gauge.count == readings.size());
  RC_ASSERT((Ratio{oracle::big(gauge.sum), Fixed9::kOne}) == sum);
  RC_ASSERT(oracle::big(gauge.min.units) == sorted.front());
  RC_ASSERT(oracle::big(gauge.max.units) == sorted.back());
  RC_ASSERT(count_of(gauge.first.time) == readings.begin()->first);
  RC_ASSERT(oracle::big(gauge.first.value.units) == readings.begin()->second);
  RC_ASSERT(count_of(gauge.last.time) == readings.rbegin()->first);
  RC_ASSERT(oracle::big(gauge.last.value.units) == readings.rbegin()->second);
  for (const unsigned percent : {0U, 1U, 25U, 50U, 75U, 95U, 99U, 100U}) {
    const auto found = oracle::big(quantile(gauge, percent).units);
    // Nearest ranks differ by convention: one of the two readings around the rank is meant.
    const auto rank = (sorted.size() - 1) * percent;
    const auto& low = sorted[rank / 100];
    const auto& high = sorted[(rank + 99) / 100];
    RC_ASSERT(within_one_percent(found, low) || within_one_percent(found, high));
  }
}

void compare(const History& history, const RecordsOfLines& records, std::size_t line, Millis length) {
  const auto index = history.lines[line];
  const auto series = series_of(line, gauge);
  const oracle::Oracle oracle{history.messages, index, history.table, kQuarterHour};
  const auto timeline = timeline_of({records.at(index)}, history.table);
  std::map<UnixMillis, GaugePart> found;
  const auto windows = windows_of(history, length);
  for (const auto& row : timeline.gauge_rows(series, windows)) found.emplace(row.window.start, row.gauge);
  for (const auto& window : windows) {
    const auto readings = oracle.gauge(series, window);
    RC_ASSERT(found.count(window.start) == (readings.empty() ? 0U : 1U));
    if (!readings.empty()) check(found.at(window.start), readings);
  }
}

RC_GTEST_PROP(GaugeLaw, RowsAreThoseOfTheSetOfReadings, (const World& world)) {
  const auto history = play(world);
  const auto minutes = minute_records(history);
  const auto quarters = joined_records(minutes, kQuarterHour, history.table);
  for (std::size_t line = 0; line < history.lines.size(); ++line) {
    if (minutes.count(history.lines[line]) == 0) continue;
    compare(history, minutes, line, kMinute);
    compare(history, minutes, line, std::chrono::hours{1});
    compare(history, quarters, line, std::chrono::hours{1});
  }
}

// Values over all magnitudes that a gauge may have, of both signs.
RC_GTEST_PROP(GaugeLaw, AnyValueIsWithinOnePercentOfItsBucketsMiddle, (std::int64_t mantissa)) {
  const auto shift = *rc::gen::inRange(0, 50);
  const bool sub_unit = *rc::gen::arbitrary<bool>();
  const int128 units = sub_unit ? int128{mantissa} >> shift : int128{mantissa} << shift;
  const auto middle = oracle::big(middle_of(bucket_of(Fixed9{units})).units);
  RC_ASSERT(within_one_percent(middle, oracle::big(units)));
}

RC_GTEST_PROP(GaugeLaw, BucketsAscendWithTheirValues, (std::int64_t a, std::int64_t b)) {
  const auto scale = *rc::gen::inRange(0, 50);
  const Fixed9 low{int128{std::min(a, b)} << scale}, high{int128{std::max(a, b)} << scale};
  RC_ASSERT(bucket_of(low) <= bucket_of(high));
}

// A sum of two is what both would be counted into; the order in which they came does not show.
RC_GTEST_PROP(GaugeLaw, BucketsAddUp, (const std::vector<std::int8_t>& first, const std::vector<std::int8_t>& second)) {
  std::map<std::int32_t, std::uint64_t> expected;
  GaugeBuckets a, b, all;
  for (const auto bucket : first) ++expected[bucket], a.add(bucket, 1), all.add(bucket, 1);
  for (const auto bucket : second) ++expected[bucket], b.add(bucket, 1), all.add(bucket, 1);
  a.add(b);
  RC_ASSERT(a == all);
  const std::vector<GaugeBuckets::Entry> wanted(expected.begin(), expected.end());
  RC_ASSERT(std::ranges::equal(a, wanted));
}

// What does not ascend was not written by this code, and a reader would have to sort it.
TEST(Gauge, BucketsThatDoNotAscendAreNoRecord) {
  Record record;
  record.window = {unix_millis(0), unix_millis(60'000)};
  GaugePart gauge;
  gauge.count = 2;
  gauge.buckets.add(20, 1);
  gauge.buckets.add(21, 1);
  record.series.push_back({SeriesIndex{1}, gauge});
  auto bytes = encode(record);
  ASSERT_TRUE(decode(bytes));
  std::swap(bytes[bytes.size() - 2], bytes[bytes.size() - 4]);  // bucket, count, bucket, count: a byte each
  const auto refused = decode(bytes);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("ascend"), std::string::npos) << refused.error().message;
}

TEST(Gauge, SmallestAndLargestValuesHaveABucket) {
  constexpr int128 largest = static_cast<int128>(~uint128{0} >> 1);
  EXPECT_EQ(bucket_of(Fixed9{0}), 0);
  EXPECT_EQ(middle_of(0).units, 0);
  for (const int128 units : {int128{1}, int128{2}, int128{49}, int128{50}, largest / 2, largest}) {
    EXPECT_TRUE(within_one_percent(oracle::big(middle_of(bucket_of(Fixed9{units})).units), oracle::big(units)));
    EXPECT_EQ(bucket_of(Fixed9{-units}), -bucket_of(Fixed9{units}));
  }
}

}  // namespace
}  // namespace songhua::rollup
