// A foreign node's recording (tests/data/recording_foreign_a/README.md) through the pipeline: losses, duplicates,
// lateness, a rebirth, a counter reset with a new epoch, a historical flush, gzip wrappers, a counter beyond 2^53.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "imports/imports.h"
#include "ingest/pipeline.h"
#include "model/csv.h"
#include "rollup/timeline.h"
#include "sparkplug/payload.h"
#include "sparkplug/topic.h"

namespace songhua::ingest {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream in(std::filesystem::path(SONGHUA_TEST_DATA) / "recording_foreign_a" / name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

// Received when sent, as far as payloads tell; an NDEATH is stamped with another clock.
std::vector<Inbound> frames() {
  const auto text = imports::gunzip(read_file("recording.jsonl.gz"), 64U << 20U);
  std::vector<Inbound> all;
  UnixMillis received{};
  imports::FramesReader reader(
      TimeZone::shanghai(),
      [&](imports::Frame&& frame) {
        const auto topic = sparkplug::parse_topic(frame.topic);
        sparkplug::PayloadDecoder decoder;
        const auto payload = decoder.decode(frame.payload);
        if (topic && payload && topic->type != sparkplug::MessageType::ndeath && (*payload)->has_timestamp()) {
          received = std::max(received, unix_millis(static_cast<std::int64_t>((*payload)->timestamp())));
        }
        all.push_back({0, std::move(frame.topic), std::move(frame.payload), received, false});
      },
      [](std::size_t line, std::string_view, const std::string& reason) { ADD_FAILURE() << line << ": " << reason; });
  reader.feed(*text);
  reader.finish();
  return all;
}

std::unique_ptr<storage::Store> take_in(const std::vector<Inbound>& messages, std::size_t commit_every) {
  auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (std::size_t i = 0; i < messages.size(); ++i) {
    pipeline.message(messages[i]);
    if (pipeline.waiting() >= commit_every) {
      EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(messages[i].received)));
    }
  }
  EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(messages.back().received)));
  return store;
}

std::string metric_of(const SeriesKey& key) {
  const auto output = [&](const char* folder, const char* leaf) {
    return std::string(folder) + "/" + key.product + "/" + key.market + "/" + leaf;
  };
  if (key.measure == "output.good") return output("Output", "Good");
  if (key.measure == "output.rejected") return output("Output", "Rejected");
  if (key.measure == "dispatch.quantity") return output("Dispatch", "Quantity");
  if (key.measure == "energy.electricity") return "Energy/Electricity/Consumed";
  if (key.measure == "labour.time") return "Labour/Time";
  if (key.measure == "time.execute") return "Time/Execute";
  return key.measure;
}

// "line metric grain start" -> quantity, as the pipeline has it.
std::map<std::string, std::string> windows_of(storage::Store& store) {
  std::map<std::string, std::string> rows;
  for (std::uint32_t l = 0; l < store.dictionary().line_count(); ++l) {
    const rollup::LineIndex line{l};
    const rollup::Timeline timeline(store.line_quarters(line, kQuarterHour), store.dictionary(), {});
    const auto id = store.dictionary().line_id(line);
    for (const auto series : timeline.series()) {
      const auto& spec = store.dictionary().spec(series);
      if (spec.kind != SeriesKind::totalizer) continue;
      for (const auto& [grain, name] : std::map<Grain, std::string>{
               {Grain::quarter_hour, "15min"}, {Grain::hour, "hour"}, {Grain::day, "day_shanghai"}}) {
        const auto windows = windows_in(*timeline.extent(series), grain, TimeZone::shanghai(), {});
        for (const auto& row : timeline.rows(series, windows)) {
          rows[id.substr(id.rfind('/') + 1) + " " + metric_of(spec.key) + " " + name + " " +
               std::to_string(count_of(row.window.start))] = to_string(row.quantity);
        }
      }
    }
  }
  return rows;
}

TEST(ForeignRecording, EveryExpectedWindowHolds) {
  const auto store = take_in(frames(), 100);
  const auto rows = windows_of(*store);
  const auto text = read_file("expected_windows.csv");
  CsvReader csv(text);
  std::vector<std::string> fields;
  ASSERT_TRUE(*csv.next(fields));
  std::size_t checked = 0;
  while (*csv.next(fields)) {
    const auto found = rows.find(fields[0] + " " + fields[1] + " " + fields[2] + " " + fields[3]);
    const auto quantity = found == rows.end() ? std::string("0") : found->second;
    EXPECT_EQ(quantity, fields[5]) << fields[0] << " " << fields[1] << " " << fields[2] << " " << fields[3];
    ++checked;
  }
  EXPECT_EQ(checked, 363U);
}

TEST(ForeignRecording, LivesAreTheEpochsWithTheirFirstAndLastValues) {
  const auto store = take_in(frames(), 1'000);
  std::map<std::string, std::pair<Quantity, Quantity>> lives;
  for (std::uint32_t l = 0; l < store->dictionary().line_count(); ++l) {
    const rollup::LineIndex line{l};
    const rollup::Timeline timeline(store->line_records(line), store->dictionary(), {});
    const auto id = store->dictionary().line_id(line);
    for (const auto series : timeline.series()) {
      for (const auto& life : timeline.lives(series)) {
        const auto& points = life.points;
        const auto first = points.front().virtual_zero && points.size() > 1 ? points[1] : points.front();
        lives[id.substr(id.rfind('/') + 1) + " " + metric_of(store->dictionary().spec(series).key) + " " +
              std::to_string(life.epoch.value_or(-1))] = {first.value, points.back().value};
      }
    }
  }
  const auto text = read_file("totals.csv");
  CsvReader csv(text);
  std::vector<std::string> fields;
  ASSERT_TRUE(*csv.next(fields));
  while (*csv.next(fields)) {
    const auto key = fields[0] + " " + fields[1] + " " + fields[2];
    ASSERT_TRUE(lives.contains(key)) << key;
    EXPECT_EQ(to_string(lives[key].first), fields[3]) << key;
    EXPECT_EQ(to_string(lives[key].second), fields[4]) << key;
  }
}

TEST(ForeignRecording, CommitBordersAndRepetitionChangeNothing) {
  const auto messages = frames();
  const auto expected = windows_of(*take_in(messages, 100));
  EXPECT_EQ(windows_of(*take_in(messages, 1)), expected);
  EXPECT_EQ(windows_of(*take_in(messages, 1'000'000)), expected);
  auto twice = messages;
  twice.insert(twice.end(), messages.begin(), messages.end());
  EXPECT_EQ(windows_of(*take_in(twice, 500)), expected);
}

TEST(ForeignRecording, ReplayOfTheJournalGivesTheSameRows) {
  const auto store = take_in(frames(), 64);
  auto copy = storage::Store::in_memory();
  Pipeline replay(*copy, {});
  UnixMillis last{};
  for (const auto& segment : store->journal().segments()) {
    const auto entries = store->journal().read(segment.id);
    ASSERT_TRUE(entries);
    for (const auto& entry : *entries) {
      replay.repeat(entry);
      last = entry.received;
    }
  }
  ASSERT_TRUE(std::holds_alternative<CommitResult>(replay.commit(last)));
  EXPECT_EQ(windows_of(*copy), windows_of(*store));
}

}  // namespace
}  // namespace songhua::ingest
