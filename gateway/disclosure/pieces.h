#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "disclosure/disclosure.h"

// What cells are made of. Inside of the room.
namespace songhua::disclosure {

// Units that are in the very same cells can only be known together: such a piece is what somebody reckons with who
// wants to know what was withheld.
struct Piece {
  std::vector<std::size_t> cells;           // that it is in, ascending
  std::vector<Contribution> contributions;  // one of each respondent, by name; their units name piece and respondent
  Rational amount = 0;
};

struct Pieces {
  std::vector<Piece> all;                         // in the order of their cells
  std::vector<std::vector<std::size_t>> of_cell;  // the numbers of its pieces, ascending
};

// Amounts of zero are in no piece. The order of contributions does not matter.
Pieces pieces_of(const std::vector<Cell>& cells);

// The contributions of some pieces, one of each respondent and piece.
std::vector<Contribution> contributions_of(const Pieces& pieces, const std::vector<std::size_t>& numbers);

}  // namespace songhua::disclosure
