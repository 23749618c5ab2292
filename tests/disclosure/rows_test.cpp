#include "disclosure/rows.h"

#include <rapidcheck/gtest.h>

#include "../indicators/world.h"
#include "attacker.h"

// Indicator rows as documents give them out: month and cumulative, by region, industry, ownership, group and product.
namespace songhua::disclosure {
namespace {

using namespace indicators;
using test::Attacker;
using ::testing::HasSubstr;

const Scope kAll;

struct Firm {
  std::string id, region, industry, ownership, product;
  int january, march;  // what it makes; March comes after January and February
};

std::vector<Firm> any_firms(int most) {
  const int count = *rc::gen::inRange(3, most + 1);
  std::vector<Firm> firms;
  for (int i = 0; i < count; ++i) {
    Firm firm;
    firm.id = "E" + std::to_string(i);
    firm.region = *rc::gen::element<std::string>("220102", "220203");
    const bool cars = *rc::gen::arbitrary<bool>();
    firm.industry = cars ? "C3611" : "C2652";
    firm.product = cars ? "car-ice-sedan" : "rubber-epdm";
    firm.ownership = *rc::gen::element<std::string>("159", "310");
    const int size = *rc::gen::element(10, 100, 100, 1000);
    firm.january = size * *rc::gen::inRange(1, 5);
    firm.march = size * *rc::gen::inRange(0, 5);
    firms.push_back(firm);
  }
  return firms;
}

class Office {
 public:
  // `silent` reports nothing this year.
  explicit Office(const std::vector<Firm>& firms, const std::string& silent = "") {
    std::vector<std::string> rows;
    for (const auto& firm : firms) {
      rows.push_back(firm.id + "," + firm.region + "," + firm.industry + "," + firm.ownership + ",10");
      world_.good("2018-03-10", firm.id, firm.product, firm.january);
      if (firm.id == silent) continue;
      world_.good("2019-01-10", firm.id, firm.product, firm.january);
      world_.good("2019-03-10", firm.id, firm.product, firm.march);
    }
    inputs_ = Files{}.default_catalogue().enterprises(rows).inputs();
  }

  std::vector<IndicatorRow> ask(const std::vector<std::string>& ids, const std::string& period, const std::string& by) {
    return rows_of(ids, period, inputs_, world_, kAll, {}, by);
  }
  std::vector<IndicatorRow> tables(const std::vector<std::string>& periods) {
    std::vector<IndicatorRow> all;
    for (const auto& period : periods) {
      for (const char* by : {"", "prefecture", "division", "ownership"}) {
        for (auto& row : ask({"gross_output_current"}, period, by)) all.push_back(std::move(row));
      }
    }
    return all;
  }
  RowProtection protect(const std::vector<IndicatorRow>& rows, const Rules& rules = {}, const Decisions& earlier = {}) {
    Microdata micro(inputs_, world_, {});
    return disclosure::protect(rows, micro, earlier, rules);
  }
  // Who is in the row's figure, month by month.
  Cell cell(const IndicatorRow& row) {
    Microdata micro(inputs_, world_, {});
    const auto period = Period::parse(row.period).value();
    Cell cell;
    for (const char* span : {"2019-01..02", "2019-03"}) {
      const auto part = Period::parse(span).value();
      if (part.first_month < period.first_month || part.last_month > period.last_month) continue;
      for (auto& a : micro.of(row.scope, period, part, Microdata::Magnitude::output, false)) {
        cell.contributions.push_back({a.respondent, a.unit + span, a.amount});
      }
    }
    return cell;
  }
  Inputs& inputs() { return inputs_; }
  World& world() { return world_; }

 private:
  World world_;
  Inputs inputs_;
};

std::size_t uncovered(Office& office, const std::vector<IndicatorRow>& rows, const RowProtection& protection) {
  std::vector<Cell> cells;
  std::vector<bool> blank;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    cells.push_back(office.cell(rows[i]));
    RC_ASSERT(cells.back().value() == *rows[i].value * 1'000'000);
    blank.push_back(protection.rows[i] != Code::free);
  }
  const Attacker attacker(cells, blank);
  std::size_t found = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) found += blank[i] && attacker.computed(i) ? 1U : 0U;
  return found;
}

RC_GTEST_PROP(Rows, NoWithheldFigureFollowsFromThoseGivenOut, ()) {
  Office office(any_firms(9));
  const auto rows = office.tables({"2019-03", "2019-01..03"});
  const auto protection = office.protect(rows);
  RC_ASSERT(protection.exposed.empty());
  RC_ASSERT(uncovered(office, rows, protection) == 0U);
}

// February's release and then March's: what both say together gives nothing away.
RC_GTEST_PROP(Rows, NorDoesItFollowFromEarlierReleases, ()) {
  Office office(any_firms(7));
  const auto february = office.tables({"2019-01..02"});
  const auto first = office.protect(february);
  auto rows = office.tables({"2019-03", "2019-01..03"});
  const auto second = office.protect(rows, {}, first.decisions());
  RC_ASSERT(second.exposed.empty());
  auto both = second;
  both.rows.insert(both.rows.end(), first.rows.begin(), first.rows.end());
  rows.insert(rows.end(), february.begin(), february.end());
  RC_ASSERT(uncovered(office, rows, both) == 0U);
}

std::vector<Firm> three_and_one() {
  return {{"E1", "220102", "C3611", "159", "car-ice-sedan", 100, 100},
          {"E2", "220102", "C3611", "159", "car-ice-sedan", 110, 120},
          {"E3", "220102", "C3611", "159", "car-ice-sedan", 120, 90},
          {"E4", "220203", "C2652", "310", "rubber-epdm", 900'000, 900'000}};
}

// The attack is worth something.
TEST(Rows, WithoutSecondarySuppressionFiguresDoFollow) {
  Office office(three_and_one());
  const auto rows = office.tables({"2019-03", "2019-01..03"});
  Rules rules;
  rules.secondary = false;
  EXPECT_GT(uncovered(office, rows, office.protect(rows, rules)), 0U);
  EXPECT_EQ(uncovered(office, rows, office.protect(rows)), 0U);
}

TEST(Rows, EverythingThatIsSaidOfACellGoesWithIt) {
  Office office(three_and_one());
  auto rows = office.ask({"industrial_value_added", "value_added_growth", "oee", "labour_productivity", "pull",
                          "share.foreign", "energy_consumption", "coverage", "divisions_grown"},
                         "2019-03", "prefecture");
  const auto protection = office.protect(rows);
  withhold(rows, protection);
  for (const auto& row : rows) {
    const bool counted = row.indicator == "divisions_grown";
    const bool e4 = row.scope.get("region") == "220200";
    if (e4 && !counted) {
      EXPECT_EQ(row.value, Value(Reason::confidential)) << row.indicator;
      EXPECT_TRUE(row.flags.empty() && row.warnings.empty() && !row.coverage && !row.previous) << row.indicator;
    }
    if (!e4 && row.indicator == "industrial_value_added") {
      EXPECT_TRUE(row.value.known());
    }
  }
  // The province less its only other prefecture would be E4's own.
  auto all = office.ask({"industrial_value_added"}, "2019-03", "");
  for (auto& row : office.ask({"industrial_value_added"}, "2019-03", "prefecture")) all.push_back(std::move(row));
  const auto more = office.protect(all);
  EXPECT_EQ(std::ranges::count(more.rows, Code::free), 1);
  EXPECT_EQ(std::ranges::count(more.rows, Code::primary), 1);
}

TEST(Rows, ARateIsWithheldWhereWhatItComparesWithIsSensitive) {
  auto firms = three_and_one();
  firms.pop_back();
  Office office(firms);
  office.inputs() = Files{}
                        .default_catalogue()
                        .enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10", "E3,220102,C3611,159,10"})
                        .base({"E1,2018-03,va_cmp,,,9000,CNY 10k", "E2,2018-03,va_cmp,,,10,CNY 10k",
                               "E3,2018-03,va_cmp,,,10,CNY 10k"})
                        .inputs();
  auto rows = office.ask({"industrial_value_added", "value_added_growth"}, "2019-03", "");
  const auto protection = office.protect(rows);
  EXPECT_EQ(protection.rows, (std::vector<Code>{Code::free, Code::primary}));
}

// A zero of a factory that has not reported yet is no decision on what it is going to report.
TEST(Rows, WhoReportsAfterAZeroWasPublishedIsProtected) {
  auto firms = three_and_one();
  firms.push_back({"E5", "220203", "C2652", "310", "rubber-epdm", 900'000, 0});
  firms.push_back({"E6", "220502", "C2652", "173", "rubber-epdm", 0, 0});
  const auto ask = [](Office& office) {
    auto rows = office.ask({"gross_output_current"}, "2019-03", "");
    for (auto& row : office.ask({"gross_output_current"}, "2019-03", "prefecture")) rows.push_back(std::move(row));
    return rows;
  };
  Office before(firms);
  const auto first = before.protect(ask(before));
  EXPECT_FALSE(first.codes.contains("figures|2019-03|region=220500"));
  firms.back().march = 900'000;
  Office after(firms);
  const auto second = after.protect(ask(after), {}, first.decisions());
  EXPECT_TRUE(second.exposed.empty()) << ::testing::PrintToString(second.exposed);
  EXPECT_EQ(second.codes.at("figures|2019-03|region=220500"), Code::primary);
}

// What is put in for the only factory of a prefecture tells what it made last year.
TEST(Rows, AnEstimateOfOneFactoryIsWithheld) {
  auto firms = three_and_one();
  for (const char* id : {"E5", "E6"}) firms.push_back({id, "220203", "C3611", "159", "car-ice-sedan", 90, 95});
  firms.push_back({"E7", "220502", "C3611", "173", "car-ice-sedan", 100, 0});
  Office office(firms, "E7");
  Settings growth;
  growth.impute_growth = true;
  auto rows =
      rows_of({"industrial_value_added"}, "2019-03", office.inputs(), office.world(), kAll, growth, "prefecture");
  Microdata micro(office.inputs(), office.world(), growth);
  const auto protection = disclosure::protect(rows, micro, {}, {});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].scope.get("region") != "220500") continue;
    EXPECT_TRUE(rows[i].flags.contains("imputed"));
    EXPECT_EQ(protection.rows[i], Code::primary);
  }
  EXPECT_EQ(protection.codes.at("figures|2019-03|region=220500"), Code::primary);
}

TEST(Rows, ExportsAreCellsOfTheirOwn) {
  Office office(three_and_one());
  office.world().dispatched("2019-03-05", "E1", "car-ice-sedan", 7, "RU");
  auto rows = office.ask({"industrial_value_added", "export_delivery_value", "export_share"}, "2019-03", "");
  const auto protection = office.protect(rows);
  EXPECT_EQ(protection.rows, (std::vector<Code>{Code::free, Code::primary, Code::primary}));
  EXPECT_EQ(protection.why.at("exports|2019-03|"), (std::vector<std::string>{"frequency<3", "dominance(1,75)"}));
}

TEST(Rows, WarningsCountButNameNobody) {
  auto firms = three_and_one();
  Office office(firms);
  office.inputs() = Files{}
                        .default_catalogue()
                        .enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,10", "E3,220102,C3611,159,10",
                                      "E9,220102,C3611,159,10"})
                        .inputs();
  auto rows = office.ask({"industrial_value_added"}, "2019-03", "");
  withhold(rows, office.protect(rows));
  const auto text = to_json(rows.front(), true).dump();
  EXPECT_THAT(text, HasSubstr(R"({"warning":"not_reporting","count":1,"items":[]})"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("E9")));
}

}  // namespace
}  // namespace songhua::disclosure
