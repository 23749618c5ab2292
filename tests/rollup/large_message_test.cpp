#include <gtest/gtest.h>

#include <chrono>

#include "harness.h"
#include "rollup/codec.h"

// A birth of very many metrics, in whatever order: extended in place as rebuilt, and in time that grows with it only.
namespace songhua::rollup {
namespace {

constexpr auto kMinuteStart = unix_millis(1'552'608'000'000);

SourceMessage message(std::uint32_t series, int second) {
  SourceMessage message;
  message.time = kMinuteStart + Millis{second * 1'000};
  message.seq = static_cast<std::uint8_t>(second);
  message.digest = static_cast<std::uint64_t>(second) + 1;
  auto& line = message.lines.emplace_back();
  line.live = true;
  for (std::uint32_t i = 0; i < series; ++i) {
    // First the odd ones from above, then the even ones: none of them fits behind those before.
    const auto number = i < series / 2 ? series - 1 - 2 * i : 2 * (i - series / 2);
    line.readings.push_back({.series = SeriesIndex{number},
                             .time = message.time,
                             .value = number,
                             .is_void = number % 7 == 0,
                             .interval_start = message.time,
                             .ordinal = 0});
  }
  return message;
}

struct Built {
  double seconds = 0;
  std::string bytes, rebuilt;
};

Built build(std::uint32_t series) {
  TestTable table;
  table.specs.resize(series);
  const auto half = message(series / 2, 1), whole = message(series, 2);
  MinuteBuilder builder(kMinuteStart, table, BuildRules{});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(builder.append(half) && builder.append(whole));
  Built built;
  built.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  built.bytes = encode(builder.record(LineIndex{0}));
  built.rebuilt =
      encode(build_minute(kMinuteStart, {&whole, &half}, {LineIndex{0}}, table, BuildRules{}).at(LineIndex{0}));
  return built;
}

TEST(LargeMessage, IsExtendedInPlaceAsItIsRebuilt) {
  const auto built = build(400);
  EXPECT_EQ(built.bytes, built.rebuilt);
}

TEST(LargeMessage, CostsNoSquareOfItsMetrics) {
  const auto small = build(4'000).seconds;
  EXPECT_LT(build(16'000).seconds, 8 * (small + 0.02));
}

}  // namespace
}  // namespace songhua::rollup
