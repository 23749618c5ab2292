#pragma once

#include <vector>

#include "disclosure/factor.h"
#include "disclosure/pieces.h"

namespace songhua::disclosure {

// How the amounts of linked tables are counted while bounds are looked for: in parts of which all are whole. Where the
// denominators do not allow that in 128 bits, amounts are rounded down to parts of 2^-80 of all that there is, and
// distances are longer by what rounding may take away. Inside of the room.
class Parts {
 public:
  explicit Parts(const std::vector<Piece>& pieces);

  [[nodiscard]] bool exact() const { return slack_ == 0; }
  [[nodiscard]] Amount of(const Rational& amount) const;
  [[nodiscard]] Amount distance(const Rational& amount) const;
  [[nodiscard]] Rational rational(const Amount& amount) const;

 private:
  Rational scale_ = 1;  // parts of one
  int128 slack_ = 0;    // parts that all pieces together may have lost
};

}  // namespace songhua::disclosure
