#include <algorithm>

#include "oracle.h"

// Silence, borders, gaps and rows.
namespace songhua::rollup::oracle {

std::optional<std::int64_t> Oracle::held(SeriesIndex series, const Point& before, const Point& after) const {
  if (table_.spec(series).silence != Silence::unchanged) return std::nullopt;
  std::optional<std::int64_t> held;
  for (const auto& chain : chains_) {
    // Between two chains a gap lies, before or after the reading; before the first chain none is known.
    const bool reaches = &chain == &chains_.front() || before.time >= chain.first;
    if (!reaches || before.time > chain.last) continue;
    if (before.time == chain.doubtful) continue;  // something was lost after the reading, within its millisecond
    for (const auto live : chain.live) {
      if (before.time < live && live < after.time && (!held || *held < live)) held = live;
    }
  }
  if (!held) return std::nullopt;
  const auto& doubts = totalizers_.at(series).doubts;
  if (const auto doubt = doubts.upper_bound(before.time); doubt != doubts.end()) held = std::min(*held, *doubt);
  return held;
}

BigInt Oracle::value_at(SeriesIndex series, const OracleLife& life, std::int64_t border) const {
  const auto& points = life.points;
  const auto after = std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.time >= border; });
  if (after == points.end()) return points.back().value;
  if (after == points.begin()) return after->value;
  const auto& before = *std::prev(after);
  auto from = before.time;
  if (const auto known = held(series, before, *after)) {
    if (border <= *known) return before.value;
    from = *known;
  }
  return before.value + floor_of(Ratio{(after->value - before.value) * (border - from), after->time - from});
}

// Length of the stretch that the border cuts and that had to be guessed; 0: none, or not longer than the gap limit.
std::int64_t Oracle::gap_at(SeriesIndex series, const OracleLife& life, std::int64_t border) const {
  const auto& points = life.points;
  const auto after = std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.time >= border; });
  if (after == points.end() || after == points.begin()) return 0;
  const auto& before = *std::prev(after);
  auto from = before.time;
  if (const auto known = held(series, before, *after)) from = *known;
  const bool inside = from < border && border < after->time && after->value > before.value;
  const auto length = after->time - from;
  return inside && length > table_.spec(series).gap.count() ? length : 0;
}

QuantityRow Oracle::totalizer_row(SeriesIndex series, Window window) const {
  QuantityRow row;
  row.window = window;
  BigInt quantity = 0;
  std::int64_t gap = 0;
  row.lives = 0;
  const auto start = count_of(window.start), end = count_of(window.end);
  for (const auto& life : totalizers_.at(series).lives) {
    quantity += value_at(series, life, end) - value_at(series, life, start);
    gap = std::max({gap, gap_at(series, life, start), gap_at(series, life, end)});
    if (life.points.front().time < end && life.points.back().time >= start) ++row.lives;
  }
  for (const auto& refusal : totalizers_.at(series).refusals) {
    const bool below = refusal.reason == Implausible::Reason::out_of_order;
    row.out_of_order = row.out_of_order || (below && window.contains(unix_millis(refusal.time)));
  }
  row.lives = std::max(row.lives, 1U);
  row.quantity = small(quantity);
  row.estimated = gap > 0;
  row.longest_gap = Millis{gap};
  return row;
}

// In units: the rate is per hour, its unit 10^-9.
Ratio Oracle::integral_at(SeriesIndex series, std::int64_t border) const {
  const bool trapezoid = table_.spec(series).trapezoid;
  const auto& points = values_.at(series);
  Ratio sum = 0;
  for (auto a = points.begin(), b = std::next(a); b != points.end() && a->first < border; a = b++) {
    const auto until = std::min(border, b->first);
    const Ratio at_start = a->second;
    const Ratio slope{b->second - a->second, b->first - a->first};
    const Ratio at_end = trapezoid ? Ratio{at_start + slope * (until - a->first)} : at_start;
    sum += (at_start + at_end) / 2 * (until - a->first);
  }
  return sum / (Ratio{Fixed9::kOne} * 3'600'000);
}

QuantityRow Oracle::rate_row(SeriesIndex series, Window window) const {
  const auto start = count_of(window.start), end = count_of(window.end);
  QuantityRow row;
  row.window = window;
  row.quantity = small(floor_of(integral_at(series, end)) - floor_of(integral_at(series, start)));
  for (const auto border : {start, end}) {
    const auto& points = values_.at(series);
    const auto after = points.lower_bound(border);
    if (after == points.begin() || after == points.end() || after->first == border) continue;
    const auto from = std::prev(after)->first;
    const bool grows = integral_at(series, after->first) > integral_at(series, from);
    const Millis length{after->first - from};
    if (grows && length > table_.spec(series).gap) row.longest_gap = std::max(row.longest_gap, length);
  }
  row.estimated = row.longest_gap > Millis{0};
  return row;
}

QuantityRow Oracle::amount_row(SeriesIndex series, Window window) const {
  const auto start = count_of(window.start), end = count_of(window.end);
  BigInt sum = 0;
  for (const auto& [key, amount] : amounts_.at(series)) {
    if (amount.start >= amount.end) {
      if (start <= amount.end && amount.end < end) sum += amount.quantity;
      continue;
    }
    const auto at = [&](std::int64_t border) -> BigInt {  // a totalizer's piece from (start, 0) to (end, quantity)
      const auto inside = std::clamp(border, amount.start, amount.end) - amount.start;
      return floor_of(Ratio{amount.quantity * inside, amount.end - amount.start});
    };
    sum += at(end) - at(start);
  }
  QuantityRow row;
  row.window = window;
  row.quantity = small(sum);
  return row;
}

QuantityRow Oracle::level_row(SeriesIndex series, Window window) const {
  const auto& points = values_.at(series);
  QuantityRow row;
  row.window = window;
  const auto after = points.lower_bound(count_of(window.end));
  row.quantity = small(std::prev(after)->second);  // a row exists, so there is a reading before its end
  return row;
}

std::optional<Window> Oracle::extent(SeriesIndex series) const {
  std::set<std::int64_t> times;
  if (const auto found = totalizers_.find(series); found != totalizers_.end()) {
    for (const auto& life : found->second.lives) {
      for (const auto& point : life.points) times.insert(point.time);
    }
  } else if (const auto values = values_.find(series); values != values_.end()) {
    for (const auto& [time, value] : values->second) times.insert(time);
  } else if (const auto amounts = amounts_.find(series); amounts != amounts_.end()) {
    for (const auto& [key, amount] : amounts->second) {
      times.insert(amount.start);
      times.insert(amount.start < amount.end ? amount.end - 1 : amount.end);
    }
  }
  if (times.empty()) return std::nullopt;
  return Window{unix_millis(*times.begin()), unix_millis(*times.rbegin() + 1)};
}

std::optional<QuantityRow> Oracle::row(SeriesIndex series, Window window) const {
  const auto all = extent(series);
  if (!all || all->end <= window.start || window.end <= all->start) return std::nullopt;
  switch (table_.spec(series).kind) {
    case SeriesKind::totalizer:
      return totalizer_row(series, window);
    case SeriesKind::rate:
      return rate_row(series, window);
    case SeriesKind::amount:
      return amount_row(series, window);
    case SeriesKind::level:
      return level_row(series, window);
    case SeriesKind::gauge:
      return std::nullopt;
  }
  return std::nullopt;
}

BigInt Oracle::total(SeriesIndex series) const {
  BigInt sum = 0;
  for (const auto& life : totalizers_.at(series).lives) sum += life.points.back().value - life.points.front().value;
  return sum;
}

std::optional<std::uint32_t> Oracle::failures(Window window) const {
  if (states_.empty()) return std::nullopt;
  if (window.end <= unix_millis(states_.begin()->first) || unix_millis(states_.rbegin()->first) < window.start) {
    return std::nullopt;
  }
  const auto aborts = [](std::int32_t code) { return code == 8 || code == 9; };
  std::uint32_t entries = 0;
  for (auto before = states_.begin(), state = std::next(before); state != states_.end(); before = state++) {
    const bool down = aborts(before->second) || before->second == 1;
    if (aborts(state->second) && !down && window.contains(unix_millis(state->first))) ++entries;
  }
  return entries;
}

std::map<std::int64_t, BigInt> Oracle::gauge(SeriesIndex series, Window window) const {
  std::map<std::int64_t, BigInt> inside;
  const auto values = values_.find(series);
  if (values == values_.end()) return inside;
  for (const auto& [time, value] : values->second) {
    if (window.contains(unix_millis(time))) inside.emplace(time, value);
  }
  return inside;
}

std::set<SeriesIndex> Oracle::series_of(SeriesKind kind) const {
  std::set<SeriesIndex> found;
  const auto take = [&](const auto& map) {
    for (const auto& [series, data] : map) {
      if (table_.spec(series).kind == kind) found.insert(series);
    }
  };
  take(totalizers_);
  take(values_);
  take(amounts_);
  return found;
}

}  // namespace songhua::rollup::oracle
