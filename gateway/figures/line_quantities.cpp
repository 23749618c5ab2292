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

std::vector<SeriesKey> levels_of(const query::LineHistory& line) {
  std::vector<SeriesKey> levels;
  for (const auto series : line.quarters->series()) {
    const auto& spec = line.table->spec(series);
    if (spec.kind != SeriesKind::level) continue;
    if (std::find(levels.begin(), levels.end(), spec.key) == levels.end()) levels.push_back(spec.key);
  }
  return levels;
}

}  // namespace

LineQuantities::LineQuantities(std::vector<FigureLine> lines, query::RollupContext context)
    : context_(std::move(context)) {
  for (auto& line : lines) {
    presences_.push_back({line.history.enterprise, line.history.line, line.first_seen, line.gone_since});
    auto first = first_readings(line.history);
    auto levels = levels_of(line.history);
    lines_.push_back({std::move(line.history), std::move(first), std::move(levels)});
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
    if (row.gauge || std::find(line.levels.begin(), line.levels.end(), row.key) != line.levels.end()) continue;
    rows.push_back(quantity_of(line, row, window));
  }
  for (const auto& key : line.levels) carry_level(line, key, window, rows);
}

// A level that is told once, at birth, has rollup rows there only; a figure of a later period asks for its last value.
void LineQuantities::carry_level(const Line& line, const SeriesKey& key, Window window,
                                 std::vector<indicators::QuantityRow>& rows) const {
  auto history = line.history;
  if (history.revised) history.revised = [&line, window](Window) { return line.history.revised(window); };
  query::RollupRequest request;
  request.grain = Grain::total;
  request.from = std::min(floor_to(line.first_readings.at(key), kQuarterHour), window.start);
  request.to = window.end;
  request.measure = key.measure;
  for (const auto& row : query::rollup_rows(history, request, context_)) {
    if (row.key == key) rows.push_back(quantity_of(line, row, window));
  }
}

indicators::QuantityRow LineQuantities::quantity_of(const Line& line, const query::RollupRow& row, Window window) {
  indicators::QuantityRow quantity;
  quantity.enterprise = row.enterprise;
  quantity.line = row.line;
  quantity.key = row.key;
  quantity.quantity = row.quantity;
  quantity.status = status_of(row.status);
  quantity.estimated = row.estimated;
  const auto known = line.first_readings.find(row.key);
  quantity.from_start = known != line.first_readings.end() && known->second <= window.start;
  quantity.observed = row.window == window ? Millis{row.observed_ms} : line.history.quarters->observed(window);
  quantity.expected = window.end - window.start;
  quantity.official = row.official;
  return quantity;
}

}  // namespace songhua::figures
