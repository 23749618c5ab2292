#include "model/calendar.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace songhua {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TimeZone zone(std::string_view name) {
  return TimeZone::find(name).value();
}

std::vector<std::string> starts(const std::vector<Window>& windows, const TimeZone& z) {
  std::vector<std::string> texts;
  texts.reserve(windows.size());
  for (const Window& w : windows) texts.push_back(z.format(w.start));
  return texts;
}

TEST(TimeZone, UnknownNamesAreTold) {
  const auto missing = TimeZone::find("Asia/Shangai");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "'Asia/Shangai' is no time zone of this system's tzdata: write an IANA name like \"Asia/Shanghai\"");
  EXPECT_FALSE(TimeZone::find(""));
  EXPECT_EQ(TimeZone::shanghai().name(), "Asia/Shanghai");
}

TEST(TimeZone, MarchOf2019InShanghaiIsAsInIndicators8) {
  const Window march = Period::parse("2019-03")->window(TimeZone::shanghai());
  EXPECT_EQ(format_utc(march.start), "2019-02-28T16:00:00.000Z");
  EXPECT_EQ(format_utc(march.end), "2019-03-31T16:00:00.000Z");
}

TEST(TimeZone, FormatsWithOffsetAndMillisecondsOnlyWhereTheyAre) {
  const TimeZone shanghai = TimeZone::shanghai();
  EXPECT_EQ(shanghai.format(unix_millis(1551398400000)), "2019-03-01T08:00:00+08:00");
  EXPECT_EQ(shanghai.format(unix_millis(1551398400250)), "2019-03-01T08:00:00.250+08:00");
  EXPECT_EQ(zone("America/St_Johns").format(unix_millis(1551398400000)), "2019-02-28T20:30:00-03:30");
  EXPECT_EQ(zone("UTC").format(unix_millis(0)), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(shanghai.date_of(unix_millis(1551369599999)), "2019-02-28");
  EXPECT_EQ(shanghai.date_of(unix_millis(1551369600000)), "2019-03-01");
}

TEST(TimeZone, ReadsIso8601) {
  const TimeZone shanghai = TimeZone::shanghai();
  const auto at = [&](std::string_view text) { return format_utc(shanghai.parse(text).value()); };
  EXPECT_EQ(at("2019-03-01"), "2019-02-28T16:00:00.000Z");
  EXPECT_EQ(at("2019-03-01T08:00"), "2019-03-01T00:00:00.000Z");
  EXPECT_EQ(at("2019-03-01 08:00:30"), "2019-03-01T00:00:30.000Z");
  EXPECT_EQ(at("2019-03-01T08:00:30.1234567"), "2019-03-01T00:00:30.123Z");
  EXPECT_EQ(at("2019-03-01T08:00:00Z"), "2019-03-01T08:00:00.000Z");
  EXPECT_EQ(at("2019-03-01T08:00:00+09:00"), "2019-02-28T23:00:00.000Z");
  EXPECT_EQ(at("2019-03-01T08:00:00-0330"), "2019-03-01T11:30:00.000Z");
  EXPECT_EQ(at("2019-03-01T08:00+09"), "2019-02-28T23:00:00.000Z");
  EXPECT_EQ(at("2019-03-01T24:00"), "2019-03-01T16:00:00.000Z");
}

TEST(TimeZone, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2019", "2019-3-1", "2019-02-29", "2019-13-01", "2019-03-01T", "2019-03-01T25:00",
                           "2019-03-01T24:01", "2019-03-01T08:60", "2019-03-01T08:00:00.", "2019-03-01T08:00X",
                           "2019-03-01T08:00+24:00", "2019-03-01T08:00Z ", "2019-03-01+08:00"}) {
    EXPECT_FALSE(TimeZone::shanghai().parse(text)) << text;
  }
}

TEST(TimeZone, DoubledAndSkippedCivilTimes) {
  const TimeZone berlin = zone("Europe/Berlin");
  // 2019-10-27 02:30 occurs twice (00:30Z and 01:30Z): the first. 2019-03-31 02:30 does not exist: the jump at 01:00Z.
  EXPECT_EQ(format_utc(berlin.to_utc(2019, 10, 27, hours{2} + minutes{30})), "2019-10-27T00:30:00.000Z");
  EXPECT_EQ(format_utc(berlin.to_utc(2019, 3, 31, hours{2} + minutes{30})), "2019-03-31T01:00:00.000Z");
  // Shanghai had summer time from 1986 to 1991.
  EXPECT_EQ(TimeZone::shanghai().offset_at(TimeZone::shanghai().to_utc(1988, 7, 1)), hours{9});
}

TEST(WindowAt, DaysOfATransitionHave23And25Hours) {
  const TimeZone berlin = zone("Europe/Berlin");
  const Window spring = window_at(berlin.to_utc(2019, 3, 31, hours{12}), Grain::day, berlin);
  const Window autumn = window_at(berlin.to_utc(2019, 10, 27, hours{12}), Grain::day, berlin);
  EXPECT_EQ(spring.end - spring.start, hours{23});
  EXPECT_EQ(autumn.end - autumn.start, hours{25});
  EXPECT_EQ(windows_in(spring, Grain::hour, berlin, {}).size(), 23U);
  EXPECT_EQ(windows_in(autumn, Grain::hour, berlin, {}).size(), 25U);
}

TEST(WindowAt, HoursAreCivilHours) {
  const TimeZone kolkata = zone("Asia/Kolkata");
  const Window hour = window_at(kolkata.to_utc(2019, 3, 1, hours{8} + minutes{10}), Grain::hour, kolkata);
  EXPECT_EQ(kolkata.format(hour.start), "2019-03-01T08:00:00+05:30");
  EXPECT_EQ(kolkata.format(hour.end), "2019-03-01T09:00:00+05:30");
}

TEST(WindowAt, LongWindows) {
  const TimeZone shanghai = TimeZone::shanghai();
  const UnixMillis t = shanghai.to_utc(2019, 5, 17, hours{13} + minutes{37});
  const auto text = [&](Grain grain) {
    const Window w = window_at(t, grain, shanghai);
    return shanghai.format(w.start).substr(0, 16) + " " + shanghai.format(w.end).substr(0, 16);
  };
  EXPECT_EQ(text(Grain::minute), "2019-05-17T13:37 2019-05-17T13:38");
  EXPECT_EQ(text(Grain::quarter_hour), "2019-05-17T13:30 2019-05-17T13:45");
  EXPECT_EQ(text(Grain::day), "2019-05-17T00:00 2019-05-18T00:00");
  EXPECT_EQ(text(Grain::month), "2019-05-01T00:00 2019-06-01T00:00");
  EXPECT_EQ(text(Grain::quarter), "2019-04-01T00:00 2019-07-01T00:00");
  EXPECT_EQ(text(Grain::year), "2019-01-01T00:00 2020-01-01T00:00");
  EXPECT_THROW((void)window_at(t, Grain::total, shanghai), std::invalid_argument);
}

TEST(WindowsIn, ADayThatASamoaSkippedHasNoWindow) {
  const TimeZone apia = zone("Pacific/Apia");
  const Window range{apia.to_utc(2011, 12, 29), apia.to_utc(2012, 1, 1)};
  EXPECT_EQ(starts(windows_in(range, Grain::day, apia, {}), apia),
            (std::vector<std::string>{"2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"}));
}

TEST(WindowsIn, TotalIsTheRangeAndEmptyRangesHaveNone) {
  const Window range{unix_millis(5), unix_millis(99)};
  EXPECT_EQ(windows_in(range, Grain::total, TimeZone::shanghai(), {}), std::vector<Window>{range});
  EXPECT_TRUE(windows_in({unix_millis(5), unix_millis(5)}, Grain::total, TimeZone::shanghai(), {}).empty());
  EXPECT_TRUE(windows_in({unix_millis(5), unix_millis(5)}, Grain::day, TimeZone::shanghai(), {}).empty());
}

TEST(WindowsIn, ShiftsBelongToTheDateOfTheirStartAndMayCrossMidnight) {
  const TimeZone shanghai = TimeZone::shanghai();
  const std::vector<Shift> shifts{{"night", hours{20}, hours{4}}, {"day", hours{8}, hours{20}}};
  const Window day{shanghai.to_utc(2019, 3, 2), shanghai.to_utc(2019, 3, 3)};
  EXPECT_EQ(starts(windows_in(day, Grain::shift, shanghai, shifts), shanghai),
            (std::vector<std::string>{"2019-03-01T20:00:00+08:00", "2019-03-02T08:00:00+08:00",
                                      "2019-03-02T20:00:00+08:00"}));
}

RC_GTEST_PROP(WindowsIn, WindowsOfEveryGrainAreAPartition, (std::uint32_t seconds)) {
  const char* names[] = {"Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata"};
  const TimeZone z = zone(*rc::gen::elementOf(std::vector<const char*>(std::begin(names), std::end(names))));
  const Grain grain = *rc::gen::element(Grain::hour, Grain::day, Grain::month, Grain::quarter, Grain::year);
  const UnixMillis start = unix_millis(std::int64_t{seconds} * 1000);
  const Window range{start, start + hours{24 * 400}};
  const auto windows = windows_in(range, grain, z, {});
  RC_ASSERT(windows.front().contains(range.start));
  RC_ASSERT(windows.back().end >= range.end);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    RC_ASSERT(windows[i].start < windows[i].end);
    if (i > 0) RC_ASSERT(windows[i].start == windows[i - 1].end);
  }
  const Window& some = windows[seconds % windows.size()];
  RC_ASSERT(window_at(some.start, grain, z) == some);
  RC_ASSERT(window_at(some.end - Millis{1}, grain, z) == some);
}

TEST(Grain, NamesAreReadBack) {
  for (const char* name : {"minute", "15min", "hour", "shift", "day", "month", "quarter", "year", "total"}) {
    EXPECT_EQ(to_string(parse_grain(name).value()), name);
  }
  EXPECT_FALSE(parse_grain("week"));
}

TEST(Period, NamesAreReadBack) {
  for (const char* name : {"2019-03-15", "2019-03", "2019-01..02", "2019-Q1", "2019-H2", "2019", "2020-02-29"}) {
    EXPECT_EQ(Period::parse(name).value().name(), name);
  }
  for (const char* name : {"", "19", "2019-13", "2019-00", "2019-Q5", "2019-Q0", "2019-H3", "2019-03..02", "2019-02-29",
                           "2019-1", "2019-01..13", "2019-03-15T", "2019Q1"}) {
    EXPECT_FALSE(Period::parse(name)) << name;
  }
}

TEST(Period, OfMonthsIsWhatItsNameReadsAs) {
  EXPECT_EQ(Period::of_months(2019, 3, 3), *Period::parse("2019-03"));
  EXPECT_EQ(Period::of_months(2019, 1, 2), *Period::parse("2019-01..02"));
}

TEST(Period, WindowsAreCivil) {
  const TimeZone shanghai = TimeZone::shanghai();
  const auto text = [&](std::string_view name) {
    const Window w = Period::parse(name)->window(shanghai);
    return shanghai.date_of(w.start) + " " + shanghai.date_of(w.end);
  };
  EXPECT_EQ(text("2019-03-15"), "2019-03-15 2019-03-16");
  EXPECT_EQ(text("2019-12"), "2019-12-01 2020-01-01");
  EXPECT_EQ(text("2019-01..02"), "2019-01-01 2019-03-01");
  EXPECT_EQ(text("2019-Q4"), "2019-10-01 2020-01-01");
  EXPECT_EQ(text("2019-H1"), "2019-01-01 2019-07-01");
  EXPECT_EQ(text("2019"), "2019-01-01 2020-01-01");
}

TEST(Period, LastYearAndCumulative) {
  EXPECT_EQ(Period::parse("2020-02-29")->last_year().name(), "2019-02-28");
  EXPECT_EQ(Period::parse("2019-Q1")->last_year().name(), "2018-Q1");
  EXPECT_EQ(Period::parse("2019-03")->cumulative().name(), "2019-01..03");
  EXPECT_EQ(Period::parse("2019-Q2")->cumulative().name(), "2019-01..06");
  EXPECT_EQ(Period::parse("2019")->cumulative().name(), "2019-01..12");
  EXPECT_EQ(Period::parse("2019-01..02")->months(), 2U);
}

}  // namespace
}  // namespace songhua
