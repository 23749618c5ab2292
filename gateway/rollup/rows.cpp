// Windows over lives: borders, gaps and status (design.md: Borders, Gaps, Status; indicators.md 10).
#include <algorithm>

#include "rollup/integral.h"
#include "rollup/timeline.h"

namespace songhua::rollup {
namespace {

bool meets(const Window& window, const Window& extent) {
  return window.start < extent.end && extent.start < window.end;
}

// The value at a border, and how long the stretch is that it was interpolated in (zero: not interpolated).
struct Border {
  Quantity value = 0;
  Millis gap{0};
};

template <typename Held>
Border at_border(const std::vector<LifePoint>& points, UnixMillis b, const Held& held) {
  const auto next = std::lower_bound(points.begin(), points.end(), b,
                                     [](const LifePoint& point, UnixMillis t) { return point.time < t; });
  if (next == points.begin()) return {points.front().value};
  const LifePoint& before = *std::prev(next);
  if (next == points.end()) return {before.value};
  UnixMillis t0 = before.time;
  if (const auto until = held(t0, next->time); until && *until > t0) {
    if (b <= *until) return {before.value};
    t0 = *until;
  }
  const Quantity rise = next->value - before.value;
  const auto span = (next->time - t0).count();
  Border border{before.value + floor_mul_div(rise, (b - t0).count(), span)};
  if (rise > 0 && b < next->time) border.gap = next->time - t0;
  return border;
}

bool part_inside(const StoredRecord& stored, const Window& window) {
  return window.start <= stored.record.window.start && stored.record.window.end <= window.end;
}

}  // namespace

std::optional<UnixMillis> Timeline::heard_by(UnixMillis end) const {
  const auto first = heard_commits_.first_at_or_after(end);
  return first ? first : rules_.gone_since;
}

std::optional<UnixMillis> Timeline::completed_totalizer(const Judged& judged, UnixMillis end, Silence silence) const {
  if (const auto first = judged.commits.first_at_or_after(end)) return first;
  const LifePoint* last = nullptr;
  for (const auto& life : judged.lives) {
    if (!last || life.points.back().time > last->time) last = &life.points.back();
  }
  if (last) {
    const auto implied = held(last->time, std::nullopt, judged.voids, silence);
    if (implied && *implied >= end) return live_commits_.first_at_or_after(end);
  }
  return rules_.gone_since;
}

std::vector<QuantityRow> Timeline::totalizer_rows(SeriesIndex series, const std::vector<Window>& windows) const {
  const auto found = judged_.find(series);
  const auto all = extent(series);
  if (found == judged_.end() || !all) return {};
  const auto& judged = found->second;
  const auto& spec = table_.spec(series);
  const auto held_between = [&](UnixMillis t0, UnixMillis t1) { return held(t0, t1, judged.voids, spec.silence); };

  std::vector<QuantityRow> rows;
  for (const auto& window : windows) {
    if (!meets(window, *all)) continue;
    QuantityRow row;
    row.window = window;
    row.lives = 0;
    for (const auto& life : judged.lives) {
      const auto start = at_border(life.points, window.start, held_between);
      const auto end = at_border(life.points, window.end, held_between);
      row.quantity += end.value - start.value;
      const auto gap = std::max(start.gap, end.gap);
      if (gap > spec.gap) {
        row.estimated = true;
        row.longest_gap = std::max(row.longest_gap, gap);
      }
      if (life.points.front().time < window.end && life.points.back().time >= window.start) ++row.lives;
    }
    row.lives = std::max(row.lives, 1U);
    for (const auto& refused : judged.implausible) {
      row.out_of_order |= refused.reason == Implausible::Reason::out_of_order && window.contains(refused.reading.time);
    }
    row.completed = completed_totalizer(judged, window.end, spec.silence);
    rows.push_back(row);
  }
  return rows;
}

std::vector<LifeBorders> Timeline::borders(SeriesIndex series, Window window) const {
  std::vector<LifeBorders> all;
  const auto found = judged_.find(series);
  if (found == judged_.end()) return all;
  const auto& judged = found->second;
  const auto held_between = [&](UnixMillis t0, UnixMillis t1) {
    return held(t0, t1, judged.voids, table_.spec(series).silence);
  };
  const auto value_at = [&](const std::vector<LifePoint>& points, UnixMillis b) {
    BorderValue value{b, at_border(points, b, held_between).value, {}, {}, {}};
    const auto next = std::ranges::lower_bound(points, b, {}, &LifePoint::time);
    if (next != points.begin()) value.before = *std::prev(next);
    if (next != points.end()) value.after = *next;
    if (!value.before || !value.after) return value;
    const auto until = held_between(value.before->time, value.after->time);
    if (until && *until > value.before->time) value.held = until;
    return value;
  };
  for (const auto& life : judged.lives) {
    LifeBorders borders{life.epoch, value_at(life.points, window.start), value_at(life.points, window.end)};
    if (borders.start.value != borders.end.value) all.push_back(borders);
  }
  return all;
}

std::vector<QuantityRow> Timeline::rate_rows(SeriesIndex series, const std::vector<Window>& windows) const {
  const auto all = extent(series);
  if (!all) return {};
  const auto& spec = table_.spec(series);
  struct Piece {
    RatePart part;
    int128 before = 0;  // twice the integral up to part.first
  };
  std::vector<Piece> pieces;
  for (const auto& place : records_) {
    const auto* data = place.stored->record.find(series);
    const auto* part = data ? std::get_if<RatePart>(data) : nullptr;
    if (!part) continue;
    int128 sum = 0;
    if (!pieces.empty()) {
      const auto& last = pieces.back();
      if (part->first.time <= last.part.last.time) continue;  // another store heard the same: the first one counts
      sum =
          last.before + last.part.twice_integral + twice_integral_between(last.part.last, part->first, spec.trapezoid);
    }
    pieces.push_back({*part, sum});
  }
  const auto at = [&](UnixMillis b) -> Border {
    const auto next = std::lower_bound(pieces.begin(), pieces.end(), b,
                                       [](const Piece& piece, UnixMillis t) { return piece.part.first.time < t; });
    if (next == pieces.begin()) return {0};
    const auto& piece = *std::prev(next);
    int128 twice = piece.before + piece.part.twice_integral;
    Millis gap{0};
    if (next != pieces.end() && b > piece.part.last.time) {
      const auto& from = piece.part.last;
      const auto& to = next->part.first;
      const auto x = (b - from.time).count();
      const auto span = (to.time - from.time).count();
      twice += 2 * from.per_hour.units * x;
      if (spec.trapezoid) twice += floor_mul_div((to.per_hour.units - from.per_hour.units) * x, x, span);
      if (b < to.time && (from.per_hour.units != 0 || (spec.trapezoid && to.per_hour.units != 0)))
        gap = to.time - from.time;
    }
    return {floor_div(twice, kTwiceIntegralPerUnit), gap};
  };

  std::vector<QuantityRow> rows;
  for (const auto& window : windows) {
    if (!meets(window, *all)) continue;
    const auto start = at(window.start), end = at(window.end);
    QuantityRow row;
    row.window = window;
    row.quantity = end.value - start.value;
    const auto gap = std::max(start.gap, end.gap);
    row.estimated = gap > spec.gap;
    if (row.estimated) row.longest_gap = gap;
    row.completed = pieces.back().part.last.time >= window.end ? heard_by(window.end) : rules_.gone_since;
    rows.push_back(row);
  }
  return rows;
}

std::vector<QuantityRow> Timeline::amount_rows(SeriesIndex series, const std::vector<Window>& windows) const {
  const auto all = extent(series);
  if (!all) return {};
  std::vector<QuantityRow> rows;
  auto place = records_.begin();
  for (const auto& window : windows) {
    if (!meets(window, *all)) continue;
    QuantityRow row;
    row.window = window;
    row.completed = heard_by(window.end);
    while (place != records_.begin() && std::prev(place)->stored->record.window.start >= window.start) --place;
    while (place != records_.end() && place->stored->record.window.start < window.start) ++place;
    for (; place != records_.end() && place->stored->record.window.start < window.end; ++place) {
      if (!part_inside(*place->stored, window)) continue;
      const auto* data = place->stored->record.find(series);
      if (const auto* part = data ? std::get_if<AmountPart>(data) : nullptr) row.quantity += part->sum;
    }
    rows.push_back(row);
  }
  return rows;
}

std::vector<QuantityRow> Timeline::level_rows(SeriesIndex series, const std::vector<Window>& windows) const {
  const auto all = extent(series);
  if (!all) return {};
  std::vector<QuantityRow> rows;
  std::optional<Reading> latest;
  auto place = records_.begin();
  for (const auto& window : windows) {
    if (!meets(window, *all)) continue;
    QuantityRow row;
    row.window = window;
    row.completed = heard_by(window.end);
    for (; place != records_.end() && place->stored->record.window.start < window.end; ++place) {
      const auto* data = place->stored->record.find(series);
      const auto* part = data ? std::get_if<LevelPart>(data) : nullptr;
      if (part && part->last.time < window.end && (!latest || part->last >= *latest)) latest = part->last;
    }
    if (!latest) continue;
    row.quantity = latest->value;
    rows.push_back(row);
  }
  return rows;
}

std::vector<QuantityRow> Timeline::rows(SeriesIndex series, const std::vector<Window>& windows) const {
  switch (table_.spec(series).kind) {
    case SeriesKind::totalizer:
      return totalizer_rows(series, windows);
    case SeriesKind::rate:
      return rate_rows(series, windows);
    case SeriesKind::amount:
      return amount_rows(series, windows);
    case SeriesKind::level:
      return level_rows(series, windows);
    case SeriesKind::gauge:
      return {};
  }
  return {};
}

std::vector<GaugeRow> Timeline::gauge_rows(SeriesIndex series, const std::vector<Window>& windows) const {
  const auto all = extent(series);
  if (!all) return {};
  std::vector<GaugeRow> rows;
  auto from = records_.begin();
  for (const auto& window : windows) {
    if (!meets(window, *all)) continue;
    while (from != records_.begin() && std::prev(from)->stored->record.window.start >= window.start) --from;
    while (from != records_.end() && from->stored->record.window.start < window.start) ++from;
    std::optional<Record> sum;
    for (auto it = from; it != records_.end() && it->stored->record.window.start < window.end; ++it) {
      const auto* data = it->stored->record.find(series);
      if (!data || !part_inside(*it->stored, window)) continue;
      Record alone;
      alone.window = it->stored->record.window;
      alone.series.push_back({series, *data});
      if (sum && sum->window.end > alone.window.start) continue;  // another store heard the same: the first one counts
      sum = sum ? join(*sum, alone, table_, rules_.gap_limit) : alone;
    }
    if (!sum) continue;
    rows.push_back({window, std::get<GaugePart>(sum->series.front().data), heard_by(window.end)});
  }
  return rows;
}

std::vector<QuantityRow> Timeline::failure_rows(const std::vector<Window>& windows) const {
  const auto all = state_extent();
  if (!all) return {};
  struct Entry {
    const StoredRecord* stored = nullptr;
    std::uint32_t failures = 0;
  };
  std::vector<Entry> entries;
  std::optional<StatePoint> before;
  for (const auto& place : records_) {
    const auto& state = place.stored->record.state;
    if (!state || (before && state->first.time < before->time)) continue;  // another store heard the same
    const bool enters = before && enters_failure(before->code, state->first.code);
    entries.push_back({place.stored, state->failures + (enters ? 1U : 0U)});
    before = state->last;
  }
  std::vector<QuantityRow> rows;
  auto entry = entries.begin();
  for (const auto& window : windows) {
    if (!meets(window, *all)) continue;
    QuantityRow row;
    row.window = window;
    row.completed = heard_by(window.end);
    while (entry != entries.end() && entry->stored->record.window.start < window.start) ++entry;
    for (; entry != entries.end() && entry->stored->record.window.start < window.end; ++entry) {
      if (part_inside(*entry->stored, window)) row.quantity += entry->failures;
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace songhua::rollup
