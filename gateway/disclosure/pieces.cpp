#include "disclosure/pieces.h"

#include <map>

namespace songhua::disclosure {
namespace {

struct Unit {
  std::string respondent;
  Rational amount = 0;
  std::vector<std::size_t> cells;
};

// Each with the cells that it is in; the amount is that of the first of them.
std::map<std::string, Unit> units_of(const std::vector<Cell>& cells) {
  std::map<std::string, Unit> units;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (const auto& c : cells[i].contributions) {
      if (c.amount == 0) continue;
      auto& unit = units[c.unit.empty() ? c.respondent : c.unit];
      if (unit.cells.empty()) unit.respondent = c.respondent;
      const bool first_cell = unit.cells.empty() || unit.cells.front() == i;
      if (first_cell) unit.amount += c.amount;
      if (unit.cells.empty() || unit.cells.back() != i) unit.cells.push_back(i);
    }
  }
  return units;
}

}  // namespace

Pieces pieces_of(const std::vector<Cell>& cells) {
  std::map<std::vector<std::size_t>, std::map<std::string, Rational>> amounts;
  for (auto& [name, unit] : units_of(cells)) amounts[std::move(unit.cells)][unit.respondent] += unit.amount;
  Pieces pieces;
  pieces.of_cell.resize(cells.size());
  for (const auto& [in, by_respondent] : amounts) {
    const auto number = pieces.all.size();
    Piece piece{in, {}, 0};
    for (const auto& [respondent, amount] : by_respondent) {
      piece.amount += amount;
      piece.contributions.push_back({respondent, std::to_string(number) + "/" + respondent, amount});
    }
    for (const auto cell : in) pieces.of_cell[cell].push_back(number);
    pieces.all.push_back(std::move(piece));
  }
  return pieces;
}

std::vector<Contribution> contributions_of(const Pieces& pieces, const std::vector<std::size_t>& numbers) {
  std::vector<Contribution> all;
  for (const auto number : numbers) {
    const auto& own = pieces.all[number].contributions;
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace songhua::disclosure
