#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "central/line_book.h"
#include "figures/line_quantities.h"

// The centre's lines as the query and the figures room see them.
namespace songhua::central {

using Books = std::vector<std::shared_ptr<const LineBook>>;
// Was a record of the line in the window replaced after it was final? May be empty.
using Revised = std::function<bool(const LineName&, Window)>;

// `book` must outlive it. Asks `revised` once for each window.
query::LineHistory history_of(const LineBook& book, const Revised& revised);

// `books` must outlive them.
std::vector<figures::FigureLine> figure_lines(const Books& books, const Revised& revised);

}  // namespace songhua::central
