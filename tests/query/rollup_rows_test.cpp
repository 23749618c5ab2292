#include "query/rollup_rows.h"

#include <gtest/gtest.h>

#include <sstream>

namespace songhua::query {
namespace {

using namespace std::chrono_literals;
using rollup::Record;
using rollup::SeriesIndex;
using rollup::StoredRecord;

// 2019-03-01T00:00 in Asia/Shanghai.
constexpr UnixMillis kStart = unix_millis(1'551'369'600'000);

struct Table final : rollup::SeriesTable {
  std::vector<SeriesSpec> specs;
  [[nodiscard]] const SeriesSpec& spec(SeriesIndex index) const override {
    return specs.at(static_cast<std::size_t>(index));
  }
  SeriesIndex add(const std::string& measure, SeriesKind kind, const std::string& unit) {
    SeriesSpec spec;
    spec.line = "L1";
    spec.key = {measure, measure.starts_with("output") ? "car" : "", measure.starts_with("output") ? "CN" : ""};
    spec.kind = kind;
    spec.unit = unit;
    specs.push_back(spec);
    return static_cast<SeriesIndex>(specs.size() - 1);
  }
};

StoredRecord record(Millis at, std::vector<rollup::SeriesPart> parts) {
  StoredRecord stored;
  stored.record.window = {kStart + at, kStart + at + kQuarterHour};
  stored.record.heard = rollup::HeardPart{kStart + at, kStart + at + 14min, 14min};
  stored.record.series = std::move(parts);
  stored.committed = kStart + at + 15min;
  return stored;
}

rollup::TotalizerPart readings(Millis at, Quantity first, Quantity last) {
  rollup::Run run;
  run.first = {kStart + at, first};
  run.second = run.last = {kStart + at + 14min, last};
  return {{run}, std::nullopt};
}

rollup::AmountPart amount(Millis at, Quantity sum) {
  return {1, sum, kStart + at, kStart + at};
}

class RollupRows : public ::testing::Test {
 protected:
  std::vector<RollupRow> rows(std::vector<StoredRecord> records, RollupRequest request) {
    std::vector<std::vector<StoredRecord>> sources;
    sources.push_back(std::move(records));
    timeline_.emplace(std::move(sources), table_, rollup::TimelineRules{});
    const LineHistory line{"", "L1", nullptr, &*timeline_, &table_, {}, {}, {}};
    context_.zone = &zone_;
    return rollup_rows(line, request, context_);
  }
  std::string json(std::vector<RollupRow> all) const {
    std::ostringstream out;
    print_rows(out, std::move(all), Format::json, zone_);
    return out.str();
  }
  static RollupRequest total() {
    RollupRequest request;
    request.grain = Grain::total;
    return request;
  }

  TimeZone zone_ = TimeZone::shanghai();
  Table table_;
  std::optional<rollup::Timeline> timeline_;
  RollupContext context_{};
};

TEST_F(RollupRows, TotalizerAndItsCorrectionAreOneRow) {
  const auto counter = table_.add("output.good", SeriesKind::totalizer, "");
  const auto correction = table_.add("output.good", SeriesKind::amount, "");
  const auto all = rows({record(0min, {{counter, readings(0min, 100, 150)}, {correction, amount(5min, -7)}})}, total());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].quantity == 43);
}

TEST_F(RollupRows, TotalIsOneWindowOfWholeQuarters) {
  const auto counter = table_.add("output.good", SeriesKind::totalizer, "set");
  const auto all = rows({record(0min, {{counter, readings(0min, 100, 150)}})}, total());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].window, (Window{kStart, kStart + 15min}));  // the last reading is inside
}

TEST_F(RollupRows, FinalOnlyAfterTheSettleDelay) {
  const auto counter = table_.add("output.good", SeriesKind::totalizer, "set");
  auto request = total();
  request.from = kStart;
  request.to = kStart + 10min;
  const std::vector records{record(0min, {{counter, readings(0min, 100, 150)}})};
  context_.now = kStart + 15min + context_.settle - 1ms;
  EXPECT_EQ(rows(records, request).at(0).status, RollupRow::Status::preliminary);
  context_.now += 1ms;
  EXPECT_EQ(rows(records, request).at(0).status, RollupRow::Status::final_);
}

TEST_F(RollupRows, UnitComesFromTheCatalogue) {
  const auto counter = table_.add("output.good", SeriesKind::totalizer, "");
  const std::vector records{record(0min, {{counter, readings(0min, 0, 1)}})};
  EXPECT_EQ(rows(records, total()).at(0).unit, "1");
  EXPECT_FALSE(rows(records, total()).at(0).uncatalogued);
  context_.product_unit = [](const std::string& product) { return product == "car" ? "vehicle" : ""; };
  EXPECT_EQ(rows(records, total()).at(0).unit, "vehicle");
  context_.product_unit = [](const std::string&) { return ""; };
  EXPECT_EQ(rows(records, total()).at(0).unit, "1");
  EXPECT_TRUE(rows(records, total()).at(0).uncatalogued);
}

TEST_F(RollupRows, FailuresAreCountedFromStatesWhereNoCounterIsSent) {
  auto stored = record(0min, {});
  stored.record.state = rollup::StatePart{{kStart, 6}, {kStart + 5min, 9}, 1};
  const auto counted = rows({stored}, total());
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].key.measure, "event.failures");
  EXPECT_TRUE(counted[0].quantity == 1);

  const auto counter = table_.add("event.failures", SeriesKind::totalizer, "1");
  stored.record.series = {{counter, readings(0min, 0, 4)}};
  const auto sent = rows({stored}, total());
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].quantity == 4);
}

TEST_F(RollupRows, JsonHasTheDocumentedKeysAndFullIntegers) {
  const auto counter = table_.add("output.good", SeriesKind::totalizer, "set");
  const Quantity big = Quantity{1} << 70;
  const auto text = json(rows({record(0min, {{counter, readings(0min, 0, big)}})}, total()));
  EXPECT_EQ(text,
            "[{\"line\":\"L1\",\"measure\":\"output.good\",\"product\":\"car\",\"market\":\"CN\","
            "\"start\":\"2019-03-01T00:00:00+08:00\",\"end\":\"2019-03-01T00:15:00+08:00\","
            "\"quantity\":1180591620717411303424,\"unit\":\"set\",\"status\":\"preliminary\",\"completeness\":0.9333,"
            "\"estimated\":false,\"lives\":1,\"flags\":[]}]\n");
}

TEST_F(RollupRows, CsvOfAnEmptyAnswerIsItsHeader) {
  std::ostringstream out;
  print_rows(out, {}, Format::csv, zone_);
  EXPECT_EQ(out.str(),
            "line,measure,product,market,start,end,quantity,unit,status,completeness,estimated,lives,flags,gap,"
            "previous,uncatalogued\n");
}

}  // namespace
}  // namespace songhua::query
