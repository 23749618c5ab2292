#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

#include "indicators/growth.h"
#include "indicators/production_index.h"
#include "world.h"

// Rules that hold for all inputs, and comparisons with slow, obviously right sums on big rationals.
namespace songhua::indicators {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Scope kAll;

// Rounding by the definition: the nearest multiple of 10^-d, ties away from zero.
std::string slow_present(const Rational& value, int decimals) {
  const BigInt scale = boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(decimals));
  const Rational scaled = abs(value) * scale;
  BigInt k = numerator(scaled) / denominator(scaled);
  if (scaled - Rational(k) >= Rational(1, 2)) k += 1;
  const BigInt whole = k / scale;
  std::string places = BigInt(k % scale).str();
  places.insert(0, static_cast<std::size_t>(decimals) - std::min(places.size(), static_cast<std::size_t>(decimals)),
                '0');
  return (value < 0 && k != 0 ? "-" : "") + whole.str() + (decimals > 0 ? "." + places : "");
}

RC_GTEST_PROP(Presentation, RoundsHalfAwayFromZeroWithExactlyTheDecimals, ()) {
  const auto num = *rc::gen::arbitrary<std::int64_t>();
  const auto den = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  const int decimals = *rc::gen::inRange(0, 7);
  const Rational value = Rational(BigInt(num), BigInt(den));
  RC_ASSERT(present(value, decimals) == slow_present(value, decimals));
}

TEST(Presentation, TiesAndZeros) {
  EXPECT_EQ(present(Rational(-1, 250), 1), "0.0");
  EXPECT_EQ(present(Rational(1, 2), 0), "1");
  EXPECT_EQ(present(Rational(-1, 2), 0), "-1");
  EXPECT_EQ(present(Rational(5, 1000), 2), "0.01");
  EXPECT_EQ(present(Rational(0), 4), "0.0000");
  EXPECT_EQ(present(Rational(BigInt("123456789012345678901234567890")), 1), "123456789012345678901234567890.0");
}

RC_GTEST_PROP(Exact, DecimalTextIsReadExactly, ()) {
  const auto units = *rc::gen::arbitrary<std::int64_t>();
  const int decimals = *rc::gen::inRange(1, 10);
  const Rational value =
      Rational(BigInt(units), boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(decimals)));
  RC_ASSERT(parse_exact(present(value, decimals)) == std::optional<Rational>(value));
  RC_ASSERT(parse_exact(exact_text(value)) == std::optional<Rational>(value));
}

TEST(Exact, WhatIsNoNumberIsRefused) {
  for (const char* text : {"", "-", "1e3", "1,000", " 1", "1.", ".5", "1/0", "1/-2", "0x10", "--1", "1/2/3"}) {
    EXPECT_EQ(parse_exact(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_exact("010"), std::optional<Rational>(10));
}

struct Sale {
  int enterprise;
  int product;
  int day;
  std::int64_t good;
  std::int64_t dispatched;
  bool exported;
};

const std::vector<std::string> kProducts{"car-ice-sedan", "rubber-epdm", "npk-15-15-15", "laser-dpss"};
const std::vector<std::string> kEnterprises{"E1,220102,C3611,159,10", "E2,220203,C2652,310,20",
                                            "E3,222401,C2624,210,30"};

std::vector<Sale> any_sales() {
  return *rc::gen::container<std::vector<Sale>>(rc::gen::build<Sale>(
      rc::gen::set(&Sale::enterprise, rc::gen::inRange(1, 4)), rc::gen::set(&Sale::product, rc::gen::inRange(0, 4)),
      rc::gen::set(&Sale::day, rc::gen::inRange(1, 32)),
      rc::gen::set(&Sale::good, rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)),
      rc::gen::set(&Sale::dispatched, rc::gen::inRange<std::int64_t>(0, 1'000'000)),
      rc::gen::set(&Sale::exported, rc::gen::arbitrary<bool>())));
}

std::string day_name(int day) {
  return std::string("2019-03-") + (day < 10 ? "0" : "") + std::to_string(day);
}

void fill(World& world, const std::vector<Sale>& sales) {
  for (const auto& s : sales) {
    const auto enterprise = "E" + std::to_string(s.enterprise);
    const auto& product = kProducts[static_cast<std::size_t>(s.product)];
    world.good(day_name(s.day), enterprise, product, s.good);
    world.dispatched(day_name(s.day), enterprise, product, s.dispatched, s.exported ? "RU" : "CN");
  }
}

// A price change in the middle of the month splits it: the oracle prices every event at its own day.
RC_GTEST_PROP(Levels, EqualASlowSumOfPricedEvents, ()) {
  const auto sales = any_sales();
  Files files;
  files.default_catalogue().enterprises(kEnterprises);
  files.put(InputKind::prices,
            "enterprise,product,valid_from,price,export_price,va_rate\n,car-ice-sedan,2019-03-16,22000001/2,,2100\n"
            "E2,rubber-epdm,2019-03-20,1400,1350,\n");
  const auto inputs = files.inputs();
  World world;
  fill(world, sales);
  Rational gross = 0, value_added = 0, sold = 0;
  for (const auto& s : sales) {
    const auto& product = *inputs.catalogue.find(kProducts[static_cast<std::size_t>(s.product)]);
    const auto base = product.price_at(kFirstDay);
    Rational price = rational(*base.price), rate = *base.va_rate, abroad = rational(*base.export_price);
    if (product.id == "car-ice-sedan" && s.day >= 16) price = Rational(22'000'001, 2), rate = 2100;
    if (product.id == "rubber-epdm" && s.enterprise == 2 && s.day >= 20) price = 1400, abroad = 1350;
    gross += s.good * price;
    value_added += s.good * price * rate / 10'000;
    sold += s.dispatched * (s.exported ? abroad : price);
  }
  RC_ASSERT(*row_of("gross_output_current", "2019-03", inputs, world).value == gross / 1'000'000);
  RC_ASSERT(*row_of("industrial_value_added", "2019-03", inputs, world).value == value_added / 1'000'000);
  RC_ASSERT(*row_of("sales_value", "2019-03", inputs, world).value == sold / 1'000'000);
}

RC_GTEST_PROP(Levels, PartsAddUpToTheWholeAlongEveryDimension, ()) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises(kEnterprises).inputs();
  World world;
  fill(world, any_sales());
  const auto whole = *row_of("gross_output_current", "2019-03", inputs, world).value;
  for (const char* by : {"region", "county", "industry", "section", "enterprise", "ownership", "holding", "size",
                         "product", "line", "market"}) {
    Rational sum = 0;
    for (const auto& row : rows_of({"gross_output_current"}, "2019-03", inputs, world, kAll, {}, by)) sum += *row.value;
    RC_ASSERT(sum == whole);
  }
}

RC_GTEST_PROP(Growth, ExactPullsAddUpToTheRate, ()) {
  const auto values = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(-1000, 1000), rc::gen::inRange(1, 1000)));
  RC_PRE(!values.empty());
  Rational now = 0, base = 0, pulled = 0;
  for (const auto& [n, b] : values) now += n, base += b;
  const GrowthPart total{now, base};
  for (const auto& [n, b] : values) pulled += *pull({Rational(n), Rational(b)}, total);
  RC_ASSERT(pulled == *growth(now, base));
}

RC_GTEST_PROP(ProductionIndex, OfManyMonthsIsTheMeanOfItsMonths, ()) {
  const auto months = *rc::gen::container<std::vector<int>>(3, rc::gen::inRange(0, 1000));
  Rational sum = 0, total = 0;
  for (const auto q : months) {
    sum += *industry_index({{q, 1200, 50}}, 1);
    total += q;
  }
  RC_ASSERT(*industry_index({{total, 1200, 50}}, 3) == sum / 3);
}

TEST(Growth, AnEnterpriseWithoutBaseIsLeftOutAtBothEndsAndCounted) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10", "E3,220102,C3611,159,10"});
  // 1,000 sedans at comparable prices are 2,464 (CNY 10k); a base of zero is a known zero.
  const auto inputs = files.base({"E1,2018-03,va_cmp,,,2464,CNY 10k", "E3,2018-03,va_cmp,,,0,CNY 10k"}).inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 1100).good("2019-03-05", "E2", "car-ice-sedan", 500);
  world.good("2019-03-05", "E3", "car-ice-sedan", 100);
  world.from_start(false);  // the own rollup does not reach back
  const auto row = row_of("value_added_growth", "2019-03", inputs, world);
  EXPECT_EQ(exact(row), "20");
  EXPECT_EQ(row.warnings.at("no_base").items, std::set<std::string>{"E2"});
  EXPECT_EQ(shown(row_of("industrial_value_added_comparable", "2019-03", inputs, world)), "4188.80");
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-03", inputs, world, kAll.with("enterprise", "E2"))), "no_base");
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-03", inputs, world, kAll.with("enterprise", "E3"))),
            "base_not_positive");
}

// What an enterprise of the register that has sent nothing yet will send may bring its base, too: until then no rate of
// the group is final.
TEST(Growth, IsPreliminaryWhileAnEnterpriseWithoutBaseHasNotReported) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10"});
  std::vector<std::string> base;
  for (int m = 1; m <= 12; ++m) {
    for (const char* item :
         {"va_cmp,,,2464,CNY 10k", "output.good,car-ice-sedan,,1000,vehicle", "energy_tce,,,9,tce"}) {
      base.push_back("E1,2018-" + std::string(m < 10 ? "0" : "") + std::to_string(m) + "," + item);
    }
  }
  files.base(base).put(InputKind::target, "[[target]]\nyear = 2019\ngrowth = \"6\"\n");
  const auto inputs = files.inputs();
  World alone, both;
  for (auto* world : {&alone, &both}) {
    for (const char* day : {"2019-01-05", "2019-02-05", "2019-03-05"}) world->good(day, "E1", "car-ice-sedan", 1100);
    world->add("2019-03-05", "E1", "L1", {"energy.electricity", "", ""}, 1'000'000);
  }
  for (const char* day : {"2019-01-05", "2019-02-05", "2019-03-05"}) both.good(day, "E2", "rubber-epdm", 7);
  for (const char* id : {"value_added_growth", "product_output_growth", "target.gap_pp", "energy_intensity_change",
                         "divisions_grown", "production_index_growth"}) {
    const auto scope = std::string(id) == "product_output_growth" ? kAll.with("product", "car-ice-sedan") : kAll;
    const auto early = row_of(id, "2019-03", inputs, alone, scope);
    EXPECT_EQ(early.status, Status::preliminary) << id;
    EXPECT_EQ(early.warnings.at("not_reporting").items, std::set<std::string>{"E2"}) << id;
    EXPECT_EQ(row_of(id, "2019-03", inputs, both, scope).status, Status::final) << id;
  }
}

TEST(Growth, TheOwnRollupIsTheBaseWhereEveryExpectedLineCoversIt) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  World covered;
  covered.good("2018-03-05", "E1", "car-ice-sedan", 100).good("2019-03-05", "E1", "car-ice-sedan", 105);
  const auto row = row_of("value_added_growth", "2019-03", inputs, covered);
  EXPECT_EQ(exact(row), "5");
  EXPECT_EQ(row.base_source, "rollup");
  World begun_late;
  begun_late.from_start(false)
      .good("2018-03-05", "E1", "car-ice-sedan", 100)
      .good("2019-03-05", "E1", "car-ice-sedan", 105);
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-03", inputs, begun_late)), "no_base");
}

// All of last year is in and only settles: the base is there already, and the rate waits with it. A base of which a
// part is not in yet is none.
TEST(Growth, ABaseThatOnlySettlesIsABaseAndPreliminary) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  for (const bool settling : {true, false}) {
    World world;
    world.settling(settling);
    world.add("2018-03-05", "E1", "L1", {"output.good", "car-ice-sedan", "CN"}, 1000, Status::preliminary);
    world.good("2019-03-05", "E1", "car-ice-sedan", 1050);
    for (const char* id : {"value_added_growth", "product_output_growth"}) {
      const auto scope = std::string(id) == "product_output_growth" ? kAll.with("product", "car-ice-sedan") : kAll;
      const auto row = row_of(id, "2019-03", inputs, world, scope);
      EXPECT_EQ(shown(row), settling ? "5.0" : "no_base") << id;
      if (settling) {
        EXPECT_EQ(row.status, Status::preliminary) << id;
      }
    }
  }
}

TEST(Scopes, EmptyOnesGiveZeroForLevelsAndNullForRatios) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 1);
  const auto nobody = kAll.with("region", "2208");
  EXPECT_EQ(shown(row_of("gross_output_current", "2019-03", inputs, world, nobody)), "0.00");
  EXPECT_EQ(exact(row_of("sales_output_ratio", "2019-03", inputs, world, nobody)), "no_output");
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-03", inputs, world, nobody)), "no_base");
  EXPECT_EQ(exact(row_of("connection_rate", "2019-03", inputs, world, nobody)), "no_equipment");
  EXPECT_EQ(exact(row_of("oee", "2019-03", inputs, world, nobody)), "no_busy_time");
  EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-03", inputs, world, nobody)), "no_capacity");
  EXPECT_EQ(exact(row_of("labour_productivity", "2019-03", inputs, world, nobody)), "no_employees");
  EXPECT_EQ(exact(row_of("target.gap_pp", "2019-03", inputs, world, nobody)), "no_base");
}

TEST(Scopes, GroupsSelectByTheirOwnCodes) {
  Files files;
  const auto inputs = files.default_catalogue()
                          .enterprises({"E1,220102,C3612,159,10", "E2,220282,C2652,310,10", "E3,222404,C3976,210,10"})
                          .inputs();
  World world;
  world.good("2019-03-05", "E1", "car-nev-bev", 10).good("2019-03-05", "E1", "car-ice-sedan", 30);
  world.good("2019-03-05", "E2", "rubber-epdm", 1000).good("2019-03-05", "E3", "laser-dpss", 7);
  const auto members = [&](const std::string& group) {
    std::set<std::string> ids;
    for (const auto* e : select_enterprises(kAll.with("group", group), inputs, parse_day("2019-03-31").value(), false))
      ids.insert(e->id);
    return ids;
  };
  EXPECT_EQ(members("high_tech"), std::set<std::string>{"E3"});
  EXPECT_EQ(members("equipment"), (std::set<std::string>{"E1", "E3"}));
  EXPECT_EQ(members("changjitu"), (std::set<std::string>{"E1", "E3"}));
  EXPECT_EQ(members("foreign"), std::set<std::string>{"E2"});
  EXPECT_EQ(members("foreign_hmt"), (std::set<std::string>{"E2", "E3"}));
  EXPECT_EQ(shown(row_of("nev_share_vehicles", "2019-03", inputs, world)), "25.0");
  EXPECT_EQ(shown(row_of("product_output", "2019-03", inputs, world, kAll.with("group", "nev"))), "10");
}

TEST(Scopes, MarketGroupsHaveMembersByDate) {
  const auto groups = built_in_groups();
  const auto has = [&](const char* group, const char* country, const char* day) {
    return groups.find_market(group)->has(country, parse_day(day).value());
  };
  EXPECT_FALSE(has("cee", "GR", "2019-03-31"));
  EXPECT_TRUE(has("cee", "GR", "2019-04-30"));
  EXPECT_TRUE(has("cee", "LT", "2021-04-30"));
  EXPECT_FALSE(has("cee", "LT", "2021-05-31"));
  EXPECT_FALSE(has("cee", "EE", "2022-08-31"));
  EXPECT_TRUE(has("eu28", "GB", "2020-01-31"));
  EXPECT_FALSE(has("eu28", "GB", "2020-02-29"));
  EXPECT_FALSE(has("eu27", "GB", "2020-02-29"));
  EXPECT_TRUE(has("eu27", "DE", "2020-02-29"));
  EXPECT_TRUE(has("hmt", "TW", "2019-03-31"));
  EXPECT_NE(groups.find("hmt"), nullptr);  // enterprises funded from there: another group of that name
}

TEST(Quality, WhatIsUnknownIsCountedNotHidden) {
  Files files;
  const auto inputs =
      files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10"}).inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 1).good("2019-03-05", "E1", "mystery", 7);
  world.dispatched("2019-03-05", "E1", "car-ice-sedan", 1, "XX");
  world.unofficial(true).good("2019-03-05", "E1", "car-ice-sedan", 50, "CN", "L9");
  const auto output = row_of("gross_output_current", "2019-03", inputs, world);
  EXPECT_EQ(shown(output), "11.00");  // the unofficial line is in no figure above it
  EXPECT_EQ(output.warnings.at("uncatalogued").items, std::set<std::string>{"mystery"});
  EXPECT_EQ(output.warnings.at("not_reporting").items, std::set<std::string>{"E2"});
  EXPECT_EQ(output.status, Status::preliminary);
  EXPECT_EQ(shown(row_of("gross_output_current", "2019-03", inputs, world, kAll.with("line", "L9"))), "550.00");
  const auto exports = row_of("export_delivery_value", "2019-03", inputs, world);
  EXPECT_EQ(shown(exports), "9.80");
  EXPECT_EQ(exports.warnings.at("unknown_market").items, std::set<std::string>{"XX"});
  EXPECT_EQ(shown(row_of("export_delivery_value", "2019-03", inputs, world, kAll.with("market", "ZZ"))), "9.80");
}

TEST(Quality, AFigureIsPreliminaryWhileALineIsMissingUntilItIsGone) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  World waiting;
  waiting.good("2019-03-05", "E1", "car-ice-sedan", 1).good("2019-02-05", "E1", "car-ice-sedan", 1, "CN", "L2");
  EXPECT_EQ(row_of("gross_output_current", "2019-03", inputs, waiting).status, Status::preliminary);
  World gone;
  gone.good("2019-03-05", "E1", "car-ice-sedan", 1).good("2019-02-05", "E1", "car-ice-sedan", 1, "CN", "L2");
  gone.gone("E1", "L2", "2019-02-20");
  EXPECT_EQ(row_of("gross_output_current", "2019-03", inputs, gone).status, Status::final);
}

Inputs two_plants_with_bases() {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10"});
  files.base({"E1,2018-03,va_cmp,,,600,CNY 10k", "E2,2018-03,va_cmp,,,400,CNY 10k"});
  return files.inputs();
}

// A plant that was shut down makes nothing, and that is known: it is no respondent that is late.
TEST(Quality, AClosedPlantIsAKnownZero) {
  const auto inputs = two_plants_with_bases();
  Settings impute;
  impute.impute_growth = true;
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 10).good("2019-01-05", "E2", "car-ice-sedan", 10, "CN", "L2");
  const auto ask = [&](const std::string& id) { return row_of(id, "2019-03", inputs, world, kAll, impute); };
  EXPECT_EQ(ask("value_added_growth").warnings.at("not_reporting").items, std::set<std::string>{"E2"});
  EXPECT_EQ(shown(ask("coverage")), "60.0");
  world.gone("E2", "L2", "2019-02-01");
  const auto growth = ask("value_added_growth");
  EXPECT_FALSE(growth.warnings.contains("not_reporting"));
  EXPECT_FALSE(growth.flags.contains("imputed"));
  EXPECT_EQ(growth.status, Status::final);
  EXPECT_EQ(shown(growth), "-97.5");  // 10 * 11.2 * 22 % over 600 + 400: its base stays
  EXPECT_EQ(shown(ask("coverage")), "100.0");
}

// What a silent plant once told of its machines holds on, but it is no report.
TEST(Quality, LevelsCarriedForwardAreNoReport) {
  const auto inputs = two_plants_with_bases();
  Settings impute;
  impute.impute_growth = true;
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 10).carried("2019-03-01", "E2", "L1", "equipment.units", 40);
  world.carried("2019-03-01", "E2", "L1", "equipment.connected", 30);
  const auto growth = row_of("value_added_growth", "2019-03", inputs, world, kAll, impute);
  EXPECT_EQ(growth.warnings.at("not_reporting").items, std::set<std::string>{"E2"});
  EXPECT_TRUE(growth.flags.contains("imputed"));
  EXPECT_EQ(growth.status, Status::preliminary);
  EXPECT_EQ(shown(row_of("coverage", "2019-03", inputs, world)), "60.0");
  const auto connected = row_of("connection_rate", "2019-03", inputs, world);
  EXPECT_EQ(shown(connected), "75.0");
  EXPECT_TRUE(connected.warnings.contains("not_reporting"));
}

TEST(Capacity, AStandingLineKeepsItsCapacityAndAGoneOneLeavesThatDay) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  files.put(InputKind::lines, "enterprise,line,product\nE1,L1,car-ice-sedan\nE1,L2,car-ice-sedan\n");
  const auto inputs = files.inputs();
  World standing;
  standing.good("2019-06-05", "E1", "car-ice-sedan", 28'800);  // the whole capacity of L1
  standing.good("2019-06-05", "E1", "car-ice-sedan", 0, "CN", "L2");
  EXPECT_EQ(shown(row_of("capacity_utilisation", "2019-06", inputs, standing)), "50.0");
  World gone;
  gone.good("2019-06-05", "E1", "car-ice-sedan", 28'800);
  gone.good("2019-06-05", "E1", "car-ice-sedan", 0, "CN", "L2").gone("E1", "L2", "2019-06-16");
  EXPECT_EQ(exact(row_of("capacity_utilisation", "2019-06", inputs, gone)), "200/3");
}

TEST(ProductionIndex, ComesFromBaseQuantitiesAndWeightsOfTheRegister) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220203,C2652,159,10"});
  const auto inputs =
      files.base({"E1,2018,output.good,car-ice-sedan,,1200,vehicle", "E2,2018,output.good,rubber-epdm,,120,t"})
          .inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 110).good("2019-03-05", "E2", "rubber-epdm", 9'000);
  world.good("2019-03-05", "E2", "laser-dpss", 3);
  const auto row = row_of("production_index", "2019-03", inputs, world);
  EXPECT_EQ(shown(row), "100.00");  // equal weights of 110 and 90
  EXPECT_EQ(row.base, "2018");
  EXPECT_EQ(row.index, "fixed");
  EXPECT_EQ(row.warnings.at("industry_without_index").items, std::set<std::string>{"C39"});
  EXPECT_EQ(shown(row_of("production_index", "2019-03", inputs, world, kAll.with("industry", "C26"))), "90.00");
  Settings linked;
  linked.chained = true;
  EXPECT_EQ(row_of("production_index", "2019-03", inputs, world, kAll, linked).index, "chained");
}

TEST(Target, IsNullWithoutBaseAndCountsMoneyAfterJanuaryAlone) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"});
  std::vector<std::string> base{"E1,2018-01..02,va_cmp,,,4928,CNY 10k"};
  for (int m = 3; m <= 12; ++m)
    base.push_back("E1,2018-" + std::string(m < 10 ? "0" : "") + std::to_string(m) + ",va_cmp,,,2464,CNY 10k");
  files.base(base).put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"5.0\"\n");
  const auto inputs = files.inputs();
  World world;
  for (const char* day : {"2019-01-05", "2019-02-05", "2019-03-05"}) world.good(day, "E1", "car-ice-sedan", 1060);
  EXPECT_EQ(shown(row_of("target.target_growth_pct", "2019-03", inputs, world)), "6.0");
  EXPECT_EQ(shown(row_of("target.gap_pp", "2019-03", inputs, world)), "0.00");
  EXPECT_EQ(shown(row_of("target.on_target", "2019-03", inputs, world)), "1");
  EXPECT_EQ(exact(row_of("target.gap_pp", "2019-01", inputs, world)), "jan_feb_combined");
  EXPECT_EQ(shown(row_of("target.gap_to_date", "2019-Q1", inputs, world)), "0.00");
  const auto path = rows_of({"target.path"}, "2019-03", inputs, world);
  ASSERT_EQ(path.size(), 12U);
  EXPECT_EQ(exact(path[0]), "jan_feb_combined");
  EXPECT_EQ(path[11].period, "2019-01..12");
  EXPECT_EQ(shown(path[11]), "31342.08");
}

TEST(Rows, AreShownAsTheInterfaceSays) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  World world;
  world.good("2019-01-05", "E1", "car-ice-sedan", 3);
  const auto scope = kAll.with("industry", "C36").with("region", "220000");
  const auto level = row_of("industrial_value_added", "2019-01", inputs, world, scope);
  EXPECT_EQ(to_json(level, true).dump(),
            R"({"indicator":"industrial_value_added","scope":{"region":"220000","industry":"C36"},"period":"2019-01",)"
            R"("value":"7.26","exact":"363/50","unit":"CNY 10k","status":"final","published":false})");
  const auto rate = to_json(row_of("value_added_growth", "2019-01", inputs, world, scope), false);
  EXPECT_TRUE(rate["value"].is_null());
  EXPECT_EQ(rate["reason"], "jan_feb_combined");
  const auto csv = to_csv({level}, false);
  EXPECT_THAT(csv, ::testing::StartsWith("indicator,scope,period,value,reason,exact,unit,status,flags"));
  EXPECT_THAT(
      csv,
      HasSubstr(
          R"(industrial_value_added,"{""region"":""220000"",""industry"":""C36""}",2019-01,7.26,,,CNY 10k,final,)"));
}

TEST(Rows, ExplainThemselvesDownToRollupRowsAndRegisterLines) {
  Files files;
  const auto inputs = files.default_catalogue()
                          .enterprises({"E1,220102,C3611,159,10"})
                          .base({"E1,2018-03,va_cmp,,,5,CNY 10k"})
                          .inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 3);
  IndicatorRequest request;
  request.ids = {"value_added_growth"};
  request.period = Period::parse("2019-03").value();
  request.explain = true;
  const auto row = compute(request, inputs, world, {}, kNow).value().front();
  ASSERT_NE(row.explanation, nullptr);
  const auto text = to_json(*row.explanation).dump();
  for (const char* part :
       {"base.csv:2", "rollup E1 L1 [2019-03-01T00:00:00+08:00", "enterprises.csv:2", "(X_t / X_{t-12} - 1) * 100",
        "output.good car-ice-sedan CN", R"("comparable price","value":"11200000")"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Compute, TheWholeVocabularyHasARowAndEveryNullAReason) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 3);
  IndicatorRequest request;
  request.period = Period::parse("2019-03").value();
  const auto rows = compute(request, inputs, world, {}, kNow).value();
  std::set<std::string> seen;
  for (const auto& row : rows) {
    seen.insert(row.indicator);
    const auto json = to_json(row, false);
    EXPECT_EQ(json["value"].is_null(), json.contains("reason")) << json.dump();
    EXPECT_FALSE(row.unit.empty()) << row.indicator;
  }
  for (const auto& term : vocabulary()) {
    if (term.id == "target.path") continue;  // a path needs a target
    EXPECT_THAT(seen, Contains(term.id));
  }
  EXPECT_THAT(seen, Contains("share.high_tech"));
}

TEST(Compute, AnEdgeWithoutRegisterComputesItsOwnEnterprise) {
  Files files;
  const auto inputs = files.default_catalogue().inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 3);
  const auto row = row_of("industrial_value_added", "2019-03", inputs, world);
  EXPECT_EQ(shown(row), "7.26");
  EXPECT_EQ(row.status, Status::final);
}

}  // namespace
}  // namespace songhua::indicators
