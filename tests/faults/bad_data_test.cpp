// Bad telemetry beside good: each case is one edge node that says something wrong in the midst of good data, over a
// real broker into a real gateway. What is refused lies in quarantine with reason and count, what the node said rightly
// counts, and the good line beside it has the exact quantity in every minute (law 6).
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "plant/plant.h"
#include "raw_node.h"

namespace songhua::test {
namespace {

using sparkplug::Payload;
using std::chrono::hours;
using Counts = std::map<std::string, std::uint64_t>;

// When things are said: a good reading at the second and the last, trouble in between.
struct Clock {
  UnixMillis birth, before, trouble, after, now;
};

struct Case {
  std::string name;  // also the edge node's
  std::function<void(RawNode&, const Clock&)> trouble;
  Counts quarantined;        // reason -> count, of this node's topics
  std::string total = "30";  // output.good of its line L: 100 at birth, 110 before, 130 after; "" = no row
  nlohmann::json status{};   // what `status` says of the node, these keys only
};

void send_metric(RawNode& node, UnixMillis time, const std::function<void(sparkplug::Metric&)>& fill,
                 std::uint64_t alias = RawNode::kGoodAlias) {
  auto payload = node.next(time);
  fill(add_metric(payload, alias));
  node.send("DDATA", "L", payload);
}

// A payload whose times are what `stamp` says in place of now.
void send_at(RawNode& node, const Clock& clock, std::optional<std::uint64_t> stamp, std::int64_t value) {
  auto payload = node.next(clock.trouble);
  payload.clear_timestamp();
  if (stamp) payload.set_timestamp(*stamp);
  add_total(payload, value);
  node.send("DDATA", "L", payload);
}

std::uint64_t stamp(UnixMillis time) {
  return static_cast<std::uint64_t>(count_of(time));
}

std::vector<Case> undecodable_cases() {
  return {
      {"not_protobuf",
       [](RawNode& n, const Clock&) { n.send_raw("DDATA", "L", "temperature=21.5\n"); },
       {{"undecodable", 1}}},
      {"truncated",
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_metric(payload, 2).set_string_value(std::string(50, 'x'));
         const auto bytes = payload.SerializeAsString();
         n.send_raw("DDATA", "L", bytes.substr(0, bytes.size() - 20));
       },
       {{"undecodable", 1}},
       "30",
       {{"gaps", 1}}},
      {"empty", [](RawNode& n, const Clock&) { n.send_raw("DDATA", "L", ""); }, {}},
      {"ten_megabytes",
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_metric(payload, std::nullopt, "Process/blob").set_bytes_value(std::string(10U << 20U, 'x'));
         n.send("DDATA", "L", payload);
       },
       {{"undecodable", 1}}},
      {"bad_birth", [](RawNode& n, const Clock&) { n.send_raw("NBIRTH", "", "\xff\xff\xff"); }, {{"undecodable", 1}}},
  };
}

std::vector<Case> name_cases() {
  return {
      {"unknown_alias",
       [](RawNode& n, const Clock& c) {
         send_metric(
             n, c.trouble, [](auto& m) { m.set_long_value(120); }, 77);
       },
       {{"unknown_alias", 1}}},
      {"no_name",
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_metric(payload, std::nullopt).set_long_value(1);
         n.send("DDATA", "L", payload);
       },
       {{"no_name", 1}}},
      {"alias_clash",  // a second metric takes the total's alias in a new birth: in doubt it explains neither
       [](RawNode& n, const Clock& c) {
         auto birth = n.next(c.trouble);
         for (const char* name : {RawNode::kGood, "Output/q/CN/Good"}) {
           auto& metric = add_metric(birth, RawNode::kGoodAlias, name);
           metric.set_datatype(sparkplug::pb::Int64);
           metric.set_long_value(120);
         }
         n.send("DBIRTH", "L", birth);
       },
       {{"unknown_alias", 1}},
       "20"},
      {"invalid_utf8",
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_metric(payload, std::nullopt, "Process/\xff\xfe").set_double_value(1);
         auto& text = add_metric(payload, std::nullopt, "Properties/Family");
         text.set_datatype(sparkplug::pb::String);
         text.set_string_value("\xc3\x28");
         n.send("DDATA", "L", payload);
       },
       {{"invalid_utf8", 2}}},
  };
}

std::vector<Case> value_cases() {
  return {
      {"no_value", [](RawNode& n, const Clock& c) { send_metric(n, c.trouble, [](auto&) {}); }, {{"no_value", 1}}},
      {"wrong_datatype",
       [](RawNode& n, const Clock& c) { send_metric(n, c.trouble, [](auto& m) { m.set_string_value("120"); }); },
       {{"wrong_datatype", 1}}},
      {"nan_and_inf",
       [](RawNode& n, const Clock& c) {
         for (const double value :
              {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
           send_metric(
               n, c.trouble, [&](auto& m) { m.set_double_value(value); }, RawNode::kTemperatureAlias);
         }
       },
       {{"nan_or_inf", 2}}},
      {"negative_total",
       [](RawNode& n, const Clock& c) {
         send_metric(n, c.trouble, [](auto& m) { m.set_long_value(static_cast<std::uint64_t>(-5)); });
       },
       {{"negative", 1}}},
      // Judged when records are joined, by the line's rate limit: listed as a view under the line's id.
      {"jump", [](RawNode& n, const Clock& c) { n.data(c.trouble, 9'000'000); }, {{"implausible", 1}}},
  };
}

std::vector<Case> time_cases() {
  return {
      {"future",
       [](RawNode& n, const Clock& c) { send_at(n, c, stamp(c.now + hours{1}), 200); },
       {{"future", 1}, {"message_time", 1}}},
      {"year_1970",
       [](RawNode& n, const Clock& c) { send_at(n, c, 86'400'000, 200); },
       {{"past", 1}, {"message_time", 1}}},
      {"time_zero", [](RawNode& n, const Clock& c) { send_at(n, c, 0, 200); }, {{"past", 1}, {"message_time", 1}}},
      {"year_10000", [](RawNode& n, const Clock& c) { send_at(n, c, 253'402'300'800'000, 200); }, {{"bad_time", 1}}},
      // Without a time it is of the moment it was received, which is later than all others here.
      {"time_absent", [](RawNode& n, const Clock& c) { send_at(n, c, std::nullopt, 200); }, {}, "100"},
  };
}

std::vector<Case> session_cases() {
  return {
      {"seq_gap", [](RawNode& n, const Clock&) { n.skip(5); }, {}, "30", {{"gaps", 1}, {"online", true}}},
      {"seq_above_255",
       [](RawNode& n, const Clock& c) {
         Payload payload;
         payload.set_timestamp(stamp(c.trouble));
         payload.set_seq(256);
         add_total(payload, 200);
         n.send("DDATA", "L", payload);
       },
       {{"bad_seq", 1}}},
      {"duplicate",
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_total(payload, 120);
         n.send("DDATA", "L", payload);
         n.send("DDATA", "L", payload);
       },
       {},
       "30",
       {{"gaps", 0}}},
      {"unknown_device",  // waits for the birth that would explain it, until the session ends
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_total(payload, 1);
         n.send("DDATA", "Z", payload);
         n.birth(c.trouble, 120);
       },
       {{"session_ended", 1}}},
      {"ndeath_of_another_session",
       [](RawNode& n, const Clock&) { n.death(n.bd_seq() + 7); },
       {},
       "30",
       {{"ignored_ndeath", 1}, {"online", true}}},
      {"wrong_topics",
       [](RawNode& n, const Clock& c) {
         auto payload = n.next(c.trouble);
         add_total(payload, 200);
         n.send("XDATA", "", payload);
         n.send("DDATA", "", payload);
         n.send("DDATA", "L/further/levels", payload);
         n.skip(255);  // what nobody takes is no message of the session
       },
       {{"topic", 3}}},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (auto&& some : {undecodable_cases(), name_cases(), value_cases(), time_cases(), session_cases()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

nlohmann::json json_of(const std::vector<std::string>& arguments) {
  const auto done = run(built_program("songhua-gateway"), arguments);
  EXPECT_EQ(done.status, 0) << done.err;
  auto json = nlohmann::json::parse(done.out, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << done.out.substr(0, 1'000);
  return json;
}

// The level of a Sparkplug topic, or of a line's id, that names the edge node.
std::string node_of(const std::string& topic) {
  if (topic.starts_with("S1/")) return topic.substr(3, topic.find('/', 3) - 3);
  const auto first = topic.find('/', topic.find('/', topic.find('/') + 1) + 1);
  if (first == std::string::npos) return "";
  return topic.substr(first + 1, topic.find('/', first + 1) - first - 1);
}

class BadData : public testing::Test {
 protected:
  TempDir dir;
  Broker broker;
  std::filesystem::path config = write_config(dir.path(), broker.uri(), "lines = \"lines.toml\"\n");
  std::filesystem::path rules = dir.file("lines.toml",
                                         "[[rule]]\ndevice = \"S1/*/*\"\nmetric = \"Output/p/CN/Good\"\n"
                                         "measure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n"
                                         "kind = \"totalizer\"\nrate_limit = \"1000/min\"\n");
  const UnixMillis now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  const UnixMillis start = std::chrono::floor<std::chrono::minutes>(now - hours{3});

  [[nodiscard]] UnixMillis minute(std::size_t i) const { return start + std::chrono::minutes{i}; }
};

TEST_F(BadData, IsQuarantinedWithReasonAndCountAndDisturbsNothing) {
  const auto cases = all_cases();
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(eventually([&] { return gateway.err().find(" up") != std::string::npos; })) << gateway.err();
  Voice voice(broker.uri());
  RawNode good(voice, "S1", "GOOD");
  good.birth(minute(0), 0);
  std::size_t at = 0;
  std::vector<std::int64_t> made;  // by the good line, minute by minute
  std::int64_t counter = 0;
  for (const auto& c : cases) {
    RawNode node(voice, "S1", c.name);
    const Clock clock{minute(0), minute(1), minute(2), minute(3), now};
    node.birth(clock.birth, 100);
    node.data(clock.before, 110);
    c.trouble(node, clock);
    node.data(clock.after, 130);
    made.push_back(static_cast<std::int64_t>(7 + at));
    counter += made.back();
    good.data(minute(++at), counter);
  }
  ASSERT_TRUE(voice.heard());
  const auto totals = [&] { return rollup_totals(config); };
  EXPECT_TRUE(eventually([&] { return totals()["S1/GOOD/L output.good p CN"] == std::to_string(counter); }))
      << gateway.err();

  const auto quarantine = json_of({"quarantine", "list", "-c", config.string(), "--format", "json"});
  const auto status = json_of({"status", "-c", config.string(), "--format", "json"});
  const auto sums = totals();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Counts counts;
    for (const auto& entry : quarantine) {
      const auto topic = entry["topic"].get<std::string>();
      if (node_of(topic) == c.name) counts[entry["reason"].get<std::string>()] += entry["count"].get<std::uint64_t>();
    }
    EXPECT_EQ(counts, c.quarantined);
    const auto sum = sums.find("S1/" + c.name + "/L output.good p CN");
    EXPECT_EQ(sum == sums.end() ? "" : sum->second, c.total);
    for (const auto& node : status["nodes"]) {
      if (node["node"] != "S1/" + c.name) continue;
      for (const auto& [key, value] : c.status.items()) EXPECT_EQ(node[key], value) << key;
    }
  }
  const auto minutes =
      run(built_program("songhua-gateway"), {"rollup", "-c", config.string(), "--grain", "minute", "--line",
                                             "S1/GOOD/L", "--measure", "output.good", "--format", "csv"});
  std::vector<std::int64_t> found;
  for (const auto& [key, row] : csv_rows(minutes.out, {"start"})) found.push_back(std::stoll(row.at("quantity")));
  if (!found.empty()) found.pop_back();  // the last reading's own minute, which has only begun
  EXPECT_EQ(found, made);

  gateway.terminate();
  EXPECT_EQ(gateway.wait(std::chrono::seconds{20}), 0) << gateway.err();
  const auto verified =
      run(built_program("songhua-gateway"), {"verify", "-c", config.string()}, std::chrono::seconds{120});
  EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 2'000) << verified.err;
}

// Ten thousand devices that nobody ever announced: what waits for births is bounded, so is the quarantine's list, and
// the counts are exact.
TEST_F(BadData, FromTenThousandUnknownDevicesIsBoundedAndCounted) {
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(eventually([&] { return gateway.err().find(" up") != std::string::npos; })) << gateway.err();
  Voice voice(broker.uri());
  RawNode good(voice, "S1", "GOOD"), node(voice, "S1", "MANY");
  good.birth(minute(0), 0);
  node.birth(minute(0), 100);
  node.data(minute(1), 110);
  for (int i = 0; i < 10'000; ++i) {
    auto payload = node.next(minute(2));
    add_total(payload, 1);
    node.send("DDATA", "X" + std::to_string(i), payload);
    if (i % 100 == 0) good.data(minute(1) + std::chrono::seconds{i / 100}, i / 100);
  }
  node.birth(minute(3), 120);  // a new session: nothing explains what waits
  node.data(minute(4), 130);
  good.data(minute(5), 200);
  ASSERT_TRUE(voice.heard());
  EXPECT_TRUE(eventually([&] {
    auto totals = rollup_totals(config);
    return totals["S1/GOOD/L output.good p CN"] == "200" && totals["S1/MANY/L output.good p CN"] == "30";
  })) << gateway.err();
  const auto quarantine = json_of({"quarantine", "list", "-c", config.string(), "--format", "json"});
  Counts counts;
  for (const auto& entry : quarantine)
    counts[entry["reason"].get<std::string>()] += entry["count"].get<std::uint64_t>();
  EXPECT_EQ(counts, (Counts{{"session_ended", 255}, {"too_many_held", 9'745}}));
  EXPECT_LE(quarantine.size(), 10'010U);  // 10,000, and one a reason for what is beyond
}

// Data before any birth waits for the birth that explains it, and counts then.
TEST_F(BadData, WhatComesBeforeItsBirthCountsWhenTheBirthCame) {
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(eventually([&] { return gateway.err().find(" up") != std::string::npos; })) << gateway.err();
  Voice voice(broker.uri());
  MqttProbe commands;
  ASSERT_TRUE(commands.connect(broker.uri(), "commands", {{"spBv1.0/S1/NCMD/#", mqtt::Qos::kAtLeastOnce}}));
  RawNode node(voice, "S1", "EARLY");
  node.skip(2);
  node.data(minute(1), 110);
  EXPECT_TRUE(commands.received(1)) << "no rebirth was asked for\n" << gateway.err();
  node.birth(minute(0), 100);
  node.data(minute(1), 110);
  node.data(minute(2), 130);
  EXPECT_TRUE(eventually([&] { return rollup_totals(config)["S1/EARLY/L output.good p CN"] == "30"; }))
      << gateway.err();
}

}  // namespace
}  // namespace songhua::test
