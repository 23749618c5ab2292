// Two stores' records, whatever their dictionaries call things.
#include "storage/compare.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rollup/codec.h"

namespace songhua::storage {
namespace {

using namespace std::chrono_literals;

const UnixMillis kStart = unix_millis(1'552'608'000'000);

struct Side {
  std::unique_ptr<Store> store = Store::in_memory();

  rollup::SeriesIndex series(const LineId& line, const std::string& measure, const std::string& unit = "1") {
    SeriesSpec spec;
    spec.line = line;
    spec.key = {measure, "", ""};
    spec.unit = unit;
    return store->dictionary().series(spec);
  }
  // A minute with one reading of each of these measures.
  void put(const LineId& line, int minute, const std::vector<std::pair<rollup::SeriesIndex, Quantity>>& readings,
           const std::string& source = "S/C") {
    rollup::Record record;
    record.window = {kStart + minute * kMinute, kStart + (minute + 1) * kMinute};
    for (const auto& [index, value] : readings) {
      rollup::Run run;
      run.first = run.last = {record.window.start + 5s, value};
      rollup::TotalizerPart part;
      part.runs.push_back(run);
      record.series.push_back({index, part});
    }
    std::sort(record.series.begin(), record.series.end(),
              [](const auto& a, const auto& b) { return a.series < b.series; });
    auto& dictionary = store->dictionary();
    store->put_record({dictionary.line(line), dictionary.source(source), record.window}, rollup::encode(record), 1,
                      kStart + 1h, false);
  }
};

// The second store met everything in another order.
struct Compare : testing::Test {
  Side first, second;

  void SetUp() override {
    const auto good = first.series("A", "output.good"), energy = first.series("A", "energy.steam");
    const auto other = first.series("B", "output.good");
    first.put("A", 0, {{good, 10}, {energy, 7}});
    first.put("A", 1, {{good, 12}});
    first.put("B", 0, {{other, 3}}, "S/D");

    const auto other2 = second.series("B", "output.good");
    const auto energy2 = second.series("A", "energy.steam"), good2 = second.series("A", "output.good");
    second.put("B", 0, {{other2, 3}}, "S/D");
    second.put("A", 0, {{good2, 10}, {energy2, 7}});
    second.put("A", 1, {{good2, 12}});
  }
  [[nodiscard]] std::vector<LineId> differ() const {
    const auto there = compare_records(*first.store, *second.store);
    const auto back = compare_records(*second.store, *first.store);
    EXPECT_EQ(there.differ, back.differ);
    return there.differ;
  }
};

TEST_F(Compare, EqualRecordsAreEqualWhateverTheirNumbers) {
  EXPECT_TRUE(differ().empty());
  EXPECT_EQ(compare_records(*first.store, *second.store).records, 3U);
}

TEST_F(Compare, AnotherValueIsItsLines) {
  second.put("A", 1, {{second.series("A", "output.good"), 13}});
  EXPECT_EQ(differ(), std::vector<LineId>{"A"});
}

TEST_F(Compare, ARecordMoreIsItsLines) {
  second.put("B", 5, {{second.series("B", "output.good"), 3}}, "S/D");
  EXPECT_EQ(differ(), std::vector<LineId>{"B"});
}

TEST_F(Compare, ALineMoreIsNamed) {
  second.put("C", 0, {{second.series("C", "output.good"), 3}});
  EXPECT_EQ(differ(), std::vector<LineId>{"C"});
}

TEST_F(Compare, TheSameBytesOfAnotherSourceDiffer) {
  Side third;
  third.put("A", 0, {{third.series("A", "output.good"), 10}}, "S/C");
  Side fourth;
  fourth.put("A", 0, {{fourth.series("A", "output.good"), 10}}, "S/E");
  EXPECT_EQ(compare_records(*third.store, *fourth.store).differ, std::vector<LineId>{"A"});
}

TEST_F(Compare, ASeriesOfOtherRulesDiffers) {
  (void)second.series("A", "energy.steam", "kg");
  EXPECT_EQ(differ(), std::vector<LineId>{"A"});
}

TEST_F(Compare, ALineThatIsGoneDiffers) {
  second.store->set_line_state("B", kStart + 1min, true);
  EXPECT_EQ(differ(), std::vector<LineId>{"B"});
}

}  // namespace
}  // namespace songhua::storage
