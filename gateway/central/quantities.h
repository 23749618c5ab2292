#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "central/line_book.h"
#include "figures/line_quantities.h"

// The centre's lines as the query and the figures room see them.
namespace songhua::central {

using Books = std::vector<std::shared_ptr<const LineBook>>;
// Was a record of the line in the window replaced after it was final? May be empty.
using Revised = std::function<bool(const LineName&, Window)>;

// The line as figures see it. `book` must outlive it. Asks `revised` once for each window.
query::LineHistory history_of(const LineBook& book, const Revised& revised);

// The line as rollup rows show it: what was final and has changed tells its value before. `store` and `book` must
// outlive it; `as_of` is the state of the store that the book is of.
query::LineHistory history_with_past(CentreStore& store, const LineBook& book, std::optional<UnixMillis> as_of);

// Sums of lines, kept for as long as a line's book stays the same: what a factory forwards costs the sums of its own
// lines only.
using KeptSums = std::map<std::shared_ptr<const LineBook>, std::shared_ptr<figures::LineSums>>;
KeptSums sums_of(CentreStore& store, const Books& books, const KeptSums& before, const Revised& revised,
                 std::optional<UnixMillis> as_of);

}  // namespace songhua::central
