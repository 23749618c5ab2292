#include "world.h"

// What is put in for factories that have not reported, of products and markets: the same method, with the products and
// markets of their last year (indicators.md 9, docs/bulletin.md).
namespace songhua::indicators {
namespace {

Settings imputing() {
  Settings settings;
  settings.impute_growth = true;
  return settings;
}

// By hand, of every month from January to March; fen and pieces. E2 is silent in March 2019.
//
//              2018                                2019, E1 in March
//              E1                 E2               E1
//   thing      100                 30              110          at 100 comparable, 100 now
//   part        10                  6               13          at 200 comparable, 300 now
//   GOV_cmp     12000              4200            13600        so E2 is taken to make 17/15 of last March:
//                                                               34 things, 6.8 parts, 4760 fen = 34 * 100 + 6.8 * 200
//   sold, CN    80                  20              85          at 100
//         RU    20                   5              30          at 120
//         JP                         4                          at 120
//   EDV         2400               1080            3600         so E2 3/2 of it: 900 to RU, 720 to JP
class SilentMaker : public ::testing::Test {
 protected:
  SilentMaker() {
    Files files;
    files.put(InputKind::catalogue, R"(base_year = 2018
[[product]]
id = "thing"
industry = "C26"
unit = "unit"
decimals = 2
  [[product.price]]
  price = 100
  comparable_price = 100
  export_price = 120
  va_rate = 5000
[[product]]
id = "part"
industry = "C26"
unit = "unit"
decimals = 2
  [[product.price]]
  price = 300
  comparable_price = 200
  export_price = 120
  va_rate = 2500
[[product]]
id = "rail"
industry = "C37"
unit = "unit"
  [[product.price]]
  price = 100
  comparable_price = 100
  export_price = 100
  va_rate = 10000
)");
    files.enterprises({"E1,220102,C26,159,1", "E2,220102,C26,159,1", "E4,220203,C37,159,1"});
    std::vector<std::string> base;
    const auto row = [&](const std::string& id, const std::string& period, const std::string& item,
                         const std::string& product, const std::string& market, int value) {
      base.push_back(id + "," + period + "," + item + "," + product + "," + market + "," + std::to_string(value) +
                     ",unit");
    };
    for (const char* month : {"2018-01", "2018-02", "2018-03"}) {
      row("E1", month, "output.good", "thing", "", 100);
      row("E1", month, "output.good", "part", "", 10);
      row("E2", month, "output.good", "thing", "", 30);
      row("E2", month, "output.good", "part", "", 6);
      row("E1", month, "dispatch.quantity", "thing", "CN", 80);
      row("E1", month, "dispatch.quantity", "thing", "RU", 20);
      row("E2", month, "dispatch.quantity", "thing", "CN", 20);
      row("E2", month, "dispatch.quantity", "thing", "RU", 5);
      row("E2", month, "dispatch.quantity", "thing", "JP", 4);
    }
    for (const auto& [id, things, parts] : {std::tuple{"E1", 1200, 120}, std::tuple{"E2", 360, 72}}) {
      row(id, "2018", "output.good", "thing", "", things);
      row(id, "2018", "output.good", "part", "", parts);
    }
    inputs_ = files.base(base).inputs();
    for (const char* day : {"2019-01-05", "2019-02-05", "2019-03-05"}) made(day, "E1", 110, 13, 85, 30, 0);
    made("2019-01-05", "E2", 31, 7, 20, 6, 5);
    made("2019-02-05", "E2", 31, 7, 20, 6, 5);
    // E4 made rails and nothing else, and has not reported since.
    world_.good("2018-03-05", "E4", "rail", 50);
  }

  void made(const std::string& day, const std::string& id, int things, int parts, int home, int russia, int japan) {
    world_.good(day, id, "thing", things).good(day, id, "part", parts);
    world_.dispatched(day, id, "thing", home, "CN").dispatched(day, id, "thing", russia, "RU");
    if (japan != 0) world_.dispatched(day, id, "thing", japan, "JP");
  }
  IndicatorRow ask(const std::string& id, const std::string& period, const Scope& scope = {}) {
    return row_of(id, period, inputs_, world_, scope, imputing());
  }
  static Scope of(const std::string& key, const std::string& value) { return Scope{}.with(key, value); }

  Inputs inputs_;
  World world_;
};

TEST_F(SilentMaker, OutputOfProductsHoldsTheEstimate) {
  EXPECT_EQ(exact(ask("product_output", "2019-03", of("product", "thing"))), "144");
  EXPECT_EQ(exact(ask("product_output", "2019-03", of("product", "part"))), "99/5");  // 13 + 6.8
  EXPECT_EQ(exact(ask("daily_output", "2019-03", of("product", "thing"))), "144/31");
  EXPECT_EQ(exact(ask("product_output_growth", "2019-03", of("product", "thing"))), "140/13");  // 144 / 130
  EXPECT_EQ(exact(ask("product_output_growth", "2019-03", of("product", "part"))), "95/4");     // 19.8 / 16
  const auto row = ask("product_output", "2019-03", of("product", "thing"));
  EXPECT_TRUE(row.flags.contains("imputed"));
  EXPECT_EQ(row.status, Status::preliminary);
  EXPECT_EQ(exact_text(*row.imputed_share), "425/18");  // 34 of 144
  EXPECT_EQ(exact(row_of("product_output", "2019-03", inputs_, world_, of("product", "thing"))), "110");
}

// Quantities at comparable prices are the gross output that is put in, as a whole and product by product.
TEST_F(SilentMaker, QuantitiesAndAmountsSayTheSame) {
  const auto plant = of("enterprise", "E2");
  EXPECT_EQ(exact(ask("gross_output_comparable", "2019-03", plant)), "119/25000");  // 4760 fen in CNY 10k
  Rational sum = 0;
  for (const auto& [product, price] : {std::pair{"thing", 100}, std::pair{"part", 200}}) {
    const auto scope = plant.with("product", product);
    const Rational value = *ask("gross_output_comparable", "2019-03", scope).value * 1'000'000;
    EXPECT_EQ(value, *ask("product_output", "2019-03", scope).value * price) << product;
    sum += value;
  }
  EXPECT_EQ(sum, 4760);
}

TEST_F(SilentMaker, ExportsByCountryHoldTheEstimateAndAddUp) {
  EXPECT_EQ(exact(ask("export_delivery_value", "2019-03", of("market", "RU"))), "9/2000");   // 3600 + 900 fen
  EXPECT_EQ(exact(ask("export_delivery_value", "2019-03", of("market", "JP"))), "9/12500");  // 720 fen
  EXPECT_EQ(exact(ask("export_delivery_value", "2019-03", of("market_group", "northeast_asia"))), "261/50000");
  EXPECT_EQ(exact(ask("export_delivery_growth", "2019-03", of("market", "RU"))), "50");  // 4500 / 3000
  // Nobody that has reported sold to Japan in March: the list of countries has it all the same.
  Rational sum = 0;
  std::set<std::string> markets;
  for (const auto& row : rows_of({"export_delivery_value"}, "2019-03", inputs_, world_, {}, imputing(), "market")) {
    sum += *row.value;
    markets.insert(row.scope.get("market"));
  }
  EXPECT_EQ(markets, (std::set<std::string>{"CN", "JP", "RU"}));
  EXPECT_EQ(sum, *ask("export_delivery_value", "2019-03").value);
}

TEST_F(SilentMaker, TheIndexHoldsTheEstimate) {
  const auto row = ask("production_index", "2019-03", of("industry", "C26"));
  EXPECT_EQ(exact(row), "340/3");  // (144 * 100 + 19.8 * 200) / (194400 / 12)
  EXPECT_TRUE(row.flags.contains("imputed"));
  EXPECT_EQ(exact_text(*row.imputed_share), "700/27");                                         // 4760 of 18360
  EXPECT_EQ(exact(ask("production_index_growth", "2019-03", of("industry", "C26"))), "40/3");  // last March was 100
}

TEST_F(SilentMaker, MonthsAddUp) {
  for (const char* product : {"thing", "part"}) {
    const auto scope = of("product", product);
    Rational sum = 0;
    for (const char* month : {"2019-01", "2019-02", "2019-03"}) sum += *ask("product_output", month, scope).value;
    for (const char* period : {"2019-Q1", "2019-01..03"}) {
      EXPECT_EQ(*ask("product_output", period, scope).value, sum) << product << ' ' << period;
    }
    EXPECT_TRUE(ask("product_output", "2019-Q1", scope).warnings.contains("partly_reporting"));
  }
  Rational index = 0;
  for (const char* month : {"2019-01", "2019-02", "2019-03"}) {
    index += *ask("production_index", month, of("industry", "C26")).value;
  }
  EXPECT_EQ(*ask("production_index", "2019-Q1", of("industry", "C26")).value * 3, index);
}

TEST_F(SilentMaker, DataTakesThePlaceOfTheEstimate) {
  made("2019-03-06", "E2", 29, 5, 20, 6, 5);
  const auto row = ask("product_output", "2019-03", of("product", "thing"));
  EXPECT_EQ(exact(row), "139");
  EXPECT_EQ(row.status, Status::final);
  EXPECT_TRUE(row.flags.empty());
  EXPECT_FALSE(row.imputed_share);
}

// Who made rails only is not waited for where things are counted; where everything is, it is.
TEST_F(SilentMaker, OnlyWhoMakesAProductIsWaitedFor) {
  made("2019-03-06", "E2", 29, 5, 20, 6, 5);
  EXPECT_EQ(ask("product_output", "2019-03", of("product", "thing")).status, Status::final);
  EXPECT_EQ(ask("export_delivery_value", "2019-03", of("market", "RU")).status, Status::final);
  EXPECT_EQ(ask("product_output", "2019-03", of("product", "rail")).status, Status::preliminary);
  EXPECT_EQ(ask("gross_output_current", "2019-03").status, Status::preliminary);
  EXPECT_EQ(ask("production_index", "2019-03").status, Status::preliminary);
}

// A pull divides by last year's whole: what the whole still waits for this year is not in it.
TEST_F(SilentMaker, APullWaitsForItsPartOnly) {
  made("2019-03-06", "E2", 29, 5, 20, 6, 5);
  const auto pulls = rows_of({"pull", "contribution"}, "2019-03", inputs_, world_, {}, imputing(), "division");
  for (const auto& row : pulls) {
    const bool own = row.scope.get("industry") == "C26" && row.indicator == "pull";
    EXPECT_EQ(row.status, own ? Status::final : Status::preliminary) << to_json(row, true).dump();
  }
  EXPECT_EQ(pulls.size(), 4U);
}

// What is put in follows the whole's growth in every part: no line has it, no energy of a product is made with it.
TEST_F(SilentMaker, WhatHasNoPastOfItsOwnIsNotEstimated) {
  EXPECT_EQ(exact(ask("product_output", "2019-03", of("enterprise", "E2").with("line", "L1").with("product", "thing"))),
            "0");
  EXPECT_EQ(ask("energy_per_unit", "2019-03", of("enterprise", "E2").with("product", "thing")).value.reason(),
            Reason::no_output);
}

TEST_F(SilentMaker, TheTreeShowsTheEstimateOfEachProduct) {
  IndicatorRequest request;
  request.ids = {"product_output"};
  request.period = Period::parse("2019-03").value();
  request.scope = of("product", "part");
  request.explain = true;
  const auto row = compute(request, inputs_, world_, imputing(), kNow).value().front();
  const auto& plants = row.explanation->children.at(0).children;
  ASSERT_EQ(plants.size(), 2U);
  const auto& estimate = plants[1].children.at(0);
  EXPECT_EQ(estimate.label, "imputed part 2019-03");
  EXPECT_EQ(estimate.value, "34/5");
  EXPECT_EQ(estimate.children.at(0).value, "6");
  EXPECT_TRUE(estimate.children[0].children.at(0).source.starts_with("base.csv:"));
  EXPECT_EQ(estimate.children.at(2).value, "17/15");
  EXPECT_EQ(estimate.children[2].children.at(0).value, "13600");
}

}  // namespace
}  // namespace songhua::indicators
