#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "lines/mapping.h"

namespace songhua::lines {
namespace {

// The sample of docs/lines-toml.md does what the page says.
TEST(Docs, TheSampleOfTheLinesTomlPageMapsItsPress) {
  std::ifstream file(SONGHUA_TEST_DATA "/../../docs/lines-toml.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string open = "```toml\n";
  const auto at = page.find(open);
  ASSERT_NE(at, std::string::npos);
  const auto rules =
      Mapping::parse(page.substr(at + open.size(), page.find("```\n", at + 1) - at - open.size()), "lines.toml");
  ASSERT_TRUE(rules) << rules.error().message;
  const auto match = [&](std::string_view metric) { return rules->match({"PlantA", "PLC7", "Press1", metric, 4}); };
  const SeriesSpec good = std::get<SeriesMetric>(match("Cnt/door/CN").meaning).spec;
  EXPECT_EQ(good.line, "press-shop-Press1");
  EXPECT_EQ(good.key, (SeriesKey{"output.good", "door", "CN"}));
  EXPECT_EQ(good.factor, (Fraction{12, 1}));
  EXPECT_EQ(good.silence, Silence::unchanged);
  EXPECT_EQ(std::get<SeriesMetric>(match("Power").meaning).spec.kind, SeriesKind::rate);
  EXPECT_EQ(std::get<StateMetric>(match("Status").meaning).times.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<IgnoredMetric>(match("Debug/a/b").meaning));
}

}  // namespace
}  // namespace songhua::lines
