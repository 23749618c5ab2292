// A held message's named metrics count whatever becomes of its aliases, and wherever commits fall (laws 2 and 3).
#include <gtest/gtest.h>

#include "ingest/pipeline.h"
#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);

sparkplug::Payload stamped(int second, std::uint64_t seq) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + second * 1'000));
  payload.set_seq(seq);
  return payload;
}

void add(sparkplug::Payload& payload, const std::string& name, std::optional<std::uint64_t> alias, std::int64_t value) {
  auto& metric = *payload.add_metrics();
  if (!name.empty()) metric.set_name(name);
  if (alias) metric.set_alias(*alias);
  if (!name.empty()) metric.set_datatype(sparkplug::pb::Int64);
  metric.set_long_value(static_cast<std::uint64_t>(value));
}

sparkplug::Payload birth(int second, std::int64_t bd_seq) {
  auto payload = stamped(second, 0);
  add(payload, "bdSeq", {}, bd_seq);
  add(payload, "Output/aliased/CN/Good", 1, 100);
  add(payload, "Output/named/CN/Good", {}, 100);
  return payload;
}

struct Taken {
  std::map<std::string, std::string> totals;
  std::map<std::string, std::uint64_t> quarantine;
  bool operator==(const Taken&) const = default;
};

// After a lost connection the seq does not go on: the message is held; its session's death and the next one's birth end
// what it waits for.
Taken take(bool commit_each, bool again) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  const auto commit = [&](int second) {
    ASSERT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart + Millis{second * 1'000})));
  };
  const auto say = [&](int second, const char* type, const sparkplug::Payload& payload) {
    pipeline.message({0, std::string("spBv1.0/G/") + type + "/E", payload.SerializeAsString(),
                      kStart + Millis{second * 1'000}, false});
    if (commit_each) commit(second);
  };
  say(0, "NBIRTH", birth(0, 1));
  pipeline.server_lost(0, kStart + Millis{1'000});
  auto held = stamped(2, 77);
  add(held, "", 1, 150);
  add(held, "Output/named/CN/Good", {}, 130);
  say(2, "NDATA", held);
  sparkplug::Payload will;
  add(will, "bdSeq", {}, 1);
  say(3, "NDEATH", will);
  say(4, "NBIRTH", birth(4, 2));
  commit(5);
  if (again) {
    const auto outcome = pipeline.adopt(pipeline.mapping(), "# changed\n", kStart + Millis{6'000});
    EXPECT_TRUE(std::get<Pipeline::Adopted>(outcome).rebuilt);
  }

  Taken taken;
  const auto line = store->dictionary().find_line("G/E");
  EXPECT_TRUE(line.has_value());
  const rollup::Timeline timeline(store->line_records(*line), store->dictionary(), {});
  for (const auto series : timeline.series()) {
    std::string readings;
    for (const auto& row : timeline.rows(series, {{kStart, kStart + kMinute}})) {
      readings += to_string(row.quantity) + " in " + std::to_string(row.lives) + " lives";
    }
    taken.totals[store->dictionary().spec(series).key.product] = readings;
  }
  taken.quarantine = store->quarantine_counts();
  return taken;
}

TEST(HeldMessages, CountTheSameWhereverCommitsFall) {
  const auto each = take(true, false);
  EXPECT_EQ(each.quarantine.at("session_ended"), 1U) << "else this test shows nothing";
  EXPECT_EQ(take(false, false), each);
  EXPECT_EQ(take(true, true), each);
  EXPECT_EQ(take(false, true), each) << "what the journal gives is what was counted live";
}

}  // namespace
}  // namespace songhua::ingest
