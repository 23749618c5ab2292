#pragma once

#include <cstdint>

#include "line/families.h"

// Working time of a line in Asia/Shanghai: UTC+8, no summer time. Pure functions of the family and the time.
namespace songhua::line {

using Time = std::int64_t;  // ms since the Unix epoch, UTC

inline constexpr Time kMinuteMs = 60'000, kDayMs = 86'400'000, kZoneMs = 8 * 3'600'000;
inline constexpr Time kNever = INT64_MAX;

// Days since 1970-01-01 of the civil date in Shanghai; any time from 1970 on.
constexpr std::int64_t local_day(Time t) {
  return (t + kZoneMs) / kDayMs;
}
constexpr Time local_midnight(std::int64_t day) {
  return day * kDayMs - kZoneMs;
}

bool on_duty(const Family& family, Time t);   // inside a shift, breaks included
bool on_break(const Family& family, Time t);  // inside a break of a shift
// The next time after `t` at which one of the above may change, the next local midnight at the latest.
Time next_border(const Family& family, Time t);

// The day's plan in nominal cycle time: duty time by a load that has a season, a level of the year and a bit of chance,
// so that months and years differ as they do in life. A pure function of family, seed and day.
std::int64_t planned_ms(const Family& family, std::int64_t seed, std::int64_t day);

}  // namespace songhua::line
