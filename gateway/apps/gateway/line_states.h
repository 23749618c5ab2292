#pragma once

#include <map>
#include <optional>

#include "storage/store.h"

namespace songhua::gateway {

// What a line's newest records say of it.
struct LastWord {
  std::optional<UnixMillis> heard;
  std::optional<std::int32_t> state;      // PackML
  std::optional<UnixMillis> state_since;  // the earliest time from which on no other state is known
};

// Last words by line, read from the store's records from the newest backwards; what is known already is not read again.
// Used by one thread at a time.
class LineStates {
 public:
  explicit LineStates(storage::Store& store) : store_(store) {}
  LastWord of(rollup::LineIndex line);

 private:
  struct Known {
    LastWord word;
    std::optional<UnixMillis> newest;  // window start of the newest record read
  };
  storage::Store& store_;
  std::map<rollup::LineIndex, Known> known_;
};

}  // namespace songhua::gateway
