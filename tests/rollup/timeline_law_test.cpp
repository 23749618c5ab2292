#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

}  // namespace
}  // namespace songhua::rollup
