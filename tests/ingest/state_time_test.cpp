// Codes become time in states. A line is in one state at a time, whatever arrives: the times add up to the span.
#include <gtest/gtest.h>

#include <algorithm>

#include "ingest/pipeline.h"
#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);

struct Said {
  int second = 0;
  std::uint64_t seq = 0;
  std::uint32_t state = 0;
};

Inbound data(const Said& said) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + said.second * 1'000));
  payload.set_seq(said.seq);
  auto& metric = *payload.add_metrics();
  metric.set_name("Status");
  metric.set_datatype(sparkplug::pb::Int32);
  metric.set_int_value(said.state);
  return {0, "spBv1.0/G/DDATA/E/D", payload.SerializeAsString(), kStart + kMinute, false};
}

// Seconds in each state.
std::map<std::string, std::int64_t> times(const std::vector<Said>& messages) {
  auto mapping = lines::Mapping::parse(
      "[[rule]]\nmetric = \"Status\"\nkind = \"state\"\n"
      "states = { 0 = \"stopped\", 1 = \"execute\", 2 = \"held\", 3 = \"lunch\", 4 = \"cleaning\" }\n",
      "lines.toml");
  EXPECT_TRUE(mapping.ok());
  PipelineOptions options;
  options.mapping = *mapping;
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, options);
  for (const auto& said : messages) pipeline.message(data(said));
  EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart + kMinute)));
  std::map<std::string, std::int64_t> seconds;
  const rollup::Timeline timeline(store->line_records(*store->dictionary().find_line("G/E/D")), store->dictionary(),
                                  {});
  for (const auto series : timeline.series()) {
    const auto rows = timeline.rows(series, {{kStart, kStart + kMinute}});
    const auto quantity = static_cast<std::int64_t>(rows.front().quantity / 1'000);
    if (quantity != 0) seconds[store->dictionary().spec(series).key.measure] = quantity;
  }
  return seconds;
}

using Times = std::map<std::string, std::int64_t>;

TEST(StateTime, OfTwoStatesOfOneInstantTheLargerCodeStays) {
  std::vector<Said> messages{{0, 1, 0}, {10, 2, 2}, {10, 3, 1}, {30, 4, 0}};
  const Times expected{{"time.stopped", 10}, {"time.held", 20}};
  EXPECT_EQ(times(messages), expected);
  std::swap(messages[1], messages[2]);
  EXPECT_EQ(times(messages), expected) << "arrived in the other order";
  messages = {{0, 1, 0}, {10, 2, 1}, {10, 3, 2}, {30, 4, 0}};
  EXPECT_EQ(times(messages), expected) << "sent in the other order";
}

TEST(StateTime, OfTwoStatesThatPackmlDoesNotKnowOneStaysToo) {
  const auto one = times({{0, 1, 0}, {10, 2, 3}, {10, 3, 4}, {30, 4, 0}});
  EXPECT_EQ(one, (Times{{"time.stopped", 10}, {"time.lunch", 20}}));
  EXPECT_EQ(times({{0, 1, 0}, {10, 2, 4}, {10, 3, 3}, {30, 4, 0}}), one);
}

TEST(StateTime, AnUnknownCodeBesideAStateTakesNoTimeFromIt) {
  EXPECT_EQ(times({{0, 1, 0}, {10, 2, 1}, {10, 3, 99}, {30, 4, 0}}),
            (Times{{"time.stopped", 10}, {"time.execute", 20}}));
}

}  // namespace
}  // namespace songhua::ingest
