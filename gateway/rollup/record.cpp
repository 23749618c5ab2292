#include "rollup/record.h"

#include <algorithm>
#include <iterator>

#include "model/int128.h"

namespace songhua::rollup {

void catch_up(std::vector<Stretch>& of_line, const std::vector<Stretch>& of_source) {
  if (of_line.size() > of_source.size()) return;  // not of this source
  if (!of_line.empty()) {
    const auto& grown = of_source[of_line.size() - 1];
    of_line.back().last_time = grown.last_time;
    of_line.back().last_seq = grown.last_seq;
  }
  of_line.insert(of_line.end(), of_source.begin() + static_cast<std::ptrdiff_t>(of_line.size()), of_source.end());
}

const SeriesData* Record::find(SeriesIndex index) const {
  const auto it = std::lower_bound(series.begin(), series.end(), index,
                                   [](const SeriesPart& part, SeriesIndex wanted) { return part.series < wanted; });
  return it != series.end() && it->series == index ? &it->data : nullptr;
}

bool Record::has_content() const {
  return !series.empty() || !epochs.empty() || heard || state;
}

bool fits(const Reading& previous, const Reading& next, const SeriesSpec& spec) {
  if (next.value < previous.value) return false;
  return !spec.rate_limit || spec.rate_limit->allows(next.value - previous.value, next.time - previous.time);
}

bool enters_failure(std::int32_t previous, std::int32_t code) {
  constexpr std::int32_t kClearing = 1, kAborting = 8, kAborted = 9;
  const bool failing = code == kAborting || code == kAborted;
  const bool was_failing = previous == kAborting || previous == kAborted || previous == kClearing;
  return failing && !was_failing;
}

void GaugeBuckets::add(std::int32_t bucket, std::uint64_t count) {
  const auto place = std::ranges::lower_bound(entries_, bucket, {}, &Entry::first);
  if (place != entries_.end() && place->first == bucket) {
    place->second += count;
  } else {
    entries_.emplace(place, bucket, count);
  }
}

void GaugeBuckets::add(const GaugeBuckets& other) {
  std::vector<Entry> both;
  both.reserve(entries_.size() + other.entries_.size());
  std::ranges::merge(entries_, other.entries_, std::back_inserter(both), {}, &Entry::first, &Entry::first);
  entries_.clear();
  for (const auto& entry : both) {
    if (!entries_.empty() && entries_.back().first == entry.first) {
      entries_.back().second += entry.second;
    } else {
      entries_.push_back(entry);
    }
  }
}

}  // namespace songhua::rollup
