#include <algorithm>
#include <map>
#include <set>

#include "disclosure/patterns.h"

namespace songhua::disclosure {
namespace {

using Units = std::map<std::string, Contribution>;

Units units_of(const Cell& cell) {
  Units units;
  for (const auto& c : cell.contributions) {
    if (c.amount == 0) continue;
    const auto& key = c.unit.empty() ? c.respondent : c.unit;
    const auto [it, fresh] = units.try_emplace(key, c);
    if (!fresh) it->second.amount += c.amount;
  }
  return units;
}

Cell hidden(std::string id) {
  Cell cell;
  cell.id = std::move(id);
  cell.shown = false;
  return cell;
}

// Units that are in the very same cells.
std::map<std::vector<std::size_t>, Units> pieces_of(const std::vector<Units>& cells) {
  std::map<std::string, std::vector<std::size_t>> where;
  std::map<std::string, Contribution> amounts;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (const auto& [key, contribution] : cells[i]) {
      where[key].push_back(i);
      amounts.emplace(key, contribution);
    }
  }
  std::map<std::vector<std::size_t>, Units> pieces;
  for (const auto& [key, in] : where) pieces[in].emplace(key, amounts.at(key));
  return pieces;
}

bool holds(const Units& whole, const Units& part) {
  return part.size() < whole.size() &&
         std::ranges::all_of(part, [&](const auto& unit) { return whole.contains(unit.first); });
}

// What is left of one cell without another that lies in it.
void add_rests(Tables& tables, const std::vector<Units>& units, const Rules& rules) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (std::size_t j = 0; j < units.size(); ++j) {
      if (i == j || units[j].empty() || !holds(units[i], units[j])) continue;
      auto rest = hidden(tables.cells[i].id + " without " + tables.cells[j].id);
      for (const auto& [key, contribution] : units[i]) {
        if (!units[j].contains(key)) rest.contributions.push_back(contribution);
      }
      if (sensitivity({&rest}, rules).empty()) continue;
      const auto number = tables.add(std::move(rest));
      tables.lines.push_back({i, {j, number}});
    }
  }
}

}  // namespace

bool link(Tables& tables, const Rules& rules, std::size_t max_pieces) {
  std::vector<Units> units;
  for (const auto& cell : tables.cells) units.push_back(units_of(cell));
  const auto pieces = pieces_of(units);
  if (pieces.size() > max_pieces) return false;
  add_rests(tables, units, rules);
  std::map<std::size_t, std::vector<std::size_t>> parts;
  for (const auto& [in, own] : pieces) {
    auto piece = hidden("piece " + own.begin()->first);
    for (const auto& [key, contribution] : own) piece.contributions.push_back(contribution);
    const auto number = tables.add(std::move(piece));
    for (const auto cell : in) parts[cell].push_back(number);
  }
  for (auto& [cell, own] : parts) tables.lines.push_back({cell, std::move(own)});
  return true;
}

}  // namespace songhua::disclosure
