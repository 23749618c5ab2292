#include "world.h"

// What is put in for factories that have not reported, over longer periods than a month (indicators.md 9): every month
// by the growth of those that reported in it, so that months add up.
namespace songhua::indicators {
namespace {

Settings imputing() {
  Settings settings;
  settings.impute_growth = true;
  return settings;
}

// One thing is CNY 1 of value added. By hand, in CNY; E2 is silent in February and March, E4 in March:
//
//        base (2018)                2019
//        E1   E2   E3  E4           E1   E2               E3  E4
//   Jan  100  40   60  30           110  44               66  33
//   Feb   80  20   60  30            84  20*147/140 = 21  63  30
//   Mar  100  40   60  30           110  40*167/160       57  30*167/160, of the province: C37 has nobody else
//
// January to March: 597 reported, 94.0625 put in, 650 a year before.
class Silent : public ::testing::Test {
 protected:
  Silent() {
    Files files;
    files.put(InputKind::catalogue, R"(base_year = 2018
[[product]]
id = "thing"
industry = "C26"
unit = "unit"
  [[product.price]]
  price = 100
  comparable_price = 100
  export_price = 100
  va_rate = 10000
)");
    files.enterprises({"E1,220102,C26,159,1", "E2,220102,C26,159,1", "E3,220203,C26,159,1", "E4,220203,C37,159,1"});
    std::vector<std::string> base;
    const auto year = [&](const std::string& id, int jan, int feb, int mar) {
      for (int month = 1; month <= 12; ++month) {
        const int value = month == 1 ? jan : month == 2 ? feb : month == 3 ? mar : 50;
        base.push_back(id + ",2018-" + (month < 10 ? "0" : "") + std::to_string(month) + ",va_cmp,,," +
                       std::to_string(value) + ",CNY");
      }
    };
    year("E1", 100, 80, 100);
    year("E2", 40, 20, 40);
    year("E3", 60, 60, 60);
    year("E4", 30, 30, 30);
    inputs_ = files.base(base).put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"5.0\"\n").inputs();
    for (const auto& [id, amounts] : std::map<std::string, std::vector<int>>{
             {"E1", {110, 84, 110}}, {"E2", {44}}, {"E3", {66, 63, 57}}, {"E4", {33, 30}}}) {
      for (std::size_t k = 0; k < amounts.size(); ++k) made(id, static_cast<int>(k) + 1, amounts[k]);
    }
  }

  void made(const std::string& id, int month, int amount) {
    world_.good("2019-0" + std::to_string(month) + "-05", id, "thing", amount);
  }
  IndicatorRow ask(const std::string& id, const std::string& period, const Scope& scope = {}) {
    return row_of(id, period, inputs_, world_, scope, imputing());
  }
  // In CNY.
  Rational made_in(const std::string& period, const Scope& scope = {}) {
    return *ask("industrial_value_added_comparable", period, scope).value * 10'000;
  }

  Inputs inputs_;
  World world_;
};

TEST_F(Silent, TheYearSoFarHoldsTheEstimatesOfItsMonths) {
  EXPECT_EQ(exact_text(made_in("2019-02")), "198");
  EXPECT_EQ(exact_text(made_in("2019-03")), "3841/16");  // 167 + 41.75 + 31.3125
  for (const char* period : {"2019-Q1", "2019-01..03", "2019-H1", "2019"}) {
    EXPECT_EQ(exact_text(made_in(period)), "11057/16") << period;  // 597 + 94.0625; nobody has told of April yet
  }
  const auto growth = ask("value_added_growth", "2019-Q1");
  EXPECT_EQ(exact(growth), "657/104");  // 691.0625 / 650
  EXPECT_EQ(exact_text(*growth.imputed_share), "150500/11057");
  EXPECT_TRUE(growth.flags.contains("imputed"));
  EXPECT_EQ(growth.status, Status::preliminary);
  EXPECT_EQ(growth.warnings.at("partly_reporting").items, (std::set<std::string>{"E2", "E4"}));
  EXPECT_FALSE(growth.warnings.contains("not_reporting"));
  // Without the setting nothing is put in.
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-Q1", inputs_, world_)), "-106/13");
}

TEST_F(Silent, MonthsAddUpInEveryScope) {
  std::vector<Scope> scopes{{}};
  for (const char* id : {"E1", "E2", "E3", "E4"}) scopes.push_back(Scope{}.with("enterprise", id));
  for (const char* region : {"220100", "220200"}) scopes.push_back(Scope{}.with("region", region));
  for (const char* industry : {"C26", "C37"}) scopes.push_back(Scope{}.with("industry", industry));
  for (const auto& scope : scopes) {
    const Rational months = made_in("2019-01", scope) + made_in("2019-02", scope) + made_in("2019-03", scope);
    EXPECT_EQ(months, made_in("2019-Q1", scope)) << to_json(ask("coverage", "2019-Q1", scope), false).dump();
    EXPECT_EQ(made_in("2019-01..02", scope) + made_in("2019-03", scope), made_in("2019", scope));
  }
}

TEST_F(Silent, TargetPullsAndBulletinRatesSayTheSame) {
  const auto growth = ask("value_added_growth", "2019-Q1");
  EXPECT_EQ(exact(ask("target.cumulative_growth_pct", "2019-03")), exact(growth));
  EXPECT_EQ(exact(ask("value_added_growth_cumulative", "2019-03")), exact(growth));
  const auto pulls = rows_of({"pull", "contribution"}, "2019-Q1", inputs_, world_, {}, imputing(), "division");
  Rational pulled = 0, contributed = 0;
  for (const auto& row : pulls) (row.indicator == "pull" ? pulled : contributed) += *row.value;
  EXPECT_EQ(pulled, *growth.value);
  EXPECT_EQ(contributed, 100);
  EXPECT_EQ(exact(ask("value_added_growth", "2019-Q1", Scope{}.with("industry", "C26"))), "105/16");  // 596.75 / 560
  EXPECT_EQ(exact(ask("target.gap_to_date", "2019-03")), "33/160000");  // 691.0625 - 1.06 * 650, in CNY 10k
}

TEST_F(Silent, DataTakesThePlaceOfTheEstimate) {
  made("E2", 2, 25);
  made("E2", 3, 45);
  EXPECT_EQ(exact_text(made_in("2019-Q1")), "3494/5");  // 667 reported, E4 30 * 212/200
}

TEST_F(Silent, NothingIsLeftOfEstimatesWhenAllHaveReported) {
  made("E2", 2, 25);
  made("E2", 3, 45);
  made("E4", 3, 29);
  const auto growth = ask("value_added_growth", "2019-Q1");
  EXPECT_EQ(exact(growth), "92/13");  // 696 / 650
  EXPECT_EQ(growth.status, Status::final);
  EXPECT_TRUE(growth.flags.empty());
  EXPECT_TRUE(growth.warnings.empty());
}

// The target and its path are made of last year alone: what is late this year leaves no mark on them.
TEST_F(Silent, TheTargetIsOfLastYear) {
  for (const auto& id : {"target.target_growth_pct", "target.path"}) {
    for (const auto& row : rows_of({id}, "2019-03", inputs_, world_, {}, imputing())) {
      EXPECT_EQ(row.status, Status::final) << id;
      EXPECT_TRUE(row.flags.empty()) << id;
    }
  }
  EXPECT_EQ(ask("target.gap_pp", "2019-03").status, Status::preliminary);
}

// base.csv may know January and February together only, or the year alone: then that is what is put in, as a whole, in
// the target, too.
TEST_F(Silent, WhatIsKnownTogetherIsEstimatedTogether) {
  std::erase_if(inputs_.base, [](const BaseRow& row) { return row.enterprise == "E4" && row.period.last_month <= 2; });
  BaseRow both;
  both.enterprise = "E4";
  both.item = "va_cmp";
  both.period = Period::of_months(2018, 1, 2);
  both.value = 6000;  // fen
  inputs_.base.push_back(both);
  World world;
  for (const auto& [month, amount] : std::map<int, int>{{1, 110}, {2, 84}, {3, 110}}) {
    world.good("2019-0" + std::to_string(month) + "-05", "E1", "thing", amount);
  }
  Scope only;
  only = only.with("enterprise", "E4");
  const auto of = [&](const std::string& period) {
    return exact(row_of("industrial_value_added_comparable", period, inputs_, world, only, imputing()));
  };
  EXPECT_EQ(of("2019-01"), "0");
  EXPECT_EQ(of("2019-02"), "0");
  EXPECT_EQ(of("2019-01..02"), "97/15000");  // 60 * 194/180 in CNY 10k
  EXPECT_EQ(of("2019-Q1"), "293/30000");     // and 30 * 110/100
  EXPECT_EQ(exact(row_of("target.cumulative_growth_pct", "2019-03", inputs_, world, {}, imputing())),
            exact(row_of("value_added_growth", "2019-Q1", inputs_, world, {}, imputing())));
}

// A line has no past of its own in base.csv: the estimate is of the enterprise and of no line of it.
TEST_F(Silent, NoLineHoldsTheEstimateOfItsEnterprise) {
  const auto scope = Scope{}.with("enterprise", "E2").with("line", "L1");
  EXPECT_EQ(exact_text(made_in("2019-Q1", scope)), "44");
}

TEST_F(Silent, TheTreeShowsEachEstimate) {
  IndicatorRequest request;
  request.ids = {"industrial_value_added_comparable"};
  request.period = Period::parse("2019-Q1").value();
  request.scope = Scope{}.with("enterprise", "E2");
  request.explain = true;
  const auto row = compute(request, inputs_, world_, imputing(), kNow).value().front();
  const auto& plant = row.explanation->children.at(0).children.at(0);
  ASSERT_EQ(plant.children.size(), 3U);
  EXPECT_EQ(plant.children[0].label, "line L1");
  EXPECT_EQ(plant.children[0].value, "4400");
  const auto& march = plant.children[2];
  EXPECT_EQ(march.label, "imputed 2019-03");
  EXPECT_EQ(march.value, "4175");
  EXPECT_EQ(march.children.at(0).value, "4000");  // of base.csv
  EXPECT_EQ(march.children.at(1).value, "167/160");
  EXPECT_EQ(march.children[1].children.at(0).children.size(), 2U);  // E1 and E3
}

}  // namespace
}  // namespace songhua::indicators
