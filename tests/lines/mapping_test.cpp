#include "lines/mapping.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace songhua::lines {
namespace {

constexpr std::uint32_t kInt32 = 3, kInt64 = 4, kUInt16 = 6, kUInt32 = 7, kDouble = 10, kBoolean = 11;

Mapping mapping(std::string_view toml) {
  auto parsed = Mapping::parse(toml, "lines.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Mapping{};
}

MetricSource metric(std::string_view name, std::uint32_t datatype = kInt64, std::string_view device = "D") {
  return {"G", "E", device, name, datatype};
}

// "L1 energy.electricity product market kind unit", or the role of what is no series.
std::string told(const Match& match) {
  struct Teller {
    std::string operator()(const UnmappedMetric&) const { return "unmapped"; }
    std::string operator()(const SeriesMetric& m) const {
      const auto& key = m.spec.key;
      return key.measure + " " + key.product + " " + key.market + " " + std::string(to_string(m.spec.kind)) + " " +
             m.spec.unit;
    }
    std::string operator()(const StateMetric& m) const {
      return "state " + std::to_string(m.states.size()) + " " + std::to_string(m.times.size());
    }
    std::string operator()(const CounterEpochMetric&) const { return "epoch"; }
    std::string operator()(const CounterStartMetric&) const { return "start"; }
    std::string operator()(const SilenceMetric&) const { return "silence"; }
    std::string operator()(const PropertyMetric& m) const { return "property " + m.name; }
    std::string operator()(const IgnoredMetric&) const { return "ignored"; }
  };
  return match.line + " " + std::visit(Teller{}, match.meaning);
}

std::string told(const Mapping& rules, std::string_view name, std::uint32_t datatype = kInt64) {
  return told(rules.match(metric(name, datatype)));
}

SeriesSpec spec(const Match& match) {
  return std::get<SeriesMetric>(match.meaning).spec;
}

TEST(BuiltIn, NamesOfASonghuaLine) {
  const Mapping none;
  EXPECT_EQ(told(none, "Output/car-ice-sedan/CN/Good"), "G/E/D output.good car-ice-sedan CN totalizer ");
  EXPECT_EQ(told(none, "Output/car-ice-sedan/RU/Rejected"), "G/E/D output.rejected car-ice-sedan RU totalizer ");
  EXPECT_EQ(told(none, "Output/p/CN/Reworked"), "G/E/D output.reworked p CN totalizer ");
  EXPECT_EQ(told(none, "Dispatch/p/MN/Quantity"), "G/E/D dispatch.quantity p MN totalizer ");
  EXPECT_EQ(told(none, "Time/Execute"), "G/E/D time.execute   totalizer ms");
  EXPECT_EQ(told(none, "Energy/Natural Gas/Consumed"), "G/E/D energy.natural_gas   totalizer dm3");
  EXPECT_EQ(told(none, "Energy/Reactive Lagging/Consumed"), "G/E/D energy.reactive_lagging   totalizer 1");
  EXPECT_EQ(told(none, "Labour/Time"), "G/E/D labour.time   totalizer person_s");
  EXPECT_EQ(told(none, "Failures/Count"), "G/E/D event.failures   totalizer 1");
  EXPECT_EQ(told(none, "Equipment/Units", kInt32), "G/E/D equipment.units   level 1");
  EXPECT_EQ(told(none, "Equipment/NC Key Processes", kInt32), "G/E/D equipment.nc_key_processes   level 1");
  EXPECT_EQ(told(none, "Process/Cycle Time", kDouble), "G/E/D process.Cycle Time   gauge 1");
  EXPECT_EQ(told(none, "Process/Zone/1", kDouble), "G/E/D process.Zone/1   gauge 1");
  EXPECT_EQ(told(none, "Properties/Counter Epoch"), "G/E/D epoch");
  EXPECT_EQ(told(none, "Properties/Counter Start"), "G/E/D start");
  EXPECT_EQ(told(none, "Properties/Silence"), "G/E/D silence");
  EXPECT_EQ(told(none, "Properties/Family"), "G/E/D property Family");
  EXPECT_EQ(none.match(metric("Labour/Time")).rule, "built in");
}

TEST(BuiltIn, ProductsAreDecodedAndMarketsKeptAsSent) {
  EXPECT_EQ(told({}, "Output/A%2FB 50%25 %41/CN/Good"), "G/E/D output.good A/B 50% %41 CN totalizer ");
  EXPECT_EQ(told({}, "Output/合成橡胶/domestic/Good"), "G/E/D output.good 合成橡胶 domestic totalizer ");
}

TEST(BuiltIn, ProtocolMetricsAreIgnoredWhateverRulesSay) {
  const Mapping all = mapping("[[rule]]\nmetric = \"**\"\nmeasure = \"output.good\"\n");
  for (const char* name : {"bdSeq", "Node Control/Rebirth", "Device Control/Scan rate"}) {
    EXPECT_EQ(told(all, name), "G/E/D ignored") << name;
  }
}

TEST(BuiltIn, OtherNamesAreUnmapped) {
  for (const char* name : {"", "Output", "Output/p/CN", "Output/p/CN/good", "Output//CN/Good", "Output/p//Good",
                           "Output/p/CN/Good/x", "Time/", "Time/A/B", "Energy/Consumed", "Energy/X/Used", "Process/",
                           "Equipment/Robots", "State/Mode", "Labour/Time/x"}) {
    EXPECT_EQ(told({}, name), "G/E/D unmapped") << name;
  }
}

TEST(BuiltIn, TablesTemplatesAndArraysAskForNoRule) {
  const auto told_of = [](std::uint32_t datatype) {
    return std::holds_alternative<IgnoredMetric>(Mapping{}.match({"G", "E", "D", "Losses/By Cause", datatype}).meaning);
  };
  for (const std::uint32_t datatype : {16U, 17U, 18U, 19U, 22U, 25U, 33U, 34U}) EXPECT_TRUE(told_of(datatype));
  for (const std::uint32_t datatype : {0U, 3U, 4U, 10U, 11U, 12U, 15U, 20U, 35U}) EXPECT_FALSE(told_of(datatype));
}

TEST(BuiltIn, StateIsARoleAndNoSecondSourceOfTimes) {
  const Match match = Mapping{}.match(metric("State/Current", kInt32));
  EXPECT_EQ(told(match), "G/E/D state 18 0");
  EXPECT_TRUE(match.series().empty());
  const auto& state = std::get<StateMetric>(match.meaning);
  EXPECT_EQ(state.find(6)->name, "execute");
  EXPECT_EQ(state.find(9)->packml, 9);
  EXPECT_EQ(state.find(17)->name, "complete");
  EXPECT_EQ(state.find(18), nullptr);
  EXPECT_EQ(state.find(-1), nullptr);
}

TEST(BuiltIn, ANodeIsALine) {
  EXPECT_EQ(told(Mapping{}.match(metric("Labour/Time", kInt64, ""))), "G/E labour.time   totalizer person_s");
}

TEST(BuiltIn, DefaultsOfTheBirthAndTheConfiguration) {
  const Match match = Mapping{}.match(metric("Labour/Time"), {Silence::unchanged, std::chrono::hours{25}});
  EXPECT_EQ(spec(match).silence, Silence::unchanged);
  EXPECT_EQ(spec(match).gap, std::chrono::hours{25});
  EXPECT_EQ(spec(match).factor, (Fraction{1, 1}));
  EXPECT_TRUE(spec(match).official);
}

TEST(BuiltIn, UnsignedCountersWrapAtTheirWidth) {
  EXPECT_EQ(spec(Mapping{}.match(metric("Labour/Time", kInt64))).width, 0);
  EXPECT_EQ(spec(Mapping{}.match(metric("Labour/Time", 5))).width, 8);
  EXPECT_EQ(spec(Mapping{}.match(metric("Labour/Time", kUInt16))).width, 16);
  EXPECT_EQ(spec(Mapping{}.match(metric("Labour/Time", kUInt32))).width, 32);
  EXPECT_EQ(spec(Mapping{}.match(metric("Labour/Time", 8))).width, 64);
  EXPECT_EQ(spec(Mapping{}.match(metric("Equipment/Units", kUInt32))).width, 0);
}

TEST(Rules, TheSampleOfTheInterfacePage) {
  const Mapping rules = mapping(R"(
    [[rule]]
    device = "G/E/D"
    metric = "Cnt/{product}/{market}"
    line = "L1"
    measure = "output.good"
    kind = "totalizer"
    factor = "1000"
    width = 32
    rate_limit = "100/min"
    silence = "unchanged"
    gap = "1h"
    official = true
  )");
  const Match match = rules.match(metric("Cnt/car%2Fx/CN"));
  EXPECT_EQ(told(match), "L1 output.good car/x CN totalizer ");
  EXPECT_EQ(match.rule, "lines.toml:2");
  EXPECT_EQ(spec(match).factor, (Fraction{1000, 1}));
  EXPECT_EQ(spec(match).width, 32);
  EXPECT_EQ(spec(match).rate_limit, (RateLimit{100, kMinute}));
  EXPECT_EQ(spec(match).silence, Silence::unchanged);
  EXPECT_EQ(spec(match).gap, std::chrono::hours{1});
  EXPECT_EQ(spec(match).line, "L1");
}

TEST(Rules, TheFirstOneThatMatchesCounts) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"A/*\"\nmeasure = \"output.rejected\"\n"
      "[[rule]]\nmetric = \"*/*\"\nmeasure = \"output.good\"\n");
  EXPECT_EQ(told(rules, "A/1"), "G/E/D output.rejected   totalizer ");
  EXPECT_EQ(told(rules, "B/1"), "G/E/D output.good   totalizer ");
}

TEST(Rules, ComeBeforeTheBuiltInOnes) {
  const Mapping rules = mapping("[[rule]]\nmetric = \"Labour/Time\"\nmeasure = \"process.Labour\"\n");
  EXPECT_EQ(told(rules, "Labour/Time"), "G/E/D process.Labour   gauge 1");
}

TEST(Rules, OfAWholeDeviceHoldForAllItsMetricsWhereverTheyStand) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"Cnt\"\nmeasure = \"output.good\"\nsilence = \"unknown\"\n"
      "[[rule]]\ndevice = \"G/E/{d}\"\nline = \"line-{d}\"\nsilence = \"unchanged\"\ngap = \"2h\"\nofficial = false\n");
  EXPECT_EQ(told(rules, "Cnt"), "line-D output.good   totalizer ");
  EXPECT_EQ(told(rules, "Labour/Time"), "line-D labour.time   totalizer person_s");
  EXPECT_EQ(told(rules, "Properties/Counter Epoch"), "line-D epoch");
  EXPECT_EQ(told(rules, "Foreign"), "line-D unmapped");
  EXPECT_EQ(spec(rules.match(metric("Cnt"))).silence, Silence::unknown);
  EXPECT_EQ(spec(rules.match(metric("Labour/Time"))).silence, Silence::unchanged);
  EXPECT_EQ(spec(rules.match(metric("Cnt"))).gap, std::chrono::hours{2});
  EXPECT_FALSE(spec(rules.match(metric("Cnt"))).official);
  EXPECT_EQ(told(rules.match(metric("Labour/Time", kInt64, ""))), "G/E labour.time   totalizer person_s");
}

TEST(Rules, WithoutAMeasureOnlyAddToWhatANameMeans) {
  const Mapping rules = mapping("[[rule]]\nmetric = \"Output/*/*/Good\"\nrate_limit = \"5/min\"\nwidth = 16\n");
  const SeriesSpec good = spec(rules.match(metric("Output/p/CN/Good")));
  EXPECT_EQ(good.key, (SeriesKey{"output.good", "p", "CN"}));
  EXPECT_EQ(good.rate_limit, (RateLimit{5, kMinute}));
  EXPECT_EQ(good.width, 16);
  EXPECT_FALSE(spec(rules.match(metric("Output/p/CN/Rejected"))).rate_limit);
}

TEST(Rules, MeasuresMayComeFromTheName) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"Util/{carrier}\"\nmeasure = \"energy.{carrier}\"\n"
      "[[rule]]\nmetric = \"Analog/{x}\"\nmeasure = \"process.{x}\"\n"
      "[[rule]]\nmetric = \"M/{m}\"\nmeasure = \"{m}\"\n");
  EXPECT_EQ(told(rules, "Util/Natural Gas"), "G/E/D energy.natural_gas   totalizer dm3");
  EXPECT_EQ(told(rules, "Analog/Oven Temp", kDouble), "G/E/D process.Oven Temp   gauge 1");
  EXPECT_EQ(told(rules, "M/labour.time"), "G/E/D labour.time   totalizer person_s");
  EXPECT_EQ(told(rules, "M/nonsense"), "G/E/D unmapped");
}

TEST(Rules, RatesAmountsAndLevels) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"Power\"\nmeasure = \"energy.electricity\"\nkind = \"rate\"\nfactor = \"1000\"\ntrapezoid = "
      "true\n"
      "[[rule]]\nmetric = \"Batch\"\nmeasure = \"output.good\"\nkind = \"amount\"\nproduct = \"p\"\nmarket = \"CN\"\n"
      "[[rule]]\nmetric = \"Robots\"\nmeasure = \"equipment.units\"\nkind = \"gauge\"\n");
  EXPECT_EQ(told(rules, "Power", kDouble), "G/E/D energy.electricity   rate Wh");
  EXPECT_TRUE(spec(rules.match(metric("Power"))).trapezoid);
  EXPECT_EQ(told(rules, "Batch"), "G/E/D output.good p CN amount ");
  EXPECT_EQ(told(rules, "Robots"), "G/E/D equipment.units   level 1");
}

TEST(Rules, AStateBecomesATimeForEachOfItsStates) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"Machine/State\"\nstates = { 3 = \"Execute\", 4 = \"held\", 5 = \"held\", 9 = \"Tea Break\" "
      "}\n");
  const Match match = rules.match(metric("Machine/State", kInt32));
  const auto& state = std::get<StateMetric>(match.meaning);
  ASSERT_EQ(state.times.size(), 3U);
  ASSERT_NE(state.find(3), nullptr);
  EXPECT_EQ(state.times[state.find(3)->time].key.measure, "time.execute");
  EXPECT_EQ(state.find(3)->packml, 6);
  EXPECT_EQ(state.find(4)->time, state.find(5)->time);
  EXPECT_EQ(state.times[state.find("9")->time].key.measure, "time.tea_break");
  EXPECT_EQ(state.find(9)->packml, 0);
  EXPECT_EQ(state.find(6), nullptr);
  EXPECT_EQ(state.times[0].kind, SeriesKind::rate);
  EXPECT_EQ(state.times[0].unit, "ms");
  EXPECT_EQ(match.series().size(), 3U);
}

TEST(Rules, AStateWithoutATableIsPackml) {
  const Match match = mapping("[[rule]]\nmetric = \"St\"\nkind = \"state\"\n").match(metric("St", kInt32));
  EXPECT_EQ(told(match), "G/E/D state 18 18");
  const auto& state = std::get<StateMetric>(match.meaning);
  EXPECT_EQ(state.times[state.find(6)->time].key.measure, "time.execute");
}

TEST(Rules, StatesMayBeTexts) {
  const Match match =
      mapping(
          "[[rule]]\nmetric = \"St\"\nkind = \"state\"\nstates = { RUN = \"execute\", \"not ready\" = \"stopped\" }\n")
          .match(metric("St", 12));
  EXPECT_EQ(std::get<StateMetric>(match.meaning).find("not ready")->packml, 2);
}

TEST(Rules, MetricsCanBeIgnored) {
  EXPECT_EQ(told(mapping("[[rule]]\nmetric = \"Debug/**\"\nkind = \"ignore\"\n"), "Debug/a/b"), "G/E/D ignored");
}

TEST(Clashes, TwoMetricsOfOneSeriesAreTold) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"Good*\"\nmeasure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n"
      "[[rule]]\nmetric = \"St\"\nkind = \"state\"\nstates = { 1 = \"execute\" }\n");
  const auto clashes = rules.clashes({{"G", "E", "D", "Good1", kInt64},
                                      {"G", "E", "D", "Good2", kInt64},
                                      {"G", "E", "X", "Good1", kInt64},
                                      {"G", "E", "D", "St", kInt32},
                                      {"G", "E", "D", "Time/Execute", kInt64},
                                      {"G", "E", "X", "State/Current", kInt32}});
  ASSERT_EQ(clashes.size(), 2U);
  EXPECT_EQ(clashes[0].line, "G/E/D");
  EXPECT_EQ(clashes[0].key, (SeriesKey{"output.good", "p", "CN"}));
  EXPECT_EQ(clashes[0].metrics, (std::vector<std::string>{"G/E/D Good1", "G/E/D Good2"}));
  EXPECT_EQ(clashes[1].key.measure, "time.execute");
}

TEST(Clashes, TwoStatesOfOneLineAreTold) {
  const auto clashes = mapping("[[rule]]\nmetric = \"St*\"\nkind = \"state\"\nstates = { 1 = \"execute\" }\n")
                           .clashes({{"G", "E", "D", "St1", kInt32}, {"G", "E", "D", "State/Current", kInt32}});
  ASSERT_EQ(clashes.size(), 1U);
  EXPECT_EQ(clashes[0].key.measure, "state");
}

TEST(IdleRules, AreThoseThatNothingMeets) {
  const Mapping rules = mapping(
      "[[rule]]\nmetric = \"A\"\nmeasure = \"output.good\"\n"
      "[[rule]]\nmetric = \"B\"\nmeasure = \"output.good\"\n"
      "[[rule]]\ndevice = \"G/E/*\"\nline = \"L\"\n");
  EXPECT_EQ(rules.idle_rules({{"G", "E", "D", "A", kInt64}}), std::vector<std::string>{"lines.toml:4"});
}

TEST(Suggestion, GuessesFromNameAndDatatype) {
  const auto suggestion = [](std::string_view name, std::uint32_t datatype) {
    const Match match = Mapping{}.match(metric(name, datatype));
    return told(mapping(std::get<UnmappedMetric>(match.meaning).suggestion), name, datatype);
  };
  EXPECT_EQ(suggestion("Counter/Good", kInt64), "G/E/D output.good PRODUCT CN totalizer ");
  EXPECT_EQ(suggestion("Scrap Count", kInt64), "G/E/D output.rejected PRODUCT CN totalizer ");
  EXPECT_EQ(suggestion("Meter/kWh", kDouble), "G/E/D energy.electricity   totalizer Wh");
  EXPECT_EQ(suggestion("Active Power", kDouble), "G/E/D energy.electricity   rate Wh");
  EXPECT_EQ(suggestion("MachineState", kInt32), "G/E/D state 2 2");
  EXPECT_EQ(suggestion("Running", kBoolean), "G/E/D state 2 2");
  EXPECT_EQ(suggestion("Oven/Temperature", kDouble), "G/E/D process.Temperature   gauge 1");
  EXPECT_EQ(suggestion("X7", kInt32), "G/E/D output.good PRODUCT CN totalizer ");
  EXPECT_EQ(std::get<UnmappedMetric>(Mapping{}.match(metric("Counter/Good")).meaning).suggestion,
            "[[rule]]\ndevice = \"G/E/D\"\nmetric = \"Counter/Good\"\nmeasure = \"output.good\"\n"
            "product = \"PRODUCT\"\nmarket = \"CN\"\n");
}

RC_GTEST_PROP(Suggestion, AlwaysParsesAndMapsItsMetric, ()) {
  const auto name = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("aB/{}*\"\\\t .\x7f")));
  const MetricSource source{"G", "E", "D", name, *rc::gen::inRange<std::uint32_t>(0, 20)};
  const Match match = Mapping{}.match(source);
  RC_PRE(std::holds_alternative<UnmappedMetric>(match.meaning));
  const std::string suggestion = std::get<UnmappedMetric>(match.meaning).suggestion;
  const auto parsed = Mapping::parse(suggestion, "x.toml");
  RC_ASSERT(parsed.ok());
  RC_ASSERT(!std::holds_alternative<UnmappedMetric>(parsed->match(source).meaning));
}

}  // namespace
}  // namespace songhua::lines
