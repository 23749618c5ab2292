#include "central/quantities.h"

namespace songhua::central {

query::LineHistory history_of(const LineBook& book, const Revised& revised) {
  query::LineHistory history;
  history.enterprise = book.name().enterprise;
  history.line = book.name().line;
  history.quarters = &book.timeline();
  history.table = &book;
  if (revised) history.revised = [&book, revised](Window window) { return revised(book.name(), window); };
  return history;
}

std::vector<figures::FigureLine> figure_lines(const Books& books, const Revised& revised) {
  std::vector<figures::FigureLine> lines;
  lines.reserve(books.size());
  for (const auto& book : books) {
    lines.push_back({history_of(*book, revised), book->first_seen(), book->gone_since()});
  }
  return lines;
}

}  // namespace songhua::central
