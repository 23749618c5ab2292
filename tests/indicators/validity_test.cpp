// What holds for a part of a period only: rows of the register by date, products that come and go, bases that tell of
// some months or of all markets.
#include <set>

#include "world.h"

namespace songhua::indicators {
namespace {

using ::testing::HasSubstr;

const Scope kAll;

std::string base_header() {
  return "enterprise,period,item,product,market,value,unit\n";
}

// June has 30 days: 15 at 16 h and 60 an hour, 15 at 8 h and 120 an hour are 28,800 vehicles.
TEST(Capacity, FollowsTheRegisterDayByDay) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  files.put(InputKind::lines,
            "enterprise,line,product,valid_from,valid_to,capacity_per_hour,normal_hours\n"
            "E1,L1,car-ice-sedan,,2019-06-16,60,16\nE1,L1,car-ice-sedan,2019-06-16,,120,8\n");
  const auto inputs = files.inputs();
  World early, late, spread;
  early.good("2019-06-05", "E1", "car-ice-sedan", 14'400);
  late.good("2019-06-25", "E1", "car-ice-sedan", 14'400);
  spread.good("2019-06-05", "E1", "car-ice-sedan", 7'200).good("2019-06-25", "E1", "car-ice-sedan", 7'200);
  for (auto* world : {&early, &late, &spread}) {
    EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-06", inputs, *world)), "50");
  }
  World may;
  may.good("2019-05-05", "E1", "car-ice-sedan", 60 * 16 * 31);
  EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-05", inputs, may)), "100");
}

// What is made in an hour at the new capacity takes half the time: effectiveness counts each piece at its own cycle.
TEST(Kpis, CountEachPieceAtItsOwnCycleTime) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  files.put(InputKind::lines,
            "enterprise,line,product,valid_from,valid_to,capacity_per_hour\n"
            "E1,L1,car-ice-sedan,,2019-06-16,60\nE1,L1,car-ice-sedan,2019-06-16,,120\n");
  const auto inputs = files.inputs();
  World world;
  world.good("2019-06-05", "E1", "car-ice-sedan", 60).good("2019-06-25", "E1", "car-ice-sedan", 120);
  world.add("2019-06-05", "E1", "L1", {"time.execute", "", ""}, 3 * 3'600'000);
  EXPECT_EQ(exact(row_of("effectiveness", "2019-06", inputs, world)), "200/3");
}

TEST(Capacity, OfAStandingLineIsThatOfTheProductItWouldMakeThen) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  files.put(InputKind::lines,
            "enterprise,line,product,valid_from,valid_to\nE1,L1,car-ice-sedan,,\n"
            "E1,L2,car-ice-sedan,,2019-06-01\nE1,L2,car-nev-bev,2019-06-01,\n");
  const auto inputs = files.inputs();
  World world;  // L1 makes all that it can
  world.good("2019-06-05", "E1", "car-ice-sedan", 28'800).good("2019-05-05", "E1", "car-ice-sedan", 29'760);
  world.good("2019-06-05", "E1", "car-nev-bev", 0, "CN", "L2").good("2019-05-05", "E1", "car-nev-bev", 0, "CN", "L2");
  const Rational sedan = Rational(60) * 11'200'000, electric = Rational(48) * 18'000'000;
  EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-05", inputs, world)), "50");
  EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-06", inputs, world)),
            exact_text(Rational(sedan / (sedan + electric) * 100)));
}

// A rate that a row overrides from mid-June on does not make the line a new one.
TEST(Capacity, ALineThatWasHeardExistsBeforeItsRowBegins) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  files.put(InputKind::lines, "enterprise,line,product,valid_from,va_rate\nE1,L1,car-ice-sedan,2019-06-16,2500\n");
  const auto inputs = files.inputs();
  World world;
  world.good("2019-06-05", "E1", "car-ice-sedan", 14'400).heard_since("E1", "L1", "2018-01-01");
  EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-06", inputs, world)), "50");
}

TEST(Prices, OfALineHoldForAllItsProductsWhereTheRowNamesNone) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  files.put(InputKind::lines, "enterprise,line,product,va_rate\nE1,L1,,1000\nE1,L1,car-nev-bev,3000\n");
  const auto inputs = files.inputs();
  World world;
  world.good("2019-06-05", "E1", "car-ice-sedan", 10).good("2019-06-05", "E1", "car-nev-bev", 10);
  // 10 * 110,000 * 10 % and 10 * 175,000 * 30 %
  EXPECT_EQ(shown(row_of("industrial_value_added", "2019-06", inputs, world)), "63.50");
}

// A product whose rows begin in March adds its months to the base of the year; the other one has all.
TEST(Bases, CountAProductWithTheMonthsThatItHas) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  std::string text = base_header();
  for (const char* month : {"01..02", "03", "04"}) {
    text += std::string("E1,2018-") + month + ",output.good,car-ice-sedan,,100,vehicle\n";
  }
  text += "E1,2018-03,output.good,car-nev-bev,CN,10,vehicle\nE1,2018-03,output.good,car-nev-bev,DE,5,vehicle\n";
  const auto inputs = files.put(InputKind::base, text).inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 200);
  const Rational sedan = Rational(11'200'000) * 22 / 100, electric = Rational(18'000'000) * 24 / 100;
  const Rational base = 200 * sedan + 15 * electric;
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-Q1", inputs, world)),
            exact_text(Rational(200 * sedan / base * 100 - 100)));
  // In April it had gone: a known zero; of May nobody has told anything.
  world.good("2019-04-05", "E1", "car-ice-sedan", 110).good("2019-05-05", "E1", "car-ice-sedan", 110);
  EXPECT_EQ(shown(row_of("value_added_growth", "2019-04", inputs, world)), "10.0");
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-05", inputs, world)), "no_base");
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-H1", inputs, world)), "no_base");
}

TEST(Bases, OfAllMarketsAndOfEachAreNotAddedUp) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  const auto inputs = files
                          .base({"E1,2018-03,output.good,car-ice-sedan,,100,vehicle",
                                 "E1,2018-03,output.good,car-ice-sedan,CN,60,vehicle",
                                 "E1,2018-03,output.good,car-ice-sedan,RU,40,vehicle"})
                          .inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 105);
  EXPECT_EQ(shown(row_of("value_added_growth", "2019-03", inputs, world)), "5.0");
}

// Sales at home and abroad have prices of their own: how much was sold in all says nothing of what it brought.
TEST(Bases, OfSalesNeedTheMarket) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  World world;
  world.dispatched("2019-03-05", "E1", "car-ice-sedan", 110).dispatched("2019-03-05", "E1", "car-ice-sedan", 20, "RU");
  world.good("2019-03-05", "E1", "car-ice-sedan", 130);
  auto without = files;
  const auto untold = without.base({"E1,2018-03,dispatch.quantity,car-ice-sedan,,100,vehicle"}).inputs();
  EXPECT_EQ(exact(row_of("export_delivery_growth", "2019-03", untold, world)), "no_base");
  const auto told = files
                        .base({"E1,2018-03,dispatch.quantity,car-ice-sedan,CN,90,vehicle",
                               "E1,2018-03,dispatch.quantity,car-ice-sedan,RU,10,vehicle"})
                        .inputs();
  EXPECT_EQ(shown(row_of("export_delivery_growth", "2019-03", told, world)), "100.0");
}

// A new plant sold nothing anywhere: a known zero for each market, which counts at both ends (indicators.md 4.1). Of
// the plant beside it nothing is known: it is left out.
TEST(Bases, OfNothingInAllMarketsAreNothingInEach) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10", "E3,220102,C3611,159,10"});
  World world;
  for (const char* enterprise : {"E1", "E2", "E3"}) {
    world.good("2019-03-05", enterprise, "car-ice-sedan", 20)
        .dispatched("2019-03-05", enterprise, "car-ice-sedan", 20, "RU");
  }
  const auto inputs = files
                          .base({"E1,2018-03,dispatch.quantity,car-ice-sedan,RU,25,vehicle",
                                 "E2,2018-03,dispatch.quantity,car-ice-sedan,,0,vehicle"})
                          .inputs();
  const auto row = row_of("export_delivery_growth", "2019-03", inputs, world);
  EXPECT_EQ(shown(row), "60.0") << "40 of E1 and E2 against 25";
  EXPECT_EQ(row.warnings.at("no_base").count, 1);
  Scope abroad;
  abroad.keys["market"] = "RU";
  EXPECT_EQ(shown(row_of("export_delivery_growth", "2019-03", inputs, world, abroad)), "60.0");
}

// 2019-03-15 at 300, from April on 330: the first full month's price over two years of price indices.
TEST(NewProducts, HaveThePriceOfTheirFirstFullMonthAtTheBaseYearsLevel) {
  const std::string catalogue =
      "base_year = 2018\n[[product]]\nid = \"x\"\nindustry = \"C3611\"\nunit = \"unit\"\n"
      "[[product.price]]\nvalid_from = 2019-03-15\nprice = 300\nexport_price = 300\nva_rate = 10000\n"
      "[[product.price]]\nvalid_from = 2019-04-01\nprice = 330\n";
  Files files;
  files.put(InputKind::catalogue, catalogue).enterprises({"E1,220102,C3611,159,10"});
  World world;
  world.good("2020-03-05", "E1", "x", 1'000'000);
  const auto unknown = files.inputs();
  const auto guessed = row_of("gross_output_comparable", "2020-03", unknown, world);
  EXPECT_EQ(shown(guessed), "330.00");
  EXPECT_TRUE(guessed.flags.contains("price_imputed"));
  const auto known = files.put(InputKind::ppi, "industry,period,index\nC36,2019,110\n").inputs();
  const auto row = row_of("gross_output_comparable", "2020-03", known, world);
  EXPECT_EQ(shown(row), "300.00");
  EXPECT_FALSE(row.flags.contains("price_imputed"));
}

TEST(Target, ShowsBothGrowthsOfLastYearWhereTheyDiffer) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  std::vector<std::string> base{"E1,2017,va_cmp,,,1200,CNY 10k"};
  for (int m = 1; m <= 12; ++m) {
    base.push_back("E1,2018-" + std::string(m < 10 ? "0" : "") + std::to_string(m) + ",va_cmp,,,104,CNY 10k");
  }
  files.base(base);
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 1);
  auto apart = files, together = files;
  const auto differing = apart.put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"5.0\"\n").inputs();
  const auto row = row_of("target.target_growth_pct", "2019-03", differing, world);
  EXPECT_EQ(shown(row), "6.0");
  ASSERT_TRUE(row.warnings.contains("last_year_growth_differs"));
  EXPECT_EQ(row.warnings.at("last_year_growth_differs").items,
            (std::set<std::string>{"by the bases 4.0", "published 5.0"}));
  const auto same = together.put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"4.0\"\n").inputs();
  const auto agreed = row_of("target.target_growth_pct", "2019-03", same, world);
  EXPECT_FALSE(agreed.warnings.contains("last_year_growth_differs"));
}

TEST(Scopes, AnEmptyCodeIsAnErrorAndNoCrash) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  const auto parts = parts_of(kAll.with("region", ""), "prefecture", inputs, inputs.day_of(kNow));
  ASSERT_FALSE(parts);
  EXPECT_THAT(parts.error().message, HasSubstr("unknown code ''"));
}

}  // namespace
}  // namespace songhua::indicators
