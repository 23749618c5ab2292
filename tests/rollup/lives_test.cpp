#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "rollup/codec.h"
#include "scene.h"

// Lives, epochs, wraps and plausibility: the known traps as fixed cases.
namespace songhua::rollup {
namespace {

using Reason = Implausible::Reason;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kSecond = 1000, kMin = 60 * kSecond, kDays = 24 * 60 * kMin;

SeriesSpec limited(std::int64_t units, Millis per) {
  SeriesSpec spec;
  spec.rate_limit = RateLimit{units, per};
  return spec;
}

SeriesSpec wide(std::uint8_t width) {
  SeriesSpec spec;
  spec.width = width;
  return spec;
}

Scene from(SeriesSpec spec, std::int64_t offset) {
  return Scene{std::move(spec), kBorder + offset};
}

TEST(Lives, W15AResetInMay) {
  constexpr std::int64_t may = 61 * kDays, june = may + 31 * kDays;  // from 1 March
  const auto scene = Scene{}
                         .reads(may - kSecond, 500, {.epoch = 1})
                         .reads(may + 19 * kDays, 900, {.epoch = 1})
                         .reads(may + 19 * kDays + kMin, 3, {.epoch = 2})
                         .reads(june, 400, {.epoch = 2});
  const auto row = scene.row(may, june);
  EXPECT_EQ(row.quantity, 800);
  EXPECT_EQ(row.lives, 2U);
  const auto lives = scene.timeline().lives(SeriesIndex{0});
  ASSERT_EQ(lives.size(), 2U);
  EXPECT_EQ(lives[0].points.back().value - lives[0].points.front().value, 400);
  EXPECT_EQ(lives[1].points.back().value - lives[1].points.front().value, 400);
}

// 1000, then 5, 1001, 1002 (a glitch down) or 5, 6, 1002 (a reset), wherever the minutes' edges fall.
TEST(Lives, GlitchAndResetAreToldApartAtEveryEdge) {
  for (std::int64_t edge = 0; edge <= 60; edge += 5) {
    const auto glitch =
        from({}, edge * kSecond).reads(0, 1000).reads(10'000, 5).reads(20'000, 1001).reads(30'000, 1002);
    EXPECT_EQ(glitch.timeline().lives(SeriesIndex{0}).size(), 1U) << edge;
    EXPECT_THAT(glitch.refusals(), ElementsAre(Reason::candidate_rejected)) << edge;
    const auto reset = from({}, edge * kSecond).reads(0, 1000).reads(10'000, 5).reads(20'000, 6).reads(30'000, 1002);
    EXPECT_EQ(reset.timeline().lives(SeriesIndex{0}).size(), 2U) << edge;
    EXPECT_THAT(reset.refusals(), IsEmpty()) << edge;
    const auto end = -edge * kSecond + 2 * kMin, begin = -edge * kSecond - kMin;
    EXPECT_EQ(glitch.quantity(begin, end), 2) << edge;
    EXPECT_EQ(reset.quantity(begin, end), 1002) << edge;
  }
}

TEST(Lives, AFallIsSeenWhateverArrivesFirst) {
  const auto scene = Scene{}.reads(1000, 1000).reads(11'000, 5).reads(21'000, 6);
  const auto& history = scene.history();
  std::vector<const SourceMessage*> messages;
  for (const auto& message : history.messages) messages.push_back(&message);
  std::string expected;
  do {
    const auto records = build_minute(scene.at(0), messages, history.lines, history.table, BuildRules{});
    const auto bytes = encode(records.at(LineIndex{0}));
    if (expected.empty()) expected = bytes;
    EXPECT_EQ(bytes, expected);
  } while (std::next_permutation(messages.begin(), messages.end()));
  EXPECT_EQ(scene.quantity(0, kMin), 6);
  EXPECT_EQ(scene.row(0, kMin).lives, 2U);
}

TEST(Lives, AnOpenCandidateCountsForNothingYet) {
  const auto scene = Scene{}.reads(0, 1000).reads(kMin, 1010).reads(2 * kMin, 5);
  EXPECT_EQ(scene.quantity(0, 3 * kMin), 10);
  EXPECT_THAT(scene.refusals(), ElementsAre(Reason::open_candidate));
  EXPECT_EQ(scene.timeline().extent(SeriesIndex{0})->end, scene.at(kMin + 1));
}

TEST(Lives, ATrueJumpIsConfirmedASpikeIsNot) {
  const auto limit = limited(100, kMinute);
  const auto spike = Scene{limit}.reads(0, 10).reads(kMin, 9000).reads(2 * kMin, 20);
  EXPECT_EQ(spike.total(), 10);
  EXPECT_THAT(spike.refusals(), ElementsAre(Reason::candidate_rejected));
  const auto jump = Scene{limit}.reads(0, 10).reads(kMin, 20).reads(2 * kMin, 9000).reads(3 * kMin, 9010);
  EXPECT_EQ(jump.total(), 9000);
  EXPECT_THAT(jump.refusals(), IsEmpty());
}

TEST(Lives, AZeroBeforeTheMeterWasReadIsNoProduction) {
  const auto scene = Scene{limited(100, kMinute)}.reads(0, 0).reads(kMin, 5000).reads(2 * kMin, 5001);
  EXPECT_EQ(scene.total(), 1);
  EXPECT_THAT(scene.refusals(), ElementsAre(Reason::first_before_jump));
  EXPECT_EQ(Scene{}.reads(0, 0).reads(kMin, 5000).reads(2 * kMin, 5001).total(), 5001);  // without a limit
}

TEST(Lives, AWrapIsTheSameLife) {
  const auto scene = Scene{wide(16)}.reads(0, 65'530).reads(kMin, 4).reads(2 * kMin, 10);
  EXPECT_EQ(scene.total(), 16);
  EXPECT_EQ(scene.timeline().lives(SeriesIndex{0}).size(), 1U);
  auto fast = wide(16);
  fast.rate_limit = RateLimit{5, kMinute};  // 10 in a minute is no wrap, so it is a reset
  EXPECT_EQ(Scene{fast}.reads(0, 65'530).reads(kMin, 4).reads(2 * kMin, 9).total(), 9);
  // From below 15/16 of the range, or to above 1/16, it is a reset too.
  EXPECT_EQ(Scene{wide(16)}.reads(0, 61'439).reads(kMin, 4).reads(2 * kMin, 10).total(), 10);
  EXPECT_EQ(Scene{wide(16)}.reads(0, 61'440).reads(kMin, 4).reads(2 * kMin, 10).total(), 4106);
  EXPECT_EQ(Scene{wide(16)}.reads(0, 65'530).reads(kMin, 4096).reads(2 * kMin, 4097).total(), 4097);
  EXPECT_EQ(Scene{wide(16)}.reads(0, 65'530).reads(kMin, 4095).reads(2 * kMin, 4097).total(), 4103);
  EXPECT_EQ(Scene{wide(32)}.reads(0, 4'294'967'290).reads(kMin, 4).total(), 10);
}

// Values are mapped first of all (unit factor, floor; wrap width): a 16-bit counter of tens wraps at 655,360.
TEST(Lives, AWrapIsMeasuredInMappedUnits) {
  auto tens = wide(16);
  tens.factor = Fraction{10, 1};
  EXPECT_EQ(Scene{tens}.reads(0, 655'300).reads(kMin, 40).reads(2 * kMin, 100).total(), 160);
  auto quarters = wide(16);
  quarters.factor = Fraction{1, 4};  // wraps at 16,384
  EXPECT_EQ(Scene{quarters}.reads(0, 16'380).reads(kMin, 1).reads(2 * kMin, 2).total(), 6);
}

TEST(Lives, A64BitCounterWrapsToo) {
  constexpr int128 full = int128{1} << 64;
  EXPECT_EQ(Scene{wide(64)}.reads(0, full - 6).reads(kMin, 4).total(), 10);
}

// A wrong width: nothing counts backwards.
TEST(Lives, AValueBeyondItsWidthIsNoWrap) {
  EXPECT_EQ(Scene{wide(8)}.reads(0, 290).reads(kMin, 0).reads(2 * kMin, 3).total(), 3);
}

TEST(Lives, SeveralWrapsAddUp) {
  Scene scene{wide(8)};
  for (int i = 0; i <= 100; ++i) scene.reads(i * 7 * kSecond, (i * 10) % 256);
  EXPECT_EQ(scene.total(), 1000);
  EXPECT_EQ(scene.timeline().lives(SeriesIndex{0}).size(), 1U);
}

TEST(Lives, ANewEpochBeatsAWrap) {
  const auto scene = Scene{wide(16)}.reads(0, 65'530, {.epoch = 1}).reads(kMin, 4, {.epoch = 2});
  EXPECT_EQ(scene.total(), 4);
}

TEST(Lives, AResetHiddenByALargerValueIsSeenByItsEpoch) {
  const auto scene =
      Scene{}.reads(0, 100, {.epoch = 1}).reads(kMin, 110, {.epoch = 1}).reads(2 * kMin, 150, {.epoch = 2});
  EXPECT_EQ(scene.total(), 10 + 150);
}

TEST(Lives, InAnEpochACounterCannotFall) {
  const auto scene = Scene{}
                         .reads(0, 100, {.epoch = 1})
                         .reads(kMin, 40, {.epoch = 1})
                         .reads(2 * kMin, 41, {.epoch = 1})
                         .reads(3 * kMin, 130, {.epoch = 1});
  EXPECT_EQ(scene.total(), 30);
  EXPECT_THAT(scene.refusals(), ElementsAre(Reason::out_of_order, Reason::out_of_order));
  EXPECT_TRUE(scene.row(kMin, 2 * kMin).out_of_order);
  EXPECT_FALSE(scene.row(3 * kMin, 4 * kMin).out_of_order);
}

TEST(Lives, AnEpochBelowOneThatHasBegunIsRefused) {
  const auto scene = Scene{}
                         .reads(0, 100, {.epoch = 5})
                         .reads(kMin, 7, {.epoch = 4})
                         .reads(2 * kMin, 900, {.epoch = 4})
                         .reads(3 * kMin, 120, {.epoch = 5});
  EXPECT_EQ(scene.total(), 20);
  EXPECT_TRUE(scene.timeline().refused_epochs());
  EXPECT_THAT(scene.refusals(), ElementsAre(Reason::refused_epoch, Reason::refused_epoch));
}

TEST(Lives, TwoEpochsInOneMinute) {
  const auto scene = Scene{}
                         .reads(1000, 100, {.epoch = 1})
                         .reads(11'000, 105, {.epoch = 1})
                         .reads(21'000, 0, {.epoch = 2})
                         .reads(31'000, 7, {.epoch = 2});
  EXPECT_EQ(scene.quantity(0, kMin), 12);
  EXPECT_EQ(scene.row(0, kMin).lives, 2U);
}

UnixMillis zero_of_second_life(const Scene& scene) {
  const auto lives = scene.timeline().lives(SeriesIndex{0});
  EXPECT_EQ(lives.size(), 2U);
  const auto& zero = lives.back().points.front();
  EXPECT_TRUE(zero.virtual_zero);
  EXPECT_EQ(zero.value, 0);
  return zero.time;
}

Scene two_epochs(std::optional<std::int64_t> start) {
  return Scene{}
      .reads(0, 100, {.epoch = 1})
      .reads(kMin, 110, {.epoch = 1})
      .reads(3 * kMin, 20, {.epoch = 2, .counter_start = start})
      .reads(4 * kMin, 30, {.epoch = 2, .counter_start = start});
}

TEST(Lives, TheVirtualZeroOfALaterLife) {
  const auto scene = two_epochs(2 * kMin);
  EXPECT_EQ(zero_of_second_life(scene), scene.at(2 * kMin));
  EXPECT_EQ(scene.quantity(kMin, 2 * kMin), 0);
  EXPECT_EQ(scene.quantity(2 * kMin, 3 * kMin), 20);
  EXPECT_EQ(zero_of_second_life(two_epochs(std::nullopt)), scene.at(kMin));  // at the last reading before
  EXPECT_EQ(two_epochs(std::nullopt).quantity(kMin, 2 * kMin), 10);
  EXPECT_EQ(zero_of_second_life(two_epochs(-kMin)), scene.at(kMin));         // not before it
  EXPECT_EQ(zero_of_second_life(two_epochs(5 * kMin)), scene.at(3 * kMin));  // not after its own first one
  EXPECT_EQ(two_epochs(5 * kMin).quantity(3 * kMin, 4 * kMin), 30);          // it never collapses with a reading
}

TEST(Lives, TheFirstLifeCountsFromItsAnnouncedStartIfThatIsNear) {
  const auto near = Scene{}.reads(0, 20, {.epoch = 1, .counter_start = -15 * kMin});
  EXPECT_EQ(near.quantity(-15 * kMin, 15 * kMin), 20);
  const auto far = Scene{}.reads(0, 20, {.epoch = 1, .counter_start = -15 * kMin - 1});
  EXPECT_EQ(far.quantity(-15 * kMin, 15 * kMin), 0);
}

TEST(Lives, ReadingsBeforeTheFirstAnnouncementBelongToIt) {
  const auto scene = Scene{}.reads(0, 100).reads(kMin, 90).reads(2 * kMin, 110, {.epoch = 3});
  EXPECT_EQ(scene.total(), 10);  // in the epoch a counter cannot fall
  EXPECT_THAT(scene.refusals(), ElementsAre(Reason::out_of_order));
  // Its start is later than the first of them: they are a life of their own, and it goes on only if it can.
  const Said later{.epoch = 3, .counter_start = 2 * kMin};
  EXPECT_EQ(Scene{}.reads(0, 100).reads(kMin, 105).reads(3 * kMin, 110, later).total(), 5 + 110);
  const Said between{.epoch = 3, .counter_start = 30'000};
  EXPECT_EQ(Scene{}.reads(0, 100).reads(kMin, 105).reads(3 * kMin, 110, between).total(), 10);
  EXPECT_EQ(Scene{}.reads(0, 100).reads(kMin, 105).reads(3 * kMin, 50, between).total(), 5 + 50);
}

// At one time the sender's order decides which epoch an unannounced reading belongs to: 3 is out of order in epoch 1,
// or the first of epoch 2.
TEST(Order, SeqCountsOnFromTheMessageBefore) {
  const auto announced_first = Scene{}
                                   .next_seq(254)
                                   .reads(1000, 100, {.epoch = 1})
                                   .is_heard(2000, {.epoch = 2})  // seq 255
                                   .reads(2000, 3);               // seq 0
  EXPECT_EQ(announced_first.quantity(0, kMin), 3);
  const auto read_first =
      Scene{}.next_seq(254).reads(1000, 100, {.epoch = 1}).reads(2000, 3).is_heard(2000, {.epoch = 2});
  EXPECT_EQ(read_first.quantity(0, kMin), 0);
  EXPECT_THAT(read_first.refusals(), ElementsAre(Reason::out_of_order));
}

TEST(Order, ABirthComesLast) {
  const auto scene = Scene{}
                         .next_seq(6)
                         .reads(1000, 100, {.epoch = 1})
                         .next_seq(0)
                         .is_heard(2000, {.epoch = 2})
                         .as_birth()
                         .next_seq(7)
                         .reads(2000, 3);
  EXPECT_EQ(scene.quantity(0, kMin), 0);
  EXPECT_THAT(scene.refusals(), ElementsAre(Reason::out_of_order));
}

TEST(Failures, W20EntriesIntoAbortingWithoutACounter) {
  Scene scene;
  const std::vector<std::pair<std::int64_t, std::int32_t>> states{{0, 6},   {100, 9}, {160, 1}, {180, 15},
                                                                  {300, 6}, {500, 6}, {700, 8}, {705, 9},
                                                                  {760, 1}, {790, 9}, {850, 1}, {900, 6}};
  for (const auto& [second, code] : states) scene.in_state(second * kSecond, code);
  for (const auto& timeline : {scene.timeline(), scene.compacted()}) {
    const auto rows = timeline.failure_rows({{scene.at(0), scene.at(30 * kMin)}});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().quantity, 2);
  }
  const auto minute = scene.timeline().failure_rows({{scene.at(11 * kMin), scene.at(12 * kMin)}});
  ASSERT_EQ(minute.size(), 1U);
  EXPECT_EQ(minute.front().quantity, 1);  // 700 s, its predecessor lies in a minute before
  EXPECT_EQ(scene.oracle().failures({scene.at(0), scene.at(30 * kMin)}), 2U);
}

}  // namespace
}  // namespace songhua::rollup
