// Trees of figures: whoever recomputes each node from its children, by the rule that the node names, arrives at the
// figure. The rules are computed here anew, with the readings' interpolation by docs/data-formats.md.
#include <rapidcheck/gtest.h>

#include <random>

#include "indicators/vocabulary.h"
#include "world.h"

namespace songhua::indicators {
namespace {

std::size_t recompute(const Explanation& node);

std::optional<Rational> value_of(const Explanation& node) {
  return parse_exact(node.value);
}

Rational by_rule(const Explanation& node) {
  std::vector<Rational> v;
  std::int64_t positive = 0;
  for (const auto& child : node.children) {
    if (const auto value = value_of(child)) {
      v.push_back(*value);
      positive += *value > 0 ? 1 : 0;
    } else {
      EXPECT_TRUE(node.rule.starts_with("count")) << node.label << ": " << child.label << " is " << child.value;
    }
  }
  Rational sum = 0, product = 1;
  for (const auto& value : v) {
    sum += value;
    product *= value;
  }
  if (node.rule == "sum") return sum;
  if (node.rule == "product") return product;
  if (node.rule == "difference") return v.at(0) - v.at(1);
  if (node.rule == "quotient") return v.at(0) / v.at(1);
  if (node.rule == "percent") return v.at(0) * 100 / v.at(1);
  if (node.rule == "growth") return (v.at(0) - v.at(1)) * 100 / v.at(1);
  if (node.rule == "min") return *std::min_element(v.begin(), v.end());
  if (node.rule == "max") return *std::max_element(v.begin(), v.end());
  if (node.rule == "count") return Rational(v.size());
  if (node.rule == "count_positive") return Rational(positive);
  if (node.rule == "not_below") return v.at(0) < v.at(1) ? 0 : 1;
  throw std::runtime_error("unknown rule " + node.rule);
}

// Every node that names a rule follows from its children; the number of those.
std::size_t recompute(const Explanation& node) {
  std::size_t checked = 0;
  if (!node.rule.empty() && node.rule != "border" && value_of(node)) {
    ++checked;
    EXPECT_EQ(exact_text(by_rule(node)), node.value) << node.label << " by " << node.rule;
  }
  for (const auto& child : node.children) checked += recompute(child);
  return checked;
}

const char* const kRegions[]{"220102", "220203", "222401"};
const char* const kProducts[]{"car-ice-sedan", "car-nev-bev", "rubber-epdm", "npk-15-15-15"};
const char* const kIndustries[]{"C3611", "C3612", "C2652", "C2624"};

// Two years of four enterprises; some months of some are missing, one has its bases from a file.
struct Province {
  Inputs inputs;
  World world;
  explicit Province(unsigned seed) {
    std::mt19937 chance(seed);
    const auto csv = [](std::initializer_list<std::string> fields) {
      std::string row;
      for (const auto& field : fields) row.append(row.empty() ? "" : ",").append(field);
      return row;
    };
    const auto draw = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(chance); };
    Files files;
    std::vector<std::string> enterprises, base;
    for (int i = 0; i < 4; ++i) {
      const std::string id = "E" + std::to_string(i + 1);
      enterprises.push_back(id + "," + kRegions[i % 3] + "," + kIndustries[i] + ",159," + std::to_string(draw(1, 900)));
      for (int month = 1; month <= 3; ++month) {
        const std::string name = "-0" + std::to_string(month);
        if (i == 0) base.push_back(csv({id, "2018" + name, "va_cmp,,", std::to_string(draw(1, 9000)), "CNY 10k"}));
        if (i == 1) {  // bases in base units, priced as what was made and sold
          for (const char* market : {"CN", "DE"}) {
            const auto quantity = std::to_string(draw(1, 9000)) + ",vehicle";
            base.push_back(csv({id, "2018" + name, "output.good,car-nev-bev", market, quantity}));
            base.push_back(csv({id, "2018" + name, "dispatch.quantity,car-nev-bev", market, quantity}));
          }
          base.push_back(csv({id, "2018" + name, "energy.electricity,,", std::to_string(draw(0, 9000)), "kWh"}));
        }
        for (const char* year : {"2018", "2019"}) {
          const bool late = (i == 3 && month == 3) || (i == 2 && month == 2);
          if (late && *(year + 3) == '9' && draw(0, 1) == 1) continue;  // has not reported
          const auto day = year + name + "-1" + std::to_string(draw(0, 9));
          world.good(day, id, kProducts[i], draw(0, 90'000)).good(day, id, kProducts[i], draw(0, 900), "RU");
          world.add(day, id, "L1", {"output.rejected", kProducts[i], "CN"}, draw(0, 90));
          world.add(day, id, "L1", {"output.reworked", kProducts[i], "CN"}, draw(0, 90));
          world.dispatched(day, id, kProducts[i], draw(0, 90'000))
              .dispatched(day, id, kProducts[i], draw(0, 900), "DE");
          world.add(day, id, "L1", {"energy.electricity", "", ""}, draw(1, 900'000));
          world.add(day, id, "L1", {"energy.water", "", ""}, draw(1, 900'000));
          world.add(day, id, "L1", {"labour.time", "", ""}, draw(1, 900'000));
          for (const char* state : {"execute", "held", "aborted", "idle", "starting", "stopped"}) {
            world.add(day, id, "L1", {std::string("time.") + state, "", ""}, draw(1, 9'000'000));
          }
          world.add(day, id, "L1", {"event.failures", "", ""}, draw(0, 9));
          world.add(day, id, "L1", {"equipment.units", "", ""}, draw(10, 90));
          world.add(day, id, "L1", {"equipment.connected", "", ""}, draw(0, 10));
        }
      }
    }
    files.default_catalogue().enterprises(enterprises).base(base);
    files.put(InputKind::ppi, "industry,period,index\nC36,2019-03,101.5\nC26,2019-03,98.7\n");
    files.put(InputKind::prices, "product,valid_from,price,va_rate\nrubber-epdm,2019-03-15,1400,1750\n");
    files.put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"5.0\"\n");
    inputs = files.inputs();
  }
};

RC_GTEST_PROP(Explain, EveryNodeFollowsFromItsChildren, ()) {
  Province province(*rc::gen::arbitrary<unsigned>());
  IndicatorRequest request;
  request.period =
      Period::parse(*rc::gen::element(std::string("2019-03"), std::string("2019-Q1"), std::string("2019-01..02")))
          .value();
  request.by = *rc::gen::element(std::string(), std::string("division"), std::string("enterprise"));
  request.explain = true;
  for (int i = 0; i < 12; ++i) {
    request.ids.push_back(vocabulary()[*rc::gen::inRange<std::size_t>(0, vocabulary().size())].id);
  }
  Settings settings;
  settings.impute_growth = *rc::gen::arbitrary<bool>();
  settings.deflated = *rc::gen::arbitrary<bool>();
  const auto rows = compute(request, province.inputs, province.world, settings, kNow);
  RC_ASSERT(static_cast<bool>(rows));
  for (const auto& row : *rows) {
    SCOPED_TRACE(row.indicator + " " + row.period + " " + to_json(row, true).dump());
    recompute(*row.explanation);
    const auto value = value_of(*row.explanation);
    RC_ASSERT(value.has_value() == row.value.known());
    if (value) RC_ASSERT(*value == *row.value);
  }
  RC_ASSERT(!::testing::Test::HasFailure());
}

// Whatever the settings, every figure that has a value says how it follows, in words and by a rule, from the figure
// down to its readings.
TEST(Explain, EveryFigureNamesItsFormulaAndItsRule) {
  for (const bool chained : {false, true}) {
    for (const char* period : {"2019-03", "2019-01..02", "2019-Q1"}) {
      Province province(7);
      Settings settings;
      settings.chained = settings.impute_growth = chained;
      settings.mtbf = chained ? MtbfMethod::iso : MtbfMethod::between_failures;
      IndicatorRequest request;
      request.period = Period::parse(period).value();
      request.explain = true;
      const auto rows = compute(request, province.inputs, province.world, settings, kNow);
      ASSERT_TRUE(rows);
      std::size_t checked = 0;
      for (const auto& row : *rows) {
        const auto& tree = *row.explanation;
        EXPECT_FALSE(tree.children.empty()) << row.indicator << " " << period;
        checked += recompute(tree);
        if (!row.value.known()) continue;
        EXPECT_NE(tree.rule, "") << row.indicator << " " << row.scope.get("product") << " " << period;
        EXPECT_NE(tree.formula, "") << row.indicator << " " << period;
      }
      EXPECT_GT(checked, 1000U);
    }
  }
}

// The tree of a link factor goes back to 100, year by year.
TEST(Explain, AChainedIndexShowsItsLinks) {
  World world;
  for (const char* year : {"2018", "2019", "2020"}) {
    for (const char* month : {"-01-10", "-03-10", "-12-10"}) {
      world.good(std::string(year) + month, "E1", "car-ice-sedan", *(year + 3) == '8' ? 100 : 130);
      world.good(std::string(year) + month, "E2", "rubber-epdm", *(year + 3) == '8' ? 9'000 : 7'000);
    }
  }
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,1", "E2,220203,C2652,159,1"});
  files.put(InputKind::prices, "product,valid_from,price\nrubber-epdm,2019-07-01,1400\n");
  const auto inputs = files.inputs();
  Settings settings;
  settings.chained = true;
  for (const char* id : {"production_index", "production_index_growth", "production_index_link"}) {
    IndicatorRequest request;
    request.ids = {id};
    request.period = Period::parse("2020-03").value();
    request.explain = true;
    const auto rows = compute(request, inputs, world, settings, kNow);
    const auto& row = rows->front();
    ASSERT_TRUE(row.value.known()) << id;
    EXPECT_GT(recompute(*row.explanation), 5U);
    EXPECT_EQ(row.explanation->value, exact_text(*row.value));
    EXPECT_THAT(to_json(*row.explanation).dump(), ::testing::HasSubstr("link factor of 2018")) << id;
  }
}

}  // namespace
}  // namespace songhua::indicators
