// Revisions at the edge: what a final day was before a record inside it was replaced or added.
#include "storage/line_view.h"

#include <gtest/gtest.h>

#include "model/calendar.h"
#include "rollup/codec.h"

namespace songhua::storage {
namespace {

using namespace std::chrono_literals;

const UnixMillis kDayStart = *TimeZone::shanghai().parse("2019-03-15T00:00");
const Window kDay{kDayStart, kDayStart + 24h};
const UnixMillis kFinal = kDay.end + 1h;

class EdgeRevisions : public testing::Test {
 protected:
  EdgeRevisions() {
    line_ = store_->dictionary().line("S/C/L");
    source_ = store_->dictionary().source("S/C");
    SeriesSpec spec;
    spec.line = "S/C/L";
    spec.key = {"output.good", "car", "CN"};
    series_ = store_->dictionary().series(spec);
  }

  // One reading in a minute of its own.
  void put(UnixMillis time, Quantity value, UnixMillis now) {
    rollup::Record record;
    record.window = {floor_to(time, kMinute), floor_to(time, kMinute) + kMinute};
    rollup::TotalizerPart part;
    rollup::Run run;
    run.first = run.last = {time, value};
    part.runs.push_back(run);
    record.series.push_back({series_, part});
    store_->put_record({line_, source_, record.window}, rollup::encode(record), ++generation_, now, now >= kFinal);
  }
  static Quantity sum(const rollup::Timeline& timeline, rollup::SeriesIndex series) {
    Quantity total = 0;
    for (const auto& row : timeline.rows(series, {kDay})) total += row.quantity;
    return total;
  }

  std::unique_ptr<Store> store_ = Store::in_memory();
  rollup::LineIndex line_{};
  SourceIndex source_{};
  rollup::SeriesIndex series_{};
  std::uint64_t generation_ = 0;
};

TEST_F(EdgeRevisions, ReplacedRecordOfAFinalDayKeepsWhatTheDayWas) {
  put(kDayStart, 100, kDayStart);
  put(kDayStart + 10h, 160, kDayStart + 10h);
  put(kDay.end, 160, kDay.end);
  EXPECT_EQ(LineView(*store_, line_, kQuarterHour).as_final(kDay, kFinal), nullptr);

  put(kDayStart + 10h, 175, kFinal + 1h);
  LineView view(*store_, line_, kQuarterHour);
  const auto* then = view.as_final(kDay, kFinal);
  ASSERT_NE(then, nullptr);
  EXPECT_EQ(sum(*then, series_), 60);
  EXPECT_EQ(view.as_final(kDay, kFinal + 1h), nullptr) << "as of its own time the replacement is in";
}

TEST_F(EdgeRevisions, RecordAddedToAFinalDayCountsAsAChange) {
  put(kDayStart, 100, kDayStart);
  put(kDay.end - 1min, 190, kFinal + 2h);
  put(kDay.end + 1h, 214, kDay.end + 1h);
  LineView view(*store_, line_, kQuarterHour);
  EXPECT_EQ(sum(view.quarters(), series_), 90);
  const auto* then = view.as_final(kDay, kFinal);
  ASSERT_NE(then, nullptr);
  EXPECT_EQ(sum(*then, series_), 109) << "114 in 25 hours, of which 24 in the day";
  EXPECT_EQ(view.as_final({kDay.end, kDay.end + 24h}, kFinal), nullptr) << "nothing changed in the day after";
}

TEST_F(EdgeRevisions, EachStepOfSeveralIsFoundByItsTime) {
  put(kDayStart, 100, kDayStart);
  put(kDayStart + 10h, 160, kDayStart + 10h);
  put(kDayStart + 10h, 170, kFinal + 1h);
  put(kDayStart + 10h, 180, kFinal + 2h);
  LineView view(*store_, line_, kQuarterHour);
  EXPECT_EQ(sum(view.quarters(), series_), 80);
  EXPECT_EQ(sum(*view.as_final(kDay, kFinal), series_), 60);
  EXPECT_EQ(sum(*view.as_final(kDay, kFinal + 1h), series_), 70);
  EXPECT_EQ(sum(*view.as_final(kDay, kFinal), series_), 60) << "asked again after another time";
}

}  // namespace
}  // namespace songhua::storage
