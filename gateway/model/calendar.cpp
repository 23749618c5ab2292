#include "model/calendar.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace songhua {
namespace {

using date::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using LocalMillis = date::local_time<Millis>;

date::year_month_day ymd(int year, unsigned month, unsigned day) {
  return date::year{year} / date::month{month} / date::day{day};
}

LocalMillis to_local(const date::time_zone* zone, UnixMillis time) {
  return zone->to_local(time);
}

date::year_month_day date_in(const date::time_zone* zone, UnixMillis time) {
  return date::year_month_day{std::chrono::floor<days>(to_local(zone, time))};
}

UnixMillis from_local(const date::time_zone* zone, LocalMillis local) {
  const date::local_info info = zone->get_info(local);
  if (info.result == date::local_info::nonexistent) return info.first.end;
  return UnixMillis{local.time_since_epoch()} - info.first.offset;
}

// Takes a number of exactly `digits` digits off the front.
bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits),
                                           [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, date::year_month_day& day) {
  int y = 0, m = 0, d = 0;
  if (!take_number(text, 4, y) || !take(text, '-') || !take_number(text, 2, m) || !take(text, '-') ||
      !take_number(text, 2, d)) {
    return false;
  }
  day = ymd(y, static_cast<unsigned>(m), static_cast<unsigned>(d));
  return day.ok();
}

// "08:00", "08:00:30", "08:00:30.250"; digits beyond the millisecond are cut off; 24:00 is the end of the day.
bool take_time_of_day(std::string_view& text, Millis& time) {
  int h = 0, m = 0, s = 0, ms = 0;
  if (!take_number(text, 2, h) || !take(text, ':') || !take_number(text, 2, m)) return false;
  if (take(text, ':')) {
    if (!take_number(text, 2, s)) return false;
    if (take(text, '.')) {
      int digit = 0, scale = 100;
      if (!take_number(text, 1, digit)) return false;
      do {
        ms += digit * scale;
        scale /= 10;
      } while (take_number(text, 1, digit));
    }
  }
  time = hours{h} + minutes{m} + seconds{s} + Millis{ms};
  return m < 60 && s < 60 && (h < 24 || time == hours{24});
}

// "Z", "+08:00", "+0800", "+08".
bool take_offset(std::string_view& text, Millis& offset) {
  if (take(text, 'Z')) {
    offset = Millis{0};
    return true;
  }
  const bool west = text.starts_with('-');
  int h = 0, m = 0;
  if (!take(text, '+') && !take(text, '-')) return false;
  if (!take_number(text, 2, h)) return false;
  if (take(text, ':') ? !take_number(text, 2, m) : (!text.empty() && !take_number(text, 2, m))) return false;
  offset = (hours{h} + minutes{m}) * (west ? -1 : 1);
  return h < 24 && m < 60;
}

// Hours are cut where the zone's offset changes, so that they stay a partition in every zone.
Window hour_at(const date::time_zone* zone, UnixMillis t) {
  const date::sys_info info = zone->get_info(t);
  const UnixMillis start = floor_to(t + info.offset, hours{1}) - info.offset;
  return {std::max<UnixMillis>(start, info.begin), std::min<UnixMillis>(start + hours{1}, info.end)};
}

Window months_window(const TimeZone& zone, int year, unsigned first_month, unsigned months) {
  const auto first = date::year{year} / date::month{first_month};
  const auto next = first + date::months{static_cast<int>(months)};
  return {zone.to_utc(year, first_month, 1), zone.to_utc(int{next.year()}, unsigned{next.month()}, 1)};
}

Window day_window(const TimeZone& zone, date::year_month_day day) {
  const date::year_month_day next{date::local_days{day} + days{1}};
  return {zone.to_utc(int{day.year()}, unsigned{day.month()}, unsigned{day.day()}),
          zone.to_utc(int{next.year()}, unsigned{next.month()}, unsigned{next.day()})};
}

date::year_month_day civil_day(UnixMillis t, const TimeZone& zone) {
  return date::year_month_day{
      std::chrono::floor<days>(date::local_time<Millis>{t.time_since_epoch() + zone.offset_at(t)})};
}

Window shift_window(const TimeZone& zone, date::local_days day, const Shift& shift) {
  const auto at = [&zone](date::local_days date, Millis time) {
    const date::year_month_day d{date};
    return zone.to_utc(int{d.year()}, unsigned{d.month()}, unsigned{d.day()}, time);
  };
  return {at(day, shift.start), at(shift.end <= shift.start ? day + days{1} : day, shift.end)};
}

std::vector<Window> shifts_in(Window range, const TimeZone& zone, std::vector<Shift> shifts) {
  std::stable_sort(shifts.begin(), shifts.end(), [](const Shift& a, const Shift& b) { return a.start < b.start; });
  std::vector<Window> windows;
  if (range.start >= range.end) return windows;
  const date::local_days last{civil_day(range.end - Millis{1}, zone)};
  for (date::local_days day = date::local_days{civil_day(range.start, zone)} - days{1}; day <= last; day += days{1}) {
    for (const Shift& shift : shifts) {
      const Window window = shift_window(zone, day, shift);
      if (window.start < range.end && range.start < window.end) windows.push_back(window);
    }
  }
  return windows;
}

constexpr std::array<std::pair<Grain, std::string_view>, 9> kGrainNames{{
    {Grain::minute, "minute"},
    {Grain::quarter_hour, "15min"},
    {Grain::hour, "hour"},
    {Grain::shift, "shift"},
    {Grain::day, "day"},
    {Grain::month, "month"},
    {Grain::quarter, "quarter"},
    {Grain::year, "year"},
    {Grain::total, "total"},
}};

// What follows "YYYY" in the name of a period.
bool take_period_rest(std::string_view& rest, Period& period) {
  if (rest.empty()) return true;
  if (!take(rest, '-')) return false;
  int number = 0;
  const bool quarter = take(rest, 'Q');
  if (quarter || take(rest, 'H')) {
    if (!take_number(rest, 1, number) || number < 1 || number > (quarter ? 4 : 2)) return false;
    const unsigned length = quarter ? 3 : 6;
    period.kind = quarter ? Period::Kind::quarter : Period::Kind::half_year;
    period.last_month = static_cast<unsigned>(number) * length;
    period.first_month = period.last_month - length + 1;
    return true;
  }
  if (!take_number(rest, 2, number) || number < 1 || number > 12) return false;
  period.kind = Period::Kind::month;
  period.first_month = period.last_month = static_cast<unsigned>(number);
  if (rest.starts_with("..")) {
    rest.remove_prefix(2);
    if (!take_number(rest, 2, number) || number < static_cast<int>(period.first_month) || number > 12) return false;
    period.kind = Period::Kind::months;
    period.last_month = static_cast<unsigned>(number);
  } else if (take(rest, '-')) {
    if (!take_number(rest, 2, number)) return false;
    period.kind = Period::Kind::day;
    period.day = static_cast<unsigned>(number);
    return ymd(period.year, period.first_month, period.day).ok();
  }
  return true;
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    return TimeZone{date::locate_zone(std::string(name))};
  } catch (const std::runtime_error&) {
    return Error{"'" + std::string(name) +
                 "' is no time zone of this system's tzdata: write an IANA name like \"Asia/Shanghai\""};
  }
}

TimeZone TimeZone::shanghai() {
  return TimeZone{date::locate_zone("Asia/Shanghai")};
}

std::string_view TimeZone::name() const {
  return zone_->name();
}

UnixMillis TimeZone::to_utc(int year, unsigned month, unsigned day, Millis time_of_day) const {
  return from_local(zone_, date::local_days{ymd(year, month, day)} + time_of_day);
}

std::string TimeZone::format(UnixMillis time) const {
  const LocalMillis local = to_local(zone_, time);
  const bool whole = local == std::chrono::floor<seconds>(local);
  std::string text = whole ? date::format("%FT%T", std::chrono::floor<seconds>(local)) : date::format("%FT%T", local);
  const auto offset = std::chrono::duration_cast<minutes>(offset_at(time)).count();
  return text + fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

Result<UnixMillis> TimeZone::parse(std::string_view text) const {
  const Error error{"'" + std::string(text) +
                    "' is no time: write \"2019-03-01\", \"2019-03-01T08:00\" or \"2019-03-01T08:00:00+08:00\""};
  std::string_view rest = text;
  date::year_month_day day{};
  Millis time{0}, offset{0};
  if (!take_date(rest, day)) return error;
  if (!rest.empty()) {
    if (!take(rest, 'T') && !take(rest, ' ')) return error;
    if (!take_time_of_day(rest, time)) return error;
  }
  if (rest.empty()) return from_local(zone_, date::local_days{day} + time);
  if (!take_offset(rest, offset) || !rest.empty()) return error;
  return UnixMillis{date::sys_days{day} + time - offset};
}

std::string TimeZone::date_of(UnixMillis time) const {
  return date::format("%F", date_in(zone_, time));
}

Millis TimeZone::offset_at(UnixMillis time) const {
  return zone_->get_info(time).offset;
}

Result<Grain> parse_grain(std::string_view text) {
  for (const auto& [grain, name] : kGrainNames) {
    if (name == text) return grain;
  }
  return Error{"'" + std::string(text) +
               "' is no grain: write minute, 15min, hour, shift, day, month, quarter, year or total"};
}

std::string_view to_string(Grain grain) {
  for (const auto& [value, name] : kGrainNames) {
    if (value == grain) return name;
  }
  return "unknown";
}

Window window_at(UnixMillis t, Grain grain, const TimeZone& zone) {
  const auto aligned = [t](Millis length) { return Window{floor_to(t, length), floor_to(t, length) + length}; };
  if (grain == Grain::minute) return aligned(kMinute);
  if (grain == Grain::quarter_hour) return aligned(kQuarterHour);
  if (grain == Grain::hour) return hour_at(zone.zone_, t);
  const date::year_month_day day = civil_day(t, zone);
  const int year{day.year()};
  const unsigned month{day.month()};
  if (grain == Grain::day) return day_window(zone, day);
  if (grain == Grain::month) return months_window(zone, year, month, 1);
  if (grain == Grain::quarter) return months_window(zone, year, (month - 1) / 3 * 3 + 1, 3);
  if (grain == Grain::year) return months_window(zone, year, 1, 12);
  throw std::invalid_argument("window_at: a " + std::string(to_string(grain)) + " window does not follow from a time");
}

std::vector<Window> windows_in(Window range, Grain grain, const TimeZone& zone, const std::vector<Shift>& shifts) {
  if (grain == Grain::shift) return shifts_in(range, zone, shifts);
  std::vector<Window> windows;
  if (range.start >= range.end) return windows;
  if (grain == Grain::total) return {range};
  for (Window w = window_at(range.start, grain, zone); w.start < range.end; w = window_at(w.end, grain, zone)) {
    windows.push_back(w);
  }
  return windows;
}

Result<Period> Period::parse(std::string_view text) {
  Period period;
  std::string_view rest = text;
  if (take_number(rest, 4, period.year) && take_period_rest(rest, period) && rest.empty()) return period;
  return Error{"'" + std::string(text) +
               "' is no period: write 2019-03-15, 2019-03, 2019-01..02, 2019-Q1, 2019-H1 or 2019"};
}

Period Period::of_year(int year) {
  Period period;
  period.year = year;
  return period;
}

Period Period::of_months(int year, unsigned first, unsigned last) {
  Period period;
  period.kind = first == last ? Kind::month : Kind::months;
  period.year = year;
  period.first_month = first;
  period.last_month = last;
  return period;
}

std::string Period::name() const {
  switch (kind) {
    case Kind::day:
      return fmt::format("{:04}-{:02}-{:02}", year, first_month, day);
    case Kind::month:
      return fmt::format("{:04}-{:02}", year, first_month);
    case Kind::months:
      return fmt::format("{:04}-{:02}..{:02}", year, first_month, last_month);
    case Kind::quarter:
      return fmt::format("{:04}-Q{}", year, last_month / 3);
    case Kind::half_year:
      return fmt::format("{:04}-H{}", year, last_month / 6);
    case Kind::year:
      return fmt::format("{:04}", year);
  }
  return {};
}

Window Period::window(const TimeZone& zone) const {
  if (kind == Kind::day) return day_window(zone, ymd(year, first_month, day));
  return months_window(zone, year, first_month, months());
}

Period Period::last_year() const {
  Period before = *this;
  --before.year;
  if (kind == Kind::day && !ymd(before.year, first_month, day).ok()) before.day = 28;
  return before;
}

Period Period::cumulative() const {
  if (kind == Kind::day) return *this;
  Period run = *this;
  run.kind = Kind::months;
  run.first_month = 1;
  return run;
}

}  // namespace songhua
