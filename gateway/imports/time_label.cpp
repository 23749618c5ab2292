#include "imports/time_label.h"

#include <date/date.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace songhua::imports {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

struct Fields {
  int year = -1, month = 1, day = 1, day_of_year = 0;
  int hour = 0, minute = 0, second = 0, millis = 0;
  bool twelve_hours = false, afternoon = false;
  std::optional<Millis> offset;
  std::optional<std::int64_t> unix_seconds;
};

// Takes a number of `least` to `most` digits off the front.
bool take_number(std::string_view& text, std::size_t least, std::size_t most, int& number) {
  std::size_t length = 0;
  while (length < most && length < text.size() && is_digit(text[length])) ++length;
  if (length < least) return false;
  std::from_chars(text.data(), text.data() + length, number);
  text.remove_prefix(length);
  return true;
}

bool take_char(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Digits after the decimal point; beyond the millisecond they are cut off.
bool take_fraction(std::string_view& text, int& millis) {
  int digit = 0, scale = 100;
  millis = 0;
  if (text.empty() || !is_digit(text.front())) return false;
  while (take_number(text, 1, 1, digit)) {
    millis += digit * scale;
    scale /= 10;
  }
  return true;
}

bool take_month_name(std::string_view& text, int& month) {
  static constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                            "jul", "aug", "sep", "oct", "nov", "dec"};
  if (text.size() < 3) return false;
  std::string name(text.substr(0, 3));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  const auto found = std::find(kMonths.begin(), kMonths.end(), name);
  month = static_cast<int>(found - kMonths.begin()) + 1;
  text.remove_prefix(3);
  return found != kMonths.end();
}

bool take_half_of_day(std::string_view& text, bool& afternoon) {
  if (text.size() < 2 || (text[1] | 0x20) != 'm') return false;
  const char half = static_cast<char>(text[0] | 0x20);
  afternoon = half == 'p';
  text.remove_prefix(2);
  return half == 'a' || half == 'p';
}

// "Z", "+0800", "+08:00", "+08"
bool take_offset(std::string_view& text, std::optional<Millis>& offset) {
  int h = 0, m = 0;
  if (take_char(text, 'Z')) {
    offset = Millis{0};
    return true;
  }
  const bool west = text.starts_with('-');
  if (!take_char(text, '-') && !take_char(text, '+')) return false;
  if (!take_number(text, 2, 2, h)) return false;
  const bool colon = take_char(text, ':');
  if (!take_number(text, 2, 2, m) && colon) return false;
  offset = Millis{hours{h} + minutes{m}} * (west ? -1 : 1);
  return h < 24 && m < 60;
}

// Whole numbers up to those of the year 9999.
bool take_unix(std::string_view& text, std::int64_t most, std::optional<std::int64_t>& count) {
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || number > most || number < -most) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  count = number;
  return true;
}

constexpr std::int64_t kMostSeconds = 253'402'300'799;

bool take_directive(char directive, std::string_view& text, Fields& fields) {
  switch (directive) {
    case 'Y':
      return take_number(text, 4, 4, fields.year);
    case 'y':
      if (!take_number(text, 2, 2, fields.year)) return false;
      fields.year += fields.year < 69 ? 2000 : 1900;  // POSIX
      return true;
    case 'm':
      return take_number(text, 1, 2, fields.month);
    case 'b':
      return take_month_name(text, fields.month);
    case 'e':
      take_char(text, ' ');
      [[fallthrough]];
    case 'd':
      return take_number(text, 1, 2, fields.day);
    case 'j':
      return take_number(text, 1, 3, fields.day_of_year) && fields.day_of_year > 0;
    case 'I':
      fields.twelve_hours = true;
      [[fallthrough]];
    case 'H':
      return take_number(text, 1, 2, fields.hour);
    case 'p':
      return take_half_of_day(text, fields.afternoon);
    case 'M':
      return take_number(text, 1, 2, fields.minute);
    case 'S':
      return take_number(text, 1, 2, fields.second);
    case 'f':
      return take_fraction(text, fields.millis);
    case 'z':
      return take_offset(text, fields.offset);
    case 's':
      return take_unix(text, kMostSeconds, fields.unix_seconds);
    default:
      return take_char(text, directive);  // %%
  }
}

constexpr std::string_view kDirectives = "YymbedjIHpMSfzs%";

std::optional<date::year_month_day> date_of(const Fields& fields) {
  const date::year year{fields.year};
  if (fields.day_of_year > 0) {
    const date::year_month_day day{date::sys_days{year / 1 / 1} + date::days{fields.day_of_year - 1}};
    return day.year() == year ? std::optional(day) : std::nullopt;
  }
  const auto day =
      year / date::month{static_cast<unsigned>(fields.month)} / date::day{static_cast<unsigned>(fields.day)};
  return day.ok() ? std::optional(day) : std::nullopt;
}

// Since local midnight; none for what no clock shows.
std::optional<Millis> time_of_day(const Fields& fields) {
  int hour = fields.hour;
  if (fields.twelve_hours) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (fields.afternoon ? 12 : 0);
  }
  const Millis time = hours{hour} + minutes{fields.minute} + seconds{fields.second} + Millis{fields.millis};
  if (fields.minute > 59 || fields.second > 59 || time > hours{24}) return std::nullopt;
  return time;
}

}  // namespace

Result<TimeReader> TimeReader::compile(std::string_view format, const TimeZone& zone) {
  TimeReader reader(zone);
  if (format == "iso" || format == "unix_ms" || format == "unix_s") {
    reader.kind_ = format == "iso" ? Kind::iso : format == "unix_ms" ? Kind::unix_ms : Kind::unix_s;
    reader.civil_ = format == "iso";
    return reader;
  }
  const Error error{"'" + std::string(format) +
                    "' is no time format: write \"iso\", \"unix_ms\", \"unix_s\", or one like \"%d/%m/%Y %H:%M\""};
  bool year = false;
  for (; !format.empty(); format.remove_prefix(1)) {
    reader.format_ += format.front();
    if (format.front() != '%') continue;
    format.remove_prefix(1);
    const char directive = format.empty() ? '\0' : format.front();
    reader.format_.pop_back();
    if (directive == 'F' || directive == 'T' || directive == 'R') {
      reader.format_ += directive == 'F' ? "%Y-%m-%d" : directive == 'T' ? "%H:%M:%S" : "%H:%M";
    } else if (directive != '\0' && kDirectives.find(directive) != std::string_view::npos) {
      reader.format_ += {'%', directive};
    } else {
      return Error{error.message + (directive == '\0' ? "" : std::string("; it has no %") + directive)};
    }
    if (directive == 's') reader.civil_ = false;
    year = year || directive == 'Y' || directive == 'y' || directive == 'F' || directive == 's';
  }
  if (!year) return error;
  return reader;
}

std::optional<TimeLabel> TimeReader::read(std::string_view text) const {
  if (kind_ == Kind::iso) {
    const auto time = zone_.parse(text);
    if (!time) return std::nullopt;
    auto label = label_at(*time);
    constexpr std::size_t kDate = 10;
    const bool has_offset = text.size() > kDate && text.find_first_of("Z+-", kDate) != std::string_view::npos;
    if (!has_offset) label.again = again_after(*time);
    return label;
  }
  if (kind_ == Kind::directives) return read_directives(text);
  const bool in_seconds = kind_ == Kind::unix_s;
  std::optional<std::int64_t> count;
  if (!take_unix(text, in_seconds ? kMostSeconds : kMostSeconds * 1000, count) || !text.empty()) return std::nullopt;
  return TimeLabel{unix_millis(in_seconds ? *count * 1000 : *count)};
}

TimeLabel TimeReader::label_at(UnixMillis time) const {
  return {time, window_at(time, Grain::day, zone_).start == time};
}

std::optional<UnixMillis> TimeReader::again_after(UnixMillis time) const {
  const Millis now = zone_.offset_at(time), later = zone_.offset_at(time + hours{3});
  const auto again = time + (now - later);
  return now > later && zone_.offset_at(again) == later ? std::optional(again) : std::nullopt;
}

std::optional<TimeLabel> TimeReader::read_directives(std::string_view text) const {
  Fields fields;
  for (std::size_t i = 0; i < format_.size(); ++i) {
    if (is_blank(format_[i])) {
      while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    } else if (format_[i] == '%') {
      if (!take_directive(format_[++i], text, fields)) return std::nullopt;
    } else if (!take_char(text, format_[i])) {
      return std::nullopt;
    }
  }
  if (!text.empty()) return std::nullopt;
  if (fields.unix_seconds) return TimeLabel{UnixMillis{seconds{*fields.unix_seconds}} + Millis{fields.millis}};
  const auto day = date_of(fields);
  const auto time = time_of_day(fields);
  if (!day || !time) return std::nullopt;
  if (fields.offset) return label_at(UnixMillis{date::sys_days{*day} + *time - *fields.offset});
  const auto moment = zone_.to_utc(int{day->year()}, unsigned{day->month()}, unsigned{day->day()}, *time);
  return TimeLabel{moment, *time == Millis{0}, again_after(moment)};
}

}  // namespace songhua::imports
