#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "rollup/record.h"

// From messages to the records of one minute.
namespace songhua::rollup {

// One reading, resolved and mapped: `value` is the quantity after unit factor and floor, or Fixed9 units for gauges
// and rates.
struct MappedReading {
  SeriesIndex series{};
  UnixMillis time;
  int128 value = 0;
  bool is_void = false;       // null or refused: no value, but the old one is no longer known
  UnixMillis interval_start;  // amounts over an interval; an instant repeats `time`
  // Amounts: tells amounts of one instant apart. Else which of several readings of one instant stays, before their
  // values are asked: a state gives a reading to the time of every state, and only one state can be meant.
  std::uint32_t ordinal = 0;
};

struct AnnouncedEpoch {
  Epoch epoch = 0;
  UnixMillis time;  // of the metric that announces it
  std::optional<UnixMillis> counter_start;
};

// What one message says of one line.
struct LineMessage {
  LineIndex line{};
  bool live = false;  // a birth or data without historical metrics (DDEATH and historical data are not live)
  std::optional<AnnouncedEpoch> epoch;  // applies to all readings of the message
  std::vector<StatePoint> states;
  std::vector<MappedReading> readings;
};

// One message of a source (an edge node, or an import), as the rollup sees it. Equal messages have equal digests; the
// first received is meant, the caller drops the others.
struct SourceMessage {
  UnixMillis time;                  // payload time
  std::optional<std::uint8_t> seq;  // none for imports
  bool starts_session = false;      // NBIRTH
  std::uint64_t digest = 0;
  // Of several tellings of one message (in part while no birth explained it, whole afterwards, otherwise once an older
  // birth came to be known) only the one with the highest number counts.
  std::uint64_t telling = 0;
  std::vector<LineMessage> lines;

  // Minutes that it touches: of its payload time and of its metrics' times, and all that an interval spans. Ascending.
  [[nodiscard]] std::vector<UnixMillis> minutes() const;
  // Does it touch one of the window's minutes?
  [[nodiscard]] bool touches(const Window& window) const;
};

struct BuildRules {
  Millis gap_limit = kQuarterHour;  // for observed time
};

using LineRecords = std::map<LineIndex, Record>;

// The records of one minute of one source from all messages that touch the minute, in any order. Every line of the
// source that is named in `lines` gets one, since each keeps the source's unbroken stretches.
[[nodiscard]] LineRecords build_minute(UnixMillis minute, const std::vector<const SourceMessage*>& messages,
                                       const std::vector<LineIndex>& lines, const SeriesTable& table,
                                       const BuildRules& rules);

// The same for a longer window: imports of interval meters keep quarter hours, not fifteen copies of one interval.
[[nodiscard]] LineRecords build_window(Window window, const std::vector<const SourceMessage*>& messages,
                                       const std::vector<LineIndex>& lines, const SeriesTable& table,
                                       const BuildRules& rules);

// The same, in place, for messages that arrive in order; the pipeline's fast path. Not thread-safe.
class MinuteBuilder {
 public:
  MinuteBuilder(UnixMillis minute, const SeriesTable& table, BuildRules rules);

  // Extends the records, or changes nothing and returns false where the message is not the latest in every respect:
  // then the minute must be rebuilt from all its messages.
  [[nodiscard]] bool append(const SourceMessage& message);
  [[nodiscard]] const LineRecords& records() const;
  [[nodiscard]] std::vector<LineIndex> lines() const;
  // The same of one line that has a record. Lines that were not heard since clear_heard() have the record of then, but
  // for the source's stretches.
  [[nodiscard]] const Record& record(LineIndex line) const;
  [[nodiscard]] const std::vector<Stretch>& stretches() const { return node_stretches_; }
  [[nodiscard]] bool was_heard(LineIndex line) const { return heard_.contains(line); }
  void clear_heard() { heard_.clear(); }
  // A line of the source that has not been heard in this minute still gets the source's stretches.
  void add_line(LineIndex line);

 private:
  [[nodiscard]] bool in_order(const SourceMessage& message);
  [[nodiscard]] bool readings_in_order(const LineMessage& part, UnixMillis last);
  void extend(const SourceMessage& message, const LineMessage& part);

  Window window_;
  const SeriesTable& table_;
  BuildRules rules_;
  // Their stretches are behind the source's until they are asked for: a message extends those of all its lines.
  mutable LineRecords records_;
  std::set<LineIndex> heard_;
  std::map<LineIndex, UnixMillis> last_events_;
  std::optional<UnixMillis> last_message_;
  std::optional<std::uint8_t> last_seq_;
  std::vector<Stretch> node_stretches_;                        // without live times
  std::vector<std::pair<SeriesIndex, UnixMillis>> by_series_;  // of one message; kept for its memory
};

}  // namespace songhua::rollup
