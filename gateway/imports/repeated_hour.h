#pragma once

#include <optional>

#include "model/time.h"

namespace songhua::imports {

// The hour that a clock shows twice when summer time ends. A label alone does not tell which of the two is meant; the
// order of the rows does: in a file that goes forward the labels step back once and then mean the second hour, in one
// that goes backward the other way round. One object for rows that belong together.
class RepeatedHour {
 public:
  // The moment that a label means: `first`, or `second` where its civil time occurs twice. `distinct`: no two rows
  // stand at one time, so that a label that comes again is the second one.
  UnixMillis settle(UnixMillis first, std::optional<UnixMillis> second, bool distinct) {
    if (second) {
      first = is_second(first, *second, distinct) ? *second : first;
    } else if (last_ && first != *last_) {
      backward_ = first < *last_;
    }
    last_ = first;
    return first;
  }

 private:
  [[nodiscard]] bool is_second(UnixMillis first, UnixMillis second, bool distinct) const {
    if (!last_) return false;
    if (first == *last_) return distinct && !backward_;
    if (second == *last_) return !distinct || !backward_;
    return backward_ ? second < *last_ || first > *last_ : first < *last_ && *last_ < second;
  }

  std::optional<UnixMillis> last_;
  bool backward_ = false;
};

}  // namespace songhua::imports
