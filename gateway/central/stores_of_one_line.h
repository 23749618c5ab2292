#pragma once

#include <string>
#include <vector>

#include "rollup/record.h"

namespace songhua::central {

// A record with the life of a store that it comes from; `incarnation` counts them from the oldest to the newest.
struct SourcedRecord {
  std::size_t incarnation = 0;
  std::string source;
  rollup::Record record;
  UnixMillis committed;
};

// Two stores of one line (design.md: a replaced gateway, a restored disk, a file imported again) may both tell of the
// same time. Totalizers and levels bear it: the union of their readings says the same. Amounts, gauges, integrals,
// failures and observed time would count twice: where two parts of one source and series overlap in time, the fuller
// one stays, of equal ones the newer store's.
void keep_the_fuller(std::vector<SourcedRecord>& records);

}  // namespace songhua::central
