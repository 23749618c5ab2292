#include "central/quantities.h"

#include <map>

namespace songhua::central {

query::LineHistory history_of(const LineBook& book, const Revised& revised) {
  query::LineHistory history;
  history.enterprise = book.name().enterprise;
  history.line = book.name().line;
  history.quarters = &book.timeline();
  history.table = &book;
  if (!revised) return history;
  // Every series of the line asks for the same windows.
  auto known = std::make_shared<std::map<Window, bool>>();
  history.revised = [&book, revised, known](Window window) {
    const auto [it, added] = known->try_emplace(window);
    if (added) it->second = revised(book.name(), window);
    return it->second;
  };
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
