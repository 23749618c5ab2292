#include "indicators/figures_bulletin.h"

#include <locale>

#include "world.h"

// What monthly releases have beside the formulas: worked by hand from the numbers of W05, W07 and W09.
namespace songhua::indicators {
namespace {

const Scope kAll;

std::string before(const std::string& period) {
  const auto found = period_before(Period::parse(period).value());
  return found ? found->name() : "none";
}

TEST(Bulletin, ARateIsComparedWithThePeriodThatReleasesCompareWith) {
  EXPECT_EQ(before("2019-05"), "2019-04");
  EXPECT_EQ(before("2019-03"), "2019-01..02");
  EXPECT_EQ(before("2019-01..02"), "2018-12");
  EXPECT_EQ(before("2019-01..03"), "2019-01..02");
  EXPECT_EQ(before("2019-01..12"), "2019-01..11");
  EXPECT_EQ(before("2019-Q1"), "2018-Q4");
  EXPECT_EQ(before("2019-Q3"), "2019-Q2");
  EXPECT_EQ(before("2019-H1"), "2018-H2");
  EXPECT_EQ(before("2019"), "2018");
  EXPECT_EQ(before("2019-03-15"), "none");
  EXPECT_EQ(before("2019-04..06"), "none");
}

TEST(Bulletin, AChangeIsPrintedAsTheDifferenceOfPrintedRatesAndStaysExactInTheRow) {
  // W05: January-February 100/81 (1.2), March 40/9 (4.4), January-March 50/21 (2.4).
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C36,159,4000"});
  World world;
  world.good("2019-01-10", "E1", "car-ice-sedan", 52).good("2019-02-10", "E1", "car-ice-sedan", 30);
  world.good("2019-03-10", "E1", "car-ice-sedan", 47);
  const auto inputs =
      files
          .base({"E1,2018-01,output.good,car-ice-sedan,,45,vehicle", "E1,2018-02,output.good,car-ice-sedan,,36,vehicle",
                 "E1,2018-03,output.good,car-ice-sedan,,45,vehicle"})
          .inputs();
  const auto json = [&](const std::string& period) {
    return to_json(row_of("value_added_growth_change", period, inputs, world), true);
  };
  EXPECT_EQ(json("2019-03")["value"], "3.2");
  EXPECT_EQ(json("2019-03")["exact"], "260/81");
  EXPECT_EQ(json("2019-03")["base"], "2019-01..02");
  // 650/567 alone would print 1.1: a reader who subtracts 1.2 from 2.4 finds 1.2.
  EXPECT_EQ(json("2019-01..03")["value"], "1.2");
  EXPECT_EQ(json("2019-01..03")["exact"], "650/567");
  EXPECT_EQ(json("2019-01..02")["reason"], "no_base");  // nothing is known of December 2017
  EXPECT_EQ(json("2019-02")["reason"], "jan_feb_combined");
}

TEST(Bulletin, CountsHowManyGrewAndOutOfHowMany) {
  Files files;
  files.default_catalogue().enterprises({"A,220102,C3611,159,10", "B,220202,C2652,159,10", "C,220202,C3976,159,10"});
  World world;
  world.good("2019-03-05", "A", "car-ice-sedan", 110).good("2019-03-05", "B", "rubber-epdm", 900);
  world.good("2019-03-05", "C", "laser-dpss", 7);  // no base: counted in neither
  const auto inputs =
      files.base({"A,2018-03,output.good,car-ice-sedan,,100,vehicle", "B,2018-03,output.good,rubber-epdm,,1000,kg"})
          .inputs();
  const auto count = [&](const std::string& id) { return shown(row_of(id, "2019-03", inputs, world)); };
  EXPECT_EQ(count("divisions_grown"), "1");
  EXPECT_EQ(count("divisions_compared"), "2");
  EXPECT_EQ(count("products_grown"), "1");
  EXPECT_EQ(shown(row_of("divisions_compared", "2019-01", inputs, world)), "jan_feb_combined");
  EXPECT_EQ(shown(row_of("divisions_grown", "2019-04", inputs, world)), "no_base");
}

TEST(Bulletin, GrowthOfEnergyConsumption) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C36,159,4000"});
  files.base({"E1,2018-03,energy_tce,,,1261.287,tce"});
  World world;
  world.add("2019-03-05", "E1", "L1", {"energy.electricity", "", ""}, 5'000'000'000);
  world.add("2019-03-05", "E1", "L1", {"energy.natural_gas", "", ""}, 300'000'000);
  world.add("2019-03-05", "E1", "L1", {"energy.steam", "", ""}, 2'000'000);
  const auto row = row_of("energy_consumption_growth", "2019-03", files.inputs(), world);
  EXPECT_EQ(exact(row), "-2529700/1261287");
  EXPECT_EQ(shown(row), "-2.0");
}

const char* kTwoProducts = R"(base_year = 2018
[[product]]
id = "X"
name_zh = "甲"
industry = "C3611"
unit = "vehicle"
statistical_unit = "vehicle"
statistical_unit_zh = "辆"
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
name_zh = "乙"
industry = "C3611"
unit = "vehicle"
statistical_unit = "vehicle"
statistical_unit_zh = "辆"
  [[product.price]]
  price = 20
  comparable_price = 20
  export_price = 20
  va_rate = 2000
  [[product.price]]
  valid_from = "2019-01-01"
  price = 19
)";

TEST(Bulletin, TheIndexIsPublishedChainedAsSoonAsTwoYearsOfWeightsExist) {
  // W07, through register and rollups.
  Files files;
  files.put(InputKind::catalogue, kTwoProducts).enterprises({"E1,220102,C3611,159,10"});
  const auto inputs = files
                          .base({"E1,2018,output.good,X,,120,vehicle", "E1,2018,output.good,Y,,60,vehicle",
                                 "E1,2019,output.good,X,,130,vehicle", "E1,2019,output.good,Y,,60,vehicle"})
                          .inputs();
  World world;
  world.good("2019-03-05", "E1", "X", 11).good("2019-03-05", "E1", "Y", 6);
  world.good("2020-03-05", "E1", "X", 12).good("2020-03-05", "E1", "Y", 5);
  const auto now = row_of("production_index_published", "2020-03", inputs, world);
  EXPECT_EQ(now.index, "chained");
  EXPECT_EQ(exact(now), "28375/257");
  const auto link = row_of("production_index_link", "2020-03", inputs, world);
  EXPECT_EQ(exact(link), "625/6");
  EXPECT_EQ(link.base, "2019");
  // One year of weights: 11*10 + 6*20 over a month of 120*10 + 60*20.
  const auto fixed = row_of("production_index_published", "2019-03", inputs, world);
  EXPECT_EQ(fixed.index, "fixed");
  EXPECT_EQ(exact(fixed), "115");
  EXPECT_EQ(exact(row_of("production_index_link", "2019-03", inputs, world)), "100");
}

TEST(Bulletin, RegistrationTypesMakeTheReleasesGroups) {
  Files files;
  files.default_catalogue().enterprises({"A,220102,C3611,159,10", "B,220102,C3611,173,10", "C,220102,C3611,174,10",
                                         "D,220102,C3611,310,10", "E,220102,C3611,171,10", "F,220102,C3611,110,10"});
  World world;
  int quantity = 1;
  for (const char* id : {"A", "B", "C", "D", "E", "F"}) world.good("2019-03-05", id, "car-ice-sedan", quantity *= 10);
  const auto inputs = files.inputs();
  const auto cars = [&](const std::string& group) {
    return exact(row_of("product_output", "2019-03", inputs, world, kAll.with("group", group)));
  };
  EXPECT_EQ(cars("joint_stock"), "1110");
  EXPECT_EQ(cars("private"), "101100");
  EXPECT_EQ(cars("foreign_hmt"), "10000");
}

struct Grouped : std::numpunct<char> {
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

TEST(Presentation, NumbersAreDigitsWhateverTheLocale) {
  const auto before = std::locale::global(std::locale(std::locale(), new Grouped));
  const Rational large(BigInt(1) << 200, 7);
  EXPECT_EQ(present(Rational(123456789, 100), 2), "1234567.89");
  EXPECT_EQ(exact_text(Rational(-123456789, 10007)), "-123456789/10007");
  EXPECT_EQ(exact_text(large), "1606938044258990275541962092341162602522202993782792835301376/7");
  EXPECT_EQ(integer_text(BigInt(-1'000'000'000'000'000'000)), "-1000000000000000000");
  EXPECT_EQ(integer_text(0), "0");
  std::locale::global(before);
}

}  // namespace
}  // namespace songhua::indicators
