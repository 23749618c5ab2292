#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "disclosure/disclosure.h"
#include "disclosure/factor.h"
#include "disclosure/parts.h"
#include "disclosure/pieces.h"

// How far a blank cell can lie from its value for somebody who knows the rest. Inside of the room.
//
// Cells are sums of pieces. The moves d of pieces away from their values are free but for this: those of a cell that is
// given out add up to nothing, and what is known to be positive cannot fall below zero, d >= -value. To find how far
// one cell can move is a linear programme whose origin (no move at all) is feasible, so the simplex method starts in
// its second phase. All numbers are exact.
//
// What is given out is a column that stands still: when it becomes blank it may move, and when it is given out again it
// stands still again or is a row more; nothing is solved anew.
namespace songhua::disclosure {

class Reach {
 public:
  explicit Reach(const std::vector<Cell>& cells);

  [[nodiscard]] const Parts& parts() const { return parts_; }

  // Questions from now on are about this pattern.
  void show(const std::vector<bool>& blank);

  using Moves = std::vector<std::pair<std::size_t, Amount>>;  // ascending; all others stay
  struct Outcome {
    bool reached = false;             // the distance asked for; without one: the cell has no bound in that direction
    Amount distance = 0;              // how far it came
    Moves moves;                      // by cell, what moved when it came there: a proof for other cells, too
    Moves pieces;                     // the same by piece
    std::vector<std::size_t> relief;  // where it was not reached: without one of these, blank too, it never will be
  };
  // `up`: above its value, else below. Without a distance as far as it goes. The cell must be blank.
  Outcome go(std::size_t cell, bool up, const std::optional<Amount>& distance);

  // Factors of equations that were computed so far: what a search costs, the same on every machine.
  [[nodiscard]] std::size_t work() const { return work_; }

 private:
  // Columns are cells by their numbers, then pieces.
  using Row = std::vector<std::pair<std::size_t, Factor>>;  // by column, ascending
  struct Step {
    std::optional<Amount> length;        // none: no limit
    std::optional<std::size_t> leaving;  // none: the entering column itself comes to its bound
  };

  [[nodiscard]] std::size_t column_of(std::size_t piece) const { return cells_ + piece; }
  [[nodiscard]] bool stands_still(std::size_t column) const { return column < cells_ && !blank_[column]; }
  [[nodiscard]] bool moves_freely(std::size_t column) const {
    return column < cells_ && blank_[column] && !bound_[column];
  }

  void solve();
  void hold(std::size_t cell);
  void follow(std::size_t cell);
  [[nodiscard]] Row over_columns(std::size_t cell) const;
  [[nodiscard]] std::optional<std::size_t> rarest_piece(const Row& row) const;
  void substitute(std::size_t column, const Row& row);
  void replace(Row& in, std::size_t column, const Row& row);

  Outcome walk(std::size_t cell, bool up, const std::optional<Amount>& distance);
  [[nodiscard]] std::optional<std::size_t> entering(const Row& goal, bool up) const;
  [[nodiscard]] Step longest(std::size_t column, bool rising) const;
  void move(std::size_t column, const Amount& by);
  void pivot(std::size_t leaving, std::size_t column, Row& goal);
  void tell_moves(Outcome& outcome) const;

  std::size_t cells_;
  Pieces pieces_;
  Parts parts_;
  std::vector<std::optional<Amount>> bound_;  // by column: its lowest move; none: no bound of its own
  std::vector<bool> blank_;
  std::map<std::size_t, Row> rows_;  // basic column = sum of others
  std::vector<bool> followed_;       // by cell: a column of the equations, basic or not
  std::vector<Amount> moves_;        // by column
  bool solved_ = false;
  std::size_t work_ = 0;
};

}  // namespace songhua::disclosure
