// Late messages: their windows are made again from the journal, which is read through once for all of them. A recording
// in quite another order took a hundred times as long before.
#include "ingest/record_keeper.h"

#include <gtest/gtest.h>

#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);
constexpr int kMinutes = 10, kLate = 6;

SeriesSpec good() {
  SeriesSpec spec;
  spec.line = "G/E/D";
  spec.key = {"output.good", "p", "CN"};
  return spec;
}

struct Keeper {
  std::unique_ptr<storage::Store> store = storage::Store::in_memory();
  storage::SourceIndex source = store->dictionary().source("G/E");
  rollup::LineIndex line = store->dictionary().line("G/E/D");
  rollup::SeriesIndex series = store->dictionary().series(good());
  std::vector<SharedMessage> journal;
  std::vector<std::vector<RecordKeeper::Wanted>> loads;
  RecordKeeper keeper{*store, {}, 1'000'000, [this](storage::SourceIndex, std::vector<RecordKeeper::Wanted>& windows) {
                        loads.push_back(windows);
                        for (auto& wanted : windows) {
                          for (const auto& message : journal) {
                            if (message->touches(wanted.window)) wanted.messages.push_back(message);
                          }
                        }
                      }};

  void say(UnixMillis time, int value, std::uint64_t segment) {
    auto message = std::make_shared<rollup::SourceMessage>();
    message->time = time;
    rollup::MappedReading reading;
    reading.series = series;
    reading.time = reading.interval_start = time;
    reading.value = value;
    message->lines.push_back({line, true, {}, {}, {reading}});
    EXPECT_TRUE(keeper.apply(source, message, segment).empty());
    heard.push_back(std::move(message));
  }
  RecordKeeper::Written flush(std::uint64_t generation) {
    auto written = keeper.flush(generation, kStart, [](auto, auto) { return false; });
    keeper.trim();
    journal.insert(journal.end(), heard.begin(), heard.end());
    heard.clear();
    return written;
  }

 private:
  std::vector<SharedMessage> heard;
};

TEST(RecordKeeper, ReadsTheJournalOnceForAllWindowsOfAFlush) {
  Keeper k;
  for (int i = 0; i < kMinutes; ++i) k.say(kStart + i * kMinute + Millis{30'000}, 100 + i, 1);
  EXPECT_EQ(k.flush(1).rebuilt, 0U);
  EXPECT_TRUE(k.loads.empty()) << "all came in order";

  for (int i = kLate; i-- > 0;) k.say(kStart + i * kMinute + Millis{20'000}, 100 + i, 2);
  for (int i = kLate; i-- > 0;) k.say(kStart + i * kMinute + Millis{10'000}, 100 + i, 2);
  EXPECT_EQ(k.flush(2).rebuilt, static_cast<std::uint64_t>(kLate));
  ASSERT_EQ(k.loads.size(), 1U);
  ASSERT_EQ(k.loads.front().size(), static_cast<std::size_t>(kLate));
  for (int i = 0; i < kLate; ++i) {
    const auto& wanted = k.loads.front()[static_cast<std::size_t>(i)];
    EXPECT_EQ(wanted.window.start, kStart + i * kMinute);
    EXPECT_EQ(wanted.segments, std::vector<std::uint64_t>{1}) << "what is under way is in memory";
  }

  k.say(kStart + Millis{5'000}, 100, 3);
  EXPECT_EQ(k.flush(3).rebuilt, 1U);
  ASSERT_EQ(k.loads.size(), 2U);
  EXPECT_EQ(k.loads.back().front().segments, (std::vector<std::uint64_t>{1, 2}));
}

}  // namespace
}  // namespace songhua::ingest
