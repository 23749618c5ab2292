// Adjacent records of one line and one source become the record of their common window.
#include <algorithm>
#include <iterator>

#include "rollup/integral.h"
#include "rollup/record.h"

namespace songhua::rollup {
namespace {

std::optional<UnixMillis> earliest(std::optional<UnixMillis> a, std::optional<UnixMillis> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// `next` goes on where `run` ends, in one stretch without a break.
void append(Run& run, const Run& next) {
  if (!run.second) run.second = next.first;
  run.last = next.last;
  run.void_after = next.void_after;
}

// Readings without an epoch belong to the one announced before the record; runs that only this parted become one.
void inherit(TotalizerPart& part, std::optional<Epoch> before, const SeriesSpec& spec) {
  if (!before) return;
  std::vector<Run> runs;
  for (auto& run : part.runs) {
    if (!run.epoch) run.epoch = before;
    if (!runs.empty() && runs.back().epoch == run.epoch && fits(runs.back().last, run.first, spec)) {
      append(runs.back(), run);
    } else {
      runs.push_back(run);
    }
  }
  part.runs = std::move(runs);
}

// `b`'s runs follow `a`'s; `before` is the epoch announced last in a's record.
TotalizerPart join_totalizers(TotalizerPart a, TotalizerPart b, std::optional<Epoch> before, const SeriesSpec& spec) {
  inherit(b, before, spec);
  for (auto& run : a.runs) {
    if (!run.void_after) run.void_after = b.first_void;
  }
  if (!a.first_void) a.first_void = b.first_void;
  if (!a.runs.empty() && !b.runs.empty()) {
    Run& last = a.runs.back();
    const Run& next = b.runs.front();
    if (last.epoch == next.epoch && fits(last.last, next.first, spec)) {
      append(last, next);
      b.runs.erase(b.runs.begin());
    }
  }
  std::move(b.runs.begin(), b.runs.end(), std::back_inserter(a.runs));
  return a;
}

struct Joiner {
  const SeriesSpec& spec;
  std::optional<Epoch> before;

  SeriesData operator()(const TotalizerPart& a, const TotalizerPart& b) const {
    return join_totalizers(a, b, before, spec);
  }
  SeriesData operator()(const RatePart& a, const RatePart& b) const {
    return RatePart{a.first, b.last,
                    a.twice_integral + twice_integral_between(a.last, b.first, spec.trapezoid) + b.twice_integral};
  }
  SeriesData operator()(const AmountPart& a, const AmountPart& b) const {
    return AmountPart{a.count + b.count, a.sum + b.sum, std::min(a.first, b.first), std::max(a.last, b.last)};
  }
  SeriesData operator()(const GaugePart& a, const GaugePart& b) const {
    GaugePart sum = a;
    sum.count += b.count;
    sum.sum += b.sum;
    sum.min = std::min(a.min, b.min);
    sum.max = std::max(a.max, b.max);
    sum.last = b.last;
    sum.buckets.add(b.buckets);
    return sum;
  }
  SeriesData operator()(const LevelPart& a, const LevelPart& b) const { return LevelPart{a.first, b.last}; }
  // A series has one kind; two kinds under one index mean a dictionary that changed its mind: the later one counts.
  template <typename A, typename B>
  SeriesData operator()(const A&, const B& b) const {
    return b;
  }
};

// A part of `b` alone, seen from the joined window.
SeriesData seen_after(SeriesData data, std::optional<Epoch> before, const SeriesSpec& spec) {
  if (auto* totalizer = std::get_if<TotalizerPart>(&data)) inherit(*totalizer, before, spec);
  return data;
}

void join_series(Record& joined, const Record& a, const Record& b, const SeriesTable& table) {
  auto i = a.series.begin();
  auto j = b.series.begin();
  while (i != a.series.end() || j != b.series.end()) {
    if (j == b.series.end() || (i != a.series.end() && i->series < j->series)) {
      joined.series.push_back(*i++);
    } else if (i == a.series.end() || j->series < i->series) {
      joined.series.push_back({j->series, seen_after(j->data, a.last_epoch, table.spec(j->series))});
      ++j;
    } else {
      joined.series.push_back({i->series, std::visit(Joiner{table.spec(i->series), a.last_epoch}, i->data, j->data)});
      ++i;
      ++j;
    }
  }
}

void join_epochs(Record& joined, const Record& b) {
  for (const auto& announced : b.epochs) {
    const auto it = std::lower_bound(joined.epochs.begin(), joined.epochs.end(), announced.epoch,
                                     [](const EpochAnnouncement& e, Epoch epoch) { return e.epoch < epoch; });
    if (it == joined.epochs.end() || it->epoch != announced.epoch) {
      joined.epochs.insert(it, announced);
    } else {
      it->first = std::min(it->first, announced.first);
      it->counter_start = earliest(it->counter_start, announced.counter_start);
    }
  }
  if (b.last_epoch) joined.last_epoch = b.last_epoch;
}

void join_stretches(Record& joined, const Record& b) {
  auto next = b.stretches.begin();
  if (!joined.stretches.empty() && next != b.stretches.end()) {
    Stretch& last = joined.stretches.back();
    if (static_cast<std::uint8_t>(last.last_seq + 1) == next->first_seq) {
      last.last_time = next->last_time;
      last.last_seq = next->last_seq;
      if (!last.first_live) last.first_live = next->first_live;
      if (next->last_live) last.last_live = next->last_live;
      ++next;
    }
  }
  joined.stretches.insert(joined.stretches.end(), next, b.stretches.end());
}

}  // namespace

Record join(const Record& a, const Record& b, const SeriesTable& table, Millis gap_limit) {
  Record joined;
  joined.window = {a.window.start, b.window.end};
  joined.epochs = a.epochs;
  joined.last_epoch = a.last_epoch;
  joined.stretches = a.stretches;
  join_series(joined, a, b, table);
  join_epochs(joined, b);
  join_stretches(joined, b);

  joined.heard = a.heard ? a.heard : b.heard;
  if (a.heard && b.heard) {
    const Millis between = b.heard->first - a.heard->last;
    joined.heard->observed += b.heard->observed + (between <= gap_limit ? between : Millis{0});
    joined.heard->last = b.heard->last;
  }
  joined.state = a.state ? a.state : b.state;
  if (a.state && b.state) {
    joined.state->failures += b.state->failures + (enters_failure(a.state->last.code, b.state->first.code) ? 1 : 0);
    joined.state->last = b.state->last;
  }
  return joined;
}

}  // namespace songhua::rollup
