#include "world.h"

// Coverage by weight, and by weight and time: what a single reading of a period is worth (indicators.md 9,
// docs/bulletin.md).
namespace songhua::indicators {
namespace {

// E1 has 600 of last March's value added, E2 400; of the quarter 1800 and 1200.
class Coverage : public ::testing::Test {
 protected:
  Coverage() {
    Files files;
    files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10"});
    std::vector<std::string> base;
    for (const char* month : {"2018-01", "2018-02", "2018-03"}) {
      base.push_back(std::string("E1,") + month + ",va_cmp,,,600,CNY 10k");
      base.push_back(std::string("E2,") + month + ",va_cmp,,,400,CNY 10k");
    }
    inputs_ = files.base(base).inputs();
    for (const char* day : {"2019-01-05", "2019-02-05", "2019-03-05"}) made(day, "E1");
    for (const char* day : {"2019-01-05", "2019-02-05"}) made(day, "E2");
  }
  void made(const std::string& day, const std::string& id, Status status = Status::final) {
    world_.add(day, id, "L1", {"output.good", "car-ice-sedan", "CN"}, 10, status);
  }
  IndicatorRow ask(const std::string& id, const std::string& period, const Scope& scope = {}) {
    return row_of(id, period, inputs_, world_, scope);
  }

  Inputs inputs_;
  World world_;
};

TEST_F(Coverage, WhoeverIsInToTheEndIsKnownAllTheTime) {
  made("2019-03-05", "E2");
  for (const char* id : {"coverage", "coverage_time"}) {
    for (const char* period : {"2019-03", "2019-Q1"}) EXPECT_EQ(exact(ask(id, period)), "100") << id << period;
  }
  EXPECT_TRUE(ask("value_added_growth", "2019-03").warnings.empty());
}

// E2's newest reading is of 4 March: three days are known to their ends.
TEST_F(Coverage, SomeDaysOfAMonthAreThatPartOfIt) {
  for (const char* day : {"2019-03-01", "2019-03-02", "2019-03-03"}) made(day, "E2");
  made("2019-03-04", "E2", Status::preliminary);
  EXPECT_EQ(exact(ask("coverage", "2019-03")), "100");                        // it has a reading in the period
  EXPECT_EQ(exact(ask("coverage_time", "2019-03")), "1980/31");               // (600 + 400 * 3/31) / 1000
  EXPECT_EQ(exact(ask("coverage_time", "2019-Q1")), "788/9");                 // (1800 + 1200 * 62/90) / 3000
  EXPECT_EQ(exact(ask("coverage_time", "2019-03-03")), "base_not_positive");  // base.csv has no days
  // The rate compares three days with a month: it says so, and the bulletin withholds it.
  const auto growth = ask("value_added_growth", "2019-03");
  EXPECT_EQ(growth.warnings.at("low_coverage").items, std::set<std::string>{"coverage_time"});
  EXPECT_FALSE(growth.coverage);
  EXPECT_FALSE(
      ask("value_added_growth", "2019-03", Scope{}.with("enterprise", "E1")).warnings.contains("low_coverage"));
}

TEST_F(Coverage, AMonthWithoutAReadingIsUnknown) {
  EXPECT_EQ(exact(ask("coverage", "2019-03")), "60");
  EXPECT_EQ(exact(ask("coverage_time", "2019-03")), "60");
  EXPECT_EQ(exact(ask("coverage", "2019-Q1")), "100");
  EXPECT_EQ(exact(ask("coverage_time", "2019-Q1")), "776/9");  // 59 of E2's 90 days
}

TEST_F(Coverage, AClosedPlantIsKnown) {
  world_.gone("E2", "L1", "2019-03-01");
  EXPECT_EQ(exact(ask("coverage_time", "2019-Q1")), "100");
}

TEST_F(Coverage, TheTreeMakesTheFigure) {
  IndicatorRequest request;
  request.ids = {"coverage_time"};
  request.period = Period::parse("2019-Q1").value();
  request.explain = true;
  const auto row = compute(request, inputs_, world_, {}, kNow).value().front();
  ASSERT_EQ(row.explanation->rule, "percent");
  const auto& known = row.explanation->children.at(0).children.at(1);
  EXPECT_EQ(known.children.at(1).value, "59/90");
  EXPECT_EQ(known.value, exact_text(Rational(BigInt(12'000'000) * 59, 90) * 100));
}

// A base that only settles may still change: coverage is preliminary until it has settled.
TEST(CoverageStatus, SettlesWithItsBase) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  const auto inputs = files.inputs();
  for (const bool settling : {false, true}) {
    World world;
    world.settling(true);
    world.add("2018-03-05", "E1", "L1", {"output.good", "car-ice-sedan", "CN"}, 10,
              settling ? Status::preliminary : Status::final);
    world.settling(false);
    world.good("2019-03-05", "E1", "car-ice-sedan", 11);
    for (const char* id : {"coverage", "coverage_time"}) {
      const auto row = row_of(id, "2019-03", inputs, world);
      EXPECT_EQ(exact(row), "100") << id;
      EXPECT_EQ(row.status, settling ? Status::preliminary : Status::final) << id;
    }
  }
}

}  // namespace
}  // namespace songhua::indicators
