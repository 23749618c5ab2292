#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/series.h"
#include "rollup/builder.h"
#include "storage/dictionary.h"
#include "storage/journal.h"

// Readings that never were MQTT messages (historian exports, corrections by hand), as the journal keeps them.
namespace songhua::ingest {

struct ImportRow {
  const SeriesSpec* spec = nullptr;
  UnixMillis time;   // the end of an interval
  UnixMillis start;  // equal to time for instants
  std::uint32_t ordinal = 0;
  int128 value = 0;  // a quantity, or Fixed9 units for gauges and rates
};

// The payload of a journal entry.
[[nodiscard]] std::string encode_rows(const std::vector<ImportRow>& rows, const std::string& reason = {});

// What the rollup sees of it: one message a distinct time, series written to the dictionary.
[[nodiscard]] Result<std::vector<std::shared_ptr<rollup::SourceMessage>>> import_messages(
    std::string_view payload, storage::Dictionary& dictionary);

// The journal's entry of import `name`; `quarters`: all are amounts over aligned quarter hours or longer.
[[nodiscard]] storage::Entry import_entry(const std::string& name, bool quarters, std::string payload, UnixMillis now);
// ... of a correction by hand.
[[nodiscard]] storage::Entry adjustment_entry(std::string payload, UnixMillis now);

// ... of a line declared gone from `at`, or back.
[[nodiscard]] storage::Entry line_entry(const LineId& line, bool gone, UnixMillis at, UnixMillis now);

}  // namespace songhua::ingest
