#pragma once

#include <set>
#include <vector>

#include "disclosure/rows.h"

// Cells of rows as tables: who is in them, and which are sums of which. Inside of the room.
namespace songhua::disclosure {

// What an earlier publication said of the rest of a period, where the rows have the whole and the other part: of
// January to March and March it is January and February.
void add_complements(std::set<CellKey>& keys, const Decisions& earlier);

// Cells in the order of the keys, then rests that nobody shows.
Tables tables_of(const std::vector<CellKey>& keys, indicators::Microdata& micro,
                 indicators::Microdata::Magnitude magnitude);

}  // namespace songhua::disclosure
