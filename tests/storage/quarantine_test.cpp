#include <gtest/gtest.h>

#include "storage/store.h"

namespace songhua::storage {
namespace {

// Ten thousand rows of some megabytes each would not fit into an edge box.
TEST(Quarantine, AListLeavesOutTheBytesThatOneEntryShows) {
  const auto store = Store::in_memory();
  for (const char* topic : {"spBv1.0/G/NDATA/first", "spBv1.0/G/NDATA/second"}) {
    Quarantined entry;
    entry.reason = "undecodable";
    entry.topic = topic;
    entry.detail = "ends inside a field";
    entry.payload = std::string(1'000'000, '\x12');
    store->quarantine(entry);
  }
  const auto list = store->quarantined(10);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.front().topic, "spBv1.0/G/NDATA/second") << "the newest first";
  EXPECT_EQ(list.front().detail, "ends inside a field");
  EXPECT_TRUE(list.front().payload.empty());
  const auto one = store->quarantined_one(list.front().id);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->payload, std::string(1'000'000, '\x12'));
  EXPECT_EQ(one->topic, list.front().topic);
}

}  // namespace
}  // namespace songhua::storage
