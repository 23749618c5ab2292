#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace songhua::storage {

// A line whose every record was retracted: it exists by a mapping's mistake. It is declared gone from its first record
// on, so that nobody waits for it, and a fact of this name remembers the time; both go when something feeds it again.
[[nodiscard]] inline std::string unfed_fact(const LineId& line) {
  return "unfed:" + line;
}

// All records of a store made anew inside one transaction of the caller's: what was there is set aside first and
// compared at the end, so that only what differs counts as changed, gets the new generation and is forwarded again.
class Rebuild {
 public:
  // Sets aside records and dirty marks; forgets touched windows, the lines of sources, what quarantine holds for one of
  // `reasons`, and facts whose names begin with one of `fact_prefixes`: whoever rebuilds says them again.
  Rebuild(Store& store, const std::vector<std::string>& reasons, const std::vector<std::string>& fact_prefixes);

  struct Outcome {
    std::uint64_t changed = 0;    // or new
    std::uint64_t retracted = 0;  // replaced by an empty record: nothing feeds them any more
  };
  // `was_final`: the record's day was final, so what is replaced is kept; it may look at the store, which shows the
  // records set aside. `means_otherwise`: a series of the line means something else now, although its records may have
  // the same bytes.
  [[nodiscard]] Outcome finish(std::uint64_t generation, UnixMillis now,
                               const std::function<bool(rollup::LineIndex, Window)>& was_final,
                               const std::function<bool(rollup::LineIndex)>& means_otherwise);

 private:
  struct Difference {
    RecordKey key;
    bool gone = false;
    bool was_final = false;
  };
  [[nodiscard]] std::vector<Difference> differences(rollup::LineIndex line, bool all) const;
  bool put(const Difference& difference, std::uint64_t generation, UnixMillis now);
  void keep_committed(const RecordKey& key);
  void declare_unfed(rollup::LineIndex line);
  void declare_fed(rollup::LineIndex line);

  Store& store_;
};

}  // namespace songhua::storage
