#include "central/quantities.h"

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

query::LineHistory history_with_past(CentreStore& store, const LineBook& book, std::optional<UnixMillis> as_of) {
  auto history = history_of(book, {});
  struct Past {
    std::map<std::pair<Window, UnixMillis>, std::optional<UnixMillis>> changed;
    std::optional<UnixMillis> at;
    std::shared_ptr<const LineBook> book;  // as it was just before `at`
  };
  // Every series of the line asks for the same windows, and one late batch changes many of them at one time.
  auto past = std::make_shared<Past>();
  history.as_final = [&store, &book, as_of, past](Window window, UnixMillis final_at) -> const rollup::Timeline* {
    const auto [it, added] = past->changed.try_emplace({window, final_at});
    if (added) it->second = store.superseded(book.name(), window, final_at, as_of);
    const auto& at = it->second;
    if (!at) return nullptr;
    if (past->at != at) {
      Dictionaries dictionaries(store);
      past->book = LineBook::load(store, dictionaries, book.name(), *at - Millis{1});
      past->at = at;
    }
    return &past->book->timeline();
  };
  return history;
}

KeptSums sums_of(const Books& books, const KeptSums& before, const Revised& revised) {
  KeptSums sums;
  for (const auto& book : books) {
    const auto kept = before.find(book);
    sums.emplace(book, kept != before.end()
                           ? kept->second
                           : std::make_shared<figures::LineSums>(figures::FigureLine{
                                 history_of(*book, revised), book->first_seen(), book->gone_since(), book}));
  }
  return sums;
}

}  // namespace songhua::central
