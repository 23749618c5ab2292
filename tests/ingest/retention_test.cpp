// The journal's bounds: what its dropped beginning fed stays, and is neither rebuilt nor doubled (design.md, Horizon).
#include "storage/retention.h"

#include <gtest/gtest.h>

#include "ingest/pipeline.h"
#include "sparkplug/message.h"

namespace songhua::ingest {
namespace {

using namespace std::chrono_literals;

const UnixMillis kStart = *TimeZone::shanghai().parse("2019-03-01T08:00");

// One node without devices, one totalizer, a reading every ten minutes, each commit a segment of its own.
class BoundedJournal : public testing::Test {
 protected:
  BoundedJournal() : pipeline_(*store_, {}) {}

  static std::string payload(UnixMillis time, std::uint64_t seq, std::uint64_t value, bool birth) {
    org::eclipse::tahu::protobuf::Payload message;
    message.set_timestamp(static_cast<std::uint64_t>(count_of(time)));
    message.set_seq(seq % 256);
    if (birth) {
      auto& bdseq = *message.add_metrics();
      bdseq.set_name("bdSeq");
      bdseq.set_datatype(8);
      bdseq.set_long_value(0);
    }
    auto& metric = *message.add_metrics();
    metric.set_name("Output/car/CN/Good");
    metric.set_datatype(4);
    metric.set_long_value(value);
    return message.SerializeAsString();
  }
  void say(UnixMillis time, std::uint64_t value, UnixMillis received) {
    const bool birth = seq_ == 0;
    pipeline_.message(
        {0, birth ? "spBv1.0/S/NBIRTH/C" : "spBv1.0/S/NDATA/C", payload(time, seq_++, value, birth), received});
    ASSERT_TRUE(std::holds_alternative<CommitResult>(pipeline_.commit(received)));
  }
  void run_a_day() {
    for (int i = 0; i < 144; ++i) say(kStart + i * 10min, static_cast<std::uint64_t>(100 + i), kStart + i * 10min + 1s);
  }
  storage::Dropped drop(Millis age, std::uint64_t bytes, UnixMillis now) {
    SQLite::Transaction transaction(store_->database());
    const auto dropped = storage::drop_expired(*store_, {age, bytes}, now);
    transaction.commit();
    return dropped;
  }
  [[nodiscard]] Quantity total() const {
    Quantity sum = 0;
    const rollup::Timeline timeline(store_->line_quarters(rollup::LineIndex{0}, kQuarterHour), store_->dictionary(),
                                    {});
    for (const auto series : timeline.series()) {
      for (const auto& row : timeline.rows(series, {{kStart - 24h, kStart + 72h}})) sum += row.quantity;
    }
    return sum;
  }

  std::unique_ptr<storage::Store> store_ = storage::Store::in_memory();
  Pipeline pipeline_;
  std::uint64_t seq_ = 0;
};

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 60U;

TEST_F(BoundedJournal, AgeDropsTheOldestAndKeepsWhatTheyFed) {
  run_a_day();
  ASSERT_EQ(total(), 143);
  const auto segments = store_->journal().segments().size();
  const auto dropped = drop(12h, kNoLimit, kStart + 24h);
  EXPECT_EQ(dropped.segments, 72U);
  EXPECT_EQ(store_->journal().segments().size(), segments - 72);
  EXPECT_EQ(storage::horizon(*store_), kStart + 71 * 10min + 1s);
  EXPECT_EQ(total(), 143);
  EXPECT_EQ(drop(12h, kNoLimit, kStart + 24h).segments, 0U) << "nothing more is due";
}

TEST_F(BoundedJournal, SizeDropsUntilItFits) {
  run_a_day();
  std::uint64_t bytes = 0;
  for (const auto& segment : store_->journal().segments()) bytes += segment.bytes;
  const auto dropped = drop(24h * 400, bytes / 2, kStart + 24h);
  EXPECT_GE(dropped.bytes, bytes - bytes / 2);
  std::uint64_t left = 0;
  for (const auto& segment : store_->journal().segments()) left += segment.bytes;
  EXPECT_EQ(left, bytes - dropped.bytes);
  EXPECT_LE(left, bytes / 2);
  // What was counted once is carried forward over later commits.
  say(kStart + 25h, 300, kStart + 25h);
  EXPECT_GE(drop(24h * 400, left, kStart + 25h).segments, 1U);
}

TEST_F(BoundedJournal, NewestSegmentStays) {
  run_a_day();
  drop(1ms, 0, kStart + 48h);
  EXPECT_EQ(store_->journal().segments().size(), 1U);
}

TEST_F(BoundedJournal, LateReadingOfAFrozenMinuteIsQuarantinedAndChangesNothing) {
  run_a_day();
  drop(12h, kNoLimit, kStart + 24h);
  Pipeline restarted(*store_, {});  // nothing of the frozen minutes is in memory
  restarted.message({0, "spBv1.0/S/NDATA/C", payload(kStart + 10min + 5s, seq_++, 500, false), kStart + 24h});
  restarted.message({0, "spBv1.0/S/NDATA/C", payload(kStart + 24h, seq_++, 250, false), kStart + 24h});
  ASSERT_TRUE(std::holds_alternative<CommitResult>(restarted.commit(kStart + 24h)));
  EXPECT_EQ(store_->quarantine_counts()["before_horizon"], 1U);
  EXPECT_EQ(total(), 150) << "the reading beside it counts";
}

TEST_F(BoundedJournal, ChangedMappingLeavesFrozenRecordsAlone) {
  run_a_day();
  drop(12h, kNoLimit, kStart + 24h);
  const auto mapping = lines::Mapping::parse(
      "[[rule]]\ndevice = \"S/C\"\nmetric = \"Output/{product}/{market}/Good\"\nmeasure = \"output.good\"\n"
      "kind = \"totalizer\"\nfactor = \"10\"\n",
      "lines.toml");
  ASSERT_TRUE(mapping) << mapping.error().message;
  const auto frozen_bytes = [&] {
    std::vector<std::string> all;
    store_->scan_records(rollup::LineIndex{0}, Window{kStart, kStart + 71 * 10min},
                         [&](const storage::RecordRow& row) { all.push_back(row.bytes); });
    return all;
  };
  const auto before = frozen_bytes();
  ASSERT_EQ(before.size(), 71U);
  const auto adopted = pipeline_.adopt(*mapping, "other", kStart + 24h);
  ASSERT_TRUE(std::holds_alternative<Pipeline::Adopted>(adopted));
  const auto& outcome = std::get<Pipeline::Adopted>(adopted);
  EXPECT_EQ(outcome.retracted, 0U);
  EXPECT_GT(outcome.changed, 0U);
  EXPECT_EQ(frozen_bytes(), before);
}

TEST_F(BoundedJournal, WhatIsLeftProvesTheRecordsThatItMade) {
  run_a_day();
  drop(12h, kNoLimit, kStart + 24h);
  const auto differing = [&] {
    const auto copy = storage::Store::copy_of(*store_);
    Pipeline again(*copy, {});
    const auto outcome = again.make_again(kStart + 25h);
    return std::get<Pipeline::Adopted>(outcome).changed + std::get<Pipeline::Adopted>(outcome).retracted;
  };
  EXPECT_EQ(differing(), 0U);
  // A record that says something else than the journal is found; one that is frozen can't be.
  store_->database().exec(
      "UPDATE record SET bytes = (SELECT bytes FROM record WHERE start = (SELECT min(start) FROM "
      "record)) WHERE start = (SELECT max(start) FROM record)");
  EXPECT_EQ(differing(), 1U);
}

TEST_F(BoundedJournal, QuarantineCountsFurtherTopicsInOneRow) {
  storage::Quarantined entry;
  entry.reason = "topic";
  entry.received = kStart;
  SQLite::Transaction transaction(store_->database());
  for (int i = 0; i < storage::kQuarantineRows + 500; ++i) {
    entry.topic = "t" + std::to_string(i);
    store_->quarantine(entry);
  }
  entry.topic = "t0";
  store_->quarantine(entry);
  transaction.commit();
  EXPECT_EQ(store_->quarantine_counts()["topic"], static_cast<std::uint64_t>(storage::kQuarantineRows) + 501);
  EXPECT_EQ(store_->quarantined(1'000'000).size(), static_cast<std::size_t>(storage::kQuarantineRows) + 1);
}

}  // namespace
}  // namespace songhua::ingest
