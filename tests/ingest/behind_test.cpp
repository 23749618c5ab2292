// A commit writes the records of the lines that it heard of; those of the source's other lines wait for its stretches.
// Nobody who reads records sees any of this, not even after a kill (law 2), and they do not wait for long.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ingest/pipeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);
constexpr int kLines = 4;

// What line `device` of the node says `millis` after the start; its names are in the message.
Inbound said(const std::string& type, int device, std::int64_t millis, std::uint64_t seq, std::uint64_t value) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + millis));
  payload.set_seq(seq % 256);
  auto& metric = *payload.add_metrics();
  metric.set_name(device < 0 ? "bdSeq" : "Output/part/CN/Good");
  metric.set_timestamp(payload.timestamp());
  metric.set_datatype(sparkplug::pb::Int64);
  metric.set_long_value(value);
  const auto topic = "spBv1.0/G/" + type + "/E" + (device < 0 ? "" : "/D" + std::to_string(device));
  return {0, topic, payload.SerializeAsString(), kStart + Millis{millis}, false};
}

// A node whose lines speak at random, with gaps in its seq now and then; some two minutes and a half.
std::vector<Inbound> history(std::mt19937& random) {
  std::vector<Inbound> all{said("NBIRTH", -1, 0, 0, 1)};
  std::uint64_t seq = 1;
  for (int device = 0; device < kLines; ++device) all.push_back(said("DBIRTH", device, 1 + device, seq++, 0));
  std::int64_t millis = 1'000;
  for (int i = 0; i < 60; ++i) {
    millis += 1 + static_cast<std::int64_t>(random() % 5'000);
    if (random() % 8 == 0) ++seq;
    all.push_back(said("DDATA", static_cast<int>(random() % kLines), millis, seq++, static_cast<std::uint64_t>(i)));
  }
  return all;
}

using Rows = std::vector<std::string>;
Rows rows_of(const storage::Store& store, const char* which = "bytes") {
  Rows rows;
  for (int device = 0; device < kLines; ++device) {
    const auto line = store.dictionary().find_line("G/E/D" + std::to_string(device));
    if (!line) continue;
    store.scan_records(*line, std::nullopt, [&](const storage::RecordRow& row) {
      auto text = std::to_string(device) + " " + format_utc(row.key.window.start) + " ";
      text += which == std::string("bytes") ? row.bytes : std::to_string(row.generation);
      rows.push_back(std::move(text));
    });
  }
  return rows;
}

std::int64_t windows_behind(storage::Store& store) {
  return store.database().execAndGet("SELECT count(*) FROM touched WHERE stretches IS NOT NULL").getInt64();
}

void take(Pipeline& pipeline, const Inbound& message) {
  pipeline.message(message);
  ASSERT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(message.received)));
}

// The same messages in one commit, made again from the journal: whole by another way.
Rows made_again(const std::vector<Inbound>& messages) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (const auto& message : messages) pipeline.message(message);
  const auto now = messages.back().received;
  EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(now)));
  EXPECT_TRUE(std::holds_alternative<Pipeline::Adopted>(pipeline.make_again(now)));
  EXPECT_EQ(windows_behind(*store), 0);
  return rows_of(*store);
}

TEST(Behind, RecordsAreReadWholeAfterEveryCommit) {
  std::mt19937 random(7);
  for (int round = 0; round < 3; ++round) {
    const auto all = history(random);
    const auto store = storage::Store::in_memory();
    auto pipeline = std::make_unique<Pipeline>(*store, PipelineOptions{});
    std::int64_t ever_behind = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      take(*pipeline, all[i]);
      if (random() % 10 == 0) pipeline = std::make_unique<Pipeline>(*store, PipelineOptions{});  // killed
      EXPECT_LE(windows_behind(*store), 1);
      ever_behind += windows_behind(*store);
      if (i % 7 == 0 || i + 1 == all.size()) {
        EXPECT_EQ(rows_of(*store), made_again({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i) + 1}));
      }
    }
    EXPECT_GT(ever_behind, 0);
  }
}

TEST(Behind, AQuietLinesRecordIsWrittenOnceTheNextMinuteBegins) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  take(pipeline, said("NBIRTH", -1, 0, 0, 1));
  for (int device = 0; device < kLines; ++device) {
    take(pipeline, said("DBIRTH", device, 1 + device, static_cast<std::uint64_t>(device) + 1, 0));
  }
  const auto before = rows_of(*store, "generation");
  take(pipeline, said("DDATA", 1, 1'000, 5, 1));
  EXPECT_EQ(windows_behind(*store), 1);
  const auto after = rows_of(*store, "generation");
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1], before[1]);
  EXPECT_EQ(after[2], before[2]);

  // What follows is joined with it, so it is forwarded together with what follows.
  store->database().exec("DELETE FROM dirty");
  take(pipeline, said("DDATA", 1, 61'000, 6, 2));
  EXPECT_NE(rows_of(*store, "generation")[0], before[0]);
  EXPECT_EQ(store->database().execAndGet("SELECT count(*) FROM dirty").getInt(), kLines);
}

TEST(Behind, NoRecordWaitsLongerThanTenSeconds) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  take(pipeline, said("NBIRTH", -1, 0, 0, 1));
  for (int device = 0; device < kLines; ++device) {
    take(pipeline, said("DBIRTH", device, 1 + device, static_cast<std::uint64_t>(device) + 1, 0));
  }
  const auto before = rows_of(*store, "generation");
  for (int i = 0; i < 15; ++i) take(pipeline, said("DDATA", 1, 1'000 * (i + 1), static_cast<std::uint64_t>(i) + 5, 1));
  EXPECT_NE(rows_of(*store, "generation")[0], before[0]);
}

// Messages that are not kept in memory come back from the journal when one of their minute comes late.
TEST(Behind, LateMessagesFindWhatMemoryHasLetGo) {
  std::mt19937 random(11);
  const auto all = history(random);
  auto late = all;
  for (std::size_t i = 10; i + 4 < late.size(); i += 9) std::swap(late[i], late[i + 3]);
  PipelineOptions forgetful;
  forgetful.readings_in_memory = 0;
  const auto rows = [&](const PipelineOptions& options) {
    const auto store = storage::Store::in_memory();
    Pipeline pipeline(*store, options);
    for (const auto& message : late) {
      pipeline.message(message);
      EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(all.back().received)));
    }
    return rows_of(*store);
  };
  EXPECT_EQ(rows(forgetful), rows({}));
}

}  // namespace
}  // namespace songhua::ingest
