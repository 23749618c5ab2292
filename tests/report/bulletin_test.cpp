#include "indicators/presentation.h"
#include "model/csv.h"
#include "province.h"

namespace songhua::report {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class March : public ::testing::Test {
 protected:
  March() { fill(world, 3); }
  World world;
  Inputs inputs = register_of();
};

const indicators::Scope kJilin = indicators::Scope{}.with("region", "220000");

TEST_F(March, ShowsTheFiguresThatIndicatorsPrint) {
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  const auto check = [&](const std::string& table, const std::string& row, const std::string& id,
                         const indicators::Scope& scope) {
    for (const auto& [column, period] : {std::pair("period.", "2019-03"), {"cumulative.", "2019-01..03"}}) {
      const auto want = indicators::row_of(id, period, inputs, world, scope);
      ASSERT_TRUE(want.value.known()) << id << " " << row;
      const auto cell = cell_at(bulletin, table, row, column + id);
      EXPECT_EQ(cell.text, indicators::to_json(want, false)["value"]) << id << " " << row << " " << period;
      EXPECT_EQ(cell.unit, want.unit);
    }
  };
  for (const char* id : {"industrial_value_added", "value_added_growth"}) {
    check("industries", "total", id, kJilin);
    for (const char* code : {"C", "C26", "C36", "C37", "C39"}) {
      check("industries", code, id, kJilin.with("industry", code));
    }
    check("key_industries", "auto", id, kJilin.with("group", "auto"));
    check("special_groups", "high_tech", id, kJilin.with("group", "high_tech"));
    check("control_and_type", "state", id, kJilin.with("holding", "state"));
    check("control_and_type", "joint_stock", id, kJilin.with("group", "joint_stock"));
    check("regions", "220100", id, kJilin.with("region", "220100"));
    check("regions", "changjitu", id, kJilin.with("group", "changjitu"));
  }
  check("products", "car-ice-sedan", "product_output", kJilin.with("product", "car-ice-sedan"));
  check("products", "C361", "product_output_growth", kJilin.with("industry", "C361"));
  check("products", "rubber-epdm", "daily_output", kJilin.with("product", "rubber-epdm"));
  check("export_groups", "northeast_asia", "export_delivery_value", kJilin.with("market_group", "northeast_asia"));
  check("export_countries", "RU", "export_delivery_growth", kJilin.with("market", "RU"));
  check("sales", "C36", "sales_output_ratio_change", kJilin.with("industry", "C36"));
  check("energy", "C26", "energy_consumption", kJilin.with("industry", "C26"));
}

TEST_F(March, SaysInTheSentencesWhatTheTablesPrint) {
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  const auto growth = cell_at(bulletin, "industries", "total", "period.value_added_growth").text;
  const auto change = cell_at(bulletin, "industries", "total", "period.value_added_growth_change").text;
  ASSERT_FALSE(growth.empty());
  ASSERT_FALSE(growth.starts_with("-")) << "the sentence below is that of a rise";
  EXPECT_THAT(bulletin.sentences.front().zh,
              HasSubstr("2019年3月，吉林省规模以上工业增加值同比增长" + growth + "%（可比价）"));
  EXPECT_THAT(bulletin.sentences.front().en, HasSubstr("grew by " + growth + " %"));
  const auto size = change.starts_with("-") ? change.substr(1) : change;
  EXPECT_THAT(
      bulletin.sentences.front().zh,
      HasSubstr(indicators::parse_exact(change) == indicators::Rational(0) ? std::string("持平") : size + "个百分点"));
  const auto target = cell_at(bulletin, "target", "target.gap_pp", "value");
  EXPECT_EQ(target.unit, "pp");
  EXPECT_THAT(bulletin.sentences, Contains(::testing::Field(&Words::zh, HasSubstr("全年增长目标为6.0%"))));
  EXPECT_EQ(bulletin.title.zh, "吉林省2019年3月规模以上工业生产情况");
  EXPECT_EQ(bulletin.title.en, "Industry above designated size in Jilin Province, March 2019");
}

TEST_F(March, ComparesWithTheCountryWhereItsRateIsGiven) {
  auto options = options_of("2019-03");
  options.national_month = "8.5";
  const auto bulletin = make_bulletin(options, inputs, ask_of(inputs, world), {}).value();
  const auto own = cell_at(bulletin, "industries", "total", "period.value_added_growth").text;
  const auto below =
      indicators::present(indicators::Rational(*indicators::parse_exact("8.5") - *indicators::parse_exact(own)), 1);
  EXPECT_THAT(bulletin.sentences.front().zh, HasSubstr("低于全国" + below + "个百分点（全国8.5%）"));
}

TEST_F(March, ChangesAreDifferencesOfPrintedRates) {
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  const auto rate = [&](const std::string& period) {
    const auto row = indicators::row_of("value_added_growth", period, inputs, world, kJilin.with("industry", "C39"));
    return *indicators::parse_exact(indicators::present(*row.value, 1));
  };
  const auto cell = cell_at(bulletin, "industries", "C39", "period.value_added_growth_change");
  EXPECT_EQ(cell.text, indicators::present(indicators::Rational(rate("2019-03") - rate("2019-01..02")), 1));
}

TEST_F(March, RanksPrefecturesByPrintedRatesAndLeavesThePilotZoneOut) {
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  const auto* table = find_table(bulletin, "regions");
  ASSERT_NE(table, nullptr);
  std::map<indicators::Rational, std::set<std::string>, std::greater<>> by_rate;
  for (const auto& row : table->rows) {
    const auto rank = cell_at(bulletin, "regions", row.id, "period.value_added_growth_rank").text;
    if (row.id == "changjitu") {
      EXPECT_EQ(rank, "");
      continue;
    }
    by_rate[*indicators::parse_exact(cell_at(bulletin, "regions", row.id, "period.value_added_growth").text)].insert(
        rank);
  }
  std::string before = "0";
  for (const auto& [rate, ranks] : by_rate) {
    ASSERT_EQ(ranks.size(), 1U) << "equal rates share a place";
    EXPECT_LT(std::stoi(before), std::stoi(*ranks.begin()));
    before = *ranks.begin();
  }
  EXPECT_EQ(*by_rate.begin()->second.begin(), "1");
}

TEST_F(March, PathOfTheTargetHoldsMoneyMadeAndMissing) {
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  EXPECT_EQ(cell_at(bulletin, "target_path", "2019-01..03", "ahead").text,
            cell_at(bulletin, "target", "target.gap_to_date", "value").text);
  EXPECT_EQ(cell_at(bulletin, "target_path", "2019-01..12", "actual").text, "");
  EXPECT_NE(cell_at(bulletin, "target_path", "2019-01..12", "path").text, "");
  const auto& section = *std::find_if(bulletin.sections.begin(), bulletin.sections.end(),
                                      [](const Section& s) { return s.id == "target"; });
  ASSERT_TRUE(section.target);
  EXPECT_EQ(section.target->actual.size(), 3U);
  EXPECT_EQ(section.target->actual[0], "");  // January alone has no rate
  EXPECT_EQ(section.target->actual[2], cell_at(bulletin, "target_path", "2019-01..03", "growth").text);
}

// The bases of 2017 and 2018 give no growth, 5.0 was published: the reader is told both.
TEST_F(March, TellsBothGrowthsOfLastYearWhereTheyDiffer) {
  const auto note_of = [&](const Inputs& with) {
    const auto bulletin = bulletin_of("2019-03", with, world);
    const auto* table = find_table(bulletin, "target");
    return table != nullptr && table->notes.size() > 1 ? table->notes.back().en : std::string();
  };
  EXPECT_EQ(note_of(inputs), "");
  const auto made = indicators::row_of("industrial_value_added_comparable", "2018", inputs, world,
                                       indicators::Scope{}.with("enterprise", "E01"));
  const auto last = indicators::exact(made);
  EXPECT_THAT(note_of(register_of("E01,2017,va_cmp,,," + last + ",CNY 10k")),
              AllOf(HasSubstr("published as 5.0 %"), HasSubstr("give 0.0 %")));
}

TEST_F(March, FebruaryIsPublishedWithJanuary) {
  const auto bulletin = bulletin_of("2019-02", inputs, world);
  EXPECT_EQ(bulletin.period, "2019-01..02");
  EXPECT_EQ(bulletin.title.zh, "吉林省2019年1—2月规模以上工业生产情况");
  const auto growth = cell_at(bulletin, "industries", "total", "period.value_added_growth");
  EXPECT_EQ(growth.period, "2019-01..02");
  EXPECT_EQ(growth.shown, Shown::figure);
  for (const auto& column : find_table(bulletin, "industries")->columns)
    EXPECT_THAT(column.id, Not(HasSubstr("cumulative")));
}

TEST_F(March, JanuaryAloneHasLevelsAndNoRates) {
  const auto bulletin = bulletin_of("2019-01", inputs, world);
  EXPECT_EQ(cell_at(bulletin, "industries", "total", "period.industrial_value_added").shown, Shown::figure);
  EXPECT_EQ(cell_at(bulletin, "industries", "total", "period.value_added_growth").text, "");
  EXPECT_THAT(find_table(bulletin, "industries")->missing,
              Contains(::testing::Field(&Words::zh, AllOf(HasSubstr("同比增长"), HasSubstr("：1月和2月合并发布。")))));
  EXPECT_THAT(bulletin.sentences.front().zh, HasSubstr("没有同比增速（1月和2月合并发布）"));
}

TEST_F(March, ADayIsNoPeriodOfABulletin) {
  const auto refused = make_bulletin(options_of("2019-03-15"), inputs, ask_of(inputs, world), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("month or longer"));
}

TEST(Bulletin, SaysInALineWhatIsMissingInsteadOfDashes) {
  World world;
  for (const auto& plant : plants()) {
    world.good("2019-03-05", plant.id, plant.product, plant.monthly);  // nothing of last year, nothing shipped
  }
  const auto bulletin = bulletin_of("2019-03", register_of(), world);
  const auto* industries = find_table(bulletin, "industries");
  ASSERT_NE(industries, nullptr);
  for (const auto& column : industries->columns) EXPECT_THAT(column.id, Not(HasSubstr("growth")));
  EXPECT_THAT(industries->missing,
              Contains(::testing::Field(&Words::en, AllOf(HasSubstr("growth"), HasSubstr(": nothing is known")))));
  const auto* digital = find_table(bulletin, "digital");
  ASSERT_NE(digital, nullptr);
  EXPECT_THAT(digital->rows, IsEmpty());
  ASSERT_EQ(digital->missing.size(), 1U);
  EXPECT_THAT(digital->missing.front().en, HasSubstr("no equipment is known"));
}

TEST(Bulletin, WithholdsRatesBelowTheCoverageLimitAndKeepsLevels) {
  World world;
  fill(world, 3, "E01");  // a third of last year's value added is silent
  const auto inputs = register_of();
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  const auto coverage = indicators::row_of("coverage", "2019-03", inputs, world, kJilin);
  ASSERT_LT(*coverage.value, indicators::Rational(90));
  for (const char* row : {"total", "C36"}) {
    const auto cell = cell_at(bulletin, "industries", row, "period.value_added_growth");
    EXPECT_EQ(cell.shown, Shown::withheld) << row;
    EXPECT_EQ(cell.reason, "low_coverage");
    EXPECT_EQ(cell_at(bulletin, "industries", row, "period.industrial_value_added").shown, Shown::figure);
  }
  EXPECT_EQ(cell_at(bulletin, "industries", "C39", "period.value_added_growth").shown, Shown::figure);
  EXPECT_EQ(cell_at(bulletin, "products", "car-ice-sedan", "period.product_output_growth").shown, Shown::withheld);
  EXPECT_EQ(cell_at(bulletin, "target", "target.gap_pp", "value").shown, Shown::withheld);
  EXPECT_THAT(bulletin.sentences.front().zh, HasSubstr("覆盖率低于规定下限"));
}

// A factory that has told of one day has reported, but the month of its rates is not known.
TEST(Bulletin, WithholdsRatesOfAMonthThatIsNotOverYet) {
  World world;
  fill(world, 3);
  world.add("2019-03-20", "E01", "L1", {"output.good", "car-ice-sedan", "CN"}, 0, indicators::Status::preliminary);
  const auto inputs = register_of();
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  EXPECT_EQ(*indicators::row_of("coverage", "2019-03", inputs, world, kJilin).value, indicators::Rational(100));
  EXPECT_LT(*indicators::row_of("coverage_time", "2019-03", inputs, world, kJilin).value, indicators::Rational(90));
  for (const char* row : {"total", "C36"}) {
    EXPECT_EQ(cell_at(bulletin, "industries", row, "period.value_added_growth").reason, "low_coverage") << row;
    EXPECT_EQ(cell_at(bulletin, "industries", row, "period.industrial_value_added").shown, Shown::figure);
  }
  EXPECT_EQ(cell_at(bulletin, "industries", "C39", "period.value_added_growth").shown, Shown::figure);
  EXPECT_EQ(cell_at(bulletin, "target", "target.gap_pp", "value").shown, Shown::withheld);
}

// Withholds everything of one scope key and code.
Protect withholding(const std::string& key, const std::string& code) {
  return [key, code](std::vector<indicators::IndicatorRow>& rows) {
    for (auto& row : rows) {
      if (row.scope.get(key) != code) continue;
      row.value = indicators::Reason::confidential;
      row.shown.reset();
    }
    return Result<Protection>(Protection{{{"共隐去若干项。", "Some cells are withheld."}}});
  };
}

// The only prefecture that is published is no first.
TEST_F(March, RanksNobodyAlone) {
  auto all_but_changchun = [](std::vector<indicators::IndicatorRow>& rows) {
    for (auto& row : rows) {
      const auto region = row.scope.get("region");
      if (region.ends_with("0000") || region == "220100") continue;
      row.value = indicators::Reason::confidential;
      row.shown.reset();
    }
    return Result<Protection>(Protection{});
  };
  const auto bulletin = bulletin_of("2019-03", inputs, world, all_but_changchun);
  EXPECT_EQ(cell_at(bulletin, "regions", "220100", "period.value_added_growth").shown, Shown::figure);
  for (const auto& column : find_table(bulletin, "regions")->columns) EXPECT_FALSE(column.id.ends_with("_rank"));
}

TEST_F(March, RowTitlesBeginAlike) {
  const auto bulletin = bulletin_of("2019-03", inputs, world);
  for (const char* id : {"overview", "products", "industries", "regions"}) {
    for (const auto& row : find_table(bulletin, id)->rows) {
      EXPECT_FALSE(row.title.en.front() >= 'a' && row.title.en.front() <= 'z') << row.title.en;
    }
  }
}

// Of a figure as it was published before nothing is known but its value and status.
TEST_F(March, RevisionsThatShowComeFirst) {
  auto published = [](std::vector<indicators::IndicatorRow>& rows) {
    for (auto& row : rows) {
      if (!row.value.known() || row.period != "2019-03" || row.scope != kJilin) continue;
      const bool shows = row.indicator == "sales_value";
      if (!shows && row.indicator != "industrial_value_added") continue;
      row.flags.insert("estimated");
      const indicators::Rational old = *row.value - indicators::Rational(shows ? 10 : 0);
      row.previous = indicators::PublishedFigure{old, indicators::present(old, row.decimals), "final", {}, {}};
      row.revision = indicators::Value(indicators::Rational(*row.value - old));
    }
    return Result<Protection>(Protection{});
  };
  const auto bulletin = bulletin_of("2019-03", inputs, world, published);
  const auto* table = find_table(bulletin, "revisions");
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_THAT(table->rows[0].id, ::testing::StartsWith("sales_value"));
  EXPECT_EQ(table->rows[0].cells[2].text, "10.00");
  EXPECT_TRUE(table->rows[0].cells[0].flags.empty());
  EXPECT_FALSE(table->rows[0].cells[1].flags.empty());
}

TEST_F(March, WhatDisclosureControlTakesOutIsInNoFormat) {
  const auto open = bulletin_of("2019-03", inputs, world);
  const auto secret = cell_at(open, "industries", "C37", "period.industrial_value_added").text;
  ASSERT_EQ(secret.find('.'), secret.size() - 3);
  ASSERT_THAT(to_html(open, Language::both), HasSubstr(">" + secret + "<"));
  auto both = [](std::vector<indicators::IndicatorRow>& rows) {
    for (const char* code : {"C37", "C3711"}) EXPECT_TRUE(withholding("industry", code)(rows).ok());
    // The same enterprise under its other names.
    for (const char* group : {"transport_equipment", "railway"}) EXPECT_TRUE(withholding("group", group)(rows).ok());
    return Result<Protection>(Protection{{{"共隐去若干项。", "Some cells are withheld."}}});
  };
  const auto bulletin = bulletin_of("2019-03", inputs, world, both);
  EXPECT_EQ(cell_at(bulletin, "industries", "C37", "period.value_added_growth").shown, Shown::confidential);
  const auto html = to_html(bulletin, Language::both), csv = to_csv(bulletin, Language::both);
  EXPECT_THAT(html, HasSubstr("<td>(c)</td>"));
  EXPECT_THAT(html, HasSubstr("Some cells are withheld."));
  EXPECT_THAT(html, Not(HasSubstr(secret)));
  EXPECT_THAT(csv, Not(HasSubstr(secret)));
  EXPECT_THAT(csv, HasSubstr("industries,C37,period.industrial_value_added,,CNY 10k,,confidential,2019-03"));
  for (const auto& section : bulletin.sections) {
    for (const auto& chart : section.charts) {
      for (const auto& bar : chart.bars)
        EXPECT_NE(bar.label.en, "Railway, ship, aerospace and other transport equipment");
    }
  }
}

}  // namespace
}  // namespace songhua::report
