// A device's names are stored once, however many tables and sessions hold them, and a restarted session finds them.
#include "ingest/stored_names.h"

#include <gtest/gtest.h>

#include "ingest/pipeline.h"

namespace songhua::ingest {
namespace {

constexpr int kDevices = 40, kMetrics = 25;
const UnixMillis kStart = unix_millis(1'552'608'000'000);

Inbound birth(int device, std::uint64_t seq) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart)) + seq);
  payload.set_seq(seq);
  for (int i = 0; i < (device < 0 ? 1 : kMetrics); ++i) {
    auto& metric = *payload.add_metrics();
    metric.set_name(device < 0 ? "bdSeq" : "Output/a product with a long name " + std::to_string(i) + "/CN/Good");
    metric.set_datatype(sparkplug::pb::Int64);
    metric.set_long_value(1);
    if (device >= 0) metric.set_alias(static_cast<std::uint64_t>(device * kMetrics + i));
  }
  const auto topic = device < 0 ? "spBv1.0/G/NBIRTH/E" : "spBv1.0/G/DBIRTH/E/D" + std::to_string(device);
  return {0, topic, payload.SerializeAsString(), kStart, false};
}

void bear(Pipeline& pipeline) {
  pipeline.message(birth(-1, 0));
  for (int device = 0; device < kDevices; ++device) {
    pipeline.message(birth(device, static_cast<std::uint64_t>(device) + 1));
  }
  ASSERT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart)));
}

std::int64_t asked(storage::Store& store, const char* query) {
  return store.database().execAndGet(query).getInt64();
}

TEST(StoredNames, ABirthOfManyDevicesStoresEachDevicesNamesOnce) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  bear(pipeline);
  // The names of the node and of each device, a table of each of them alone, and the session's: nothing that grows with
  // the square of the devices.
  EXPECT_EQ(asked(*store, "SELECT count(*) FROM names"), 2 * (kDevices + 1) + 1);
  EXPECT_LT(asked(*store, "SELECT total(length(bytes)) FROM names"), kDevices * kMetrics * 60 + kDevices * 40);
  EXPECT_LT(asked(*store, "SELECT length(bytes) FROM session"), 100 + kDevices * 30);
}

TEST(StoredNames, ARestartedSessionFindsItsNames) {
  const auto store = storage::Store::in_memory();
  std::uint64_t id = 0;
  {
    Pipeline pipeline(*store, {});
    bear(pipeline);
    id = pipeline.sessions().begin()->second.names()->id();
  }
  const Pipeline restarted(*store, {});
  const auto& names = restarted.sessions().begin()->second.names();
  ASSERT_NE(names, nullptr);
  EXPECT_EQ(names->id(), id);
  EXPECT_EQ(names->device("D7")->by_alias(7 * kMetrics + 3)->name, "Output/a product with a long name 3/CN/Good");
  EXPECT_EQ(stored_names(*store, id)->id(), id);
  EXPECT_EQ(stored_names(*store, 0), nullptr);
  store->database().exec("DELETE FROM names");
  EXPECT_EQ(stored_names(*store, id), nullptr);
}

}  // namespace
}  // namespace songhua::ingest
