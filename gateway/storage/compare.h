#pragma once

#include <cstdint>
#include <vector>

#include "storage/store.h"

namespace songhua::storage {

struct Comparison {
  std::uint64_t records = 0;   // of the first store
  std::vector<LineId> differ;  // lines whose rows may differ, ascending
};

// Compares the records of two stores, whatever numbers their dictionaries give to lines, series and sources. Equal
// records make equal rows, so that rows need be compared only of the lines that are named. When a record was written is
// not looked at. What SQLite reports, and a record that cannot be read, is thrown.
[[nodiscard]] Comparison compare_records(const Store& first, const Store& second);

}  // namespace songhua::storage
