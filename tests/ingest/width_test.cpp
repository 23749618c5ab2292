// Whether a fall is a wrap depends on the counter's datatype. Only births name it, and DATA may come before them.
#include <gtest/gtest.h>

#include "ingest/pipeline.h"
#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);

sparkplug::Payload counted(int second, std::uint64_t seq, std::uint32_t value, bool typed,
                           std::uint32_t type = sparkplug::pb::UInt16) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + second * 1'000));
  payload.set_seq(seq);
  auto& metric = *payload.add_metrics();
  metric.set_name("Output/part/CN/Good");
  if (typed) metric.set_datatype(type);
  metric.set_int_value(value);
  return payload;
}

sparkplug::Payload nbirth() {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart)));
  payload.set_seq(0);
  auto& metric = *payload.add_metrics();
  metric.set_name("bdSeq");
  metric.set_datatype(sparkplug::pb::Int64);
  metric.set_long_value(1);
  return payload;
}

std::string total(const std::vector<std::pair<std::string, sparkplug::Payload>>& arrivals) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  int second = 100;
  for (const auto& [topic, payload] : arrivals) {
    pipeline.message({0, topic, payload.SerializeAsString(), kStart + Millis{++second * 1'000}, false});
  }
  EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart + Millis{200'000})));
  const auto line = store->dictionary().find_line("G/E/D");
  if (!line) return "no line";
  const rollup::Timeline timeline(store->line_records(*line), store->dictionary(), {});
  const auto rows = timeline.rows(timeline.series().front(), {{kStart, kStart + kMinute}});
  return to_string(rows.front().quantity) + " in " + std::to_string(rows.front().lives) + " lives";
}

TEST(CounterWidth, IsTheBirthsWhateverComesFirst) {
  const std::pair<std::string, sparkplug::Payload> node{"spBv1.0/G/NBIRTH/E", nbirth()};
  const std::pair<std::string, sparkplug::Payload> birth{"spBv1.0/G/DBIRTH/E/D", counted(0, 1, 65'530, true)};
  const std::pair<std::string, sparkplug::Payload> top{"spBv1.0/G/DDATA/E/D", counted(10, 2, 65'533, false)};
  const std::pair<std::string, sparkplug::Payload> wrapped{"spBv1.0/G/DDATA/E/D", counted(20, 3, 4, false)};
  const std::pair<std::string, sparkplug::Payload> last{"spBv1.0/G/DDATA/E/D", counted(30, 4, 9, false)};
  const auto in_order = total({node, birth, top, wrapped, last});
  EXPECT_EQ(in_order, "15 in 1 lives");
  EXPECT_EQ(total({birth, top, node, wrapped, last}), in_order) << "DATA between a DBIRTH and its late NBIRTH";
  EXPECT_EQ(total({top, wrapped, birth, node, last}), in_order) << "DATA before any birth";
  EXPECT_EQ(total({birth, top, wrapped, last, node}), in_order);
}

// An int_value above 2^31 is a counter to a UInt32 and negative to an Int32: it waits until its birth tells which.
TEST(CounterWidth, ALargeNumberBeforeItsBirthIsReadByIt) {
  constexpr auto kType = sparkplug::pb::UInt32;
  const std::pair<std::string, sparkplug::Payload> node{"spBv1.0/G/NBIRTH/E", nbirth()};
  const std::pair<std::string, sparkplug::Payload> birth{"spBv1.0/G/DBIRTH/E/D",
                                                         counted(0, 1, 3'000'000'000, true, kType)};
  const std::pair<std::string, sparkplug::Payload> next{"spBv1.0/G/DDATA/E/D", counted(10, 2, 3'000'000'007, false)};
  const std::pair<std::string, sparkplug::Payload> last{"spBv1.0/G/DDATA/E/D", counted(20, 3, 3'000'000'012, false)};
  const auto in_order = total({node, birth, next, last});
  EXPECT_EQ(in_order, "12 in 1 lives");
  EXPECT_EQ(total({next, last, node, birth}), in_order);
  EXPECT_EQ(total({birth, next, last, node}), in_order);
}

}  // namespace
}  // namespace songhua::ingest
