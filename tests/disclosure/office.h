#pragma once

#include <rapidcheck.h>

#include <functional>
#include <string>
#include <vector>

#include "disclosure/disclosure.h"

// Small registers and the tables that an office makes of them.
namespace songhua::disclosure::test {

struct Firm {
  std::string name;
  int region;
  int industry;
  bool zone;  // a group that is neither a region nor an industry
  int amount;
};

inline std::vector<Firm> any_firms(int regions, int industries, int most) {
  const int count = *rc::gen::inRange(3, most + 1);
  std::vector<Firm> firms;
  for (int i = 0; i < count; ++i) {
    // Amounts of very different sizes, so that every rule bites.
    const int size = *rc::gen::element(1, 10, 10, 10, 100);
    firms.push_back({"E" + std::to_string(i), *rc::gen::inRange(0, regions), *rc::gen::inRange(0, industries),
                     *rc::gen::inRange(0, 3) == 0, size * *rc::gen::inRange(1, 9)});
  }
  return firms;
}

inline Cell cell_of(const std::string& id, const std::vector<Firm>& firms, const std::function<bool(const Firm&)>& in) {
  Cell cell;
  cell.id = id;
  for (const auto& firm : firms) {
    if (in(firm)) cell.contributions.push_back({firm.name, firm.name, firm.amount});
  }
  return cell;
}

// Industry by region with all margins; with `zone` also the overlapping group, which no line mentions.
inline Tables cross_table(const std::vector<Firm>& firms, int regions, int industries, bool zone) {
  Tables tables;
  const auto all = tables.add(cell_of("all", firms, [](const Firm&) { return true; }));
  std::vector<std::size_t> rows, columns;
  for (int r = 0; r < regions; ++r) {
    rows.push_back(tables.add(cell_of("r" + std::to_string(r), firms, [r](const Firm& f) { return f.region == r; })));
  }
  for (int i = 0; i < industries; ++i) {
    columns.push_back(
        tables.add(cell_of("i" + std::to_string(i), firms, [i](const Firm& f) { return f.industry == i; })));
  }
  std::vector<std::vector<std::size_t>> by_row(rows.size()), by_column(columns.size());
  for (int r = 0; r < regions; ++r) {
    for (int i = 0; i < industries; ++i) {
      const auto cell = tables.add(cell_of("r" + std::to_string(r) + "i" + std::to_string(i), firms,
                                           [r, i](const Firm& f) { return f.region == r && f.industry == i; }));
      by_row[static_cast<std::size_t>(r)].push_back(cell);
      by_column[static_cast<std::size_t>(i)].push_back(cell);
    }
  }
  tables.lines.push_back({all, rows});
  tables.lines.push_back({all, columns});
  for (std::size_t r = 0; r < rows.size(); ++r) tables.lines.push_back({rows[r], by_row[r]});
  for (std::size_t i = 0; i < columns.size(); ++i) tables.lines.push_back({columns[i], by_column[i]});
  if (zone) tables.add(cell_of("zone", firms, [](const Firm& f) { return f.zone; }));
  return tables;
}

}  // namespace songhua::disclosure::test
