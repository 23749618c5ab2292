#include "imports/time_label.h"

#include <gtest/gtest.h>

namespace songhua::imports {
namespace {

// "2018-01-01T00:15:00.000Z", with " midnight" where it is one; or "none".
std::string read(std::string_view format, std::string_view text, std::string_view zone = "UTC") {
  const auto label = TimeReader::compile(format, TimeZone::find(zone).value())->read(text);
  return label ? format_utc(label->time) + (label->midnight ? " midnight" : "") : "none";
}

TEST(TimeReader, DayMonthYear) {
  EXPECT_EQ(read("%d/%m/%Y %H:%M", "01/02/2018 00:15", "Asia/Seoul"), "2018-01-31T15:15:00.000Z");
  EXPECT_EQ(read("%d/%m/%Y %H:%M", "1/2/2018 7:05"), "2018-02-01T07:05:00.000Z");
  EXPECT_EQ(read("%d.%m.%y", "31.12.69"), "1969-12-31T00:00:00.000Z midnight");
  EXPECT_EQ(read("%d.%m.%y", "31.12.68"), "2068-12-31T00:00:00.000Z midnight");
  EXPECT_EQ(read("%Y%m%d%H%M%S", "20190301083015"), "2019-03-01T08:30:15.000Z");
  EXPECT_EQ(read("%d-%b-%Y %T", "05-MAR-2019 01:02:03"), "2019-03-05T01:02:03.000Z");
  EXPECT_EQ(read("%Y-%j", "2020-366"), "2020-12-31T00:00:00.000Z midnight");
  EXPECT_EQ(read("%Y-%j", "2019-366"), "none");
  EXPECT_EQ(read("%F %R", "2019-03-01 08:30"), "2019-03-01T08:30:00.000Z");
  EXPECT_EQ(read("%F %T.%f", "2019-03-01 08:30:00.2567"), "2019-03-01T08:30:00.256Z");
  EXPECT_EQ(read("%Y年%m月%d日", "2019年03月01日"), "2019-03-01T00:00:00.000Z midnight");
  EXPECT_EQ(read("100%% %F", "100% 2019-03-01"), "2019-03-01T00:00:00.000Z midnight");
}

TEST(TimeReader, HalfDays) {
  EXPECT_EQ(read("%m/%d/%Y %I:%M %p", "3/1/2019 12:05 AM"), "2019-03-01T00:05:00.000Z");
  EXPECT_EQ(read("%m/%d/%Y %I:%M %p", "3/1/2019 12:05 pm"), "2019-03-01T12:05:00.000Z");
  EXPECT_EQ(read("%m/%d/%Y %I:%M %p", "3/1/2019 11:05 PM"), "2019-03-01T23:05:00.000Z");
  EXPECT_EQ(read("%m/%d/%Y %I:%M %p", "3/1/2019 13:05 PM"), "none");
  EXPECT_EQ(read("%m/%d/%Y %I:%M %p", "3/1/2019 11:05 XM"), "none");
}

TEST(TimeReader, OffsetsAndUnixTimes) {
  EXPECT_EQ(read("%FT%T%z", "2019-03-01T08:00:00+0800", "Asia/Seoul"), "2019-03-01T00:00:00.000Z");
  EXPECT_EQ(read("%FT%T%z", "2019-03-01T00:00:00+09:00", "Asia/Seoul"), "2019-02-28T15:00:00.000Z midnight");
  EXPECT_EQ(read("%FT%T%z", "2019-03-01T08:00:00Z"), "2019-03-01T08:00:00.000Z");
  EXPECT_EQ(read("%s", "1551398400"), "2019-03-01T00:00:00.000Z");
  EXPECT_EQ(read("%s.%f", "1551398400.5"), "2019-03-01T00:00:00.500Z");
  EXPECT_EQ(read("unix_s", "1551398400"), "2019-03-01T00:00:00.000Z");
  EXPECT_EQ(read("unix_ms", "1551398400007"), "2019-03-01T00:00:00.007Z");
  EXPECT_EQ(read("unix_ms", "1551398400007.5"), "none");
  EXPECT_EQ(read("unix_ms", "99999999999999999999"), "none");
  EXPECT_EQ(read("iso", "2019-03-01T08:00:00+08:00"), "2019-03-01T00:00:00.000Z midnight");
  EXPECT_EQ(read("iso", "2019-03-01 08:00"), "2019-03-01T08:00:00.000Z");
}

TEST(TimeReader, TheEndOfADay) {
  EXPECT_EQ(read("%F %R", "2019-12-31 24:00"), "2020-01-01T00:00:00.000Z");
  EXPECT_EQ(read("%F %R", "2019-12-31 24:01"), "none");
  EXPECT_EQ(read("%F %R", "2019-12-31 00:00"), "2019-12-31T00:00:00.000Z midnight");
}

TEST(TimeReader, RefusesWhatIsNoSuchTime) {
  for (const char* text :
       {"", "01/13/2018 00:00", "29/02/2019 00:00", "01/01/2018", "01/01/2018 25:00", "01/01/2018 00:60",
        "01/01/2018 00:00:00", "x1/01/2018 00:00", "01/01/18 00:00", "00/01/2018 00:00"}) {
    EXPECT_EQ(read("%d/%m/%Y %H:%M", text), "none") << text;
  }
  EXPECT_EQ(read("%d/%m/%Y  %H:%M", "01/01/2018\t 00:15"), "2018-01-01T00:15:00.000Z");
}

TEST(TimeReader, FormatsAreChecked) {
  const auto fault = [](std::string_view format) {
    return TimeReader::compile(format, TimeZone::shanghai()).error().message;
  };
  EXPECT_EQ(fault("%d/%m"),
            "'%d/%m' is no time format: write \"iso\", \"unix_ms\", \"unix_s\", or one like \"%d/%m/%Y %H:%M\"");
  EXPECT_EQ(fault("%Y-%Q"),
            "'%Y-%Q' is no time format: write \"iso\", \"unix_ms\", \"unix_s\", or one like \"%d/%m/%Y %H:%M\"; it has "
            "no %Q");
  EXPECT_EQ(fault("%Y %"),
            "'%Y %' is no time format: write \"iso\", \"unix_ms\", \"unix_s\", or one like \"%d/%m/%Y %H:%M\"");
}

}  // namespace
}  // namespace songhua::imports
