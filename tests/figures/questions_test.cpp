#include "figures/questions.h"

#include <gtest/gtest.h>

namespace songhua::figures {
namespace {

// Months are the zone's: December ends in Shanghai while it is still the 31st in Greenwich.
TEST(Questions, AScopeThatIsNoUtf8IsTheCallersFault) {
  IndicatorOptions options;
  options.period = "2019-02";
  options.scope["line"] = "\xF2od";
  const auto request = request_of(options);
  ASSERT_FALSE(request.ok());
  EXPECT_EQ(request.error().message, "line: the value is no UTF-8");
  options.scope["line"] = "装配线";
  EXPECT_TRUE(request_of(options).ok());
}

TEST(Questions, TheLastMonthHasEndedInTheZone) {
  const auto zone = TimeZone::shanghai();
  const auto of = [&](const char* when) { return last_month(zone.parse(when).value(), zone).name(); };
  EXPECT_EQ(of("2019-01-01T00:00:00+08:00"), "2018-12");
  EXPECT_EQ(of("2018-12-31T16:00:00Z"), "2018-12");
  EXPECT_EQ(of("2018-12-31T15:59:59Z"), "2018-11");
  EXPECT_EQ(of("2019-03-31T23:59:59+08:00"), "2019-02");
}

}  // namespace
}  // namespace songhua::figures
