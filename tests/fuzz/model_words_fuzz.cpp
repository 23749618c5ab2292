#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "model/calendar.h"
#include "model/csv.h"
#include "model/decimal.h"
#include "model/register_text.h"
#include "model/series.h"

// The words of command lines, HTTP parameters and tables; the first byte names the reader. What is read and written
// again means the same; what is refused says why.
using namespace songhua;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

// --period of figures, reports and publications.
void period(std::string_view text) {
  const auto period = Period::parse(text);
  if (!period) return check(!period.error().message.empty());
  check(period->name() == text && Period::parse(period->name()).value() == *period);
  for (const auto& zone : {TimeZone::shanghai(), TimeZone::find("Europe/Berlin").value()}) {
    const auto window = period->window(zone);
    check(window.start < window.end && period->cumulative().window(zone).end == window.end);
    check(period->last_year().window(zone).end <= window.start || period->kind == Period::Kind::day);
    if (period->kind == Period::Kind::day) check(windows_in(window, Grain::day, zone, {}).size() == 1);
  }
}

// --from, --to, --as-of.
void time(std::string_view text) {
  const auto zone = TimeZone::shanghai();
  const auto time = zone.parse(text);
  if (!time) return check(!time.error().message.empty());
  const auto written = zone.format(*time);
  // Offsets of before 1901 have seconds, which the text form cuts off; years beyond 9999 have no text form.
  const bool plain = *time > unix_millis(0) && *time < unix_millis(250'000'000'000'000);
  if (plain) check(zone.parse(written).value() == *time);
}

void table(std::string_view text) {
  CsvReader reader(text);
  std::vector<std::string> fields, again;
  while (true) {
    const auto more = reader.next(fields);
    if (!more) return check(!more.error().message.empty());
    if (!*more) return;
    std::string line = "x";  // a byte order mark counts in front of all only
    for (const auto& field : fields) line += "," + csv_field(field);
    fields.insert(fields.begin(), "x");
    CsvReader copy(line);
    check(copy.next(again).value() && again == fields);
  }
}

template <typename T>
void number(std::string_view text) {
  const auto value = T::parse(text);
  if (value) check(T::parse(value->str()) == value);
}

void duration(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return check(!duration.error().message.empty());
  check(*duration >= Millis{0} && parse_duration(format_duration(*duration)).value() == *duration);
}

void day(std::string_view text) {
  const auto day = parse_day(text);
  if (day) check(parse_day(format_day(*day)) == day);
}

void document(std::string_view text) {
  const auto decoded = decode_text(text);
  if (!decoded) return check(!decoded.error().message.empty());
  check(decode_text(*decoded).ok());
  Problems problems;
  read_table(*decoded, "t.csv", {"a", "b"}, {"c"}, problems, [](TableRow& row) {
    row.required("a");
    row.day("b", kFirstDay);
    row.price("c");
  });
  for (const auto& problem : problems.list()) check(problem.starts_with("t.csv:"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'p':
      return period(text), 0;
    case 't':
      return time(text), 0;
    case 'c':
      return table(text), 0;
    case 'x':
      return number<Fixed9>(text), 0;
    case 'f':
      return number<Fraction>(text), 0;
    case 'r':
      return number<RateLimit>(text), 0;
    case 'd':
      return duration(text), 0;
    case 'y':
      return day(text), 0;
    case 'g':
      if (const auto grain = parse_grain(text)) check(to_string(*grain) == text);
      return 0;
    default:
      return document(text), 0;
  }
}
