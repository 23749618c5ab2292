#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/int128.h"
#include "model/series.h"
#include "model/time.h"

// What the formulas ask of the rollups. The edge (one enterprise, its own lines) and the centre both implement it.
namespace songhua::indicators {

enum class Status { final, revised, preliminary };  // in rising order of doubt

// The quantity of one series in one window.
struct QuantityRow {
  std::string enterprise;
  LineId line;
  SeriesKey key;          // equipment.*: the last value, carried forward; event.failures: counted by the rollup
  Quantity quantity = 0;  // base units; negative only through corrections by hand
  Status status = Status::final;
  bool settling = false;  // preliminary by the clock alone: all is in, only the settle delay is not over
  bool estimated = false;
  bool from_start = true;  // known from the window's start on: the series had a reading there or earlier
  Millis observed{0};      // of the line in the window: the numerator of completeness ...
  Millis expected{0};      // ... and its denominator
  bool official = true;    // false: in no figure above its line
  bool carried = false;    // told at the window's start or before: the line need not have said anything in it
};

// How a quantity came about: readings, and values at borders between them (indicators.md 10). For explanations.
struct TracedReading {
  UnixMillis time;
  Quantity value = 0;
  bool virtual_zero = false;
  std::string place;  // where it is kept: gateway, generation, record
};
struct TracedBorder {
  UnixMillis at;
  Quantity value = 0;
  std::optional<TracedReading> before;  // last reading before `at`
  std::optional<UnixMillis> held;       // silence says that its value held up to then
  std::optional<TracedReading> after;   // first one at or after `at`
};
struct TracedPart {
  std::string what;  // "life of epoch 3", "amount", ...
  Quantity quantity = 0;
  std::optional<TracedBorder> start, end;  // of a life: quantity = V(end) - V(start)
};

// A line that ever reported (or is configured, at the edge). Such lines are expected until they are declared gone.
struct LinePresence {
  std::string enterprise;
  LineId line;
  std::optional<UnixMillis> first_seen;  // its first reading; none: it never reported
  std::optional<UnixMillis> gone_since;
};

class QuantitySource {
 public:
  QuantitySource() = default;
  QuantitySource(const QuantitySource&) = delete;
  QuantitySource& operator=(const QuantitySource&) = delete;
  virtual ~QuantitySource() = default;

  // All rows of `window`, whose borders are whole minutes. Periods are split at price changes, so sub-windows of a
  // period are asked for too. The reference stays valid until the source is destroyed: results are cached there.
  virtual const std::vector<QuantityRow>& quantities(Window window) = 0;
  virtual const std::vector<LinePresence>& lines() = 0;
  // The parts whose sum is the row's quantity in the window; none where the source cannot tell.
  virtual std::vector<TracedPart> trace(const QuantityRow& row, Window window) {
    static_cast<void>(row);
    static_cast<void>(window);
    return {};
  }
};

}  // namespace songhua::indicators
