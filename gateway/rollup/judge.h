#pragma once

#include <optional>
#include <vector>

#include "rollup/timeline.h"

// Inside of timeline.cpp: which readings count (design.md, Lives and Plausibility). Not for other rooms.
namespace songhua::rollup {

struct Point {
  UnixMillis time;
  Quantity value = 0;
  std::size_t record = 0;
};

struct Verdict {
  std::vector<std::vector<LifePoint>> lives;  // usually one; an unannounced series may hold several
  std::vector<std::pair<Point, Implausible::Reason>> refused;
  int128 offset = 0;  // what wraps have added to the last life's last value
};

// Judges the readings of one epoch (`announced`), or those without one, in time order. `first_ever`: the first of them
// is the first reading ever of the series.
[[nodiscard]] Verdict judge_points(const std::vector<Point>& points, const SeriesSpec& spec, bool announced,
                                   bool first_ever);

}  // namespace songhua::rollup
