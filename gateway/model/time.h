#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "model/result.h"

// Times and spans. Everything that is stored or sent is UTC in milliseconds; civil time exists in calendar.h only.
namespace songhua {

using Millis = std::chrono::milliseconds;
using UnixMillis = std::chrono::sys_time<Millis>;

constexpr UnixMillis unix_millis(std::int64_t count) {
  return UnixMillis{Millis{count}};
}
constexpr std::int64_t count_of(UnixMillis time) {
  return time.time_since_epoch().count();
}

inline constexpr Millis kMinute = std::chrono::minutes{1};
inline constexpr Millis kQuarterHour = std::chrono::minutes{15};

// Half-open: [start, end). Borders of rollup windows are whole minutes of UTC.
struct Window {
  UnixMillis start;
  UnixMillis end;

  [[nodiscard]] constexpr bool contains(UnixMillis t) const { return start <= t && t < end; }
  auto operator<=>(const Window&) const = default;
};

// The start of the `length`-aligned window that contains `t` (aligned to the Unix epoch, also before 1970).
constexpr UnixMillis floor_to(UnixMillis t, Millis length) {
  const auto n = count_of(t), l = length.count();
  return unix_millis((n >= 0 ? n / l : -((-n + l - 1) / l)) * l);
}

// "15min", "10s", "250ms", "25h", "400d"; a whole number and one unit of ms, s, min, h, d.
Result<Millis> parse_duration(std::string_view text);
std::string format_duration(Millis duration);

// "2019-03-01T00:00:00.000Z", milliseconds always written.
std::string format_utc(UnixMillis time);

}  // namespace songhua
