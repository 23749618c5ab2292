#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "disclosure/disclosure.h"

// How far a blank cell can lie from its value for somebody who knows the rest. Inside of the room.
//
// Every line says that the moves d of its blanks add up to nothing, and a blank that is known to be positive cannot
// fall below zero: d >= -value. To find how far one cell can move is a linear programme whose origin (no move at all)
// is feasible, so the simplex method starts in its second phase. All numbers are exact.
namespace songhua::disclosure {

class Reach {
 public:
  Reach(const Tables& tables, const std::vector<bool>& blank);

  struct Outcome {
    bool reached = false;             // the distance asked for; without one: the cell has no bound in that direction
    Rational distance = 0;            // how far it came
    std::vector<Rational> moves;      // of all cells when it came there: a proof for other cells, too
    std::vector<std::size_t> relief;  // where it was not reached: without one of these, blank too, it never will be
  };
  // `up`: above its value, else below. Without a distance as far as it goes. The cell must be blank.
  Outcome go(std::size_t cell, bool up, const std::optional<Rational>& distance);

 private:
  using Row = std::map<std::size_t, Rational>;  // by cell

  void eliminate(const Tables& tables);
  void substitute(std::size_t pivot, const Row& row);
  [[nodiscard]] std::optional<std::size_t> entering(std::size_t cell, bool up, bool& rising) const;
  struct Step {
    std::optional<Rational> length;      // none: no limit
    std::optional<std::size_t> leaving;  // none: the entering cell itself comes to its bound
  };
  [[nodiscard]] Step longest(std::size_t column, bool rising) const;
  void move(std::size_t column, const Rational& by);
  void pivot(std::size_t leaving, std::size_t column);
  [[nodiscard]] bool at_bound(std::size_t cell) const { return bound_[cell] && moves_[cell] == *bound_[cell]; }

  std::vector<bool> blank_;
  std::vector<std::optional<Rational>> bound_;  // lowest move; none: no bound
  std::map<std::size_t, Row> rows_;             // basic cell = sum of others; those that are not blank are fixed at 0
  std::vector<Rational> moves_;
};

}  // namespace songhua::disclosure
