#include "model/time.h"

#include <gtest/gtest.h>

namespace songhua {
namespace {

TEST(Duration, ReadsAWholeNumberAndAUnit) {
  EXPECT_EQ(parse_duration("250ms").value(), Millis{250});
  EXPECT_EQ(parse_duration("10s").value(), Millis{10'000});
  EXPECT_EQ(parse_duration("15min").value(), kQuarterHour);
  EXPECT_EQ(parse_duration("25h").value(), Millis{90'000'000});
  EXPECT_EQ(parse_duration("400d").value(), Millis{34'560'000'000});
  for (const char* text :
       {"", "15", "min", "1.5h", "-1s", "15 min", "15m", "9999999999999999999s", "999999999999999999d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatFits) {
  for (const char* text : {"250ms", "10s", "15min", "25h", "400d", "90s", "0s"}) {
    EXPECT_EQ(format_duration(parse_duration(text).value()), text);
  }
  EXPECT_EQ(format_duration(Millis{60'000}), "1min");
}

TEST(FloorTo, AlsoBefore1970) {
  EXPECT_EQ(count_of(floor_to(unix_millis(61'000), kMinute)), 60'000);
  EXPECT_EQ(count_of(floor_to(unix_millis(-1), kMinute)), -60'000);
  EXPECT_EQ(count_of(floor_to(unix_millis(-60'000), kMinute)), -60'000);
}

TEST(FormatUtc, WritesMilliseconds) {
  EXPECT_EQ(format_utc(unix_millis(1551398400007)), "2019-03-01T00:00:00.007Z");
}

}  // namespace
}  // namespace songhua
