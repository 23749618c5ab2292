#include "rollup/series_builder.h"

#include <algorithm>
#include <tuple>

#include "rollup/integral.h"
#include "rollup/sketch.h"

namespace songhua::rollup {
namespace {

void extend(TotalizerPart& part, const RankedReading& r, const SeriesSpec& spec) {
  const Reading next{r.reading.time, r.reading.value};
  if (r.reading.is_void) {
    if (!part.first_void) part.first_void = next.time;
    for (auto& run : part.runs) {
      if (!run.void_after && run.last.time < next.time) run.void_after = next.time;
    }
    return;
  }
  if (!part.runs.empty()) {
    Run& run = part.runs.back();
    if (run.epoch == r.epoch && fits(run.last, next, spec)) {
      if (!run.second) run.second = next;
      run.last = next;
      run.void_after.reset();
      return;
    }
  }
  part.runs.push_back({r.epoch, next, std::nullopt, next, std::nullopt});
}

void extend(RatePart& part, bool first, const RankedReading& r, const SeriesSpec& spec) {
  const RatePoint next{r.reading.time, Fixed9{r.reading.value}};
  if (first) {
    part = {next, next, 0};
    return;
  }
  part.twice_integral += twice_integral_between(part.last, next, spec.trapezoid);
  part.last = next;
}

void extend(GaugePart& part, const RankedReading& r) {
  const GaugePoint next{r.reading.time, Fixed9{r.reading.value}};
  if (part.count == 0) {
    part.min = part.max = next.value;
    part.first = next;
  }
  ++part.count;
  part.sum += next.value.units;
  part.min = std::min(part.min, next.value);
  part.max = std::max(part.max, next.value);
  part.last = next;
  part.buckets.add(bucket_of(next.value), 1);
}

void extend(LevelPart& part, bool first, const RankedReading& r) {
  const Reading next{r.reading.time, r.reading.value};
  if (first) part.first = next;
  part.last = next;
}

// The amount's part inside the window. An interval is a totalizer's piece from (start, 0) to (end, quantity).
void extend(AmountPart& part, const RankedReading& r, Window window) {
  const auto& amount = r.reading;
  UnixMillis from = amount.time, to = amount.time;
  Quantity quantity = amount.value;
  if (is_interval(amount)) {
    from = std::max(amount.interval_start, window.start);
    to = std::min(amount.time, window.end);
    const auto length = (amount.time - amount.interval_start).count();
    const auto at = [&](UnixMillis t) {
      return floor_mul_div(amount.value, (t - amount.interval_start).count(), length);
    };
    quantity = at(to) - at(from);
    if (amount.time <= window.end) ++part.count;
    to = std::max(from, to - Millis{1});
  } else {
    ++part.count;
  }
  part.first = std::min(part.first, from);
  part.last = std::max(part.last, to);
  part.sum += quantity;
}

// Readings of one series, epoch and time collapse to the larger value (of states, to the larger state); a null is no
// value and stays beside it.
std::vector<RankedReading> collapse(std::vector<RankedReading> readings) {
  std::sort(readings.begin(), readings.end(), [](const RankedReading& a, const RankedReading& b) {
    return std::tuple(a.reading.time, a.epoch, a.reading.is_void, a.reading.ordinal, a.reading.value, a.rank) <
           std::tuple(b.reading.time, b.epoch, b.reading.is_void, b.reading.ordinal, b.reading.value, b.rank);
  });
  std::vector<RankedReading> kept;
  for (auto& r : readings) {
    if (!kept.empty() && kept.back().reading.time == r.reading.time && kept.back().epoch == r.epoch &&
        kept.back().reading.is_void == r.reading.is_void) {
      r.rank = std::min(r.rank, kept.back().rank);
      kept.back() = r;
    } else {
      kept.push_back(r);
    }
  }
  std::stable_sort(kept.begin(), kept.end(), [](const RankedReading& a, const RankedReading& b) {
    return std::tuple(a.reading.time, a.rank) < std::tuple(b.reading.time, b.rank);
  });
  return kept;
}

// Amounts are keyed by (instant, ordinal): said again they change nothing, said differently the larger one stays.
std::vector<RankedReading> distinct_amounts(std::vector<RankedReading> readings) {
  const auto key = [](const RankedReading& r) { return std::tuple(r.reading.time, r.reading.ordinal); };
  std::sort(readings.begin(), readings.end(), [&](const RankedReading& a, const RankedReading& b) {
    return std::tuple(key(a), a.reading.value, a.reading.interval_start) <
           std::tuple(key(b), b.reading.value, b.reading.interval_start);
  });
  std::vector<RankedReading> kept;
  for (auto& r : readings) {
    if (!kept.empty() && key(kept.back()) == key(r)) {
      kept.back() = r;
    } else {
      kept.push_back(r);
    }
  }
  return kept;
}

void drop_voids(std::vector<RankedReading>& readings) {
  std::erase_if(readings, [](const RankedReading& r) { return r.reading.is_void; });
}

}  // namespace

void inherit_epochs(std::vector<RankedReading>& readings,
                    const std::vector<std::pair<AnnouncedEpoch, std::size_t>>& announcements) {
  for (auto& r : readings) {
    if (r.epoch) continue;
    for (const auto& [announced, rank] : announcements) {
      if (std::tuple(announced.time, rank) >= std::tuple(r.reading.time, r.rank)) break;
      r.epoch = announced.epoch;
    }
  }
}

std::optional<SeriesData> build_series(std::vector<RankedReading> readings, const SeriesSpec& spec, Window window) {
  if (spec.kind == SeriesKind::amount) {
    drop_voids(readings);
    if (readings.empty()) return std::nullopt;
    AmountPart part;
    part.first = UnixMillis::max();
    part.last = UnixMillis::min();
    for (const auto& r : distinct_amounts(std::move(readings))) extend(part, r, window);
    return part;
  }
  if (spec.kind == SeriesKind::totalizer) {
    TotalizerPart part;
    for (const auto& r : collapse(std::move(readings))) extend(part, r, spec);
    return part;
  }
  drop_voids(readings);
  if (readings.empty()) return std::nullopt;
  const auto kept = collapse(std::move(readings));
  if (spec.kind == SeriesKind::gauge) {
    GaugePart part;
    for (const auto& r : kept) extend(part, r);
    return part;
  }
  if (spec.kind == SeriesKind::rate) {
    RatePart part;
    for (const auto& r : kept) extend(part, &r == &kept.front(), r, spec);
    return part;
  }
  LevelPart part;
  for (const auto& r : kept) extend(part, &r == &kept.front(), r);
  return part;
}

void Appender::add(const MappedReading& reading, std::optional<Epoch> epoch) {
  const auto& spec = table_.spec(reading.series);
  const bool kept_without_value = spec.kind == SeriesKind::totalizer;
  if (reading.is_void && !kept_without_value) return;
  const RankedReading ranked{reading, spec.kind == SeriesKind::totalizer ? epoch : std::nullopt, 0};
  auto& known = record_.series;
  const auto it = std::lower_bound(known.begin(), known.end(), reading.series,
                                   [](const SeriesPart& part, SeriesIndex wanted) { return part.series < wanted; });
  SeriesPart* part = it != known.end() && it->series == reading.series ? &*it : nullptr;
  if (part == nullptr && !fresh_.empty() && fresh_.back().series == reading.series) part = &fresh_.back();
  if (part == nullptr) {
    if (auto data = build_series({ranked}, spec, record_.window)) fresh_.push_back({reading.series, std::move(*data)});
    return;
  }
  if (auto* totalizer = std::get_if<TotalizerPart>(&part->data)) extend(*totalizer, ranked, spec);
  if (auto* rate = std::get_if<RatePart>(&part->data)) extend(*rate, false, ranked, spec);
  if (auto* gauge = std::get_if<GaugePart>(&part->data)) extend(*gauge, ranked);
  if (auto* level = std::get_if<LevelPart>(&part->data)) extend(*level, false, ranked);
  if (auto* amount = std::get_if<AmountPart>(&part->data)) extend(*amount, ranked, record_.window);
}

void Appender::finish() {
  if (fresh_.empty()) return;
  auto& known = record_.series;
  const auto middle = static_cast<std::ptrdiff_t>(known.size());
  std::move(fresh_.begin(), fresh_.end(), std::back_inserter(known));
  fresh_.clear();
  std::inplace_merge(known.begin(), known.begin() + middle, known.end(),
                     [](const SeriesPart& a, const SeriesPart& b) { return a.series < b.series; });
}

}  // namespace songhua::rollup
