#pragma once

#include <map>
#include <string>
#include <vector>

#include "oracle.h"
#include "rollup/builder.h"
#include "rollup/timeline.h"
#include "world.h"

// The way from a history through the real code: messages -> minute records -> joins -> timeline.
namespace songhua::rollup {

using RecordsOfLines = std::map<LineIndex, std::vector<Record>>;  // per line, by window start

// Of equal messages the first: what a caller of the builder hands over.
[[nodiscard]] std::vector<SourceMessage> without_repetitions(const std::vector<SourceMessage>& messages);

// One record per line and minute that a message touches.
[[nodiscard]] RecordsOfLines minute_records(const History& history);
// Joins of the minutes (missing ones are empty) to aligned records of `length`.
[[nodiscard]] RecordsOfLines joined_records(const RecordsOfLines& minutes, Millis length, const SeriesTable& table);

[[nodiscard]] Timeline timeline_of(const std::vector<std::vector<Record>>& sources, const SeriesTable& table);

// All aligned windows of `length` that the history touches, with their neighbours, and some inside long silences.
[[nodiscard]] std::vector<Window> windows_of(const History& history, Millis length);

// "" or the first difference between the timeline's rows and the oracle's, readable.
[[nodiscard]] std::string difference(const Timeline& timeline, const oracle::Oracle& oracle, const TestTable& table,
                                     std::size_t line, const std::vector<Window>& windows);
[[nodiscard]] std::string difference(const QuantityRow& found, const QuantityRow& expected);  // `completed` apart
[[nodiscard]] std::string describe(const QuantityRow& row);

}  // namespace songhua::rollup
