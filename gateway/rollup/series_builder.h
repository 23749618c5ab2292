#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "rollup/builder.h"

// Inside of builder.cpp: readings of one series become its part of a record. Not for other rooms.
namespace songhua::rollup {

struct RankedReading {
  MappedReading reading;
  std::optional<Epoch> epoch;  // its own; inherit_epochs adds the announced one
  std::size_t rank = 0;        // of its message in the sender's order
};

[[nodiscard]] inline bool is_interval(const MappedReading& r) {
  return r.interval_start != UnixMillis{} && r.interval_start < r.time;
}

// Does the reading belong to the window? An interval belongs to all windows it meets.
[[nodiscard]] inline bool touches(const MappedReading& r, const Window& window) {
  if (is_interval(r)) return r.interval_start < window.end && r.time > window.start;
  return window.contains(r.time);
}

// Gives each reading without an epoch the one announced last before it; `announcements` in time order.
void inherit_epochs(std::vector<RankedReading>& readings,
                    const std::vector<std::pair<AnnouncedEpoch, std::size_t>>& announcements);

// None where nothing remains to be kept.
[[nodiscard]] std::optional<SeriesData> build_series(std::vector<RankedReading> readings, const SeriesSpec& spec,
                                                     Window window);

// Extends a record by readings that are later than all it has, given by ascending series. Series that are new to the
// record go in together at the end: one by one they would cost the square of a large birth.
class Appender {
 public:
  Appender(Record& record, const SeriesTable& table) : record_(record), table_(table) {}
  void add(const MappedReading& reading, std::optional<Epoch> epoch);
  void finish();

 private:
  Record& record_;
  const SeriesTable& table_;
  std::vector<SeriesPart> fresh_;
};

}  // namespace songhua::rollup
