#include "rollup/timeline.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "rollup/judge.h"

namespace songhua::rollup {
namespace {

// Readings of one epoch and time collapse to the larger value, whichever store they came from.
void sort_and_collapse(std::vector<Point>& points) {
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return std::tuple(a.time, b.value) < std::tuple(b.time, a.value); });
  const auto end =
      std::unique(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.time == b.time; });
  points.erase(end, points.end());
}

void add_run(std::vector<Point>& points, const Run& run, std::size_t record) {
  points.push_back({run.first.time, run.first.value, record});
  if (run.second) points.push_back({run.second->time, run.second->value, record});
  if (run.last.time != run.first.time && (!run.second || run.last.time != run.second->time)) {
    points.push_back({run.last.time, run.last.value, record});
  }
}

}  // namespace

std::string_view to_string(Implausible::Reason reason) {
  switch (reason) {
    case Implausible::Reason::candidate_rejected:
      return "implausible";
    case Implausible::Reason::open_candidate:
      return "unconfirmed";
    case Implausible::Reason::refused_epoch:
      return "refused_epoch";
    case Implausible::Reason::out_of_order:
      return "out_of_order";
    case Implausible::Reason::first_before_jump:
      return "first_before_jump";
  }
  return "implausible";
}

Timeline::Timeline(std::vector<std::vector<StoredRecord>> sources, const SeriesTable& table, TimelineRules rules)
    : sources_(std::move(sources)), table_(table), rules_(rules) {
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    for (const auto& stored : sources_[source]) records_.push_back({source, &stored, std::nullopt});
  }
  std::stable_sort(records_.begin(), records_.end(), [](const Place& a, const Place& b) {
    return a.stored->record.window.start < b.stored->record.window.start;
  });
  collect_epochs();
  collect_chains();
  collect_heard();
  for (const auto& place : records_) {
    for (const auto& part : place.stored->record.series) {
      const bool totalizer = std::holds_alternative<TotalizerPart>(part.data);
      if (totalizer && !judged_.contains(part.series)) judged_.emplace(part.series, judge(part.series));
    }
  }
  collect_extents();
  shed();
}

// What is judged is kept as lives, chains and epochs: a line of forty counters is then a tenth of its records.
void Timeline::shed() {
  for (auto& source : sources_) {
    for (auto& stored : source) {
      auto& record = stored.record;
      std::erase_if(record.series,
                    [](const SeriesPart& part) { return std::holds_alternative<TotalizerPart>(part.data); });
      record.series.shrink_to_fit();
      record.epochs = {};
      record.stretches = {};
    }
  }
}

void Timeline::collect_epochs() {
  std::map<Epoch, EpochAnnouncement> announced;
  std::optional<Epoch> last;
  for (std::size_t i = 0; i < records_.size();) {
    // Records of several stores may share a window: none of them is before the others.
    std::optional<Epoch> announced_here;
    const auto start = records_[i].stored->record.window.start;
    for (; i < records_.size() && records_[i].stored->record.window.start == start; ++i) {
      const auto& record = records_[i].stored->record;
      records_[i].epoch_before = last;
      for (const auto& epoch : record.epochs) {
        const auto [it, added] = announced.try_emplace(epoch.epoch, epoch);
        if (added) continue;
        it->second.first = std::min(it->second.first, epoch.first);
        if (epoch.counter_start && (!it->second.counter_start || *epoch.counter_start < *it->second.counter_start)) {
          it->second.counter_start = epoch.counter_start;
        }
      }
      if (record.last_epoch) announced_here = std::max(announced_here, record.last_epoch);
    }
    if (announced_here) last = announced_here;
  }
  for (const auto& [epoch, announcement] : announced) {
    epochs_.push_back(announcement);
    const bool late =
        std::any_of(announced.upper_bound(epoch), announced.end(),
                    [first = announcement.first](const auto& higher) { return higher.second.first < first; });
    if (late) refused_.push_back(epoch);
    const auto* first = first_epoch_ ? &announced.at(*first_epoch_) : nullptr;
    if (!first || announcement.first < first->first) first_epoch_ = epoch;
  }
  refused_epochs_ = !refused_.empty();
}

void Timeline::collect_chains() {
  std::vector<std::pair<Chain, std::size_t>> all;
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    std::optional<std::uint8_t> last_seq;
    for (const auto& stored : sources_[source]) {
      for (const auto& stretch : stored.record.stretches) {
        const bool continues = last_seq && static_cast<std::uint8_t>(*last_seq + 1) == stretch.first_seq;
        if (!continues) {
          all.push_back({Chain{stretch.first_time, stretch.last_time, stretch.first_seq == 0, {}}, source});
        }
        Chain& chain = all.back().first;
        chain.last = stretch.last_time;
        last_seq = stretch.last_seq;
        if (!stretch.first_live) continue;
        chain.live.push_back({*stretch.first_live, stored.committed});
        if (*stretch.last_live != *stretch.first_live) chain.live.push_back({*stretch.last_live, stored.committed});
      }
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first.first < b.first.first; });
  // Two stores that heard the node at one time: in doubt nothing is held, the overlap is a gap.
  std::vector<bool> overlapped(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size() && all[j].first.first <= all[i].first.last; ++j) {
      if (all[i].second != all[j].second) overlapped[i] = overlapped[j] = true;
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (overlapped[i]) all[i].first.live.clear();
    chains_.push_back(std::move(all[i].first));
  }
}

void Timeline::Commits::seal() {
  std::sort(by_time.begin(), by_time.end(), [](const Heard& a, const Heard& b) { return a.time < b.time; });
  for (std::size_t i = by_time.size(); i-- > 1;) {
    by_time[i - 1].committed = std::min(by_time[i - 1].committed, by_time[i].committed);
  }
}

std::optional<UnixMillis> Timeline::Commits::first_at_or_after(UnixMillis time) const {
  const auto it = std::lower_bound(by_time.begin(), by_time.end(), time,
                                   [](const Heard& heard, UnixMillis t) { return heard.time < t; });
  return it == by_time.end() ? std::nullopt : std::optional(it->committed);
}

void Timeline::collect_heard() {
  std::optional<UnixMillis> last;
  for (const auto& place : records_) {
    const auto& heard = place.stored->record.heard;
    if (!heard) continue;
    heard_.push_back({place.stored, last});
    heard_commits_.add(heard->last, place.stored->committed);
    last = last ? std::max(*last, heard->last) : heard->last;
  }
  heard_commits_.seal();
  for (const auto& chain : chains_) {
    for (const auto& live : chain.live) live_commits_.add(live.time, live.committed);
  }
  live_commits_.seal();
}

Timeline::Judged Timeline::judge(SeriesIndex series) const {
  const SeriesSpec& spec = table_.spec(series);
  Judged judged;
  std::map<std::optional<Epoch>, std::vector<Point>> by_epoch;  // no epoch sorts first
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const auto* data = records_[i].stored->record.find(series);
    const auto* part = data ? std::get_if<TotalizerPart>(data) : nullptr;
    if (!part) continue;
    if (part->first_void) judged.voids.push_back(*part->first_void);
    for (const auto& run : part->runs) {
      add_run(by_epoch[run.epoch ? run.epoch : records_[i].epoch_before], run, i);
      if (run.void_after) judged.voids.push_back(*run.void_after);
    }
  }
  for (auto& [epoch, points] : by_epoch) sort_and_collapse(points);

  const auto announcement = [&](Epoch epoch) -> const EpochAnnouncement* {
    const auto it = std::find_if(epochs_.begin(), epochs_.end(), [&](const auto& e) { return e.epoch == epoch; });
    return it == epochs_.end() ? nullptr : &*it;
  };
  const auto counter_start = [&](std::optional<Epoch> epoch) -> std::optional<UnixMillis> {
    const auto* found = epoch ? announcement(*epoch) : nullptr;
    return found ? found->counter_start : std::nullopt;
  };

  // Before the first announcement: the first announced epoch's, unless that began counting later.
  if (const auto it = by_epoch.find(std::nullopt); it != by_epoch.end() && first_epoch_) {
    const auto start = counter_start(first_epoch_);
    if (!start || *start <= it->second.front().time) {
      auto& points = by_epoch[first_epoch_];
      points.insert(points.end(), it->second.begin(), it->second.end());
      by_epoch.erase(std::optional<Epoch>{});
      sort_and_collapse(points);
    }
  }

  bool goes_on_in_epoch = false;  // the last life has no epoch, and the next may be its
  int128 wrapped = 0;             // what wraps have added to that life
  for (auto& [epoch, points] : by_epoch) {
    const auto refuse = [&judged, series, epoch = epoch](const Point& point, Implausible::Reason reason) {
      judged.implausible.push_back({series, {point.time, point.value}, epoch, reason});
      if (reason != Implausible::Reason::out_of_order) judged.voids.push_back(point.time);
    };
    if (epoch && std::binary_search(refused_.begin(), refused_.end(), *epoch)) {
      for (const auto& point : points) refuse(point, Implausible::Reason::refused_epoch);
      continue;
    }
    auto verdict = judge_points(points, spec, epoch.has_value(), judged.lives.empty());
    for (const auto& [point, reason] : verdict.refused) refuse(point, reason);
    for (auto& life : verdict.lives) {
      // What ran before any announcement goes on in the next epoch where nothing says that this one began anew. It
      // stays a life without epoch: it began before the start that was announced.
      if (goes_on_in_epoch) {
        auto& before = judged.lives.back().points;
        const auto last = before.back();
        const auto start = counter_start(epoch);
        const bool goes_on = life.front().time >= last.time && life.front().value + wrapped >= last.value &&
                             !(start && *start > last.time);
        if (goes_on) {
          for (auto& point : life) point.value += wrapped;
          before.insert(before.end(), life.begin(), life.end());
          goes_on_in_epoch = false;
          continue;
        }
      }
      if (epoch) goes_on_in_epoch = false;
      judged.lives.push_back({epoch, std::move(life)});
    }
    if (!epoch && !judged.lives.empty()) {
      goes_on_in_epoch = true;
      wrapped = verdict.offset;
    }
  }

  for (std::size_t i = 0; i < judged.lives.size(); ++i) {
    auto& points = judged.lives[i].points;
    const auto first = points.front();
    const auto start = counter_start(judged.lives[i].epoch);
    std::optional<UnixMillis> zero;
    if (i > 0) {
      const auto before = judged.lives[i - 1].points.back().time;
      zero = std::min(first.time, std::max(start.value_or(before), before));
    } else if (start && first.time - *start <= spec.gap) {
      zero = std::min(*start, first.time);
    }
    if (zero) points.insert(points.begin(), LifePoint{*zero, 0, true, first.record});
  }
  std::sort(judged.voids.begin(), judged.voids.end());
  for (const auto& life : judged.lives) {
    for (const auto& point : life.points) {
      if (!point.virtual_zero) judged.commits.add(point.time, records_[point.record].stored->committed);
    }
  }
  judged.commits.seal();
  return judged;
}

std::optional<UnixMillis> Timeline::held(UnixMillis t0, std::optional<UnixMillis> t1,
                                         const std::vector<UnixMillis>& voids, Silence silence) const {
  if (silence != Silence::unchanged || chains_.empty()) return std::nullopt;
  auto after = std::upper_bound(chains_.begin(), chains_.end(), t0,
                                [](UnixMillis t, const Chain& chain) { return t < chain.first; });
  auto own = after == chains_.begin() ? after : std::prev(after);
  // Of chains that meet in this very millisecond the earlier one: what was lost between them may have been a newer
  // value. A birth loses nothing, it says all again.
  while (own != chains_.begin() && !own->begins_with_birth && std::prev(own)->last == t0) --own;
  const Chain& chain = *own;
  std::optional<UnixMillis> last;
  for (auto it = chain.live.rbegin(); it != chain.live.rend(); ++it) {
    if (it->time <= t0) break;
    if (t1 && it->time >= *t1) continue;
    last = it->time;
    break;
  }
  if (!last) return std::nullopt;
  const auto first_void = std::upper_bound(voids.begin(), voids.end(), t0);
  return first_void != voids.end() ? std::min(*last, *first_void) : *last;
}

std::vector<SeriesIndex> Timeline::series() const {
  std::vector<SeriesIndex> all;
  for (const auto& [series, extent] : extents_) all.push_back(series);
  return all;
}

std::vector<Life> Timeline::lives(SeriesIndex series) const {
  const auto it = judged_.find(series);
  return it == judged_.end() ? std::vector<Life>{} : it->second.lives;
}

std::vector<Implausible> Timeline::implausible() const {
  std::vector<Implausible> all;
  for (const auto& [series, judged] : judged_) {
    all.insert(all.end(), judged.implausible.begin(), judged.implausible.end());
  }
  return all;
}

namespace {

struct Extent {
  UnixMillis first = UnixMillis::max();
  UnixMillis last = UnixMillis::min();

  void operator()(const TotalizerPart&) {}
  void operator()(const AmountPart& part) { add(part.first, part.last); }
  template <typename Part>
  void operator()(const Part& part) {
    add(part.first.time, part.last.time);
  }
  void add(UnixMillis a, UnixMillis b) {
    first = std::min(first, a);
    last = std::max(last, b);
  }
  [[nodiscard]] std::optional<Window> window() const {
    if (first > last) return std::nullopt;
    return Window{first, last + Millis{1}};
  }
};

}  // namespace

// In one pass: every window of every question asks for them.
void Timeline::collect_extents() {
  std::map<SeriesIndex, Extent> all;
  for (const auto& place : records_) {
    for (const auto& part : place.stored->record.series) {
      if (!judged_.contains(part.series)) std::visit(all[part.series], part.data);
    }
  }
  for (const auto& [series, judged] : judged_) {
    for (const auto& life : judged.lives) all[series].add(life.points.front().time, life.points.back().time);
  }
  for (const auto& [series, extent] : all) {
    if (const auto window = extent.window()) extents_.emplace(series, *window);
  }
}

std::optional<Window> Timeline::extent(SeriesIndex series) const {
  const auto found = extents_.find(series);
  return found == extents_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Window> Timeline::state_extent() const {
  Extent extent;
  for (const auto& place : records_) {
    if (const auto& state = place.stored->record.state) extent.add(state->first.time, state->last.time);
  }
  return extent.window();
}

std::optional<Window> Timeline::heard_extent() const {
  Extent extent;
  for (const auto& heard : heard_) extent.add(heard.stored->record.heard->first, heard.stored->record.heard->last);
  return extent.window();
}

Millis Timeline::observed(Window window) const {
  Millis sum{0};
  const auto first = std::lower_bound(
      heard_.begin(), heard_.end(), window.start,
      [](const HeardRecord& heard, UnixMillis start) { return heard.stored->record.window.start < start; });
  for (auto it = first; it != heard_.end(); ++it) {
    const auto& record = it->stored->record;
    const auto& heard = *record.heard;
    if (it->before && heard.first > *it->before && heard.first - *it->before <= rules_.gap_limit) {
      const auto from = std::max(*it->before, window.start), to = std::min(heard.first, window.end);
      if (from < to) sum += to - from;
    }
    if (record.window.start >= window.end) break;  // only the span before it can reach into the window
    if (record.window.end <= window.end) sum += heard.observed;
  }
  return std::min(sum, window.end - window.start);
}

}  // namespace songhua::rollup
