#include "line/schedule.h"

#include <algorithm>
#include <chrono>

#include "line/random.h"

namespace songhua::line {
namespace {

bool rest_day(const Family& family, std::int64_t day) {
  const auto weekday = static_cast<unsigned>((day + 4) % 7);  // 1970-01-01 was a Thursday
  return (family.rest_days >> weekday & 1U) != 0;
}

bool inside(std::span<const Interval> intervals, std::int64_t minute) {
  return std::any_of(intervals.begin(), intervals.end(),
                     [minute](Interval i) { return i.start <= minute && minute < i.end; });
}

std::int64_t minute_of_day(Time t) {
  return (t - local_midnight(local_day(t))) / kMinuteMs;
}

// Share of the duty time that is planned, in basis points.
std::int64_t load_bp(std::int64_t seed, std::int64_t day) {
  constexpr std::int64_t kSeason[12] = {-300, -1200, 300, 200, 0, 200, -400, -300, 300, 100, 300, 400};
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const auto year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto key = static_cast<std::uint64_t>(seed);
  const auto growth = 90 * std::clamp<std::int64_t>(year - 2018, 0, 10);
  const auto of_year = static_cast<std::int64_t>(hash(key, static_cast<std::uint64_t>(year)) % 240);
  const auto of_month = static_cast<std::int64_t>(hash(key, static_cast<std::uint64_t>(year) * 12 + month) % 400);
  const auto of_day = static_cast<std::int64_t>(hash(key ^ 0xDA7U, static_cast<std::uint64_t>(day)) % 600);
  return 6'500 + growth + of_year + of_month + of_day + kSeason[month - 1];
}

}  // namespace

bool on_duty(const Family& family, Time t) {
  return !rest_day(family, local_day(t)) && inside(family.duty, minute_of_day(t));
}

bool on_break(const Family& family, Time t) {
  return inside(family.breaks, minute_of_day(t));
}

Time next_border(const Family& family, Time t) {
  const Time midnight = local_midnight(local_day(t));
  Time next = midnight + kDayMs;
  const auto consider = [&](std::int64_t minute) {
    const Time border = midnight + minute * kMinuteMs;
    if (border > t) next = std::min(next, border);
  };
  for (const auto& set : {family.duty, family.breaks}) {
    for (const auto& interval : set) {
      consider(interval.start);
      consider(interval.end);
    }
  }
  return next;
}

std::int64_t planned_ms(const Family& family, std::int64_t seed, std::int64_t day) {
  if (rest_day(family, day)) return 0;
  std::int64_t minutes = 0;
  for (const auto& interval : family.duty) minutes += interval.end - interval.start;
  return minutes * kMinuteMs / 10'000 * load_bp(seed, day);
}

}  // namespace songhua::line
