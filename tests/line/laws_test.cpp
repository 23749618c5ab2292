#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "line/line.h"

// The laws of the line model, for every family, any seed and any start.
namespace songhua::line {
namespace {

constexpr Time kStart = 1'546'272'000'000;  // 2019-01-01T00:00+08:00

const Family& any_family() {
  return families()[*rc::gen::inRange<std::size_t>(0, families().size())];
}
Time any_start() {
  return kStart + *rc::gen::inRange<Time>(0, 400 * kDayMs);
}
bool same(const Memory& a, const Memory& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

std::int64_t sum_of(const Line& line, Measure measure) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < line.totalizers(); ++i) {
    if (line.totalizer(i).measure == measure) sum += line.value(i);
  }
  return sum;
}

RC_GTEST_PROP(LineLaws, AnyStepsGiveTheSameMemory, ()) {
  const auto& family = any_family();
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto start = any_start();
  const auto span = *rc::gen::inRange<Time>(1, 6 * kDayMs);
  Line whole(family, seed, start), stepped(family, seed, start);
  while (stepped.now() < start + span) {
    const auto step = *rc::gen::element<Time>(1, 250, 1'000, 60'000, 3'600'000, 3 * kDayMs) + *rc::gen::inRange(0, 999);
    stepped.advance(std::min(stepped.now() + step, start + span));
    if (step < 60'000) stepped.advance(std::min(stepped.now() + kDayMs / 7, start + span));
  }
  whole.advance(start + span);
  RC_ASSERT(same(whole.memory(), stepped.memory()));
}

RC_GTEST_PROP(LineLaws, EachUnitEndsOnceGoodOrRejected, ()) {
  Line line(any_family(), *rc::gen::arbitrary<std::uint64_t>(), any_start());
  for (int i = 0; i < 20; ++i) {
    line.advance(line.now() + *rc::gen::inRange<Time>(1, 5 * kDayMs));
    RC_ASSERT(line.started() == sum_of(line, Measure::good) + sum_of(line, Measure::rejected) + line.in_process());
  }
}

RC_GTEST_PROP(LineLaws, NoMoreIsDispatchedThanWasMade, ()) {
  Line line(any_family(), *rc::gen::arbitrary<std::uint64_t>(), any_start());
  for (int i = 0; i < 20; ++i) {
    line.advance(line.now() + *rc::gen::inRange<Time>(1, 5 * kDayMs));
    RC_ASSERT(sum_of(line, Measure::good) == sum_of(line, Measure::dispatched) + line.stock());
    for (std::size_t cell = 0; cell < line.cells(); ++cell) {
      RC_ASSERT(line.memory().stock[cell] >= 0);
      RC_ASSERT(line.value(cell) == line.value(3 * line.cells() + cell) + line.memory().stock[cell]);
    }
  }
}

RC_GTEST_PROP(LineLaws, TheTimesOfAllStatesAreTheTimeThatPassed, ()) {
  const auto start = any_start();
  Line line(any_family(), *rc::gen::arbitrary<std::uint64_t>(), start);
  line.advance(start + *rc::gen::inRange<Time>(0, 40 * kDayMs));
  RC_ASSERT(sum_of(line, Measure::time) == line.now() - start);
}

RC_GTEST_PROP(LineLaws, TotalizersNeverFall, ()) {
  Line line(any_family(), *rc::gen::arbitrary<std::uint64_t>(), any_start());
  for (int i = 0; i < 50; ++i) {
    const auto before = line.memory().totals;
    line.advance(line.now() + *rc::gen::inRange<Time>(0, kDayMs));
    for (std::size_t t = 0; t < line.totalizers(); ++t) RC_ASSERT(line.value(t) >= before[t]);
  }
}

RC_GTEST_PROP(LineLaws, AResumedLineGoesOnAsIfNothingHadHappened, ()) {
  const auto& family = any_family();
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto start = any_start();
  Line line(family, seed, start);
  line.advance(start + *rc::gen::inRange<Time>(0, 10 * kDayMs));
  Line other(family, seed + 1, start + 5);
  RC_ASSERT(other.resume(line.memory()));
  const auto end = line.now() + *rc::gen::inRange<Time>(0, 10 * kDayMs);
  line.advance(end);
  other.advance(end);
  RC_ASSERT(same(line.memory(), other.memory()));
}

RC_GTEST_PROP(LineLaws, CommandsKeepThem, ()) {
  const auto start = any_start();
  Line line(any_family(), *rc::gen::arbitrary<std::uint64_t>(), start);
  for (int i = 0; i < 60; ++i) {
    line.advance(line.now() + *rc::gen::inRange<Time>(0, 4 * 3'600'000));
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        line.tell_to_stop();
        break;
      case 1:
        line.tell_to_start();
        break;
      case 2:
        line.reset();
        break;
      default:
        static_cast<void>(line.set_speed(*rc::gen::inRange(0, 300)));
    }
  }
  RC_ASSERT(line.started() == sum_of(line, Measure::good) + sum_of(line, Measure::rejected) + line.in_process());
  RC_ASSERT(sum_of(line, Measure::time) == line.now() - start);
}

TEST(Line, RefusesAForeignMemory) {
  Line car(*find_family("auto"), 1, kStart), rubber(*find_family("rubber"), 1, kStart);
  EXPECT_FALSE(car.resume(rubber.memory()));
  auto newer = car.memory();
  newer.format = kMemoryFormat + 1;
  EXPECT_FALSE(car.resume(newer));
}

TEST(Line, StopsAndStartsWhenTold) {
  Line line(*find_family("fertilizer"), 3, kStart);
  line.advance(kStart + 2 * 3'600'000);
  ASSERT_EQ(line.state(), State::execute);
  line.tell_to_stop();
  line.advance(line.now() + 60'000);
  EXPECT_EQ(line.state(), State::stopped);
  line.advance(line.now() + kDayMs / 8);
  EXPECT_EQ(line.state(), State::stopped);
  line.tell_to_start();
  line.advance(line.now() + 5 * kMinuteMs);
  EXPECT_EQ(line.state(), State::execute);
}

// What a statistician would call credible: a month of each family, compared with the catalogue.
TEST(Line, AMonthOfEachFamilyIsCredible) {
  for (const auto& family : families()) {
    Line line(family, 42, kStart);
    line.advance(kStart + 90 * kDayMs);
    std::int64_t made_ms = 0, duty_ms = 0;
    for (const auto& i : family.duty) duty_ms += (i.end - i.start) * kMinuteMs * 90;
    for (std::size_t c = 0; c < line.cells(); ++c) {
      made_ms += (line.value(c) + line.value(line.cells() + c)) * line.cell(c).product->cycle_ms;
    }
    const auto utilisation = made_ms * 100 / duty_ms;
    EXPECT_GE(utilisation, 40) << family.id;
    EXPECT_LE(utilisation, 90) << family.id;
    EXPECT_GT(sum_of(line, Measure::failures), 0) << family.id;
    EXPECT_GT(sum_of(line, Measure::labour), 0) << family.id;
    EXPECT_GT(sum_of(line, Measure::dispatched), 0) << family.id;
    const auto good = sum_of(line, Measure::good), bad = sum_of(line, Measure::rejected);
    EXPECT_LE(bad * 100, (good + bad) * 8) << family.id;
    std::int64_t executing = 0;
    for (std::size_t t = 0; t < line.totalizers(); ++t) {
      const auto what = line.totalizer(t);
      if (what.measure == Measure::time && what.index == static_cast<int>(State::execute)) executing = line.value(t);
    }
    EXPECT_GT(executing * 105, made_ms * 95) << family.id;  // effectiveness near 100 %
    EXPECT_LT(executing * 85, made_ms * 115) << family.id;
  }
}

TEST(Line, ShipsToTwelveCountriesAndMore) {
  std::vector<std::string_view> countries;
  for (const auto& family : families()) {
    for (const auto& product : family.products) {
      for (const auto& market : product.markets) countries.push_back(market.country);
    }
  }
  std::sort(countries.begin(), countries.end());
  countries.erase(std::unique(countries.begin(), countries.end()), countries.end());
  EXPECT_GE(countries.size(), 13U);  // with CN
}

TEST(Line, AYearIsQuick) {
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& family : families()) {
    Line line(family, 7, kStart);
    line.advance(kStart + 365 * kDayMs);
    std::int64_t events = line.started();
    EXPECT_GT(events, 0) << family.id;
  }
  const auto spent = std::chrono::steady_clock::now() - begin;
  RecordProperty("year_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(spent).count()));
  EXPECT_LT(spent, std::chrono::seconds{60});  // generous: it also runs under sanitizers on a loaded machine
}

}  // namespace
}  // namespace songhua::line
