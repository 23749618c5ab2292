#pragma once

#include <map>
#include <memory>
#include <vector>

#include "central/line_book.h"
#include "indicators/quantities.h"
#include "query/rollup_rows.h"

namespace songhua::central {

using Books = std::vector<std::unique_ptr<const LineBook>>;

// What the formulas ask of the centre's lines. `books` and what `context` points to must outlive it.
class CentreQuantities final : public indicators::QuantitySource {
 public:
  // `revised`: was a record of the line in the window replaced after it was final?
  CentreQuantities(const Books& books, query::RollupContext context,
                   std::function<bool(const LineName&, Window)> revised);

  const std::vector<indicators::QuantityRow>& quantities(Window window) override;
  const std::vector<indicators::LinePresence>& lines() override { return lines_; }

 private:
  void add_line(const LineBook& book, Window window, std::vector<indicators::QuantityRow>& rows);

  const Books& books_;
  query::RollupContext context_;
  std::function<bool(const LineName&, Window)> revised_;
  std::vector<indicators::LinePresence> lines_;
  std::map<Window, std::vector<indicators::QuantityRow>> known_;
};

// The line as the query room sees it; `book` must outlive it.
query::LineHistory history_of(const LineBook& book, std::function<bool(const LineName&, Window)> revised);

}  // namespace songhua::central
