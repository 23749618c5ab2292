// A line that is heard of late has the same records as one that was known from the start (law 2): each keeps the
// unbroken stretches of its node, also of minutes that had been written before.
#include <gtest/gtest.h>

#include <algorithm>

#include "ingest/pipeline.h"
#include "rollup/codec.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);

struct Sent {
  std::string topic;
  sparkplug::Payload payload;
};

Sent counter(const std::string& type, const std::string& device, int second, std::uint64_t seq, std::int64_t value) {
  Sent sent{"spBv1.0/G/" + type + "/E" + (device.empty() ? "" : "/" + device), {}};
  const auto time = static_cast<std::uint64_t>(count_of(kStart) + second * 1'000);
  sent.payload.set_timestamp(time);
  sent.payload.set_seq(seq);
  auto& metric = *sent.payload.add_metrics();
  metric.set_name(type == "NBIRTH" ? "bdSeq" : "Output/part/CN/Good");
  metric.set_timestamp(time);
  metric.set_datatype(sparkplug::pb::Int64);
  metric.set_long_value(static_cast<std::uint64_t>(value));
  return sent;
}

std::vector<std::string> records(const std::vector<Sent>& arrivals, bool commit_each) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (const auto& [topic, payload] : arrivals) {
    pipeline.message({0, topic, payload.SerializeAsString(), kStart + Millis{600'000}, false});
    if (!commit_each) continue;
    EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart + Millis{600'000})));
  }
  EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart + Millis{600'000})));
  std::vector<std::string> all;
  for (const auto* name : {"G/E/D1", "G/E/D2"}) {
    const auto line = store->dictionary().find_line(name);
    EXPECT_TRUE(line.has_value());
    if (!line) continue;
    store->scan_records(*line, std::nullopt, [&](const storage::RecordRow& row) {
      auto record = rollup::decode(row.bytes);
      all.push_back(std::string(name) + " " + format_utc(row.key.window.start) + " stretches " +
                    (record ? std::to_string(record->stretches.size()) : "unreadable"));
    });
  }
  return all;
}

TEST(LateLine, HasTheRecordsOfOneThatWasKnownFromTheStart) {
  std::vector<Sent> sent{counter("NBIRTH", "", 0, 0, 1),     counter("DBIRTH", "D1", 1, 1, 10),
                         counter("DBIRTH", "D2", 2, 2, 20),  counter("DDATA", "D1", 70, 3, 11),
                         counter("DDATA", "D1", 130, 4, 12), counter("DDATA", "D2", 190, 5, 21),
                         counter("DDATA", "D1", 250, 6, 13)};
  const auto in_order = records(sent, true);
  ASSERT_EQ(in_order.size(), 10U) << "two lines in five minutes";
  EXPECT_EQ(records(sent, false), in_order);
  auto late = sent;
  std::rotate(late.begin() + 2, late.begin() + 3, late.end());  // D2's birth comes last of all
  EXPECT_EQ(records(late, true), in_order);
  EXPECT_EQ(records(late, false), in_order);
  std::reverse(sent.begin(), sent.end());
  EXPECT_EQ(records(sent, true), in_order);
  EXPECT_EQ(records(sent, false), in_order);
}

TEST(LateLine, HasNoRecordsFromBeforeItsFirstMessage) {
  const std::vector<Sent> sent{counter("NBIRTH", "", 0, 0, 1), counter("DBIRTH", "D1", 1, 1, 10),
                               counter("DDATA", "D1", 130, 4, 12), counter("DBIRTH", "D2", 140, 5, 20),
                               counter("DDATA", "D1", 70, 3, 11)};
  for (const bool commit_each : {true, false}) {
    const auto all = records(sent, commit_each);
    EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& row) { return row.starts_with("G/E/D2"); }), 1);
  }
}

}  // namespace
}  // namespace songhua::ingest
