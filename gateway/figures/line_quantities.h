#pragma once

#include <map>
#include <memory>
#include <vector>

#include "figures/line_sums.h"
#include "indicators/quantities.h"
#include "query/rollup_rows.h"

// The door of the room: what the formulas ask of lines, answered from the lines' histories. The edge and the centre use
// the same code, so that a province of one factory is that factory. Pure: no files, no clock, no threads.
namespace songhua::figures {

// Used by one thread at a time. What the histories point to must outlive it, or be held by them.
class LineQuantities final : public indicators::QuantitySource {
 public:
  LineQuantities(std::vector<FigureLine> lines, query::RollupContext context);
  // Lines whose sums serve other sources, too.
  LineQuantities(std::vector<std::shared_ptr<LineSums>> lines, query::RollupContext context);

  const std::vector<indicators::QuantityRow>& quantities(Window window) override;
  const std::vector<indicators::LinePresence>& lines() override { return presences_; }
  std::vector<indicators::TracedPart> trace(const indicators::QuantityRow& row, Window window) override;

  // Answers are those of this clock from here on: what has turned final since then is added up anew. No reference that
  // was handed out before is valid any more.
  void move_to(UnixMillis now);

 private:
  struct Known {
    std::vector<indicators::QuantityRow> rows;
    UnixMillis until;
  };
  std::vector<std::shared_ptr<LineSums>> lines_;
  query::RollupContext context_;
  std::vector<indicators::LinePresence> presences_;
  std::map<Window, Known> known_;
};

}  // namespace songhua::figures
