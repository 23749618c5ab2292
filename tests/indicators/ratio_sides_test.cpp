#include "world.h"

// A factory, a line or a month that only one side of a ratio knows is on neither (docs/bulletin.md): each ratio is then
// that of the others alone, or of the days that are told.
namespace songhua::indicators {
namespace {

const Scope kAll;
const Scope kOne = Scope{}.with("enterprise", "E1");

// E1 tells all of June: 28,800 cars are the whole capacity of its line (60 an hour, 16 h on 30 days).
class RatioSides : public ::testing::Test {
 protected:
  RatioSides() {
    files_.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220102,C3611,159,30"});
    files_.put(InputKind::lines, "enterprise,line,product\nE1,L1,car-ice-sedan\nE2,L1,car-ice-sedan\n");
    full("E1", "2019-06-05");
  }
  // Everything that ratios are made of.
  void full(const std::string& id, const std::string& day, const std::string& line = "L1") {
    world_.good(day, id, "car-ice-sedan", 28'800, "CN", line);
    told(id, day, line, "output.rejected", 200, "car-ice-sedan");
    told(id, day, line, "output.reworked", 100, "car-ice-sedan");
    world_.add(day, id, line, {"dispatch.quantity", "car-ice-sedan", "RU"}, 9'000);
    told(id, day, line, "energy.electricity", 13'000'000'000);
    told(id, day, line, "labour.time", 6'000'000);
    told(id, day, line, "time.execute", 1'800'000'000);
    told(id, day, line, "time.aborted", 40'000'000);
    told(id, day, line, "time.idle", 100'000'000);
    told(id, day, line, "event.failures", 4);
    told(id, day, line, "equipment.units", 80);
    told(id, day, line, "equipment.connected", 60);
    told(id, day, line, "equipment.key_processes", 20);
    told(id, day, line, "equipment.nc_key_processes", 15);
  }
  void told(const std::string& id, const std::string& day, const std::string& line, const std::string& measure,
            int128 quantity, const std::string& product = "") {
    world_.add(day, id, line, {measure, product, product.empty() ? "" : "CN"}, quantity);
  }
  void base(const std::vector<std::string>& rows) { files_.base(rows); }
  IndicatorRow ask(const std::string& id, const Scope& scope = {}, const std::string& period = "2019-06",
                   bool impute = false) {
    if (!inputs_) inputs_ = files_.inputs();
    IndicatorRequest request;
    request.ids = {id};
    request.period = Period::parse(period).value();
    request.scope = scope;
    request.explain = true;
    Settings settings;
    settings.impute_growth = impute;
    auto row = compute(request, *inputs_, world_, settings, kNow)->front();
    EXPECT_EQ(row.explanation->value, exact(row)) << id;
    if (row.value.known()) {
      EXPECT_EQ(from_children(*row.explanation), *row.value) << id;
    }
    return row;
  }
  // The first rule of a tree; the others are checked by Explain.EveryNodeFollowsFromItsChildren.
  static Rational from_children(const Explanation& node) {
    std::vector<Rational> values;
    for (const auto& child : node.children) values.push_back(parse_exact(child.value).value());
    if (node.rule == "percent") return values.at(0) / values.at(1) * 100;
    if (node.rule == "quotient") return values.at(0) / values.at(1);
    if (node.rule == "growth") return (values.at(0) / values.at(1) - 1) * 100;
    if (node.rule == "difference") return values.at(0) - values.at(1);
    Rational sum = 0;
    for (const auto& value : values) sum += value;
    return sum;
  }
  void expect_as_without_it(const std::vector<std::string>& ids, const Scope& scope = {}, bool impute = false) {
    for (const auto& id : ids) {
      const auto alone = ask(id, scope.with("enterprise", "E1"));
      ASSERT_TRUE(alone.value.known()) << id;
      EXPECT_EQ(exact(ask(id, scope, "2019-06", impute)), exact(alone)) << id;
    }
  }

  Files files_;
  World world_;

 private:
  std::optional<Inputs> inputs_;
};

const std::vector<std::string> kRatios{"capacity_utilisation",
                                       "energy_intensity",
                                       "labour_productivity",
                                       "labour_productivity_hour",
                                       "connection_rate",
                                       "nc_rate",
                                       "sales_output_ratio",
                                       "export_share",
                                       "availability",
                                       "effectiveness",
                                       "quality_ratio",
                                       "oee",
                                       "nee",
                                       "throughput_per_hour",
                                       "mtbf_s",
                                       "mttr_s"};

TEST_F(RatioSides, AFactoryThatHasNotReportedIsOnNeither) {
  base({"E1,2018-06,va_cmp,,,600,CNY 10k", "E2,2018-06,va_cmp,,,200,CNY 10k"});
  expect_as_without_it(kRatios);
  for (const auto& id : kRatios) {
    const auto row = ask(id);
    EXPECT_EQ(row.warnings.at("not_reporting").items, std::set<std::string>{"E2"}) << id;
    EXPECT_EQ(row.status, Status::preliminary) << id;
    ASSERT_TRUE(row.coverage) << id;
    EXPECT_EQ(exact(*row.coverage), "75") << id;
  }
  EXPECT_EQ(ask("capacity_utilisation").warnings.at("line_not_reporting").items, std::set<std::string>{"L1"});
  EXPECT_EQ(shown(ask("capacity_utilisation")), "100.0");
  expect_as_without_it({"energy_per_unit"}, kAll.with("product", "car-ice-sedan"));
}

// April to June has 91 days; E2 has told of April and May, 61 of them.
TEST_F(RatioSides, OfAQuarterTheMonthsThatAreTold) {
  for (const char* day : {"2019-04-05", "2019-05-05"}) {
    full("E1", day);
    full("E2", day);
  }
  // 5 x 28,800 cars; hours of E1's 91 days and E2's 61.
  const auto used = ask("capacity_utilisation", kAll, "2019-Q2");
  EXPECT_EQ(exact(used), exact_text(Rational(5 * 28'800 * 100, 60 * 16 * 152)));
  EXPECT_EQ(used.warnings.at("line_partly_reporting").count, 1U);
  // 28,800 cars at 110,000 yuan and 22 %, by 10 and 30 * 61 / 91 persons; four quarters a year.
  const Rational yuan = Rational(5) * 28'800 * 110'000 * 22 / 100;
  EXPECT_EQ(exact(ask("labour_productivity", kAll, "2019-Q2")),
            exact_text(Rational(yuan / (10 + Rational(30 * 61, 91)) * 4)));
}

TEST_F(RatioSides, OfAMonthThatIsNotOverTheDaysThatAreTold) {
  full("E2", "2019-06-07");
  told("E2", "2019-06-10", "L1", "time.execute", 1'000);
  world_.told("E2", "L1", "2019-01-01", "2019-06-10T12:00");
  // Hours of 30 days and of 10.
  EXPECT_EQ(exact(ask("capacity_utilisation")), exact_text(Rational(2 * 28'800 * 100, 60 * 16 * 40)));
  const Rational yuan = Rational(2) * 28'800 * 110'000 * 22 / 100;
  EXPECT_EQ(exact(ask("labour_productivity")), exact_text(Rational(yuan / (10 + 10) * 12)));
}

TEST_F(RatioSides, ALineThatWasFirstHeardInTheMonthCountsFromThatDay) {
  world_.good("2019-06-25", "E2", "car-ice-sedan", 60 * 16 * 10).heard_since("E2", "L1", "2019-06-21");
  EXPECT_EQ(exact(ask("capacity_utilisation")), "100");
}

TEST_F(RatioSides, AnEstimateBringsItsPersons) {
  base({"E1,2018-06,va_cur,,,69696,CNY 10k", "E2,2018-06,va_cur,,,1000,CNY 10k"});
  // E1's 28,800 * 110,000 * 22 % is what it was, so E2's 10 million yuan are, too.
  EXPECT_EQ(exact(ask("labour_productivity", kAll, "2019-06", true)), exact_text(Rational(706'960'000, 40) * 12));
  EXPECT_EQ(exact(ask("labour_productivity")), exact_text(Rational(696'960'000, 10) * 12));
}

TEST_F(RatioSides, AnEstimateOfOneSideAloneIsLeftOut) {
  base({"E1,2018-06,va_cmp,,,600,CNY 10k", "E2,2018-06,va_cmp,,,200,CNY 10k",
        "E1,2018-06,gross_output_current,,,600,CNY 10k", "E2,2018-06,gross_output_current,,,200,CNY 10k"});
  expect_as_without_it({"energy_intensity", "sales_output_ratio"}, kAll, true);
  EXPECT_FALSE(ask("energy_intensity", kAll, "2019-06", true).flags.contains("imputed"));
  EXPECT_TRUE(ask("industrial_value_added_comparable", kAll, "2019-06", true).flags.contains("imputed"));
}

TEST_F(RatioSides, AChangeOfARatioIsOfThoseWithBothBases) {
  full("E2", "2019-06-05");
  base({"E1,2018-06,gross_output_current,,,300000,CNY 10k", "E1,2018-06,sales_value,,,90000,CNY 10k",
        "E2,2018-06,gross_output_current,,,300000,CNY 10k"});
  const auto row = ask("sales_output_ratio_change");
  EXPECT_EQ(exact(row), exact(ask("sales_output_ratio_change", kOne)));
  EXPECT_EQ(row.warnings.at("no_base").items, std::set<std::string>{"E2"});
}

TEST_F(RatioSides, AFactoryWithoutMetersOrHoursIsLeftOutOfWhatIsDividedByThem) {
  world_.good("2019-06-05", "E2", "car-ice-sedan", 1'000);
  expect_as_without_it({"energy_intensity", "labour_productivity_hour"});
  expect_as_without_it({"energy_per_unit"}, kAll.with("product", "car-ice-sedan"));
  for (const char* id : {"energy_intensity", "labour_productivity_hour"}) {
    EXPECT_EQ(ask(id).warnings.at("told_in_part").items, std::set<std::string>{"E2"}) << id;
  }
  EXPECT_GT(*ask("industrial_value_added").value, *ask("industrial_value_added", kOne).value);
}

TEST_F(RatioSides, MachinesOfALineThatIsGoneCountInThePeriodInWhichItToldOfThem) {
  // A price that changes after the line is gone cuts the quarter: it does not take the machines from it.
  files_.put(InputKind::prices, "product,valid_from,price\ncar-ice-sedan,2019-06-01,1\n");
  told("E2", "2019-05-05", "L1", "equipment.units", 20);
  told("E2", "2019-05-05", "L1", "equipment.connected", 10);
  world_.gone("E2", "L1", "2019-05-20");
  EXPECT_EQ(exact(ask("connection_rate", kAll, "2019-Q2")), "70");
  EXPECT_EQ(exact(ask("connection_rate")), "75");
}

TEST_F(RatioSides, ALineThatTellsOneSideIsLeftOut) {
  // Cars without times, times without failures, machines of which nobody says how many are connected.
  world_.good("2019-06-05", "E2", "car-ice-sedan", 28'800);
  told("E2", "2019-06-05", "L2", "time.execute", 900'000'000);
  told("E2", "2019-06-05", "L2", "time.idle", 0);
  told("E2", "2019-06-05", "L1", "equipment.units", 500);
  told("E2", "2019-06-05", "L1", "equipment.key_processes", 70);
  expect_as_without_it({"connection_rate", "nc_rate", "mtbf_s", "mttr_s"});
  EXPECT_EQ(ask("connection_rate").warnings.at("told_in_part").items, std::set<std::string>{"L1"});
  // L2 stands idle for its cars: it counts, and L1 of E2 does not.
  EXPECT_EQ(exact(ask("effectiveness")), exact_text(Rational(29'000 * 60'000LL * 100, 2'700'000'000LL)));
  EXPECT_EQ(exact(ask("oee")), exact_text(Rational(28'800 * 60'000LL * 100, 2'840'000'000LL)));
}

}  // namespace
}  // namespace songhua::indicators
