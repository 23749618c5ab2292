#include "disclosure/patterns.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "disclosure/reach.h"

namespace songhua::disclosure {
namespace {

// Blanks with what is proved of them: a cell that can move far enough can do so with more blanks, too.
struct Pattern {
  std::vector<bool> blank;
  std::vector<bool> far_up, far_down;
  std::set<std::size_t> exposed;  // known exactly, and nothing helps
  std::set<std::size_t> narrow;   // nearer to what is known than asked for, and nothing helps
  Rational cost = 0;
  std::vector<std::string> added;  // ids, sorted
};

bool cheaper(const Pattern& a, const Pattern& b) {
  return a.cost != b.cost ? a.cost < b.cost : a.added < b.added;
}

class Search {
 public:
  Search(const Tables& tables, const Rules& rules) : tables_(tables), rules_(rules) {
    for (const auto& cell : tables.cells) {
      sensitive_.push_back(cell.decided != Cell::Decided::given && !sensitivity({&cell}, rules).empty());
      Rational size = 0;
      for (const auto& c : cell.contributions) size += abs(c.amount);
      const Rational value = abs(cell.value());
      cost_.push_back(value);
      distance_.push_back(Rational((value == 0 ? size : value) * rules.protection_percent / 100));
    }
  }

  Found run() {
    std::vector<Pattern> open{first()};
    std::set<std::vector<std::string>> seen;
    for (std::size_t looked_at = 0; looked_at < rules_.search_limit; ++looked_at) {
      std::ranges::pop_heap(open, later);
      auto pattern = std::move(open.back());
      open.pop_back();
      const auto choices = complaint(pattern);
      if (choices.empty()) return found(pattern, true);
      for (const auto cell : choices) {
        auto next = with(pattern, cell);
        if (!seen.insert(next.added).second) continue;
        open.push_back(std::move(next));
        std::ranges::push_heap(open, later);
      }
    }
    std::ranges::pop_heap(open, later);
    return greedy(std::move(open.back()));
  }

 private:
  static bool later(const Pattern& a, const Pattern& b) { return cheaper(b, a); }

  [[nodiscard]] Pattern first() const {
    Pattern pattern;
    for (std::size_t i = 0; i < tables_.cells.size(); ++i) {
      const auto& cell = tables_.cells[i];
      const bool known = cell.decided == Cell::Decided::given;
      pattern.blank.push_back(!known && (!cell.shown || cell.decided == Cell::Decided::blank || sensitive_[i]));
    }
    pattern.far_up.resize(tables_.cells.size());
    pattern.far_down.resize(tables_.cells.size());
    return pattern;
  }

  [[nodiscard]] Pattern with(const Pattern& pattern, std::size_t cell) const {
    Pattern next = pattern;
    next.blank[cell] = true;
    next.cost += cost_[cell];
    const auto& id = tables_.cells[cell].id;
    next.added.insert(std::ranges::lower_bound(next.added, id), id);
    return next;
  }

  [[nodiscard]] bool may_blank(const Pattern& pattern, std::size_t i) const {
    const auto& cell = tables_.cells[i];
    return cell.shown && cell.decided == Cell::Decided::open && !pattern.blank[i] && !cell.is_zero();
  }
  // Must nobody come near it? Pieces that are not shown matter where they are sensitive themselves.
  [[nodiscard]] bool matters(const Pattern& pattern, std::size_t i) const {
    return pattern.blank[i] && (tables_.cells[i].shown || sensitive_[i]) && !pattern.exposed.contains(i);
  }

  // Cells of which at least one must be blank, too; empty: nothing is wrong.
  std::vector<std::size_t> complaint(Pattern& pattern) {
    for (;;) {
      auto wrong = by_lines(pattern);
      if (wrong.cells.empty()) wrong = by_bounds(pattern);
      if (wrong.cells.empty()) return {};
      std::erase_if(wrong.choices, [&](std::size_t cell) { return !may_blank(pattern, cell); });
      std::ranges::sort(wrong.choices, [&](std::size_t a, std::size_t b) {
        return cost_[a] != cost_[b] ? cost_[a] < cost_[b] : tables_.cells[a].id < tables_.cells[b].id;
      });
      if (!wrong.choices.empty()) return wrong.choices;
      if (wrong.narrow) {
        (wrong.up ? pattern.far_up : pattern.far_down)[wrong.cells.front()] = true;
        pattern.narrow.insert(wrong.cells.front());
      } else {
        pattern.exposed.insert(wrong.cells.begin(), wrong.cells.end());
      }
    }
  }

  struct Wrong {
    std::vector<std::size_t> cells;  // that are not safe
    std::vector<std::size_t> choices;
    bool narrow = false;  // not known, but not far enough to one side
    bool up = false;
  };

  bool pool_is_sensitive(const std::vector<std::size_t>& pool) const {
    const auto [it, fresh] = pools_.try_emplace(pool, false);
    if (fresh) {
      std::vector<const Cell*> cells;
      for (const auto cell : pool) cells.push_back(&tables_.cells[cell]);
      it->second = !sensitivity(cells, rules_).empty();
    }
    return it->second;
  }

  // (a) and (b) of indicators.md 12.
  [[nodiscard]] Wrong by_lines(const Pattern& pattern) const {
    for (const auto& line : tables_.lines) {
      std::vector<std::size_t> pooled;
      std::vector<std::size_t> cells = line.parts;
      cells.push_back(line.total);
      Wrong wrong{{}, cells, false, false};
      std::size_t blanks = 0;
      for (const auto cell : cells) {
        if (!pattern.blank[cell]) continue;
        ++blanks;
        if (matters(pattern, cell)) wrong.cells.push_back(cell);
        if (cell != line.total) pooled.push_back(cell);
      }
      if (wrong.cells.empty()) continue;
      if (blanks == 1 || (!pattern.blank[line.total] && pool_is_sensitive(pooled))) return wrong;
    }
    return {};
  }

  // (c): every blank can lie far enough above and below its value.
  Wrong by_bounds(Pattern& pattern) const {
    std::optional<Reach> reach;
    for (std::size_t i = 0; i < tables_.cells.size(); ++i) {
      for (const bool up : {true, false}) {
        if (!matters(pattern, i) || (up ? pattern.far_up : pattern.far_down)[i]) continue;
        if (!reach) reach.emplace(tables_, pattern.blank);
        const auto outcome = reach->go(i, up, distance_[i]);
        if (!outcome.reached) {
          const bool moves = outcome.distance > 0 || reach->go(i, !up, distance_[i]).distance > 0;
          return {{i}, outcome.relief, moves, up};
        }
        for (std::size_t k = 0; k < outcome.moves.size(); ++k) {
          if (outcome.moves[k] >= distance_[k]) pattern.far_up[k] = true;
          if (outcome.moves[k] <= -distance_[k]) pattern.far_down[k] = true;
        }
      }
    }
    return {};
  }

  // The cheapest choice each time; then what turned out not to be needed is given out after all, the largest first.
  Found greedy(Pattern pattern) {
    for (auto choices = complaint(pattern); !choices.empty(); choices = complaint(pattern)) {
      pattern = with(pattern, choices.front());
    }
    auto added = pattern.added;
    std::map<std::string, std::size_t> number;
    for (std::size_t i = 0; i < tables_.cells.size(); ++i) number[tables_.cells[i].id] = i;
    std::ranges::stable_sort(added, [&](const auto& a, const auto& b) { return cost_[number[a]] > cost_[number[b]]; });
    for (const auto& id : added) {
      auto less = pattern;
      less.blank[number[id]] = false;
      less.far_up.assign(less.far_up.size(), false);
      less.far_down.assign(less.far_down.size(), false);
      const auto exposed = less.exposed;
      less.narrow.clear();
      if (complaint(less).empty() && less.exposed == exposed && less.narrow == pattern.narrow)
        pattern = std::move(less);
    }
    return found(pattern, false);
  }
  static Found found(const Pattern& pattern, bool exact) {
    return {pattern.blank,
            exact,
            {pattern.exposed.begin(), pattern.exposed.end()},
            {pattern.narrow.begin(), pattern.narrow.end()}};
  }

  const Tables& tables_;
  const Rules& rules_;
  std::vector<bool> sensitive_;
  std::vector<Rational> cost_, distance_;
  mutable std::map<std::vector<std::size_t>, bool> pools_;
};

}  // namespace

std::vector<Component> components_of(const Tables& tables) {
  std::vector<std::size_t> root(tables.cells.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&](std::size_t i) {
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
  };
  for (const auto& line : tables.lines) {
    for (const auto part : line.parts) root[find(part)] = find(line.total);
  }
  std::map<std::size_t, Component> by_root;
  std::vector<std::size_t> place(tables.cells.size());
  for (std::size_t i = 0; i < tables.cells.size(); ++i) {
    auto& component = by_root[find(i)];
    place[i] = component.tables.add(tables.cells[i]);
    component.cells.push_back(i);
  }
  for (const auto& line : tables.lines) {
    Line own{place[line.total], {}};
    for (const auto part : line.parts) own.parts.push_back(place[part]);
    by_root[find(line.total)].tables.lines.push_back(std::move(own));
  }
  std::vector<Component> components;
  for (auto& [number, component] : by_root) {
    if (!component.tables.lines.empty()) components.push_back(std::move(component));
  }
  return components;
}

Found cheapest_pattern(const Tables& tables, const Rules& rules) {
  return Search(tables, rules).run();
}

}  // namespace songhua::disclosure
