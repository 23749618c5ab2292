#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "generator.h"
#include "harness.h"

// The real code against the oracle, and the laws of conservation and of windows that add up, on random histories.
// RC_PARAMS="seed=... max_success=..." reruns or lengthens them.
namespace songhua::rollup {
namespace {

constexpr Millis kHour = std::chrono::hours{1};
constexpr Millis kDay = std::chrono::hours{24};

void expect_no_difference(const std::string& difference) {
  if (!difference.empty()) RC_FAIL(difference);
}

RC_GTEST_PROP(TimelineLaw, RowsOfMinuteRecordsAreTheOracles, (const World& world)) {
  const auto history = play(world);
  const auto records = minute_records(history);
  for (std::size_t line = 0; line < history.lines.size(); ++line) {
    const auto index = history.lines[line];
    if (records.count(index) == 0) continue;
    const oracle::Oracle oracle{history.messages, index, history.table, kQuarterHour};
    const auto timeline = timeline_of({records.at(index)}, history.table);
    for (const auto length : {kMinute, kQuarterHour, kHour, kDay}) {
      expect_no_difference(difference(timeline, oracle, history.table, line, windows_of(history, length)));
    }
  }
}

RC_GTEST_PROP(TimelineLaw, RowsOfQuarterHourRecordsAreTheOracles, (const World& world)) {
  const auto history = play(world);
  const auto records = joined_records(minute_records(history), kQuarterHour, history.table);
  for (std::size_t line = 0; line < history.lines.size(); ++line) {
    const auto index = history.lines[line];
    if (records.count(index) == 0) continue;
    const oracle::Oracle oracle{history.messages, index, history.table, kQuarterHour, kQuarterHour};
    const auto timeline = timeline_of({records.at(index)}, history.table);
    for (const auto length : {kQuarterHour, kHour, kDay}) {
      expect_no_difference(difference(timeline, oracle, history.table, line, windows_of(history, length)));
    }
  }
}

// What lies below an epoch's largest value may pass it inside a run, and a longer record knows less of where. Such
// series apart, compaction is invisible.
RC_GTEST_PROP(TimelineLaw, CompactionIsInvisible, (const World& world)) {
  const auto history = play(world);
  const auto minutes = minute_records(history);
  const auto quarters = joined_records(minutes, kQuarterHour, history.table);
  for (const auto& [line, records] : minutes) {
    const auto fine = timeline_of({records}, history.table);
    const auto coarse = timeline_of({quarters.at(line)}, history.table);
    std::set<SeriesIndex> blurred;
    for (const auto& refused : fine.implausible()) {
      if (refused.reason == Implausible::Reason::out_of_order) blurred.insert(refused.series);
    }
    RC_ASSERT(fine.series() == coarse.series());
    for (const auto series : fine.series()) {
      if (blurred.count(series) > 0) continue;
      for (const auto length : {kQuarterHour, kHour, kDay}) {
        const auto windows = windows_of(history, length);
        const auto a = fine.rows(series, windows), b = coarse.rows(series, windows);
        RC_ASSERT(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i) expect_no_difference(difference(a[i], b[i]));
      }
    }
  }
}

std::vector<Window> tiles(Window span, Millis length) {
  std::vector<Window> windows;
  for (auto start = floor_to(span.start, length); start < span.end; start += length) {
    windows.push_back({start, start + length});
  }
  return windows;
}

Quantity sum_of(const std::vector<QuantityRow>& rows) {
  Quantity sum = 0;
  for (const auto& row : rows) sum += row.quantity;
  return sum;
}

// Law 1.
RC_GTEST_PROP(TimelineLaw, WindowsAddUpToWhatTheLivesCounted, (const World& world)) {
  const auto history = play(world);
  for (const auto& [line, records] : minute_records(history)) {
    const oracle::Oracle oracle{history.messages, line, history.table, kQuarterHour};
    const auto timeline = timeline_of({records}, history.table);
    for (const auto series : oracle.series_of(SeriesKind::totalizer)) {
      const auto extent = timeline.extent(series);
      RC_ASSERT(extent == oracle.extent(series));
      if (!extent) continue;
      Quantity counted = 0;
      for (const auto& life : timeline.lives(series)) counted += life.points.back().value - life.points.front().value;
      RC_ASSERT(oracle::big(counted) == oracle.total(series));
      for (const auto length : {kMinute, kQuarterHour, kHour, kDay}) {
        if (length == kMinute && extent->end - extent->start > kDay) continue;
        const auto rows = timeline.rows(series, tiles(*extent, length));
        RC_ASSERT(rows.size() == tiles(*extent, length).size());  // zeros included
        RC_ASSERT(sum_of(rows) == counted);
      }
    }
  }
}

RC_GTEST_PROP(TimelineLaw, HoursAddUpToTheirDay, (const World& world)) {
  const auto history = play(world);
  for (const auto& [line, records] : minute_records(history)) {
    const auto timeline = timeline_of({records}, history.table);
    for (const auto series : timeline.series()) {
      const auto kind = history.table.spec(series).kind;
      if (kind == SeriesKind::gauge || kind == SeriesKind::level) continue;
      for (const auto& day : timeline.rows(series, windows_of(history, kDay))) {
        RC_ASSERT(sum_of(timeline.rows(series, tiles(day.window, kHour))) == day.quantity);
        for (const auto& hour : timeline.rows(series, tiles(day.window, kHour))) {
          RC_ASSERT(sum_of(timeline.rows(series, tiles(hour.window, kMinute))) == hour.quantity);
        }
      }
    }
  }
}

RC_GTEST_PROP(TimelineLaw, FailuresAreEntriesIntoAborting, (const World& world)) {
  const auto history = play(world);
  const auto minutes = minute_records(history);
  for (const auto& stored : {minutes, joined_records(minutes, kQuarterHour, history.table)}) {
    for (const auto& [line, records] : stored) {
      const oracle::Oracle oracle{history.messages, line, history.table, kQuarterHour};
      const auto timeline = timeline_of({records}, history.table);
      for (const auto length : {kQuarterHour, kHour, kDay}) {
        std::map<UnixMillis, Quantity> found;
        for (const auto& row : timeline.failure_rows(windows_of(history, length))) {
          found[row.window.start] = row.quantity;
        }
        for (const auto& window : windows_of(history, length)) {
          const auto expected = oracle.failures(window);
          RC_ASSERT(found.count(window.start) == (expected ? 1U : 0U));
          if (expected) RC_ASSERT(found.at(window.start) == Quantity{*expected});
        }
      }
    }
  }
}

}  // namespace
}  // namespace songhua::rollup
