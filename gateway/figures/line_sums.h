#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "indicators/quantities.h"
#include "query/rollup_rows.h"

namespace songhua::figures {

struct FigureLine {
  query::LineHistory history;
  std::optional<UnixMillis> first_seen;  // when it was heard first; none: it never reported
  std::optional<UnixMillis> gone_since;
  std::shared_ptr<const void> held{};  // what the history points into; may be null where that outlives everything
};

// What the windows of one line sum up to, kept: whoever reads one line anew keeps the sums of all others. Used by one
// thread at a time.
class LineSums {
 public:
  explicit LineSums(FigureLine line);

  // Rows of `window` are appended to `rows`; `until` is lowered to the time at which one of them turns final by the
  // clock alone.
  void add(Window window, const query::RollupContext& context, std::vector<indicators::QuantityRow>& rows,
           UnixMillis& until);
  [[nodiscard]] indicators::LinePresence presence() const;
  // The parts of a quantity: lives with their readings at the borders.
  [[nodiscard]] std::vector<indicators::TracedPart> trace(const SeriesKey& key, Window window) const;

 private:
  struct Known {
    std::vector<indicators::QuantityRow> rows;
    UnixMillis from, until;  // the clock's times for which they hold
  };
  [[nodiscard]] Known sum_up(Window window, const query::RollupContext& context) const;
  void carry_level(const SeriesKey& key, Window window, bool told, const query::RollupContext& context,
                   Known& into) const;
  [[nodiscard]] bool silent_in(Window window) const;
  [[nodiscard]] indicators::TracedBorder traced(const rollup::BorderValue& border) const;
  void take(const query::RollupRow& row, Window window, Known& into) const;

  FigureLine line_;
  std::map<SeriesKey, UnixMillis> first_readings_;
  std::vector<SeriesKey> levels_;  // their last value holds on (indicators.md 5.4)
  std::map<Window, Known> known_;
};

}  // namespace songhua::figures
