#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/calendar.h"
#include "model/result.h"
#include "model/time.h"

namespace songhua::imports {

// What a row's time column says.
struct TimeLabel {
  UnixMillis time;
  bool midnight = false;  // 00:00 of a civil day, so that a day's last row may mean its end
  // The second moment of a civil time that occurs twice (summer time ends); `time` is the first.
  std::optional<UnixMillis> again = {};
};

// Reads times as historians write them: "iso" (2019-03-01T08:00:00+08:00, offset optional), "unix_ms", "unix_s", or a
// format of strptime's directives
//   %Y %y %m %d %e %j %b (Jan)   %H %I %p (AM, PM) %M %S %f (fraction)   %z %s (Unix seconds)   %F %T %R   %%
// where a blank stands for any number of blanks. 24:00 is the end of the day. Times without an offset are civil times
// of the zone given. Cheap to copy.
class TimeReader {
 public:
  static Result<TimeReader> compile(std::string_view format, const TimeZone& zone);

  [[nodiscard]] std::optional<TimeLabel> read(std::string_view text) const;
  // Are its times civil, so that a midnight can be told?
  [[nodiscard]] bool is_civil() const { return civil_; }

 private:
  enum class Kind : std::uint8_t { iso, unix_ms, unix_s, directives };
  explicit TimeReader(const TimeZone& zone) : zone_(zone) {}
  [[nodiscard]] TimeLabel label_at(UnixMillis time) const;
  [[nodiscard]] std::optional<UnixMillis> again_after(UnixMillis time) const;
  [[nodiscard]] std::optional<TimeLabel> read_directives(std::string_view text) const;

  Kind kind_ = Kind::directives;
  std::string format_;  // with %F, %T and %R written out
  TimeZone zone_;
  bool civil_ = true;
};

}  // namespace songhua::imports
