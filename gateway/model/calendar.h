#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/time.h"

namespace date {
class time_zone;
}

namespace songhua {

// Lengths of window that figures are shown by.
enum class Grain { minute, quarter_hour, hour, shift, day, month, quarter, year, total };

// The civil calendar of one IANA time zone (system tzdata). Cheap to copy; thread-safe.
class TimeZone {
 public:
  static Result<TimeZone> find(std::string_view name);
  // The zone of all official periods (indicators.md 8). Throws std::runtime_error where the system has no tzdata.
  static TimeZone shanghai();

  [[nodiscard]] std::string_view name() const;
  // Civil time to UTC; of a time that occurs twice the first, of one that does not exist the moment of the jump.
  [[nodiscard]] UnixMillis to_utc(int year, unsigned month, unsigned day, Millis time_of_day = Millis{0}) const;
  // ISO 8601 with this zone's offset: "2019-03-01T08:00:00+08:00"; milliseconds only where they are not zero.
  [[nodiscard]] std::string format(UnixMillis time) const;
  // ISO 8601: date, or date and time ('T' or blank), seconds and fraction optional, offset or Z optional (else this
  // zone).
  [[nodiscard]] Result<UnixMillis> parse(std::string_view text) const;
  // "2019-03-01" of the civil day that holds `time`.
  [[nodiscard]] std::string date_of(UnixMillis time) const;
  // Offset from UTC in force at `time`.
  [[nodiscard]] Millis offset_at(UnixMillis time) const;

 private:
  friend Window window_at(UnixMillis t, Grain grain, const TimeZone& zone);
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;
};

// A configured work shift. It belongs to the date of its start and may cross midnight (end <= start).
struct Shift {
  std::string name;
  Millis start;  // since local midnight, a multiple of 15 min
  Millis end;
};

Result<Grain> parse_grain(std::string_view text);  // minute|15min|hour|shift|day|month|quarter|year|total
std::string_view to_string(Grain grain);

// The window of `grain` that holds `t`. Not for shift and total. Hours are whole hours of civil time.
Window window_at(UnixMillis t, Grain grain, const TimeZone& zone);

// All windows of `grain` that meet [range.start, range.end), in order. `total` gives the range itself; for `shift` the
// configured shifts of each civil day, in order of their start (time outside every shift is in none).
std::vector<Window> windows_in(Window range, Grain grain, const TimeZone& zone, const std::vector<Shift>& shifts);

// An official period: "2019-03-15", "2019-03", "2019-01..02", "2019-Q1", "2019-H1", "2019" (indicators.md 8).
struct Period {
  enum class Kind { day, month, months, quarter, half_year, year };
  Kind kind = Kind::year;
  int year = 0;
  unsigned first_month = 1;  // 1..12
  unsigned last_month = 12;
  unsigned day = 0;  // for kind day

  static Result<Period> parse(std::string_view text);
  static Period of_year(int year);
  // From `first` to `last` month of a year: of kind month where it is one, else months.
  static Period of_months(int year, unsigned first, unsigned last);
  [[nodiscard]] std::string name() const;
  [[nodiscard]] Window window(const TimeZone& zone) const;
  [[nodiscard]] Period last_year() const;  // the same period a year earlier (29 February: the 28th)
  // From 1 January to this period's end, named "2019-01..03"; cumulative figures are by month, so a day stays itself.
  [[nodiscard]] Period cumulative() const;
  [[nodiscard]] unsigned months() const { return last_month - first_month + 1; }
  auto operator<=>(const Period&) const = default;
};

}  // namespace songhua
