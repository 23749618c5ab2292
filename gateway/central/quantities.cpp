#include "central/quantities.h"

#include <algorithm>

namespace songhua::central {
namespace {

indicators::Status status_of(query::RollupRow::Status status) {
  switch (status) {
    case query::RollupRow::Status::final_:
      return indicators::Status::final;
    case query::RollupRow::Status::revised:
      return indicators::Status::revised;
    case query::RollupRow::Status::preliminary:
      return indicators::Status::preliminary;
  }
  return indicators::Status::preliminary;
}

// First reading of each key, whatever kinds of series feed it.
std::map<SeriesKey, UnixMillis> first_readings(const LineBook& book) {
  std::map<SeriesKey, UnixMillis> first;
  const auto note = [&](const SeriesKey& key, UnixMillis time) {
    const auto [it, added] = first.try_emplace(key, time);
    if (!added) it->second = std::min(it->second, time);
  };
  for (const auto series : book.timeline().series()) {
    note(book.spec(series).key, book.timeline().extent(series)->start);
  }
  if (const auto states = book.timeline().state_extent()) note({"event.failures", "", ""}, states->start);
  return first;
}

}  // namespace

query::LineHistory history_of(const LineBook& book, std::function<bool(const LineName&, Window)> revised) {
  query::LineHistory history;
  history.enterprise = book.name().enterprise;
  history.line = book.name().line;
  history.quarters = &book.timeline();
  history.table = &book;
  if (revised) history.revised = [&book, revised](Window window) { return revised(book.name(), window); };
  return history;
}

CentreQuantities::CentreQuantities(const Books& books, query::RollupContext context,
                                   std::function<bool(const LineName&, Window)> revised)
    : books_(books), context_(std::move(context)), revised_(std::move(revised)) {
  for (const auto& book : books_) {
    lines_.push_back({book->name().enterprise, book->name().line, book->first_seen(), book->gone_since()});
  }
}

const std::vector<indicators::QuantityRow>& CentreQuantities::quantities(Window window) {
  const auto [it, added] = known_.try_emplace(window);
  if (added) {
    for (const auto& book : books_) add_line(*book, window, it->second);
  }
  return it->second;
}

void CentreQuantities::add_line(const LineBook& book, Window window, std::vector<indicators::QuantityRow>& rows) {
  query::RollupRequest request;
  request.grain = Grain::total;
  request.from = window.start;
  request.to = window.end;
  const auto first = first_readings(book);
  for (const auto& row : query::rollup_rows(history_of(book, revised_), request, context_)) {
    if (row.gauge) continue;
    indicators::QuantityRow quantity;
    quantity.enterprise = row.enterprise;
    quantity.line = row.line;
    quantity.key = row.key;
    quantity.quantity = row.quantity;
    quantity.status = status_of(row.status);
    quantity.estimated = row.estimated;
    const auto known = first.find(row.key);
    quantity.from_start = known != first.end() && known->second <= window.start;
    quantity.observed = Millis{row.observed_ms};
    quantity.expected = window.end - window.start;
    quantity.official = row.official;
    rows.push_back(std::move(quantity));
  }
}

}  // namespace songhua::central
