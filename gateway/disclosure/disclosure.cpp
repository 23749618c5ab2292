#include "disclosure/disclosure.h"

#include <algorithm>
#include <map>
#include <set>

#include "disclosure/patterns.h"
#include "disclosure/reach.h"

namespace songhua::disclosure {

Rational Cell::value() const {
  Rational sum = 0;
  for (const auto& c : contributions) sum += c.amount;
  return sum;
}

bool Cell::is_zero() const {
  return std::ranges::all_of(contributions, [](const Contribution& c) { return c.amount == 0; });
}

std::size_t Tables::add(Cell cell) {
  cells.push_back(std::move(cell));
  return cells.size() - 1;
}

std::string_view to_string(Code code) {
  return code == Code::free ? "F" : code == Code::primary ? "C" : "D";
}

std::vector<Rational> by_respondent(const std::vector<const Cell*>& cells) {
  std::map<std::string, Rational> sums;
  for (const auto* cell : cells) {
    for (const auto& c : cell->contributions) sums[c.respondent] += c.amount;
  }
  std::vector<Rational> amounts;
  amounts.reserve(sums.size());
  for (const auto& [respondent, amount] : sums) amounts.push_back(amount);
  return amounts;
}

std::vector<std::string> sensitivity(const std::vector<const Cell*>& cells, const Rules& rules) {
  return primary_suppression(by_respondent(cells), rules.primary);
}

Protection protect(const Tables& tables, const Rules& rules) {
  Protection protection;
  std::vector<bool> sensitive;
  for (const auto& cell : tables.cells) {
    auto why = sensitivity({&cell}, rules);
    const bool given = cell.decided == Cell::Decided::given;
    if (given && !why.empty()) protection.exposed.push_back(cell.id);
    sensitive.push_back(!why.empty() && !given);
    protection.codes.push_back(sensitive.back()                                     ? Code::primary
                               : cell.shown && cell.decided == Cell::Decided::blank ? Code::secondary
                                                                                    : Code::free);
    protection.why.push_back(sensitive.back() ? std::move(why) : std::vector<std::string>{});
  }
  if (!rules.secondary) return protection;
  for (const auto& component : components_of(tables)) {
    const auto found = cheapest_pattern(component.tables, rules);
    for (std::size_t i = 0; i < component.cells.size(); ++i) {
      auto& code = protection.codes[component.cells[i]];
      if (found.blank[i] && component.tables.cells[i].shown && code == Code::free) code = Code::secondary;
    }
    protection.exact = protection.exact && found.exact;
    for (const auto cell : found.exposed) protection.exposed.push_back(component.tables.cells[cell].id);
    for (const auto cell : found.narrow) protection.narrow.push_back(component.tables.cells[cell].id);
  }
  for (auto* list : {&protection.exposed, &protection.narrow}) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return protection;
}

std::vector<Interval> feasible(const Tables& tables, const std::vector<bool>& blank) {
  Reach reach(tables.cells);
  reach.show(blank);
  std::vector<Interval> intervals;
  for (std::size_t i = 0; i < tables.cells.size(); ++i) {
    const Rational value = tables.cells[i].value();
    if (!blank[i]) {
      intervals.push_back({value, value});
      continue;
    }
    Interval interval;
    if (const auto down = reach.go(i, false, std::nullopt); !down.reached)
      interval.low = Rational(value - reach.parts().rational(down.distance));
    if (const auto up = reach.go(i, true, std::nullopt); !up.reached)
      interval.high = Rational(value + reach.parts().rational(up.distance));
    intervals.push_back(std::move(interval));
  }
  return intervals;
}

}  // namespace songhua::disclosure
