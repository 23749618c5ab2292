#include <gtest/gtest.h>

#include "scene.h"

// Borders, silence, gaps: cases that one can check by hand (indicators.md W14, W22).
namespace songhua::rollup {
namespace {

constexpr std::int64_t kSecond = 1000, kMin = 60 * kSecond, kHours = 60 * kMin, kDays = 24 * kHours;

SeriesSpec unchanged() {
  SeriesSpec spec;
  spec.silence = Silence::unchanged;
  return spec;
}

TEST(Border, W14InterpolatesAndFloors) {
  const auto a = Scene{}.reads(-4000, 100).reads(6000, 117);
  EXPECT_EQ(100 + a.quantity(-kMin, 0), 106);
  EXPECT_EQ(a.quantity(0, kMin), 11);
  const auto b = Scene{}.reads(-1, 10).reads(0, 11);
  EXPECT_EQ(10 + b.quantity(-kMin, 0), 11);  // a reading at the border is the value there
  EXPECT_EQ(b.quantity(0, kMin), 0);
  constexpr int128 low = int128{1} << 62, high = (int128{1} << 63) - 1;
  const auto c = Scene{}.reads(-9000, low).reads(1000, high);  // a product of 76 bits
  EXPECT_EQ(songhua::to_string(low + c.row(-kMin, 0).quantity), "8762203435012037016");
}

TEST(Border, W22SilenceHoldsTheValueUpToTheLastLiveMessage) {
  const auto before = Scene{unchanged()}.reads(-60'000, 100).is_heard(-1000).reads(9000, 110);
  EXPECT_EQ(100 + before.quantity(-kHours, 0), 101);
  const auto after = Scene{unchanged()}.reads(-60'000, 100).is_heard(-1000).is_heard(4000).reads(9000, 110);
  EXPECT_EQ(100 + after.quantity(-kHours, 0), 100);
  const auto gap = Scene{unchanged()}.reads(-60'000, 100).loses_a_message().reads(9000, 110);
  EXPECT_EQ(100 + gap.quantity(-kHours, 0), 108);
}

TEST(Border, NothingIsHeldAcrossAGapOrFromANull) {
  const auto gap = Scene{unchanged()}.reads(-60'000, 100).loses_a_message().is_heard(4000).reads(9000, 110);
  EXPECT_EQ(100 + gap.quantity(-kHours, 0), 108);
  const auto null = Scene{unchanged()}.reads(-60'000, 100).is_null(-1000).is_heard(4000).reads(9000, 110);
  EXPECT_EQ(100 + null.quantity(-kHours, 0), 101);  // known up to the null
  SeriesSpec unknown;
  const auto silent = Scene{unknown}.reads(-60'000, 100).is_heard(4000).reads(9000, 110);
  EXPECT_EQ(100 + silent.quantity(-kHours, 0), 108);
}

// A message that is lost in the reading's own millisecond may have been a newer value; a birth there says all again.
TEST(Border, NothingIsHeldAcrossALossInTheReadingsMillisecond) {
  const auto lost =
      Scene{unchanged()}.reads(-60'000, 100).loses_a_message().is_heard(-60'000).is_heard(4000).reads(9000, 110);
  EXPECT_EQ(100 + lost.quantity(-kHours, 0), 108);
  const auto born = Scene{unchanged()}
                        .next_seq(7)
                        .reads(-60'000, 100)
                        .next_seq(0)
                        .reads(-60'000, 100)
                        .as_birth()
                        .is_heard(4000)
                        .reads(9000, 110);
  EXPECT_EQ(100 + born.quantity(-kHours, 0), 100);
}

TEST(Border, ASlowCountersStepDoesNotLeakIntoTheMonthBefore) {
  Scene scene{unchanged()};
  scene.reads(-20 * kDays, 41);
  for (auto t = -20 * kDays + kHours; t < 2 * kDays; t += kHours) scene.is_heard(t);
  scene.reads(2 * kDays, 42);
  EXPECT_EQ(scene.quantity(-28 * kDays, 0), 0);
  const auto march = scene.row(0, 31 * kDays);
  EXPECT_EQ(march.quantity, 1);
  EXPECT_FALSE(march.estimated);
  EXPECT_EQ(scene.quantity(2 * kDays - kHours, 2 * kDays), 1);  // the hour after the last message without it
}

TEST(Border, ALongGuessMakesBothItsWindowsEstimated) {
  const auto scene = Scene{}.reads(-20 * kMin, 0).reads(10 * kMin, 300).reads(11 * kMin, 310);
  const auto before = scene.row(-kHours, 0), after = scene.row(0, kHours);
  EXPECT_EQ(before.quantity, 200);
  EXPECT_EQ(after.quantity, 110);
  EXPECT_TRUE(before.estimated && after.estimated);
  EXPECT_EQ(after.longest_gap, Millis{30 * kMin});
  const auto still = Scene{}.reads(-20 * kMin, 300).reads(10 * kMin, 300);
  EXPECT_FALSE(still.row(0, kHours).estimated);  // nothing was made meanwhile
  const auto exact = Scene{}.reads(-20 * kMin, 0).reads(0, 200).reads(10 * kMin, 300);
  EXPECT_FALSE(exact.row(-kHours, 0).estimated);
}

TEST(Border, RowsReachFromTheFirstToTheLastReadingZerosIncluded) {
  const auto scene = Scene{}.reads(-5 * kMin, 7).reads(3 * kMin, 7);
  std::vector<Window> windows;
  for (auto t = -10 * kMin; t < 10 * kMin; t += kMin) windows.push_back({scene.at(t), scene.at(t + kMin)});
  const auto rows = scene.timeline().rows(SeriesIndex{0}, windows);
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_EQ(rows.front().window.start, scene.at(-5 * kMin));
  EXPECT_EQ(rows.back().window.start, scene.at(3 * kMin));
}

}  // namespace
}  // namespace songhua::rollup
