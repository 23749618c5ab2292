// What `map --dry-run` says of metrics: mapped, unmapped with a rule to paste, clashes, rules that meet nothing.
#include "lines/survey.h"

#include <rapidcheck/gtest.h>

#include "lines/suggestion.h"

namespace songhua::lines {
namespace {

constexpr std::uint32_t kInt64 = 4, kDouble = 10, kString = 12;

Mapping mapping_of(const std::string& text) {
  auto mapping = Mapping::parse(text, "lines.toml");
  EXPECT_TRUE(mapping.ok()) << mapping.error().message;
  return *mapping;
}

Catalogue catalogue() {
  Catalogue catalogue;
  Product car;
  car.id = "car";
  car.capacity_per_hour = Fraction{60, 1};
  Product electric;
  electric.id = "car_electric";
  electric.capacity_per_hour = Fraction{25, 2};
  Product unknown;
  unknown.id = "tram";
  catalogue.products = {car, electric, unknown};
  return catalogue;
}

TEST(Survey, ListsEachMetricOnceByDeviceAndName) {
  const std::vector<SeenMetric> seen{{"G", "E", "D", "State/Current", 3},
                                     {"G", "E", "", "bdSeq", kInt64},
                                     {"G", "E", "D", "Cnt", kInt64},
                                     {"G", "E", "D", "Cnt", kInt64},
                                     {"G", "E", "D", "Properties/Counter Epoch", kInt64},
                                     {"G", "E", "D", "Properties/Family", 12}};
  const auto result = survey(Mapping(), seen, {});
  ASSERT_EQ(result.metrics.size(), 5U);
  std::vector<std::string> told;
  for (const auto& row : result.metrics)
    told.push_back(row.metric.name() + ": " + std::string(role_name(row.match.meaning)));
  EXPECT_EQ(told, (std::vector<std::string>{"G/E bdSeq: ignored", "G/E/D Cnt: unmapped",
                                            "G/E/D Properties/Counter Epoch: epoch",
                                            "G/E/D Properties/Family: property", "G/E/D State/Current: state"}));
  EXPECT_TRUE(result.clashes.empty());
}

TEST(Survey, MarksAllThatFeedOneSeries) {
  const auto mapping = mapping_of(
      "[[rule]]\nmetric = \"Cnt/*\"\nmeasure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n"
      "[[rule]]\nmetric = \"Nothing\"\nmeasure = \"output.good\"\n");
  const auto result = survey(
      mapping, {{"G", "E", "D", "Cnt/1", kInt64}, {"G", "E", "D", "Cnt/2", kInt64}, {"G", "E", "F", "Cnt/1", kInt64}},
      {});
  ASSERT_EQ(result.clashes.size(), 1U);
  EXPECT_EQ(result.clashes[0].line, "G/E/D");
  EXPECT_TRUE(result.metrics[0].clash);
  EXPECT_TRUE(result.metrics[1].clash);
  EXPECT_FALSE(result.metrics[2].clash);
  EXPECT_EQ(result.idle_rules, std::vector<std::string>{"lines.toml:6"});
}

TEST(Survey, TakesProductAndRateLimitFromTheCatalogue) {
  const auto products = catalogue();
  const auto suggested = [&](const char* metric, std::uint32_t datatype) {
    return survey(Mapping(), {{"G", "E", "D", metric, datatype}}, products).metrics[0].suggestion;
  };
  const auto car = suggested("Count/Car/OK", kInt64);
  EXPECT_NE(car.find("product = \"car\""), std::string::npos) << car;
  EXPECT_NE(car.find("rate_limit = \"120/h\""), std::string::npos) << car;
  const auto electric = suggested("Count/CAR_ELECTRIC", kInt64);
  EXPECT_NE(electric.find("product = \"car_electric\"\nmarket = \"CN\"\nrate_limit = \"25/h\""), std::string::npos)
      << electric;
  EXPECT_EQ(suggested("Count/tram", kInt64).find("rate_limit"), std::string::npos);
  EXPECT_NE(suggested("Count/other", kInt64).find("product = \"PRODUCT\""), std::string::npos);
  EXPECT_NE(suggested("Serial", kString).find("kind = \"ignore\""), std::string::npos) << "a text counts nothing";
  EXPECT_NE(suggested("Status", kString).find("kind = \"state\""), std::string::npos);
  EXPECT_EQ(suggested("Temperature/car", kDouble).find("product"), std::string::npos) << "a temperature has no product";
}

TEST(Survey, SuggestsARateLimitForCountersThatAreMappedWithoutOne) {
  const auto products = catalogue();
  const std::vector<SeenMetric> seen{{"G", "E", "D", "Output/car/CN/Good", kInt64},
                                     {"G", "E", "D", "Output/tram/CN/Good", kInt64},
                                     {"G", "E", "D", "Energy/Electricity/Consumed", kInt64}};
  const auto before = survey(Mapping(), seen, products);
  std::string file;
  for (const auto& row : before.metrics) file += row.suggestion;
  const auto after = survey(mapping_of(file), seen, products);
  for (const auto& row : after.metrics) {
    EXPECT_EQ(row.suggestion, "") << row.metric.name();
    const auto& spec = std::get<SeriesMetric>(row.match.meaning).spec;
    EXPECT_EQ(spec.rate_limit.has_value(), spec.key.product == "car") << row.metric.name();
  }
  EXPECT_EQ(std::get<SeriesMetric>(after.metrics[1].match.meaning).spec.rate_limit->str(), "120/h");
}

// Whatever the names, all suggestions pasted into one file parse, and map every metric that was unmapped.
RC_GTEST_PROP(Survey, SuggestionsCanBePasted, ()) {
  const auto names = *rc::gen::container<std::vector<std::string>>(rc::gen::nonEmpty(rc::gen::string<std::string>()));
  std::vector<SeenMetric> seen;
  for (const auto& name : names) {
    std::string printable;
    for (const char c : name) printable.push_back(static_cast<char>(static_cast<unsigned char>(c) % 127 + 1));
    seen.push_back({"G", "E", "D", printable, *rc::gen::inRange<std::uint32_t>(1, 15)});
  }
  const auto products = catalogue();
  const auto before = survey(Mapping(), seen, products);
  std::string file;
  for (const auto& row : before.metrics) file += row.suggestion;
  const auto mapping = Mapping::parse(file, "lines.toml");
  RC_ASSERT(mapping.ok());
  for (const auto& row : survey(*mapping, seen, products).metrics) {
    RC_ASSERT(!std::holds_alternative<UnmappedMetric>(row.match.meaning));
  }
}

}  // namespace
}  // namespace songhua::lines
