#include <algorithm>

#include "oracle.h"

// Plausibility, lives and virtual zeros.
namespace songhua::rollup::oracle {
namespace {

struct Judge {
  const SeriesSpec& spec;
  Totalizer& out;

  // Value of the reading counted on over wraps, if it may follow `raw` (as sent) in one life.
  [[nodiscard]] std::optional<BigInt> rise(const Seen& from, const Seen& to) const {
    BigInt rise = to.value - from.value;
    if (rise < 0) {
      if (spec.width == 0) return std::nullopt;
      // Values are mapped first of all, and so is the width.
      const BigInt full = floor_of(Ratio{(BigInt{1} << spec.width) * spec.factor.num, BigInt{spec.factor.den}});
      const bool wraps = from.value * 16 >= full * 15 && from.value < full && to.value * 16 < full;
      if (!wraps) return std::nullopt;
      rise += full;
    }
    if (spec.rate_limit) {
      const auto& limit = *spec.rate_limit;
      if (rise * limit.per.count() > BigInt{limit.units} * (to.time - from.time)) return std::nullopt;
    }
    return rise;
  }

  void refuse(const Seen& reading, Implausible::Reason reason) const {
    out.refusals.push_back({reading.time, reading.value, reason});
    // What lies below an epoch's largest value is listed, but says nothing about the value that is known.
    if (reason != Implausible::Reason::out_of_order) out.doubts.insert(reading.time);
  }

  // Accepts `reading` as the next one of the last life, `by` above the one before.
  static void follow(OracleLife& life, const Seen& reading, const BigInt& by) {
    life.points.push_back({reading.time, life.points.back().value + by, false});
  }

  // All readings of one epoch (or of none) in time order.
  void judge(const std::vector<Seen>& readings, bool first_of_series) const {
    using Reason = Implausible::Reason;
    const bool announced = readings.front().epoch.has_value();
    out.lives.push_back({readings.front().epoch, {{readings.front().time, readings.front().value, false}}, false});
    Seen last = readings.front();
    std::optional<Seen> candidate;
    bool at_first = first_of_series;  // is `last` the first reading ever of the series?
    bool before_was_accepted = true;
    for (std::size_t i = 1; i < readings.size(); ++i) {
      const auto& reading = readings[i];
      if (reading.hidden && !before_was_accepted) continue;
      before_was_accepted = false;
      if (const auto by = rise(last, reading)) {
        if (candidate) refuse(*candidate, Reason::candidate_rejected);
        candidate.reset();
        follow(out.lives.back(), reading, *by);
        last = reading;
        at_first = false;
        before_was_accepted = true;
        continue;
      }
      if (announced && reading.value < last.value) {
        refuse(reading, Reason::out_of_order);
        continue;
      }
      const auto by = candidate ? rise(*candidate, reading) : std::nullopt;
      if (!by) {
        if (candidate) refuse(*candidate, Reason::candidate_rejected);
        candidate = reading;
        continue;
      }
      accept_candidate(last, *candidate, at_first);
      follow(out.lives.back(), reading, *by);
      candidate.reset();
      last = reading;
      at_first = false;
      before_was_accepted = true;
    }
    if (candidate) refuse(*candidate, Reason::open_candidate);
  }

  // The reading after the candidate has confirmed it: a true jump of the same life, or a new one.
  void accept_candidate(const Seen& last, const Seen& candidate, bool last_is_first_ever) const {
    const auto epoch = out.lives.back().epoch;
    const Point point{candidate.time, candidate.value, false};
    if (candidate.value < last.value) {
      out.lives.push_back({epoch, {point}, false});
    } else if (last_is_first_ever) {
      refuse(last, Implausible::Reason::first_before_jump);
      out.lives.back().points = {point};
    } else {
      follow(out.lives.back(), candidate, candidate.value - last.value);
    }
  }
};

}  // namespace

Totalizer Oracle::judge(SeriesIndex series, std::vector<Seen> readings) const {
  Totalizer out;
  if (const auto voids = voids_.find(series); voids != voids_.end()) out.doubts = voids->second;
  std::map<std::optional<Epoch>, std::vector<Seen>> by_epoch;  // none comes first
  const Judge judge{table_.spec(series), out};
  for (const auto& reading : readings) {
    if (reading.epoch && refused_.count(*reading.epoch) > 0) {
      judge.refuse(reading, Implausible::Reason::refused_epoch);
    } else {
      by_epoch[reading.epoch].push_back(reading);
    }
  }
  const Seen* before_epochs = nullptr;  // last reading sent and accepted before any announced epoch
  for (const auto& [epoch, group] : by_epoch) {
    const auto lives_before = out.lives.size();
    judge.judge(group, lives_before == 0);
    if (!epoch) {
      // The life that is open when the first epoch is announced: find the reading behind its last point.
      for (const auto& reading : group) {
        if (reading.time == out.lives.back().points.back().time) before_epochs = &reading;
      }
      continue;
    }
    if (before_epochs != nullptr) {
      const auto start = counter_start_.find(*epoch);
      const bool later_start = start != counter_start_.end() && start->second > before_epochs->time;
      auto& open = out.lives[lives_before - 1];
      auto& next = out.lives[lives_before];
      if (next.points.front().value >= before_epochs->value && !later_start) {
        // It keeps its own start: what is announced here is not where it began.
        const BigInt base = open.points.back().value - before_epochs->value;  // wraps so far
        for (const auto& point : next.points) open.points.push_back({point.time, point.value + base, false});
        open.went_on = true;
        out.lives.erase(out.lives.begin() + static_cast<std::ptrdiff_t>(lives_before));
      }
      before_epochs = nullptr;
    }
  }
  place_zeros(out.lives);
  return out;
}

// A later life counts from zero at its start, moved between the last reading of the life before and its own first one.
// The first life counts from its first reading, or from its announced start if that is near enough.
void Oracle::place_zeros(std::vector<OracleLife>& lives) const {
  for (std::size_t i = 0; i < lives.size(); ++i) {
    auto& life = lives[i];
    const auto own_first = life.points.front().time;
    const auto start = life.epoch ? counter_start_.find(*life.epoch) : counter_start_.end();
    const bool known = start != counter_start_.end();
    std::int64_t zero = 0;
    if (i == 0) {
      if (!known || own_first - start->second > gap_limit_) continue;
      zero = std::min(own_first, start->second);
    } else {
      const auto previous = lives[i - 1].points.back().time;
      zero = std::min(own_first, std::max(known ? start->second : previous, previous));
    }
    life.points.insert(life.points.begin(), {zero, 0, true});
  }
}

}  // namespace songhua::rollup::oracle
