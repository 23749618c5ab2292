#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/figure_book.h"
#include "report/words.h"

// From rows of the book to cells and tables. Inside the room only.
namespace songhua::report {

// The figure as it is printed, or what stands in its place. Null (was not asked for): not applicable.
Cell cell_of(const Material& m, const indicators::IndicatorRow* row);
inline bool is_figure(const Cell& cell) {
  return cell.shown == Shown::figure;
}
// A rate of change whose enterprises have reported less than the coverage limit.
bool is_withheld(const Material& m, const indicators::IndicatorRow& row);

// The size of an amount in sentences, from the exact figure: 2.95亿元 / CNY 294.67 million; the sign is the sentence's.
Words money_words(const indicators::IndicatorRow& row);
// In CNY 100 million, with two decimals.
std::string hundred_millions(const indicators::IndicatorRow& row);

// A line of a table by parts.
struct Part {
  std::string id;
  Words title;
  int level = 0;
  indicators::Scope scope;
};
// A column of it. `share` stands for share.<group> of the part's group in the whole.
struct Measure {
  std::string indicator;
  Words title;
  Words unit;
};

// Parts down, measures across, once for each span.
Table table_by_parts(const Material& m, const std::string& id, const Words& title, const std::vector<Part>& parts,
                     const std::vector<Measure>& measures);
// Indicators of one scope down, spans across.
Table table_of_indicators(const Material& m, const std::string& id, const Words& title,
                          const std::vector<std::string>& indicators, const indicators::Scope& scope);
// A column after each growth column: the place among the printed rates, the highest first; equal ones share it.
void add_ranks(Table& table, const std::string& indicator, std::size_t ranked_rows);
// Takes out columns and rows that have nothing to show and says in a line what is missing and why.
void tidy(Table& table);

// Bars of one column; parts without a figure are left out.
BarChart bars_of(const Table& table, const std::string& column, const Words& title, const Words& unit);

// Common measures.
Measure level_measure();
Measure growth_measure();
Measure change_measure();
Measure pull_measure();

}  // namespace songhua::report
