#include "disclosure/reach.h"

namespace songhua::disclosure {
namespace {

// Bland's rule ends by itself; this is for the eyes of whoever doubts it. A cell that is not reached in time counts as
// not protected, which is the safe side.
constexpr int kMaxSteps = 20'000;

void add(std::map<std::size_t, Rational>& row, std::size_t cell, const Rational& factor) {
  const auto [it, fresh] = row.try_emplace(cell, factor);
  if (fresh) return;
  it->second += factor;
  if (it->second == 0) row.erase(it);
}

}  // namespace

Reach::Reach(const Tables& tables, const std::vector<bool>& blank)
    : blank_(blank), bound_(blank.size()), moves_(blank.size()) {
  for (std::size_t i = 0; i < blank.size(); ++i) {
    const Rational value = tables.cells[i].value();
    // What is negative cannot be known to be positive.
    if (value >= 0) bound_[i] = Rational(-value);
  }
  eliminate(tables);
}

void Reach::eliminate(const Tables& tables) {
  for (const auto& line : tables.lines) {
    Row row;
    const auto put = [&](std::size_t cell, int factor) {
      const auto& c = tables.cells[cell];
      const bool fixed = !blank_[cell] && (!c.shown || c.decided != Cell::Decided::open || c.is_zero());
      if (!fixed) add(row, cell, factor);
    };
    put(line.total, -1);
    for (const auto part : line.parts) put(part, 1);
    // What is basic already is replaced by what it is made of.
    for (bool again = true; again;) {
      again = false;
      for (const auto& [cell, factor] : row) {
        const auto known = rows_.find(cell);
        if (known == rows_.end()) continue;
        const Rational times = factor;
        row.erase(cell);
        for (const auto& [other, f] : known->second) add(row, other, Rational(times * f));
        again = true;
        break;
      }
    }
    // The last blank: pieces that are not shown stand behind what is, and occur in few lines.
    std::optional<std::size_t> pivot;
    for (const auto& [cell, factor] : row) {
      if (blank_[cell]) pivot = cell;
    }
    if (!pivot) continue;
    const Rational factor = row.at(*pivot);
    row.erase(*pivot);
    for (auto& [cell, f] : row) f = Rational(-f / factor);
    substitute(*pivot, row);
    rows_.emplace(*pivot, std::move(row));
  }
}

void Reach::substitute(std::size_t pivot, const Row& row) {
  for (auto& [basic, known] : rows_) {
    const auto found = known.find(pivot);
    if (found == known.end()) continue;
    const Rational times = found->second;
    known.erase(found);
    for (const auto& [cell, factor] : row) add(known, cell, Rational(times * factor));
  }
}

// The first cell that moves `cell` the right way when it moves; rising or falling.
std::optional<std::size_t> Reach::entering(std::size_t cell, bool up, bool& rising) const {
  const auto basic = rows_.find(cell);
  if (basic == rows_.end()) {
    rising = up;
    return !up && at_bound(cell) ? std::nullopt : std::optional(cell);
  }
  for (const auto& [column, factor] : basic->second) {
    if (!blank_[column]) continue;
    rising = (factor > 0) == up;
    if (rising || !at_bound(column)) return column;
  }
  return std::nullopt;
}

Reach::Step Reach::longest(std::size_t column, bool rising) const {
  Step step;
  if (!rising && bound_[column]) step.length = Rational(moves_[column] - *bound_[column]);
  for (const auto& [basic, row] : rows_) {
    const auto found = row.find(column);
    if (found == row.end() || !bound_[basic] || (found->second > 0) == rising) continue;
    const Rational limit = (moves_[basic] - *bound_[basic]) / abs(found->second);
    if (!step.length || limit < *step.length) step = {limit, basic};
  }
  return step;
}

void Reach::move(std::size_t column, const Rational& by) {
  if (by == 0) return;
  moves_[column] += by;
  for (const auto& [basic, row] : rows_) {
    if (const auto found = row.find(column); found != row.end()) moves_[basic] += found->second * by;
  }
}

void Reach::pivot(std::size_t leaving, std::size_t column) {
  auto row = std::move(rows_.at(leaving));
  rows_.erase(leaving);
  const Rational factor = row.at(column);
  row.erase(column);
  for (auto& [cell, f] : row) f = Rational(-f / factor);
  row.emplace(leaving, Rational(1 / factor));
  substitute(column, row);
  rows_.emplace(column, std::move(row));
}

Reach::Outcome Reach::go(std::size_t cell, bool up, const std::optional<Rational>& distance) {
  for (auto& m : moves_) m = 0;
  Outcome outcome;
  const auto done = [&](bool reached) {
    outcome.reached = reached;
    outcome.distance = abs(moves_[cell]);
    outcome.moves = moves_;
    return outcome;
  };
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    bool rising = true;
    const auto column = entering(cell, up, rising);
    if (!column) break;
    const auto basic = rows_.find(cell);
    const Rational speed = basic == rows_.end() ? Rational(1) : Rational(abs(basic->second.at(*column)));
    const auto step = longest(*column, rising);
    if (distance) {
      const Rational rest = (*distance - abs(moves_[cell])) / speed;
      if (!step.length || *step.length >= rest) {
        move(*column, rising ? rest : Rational(-rest));
        return done(true);
      }
    } else if (!step.length) {
      return done(true);
    }
    move(*column, rising ? *step.length : Rational(-*step.length));
    if (step.leaving == cell) break;  // it lies at its own bound
    if (step.leaving) pivot(*step.leaving, *column);
  }
  if (const auto basic = rows_.find(cell); basic != rows_.end()) {
    for (const auto& [column, factor] : basic->second) {
      if (!blank_[column]) outcome.relief.push_back(column);
    }
  }
  return done(false);
}

}  // namespace songhua::disclosure
