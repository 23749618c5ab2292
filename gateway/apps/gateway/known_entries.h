#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "storage/journal.h"

namespace songhua::gateway {

// What a journal held when this object was made: to tell which entries of a recording or of a file with receive times
// are there already. Only segments of the time asked about are read, each once. Not thread-safe.
class KnownEntries {
 public:
  explicit KnownEntries(const storage::Journal& journal) : journal_(journal), unread_(journal.segments()) {}

  // Is the entry there? Each of several equal ones is found once. Throws Failure where the journal cannot be read.
  bool take(const storage::Entry& entry);

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  // enough to know an entry again
  static Identity identity(const storage::Entry& entry);

  const storage::Journal& journal_;
  std::vector<storage::SegmentInfo> unread_;
  std::multiset<Identity> known_;
};

}  // namespace songhua::gateway
