#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indicators/quantities.h"
#include "query/rollup_rows.h"

// The door of the room: what the formulas ask of lines, answered from the lines' histories. The edge and the centre use
// the same code, so that a province of one factory is that factory. Pure: no files, no clock, no threads.
namespace songhua::figures {

struct FigureLine {
  query::LineHistory history;
  std::optional<UnixMillis> first_seen;  // when it was heard first; none: it never reported
  std::optional<UnixMillis> gone_since;
};

// Used by one thread at a time. What the histories point to must outlive it.
class LineQuantities final : public indicators::QuantitySource {
 public:
  LineQuantities(std::vector<FigureLine> lines, query::RollupContext context);

  const std::vector<indicators::QuantityRow>& quantities(Window window) override;
  const std::vector<indicators::LinePresence>& lines() override { return presences_; }

 private:
  struct Line {
    query::LineHistory history;
    std::map<SeriesKey, UnixMillis> first_readings;
    std::vector<SeriesKey> levels;  // their last value holds on (indicators.md 5.4)
  };
  void add_line(const Line& line, Window window, std::vector<indicators::QuantityRow>& rows) const;
  void carry_level(const Line& line, const SeriesKey& key, Window window,
                   std::vector<indicators::QuantityRow>& rows) const;
  static indicators::QuantityRow quantity_of(const Line& line, const query::RollupRow& row, Window window);

  std::vector<Line> lines_;
  query::RollupContext context_;
  std::vector<indicators::LinePresence> presences_;
  std::map<Window, std::vector<indicators::QuantityRow>> known_;
};

}  // namespace songhua::figures
