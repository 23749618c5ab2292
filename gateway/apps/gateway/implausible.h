#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "storage/store.h"

namespace songhua::gateway {

// How many readings the join of records refuses, by reason (docs/operations.md, Reasons in quarantine). A view over all
// records of a line, so a look at many lines takes time: each look goes on where the last one ended.
class ImplausibleCounts {
 public:
  // `store` must outlive it. Used by one thread at a time.
  ImplausibleCounts(storage::Store& store, Millis gap_limit) : store_(store), gap_limit_(gap_limit) {}

  // Records of these lines have changed since.
  void note_changed(const std::set<LineId>& lines) { waiting_.insert(lines.begin(), lines.end()); }
  // Looks at lines that are new or have changed until `budget` is used up, at one at least.
  void look(Millis budget);

  [[nodiscard]] std::map<std::string, std::uint64_t> by_reason() const;
  [[nodiscard]] bool whole() const { return waiting_.empty(); }  // else lines wait to be looked at

 private:
  std::map<std::string, std::uint64_t> count(rollup::LineIndex line) const;

  storage::Store& store_;
  Millis gap_limit_;
  std::uint32_t known_lines_ = 0;
  std::set<LineId> waiting_;
  std::map<LineId, std::map<std::string, std::uint64_t>> by_line_;  // of lines that have any
};

}  // namespace songhua::gateway
