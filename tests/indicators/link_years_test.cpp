#include "world.h"

// Years that weight and link the production index, where some of them are not known of everybody (indicators.md 4.4,
// docs/bulletin.md). By hand, with W07's products: X at 10 and Y at 20 in 2018, at 11 and 19 in 2019.
namespace songhua::indicators {
namespace {

const char* kTwoProducts = R"(base_year = 2018
[[product]]
id = "X"
industry = "C3611"
unit = "vehicle"
  [[product.price]]
  price = 10
  comparable_price = 10
  export_price = 10
  va_rate = 2000
  [[product.price]]
  valid_from = "2019-01-01"
  price = 11
[[product]]
id = "Y"
industry = "C3611"
unit = "vehicle"
  [[product.price]]
  price = 20
  comparable_price = 20
  export_price = 20
  va_rate = 2000
  [[product.price]]
  valid_from = "2019-01-01"
  price = 19
)";

// E1 makes X, 120 in 2018 and 130 in 2019; E2 makes Y, 60 in 2018. Both have the same weight.
class LinkYears : public ::testing::Test {
 protected:
  LinkYears() {
    files_.put(InputKind::catalogue, kTwoProducts).enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10"});
    base_ = {"E1,2018-01..11,output.good,X,,110,vehicle", "E1,2018-12,output.good,X,,10,vehicle",
             "E2,2018-01..11,output.good,Y,,54,vehicle", "E2,2018-12,output.good,Y,,6,vehicle"};
    world_.good("2020-03-05", "E1", "X", 12).good("2020-03-05", "E2", "Y", 5);
  }
  void base(const std::vector<std::string>& rows) { base_.insert(base_.end(), rows.begin(), rows.end()); }
  void months(const std::string& id, const std::string& product, unsigned first, unsigned last, int each) {
    for (unsigned month = first; month <= last; ++month) {
      world_.good("2019-" + std::string(month < 10 ? "0" : "") + std::to_string(month) + "-05", id, product, each);
    }
  }
  IndicatorRow ask(const std::string& id, const std::string& period, bool impute = false, bool explain = false) {
    if (!inputs_) inputs_ = files_.base(base_).inputs();
    Settings settings;
    settings.chained = true;
    settings.impute_growth = impute;
    IndicatorRequest request;
    request.ids = {id};
    request.period = Period::parse(period).value();
    request.explain = explain;
    return compute(request, *inputs_, world_, settings, kNow)->front();
  }

  Files files_;
  std::vector<std::string> base_;
  World world_;

 private:
  std::optional<Inputs> inputs_;
};

TEST_F(LinkYears, WhoeverDoesNotKnowTheYearIsOnNeitherSide) {
  base({"E1,2019,output.good,X,,130,vehicle", "E2,2019-01..11,output.good,Y,,55,vehicle"});
  // E1 alone: 10 * 130 / (10 * 120), not 10 * 130 / (10 * 120 + 20 * 60).
  const auto link = ask("production_index_link", "2020-03");
  EXPECT_EQ(exact(link), "325/3");
  EXPECT_EQ(link.warnings.at("year_not_known").items, std::set<std::string>{"E2 2019"});
  EXPECT_EQ(exact(*link.coverage), "50");
  // 325/3 * (11 * 12) / (11 * 130 / 12): the 5 Y are not in March, as no Y is in the year that weights it.
  const auto index = ask("production_index", "2020-03");
  EXPECT_EQ(exact(index), "120");
  EXPECT_EQ(index.warnings.at("no_base").items, std::set<std::string>{"E2"});
  EXPECT_EQ(exact(*index.coverage), "50");
}

TEST_F(LinkYears, OfTheBaseYearTooWithFixedWeights) {
  files_.enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10", "E3,220102,C3611,159,10"});
  world_.good("2020-03-05", "E3", "X", 1'000);  // its 2018 is not known: it is no growth
  Settings fixed;
  const auto inputs = files_.base(base_).inputs();
  const auto row = row_of("production_index", "2020-03", inputs, world_, {}, fixed);
  EXPECT_EQ(exact(row), "110");  // (10 * 12 + 20 * 5) / ((10 * 120 + 20 * 60) / 12)
  EXPECT_EQ(row.warnings.at("year_not_known").items, std::set<std::string>{"E3 2018"});
  EXPECT_EQ(shown(Value(*row.coverage), 1), "66.7");
}

TEST_F(LinkYears, AYearMayBeKnownHalfByImportAndHalfByReadings) {
  base({"E1,2019,output.good,X,,130,vehicle", "E2,2019-01..06,output.good,Y,,30,vehicle"});
  months("E2", "Y", 7, 12, 5);
  world_.told("E2", "L1", "2019-07-01", "2020-04-01");
  // W07.
  const auto link = ask("production_index_link", "2020-03");
  EXPECT_EQ(exact(link), "625/6");
  EXPECT_EQ(link.base_source, "base.csv+rollup");
  EXPECT_EQ(link.status, Status::final);
  EXPECT_FALSE(link.coverage);
  EXPECT_EQ(exact(ask("production_index", "2020-03")), "28375/257");
}

TEST_F(LinkYears, MonthsThatNobodyReportedAreEstimatedWhereEstimatesAreConfigured) {
  months("E1", "X", 1, 10, 10);
  months("E1", "X", 11, 12, 15);
  months("E2", "Y", 1, 11, 5);
  world_.told("E2", "L1", "2018-12-31", "2019-12-01");
  EXPECT_EQ(exact(ask("production_index_link", "2020-03")), "325/3");
  // E1's X rose from 10 to 15 in December, so E2's 6 Y of last December are 9: 55 + 9 in the year.
  const auto link = ask("production_index_link", "2020-03", true);
  EXPECT_EQ(exact(link), "215/2");  // (10 * 130 + 20 * 64) / (10 * 120 + 20 * 60)
  EXPECT_EQ(link.flags, std::set<std::string>{"imputed"});
  EXPECT_EQ(link.status, Status::preliminary);
  EXPECT_EQ(link.warnings.at("partly_reporting").items, std::set<std::string>{"E2"});
  EXPECT_FALSE(link.warnings.contains("year_not_known"));
}

TEST_F(LinkYears, TheTreeShowsTheEstimateAndLeavesOutWhoDoesNotKnowTheYear) {
  months("E1", "X", 1, 10, 10);
  months("E1", "X", 11, 12, 15);
  months("E2", "Y", 1, 11, 5);
  world_.told("E2", "L1", "2018-12-31", "2019-12-01");
  for (const char* id : {"production_index_link", "production_index", "production_index_growth"}) {
    for (const bool impute : {false, true}) {
      const auto row = ask(id, "2020-03", impute, true);
      const auto tree = to_json(*row.explanation).dump();
      EXPECT_EQ(row.explanation->value, exact(row)) << id << impute;
      EXPECT_EQ(tree.find("imputed Y 2019-12") != std::string::npos, impute) << id;
    }
  }
}

}  // namespace
}  // namespace songhua::indicators
