#pragma once

#include <map>
#include <optional>
#include <string>

#include "storage/statements.h"
#include "storage/store.h"

// Inside of the room: a commit writes the records of the lines that it heard of. Those of the source's other lines
// would differ from what is stored by the source's stretches alone, so these are stored once for all of them, beside
// the window (table touched), until the window is over; whoever reads a record gets it whole.
namespace songhua::storage {

// For the rows of one scan. Its look-ups see what the scan sees while the scan's statement is under way.
class Store::Completion {
 public:
  explicit Completion(SQLite::Database& database) : database_(database) {}
  void complete(RecordRow& row);

 private:
  struct Behind {
    UnixMillis start;
    std::vector<rollup::Stretch> stretches;
  };
  const std::optional<Behind>& of(SourceIndex source);

  SQLite::Database& database_;
  std::map<SourceIndex, std::optional<Behind>> sources_;
};

}  // namespace songhua::storage
