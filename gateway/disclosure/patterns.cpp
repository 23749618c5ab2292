#include "disclosure/patterns.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include "disclosure/pieces.h"
#include "disclosure/reach.h"

namespace songhua::disclosure {
namespace {

// What moves, and how far, so that a cell lies far enough from its value while all that is given out stays.
using Proof = std::shared_ptr<const Reach::Moves>;

bool moves(const Reach::Moves& proof, std::size_t cell) {
  return std::ranges::binary_search(proof, cell, {}, [](const auto& move) { return move.first; });
}

// What is blanked for others: sums of absolute values, the highest rank first.
using Cost = std::array<Rational, kRanks>;

// Blanks with what is proved of them: a cell that can move far enough can do so with more blanks, too.
struct Pattern {
  std::vector<bool> blank;
  std::vector<Proof> far_up, far_down;  // none: not proved
  std::set<std::size_t> exposed;        // known exactly, and nothing helps
  std::set<std::size_t> narrow;         // nearer to what is known than asked for, and nothing helps
  std::set<std::size_t> useless;        // was blanked for others and taken back: it was known all the same
  std::set<std::size_t> needed;         // was blanked once more after that: it stays
  Cost cost;
  std::vector<std::string> added;  // ids, sorted
};

bool cheaper(const Pattern& a, const Pattern& b) {
  return a.cost != b.cost ? a.cost < b.cost : a.added < b.added;
}

class Search {
 public:
  Search(const Tables& tables, const Rules& rules) : tables_(tables), rules_(rules), reach_(tables.cells) {
    for (std::size_t i = 0; i < tables.cells.size(); ++i) {
      const auto& cell = tables.cells[i];
      number_[cell.id] = i;
      auto& shares = shares_.emplace_back();
      for (const auto& c : cell.contributions) shares[c.respondent] += c.amount;
      sensitive_.push_back(cell.decided != Cell::Decided::given && sensitive(shares));
      Rational size = 0, value = 0;
      for (const auto& c : cell.contributions) size += abs(c.amount);
      for (const auto& [respondent, amount] : shares) value += amount;
      cost_.push_back(abs(value));
      distance_.push_back(reach_.parts().distance(Rational(
          (value == 0 ? size : abs(value)) * (cell.shown ? rules.protection_percent : rules.hidden_percent) / 100)));
    }
  }

  Found run() {
    std::vector<Pattern> open{first()};
    std::set<std::vector<std::string>> seen;
    for (std::size_t looked_at = 0; looked_at < rules_.search_limit; ++looked_at) {
      if (reach_.work() > rules_.search_work) break;
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
    return greedy();
  }

 private:
  static bool later(const Pattern& a, const Pattern& b) { return cheaper(b, a); }

  using Shares = std::map<std::string, Rational>;  // by respondent

  [[nodiscard]] bool sensitive(const Shares& shares) const {
    std::vector<Rational> amounts;
    for (const auto& [respondent, amount] : shares) amounts.push_back(amount);
    return !primary_suppression(amounts, rules_.primary).empty();
  }

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

  [[nodiscard]] std::size_t rank(std::size_t cell) const { return tables_.cells[cell].rank; }
  Rational& cost_at(Pattern& pattern, std::size_t cell) const { return pattern.cost.at(kRanks - 1 - rank(cell)); }

  [[nodiscard]] Pattern with(const Pattern& pattern, std::size_t cell) const {
    Pattern next = pattern;
    next.blank[cell] = true;
    if (next.useless.erase(cell) > 0) next.needed.insert(cell);
    cost_at(next, cell) += cost_[cell];
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

  // Whose protection is looked at: first those that the rules are for, then what was blanked for their sake.
  enum class Whose { sensitive, all };

  // Cells of which at least one must be blank, too; empty: nothing is wrong.
  std::vector<std::size_t> complaint(Pattern& pattern, Whose whose = Whose::all) {
    for (;;) {
      auto wrong = by_lines(pattern, whose);
      if (wrong.cells.empty()) wrong = by_bounds(pattern, whose);
      if (wrong.cells.empty()) return {};
      std::erase_if(wrong.choices, [&](std::size_t cell) { return !may_blank(pattern, cell); });
      const auto fresh = std::partition(wrong.choices.begin(), wrong.choices.end(),
                                        [&](std::size_t cell) { return !pattern.useless.contains(cell); });
      if (fresh != wrong.choices.begin()) wrong.choices.erase(fresh, wrong.choices.end());
      std::ranges::sort(wrong.choices, [&](std::size_t a, std::size_t b) {
        if (rank(a) != rank(b)) return rank(a) < rank(b);
        return cost_[a] != cost_[b] ? cost_[a] < cost_[b] : tables_.cells[a].id < tables_.cells[b].id;
      });
      if (!wrong.choices.empty() && !(thrifty_ && wrong.known && is_spare(pattern, wrong.cells))) return wrong.choices;
      if (wrong.narrow) {
        static const auto nothing_to_prove = std::make_shared<const Reach::Moves>();
        (wrong.up ? pattern.far_up : pattern.far_down)[wrong.cells.front()] = nothing_to_prove;
        pattern.narrow.insert(wrong.cells.front());
        continue;
      }
      for (const auto cell : wrong.cells) {
        if (wrong.known && is_spare(pattern, {cell})) {
          take_back(pattern, cell);
        } else {
          pattern.exposed.insert(cell);
        }
      }
    }
  }
  // Blanked for others, and by nobody before.
  [[nodiscard]] bool is_spare(const Pattern& pattern, const std::vector<std::size_t>& cells) const {
    return std::ranges::all_of(cells, [&](std::size_t cell) {
      return !sensitive_[cell] && tables_.cells[cell].decided == Cell::Decided::open && !pattern.needed.contains(cell);
    });
  }

  struct Wrong {
    std::vector<std::size_t> cells;  // that are not safe
    std::vector<std::size_t> choices;
    bool narrow = false;  // not known, but not far enough to one side
    bool up = false;
    bool known = false;  // exactly
  };

  // What was blanked for others but is known all the same is given out: it protects nobody.
  void take_back(Pattern& pattern, std::size_t cell) const {
    pattern.blank[cell] = false;
    pattern.useless.insert(cell);
    cost_at(pattern, cell) -= cost_[cell];
    std::erase(pattern.added, tables_.cells[cell].id);
    forget(pattern, [cell](std::size_t, const Proof& proof) { return moves(*proof, cell); });
  }
  template <typename Which>
  static void forget(Pattern& pattern, const Which& which) {
    for (auto* far : {&pattern.far_up, &pattern.far_down}) {
      for (std::size_t i = 0; i < far->size(); ++i) {
        auto& proof = (*far)[i];
        if (proof && which(i, proof)) proof.reset();
      }
    }
  }

  bool pool_is_sensitive(const std::vector<std::size_t>& pool) const {
    const auto [it, fresh] = pools_.try_emplace(pool, false);
    if (fresh) {
      Shares sums;
      for (const auto cell : pool) {
        for (const auto& [respondent, amount] : shares_[cell]) sums[respondent] += amount;
      }
      it->second = sensitive(sums);
    }
    return it->second;
  }

  // (a) and (b) of indicators.md 12.
  [[nodiscard]] Wrong by_lines(const Pattern& pattern, Whose whose) const {
    for (const auto& line : tables_.lines) {
      std::vector<std::size_t> pooled;
      std::vector<std::size_t> cells = line.parts;
      cells.push_back(line.total);
      Wrong wrong{{}, cells, false, false, false};
      std::size_t blanks = 0;
      for (const auto cell : cells) {
        if (!pattern.blank[cell]) continue;
        ++blanks;
        if (matters(pattern, cell)) wrong.cells.push_back(cell);
        if (cell != line.total) pooled.push_back(cell);
      }
      if (wrong.cells.empty()) continue;
      wrong.known = blanks == 1;
      if (wrong.known && whose == Whose::sensitive && !sensitive_[wrong.cells.front()]) continue;
      if (wrong.known || (!pattern.blank[line.total] && pool_is_sensitive(pooled))) return wrong;
    }
    return {};
  }

  // (c): every blank can lie far enough above and below its value.
  Wrong by_bounds(Pattern& pattern, Whose whose) {
    reach_.show(pattern.blank);
    for (std::size_t i = 0; i < tables_.cells.size(); ++i) {
      if (whose == Whose::sensitive && !sensitive_[i]) continue;
      for (const bool up : {true, false}) {
        if (!matters(pattern, i) || (up ? pattern.far_up : pattern.far_down)[i]) continue;
        auto outcome = reach_.go(i, up, distance_[i]);
        if (!outcome.reached) {
          const bool moves = outcome.distance.positive() || reach_.go(i, !up, distance_[i]).distance.positive();
          return {{i}, std::move(outcome.relief), moves, up, !moves};
        }
        keep(std::make_shared<const Reach::Moves>(std::move(outcome.moves)), pattern);
      }
    }
    return {};
  }
  void keep(const Proof& proof, Pattern& pattern) const {
    for (const auto& [cell, by] : *proof) {
      if (by >= distance_[cell] && !pattern.far_up[cell]) pattern.far_up[cell] = proof;
      if (by <= -distance_[cell] && !pattern.far_down[cell]) pattern.far_down[cell] = proof;
    }
  }

  // The cheapest choice each time. Those that the rules are for come first: what was blanked for them and is known all
  // the same is then given out, since that tells nobody anything. So is what turns out not to be needed, what would be
  // missed most first. Where all that takes too long, everything that may be blank is.
  Found greedy() {
    thrifty_ = true;
    auto pattern = first();
    if (!blank_for(pattern, Whose::sensitive)) return found(all_blank(std::move(pattern)), false);
    give_back(pattern, Whose::sensitive);
    if (!blank_for(pattern, Whose::all)) return found(all_blank(std::move(pattern)), false);
    give_back(pattern, Whose::all);
    return found(pattern, false);
  }
  bool blank_for(Pattern& pattern, Whose whose) {
    for (auto choices = complaint(pattern, whose); !choices.empty(); choices = complaint(pattern, whose)) {
      if (reach_.work() >= rules_.work_limit) return false;
      pattern = with(pattern, choices.front());
    }
    return true;
  }
  void give_back(Pattern& pattern, Whose whose) {
    auto added = pattern.added;
    std::ranges::stable_sort(added, [&](const auto& one, const auto& other) {
      const auto a = number_[one], b = number_[other];
      return rank(a) != rank(b) ? rank(a) > rank(b) : cost_[a] > cost_[b];
    });
    for (const auto& id : added) {
      if (reach_.work() >= rules_.work_limit) break;
      const auto cell = number_[id];
      if (!pattern.blank[cell]) continue;
      auto less = without(pattern, cell);
      if (complaint(less, whose).empty() && less.exposed == pattern.exposed && less.narrow == pattern.narrow)
        pattern = std::move(less);
    }
  }
  Pattern all_blank(Pattern pattern) {
    for (std::size_t i = 0; i < tables_.cells.size(); ++i) {
      if (may_blank(pattern, i)) pattern.blank[i] = true;
    }
    // What earlier releases gave away is told; what is known all the same comes back only where it is of no use to any.
    for (auto choices = complaint(pattern); !choices.empty(); choices = complaint(pattern)) {
      pattern = with(pattern, choices.front());
    }
    return pattern;
  }
  // What was proved by moving the cell must be proved anew, and so must what could not be.
  [[nodiscard]] Pattern without(const Pattern& pattern, std::size_t cell) const {
    Pattern less = pattern;
    less.blank[cell] = false;
    cost_at(less, cell) -= cost_[cell];
    std::erase(less.added, tables_.cells[cell].id);
    less.narrow.clear();
    forget(less, [&](std::size_t i, const Proof& proof) { return moves(*proof, cell) || pattern.narrow.contains(i); });
    return less;
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
  std::vector<Rational> cost_;
  std::vector<Amount> distance_;
  std::vector<Shares> shares_;                 // by cell
  std::map<std::string, std::size_t> number_;  // by id
  bool thrifty_ = false;  // what is known all the same is given out at once; else another way to hide it is looked for
  Reach reach_;
  mutable std::map<std::vector<std::size_t>, bool> pools_;
};

// Nothing is given out but what was before, and what has no respondent.
Found nothing_proved(const Tables& tables) {
  Found found{{}, false, {}, {}};
  for (const auto& cell : tables.cells) {
    found.blank.push_back(cell.decided != Cell::Decided::given && !cell.is_zero());
  }
  return found;
}

}  // namespace

std::vector<Component> components_of(const Tables& tables) {
  const auto pieces = pieces_of(tables.cells);
  std::vector<std::size_t> root(tables.cells.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&](std::size_t i) {
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
  };
  for (const auto& piece : pieces.all) {
    for (const auto cell : piece.cells) root[find(cell)] = find(piece.cells.front());
  }
  for (const auto& line : tables.lines) {
    for (const auto part : line.parts) root[find(part)] = find(line.total);
  }
  std::map<std::size_t, Component> by_root;
  std::vector<std::size_t> place(tables.cells.size());
  for (std::size_t i = 0; i < tables.cells.size(); ++i) {
    const auto& cell = tables.cells[i];
    auto& component = by_root[find(i)];
    place[i] = component.tables.add(
        {cell.id, contributions_of(pieces, pieces.of_cell[i]), cell.shown, cell.decided, cell.rank});
    component.cells.push_back(i);
  }
  for (const auto& line : tables.lines) {
    Line own{place[line.total], {}};
    for (const auto part : line.parts) own.parts.push_back(place[part]);
    by_root[find(line.total)].tables.lines.push_back(std::move(own));
  }
  std::vector<Component> components;
  for (auto& [number, component] : by_root) {
    if (component.cells.size() > 1) components.push_back(std::move(component));
  }
  return components;
}

Found cheapest_pattern(const Tables& tables, const Rules& rules) {
  try {
    return Search(tables, rules).run();
  } catch (const TooWide&) {
    return nothing_proved(tables);
  }
}

}  // namespace songhua::disclosure
