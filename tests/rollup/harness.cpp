#include "harness.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace songhua::rollup {

std::vector<SourceMessage> without_repetitions(const std::vector<SourceMessage>& messages) {
  std::vector<SourceMessage> unique;
  std::set<std::uint64_t> seen;
  for (const auto& message : messages) {
    if (seen.insert(message.digest).second) unique.push_back(message);
  }
  return unique;
}

RecordsOfLines minute_records(const History& history) {
  const auto messages = without_repetitions(history.messages);
  std::map<UnixMillis, std::vector<const SourceMessage*>> by_minute;
  for (const auto& message : messages) {
    for (const auto minute : message.minutes()) by_minute[minute].push_back(&message);
  }
  RecordsOfLines records;
  for (const auto& [minute, touching] : by_minute) {
    for (auto& [line, record] : build_minute(minute, touching, history.lines, history.table, BuildRules{})) {
      records[line].push_back(std::move(record));
    }
  }
  return records;
}

RecordsOfLines joined_records(const RecordsOfLines& minutes, Millis length, const SeriesTable& table) {
  RecordsOfLines joined;
  for (const auto& [line, records] : minutes) {
    std::map<UnixMillis, std::map<UnixMillis, Record>> by_window;
    for (const auto& record : records) by_window[floor_to(record.window.start, length)][record.window.start] = record;
    for (const auto& [start, inside] : by_window) {
      std::optional<Record> sum;
      for (auto minute = start; minute < start + length; minute += kMinute) {
        const auto found = inside.find(minute);
        Record piece;
        piece.window = {minute, minute + kMinute};
        if (found != inside.end()) piece = found->second;
        sum = sum ? join(*sum, piece, table, kQuarterHour) : piece;
      }
      joined[line].push_back(*sum);
    }
  }
  return joined;
}

Timeline timeline_of(const std::vector<std::vector<Record>>& sources, const SeriesTable& table) {
  std::vector<std::vector<StoredRecord>> stored;
  for (const auto& records : sources) {
    stored.emplace_back();
    for (const auto& record : records) stored.back().push_back({record, record.window.end});
  }
  return Timeline{std::move(stored), table, TimelineRules{}};
}

std::vector<Window> windows_of(const History& history, Millis length) {
  std::set<UnixMillis> starts;
  for (const auto& message : history.messages) {
    for (const auto minute : message.minutes()) {
      const auto start = floor_to(minute, length);
      for (int k = -1; k <= 1; ++k) starts.insert(start + k * length);
    }
  }
  std::set<UnixMillis> between;
  for (auto a = starts.begin(); a != starts.end() && std::next(a) != starts.end(); ++a) {
    between.insert(floor_to(*a + (*std::next(a) - *a) / 2, length));
  }
  starts.merge(between);
  std::vector<Window> windows;
  for (const auto start : starts) windows.push_back({start, start + length});
  return windows;
}

std::string describe(const QuantityRow& row) {
  std::ostringstream out;
  out << format_utc(row.window.start) << " +" << format_duration(row.window.end - row.window.start) << " quantity "
      << songhua::to_string(row.quantity) << " lives " << row.lives << (row.estimated ? " estimated" : "") << " gap "
      << row.longest_gap.count() << (row.out_of_order ? " out_of_order" : "");
  return out.str();
}

namespace {

bool same(const QuantityRow& a, const QuantityRow& b) {
  return a.quantity == b.quantity && a.lives == b.lives && a.estimated == b.estimated &&
         a.longest_gap == b.longest_gap && a.out_of_order == b.out_of_order;
}

}  // namespace

std::string difference(const QuantityRow& found, const QuantityRow& expected) {
  if (found.window == expected.window && same(found, expected)) return "";
  return describe(found) + "\n     expected " + describe(expected);
}

std::string difference(const Timeline& timeline, const oracle::Oracle& oracle, const TestTable& table, std::size_t line,
                       const std::vector<Window>& windows) {
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const auto series = series_of(line, static_cast<Slot>(slot));
    if (table.spec(series).kind == SeriesKind::gauge) continue;
    std::map<UnixMillis, QuantityRow> found;
    for (const auto& row : timeline.rows(series, windows)) found.emplace(row.window.start, row);
    for (const auto& window : windows) {
      const auto expected = oracle.row(series, window);
      const auto row = found.find(window.start);
      const auto prefix = "series " + std::to_string(static_cast<std::uint32_t>(series)) + ": ";
      if (!expected) {
        if (row != found.end()) return prefix + "no row expected, but " + describe(row->second);
      } else if (row == found.end()) {
        return prefix + "no row, expected " + describe(*expected);
      } else if (const auto different = difference(row->second, *expected); !different.empty()) {
        return prefix + different;
      }
    }
  }
  return "";
}

}  // namespace songhua::rollup
