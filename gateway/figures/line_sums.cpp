#include "figures/line_sums.h"

#include <algorithm>
#include <set>

namespace songhua::figures {
namespace {

// Windows of a page and of the comparisons behind it are some dozens; who asks for more pays for them again.
constexpr std::size_t kKeptWindows = 512;

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

LineSums::LineSums(FigureLine line)
    : line_(std::move(line)), first_readings_(first_readings(line_.history)), levels_(levels_of(line_.history)) {}

indicators::LinePresence LineSums::presence() const {
  return {line_.history.enterprise, line_.history.line, line_.first_seen, line_.gone_since};
}

void LineSums::add(Window window, const query::RollupContext& context, std::vector<indicators::QuantityRow>& rows,
                   UnixMillis& until) {
  auto found = known_.find(window);
  if (found == known_.end() || context.now < found->second.from || found->second.until <= context.now) {
    if (found == known_.end() && known_.size() >= kKeptWindows) known_.clear();
    found = known_.insert_or_assign(window, sum_up(window, context)).first;
  }
  const auto& known = found->second;
  rows.insert(rows.end(), known.rows.begin(), known.rows.end());
  until = std::min(until, known.until);
}

LineSums::Known LineSums::sum_up(Window window, const query::RollupContext& context) const {
  Known known{{}, context.now, UnixMillis::max()};
  std::set<SeriesKey> told;  // levels of which the window holds a reading
  query::RollupRequest request;
  request.grain = Grain::total;
  request.from = window.start;
  request.to = window.end;
  for (const auto& row : query::rollup_rows(line_.history, request, context)) {
    if (row.gauge) continue;
    if (std::find(levels_.begin(), levels_.end(), row.key) != levels_.end()) {
      told.insert(row.key);
    } else {
      take(row, window, known);
    }
  }
  for (const auto& key : levels_) carry_level(key, window, told.contains(key), context, known);
  if (silent_in(window)) {
    for (auto& row : known.rows) row.carried = true;
  }
  return known;
}

// What was said last at the window's very start closes the window before, as lines do at each midnight: it tells
// nothing of this one.
bool LineSums::silent_in(Window window) const {
  const auto heard = line_.history.quarters->heard_extent();  // its end is exclusive
  return heard && heard->end <= window.start + Millis{1};
}

// A level that is told once, at birth, has rollup rows there only; a figure of a later period asks for its last value.
// What was declared gone takes its equipment with it.
void LineSums::carry_level(const SeriesKey& key, Window window, bool told, const query::RollupContext& context,
                           Known& into) const {
  if (line_.gone_since && *line_.gone_since <= window.start) return;
  auto history = line_.history;
  if (history.revised) history.revised = [this, window](Window) { return line_.history.revised(window); };
  query::RollupRequest request;
  request.grain = Grain::total;
  request.from = std::min(floor_to(first_readings_.at(key), kQuarterHour), window.start);
  request.to = window.end;
  request.measure = key.measure;
  for (const auto& row : query::rollup_rows(history, request, context)) {
    if (row.key != key) continue;
    take(row, window, into);
    into.rows.back().carried = !told;
  }
}

void LineSums::take(const query::RollupRow& row, Window window, Known& into) const {
  auto& quantity = into.rows.emplace_back();
  quantity.enterprise = row.enterprise;
  quantity.line = row.line;
  quantity.key = row.key;
  quantity.quantity = row.quantity;
  quantity.status = status_of(row.status);
  quantity.settling = row.turns_final.has_value();
  quantity.estimated = row.estimated;
  const auto known = first_readings_.find(row.key);
  quantity.from_start = known != first_readings_.end() && known->second <= window.start;
  quantity.observed = row.window == window ? Millis{row.observed_ms} : line_.history.quarters->observed(window);
  quantity.expected = window.end - window.start;
  quantity.official = row.official;
  if (row.turns_final) into.until = std::min(into.until, *row.turns_final);
}

indicators::TracedBorder LineSums::traced(const rollup::BorderValue& border) const {
  const auto reading = [&](const std::optional<rollup::LifePoint>& point) -> std::optional<indicators::TracedReading> {
    if (!point) return std::nullopt;
    const bool known = line_.history.place && !point->virtual_zero;
    return indicators::TracedReading{point->time, point->value, point->virtual_zero,
                                     known ? line_.history.place(point->time) : std::string()};
  };
  return {border.at, border.value, reading(border.before), border.held, reading(border.after)};
}

std::vector<indicators::TracedPart> LineSums::trace(const SeriesKey& key, Window window) const {
  const auto& timeline = *line_.history.quarters;
  std::vector<indicators::TracedPart> parts;
  bool counted = false;  // by a series of its own
  for (const auto series : timeline.series()) {
    const auto& spec = line_.history.table->spec(series);
    if (spec.key != key || spec.kind == SeriesKind::gauge) continue;
    counted = counted || spec.kind != SeriesKind::amount;
    if (spec.kind == SeriesKind::totalizer) {
      for (const auto& life : timeline.borders(series, window)) {
        parts.push_back({life.epoch ? "life of epoch " + std::to_string(*life.epoch) : std::string("life"),
                         life.end.value - life.start.value, traced(life.start), traced(life.end)});
      }
      continue;
    }
    const Window asked{
        spec.kind == SeriesKind::level ? std::min(window.start, timeline.extent(series)->start) : window.start,
        window.end};
    for (const auto& row : timeline.rows(series, {asked})) {
      parts.push_back({std::string(to_string(spec.kind)), row.quantity, {}, {}});
    }
  }
  if (key.measure == "event.failures" && !counted) {
    for (const auto& row : timeline.failure_rows({window})) parts.push_back({"from states", row.quantity, {}, {}});
  }
  return parts;
}

}  // namespace songhua::figures
