#include "figures/line_quantities.h"

#include <algorithm>

namespace songhua::figures {
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
std::map<SeriesKey, UnixMillis> first_readings(const query::LineHistory& line) {
  std::map<SeriesKey, UnixMillis> first;
  const auto note = [&](const SeriesKey& key, UnixMillis time) {
    const auto [it, added] = first.try_emplace(key, time);
    if (!added) it->second = std::min(it->second, time);
  };
  const auto& timeline = *line.quarters;
  for (const auto series : timeline.series()) {
    if (const auto extent = timeline.extent(series)) note(line.table->spec(series).key, extent->start);
  }
  if (const auto states = timeline.state_extent()) note({"event.failures", "", ""}, states->start);
  return first;
}

}  // namespace

LineQuantities::LineQuantities(std::vector<FigureLine> lines, query::RollupContext context)
    : context_(std::move(context)) {
  for (auto& line : lines) {
    presences_.push_back({line.history.enterprise, line.history.line, line.first_seen, line.gone_since});
    auto first = first_readings(line.history);
    lines_.push_back({std::move(line.history), std::move(first)});
  }
}

const std::vector<indicators::QuantityRow>& LineQuantities::quantities(Window window) {
  const auto [it, added] = known_.try_emplace(window);
  if (added) {
    for (const auto& line : lines_) add_line(line, window, it->second);
  }
  return it->second;
}

void LineQuantities::add_line(const Line& line, Window window, std::vector<indicators::QuantityRow>& rows) const {
  query::RollupRequest request;
  request.grain = Grain::total;
  request.from = window.start;
  request.to = window.end;
  for (const auto& row : query::rollup_rows(line.history, request, context_)) {
    if (row.gauge) continue;
    indicators::QuantityRow quantity;
    quantity.enterprise = row.enterprise;
    quantity.line = row.line;
    quantity.key = row.key;
    quantity.quantity = row.quantity;
    quantity.status = status_of(row.status);
    quantity.estimated = row.estimated;
    const auto known = line.first_readings.find(row.key);
    quantity.from_start = known != line.first_readings.end() && known->second <= window.start;
    quantity.observed = Millis{row.observed_ms};
    quantity.expected = window.end - window.start;
    quantity.official = row.official;
    rows.push_back(std::move(quantity));
  }
}

}  // namespace songhua::figures
