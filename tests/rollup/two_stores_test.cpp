#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "generator.h"
#include "harness.h"

// A replaced gateway: two stores that each have a part of a node's messages (design.md, Two stores of one line).
namespace songhua::rollup {
namespace {

// Nothing but honest counters: what a sum over two stores must then be is known to the unit.
World honest(World world) {
  for (auto& step : world.steps) {
    if (step.act == Act::spike || step.act == Act::lower_epoch || step.act == Act::step_back) step.act = Act::report;
  }
  for (auto& line : world.lines) {
    line.epochs = EpochHabit::always;
    for (auto& counter : line.counters) {
      counter.width = 0;
      counter.limit.reset();
    }
  }
  return world;
}

// A store that missed the birth which announced an epoch cannot know the epoch of what followed: 'a node that can,
// sends the epoch with the counters'.
World with_epochs_at_the_counters(World world) {
  for (auto& line : world.lines) {
    if (line.epochs == EpochHabit::in_births) line.epochs = EpochHabit::always;
  }
  return world;
}

struct TwoStores {
  History first;
  History second;
};

// The old gateway hears the node up to some message, the new one from some message on; both hear some of the overlap.
TwoStores split(const History& history, std::uint32_t seed) {
  std::mt19937 random{seed};
  TwoStores stores{history, history};
  stores.first.messages.clear();
  stores.second.messages.clear();
  const auto count = history.messages.size();
  auto from = count == 0 ? 0 : random() % count, to = count == 0 ? 0 : random() % count;
  if (from > to) std::swap(from, to);
  for (std::size_t i = 0; i < count; ++i) {
    const bool overlap = from <= i && i <= to;
    if (i < from || (overlap && random() % 3 != 0)) stores.first.messages.push_back(history.messages[i]);
    if (i > to || (overlap && random() % 3 != 0)) stores.second.messages.push_back(history.messages[i]);
  }
  return stores;
}

// What the two stores hold together.
std::vector<SourceMessage> together(const TwoStores& stores) {
  auto all = stores.first.messages;
  all.insert(all.end(), stores.second.messages.begin(), stores.second.messages.end());
  return all;
}

Quantity total_of(const Timeline& timeline, SeriesIndex series) {
  const auto extent = timeline.extent(series);
  if (!extent) return 0;
  const auto rows = timeline.rows(series, {{extent->start, extent->end}});
  return rows.empty() ? 0 : rows.front().quantity;
}

template <typename Check>
void for_each_series(const TwoStores& stores, const Check& check) {
  auto a = minute_records(stores.first), b = minute_records(stores.second);
  const auto& table = stores.first.table;
  for (const auto line : stores.first.lines) {
    const oracle::Oracle oracle{together(stores), line, table, kQuarterHour};
    const auto timeline = timeline_of({a[line], b[line]}, table);
    for (const auto series : oracle.series_of(SeriesKind::totalizer)) check(oracle, timeline, series);
  }
}

RC_GTEST_PROP(TwoStores, TotalsOfHonestCountersAreConserved, (const World& world, std::uint32_t seed)) {
  for_each_series(split(play(honest(world)), seed), [](const auto& oracle, const auto& timeline, SeriesIndex series) {
    RC_ASSERT(oracle::big(total_of(timeline, series)) == oracle.total(series));
    RC_ASSERT(timeline.extent(series) == oracle.extent(series));
  });
}

RC_GTEST_PROP(TwoStores, NeverCountMoreThanTheirMessagesSay, (const World& world, std::uint32_t seed)) {
  const auto stores = split(play(with_epochs_at_the_counters(world)), seed);
  for_each_series(stores, [](const auto& oracle, const auto& timeline, SeriesIndex series) {
    RC_ASSERT(oracle::big(total_of(timeline, series)) <= oracle.total(series));
  });
}

RC_GTEST_PROP(TwoStores, OrderOfTheStoresDoesNotMatter, (const World& world, std::uint32_t seed)) {
  const auto stores = split(play(world), seed);
  auto a = minute_records(stores.first), b = minute_records(stores.second);
  for (const auto line : stores.first.lines) {
    const auto one = timeline_of({a[line], b[line]}, stores.first.table);
    const auto other = timeline_of({b[line], a[line]}, stores.first.table);
    RC_ASSERT(one.series() == other.series());
    for (const auto series : one.series()) {
      if (stores.first.table.spec(series).kind != SeriesKind::totalizer) continue;
      const auto windows = windows_of(stores.first, kQuarterHour);
      const auto rows = one.rows(series, windows), swapped = other.rows(series, windows);
      RC_ASSERT(rows.size() == swapped.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (const auto text = difference(rows[i], swapped[i]); !text.empty()) RC_FAIL(text);
      }
    }
  }
}

}  // namespace
}  // namespace songhua::rollup
