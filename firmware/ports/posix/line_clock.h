#pragma once

#include <algorithm>
#include <cstdint>

#include "line/schedule.h"

namespace songhua::posix {

// How fast the lines' time runs. Pure: both clocks are passed in.
//  - never ahead of the wall clock; once there it goes on in real time (also over a restart: `live`)
//  - at real speed while nobody listens, so that what the ring keeps is hours and not years
class LineClock {
 public:
  static constexpr std::int64_t kMax = -1;

  // `speed_milli`: thousandths of real time, or kMax.
  LineClock(std::int64_t speed_milli, bool live) : speed_milli_(speed_milli), live_(live) {}

  // How far the lines may be now that stand at `reached`. `real` is monotonic ms, `wall` ms since the Unix epoch.
  line::Time allowed(std::int64_t real, line::Time wall, line::Time reached, bool listened_to) {
    const auto passed = last_real_ < 0 ? 0 : real - last_real_;
    last_real_ = real;
    if (wall - reached < kClose && may_follow()) live_ = true;
    if (live_ && may_follow()) return std::max(wall, reached);
    if (speed_milli_ == kMax && listened_to) return std::max(wall, reached);
    const bool slow_down = !listened_to && (speed_milli_ == kMax || speed_milli_ > 1'000);
    rest_ += passed * (slow_down ? 1'000 : speed_milli_);
    const auto step = rest_ / 1'000;
    rest_ %= 1'000;
    return std::max(std::min(reached + step, wall), reached);
  }
  [[nodiscard]] bool live() const { return live_; }

 private:
  static constexpr std::int64_t kClose = 1'000;
  [[nodiscard]] bool may_follow() const { return speed_milli_ == kMax || speed_milli_ >= 1'000; }

  std::int64_t speed_milli_;
  bool live_;
  std::int64_t last_real_ = -1;
  std::int64_t rest_ = 0;
};

// The next instant after `t` at which a report is due: multiples of the period, each local midnight and, with periods
// up to a minute, each whole minute.
constexpr line::Time next_report(line::Time t, std::int64_t period) {
  auto next = (t / period + 1) * period;
  next = std::min(next, line::local_midnight(line::local_day(t) + 1));
  if (period <= line::kMinuteMs) next = std::min(next, (t / line::kMinuteMs + 1) * line::kMinuteMs);
  return next;
}

}  // namespace songhua::posix
