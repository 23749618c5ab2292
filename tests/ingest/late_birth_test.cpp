// A birth that comes after what it explains changes nothing (law 2): the records are those of messages in order,
// whether metrics carry aliases, names or both, say nothing at all, or announce the epoch of counters that travel
// otherwise.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "ingest/pipeline.h"
#include "record_text.h"
#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

using sparkplug::Payload;

const UnixMillis kStart = unix_millis(1'552'608'000'000);

struct Sent {
  std::string type;  // of the device "D", or of the node
  Payload payload;
  [[nodiscard]] std::string topic() const { return "spBv1.0/G/" + type + "/E" + (type.starts_with('D') ? "/D" : ""); }
};

Sent stamped(std::string type, int second, std::uint64_t seq) {
  Sent sent{std::move(type), {}};
  sent.payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + second * 1'000));
  sent.payload.set_seq(seq);
  return sent;
}

struct Counter {
  std::string name;
  std::uint64_t alias;
  std::uint32_t type;
  std::uint64_t value;
};

void add(Payload& payload, const Counter& counter, bool named, bool aliased, bool typed) {
  auto& metric = *payload.add_metrics();
  if (named) metric.set_name(counter.name);
  if (aliased) metric.set_alias(counter.alias);
  if (typed) metric.set_datatype(counter.type);
  metric.set_timestamp(payload.timestamp());
  if (counter.type == sparkplug::pb::UInt32)
    metric.set_int_value(static_cast<std::uint32_t>(counter.value));
  else
    metric.set_long_value(counter.value);
}

std::vector<Counter> counters() {
  return {{"Properties/Counter Epoch", 1, sparkplug::pb::Int64, 1},
          {"Output/small/CN/Good", 2, sparkplug::pb::Int64, 10},
          {"Output/wide/CN/Good", 3, sparkplug::pb::UInt32, 3'000'000'000},
          {"Output/widest/CN/Good", 4, sparkplug::pb::UInt64, (std::uint64_t{1} << 63U) + 9},
          {"Vendor/unknown", 5, sparkplug::pb::Int64, 1}};
}

// NBIRTH, DBIRTH, then data of every kind, a second apart.
std::vector<Sent> life(int messages) {
  std::vector<Sent> sent{stamped("NBIRTH", 0, 0), stamped("DBIRTH", 1, 1)};
  add(sent[0].payload, {"bdSeq", 9, sparkplug::pb::Int64, 1}, true, false, true);
  auto all = counters();
  for (const auto& counter : all) add(sent[1].payload, counter, true, true, true);
  for (int i = 0; i < messages; ++i) {
    const bool dies = i + 1 == messages && *rc::gen::arbitrary<bool>();
    auto& message =
        sent.emplace_back(stamped(dies ? "DDEATH" : "DDATA", 7 * (i + 1), static_cast<std::uint64_t>(i) + 2));
    if (dies || *rc::gen::inRange(0, 5) == 0) continue;  // says nothing
    const bool restarts = *rc::gen::inRange(0, 6) == 0;  // in a new epoch, from zero
    if (restarts) {
      ++all[0].value;
      for (std::size_t n = 1; n < 4; ++n) all[n].value = 0;
    }
    for (auto& counter : all) {
      const auto how = *rc::gen::inRange(0, 4);
      const bool is_epoch = counter.alias == 1;
      if (!is_epoch) counter.value += static_cast<std::uint64_t>(*rc::gen::inRange(1, 9));
      if (how > 0 || is_epoch) add(message.payload, counter, how != 1, how != 2, how == 3);
    }
  }
  return sent;
}

// Records of all lines as text, series by their names.
std::string records(const std::vector<Sent>& arrivals, bool commit_each, bool again) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  auto now = kStart + Millis{300'000};
  const auto commit = [&] { EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(now))); };
  for (const auto& sent : arrivals) {
    pipeline.message({0, sent.topic(), sent.payload.SerializeAsString(), now += Millis{10}, false});
    if (commit_each) commit();
  }
  commit();
  if (again) {
    EXPECT_TRUE(std::holds_alternative<Pipeline::Adopted>(pipeline.make_again(now)));
  }
  std::string all;
  for (const auto& [reason, count] : store->quarantine_counts()) all += reason + " " + std::to_string(count) + "\n";
  return all + record_text(*store, "G/E/D");
}

RC_GTEST_PROP(LateBirth, ChangesNothing, ()) {
  const auto in_order = life(*rc::gen::inRange(1, 14));
  const auto expected = records(in_order, true, false);
  RC_ASSERT(records(in_order, false, true) == expected);
  auto late = in_order;
  const auto n = static_cast<std::ptrdiff_t>(late.size());
  const auto device_after = *rc::gen::inRange<std::ptrdiff_t>(1, n);
  std::rotate(late.begin() + 1, late.begin() + 2, late.begin() + 1 + device_after);  // the DBIRTH
  const auto node_after = *rc::gen::inRange<std::ptrdiff_t>(0, n);
  std::rotate(late.begin(), late.begin() + 1, late.begin() + 1 + node_after);  // the NBIRTH
  RC_ASSERT(records(late, true, false) == expected);
  RC_ASSERT(records(late, false, false) == expected);
  RC_ASSERT(records(late, true, true) == expected);
}

}  // namespace
}  // namespace songhua::ingest
