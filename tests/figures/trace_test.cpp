// Quantities explained down to readings, from real timelines: whoever has the readings beside a border, and the time up
// to which silence held the value, finds the border's value (docs/data-formats.md), and from borders the quantity.
#include <rapidcheck/gtest.h>

#include "../rollup/scene.h"
#include "figures/line_quantities.h"
#include "indicators/exact.h"
#include "indicators/indicators.h"

namespace songhua::figures {
namespace {

using indicators::BigInt;
using indicators::Explanation;
using indicators::Rational;

constexpr std::int64_t kMinutes = 60'000, kDays = 1440 * kMinutes;

// The value at a border from the nodes below it, each with its own time.
BigInt border_value(const Explanation& node) {
  struct Point {
    std::int64_t t;
    BigInt v;
  };
  std::vector<Point> beside;
  std::optional<std::int64_t> held;
  for (const auto& child : node.children) {
    if (child.label.starts_with("unchanged up to ")) {
      held = count_of(*child.at);
    } else {
      beside.push_back({count_of(*child.at), BigInt(child.value)});
    }
  }
  if (beside.size() == 1) return beside.front().v;
  const auto b = count_of(*node.at);
  const auto t0 = held.value_or(beside.at(0).t), t1 = beside.at(1).t;
  const auto &v0 = beside.at(0).v, &v1 = beside.at(1).v;
  EXPECT_LE(beside.at(0).t, b);
  EXPECT_LE(b, t1);
  return b <= t0 ? v0 : BigInt(v0 + (v1 - v0) * (b - t0) / (t1 - t0));  // no fall in a life: the quotient is the floor
}

// How many borders were recomputed; each must say what its readings say, each difference what its borders say.
std::size_t check(const Explanation& node, std::size_t& between) {
  std::size_t checked = 0;
  if (node.rule == "border") {
    ++checked;
    if (node.children.size() > 1) ++between;
    EXPECT_EQ(border_value(node).str(), node.value) << node.label;
  }
  if (node.rule == "difference") {
    EXPECT_EQ(*indicators::parse_exact(node.children.at(0).value) - *indicators::parse_exact(node.children.at(1).value),
              *indicators::parse_exact(node.value));
  }
  for (const auto& child : node.children) checked += check(child, between);
  return checked;
}

SeriesSpec good_output(bool silent) {
  SeriesSpec spec;
  spec.line = "L1";
  spec.key = {"output.good", "car-ice-sedan", "CN"};
  spec.unit = "vehicle";
  if (silent) spec.silence = Silence::unchanged;
  return spec;
}

indicators::Inputs inputs_with(const std::string& catalogue) {
  auto loaded = indicators::load_inputs({{indicators::InputKind::catalogue, "catalogue.toml", catalogue, {}}});
  EXPECT_TRUE(loaded.ok());
  return std::move(loaded.inputs);
}

const char* const kCatalogue =
    "[[product]]\nid = \"car-ice-sedan\"\nindustry = \"C3611\"\nunit = \"vehicle\"\n[[product.price]]\nprice = 1\n"
    "export_price = 1\nva_rate = 1\n";

RC_GTEST_PROP(Trace, BordersFollowFromTheReadingsBesideThem, ()) {
  rollup::Scene scene(good_output(*rc::gen::arbitrary<bool>()));
  std::int64_t at = -40 * kDays;
  int128 value = 17;
  bool first = true;
  // From minutes to days apart, some of them on the border; sizes are drawn at full width, whatever rapidcheck's own
  // is.
  const auto any = [](std::int64_t from, std::int64_t to) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(from, to));
  };
  while (at < 40 * kDays) {
    const auto what = first ? 0 : any(0, 4);
    first = false;
    if (what == 0 || what == 1) scene.reads(at, value);
    if (what == 2) scene.is_heard(at);
    if (what == 3) scene.loses_a_message();
    value += any(0, 3) == 0 ? 0 : any(0, std::int64_t{1} << 40);
    at += any(kMinutes, 9 * kDays);
    if (any(0, 9) == 0 && at > -9 * kDays && at < 0) at = 0;
  }
  const auto timeline = scene.compacted();
  const TimeZone zone = TimeZone::shanghai();
  const auto inputs = inputs_with(kCatalogue);
  query::RollupContext context;
  context.zone = &zone;
  context.now = scene.at(60 * kDays);
  FigureLine line;
  line.history.enterprise = "E1";
  line.history.line = "L1";
  line.history.quarters = &timeline;
  line.history.table = &scene.history().table;
  line.first_seen = scene.at(-40 * kDays);
  LineQuantities source({line}, context);
  indicators::IndicatorRequest request;
  request.ids = {"product_output"};
  request.explain = true;
  request.period =
      Period::parse(*rc::gen::element(std::string("2019-02"), std::string("2019-03"), std::string("2019-02-28"),
                                      std::string("2019-03-01"), std::string("2019-01..03")))
          .value();
  request.scope = request.scope.with("product", "car-ice-sedan");
  const auto rows = indicators::compute(request, inputs, source, {}, context.now);
  RC_ASSERT(static_cast<bool>(rows));
  const auto& row = rows->front();
  RC_ASSERT(*indicators::parse_exact(row.explanation->value) == *row.value);
  std::size_t between = 0;
  const auto checked = check(*row.explanation, between);
  RC_CLASSIFY(between > 0, "between two readings");
  RC_CLASSIFY(checked > 0, "with borders");
  RC_ASSERT(!::testing::Test::HasFailure());
}

}  // namespace
}  // namespace songhua::figures
