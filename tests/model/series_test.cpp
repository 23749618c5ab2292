#include "model/series.h"

#include <gtest/gtest.h>

#include "model/measures.h"

namespace songhua {
namespace {

TEST(SeriesKind, NamesAreReadBack) {
  for (const char* name : {"totalizer", "rate", "amount", "gauge", "level"}) {
    EXPECT_EQ(to_string(parse_series_kind(name).value()), name);
  }
  EXPECT_FALSE(parse_series_kind("counter"));
}

TEST(RateLimit, ReadsUnitsPerTime) {
  EXPECT_EQ(RateLimit::parse("100/min"), (RateLimit{100, kMinute}));
  EXPECT_EQ(RateLimit::parse("3600/h"), (RateLimit{3600, std::chrono::hours{1}}));
  EXPECT_EQ(RateLimit::parse("5/15min"), (RateLimit{5, kQuarterHour}));
  for (const char* text : {"", "100", "100/", "/min", "100/0min", "x/min", "100/week", "-1/min", "1.5/min"}) {
    EXPECT_FALSE(RateLimit::parse(text)) << text;
  }
  for (const char* text : {"100/min", "5/15min", "7/s", "1/12h"}) EXPECT_EQ(RateLimit::parse(text)->str(), text);
}

TEST(RateLimit, AllowsUpToTheLimit) {
  const RateLimit limit{100, kMinute};
  EXPECT_TRUE(limit.allows(100, kMinute));
  EXPECT_FALSE(limit.allows(101, kMinute));
  EXPECT_TRUE(limit.allows(50, std::chrono::seconds{30}));
}

TEST(Measures, Units) {
  EXPECT_EQ(unit_of_measure("output.good"), "");
  EXPECT_EQ(unit_of_measure("dispatch.quantity"), "");
  EXPECT_EQ(unit_of_measure("time.execute"), "ms");
  EXPECT_EQ(unit_of_measure("energy.electricity"), "Wh");
  EXPECT_EQ(unit_of_measure("energy.natural_gas"), "dm3");
  EXPECT_EQ(unit_of_measure("energy.water"), "dm3");
  EXPECT_EQ(unit_of_measure("energy.steam"), "kg");
  EXPECT_EQ(unit_of_measure("labour.time"), "person_s");
  EXPECT_EQ(unit_of_measure("energy.reactive_lagging"), "1");
  EXPECT_EQ(unit_of_measure("event.failures"), "1");
  EXPECT_EQ(unit_of_measure("process.Temperature"), "1");
}

TEST(Measures, StatesCarriersAndProcessNamesAreFree) {
  for (const char* name : {"output.good", "equipment.nc_key_processes", "time.execute", "time.tea_break",
                           "energy.reactive_lagging", "process.Cycle Time", "event.failures"}) {
    EXPECT_TRUE(check_measure(name)) << name;
  }
  EXPECT_EQ(check_measure("output.goods").error().message,
            "'output.goods' is not a measure: did you mean 'output.good'?");
  EXPECT_EQ(check_measure("energy.Natural Gas").error().message,
            "'energy.Natural Gas' is not a measure: did you mean 'energy.natural_gas'?");
  EXPECT_NE(check_measure("energy.").error().message.find("write output.good"), std::string::npos);
  EXPECT_EQ(measure_suffix("NC Key Processes"), "nc_key_processes");
}

TEST(Measures, GaugesAreProcessValuesAndLevelsEquipment) {
  EXPECT_EQ(natural_kind("process.X"), SeriesKind::gauge);
  EXPECT_EQ(natural_kind("equipment.units"), SeriesKind::level);
  EXPECT_EQ(natural_kind("output.good"), SeriesKind::totalizer);
  EXPECT_TRUE(check_kind("energy.electricity", SeriesKind::rate));
  EXPECT_TRUE(check_kind("energy.electricity", SeriesKind::amount));
  EXPECT_EQ(check_kind("energy.electricity", SeriesKind::gauge).error().message,
            "'energy.electricity' cannot be a gauge: gauges are called process.NAME");
  EXPECT_EQ(check_kind("equipment.units", SeriesKind::totalizer).error().message,
            "'equipment.units' is a level and cannot be a totalizer");
}

}  // namespace
}  // namespace songhua
