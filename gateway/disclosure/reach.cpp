#include "disclosure/reach.h"

#include <algorithm>

namespace songhua::disclosure {
namespace {

// Bland's rule ends by itself; this is for the eyes of whoever doubts it. A cell that is not reached in time counts as
// not protected, which is the safe side.
constexpr int kMaxSteps = 20'000;

using Row = std::vector<std::pair<std::size_t, Factor>>;

auto find(const Row& row, std::size_t column) {
  const auto at = std::ranges::lower_bound(row, column, {}, [](const auto& term) { return term.first; });
  return at != row.end() && at->first == column ? at : row.end();
}

void put(Row& row, std::size_t column, Factor factor) {
  const auto at = std::ranges::lower_bound(row, column, {}, [](const auto& term) { return term.first; });
  row.insert(at, {column, factor});
}

Factor take(Row& row, std::size_t column) {
  const auto at = row.begin() + (find(row, column) - row.cbegin());
  const Factor factor = at->second;
  row.erase(at);
  return factor;
}

// a + times * b
Row sum(const Row& a, const Factor& times, const Row& b) {
  Row total;
  total.reserve(a.size() + b.size());
  auto left = a.begin();
  for (const auto& [column, factor] : b) {
    while (left != a.end() && left->first < column) total.push_back(*left++);
    auto term = times * factor;
    if (left != a.end() && left->first == column) term = term + (left++)->second;
    if (!term.zero()) total.emplace_back(column, term);
  }
  total.insert(total.end(), left, a.end());
  return total;
}

// The equation 0 = row as one for the column.
Row solved_for(Row equation, std::size_t column) {
  const auto divisor = -take(equation, column);
  for (auto& [other, factor] : equation) factor = factor / divisor;
  return equation;
}

}  // namespace

Reach::Reach(const std::vector<Cell>& cells)
    : cells_(cells.size()), pieces_(pieces_of(cells)), parts_(pieces_.all), followed_(cells.size()) {
  bound_.resize(cells_ + pieces_.all.size());
  moves_.resize(bound_.size());
  // What is negative cannot be known to be positive.
  for (std::size_t i = 0; i < pieces_.all.size(); ++i) {
    const auto& amount = pieces_.all[i].amount;
    if (amount >= 0) bound_[column_of(i)] = -parts_.of(amount);
  }
  // Where all pieces are known to be positive, the cell's own bound says nothing more.
  for (std::size_t i = 0; i < cells_; ++i) {
    const auto& own = pieces_.of_cell[i];
    if (std::ranges::all_of(own, [&](std::size_t piece) { return bound_[column_of(piece)].has_value(); })) continue;
    Amount value = 0;
    for (const auto piece : own) value = value + parts_.of(pieces_.all[piece].amount);
    if (value >= Amount(0)) bound_[i] = -value;
  }
}

void Reach::show(const std::vector<bool>& blank) {
  const auto before = std::move(blank_);
  blank_ = blank;
  try {
    if (!solved_) return solve();
    for (std::size_t i = 0; i < cells_; ++i) {
      if (blank[i] == before[i] || followed_[i] || pieces_.of_cell[i].empty()) continue;
      if (!blank[i] || bound_[i]) follow(i);
    }
  } catch (const TooWide&) {
    solved_ = false;  // the equations were left halfway
    solve();
  }
}

void Reach::solve() {
  rows_.clear();
  followed_.assign(cells_, false);
  std::vector<std::size_t> given;
  for (std::size_t i = 0; i < cells_; ++i) {
    if (!blank_[i] && !pieces_.of_cell[i].empty()) given.push_back(i);
  }
  // Small ones first: what they say makes the equations of large ones short.
  std::ranges::stable_sort(given, {}, [&](std::size_t cell) { return pieces_.of_cell[cell].size(); });
  for (const auto cell : given) hold(cell);
  for (std::size_t i = 0; i < cells_; ++i) {
    if (blank_[i] && bound_[i]) follow(i);
  }
  solved_ = true;
}

void Reach::follow(std::size_t cell) {
  rows_.emplace(cell, over_columns(cell));
  followed_[cell] = true;
}

// What is given out stands still. Where others that do make it up already, it is basic: they may become blank, and then
// it holds them.
void Reach::hold(std::size_t cell) {
  auto row = over_columns(cell);
  followed_[cell] = true;
  const auto piece = rarest_piece(row);
  if (!piece) {
    rows_.emplace(cell, std::move(row));
    return;
  }
  put(row, cell, Factor(-1));
  row = solved_for(std::move(row), *piece);
  substitute(*piece, row);
  rows_.emplace(*piece, std::move(row));
}

Reach::Row Reach::over_columns(std::size_t cell) const {
  std::map<std::size_t, Factor> terms;
  const auto add = [&](std::size_t column, const Factor& factor) {
    auto& term = terms[column];
    term = term + factor;
  };
  for (const auto piece : pieces_.of_cell[cell]) {
    const auto basic = rows_.find(column_of(piece));
    if (basic == rows_.end()) {
      add(column_of(piece), Factor(1));
      continue;
    }
    for (const auto& [column, factor] : basic->second) add(column, factor);
  }
  Row row;
  for (const auto& [column, factor] : terms) {
    if (!factor.zero()) row.emplace_back(column, factor);
  }
  return row;
}

// What is in few cells makes few equations longer.
std::optional<std::size_t> Reach::rarest_piece(const Row& row) const {
  std::optional<std::size_t> rarest;
  std::size_t fewest = 0;
  for (const auto& [column, factor] : row) {
    if (column < cells_) continue;
    const auto in = pieces_.all[column - cells_].cells.size();
    if (rarest && in >= fewest) continue;
    rarest = column;
    fewest = in;
  }
  return rarest;
}

void Reach::substitute(std::size_t column, const Row& row) {
  for (auto& [basic, known] : rows_) replace(known, column, row);
}

void Reach::replace(Row& in, std::size_t column, const Row& row) {
  if (find(in, column) == in.end()) return;
  const auto factor = take(in, column);
  in = sum(in, factor, row);
  work_ += in.size();
}

// The first column that moves the goal the right way when it moves.
std::optional<std::size_t> Reach::entering(const Row& goal, bool up) const {
  for (const auto& [column, factor] : goal) {
    if (stands_still(column)) continue;
    const bool rising = factor.positive() == up;
    const bool at_bound = bound_[column] && moves_[column] == *bound_[column];
    if (rising || !at_bound) return column;
  }
  return std::nullopt;
}

Reach::Step Reach::longest(std::size_t column, bool rising) const {
  Step step;
  if (!rising && bound_[column]) step.length = moves_[column] - *bound_[column];
  for (const auto& [basic, row] : rows_) {
    const auto found = find(row, column);
    if (found == row.end()) continue;
    if (stands_still(basic)) return {Amount(0), basic};  // it leaves first
    if (!bound_[basic] || found->second.positive() == rising) continue;
    const auto& factor = found->second;
    const auto limit = (moves_[basic] - *bound_[basic]) * (Factor(1) / (factor.positive() ? factor : -factor));
    if (!step.length || limit < *step.length) step = {limit, basic};
  }
  return step;
}

void Reach::move(std::size_t column, const Amount& by) {
  if (by.zero()) return;
  moves_[column] = moves_[column] + by;
  for (const auto& [basic, row] : rows_) {
    if (const auto found = find(row, column); found != row.end()) moves_[basic] = moves_[basic] + by * found->second;
  }
}

void Reach::pivot(std::size_t leaving, std::size_t column, Row& goal) {
  auto equation = std::move(rows_.at(leaving));
  rows_.erase(leaving);
  put(equation, leaving, Factor(-1));
  auto row = solved_for(std::move(equation), column);
  substitute(column, row);
  replace(goal, column, row);
  // A blank that its pieces alone limit need not be followed.
  if (moves_freely(column)) {
    followed_[column] = false;
  } else {
    rows_.emplace(column, std::move(row));
  }
}

void Reach::tell_moves(Outcome& outcome) const {
  std::map<std::size_t, Amount> all;
  for (std::size_t i = 0; i < pieces_.all.size(); ++i) {
    const auto& by = moves_[column_of(i)];
    if (by.zero()) continue;
    outcome.pieces.emplace_back(i, by);
    for (const auto cell : pieces_.all[i].cells) all[cell] = all[cell] + by;
  }
  for (const auto& [cell, by] : all) {
    if (!by.zero()) outcome.moves.emplace_back(cell, by);
  }
}

Reach::Outcome Reach::go(std::size_t cell, bool up, const std::optional<Amount>& distance) {
  try {
    return walk(cell, up, distance);
  } catch (const TooWide&) {
    solve();
    Outcome unknown;  // not proved is not protected
    for (std::size_t i = 0; i < cells_; ++i) {
      if (!blank_[i]) unknown.relief.push_back(i);
    }
    return unknown;
  }
}

Reach::Outcome Reach::walk(std::size_t cell, bool up, const std::optional<Amount>& distance) {
  std::ranges::fill(moves_, Amount(0));
  Outcome outcome;
  auto goal = over_columns(cell);
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const auto column = entering(goal, up);
    if (!column) break;
    const auto factor = find(goal, *column)->second;
    const bool rising = factor.positive() == up;
    const auto speed = factor.positive() ? factor : -factor;
    const auto step = longest(*column, rising);
    auto length = step.length;
    if (distance) {
      const auto rest = (*distance - outcome.distance) * (Factor(1) / speed);
      outcome.reached = !length || *length >= rest;
      if (outcome.reached) length = rest;
    } else if (!length) {
      outcome.reached = true;
      break;
    }
    move(*column, rising ? *length : -*length);
    outcome.distance = outcome.distance + *length * speed;
    if (outcome.reached) break;
    if (step.leaving) pivot(*step.leaving, *column, goal);
  }
  for (const auto& [column, factor] : goal) {
    if (!outcome.reached && stands_still(column)) outcome.relief.push_back(column);
  }
  tell_moves(outcome);
  return outcome;
}

}  // namespace songhua::disclosure
