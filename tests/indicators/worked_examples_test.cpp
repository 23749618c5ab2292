#include "indicators/coverage.h"
#include "indicators/disclosure.h"
#include "indicators/efficiency.h"
#include "indicators/growth.h"
#include "indicators/kpi.h"
#include "indicators/levels.h"
#include "indicators/production_index.h"
#include "indicators/target.h"
#include "world.h"

// The worked examples of the indicator specification, section 14, by their numbers. Where a figure needs a rollup and a
// register it is computed through compute(), else by its formula.
namespace songhua::indicators {
namespace {

const Scope kAll;

Files one_enterprise() {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C36,159,4000"});
  return files;
}

void month_of_w01(World& world) {
  world.good("2019-03-05", "E1", "car-ice-sedan", 1000).good("2019-03-06", "E1", "car-ice-sedan", 50, "RU");
  world.dispatched("2019-03-05", "E1", "car-ice-sedan", 900).dispatched("2019-03-05", "E1", "car-ice-sedan", 60, "RU");
  world.good("2019-03-05", "E1", "npk-15-15-15", 2'000'000).good("2019-03-05", "E1", "npk-15-15-15", 33'333, "MN");
  world.dispatched("2019-03-05", "E1", "npk-15-15-15", 1'999'999)
      .dispatched("2019-03-05", "E1", "npk-15-15-15", 12'345, "MN");
}

TEST(WorkedExamples, W01LevelsOfAMonth) {
  World world;
  month_of_w01(world);
  const auto inputs = one_enterprise().inputs();
  const auto check = [&](const std::string& id, const std::string& want_exact, const std::string& want,
                         const Scope& scope) {
    const auto row = row_of(id, "2019-03", inputs, world, scope);
    EXPECT_EQ(exact(row), want_exact) << id;
    EXPECT_EQ(shown(row), want) << id;
  };
  check("gross_output_current", "2409633317/200000", "12048.17", kAll);
  check("gross_output_comparable", "2447566651/200000", "12237.83", kAll);
  check("sales_value", "2196217201/200000", "10981.09", kAll);
  check("sales_output_ratio", "219621720100/2409633317", "91.1", kAll);
  check("export_delivery_value", "472869/800", "591.09", kAll);
  check("export_delivery_value", "588", "588.00", kAll.with("market", "RU"));
  check("export_delivery_value", "2469/800", "3.09", kAll.with("market", "MN"));
  check("export_delivery_value", "472869/800", "591.09", kAll.with("market_group", "northeast_asia"));
  check("industrial_value_added", "52713033023/20000000", "2635.65", kAll);
  check("industrial_value_added_comparable", "53559766369/20000000", "2677.99", kAll);
}

TEST(WorkedExamples, W02Growth) {
  const auto check = [](const Value& now, const Value& base, const std::string& want_exact, const std::string& want) {
    const auto g = growth(now, base);
    EXPECT_EQ(exact(g), want_exact);
    EXPECT_EQ(shown(g, 1), want);
  };
  check(Rational(1053), Rational(1000), "53/10", "5.3");
  check(Rational(10005), Rational(10000), "1/20", "0.1");
  check(Rational(9995), Rational(10000), "-1/20", "-0.1");
  check(Rational(99996), Rational(100000), "-1/250", "0.0");
  check(Rational(7), Rational(0), "base_not_positive", "base_not_positive");
  check(Rational(7), Reason::no_base, "no_base", "no_base");
}

TEST(WorkedExamples, W03ContributionAndPull) {
  const GrowthPart c36{Rational(636), Rational(600)}, c26{Rational(291), Rational(300)},
      c37{Rational(121), Rational(100)};
  const GrowthPart total{Rational(1048), Rational(1000)};
  EXPECT_EQ(shown(growth(total.now, total.base), 1), "4.8");
  EXPECT_EQ(shown(pull(c36, total), 2), "3.60");
  EXPECT_EQ(shown(pull(c26, total), 2), "-0.90");
  EXPECT_EQ(shown(pull(c37, total), 2), "2.10");
  EXPECT_EQ(*pull(c36, total) + *pull(c26, total) + *pull(c37, total), *growth(total.now, total.base));
  EXPECT_EQ(shown(contribution(c36, total), 1), "75.0");
  EXPECT_EQ(exact(contribution(c26, total)), "-75/4");
  EXPECT_EQ(shown(contribution(c26, total), 1), "-18.8");
  EXPECT_EQ(exact(contribution(c37, total)), "175/4");
  EXPECT_EQ(shown(contribution(c37, total), 1), "43.8");
  EXPECT_EQ(exact(share(c36.now, total.now)), "7950/131");
  EXPECT_EQ(shown(share(c36.now, total.now), 1), "60.7");
}

TEST(WorkedExamples, W04AndW18DeflatedGrowth) {
  const Value r36 = deflated(Rational(1100), Rational(102)), r26 = deflated(Rational(450), Rational(90));
  const Value sum = Rational(*r36 + *r26);
  EXPECT_EQ(exact(growth(r36, Rational(1000))), "400/51");
  EXPECT_EQ(shown(growth(r36, Rational(1000)), 1), "7.8");
  EXPECT_EQ(exact(growth(r26, Rational(480))), "25/6");
  EXPECT_EQ(exact(growth(sum, Rational(1480))), "12550/1887");
  EXPECT_EQ(shown(growth(sum, Rational(1480)), 1), "6.7");
  EXPECT_EQ(exact(growth(Rational(1550), Rational(1480))), "175/37");
  EXPECT_EQ(exact(implicit_deflator(Rational(1550), sum)), "15810/161");
  EXPECT_EQ(shown(implicit_deflator(Rational(1550), sum), 1), "98.2");
  const GrowthPart total{sum, Rational(1480)};
  EXPECT_EQ(exact(pull({r36, Rational(1000)}, total)), "10000/1887");
  EXPECT_EQ(exact(pull({r26, Rational(480)}, total)), "50/37");
}

TEST(WorkedExamples, W04ThroughRegisterAndPriceIndices) {
  // Bases chosen so that the ratios are those of W04: 1,000 sedans a year before, and 480 t of rubber.
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220203,C2652,159,10"});
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 1100);
  world.good("2019-03-05", "E2", "rubber-epdm", 450'000);
  files.base({"E1,2018-03,va_cur,,,2420,CNY 10k", "E2,2018-03,va_cur,,,129.6,CNY 10k"});
  files.put(InputKind::ppi, "industry,period,index\nC36,2019-03,102\nC26,2019-03,90\n");
  const auto inputs = files.inputs();
  Settings deflate;
  deflate.deflated = true;
  EXPECT_EQ(exact(row_of("value_added_growth", "2019-03", inputs, world, kAll.with("industry", "C36"), deflate)),
            "400/51");
  const auto rubber = row_of("value_added_growth", "2019-03", inputs, world, kAll.with("industry", "C26"), deflate);
  EXPECT_EQ(exact(rubber), "25/6");
  EXPECT_EQ(rubber.method, "deflated");
  EXPECT_EQ(rubber.base_source, "base.csv");
}

TEST(WorkedExamples, W05JanuaryFebruaryAndCumulative) {
  // One unit of value added is one sedan at comparable prices: 11200000 * 22 % = 246.4 (CNY 10k).
  Files files = one_enterprise();
  World world;
  world.good("2019-01-10", "E1", "car-ice-sedan", 52).good("2019-02-10", "E1", "car-ice-sedan", 30);
  world.good("2019-03-10", "E1", "car-ice-sedan", 47);
  std::vector<std::string> base;
  for (const auto& [month, cars] : std::map<std::string, int>{{"01", 45}, {"02", 36}, {"03", 45}}) {
    base.push_back("E1,2018-" + month + ",output.good,car-ice-sedan,," + std::to_string(cars) + ",vehicle");
  }
  const auto inputs = files.base(base).inputs();
  const auto check = [&](const std::string& id, const std::string& period, const std::string& want_exact,
                         const std::string& want) {
    const auto row = row_of(id, period, inputs, world);
    EXPECT_EQ(exact(row), want_exact) << id << " " << period;
    EXPECT_EQ(shown(row), want) << id << " " << period;
  };
  check("value_added_growth", "2019-01", "jan_feb_combined", "jan_feb_combined");
  check("value_added_growth", "2019-02", "jan_feb_combined", "jan_feb_combined");
  check("value_added_growth_cumulative", "2019-01", "jan_feb_combined", "jan_feb_combined");
  check("value_added_growth", "2019-01..02", "100/81", "1.2");
  check("value_added_growth_cumulative", "2019-02", "100/81", "1.2");
  check("value_added_growth", "2019-03", "40/9", "4.4");
  check("value_added_growth_cumulative", "2019-03", "50/21", "2.4");
  check("value_added_growth", "2019-Q1", "50/21", "2.4");
  EXPECT_EQ(row_of("industrial_value_added", "2019-01", inputs, world).published, false);
  EXPECT_EQ(row_of("value_added_growth_cumulative", "2019-03", inputs, world).period, "2019-01..03");
}

TEST(WorkedExamples, W06ProductionIndexOfFixedWeights) {
  const auto c36 = industry_index({{110, 1200, 50}, {30, 240, 100}}, 1), c26 = industry_index({{900, 12000, 2}}, 1);
  EXPECT_EQ(exact(c36), "850/7");
  EXPECT_EQ(shown(c36, 2), "121.43");
  EXPECT_EQ(exact(c26), "90");
  EXPECT_EQ(exact(total_index({{c36, 70}, {c26, 30}}).index), "112");
}

TEST(WorkedExamples, W07ChainLink) {
  const auto link = link_factor(Rational(100), {{130, 120, 10}, {60, 60, 20}});
  EXPECT_EQ(exact(link), "625/6");
  EXPECT_EQ(shown(link, 2), "104.17");
  const auto index = chained_index(link, {{12, 130, 11}, {5, 60, 19}}, 1);
  EXPECT_EQ(exact(index), "28375/257");
  EXPECT_EQ(shown(index, 2), "110.41");
}

TEST(WorkedExamples, W08CapacityUtilisation) {
  Files files;
  files.default_catalogue().enterprises({"A,220102,C3611,159,10", "B,220203,C2652,159,10"});
  files.put(InputKind::lines, "enterprise,line,product\nA,L1,car-ice-sedan\nB,L1,rubber-epdm\n");
  World world;
  world.good("2019-06-05", "A", "car-ice-sedan", 23040).good("2019-06-05", "B", "rubber-epdm", 0);
  const auto inputs = files.inputs();
  const auto of = [&](const Scope& scope) { return row_of("capacity_utilisation", "2019-06", inputs, world, scope); };
  EXPECT_EQ(shown(of(kAll.with("enterprise", "A"))), "80.0");
  EXPECT_EQ(shown(of(kAll.with("enterprise", "B"))), "0.0");
  EXPECT_EQ(exact(of(kAll)), "143360/1823");
  EXPECT_EQ(shown(of(kAll)), "78.6");
}

TEST(WorkedExamples, W09Energy) {
  Files files = one_enterprise();
  files.base({"E1,2018-03,energy_tce,,,1261.287,tce", "E1,2018-03,va_cmp,,,9500,CNY 10k"});
  World world;
  world.add("2019-03-05", "E1", "L1", {"energy.electricity", "", ""}, 5'000'000'000);
  world.add("2019-03-05", "E1", "L1", {"energy.natural_gas", "", ""}, 300'000'000);
  world.add("2019-03-05", "E1", "L1", {"energy.steam", "", ""}, 2'000'000);
  world.add("2019-03-05", "E1", "L1", {"energy.water", "", ""}, 7'000'000);  // a medium: not counted
  const auto inputs = files.inputs();
  EXPECT_EQ(exact(row_of("energy_consumption", "2019-03", inputs, world)), "123599/100");
  const Value fen = Rational(10'000'000'000), fen_before = Rational(9'500'000'000);
  const Value now = energy_intensity(Rational(123599, 100), fen);
  const Value before = energy_intensity(Rational(1261287, 1000), fen_before);
  EXPECT_EQ(exact(now), "123599/1000000");
  EXPECT_EQ(shown(now, 4), "0.1236");
  EXPECT_EQ(exact(before), "1261287/9500000");
  EXPECT_EQ(shown(before, 4), "0.1328");
  EXPECT_EQ(exact(energy_intensity_change(now, before)), "-8709650/1261287");
  EXPECT_EQ(shown(energy_intensity_change(now, before), 2), "-6.91");
}

TEST(WorkedExamples, W10Labour) {
  const Value fen = Rational(123'456'789'000);
  EXPECT_EQ(exact(labour_productivity(fen, 4000, 3)), "123456789/100");
  EXPECT_EQ(shown(labour_productivity(fen, 4000, 3), 0), "1234568");
  EXPECT_EQ(exact(labour_productivity_hour(fen, 7'200'000'000)), "123456789/200000");
  EXPECT_EQ(shown(labour_productivity_hour(fen, 7'200'000'000), 2), "617.28");
}

TEST(WorkedExamples, W11KpisOfAShift) {
  World world;
  const auto time = [&](const char* state, int128 ms) {
    world.add("2019-03-05", "E1", "L1", {std::string("time.") + state, "", ""}, ms);
  };
  time("execute", 24'000'000), time("starting", 300'000), time("resetting", 600'000), time("held", 900'000);
  time("suspended", 600'000), time("aborted", 700'000), time("clearing", 200'000), time("idle", 1'500'000);
  world.good("2019-03-05", "E1", "car-ice-sedan", 380);  // 60 an hour: PRI 60,000 ms
  world.add("2019-03-05", "E1", "L1", {"output.rejected", "car-ice-sedan", "CN"}, 5);
  world.add("2019-03-05", "E1", "L1", {"output.reworked", "car-ice-sedan", "CN"}, 8);
  world.add("2019-03-05", "E1", "L1", {"event.failures", "", ""}, 2);
  const auto inputs = one_enterprise().inputs();
  const std::vector<std::tuple<std::string, std::string, std::string>> expected{
      {"availability", "250/3", "83.33"},
      {"effectiveness", "385/4", "96.25"},
      {"quality_ratio", "7600/77", "98.70"},
      {"oee", "475/6", "79.17"},
      {"nee", "7885/96", "82.14"},
      {"utilisation_efficiency", "8000/91", "87.91"},
      {"technical_efficiency", "1000/11", "90.91"},
      {"allocation_efficiency", "2275/24", "94.79"},
      {"setup_ratio", "300/83", "3.61"},
      {"scrap_ratio", "100/77", "1.30"},
      {"rework_ratio", "160/77", "2.08"},
      {"first_pass_yield", "7440/77", "96.62"},
      {"throughput_per_hour", "660/13", "50.77"},
      {"mtbf_s", "12000", "12000.00"},
      {"mttr_s", "450", "450.00"}};
  for (const auto& [id, want_exact, want] : expected) {
    const auto row = row_of(id, "2019-03-05", inputs, world, kAll.with("line", "L1"));
    EXPECT_EQ(exact(row), want_exact) << id;
    EXPECT_EQ(shown(row), want) << id;
  }
}

TEST(WorkedExamples, W12DigitalAndShares) {
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10", "E2,220203,C2652,159,10"});
  World world;
  const auto equipment = [&](const char* enterprise, const std::vector<int>& counts) {
    const char* names[] = {"units", "connected", "key_processes", "nc_key_processes"};
    for (std::size_t i = 0; i < 4; ++i) {
      world.add("2019-03-05", enterprise, "L1", {std::string("equipment.") + names[i], "", ""}, counts[i]);
    }
  };
  equipment("E1", {100, 90, 20, 15});
  equipment("E2", {10, 10, 0, 0});
  const auto inputs = files.inputs();
  EXPECT_EQ(exact(row_of("connection_rate", "2019-03", inputs, world)), "1000/11");
  EXPECT_EQ(exact(row_of("nc_rate", "2019-03", inputs, world)), "75");
  EXPECT_EQ(exact(row_of("nc_rate", "2019-03", inputs, world, kAll.with("enterprise", "E2"))), "no_key_processes");
  EXPECT_EQ(exact(share(Rational(613), Rational(5000))), "613/50");
  EXPECT_EQ(shown(share(Rational(613), Rational(5000)), 1), "12.3");
  EXPECT_EQ(exact(share(Rational(1750), Rational(5000))), "35");
  EXPECT_EQ(shown(share(Rational(3333), Rational(5000)), 1), "66.7");
}

TEST(WorkedExamples, W13TargetTrackerAfterApril) {
  TargetInputs in;
  in.base = {30, 26, 40, 38, 40, 42, 38, 38, 42, 41, 43, 44};
  in.current = {32, 26, 42, 41};
  in.target_growth = target_growth(5, 1);
  const auto tracked = track(in);
  const std::vector<std::tuple<std::string, std::string, int, std::string>> expected{
      {"target_growth_pct", "6", 1, "6.0"},
      {"cumulative_growth_pct", "350/67", 1, "5.2"},
      {"gap_pp", "-52/67", 2, "-0.78"},
      {"gap_to_date", "-26/25", 2, "-1.04"},
      {"remaining_needed", "8718/25", 2, "348.72"},
      {"required_growth_rest_pct", "259/41", 1, "6.3"},
      {"run_rate_pct", "350/67", 1, "5.2"},
      {"projected_growth_pct", "350/67", 1, "5.2"},
      {"projected_low_pct", "6550/1617", 1, "4.1"},
      {"projected_high_pct", "31250/4389", 1, "7.1"},
      {"projected_gap_cny", "-6006/1675", 2, "-3.59"}};
  for (const auto& [id, want_exact, decimals, want] : expected) {
    EXPECT_EQ(exact(tracked.figures.at(id)), want_exact) << id;
    EXPECT_EQ(shown(tracked.figures.at(id), decimals), want) << id;
  }
  EXPECT_EQ(exact(tracked.figures.at("on_target")), "0");
  EXPECT_EQ(tracked.path.size(), 12U);
}

TEST(WorkedExamples, W16Suppression) {
  const auto why = [](const std::vector<int>& cells) {
    std::vector<Rational> values(cells.begin(), cells.end());
    return primary_suppression(values, {});
  };
  using Why = std::vector<std::string>;
  EXPECT_EQ(why({40, 35, 25}), Why{});
  EXPECT_EQ(why({80, 10, 10}), Why{"dominance(1,75)"});
  EXPECT_EQ(why({50, 41, 9}), Why{"dominance(2,90)"});
  EXPECT_EQ(why({7, 8}), (Why{"frequency<3", "dominance(2,90)"}));
  EXPECT_EQ(why({75, 20, 5}), Why{"dominance(2,90)"});
}

TEST(WorkedExamples, W19SuppressionAtTheEdges) {
  const auto why = [](const std::vector<int>& cells, bool p_percent) {
    std::vector<Rational> values(cells.begin(), cells.end());
    SuppressionRule rule;
    rule.p_percent = p_percent;
    return primary_suppression(values, rule);
  };
  using Why = std::vector<std::string>;
  EXPECT_EQ(why({40}, false), (Why{"frequency<3", "dominance(1,75)"}));
  EXPECT_EQ(why({6, 0, 5, 4}, false), Why{});
  EXPECT_EQ(why({-30, 20, 10}, false), Why{});
  EXPECT_EQ(why({200, 80, 31}, true), Why{});
  EXPECT_EQ(why({200, 80, 30}, true), Why{});
  EXPECT_EQ(why({200, 80, 29}, true), Why{"p%(15)"});
  EXPECT_EQ(why({0, 0}, false), Why{});
}

TEST(WorkedExamples, W17Nutrient) {
  World world;
  world.good("2019-03-05", "E1", "npk-15-15-15", 1'000'000).good("2019-03-05", "E1", "npk-26-10-12", 500'000);
  const auto inputs = one_enterprise().inputs();
  const auto nutrient = row_of("product_output", "2019-03", inputs, world);
  EXPECT_EQ(exact(nutrient), "690");
  EXPECT_EQ(shown(nutrient), "690.00");
  EXPECT_EQ(nutrient.unit, "t nutrient");
  EXPECT_EQ(shown(row_of("product_output_physical", "2019-03", inputs, world)), "1500.00");
}

TEST(WorkedExamples, W18ExportShareOfW01) {
  World world;
  month_of_w01(world);
  const auto row = row_of("export_share", "2019-03", one_enterprise().inputs(), world);
  EXPECT_EQ(exact(row), "11821725000/2196217201");
  EXPECT_EQ(shown(row), "5.4");
}

TEST(WorkedExamples, W20MeanTimes) {
  KpiSums sums;
  sums.add_time("execute", 540'000);
  sums.add_time("resetting", 120'000);
  sums.add_time("aborted", 305'000);
  sums.failures = 2;
  const auto plain = kpis(sums, false), iso = kpis(sums, true);
  EXPECT_EQ(exact(plain.at("mtbf_s")), "270");
  EXPECT_EQ(exact(plain.at("mttr_s")), "305/2");
  EXPECT_EQ(exact(iso.at("mtbf_s")), "220");
  EXPECT_EQ(shown(iso.at("mttr_s"), 2), "101.67");
}

// One sedan is the unit of value added; E2 and E4 are silent at first.
TEST(WorkedExamples, W21CoverageImputationRevision) {
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
  files.enterprises({"E1,220102,C26,159,1", "E2,220102,C26,159,1", "E3,220102,C26,159,1", "E4,220102,C37,159,1"});
  std::vector<std::string> base;
  for (const auto& [id, value] : std::map<std::string, int>{{"E1", 100}, {"E2", 40}, {"E3", 60}, {"E4", 30}}) {
    base.push_back(id + ",2018-03,va_cmp,,," + std::to_string(value) + ",CNY");
  }
  const auto inputs = files.base(base).inputs();
  World first;
  first.good("2019-03-05", "E1", "thing", 110).good("2019-03-05", "E3", "thing", 57);
  EXPECT_EQ(exact(row_of("coverage", "2019-03", inputs, first)), "1600/23");
  const auto plain = row_of("value_added_growth", "2019-03", inputs, first);
  EXPECT_EQ(exact(plain), "-630/23");
  EXPECT_EQ(plain.status, Status::preliminary);
  EXPECT_EQ(plain.warnings.at("not_reporting").count, 2U);
  EXPECT_EQ(plain.warnings.count("low_coverage"), 1U);
  Settings impute;
  impute.impute_growth = true;
  const auto filled = row_of("value_added_growth", "2019-03", inputs, first, kAll, impute);
  EXPECT_EQ(exact(filled), "35/8");
  EXPECT_EQ(shown(filled), "4.4");
  EXPECT_EQ(exact_text(*filled.imputed_share), "700/23");
  EXPECT_TRUE(filled.flags.contains("imputed"));
  const auto part = [&](const std::string& id) {
    return *row_of("industrial_value_added_comparable", "2019-03", inputs, first, kAll.with("enterprise", id), impute)
                .value *
           10'000;
  };
  EXPECT_EQ(exact_text(part("E2")), "167/4");
  EXPECT_EQ(exact_text(part("E4")), "501/16");

  World later;
  later.good("2019-03-05", "E1", "thing", 110)
      .good("2019-03-05", "E2", "thing", 45)
      .good("2019-03-05", "E3", "thing", 57);
  const auto published = [&](const std::string&, const Scope&, const std::string&) {
    return std::optional(PublishedFigure{*filled.value, "4.4", "preliminary", kNow});
  };
  IndicatorRequest request;
  request.ids = {"value_added_growth"};
  request.period = Period::parse("2019-03").value();
  const auto revised = compute(request, inputs, later, impute, kNow, published).value().front();
  EXPECT_EQ(exact(revised), "6");
  EXPECT_EQ(exact(*revised.revision), "13/8");
  EXPECT_EQ(to_json(revised, true)["revision"]["value"], "1.63");
}

}  // namespace
}  // namespace songhua::indicators
