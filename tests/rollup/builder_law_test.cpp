#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "generator.h"
#include "harness.h"
#include "rollup/codec.h"

// Law 2: a record is a pure function of the set of messages that touch its minute, byte for byte.
namespace songhua::rollup {
namespace {

using Bytes = std::map<LineIndex, std::string>;

Bytes bytes_of(const LineRecords& records) {
  Bytes bytes;
  for (const auto& [line, record] : records) bytes[line] = encode(record);
  return bytes;
}

std::map<UnixMillis, std::vector<const SourceMessage*>> by_minute(const std::vector<SourceMessage>& messages) {
  std::map<UnixMillis, std::vector<const SourceMessage*>> minutes;
  for (const auto& message : messages) {
    for (const auto minute : message.minutes()) minutes[minute].push_back(&message);
  }
  return minutes;
}

RC_GTEST_PROP(BuilderLaw, RecordIsIndependentOfArrivalOrder, (const World& world, std::uint32_t seed)) {
  const auto history = play(world);
  const auto messages = without_repetitions(history.messages);
  std::mt19937 random{seed};
  for (auto& [minute, touching] : by_minute(messages)) {
    const auto expected = build_minute(minute, touching, history.lines, history.table, BuildRules{});
    RC_ASSERT(expected.size() == history.lines.size());
    std::shuffle(touching.begin(), touching.end(), random);
    RC_ASSERT(bytes_of(build_minute(minute, touching, history.lines, history.table, BuildRules{})) ==
              bytes_of(expected));
  }
}

// The pipeline's way: extend in place while messages come in order, rebuild where one does not.
class Pipeline {
 public:
  Pipeline(UnixMillis minute, const History& history) : minute_(minute), history_(history) { restart(); }

  // `hasty`: go on appending after a rebuild, from a builder that was fed anew in time order.
  void receive(const SourceMessage& message, bool hasty) {
    seen_.push_back(&message);
    if (builder_) {
      const auto before = bytes_of(builder_->records());
      if (builder_->append(message)) return;
      RC_ASSERT(bytes_of(builder_->records()) == before);  // a refusal changes nothing
      builder_.reset();
    }
    rebuilt_ = build_minute(minute_, seen_, history_.lines, history_.table, BuildRules{});
    if (hasty) catch_up();
  }

  [[nodiscard]] Bytes bytes() const { return bytes_of(builder_ ? builder_->records() : rebuilt_); }
  [[nodiscard]] bool extended_only() const { return builder_.has_value(); }

 private:
  void restart() {
    builder_.emplace(minute_, history_.table, BuildRules{});
    for (const auto line : history_.lines) builder_->add_line(line);
  }
  void catch_up() {
    restart();
    auto ordered = seen_;
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->time < b->time; });
    for (const auto* message : ordered) {
      if (builder_->append(*message)) continue;
      return builder_.reset();
    }
  }

  UnixMillis minute_;
  const History& history_;
  std::vector<const SourceMessage*> seen_;
  std::optional<MinuteBuilder> builder_;
  LineRecords rebuilt_;
};

RC_GTEST_PROP(BuilderLaw, ExtendingInPlaceAndRebuildingGiveTheSameBytes, (const World& world, std::uint32_t seed)) {
  const auto history = play(world);
  const auto messages = without_repetitions(history.messages);
  std::mt19937 random{seed};
  for (auto& [minute, touching] : by_minute(messages)) {
    // Mostly in order, some late.
    for (std::size_t i = 1; i < touching.size(); ++i) {
      if (random() % 6 == 0) std::swap(touching[i], touching[random() % i]);
    }
    Pipeline pipeline{minute, history};
    std::vector<const SourceMessage*> so_far;
    for (const auto* message : touching) {
      pipeline.receive(*message, random() % 2 == 0);
      so_far.push_back(message);
      RC_ASSERT(pipeline.bytes() == bytes_of(build_minute(minute, so_far, history.lines, history.table, BuildRules{})));
    }
  }
}

TEST(BuilderLaw, MessagesInOrderNeverForceARebuild) {
  World world;
  world.lines.resize(2);
  world.lines[0].epochs = EpochHabit::always;
  for (std::uint16_t i = 0; i < 200; ++i) {
    const auto act = i == 90 ? Act::birth : i % 7 == 3 ? Act::heartbeat : i % 50 == 20 ? Act::lose : Act::report;
    world.steps.push_back(
        {act, static_cast<std::uint8_t>(i % 2), 63, 1000U + i, false, static_cast<std::uint16_t>(i % 4)});
  }
  const auto history = play(world);
  for (const auto& [minute, touching] : by_minute(history.messages)) {
    Pipeline pipeline{minute, history};
    for (const auto* message : touching) pipeline.receive(*message, false);
    EXPECT_TRUE(pipeline.extended_only()) << format_utc(minute);
  }
}

RC_GTEST_PROP(CodecLaw, RecordsSurviveTheirBytes, (const World& world)) {
  const auto history = play(world);
  const auto minutes = minute_records(history);
  for (const auto& records : {minutes, joined_records(minutes, kQuarterHour, history.table)}) {
    for (const auto& [line, list] : records) {
      for (const auto& record : list) {
        const auto bytes = encode(record);
        const auto decoded = decode(bytes);
        RC_ASSERT(decoded.ok());
        RC_ASSERT(decoded.value() == record);
        RC_ASSERT(encode(decoded.value()) == bytes);
        RC_ASSERT(!decode(bytes + '\0').ok());
        RC_ASSERT(!decode(bytes.substr(0, bytes.size() - 1)).ok());
      }
    }
  }
}

RC_GTEST_PROP(CodecLaw, HostileBytesAreRefusedOrMeanARecord, (const World& world, std::uint32_t seed)) {
  const auto history = play(world);
  std::mt19937 random{seed};
  for (const auto& [line, list] : minute_records(history)) {
    for (const auto& record : list) {
      auto bytes = encode(record);
      for (int i = 0; i < 20; ++i) {
        auto mutated = bytes;
        for (auto k = random() % 3 + 1; k > 0; --k) mutated[random() % mutated.size()] = static_cast<char>(random());
        if (random() % 4 == 0) mutated.resize(random() % mutated.size());
        const auto decoded = decode(mutated);
        if (decoded.ok()) RC_ASSERT(decode(encode(decoded.value())).value() == decoded.value());
      }
    }
  }
}

// All minutes from the first to the last, missing ones empty: a record's neighbours are adjacent.
std::vector<Record> without_holes(const std::vector<Record>& records) {
  std::vector<Record> all;
  for (const auto& record : records) {
    while (!all.empty() && all.back().window.end < record.window.start && all.size() < 400) {
      Record empty;
      empty.window = {all.back().window.end, all.back().window.end + kMinute};
      all.push_back(empty);
    }
    if (!all.empty() && all.back().window.end < record.window.start) break;
    all.push_back(record);
  }
  return all;
}

RC_GTEST_PROP(JoinLaw, IsAssociative, (const World& world, std::uint32_t seed)) {
  const auto history = play(world);
  std::mt19937 random{seed};
  for (const auto& [line, list] : minute_records(history)) {
    auto records = without_holes(list);
    if (records.size() < 3) continue;
    auto left = records.front();
    for (std::size_t i = 1; i < records.size(); ++i) left = join(left, records[i], history.table, kQuarterHour);
    while (records.size() > 1) {  // in any bracketing
      const auto at = random() % (records.size() - 1);
      records[at] = join(records[at], records[at + 1], history.table, kQuarterHour);
      records.erase(records.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    RC_ASSERT(records.front() == left);
    RC_ASSERT(encode(records.front()) == encode(left));
  }
}

RC_GTEST_PROP(JoinLaw, EmptyNeighboursChangeNothingButTheWindow, (const World& world)) {
  const auto history = play(world);
  for (const auto& [line, list] : minute_records(history)) {
    for (const auto& record : list) {
      Record before, after;
      before.window = {record.window.start - kMinute, record.window.start};
      after.window = {record.window.end, record.window.end + kMinute};
      auto joined = join(join(before, record, history.table, kQuarterHour), after, history.table, kQuarterHour);
      RC_ASSERT(joined.window == (Window{before.window.start, after.window.end}));
      joined.window = record.window;
      RC_ASSERT(joined == record);
    }
  }
}

}  // namespace
}  // namespace songhua::rollup
