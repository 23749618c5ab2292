// A corrected mapping gives what it would have given from the start (design.md, law 2), whatever was in force before
// and whenever it was corrected.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "ingest/pipeline.h"
#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

const UnixMillis kStart = unix_millis(1'552'608'000'000);  // 2019-03-15 08:00 CST

const std::string kRight = R"([[rule]]
device = "G/E/{d}"
metric = "Cnt"
line = "L-{d}"
measure = "output.good"
product = "p"
market = "CN"
factor = "3/2"
[[rule]]
device = "G/E/{d}"
metric = "Temp"
line = "L-{d}"
measure = "process.temperature"
kind = "gauge"
[[rule]]
device = "G/E/{d}"
metric = "Mode"
line = "L-{d}"
kind = "state"
states = { 0 = "stopped", 1 = "execute" }
)";

const std::vector<std::string>& wrong_ones() {
  static const std::vector<std::string> all{
      "",  // nothing mapped
      "[[rule]]\nmetric = \"Cnt\"\nmeasure = \"output.rejected\"\nproduct = \"q\"\nmarket = \"JP\"\n",
      "[[rule]]\nmetric = \"Temp\"\nmeasure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n",
      "[[rule]]\nmetric = \"Mode\"\nmeasure = \"process.mode\"\nkind = \"gauge\"\n" + kRight,
      "[[rule]]\nmetric = \"Cnt\"\nfactor = \"7\"\nofficial = false\n" + kRight,
      "[[rule]]\ndevice = \"G/E/A\"\nline = \"elsewhere\"\n" + kRight,
      "[[rule]]\nmetric = \"Cnt\"\nrate_limit = \"1/h\"\ngap = \"2h\"\n" + kRight,
  };
  return all;
}

lines::Mapping mapping_of(const std::string& text) {
  auto mapping = lines::Mapping::parse(text, "lines.toml");
  EXPECT_TRUE(mapping.ok()) << mapping.error().message;
  return *mapping;
}

PipelineOptions options_of(const std::string& text) {
  PipelineOptions options;
  options.mapping = mapping_of(text);
  return options;
}

// A node with two devices whose counters, temperatures and modes are random; some messages are lost, doubled or late.
std::vector<Inbound> history(std::mt19937& random) {
  std::vector<Inbound> all;
  std::uint64_t seq = 0;
  std::map<std::string, std::int64_t> counters{{"A", 100}, {"B", 5'000}};
  UnixMillis time = kStart;
  const auto metric = [](sparkplug::Payload& payload, const char* name, std::uint64_t alias,
                         bool birth) -> sparkplug::Metric& {
    auto& added = *payload.add_metrics();
    added.set_timestamp(payload.timestamp());
    added.set_alias(alias);
    if (birth) added.set_name(name);
    return added;
  };
  const auto send = [&](const std::string& type, const std::string& device, sparkplug::Payload& payload, Millis delay) {
    payload.set_seq(seq++ % 256);
    all.push_back({0, "spBv1.0/G/" + type + "/E" + (device.empty() ? "" : "/" + device), payload.SerializeAsString(),
                   time + delay, false});
  };
  const auto say = [&](const std::string& device, bool birth) {
    sparkplug::Payload payload;
    payload.set_timestamp(static_cast<std::uint64_t>(count_of(time)));
    const std::uint64_t base = device == "A" ? 10 : 20;
    if (birth || random() % 3 > 0) {
      auto& cnt = metric(payload, "Cnt", base, birth);
      if (birth) cnt.set_datatype(sparkplug::pb::Int64);
      cnt.set_long_value(static_cast<std::uint64_t>(counters[device] += static_cast<std::int64_t>(random() % 50)));
    }
    if (birth || random() % 2 > 0) {
      auto& temp = metric(payload, "Temp", base + 1, birth);
      if (birth) temp.set_datatype(sparkplug::pb::Double);
      temp.set_double_value(static_cast<double>(random() % 400) / 8 - 20);
    }
    if (birth || random() % 4 == 0) {
      auto& mode = metric(payload, "Mode", base + 2, birth);
      if (birth) mode.set_datatype(sparkplug::pb::Int32);
      mode.set_int_value(static_cast<std::uint32_t>(random() % 3));  // 2 is no state that the rule knows
    }
    send(birth ? "DBIRTH" : "DDATA", device, payload, Millis{random() % 2'000});
  };
  const auto births = [&] {
    seq = 0;
    sparkplug::Payload payload;
    payload.set_timestamp(static_cast<std::uint64_t>(count_of(time)));
    auto& session = *payload.add_metrics();
    session.set_name("bdSeq");
    session.set_datatype(sparkplug::pb::Int64);
    session.set_long_value(1);
    session.set_timestamp(payload.timestamp());
    send("NBIRTH", "", payload, Millis{0});
    say("A", true);
    say("B", true);
  };
  births();
  for (int i = 0; i < 40; ++i) {
    time += Millis{1'000 + random() % 120'000};
    if (random() % 25 == 0) births();
    say(random() % 2 == 0 ? "A" : "B", false);
    if (random() % 12 == 0) all.pop_back();                              // lost
    if (random() % 12 == 0) all.push_back(all.back());                   // doubled
    if (random() % 12 == 0) std::swap(all.back(), all[all.size() - 2]);  // in the other order
  }
  return all;
}

// Every row of every series that has any, by its meaning: numbers of lines and series differ between stores.
std::map<std::string, std::string> rows_of(storage::Store& store) {
  std::map<std::string, std::string> rows;
  for (std::uint32_t i = 0; i < store.dictionary().line_count(); ++i) {
    const rollup::LineIndex line{i};
    const rollup::Timeline minutes(store.line_records(line), store.dictionary(), {});
    const rollup::Timeline quarters(store.line_quarters(line, kQuarterHour), store.dictionary(), {});
    for (const auto series : minutes.series()) {
      const auto& spec = store.dictionary().spec(series);
      const auto name = spec.line + " " + spec.key.measure + " " + spec.key.product + " " + spec.key.market + " " +
                        (spec.official ? "" : "unofficial ") + spec.factor.str() + " ";
      const auto add = [&](const rollup::Timeline& timeline, Grain grain) {
        const auto windows = windows_in(*timeline.extent(series), grain, TimeZone::shanghai(), {});
        const auto key = [&](Window window) {
          return name + std::string(to_string(grain)) + " " + format_utc(window.start);
        };
        if (spec.kind == SeriesKind::gauge) {
          for (const auto& row : timeline.gauge_rows(series, windows)) {
            rows[key(row.window)] = std::to_string(row.gauge.count) + " " + Fixed9{row.gauge.sum}.str() + " " +
                                    row.gauge.min.str() + " " + row.gauge.max.str();
          }
          return;
        }
        for (const auto& row : timeline.rows(series, windows)) {
          rows[key(row.window)] =
              to_string(row.quantity) + (row.estimated ? " estimated " : " ") + std::to_string(row.lives);
        }
      };
      add(minutes, Grain::minute);
      add(quarters, Grain::quarter_hour);
      add(quarters, Grain::day);
    }
  }
  return rows;
}

std::map<std::string, std::uint64_t> refused(storage::Store& store) {
  return store.quarantine_counts();
}

class Taking {
 public:
  explicit Taking(const std::string& mapping)
      : store(storage::Store::in_memory()), pipeline(*store, options_of(mapping)) {
    adopt(mapping);
  }
  void take(const Inbound& message, bool commit_now) {
    pipeline.message(message);
    if (commit_now) commit(message.received);
  }
  void commit(UnixMillis now) { EXPECT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(now))); }
  Pipeline::Adopted adopt(const std::string& mapping) {
    const auto outcome = pipeline.adopt(mapping_of(mapping), mapping, kStart + std::chrono::hours{5});
    EXPECT_TRUE(std::holds_alternative<Pipeline::Adopted>(outcome));
    return std::get<Pipeline::Adopted>(outcome);
  }

  std::unique_ptr<storage::Store> store;
  Pipeline pipeline;
};

RC_GTEST_PROP(Rebuild, ACorrectedMappingEqualsOneThatWasThereFromTheStart, ()) {
  std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
  const auto messages = history(random);
  const auto& wrong = wrong_ones()[random() % wrong_ones().size()];
  const auto corrected_at = random() % (messages.size() + 1);

  Taking from_start(kRight), later(wrong);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i == corrected_at) (void)later.adopt(kRight);  // also with messages that are not committed yet
    from_start.take(messages[i], random() % 5 == 0);
    later.take(messages[i], random() % 5 == 0);
  }
  from_start.commit(messages.back().received);
  later.commit(messages.back().received);
  if (corrected_at == messages.size()) (void)later.adopt(kRight);
  RC_ASSERT(!rows_of(*from_start.store).empty());
  RC_ASSERT(rows_of(*later.store) == rows_of(*from_start.store));
  RC_ASSERT(refused(*later.store) == refused(*from_start.store));
}

RC_GTEST_PROP(Rebuild, ThereAndBackAgainIsAsBefore, ()) {
  std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
  const auto messages = history(random);
  Taking taking(kRight);
  for (const auto& message : messages) taking.take(message, random() % 5 == 0);
  taking.commit(messages.back().received);
  const auto rows = rows_of(*taking.store);
  (void)taking.adopt(wrong_ones()[random() % wrong_ones().size()]);
  (void)taking.adopt(kRight);
  RC_ASSERT(rows_of(*taking.store) == rows);
  RC_ASSERT(!taking.adopt(kRight).rebuilt);
}

// A program whose rules give other records than the one that made them says so by its number, and makes them again.
TEST(Rebuild, RecordsMadeByAnEarlierProgramAreMadeAgain) {
  std::mt19937 random(7);
  const auto messages = history(random);
  Taking taking(kRight);
  for (const auto& message : messages) taking.take(message, true);
  const auto rows = rows_of(*taking.store);
  ASSERT_FALSE(taking.adopt(kRight).rebuilt);
  const auto rules = taking.store->fact("config:rules").value();
  ASSERT_TRUE(rules.starts_with("program ")) << rules;
  taking.store->set_fact("config:rules", "program 1" + rules.substr(rules.find(',')));
  taking.store->database().exec("UPDATE record SET bytes = (SELECT bytes FROM record LIMIT 1)");  // as it never was
  EXPECT_FALSE(taking.pipeline.is_in_force(kRight));
  EXPECT_TRUE(taking.adopt(kRight).rebuilt);
  EXPECT_EQ(rows_of(*taking.store), rows);
  EXPECT_EQ(taking.store->fact("config:rules"), rules);
}

std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> dirty_of(storage::Store& store) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> dirty;
  SQLite::Statement query(store.database(), "SELECT line, quarter, generation FROM dirty");
  while (query.executeStep()) {
    dirty[{query.getColumn(0).getInt64(), query.getColumn(1).getInt64()}] = query.getColumn(2).getInt64();
  }
  return dirty;
}

TEST(Rebuild, OnlyWhatDiffersIsForwardedAgain) {
  std::mt19937 random(7);
  const auto messages = history(random);
  // A wrong rule for the metrics of A alone; B's records must not be sent again.
  Taking taking("[[rule]]\ndevice = \"G/E/A\"\nmetric = \"Cnt\"\nfactor = \"5\"\n" + kRight);
  for (const auto& message : messages) taking.take(message, true);
  taking.store->database().exec("DELETE FROM dirty");  // all forwarded
  const auto generation_of = [&](const char* line) {
    std::uint64_t highest = 0;
    taking.store->scan_records(*taking.store->dictionary().find_line(line), std::nullopt,
                               [&](const storage::RecordRow& row) { highest = std::max(highest, row.generation); });
    return highest;
  };
  const auto before_a = generation_of("L-A"), before_b = generation_of("L-B");
  const auto adopted = taking.adopt(kRight);
  EXPECT_TRUE(adopted.rebuilt);
  EXPECT_GT(adopted.changed, 0U);
  EXPECT_EQ(adopted.retracted, 0U);
  EXPECT_GT(adopted.generation, before_a);
  EXPECT_EQ(generation_of("L-A"), adopted.generation);
  EXPECT_EQ(generation_of("L-B"), before_b);
  const auto a = static_cast<std::int64_t>(*taking.store->dictionary().find_line("L-A"));
  ASSERT_FALSE(dirty_of(*taking.store).empty());
  for (const auto& [quarter, generation] : dirty_of(*taking.store)) {
    EXPECT_EQ(quarter.first, a);
    EXPECT_EQ(generation, static_cast<std::int64_t>(adopted.generation));
  }
}

TEST(Rebuild, WhatNothingFeedsAnyMoreIsRetracted) {
  std::mt19937 random(7);
  const auto messages = history(random);
  Taking taking("[[rule]]\ndevice = \"G/E/A\"\nline = \"mistaken\"\n" + kRight);
  for (const auto& message : messages) taking.take(message, true);
  const auto line = *taking.store->dictionary().find_line("mistaken");
  std::size_t records = 0;
  taking.store->scan_records(line, std::nullopt, [&](const storage::RecordRow&) { ++records; });
  ASSERT_GT(records, 0U);
  taking.store->database().exec("DELETE FROM dirty");
  const auto adopted = taking.adopt(kRight);
  EXPECT_EQ(adopted.retracted, records);
  EXPECT_TRUE(rollup::Timeline(taking.store->line_records(line), taking.store->dictionary(), {}).series().empty());
  std::size_t retracted_quarters = 0;
  for (const auto& [quarter, generation] : dirty_of(*taking.store)) {
    retracted_quarters += quarter.first == static_cast<std::int64_t>(line) ? 1 : 0;
    EXPECT_EQ(generation, static_cast<std::int64_t>(adopted.generation));
  }
  EXPECT_GT(retracted_quarters, 0U);
  EXPECT_TRUE(taking.store->gone_since("mistaken").has_value()) << "nobody waits for it";
  EXPECT_FALSE(taking.store->gone_since("L-A").has_value());
  // Once retracted, it is not retracted again.
  EXPECT_EQ(taking.adopt("[[rule]]\nmetric = \"Cnt\"\nfactor = \"2\"\n" + kRight).retracted, 0U);
}

TEST(Rebuild, ALineThatIsFedAgainIsBack) {
  std::mt19937 random(7);
  const auto messages = history(random);
  Taking taking("[[rule]]\ndevice = \"G/E/A\"\nline = \"named\"\n" + kRight);
  for (const auto& message : messages) taking.take(message, true);
  const auto rows = rows_of(*taking.store);
  (void)taking.adopt(kRight);
  ASSERT_TRUE(taking.store->gone_since("named").has_value());
  (void)taking.adopt("[[rule]]\ndevice = \"G/E/A\"\nline = \"named\"\n" + kRight);
  EXPECT_FALSE(taking.store->gone_since("named").has_value());
  EXPECT_TRUE(taking.store->gone_since("L-A").has_value());
  EXPECT_EQ(rows_of(*taking.store), rows);
}

TEST(Rebuild, ARuleThatTheRecordsDoNotShowIsForwardedToo) {
  std::mt19937 random(7);
  const auto messages = history(random);
  Taking taking("[[rule]]\nmetric = \"Cnt\"\nofficial = false\n" + kRight);
  for (const auto& message : messages) taking.take(message, true);
  taking.store->database().exec("DELETE FROM dirty");
  const auto adopted = taking.adopt(kRight);
  EXPECT_GT(adopted.changed, 0U) << "the centre learns what a series is by the batch that carries its records";
  EXPECT_FALSE(dirty_of(*taking.store).empty());
}

TEST(Rebuild, ChangesNothingWhereItFails) {
  std::mt19937 random(7);
  const auto messages = history(random);
  Taking taking(kRight);
  for (const auto& message : messages) taking.take(message, true);
  const auto rows = rows_of(*taking.store);
  taking.store->database().exec("UPDATE segment SET bytes = x'00' WHERE id = (SELECT max(id) / 2 FROM segment)");
  const auto& wrong = wrong_ones()[1];
  const auto outcome = taking.pipeline.adopt(mapping_of(wrong), wrong, kStart + std::chrono::hours{5});
  ASSERT_TRUE(std::holds_alternative<Pipeline::CommitError>(outcome));
  EXPECT_EQ(rows_of(*taking.store), rows);
  EXPECT_TRUE(taking.pipeline.is_in_force(kRight));
}

}  // namespace
}  // namespace songhua::ingest
