// An operator at a running gateway: real mosquitto, songhua-gateway and songhua-line.
#include <memory>
#include <nlohmann/json.hpp>

#include "faults/raw_node.h"
#include "model/calendar.h"
#include "plant/plant.h"
#include "sparkplug/payload.h"
#include "support/mqtt_probe.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

using nlohmann::json;

UnixMillis now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

class Operator : public ::testing::Test {
 protected:
  TempDir dir;
  Broker broker;
  std::filesystem::path config = write_config(dir.path(), broker.uri());
  std::unique_ptr<Process> gateway, line;

  void start_gateway() {
    gateway = std::make_unique<Process>(built_program("songhua-gateway"),
                                        std::vector<std::string>{"run", "-c", config.string()});
    ASSERT_TRUE(eventually([&] { return server_up(); })) << gateway->err();
  }
  void stop_gateway() {
    gateway->terminate();
    EXPECT_EQ(gateway->wait(std::chrono::seconds{20}), 0) << gateway->err();
  }
  void start_line() {
    line = std::make_unique<Process>(
        built_program("songhua-line"),
        std::vector<std::string>{"run", "--broker", broker.uri(), "--site", "S1", "--controller", "C1", "--line",
                                 "auto:A", "--seed", "7", "--interval", "1s", "--nvram", (dir / "nv").string()});
    ASSERT_TRUE(eventually([&] { return !device("S1/C1", "A").is_null() && device("S1/C1", "A")["online"] == true; }))
        << line->err() << gateway->err();
  }

  [[nodiscard]] Finished ask(std::vector<std::string> words) const {
    words.insert(words.end(), {"-c", config.string()});
    return run(built_program("songhua-gateway"), words);
  }
  [[nodiscard]] json status() const {
    const auto done = ask({"status", "--format", "json"});
    return json::parse(done.out, nullptr, false);
  }
  [[nodiscard]] bool server_up() const {
    const auto all = status();
    return all.is_object() && all.value("running", false) && all["servers"][0]["up"] == true;
  }
  [[nodiscard]] json node(const std::string& name) const {
    const auto all = status();
    if (!all.is_object()) return nullptr;
    for (const auto& entry : all["nodes"]) {
      if (entry["node"] == name) return entry;
    }
    return nullptr;
  }
  [[nodiscard]] json device(const std::string& of, const std::string& name) const {
    const auto found = node(of);
    if (found.is_null()) return nullptr;
    for (const auto& entry : found["devices"]) {
      if (entry["device"] == name) return entry;
    }
    return nullptr;
  }
  [[nodiscard]] std::string total(const std::string& line_id, const std::string& measure) const {
    const auto done = ask({"rollup", "--grain", "total", "--format", "json", "--line", line_id, "--measure", measure});
    const auto rows = json::parse(done.out, nullptr, false);
    return rows.is_array() && rows.size() == 1 ? rows[0]["quantity"].dump() : "";
  }
  // Lines that a running tap has printed so far.
  static std::vector<json> tapped(const Process& tap) {
    std::vector<json> all;
    const auto text = tap.out();
    for (std::size_t start = 0, end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
      all.push_back(json::parse(text.substr(start, end - start), nullptr, false));
    }
    return all;
  }
};

TEST_F(Operator, CommandsReactOnTheLine) {
  start_gateway();
  start_line();
  Process tap(built_program("songhua-gateway"), {"tap", "-c", config.string(), "--node", "S1/C1", "--device", "A",
                                                 "--metric", "Device Control/*", "--format", "json"});
  const auto told = [&](const std::string& type, const json& value) {
    for (const auto& message : tapped(tap)) {
      if (!message.is_object() || message.value("type", "") != type) continue;
      for (const auto& metric : message["metrics"]) {
        if (metric["name"] == "Device Control/Takt Percent" && metric["value"] == value) return true;
      }
    }
    return false;
  };
  // A tap sees what comes after it; so the command is repeated until both it and its outcome were seen.
  ASSERT_TRUE(eventually([&] {
    const auto sent = ask({"command", "S1/C1/A", "Device Control/Takt Percent", "90"});
    EXPECT_EQ(sent.status, 0) << sent.err;
    EXPECT_NE(sent.out.find("spBv1.0/S1/DCMD/C1/A as Int32"), std::string::npos) << sent.out;
    return eventually([&] { return told("DCMD", 90); }, std::chrono::seconds{3});
  })) << tap.out()
      << tap.err();
  EXPECT_TRUE(eventually([&] { return told("DDATA", 90); })) << tap.out();
  tap.signal(SIGINT);
  EXPECT_EQ(tap.wait(), 0);

  // A node's own metric, and what does not fit.
  EXPECT_EQ(ask({"command", "S1/C1", "Node Control/Report Period", "2000"}).status, 0);
  const auto misfit = ask({"command", "S1/C1/A", "Device Control/Takt Percent", "fast"});
  EXPECT_EQ(misfit.status, 2);
  EXPECT_NE(misfit.err.find("'fast' does not fit datatype Int32"), std::string::npos) << misfit.err;
  const auto metric = ask({"command", "S1/C1/A", "No Such Metric", "1"});
  EXPECT_EQ(metric.status, 2);
  EXPECT_NE(metric.err.find("No Such Metric: not among the metrics of S1/C1/A"), std::string::npos) << metric.err;
  const auto stranger = ask({"command", "S9/C9", "Node Control/Reboot", "true"});
  EXPECT_EQ(stranger.status, 2);
  EXPECT_NE(stranger.err.find("no such edge node has been heard"), std::string::npos) << stranger.err;
  EXPECT_EQ(ask({"command", "S1/C1/A", "Device Control/Takt Percent"}).status, 2) << "neither VALUE nor --null";
}

TEST_F(Operator, CommandsGoOutAsTheConformanceKitWantsThem) {
  start_gateway();
  MqttProbe probe;
  ASSERT_TRUE(
      probe.connect(broker.uri(), "probe",
                    {{"spBv1.0/+/NCMD/#", mqtt::Qos::kAtLeastOnce}, {"spBv1.0/+/DCMD/#", mqtt::Qos::kAtLeastOnce}}));
  // No edge node lives: with a type of the operator's own all is sent by name.
  ASSERT_EQ(ask({"command", "G/E", "Setpoint", "-5", "--type", "Int64"}).status, 0);
  ASSERT_EQ(ask({"command", "G/E/D", "Level", "--null", "--type", "Double"}).status, 0);
  const auto asked = ask({"rebirth", "G/E"});
  ASSERT_EQ(asked.status, 0) << asked.err;
  EXPECT_NE(asked.out.find("never been heard"), std::string::npos) << asked.out;
  ASSERT_TRUE(probe.received(3));
  const auto messages = probe.messages();
  sparkplug::PayloadDecoder decoder;
  const auto metric = [&](std::size_t i) { return (*decoder.decode(messages[i].payload))->metrics(0); };
  EXPECT_EQ(messages[0].topic, "spBv1.0/G/NCMD/E");
  EXPECT_EQ(metric(0).name(), "Setpoint");
  EXPECT_EQ(metric(0).datatype(), static_cast<std::uint32_t>(sparkplug::pb::Int64));
  EXPECT_EQ(static_cast<std::int64_t>(metric(0).long_value()), -5);
  EXPECT_EQ(messages[1].topic, "spBv1.0/G/DCMD/E/D");
  EXPECT_TRUE(metric(1).is_null());
  EXPECT_EQ(messages[2].topic, "spBv1.0/G/NCMD/E");
  EXPECT_EQ(metric(2).name(), "Node Control/Rebirth");
  EXPECT_TRUE(metric(2).boolean_value());
  EXPECT_FALSE((*decoder.decode(messages[2].payload))->has_seq());
}

TEST_F(Operator, RebirthBringsTheBirths) {
  start_gateway();
  start_line();
  MqttProbe probe;
  ASSERT_TRUE(probe.connect(
      broker.uri(), "probe",
      {{"spBv1.0/S1/NBIRTH/C1", mqtt::Qos::kAtLeastOnce}, {"spBv1.0/S1/DBIRTH/C1/A", mqtt::Qos::kAtLeastOnce}}));
  const auto done = ask({"rebirth", "S1/C1"});
  ASSERT_EQ(done.status, 0) << done.err;
  ASSERT_TRUE(probe.received(2));
  EXPECT_EQ(probe.messages()[0].topic, "spBv1.0/S1/NBIRTH/C1");
  EXPECT_EQ(probe.messages()[1].topic, "spBv1.0/S1/DBIRTH/C1/A");
  EXPECT_EQ(ask({"rebirth", "S1"}).status, 2);
}

TEST_F(Operator, AreToldWhenNobodyListens) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"rebirth", "S1/C1"}, {"command", "S1/C1", "X", "1"}, {"tap"}}) {
    const auto done = ask(words);
    EXPECT_EQ(done.status, 3) << words[0];
    EXPECT_NE(done.err.find("no gateway runs here"), std::string::npos) << done.err;
  }
  start_gateway();
  broker.stop();
  ASSERT_TRUE(eventually([&] { return status()["servers"][0]["up"] == false; }));
  const auto down = ask({"rebirth", "S1/C1"});
  EXPECT_EQ(down.status, 3);
  EXPECT_NE(down.err.find(broker.uri() + " is down"), std::string::npos) << down.err;
  EXPECT_NE(status()["servers"][0]["last_error"], "");
}

TEST_F(Operator, StatusHasEveryFieldAndSaysWhatIsStale) {
  start_gateway();
  Voice voice(broker.uri());
  RawNode node_of_test(voice, "G", "E");
  node_of_test.birth(now(), 10);
  ASSERT_TRUE(eventually([&] { return !device("G/E", "L").is_null(); }));
  auto found = node("G/E");
  EXPECT_EQ(found["server"], broker.uri());
  EXPECT_EQ(found["online"], true);
  EXPECT_EQ(found["bdseq"], node_of_test.bd_seq());
  EXPECT_EQ(found["seq"], 1);
  for (const char* key : {"gaps", "rebirths", "ignored_ndeath"}) EXPECT_EQ(found[key], 0) << key;
  const auto zone = TimeZone::shanghai();
  EXPECT_TRUE(zone.parse(found["since"].get<std::string>()).ok());
  EXPECT_EQ(found["last_birth"], found["since"]);
  EXPECT_EQ(found["devices"][0]["metric_count"], 2);
  EXPECT_EQ(ask({"rebirth", "G/E"}).status, 0);
  EXPECT_EQ(node("G/E")["rebirths"], 1) << "asked for, whether it answers or not";
  auto live = device("G/E", "L");
  EXPECT_EQ(live["line"], "G/E/L");
  EXPECT_EQ(live["online"], true);
  ASSERT_EQ(live["metrics"].size(), 2U);
  EXPECT_EQ(live["metrics"][0]["name"], RawNode::kGood);
  EXPECT_EQ(live["metrics"][0]["stale"], false);
  EXPECT_TRUE(zone.parse(live["metrics"][0]["since"].get<std::string>()).ok());

  // A late will of an older session changes nothing; the right one makes all stale, and the metrics stay listed.
  node_of_test.death(node_of_test.bd_seq() + 7);
  ASSERT_TRUE(eventually([&] { return node("G/E")["ignored_ndeath"] == 1; }));
  EXPECT_EQ(node("G/E")["online"], true);
  const auto before = now();
  node_of_test.death(node_of_test.bd_seq());
  ASSERT_TRUE(eventually([&] { return node("G/E")["online"] == false; }));
  live = device("G/E", "L");
  EXPECT_EQ(live["online"], false);
  ASSERT_EQ(live["metrics"].size(), 2U);
  for (const auto& metric : live["metrics"]) {
    EXPECT_EQ(metric["stale"], true);
    EXPECT_GE(*zone.parse(metric["since"].get<std::string>()), before - Millis{1});
  }
  const auto all = status();
  EXPECT_EQ(all["running"], true);
  EXPECT_EQ(all["gateway"], "gw1");
  EXPECT_EQ(all["forward"]["pending"], 0);
  EXPECT_EQ(all["forward"]["lag_ms"], 0);
  EXPECT_TRUE(all["quarantine"].is_object());
  EXPECT_EQ(all["away"], false);

  const auto table = ask({"status", "--format", "table"}).out;
  EXPECT_NE(table.find("gateway    gw1 of E1, running"), std::string::npos) << table;
  EXPECT_NE(table.find("G/E"), std::string::npos);
  stop_gateway();
  const auto left = status();
  EXPECT_EQ(left["running"], false);
  EXPECT_EQ(left["nodes"][0]["node"], "G/E");
  EXPECT_NE(ask({"status", "--format", "table"}).out.find("not running"), std::string::npos);
}

TEST_F(Operator, TapShowsWhatIsSaidAndEndsWithTheGateway) {
  start_gateway();
  Voice voice(broker.uri());
  RawNode node_of_test(voice, "G", "E");
  node_of_test.birth(now(), 10);
  Process all(built_program("songhua-gateway"), {"tap", "-c", config.string(), "--format", "json"});
  Process none(built_program("songhua-gateway"),
               {"tap", "-c", config.string(), "--format", "json", "--metric", "Output/q/**"});
  Process table(built_program("songhua-gateway"),
                {"tap", "-c", config.string(), "--node", "G/E", "--metric", "Output/**"});
  std::int64_t good = 10;
  ASSERT_TRUE(eventually([&] {  // until all three listen
    node_of_test.data(now(), ++good);
    return !tapped(all).empty() && table.out().find(" DDATA ") != std::string::npos;
  })) << all.err()
      << table.out() << table.err();
  const auto message = tapped(all).back();
  EXPECT_EQ(message["topic"], "spBv1.0/G/DDATA/E/L");
  EXPECT_EQ(message["node"], "G/E");
  EXPECT_EQ(message["device"], "L");
  ASSERT_EQ(message["metrics"].size(), 1U);
  EXPECT_EQ(message["metrics"][0]["name"], RawNode::kGood);
  EXPECT_EQ(message["metrics"][0]["alias"], RawNode::kGoodAlias);
  EXPECT_EQ(message["metrics"][0]["type"], "Int64");
  EXPECT_TRUE(message["metrics"][0]["value"].is_number_integer());
  EXPECT_NE(table.out().find("Output/p/CN/Good"), std::string::npos);
  EXPECT_EQ(none.out(), "");
  EXPECT_EQ(ask({"tap", "--node", "no-slash"}).status, 2);
  EXPECT_EQ(ask({"tap", "--metric", "{"}).status, 2);
  stop_gateway();
  for (auto* tap : {&all, &none, &table}) {
    EXPECT_EQ(tap->wait(), 0) << tap->err();
    EXPECT_NE(tap->err().find("the gateway has left"), std::string::npos);
  }
}

TEST_F(Operator, CorrectionsAndStatesOfLinesGoThroughTheRunningGateway) {
  start_gateway();
  Voice voice(broker.uri());
  RawNode node_of_test(voice, "G", "E");
  const auto start = now() - std::chrono::minutes{2};
  node_of_test.birth(start, 10);
  node_of_test.data(start + Millis{60'000}, 25);
  ASSERT_TRUE(eventually([&] { return total("G/E/L", "output.good") == "15"; })) << gateway->err();
  const auto at = TimeZone::shanghai().format(start);
  const auto adjusted = ask({"adjust", "G/E/L", "output.good", "--product", "p", "--market", "CN", "--quantity", "-4",
                             "--at", at, "--reason", "test run"});
  ASSERT_EQ(adjusted.status, 0) << adjusted.err;
  const auto rows =
      json::parse(ask({"rollup", "--grain", "total", "--format", "json", "--measure", "output.good"}).out);
  std::int64_t sum = 0;
  for (const auto& row : rows) sum += row["quantity"].get<std::int64_t>();
  EXPECT_EQ(sum, 11) << rows.dump() << "committed before it was answered";
  EXPECT_EQ(ask({"line", "gone", "G/E/L", "--at", at}).status, 0);
  EXPECT_EQ(ask({"line", "back", "G/E/L", "--at", TimeZone::shanghai().format(now())}).status, 0);
  EXPECT_EQ(ask({"line", "gone", "G/E/Lx", "--at", at}).status, 2);
  stop_gateway();
  const auto verified = ask({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(Operator, ImportsGoThroughTheRunningGateway) {
  start_gateway();
  const auto csv = dir.file("meters.csv", "date,kwh\n2019-03-01 00:15,5\n2019-03-01 00:30,7\n");
  const auto map =
      dir.file("meters.toml",
               "[time]\ncolumn = \"date\"\nformat = \"%Y-%m-%d %H:%M\"\nmeaning = \"end\"\ninterval = \"15min\"\n"
               "[defaults]\nline = \"M1\"\n[[series]]\ncolumn = \"kwh\"\nmeasure = \"energy.electricity\"\n"
               "kind = \"amount\"\nfactor = \"1000\"\n");
  const auto done = ask({"import", csv.string(), "--map", map.string()});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(total("M1", "energy.electricity"), "12000") << "committed when import returns";
}

// The mapping says a totalizer where the device sends a temperature below zero: refused, until the mapping is
// corrected.
TEST_F(Operator, ACorrectedMappingTakesInWhatLayInQuarantine) {
  const auto write_map = [&](const std::string& measure, const std::string& kind) {
    (void)dir.file("lines.toml", "[[rule]]\ndevice = \"G/E/L\"\nmetric = \"T\"\nmeasure = \"" + measure +
                                     "\"\nkind = \"" + kind + "\"\n");
  };
  write_map("output.good", "totalizer");
  start_gateway();
  Voice voice(broker.uri());
  RawNode node_of_test(voice, "G", "E");
  node_of_test.birth(now(), 10);
  auto time = now();
  const auto say = [&](std::int64_t value) {
    auto payload = node_of_test.next(time += Millis{1});  // readings of one instant would be one
    auto& metric = add_metric(payload, std::nullopt, "T");
    metric.set_timestamp(payload.timestamp());
    metric.set_datatype(sparkplug::pb::Int64);
    metric.set_long_value(static_cast<std::uint64_t>(value));
    node_of_test.send("DDATA", "L", payload);
  };
  say(-3), say(-4), say(-2);
  ASSERT_TRUE(eventually([&] { return status()["quarantine"]["negative"] == 3; })) << status().dump();
  const auto before = ask({"quarantine", "retry"});
  EXPECT_EQ(before.status, 0) << before.err;
  EXPECT_EQ(status()["quarantine"]["negative"], 3) << "nothing has changed: it stays, with its count";
  write_map("process.T", "gauge");
  const auto retried = ask({"quarantine", "retry"});
  ASSERT_EQ(retried.status, 0) << retried.err;
  EXPECT_NE(retried.out.find("3 of "), std::string::npos) << retried.out;
  EXPECT_FALSE(status()["quarantine"].contains("negative")) << status().dump();
  const auto rows = json::parse(ask({"rollup", "--grain", "total", "--measure", "process.T", "--format", "json"}).out);
  ASSERT_EQ(rows.size(), 1U) << rows.dump();
  EXPECT_EQ(rows[0]["min"], "-4");
  EXPECT_EQ(rows[0]["count"], "3");
  stop_gateway();
  EXPECT_EQ(ask({"verify"}).status, 0);
}

// Put in force at the start of `run`, or on the spot: the rows are those of a gateway that had the mapping from the
// start.
TEST_F(Operator, ACorrectedMappingIsAppliedToThePast) {
  const auto write_map = [&](const std::string& product) {
    (void)dir.file("lines.toml", "[[rule]]\ndevice = \"G/E/L\"\nmetric = \"Output/*/*/Good\"\nline = \"L-" + product +
                                     "\"\nmeasure = \"output.good\"\nproduct = \"" + product + "\"\nmarket = \"CN\"\n");
  };
  write_map("wrong");
  start_gateway();
  Voice voice(broker.uri());
  RawNode node_of_test(voice, "G", "E");
  const auto start = now() - std::chrono::minutes{3};
  node_of_test.birth(start, 10);
  node_of_test.data(start + Millis{60'000}, 25);
  ASSERT_TRUE(eventually([&] { return total("L-wrong", "output.good") == "15"; })) << gateway->err();
  write_map("right");
  const auto applied = ask({"map", "--apply"});
  ASSERT_EQ(applied.status, 0) << applied.err;
  EXPECT_NE(applied.out.find("is in force"), std::string::npos) << applied.out;
  EXPECT_EQ(total("L-right", "output.good"), "15");
  EXPECT_EQ(total("L-wrong", "output.good"), "");
  EXPECT_EQ(status()["lines"], json::array({"G/E/L", "L-right"})) << "the gauge's line, and no mistaken one";
  EXPECT_EQ(device("G/E", "L")["line"], "L-right");
  EXPECT_NE(ask({"map", "--apply"}).out.find("in force already"), std::string::npos);
  node_of_test.data(start + Millis{120'000}, 31);  // and goes on
  EXPECT_TRUE(eventually([&] { return total("L-right", "output.good") == "21"; }));
  stop_gateway();
  write_map("third");
  start_gateway();
  EXPECT_NE(gateway->err().find("records rebuilt from"), std::string::npos) << gateway->err();
  EXPECT_EQ(total("L-third", "output.good"), "21");
  EXPECT_EQ(total("L-right", "output.good"), "");
  stop_gateway();
  const auto verified = ask({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(Operator, ADryRunShowsWhatIsMappedUnmappedAndInConflict) {
  start_gateway();
  Voice voice(broker.uri());
  RawNode node_of_test(voice, "G", "E");
  node_of_test.birth(now(), 10);
  auto more = node_of_test.next(now());
  for (const char* name : {"Cnt/OK", "Cnt/OK Again"}) {
    auto& metric = add_metric(more, std::nullopt, name);
    metric.set_datatype(sparkplug::pb::Int64);
    metric.set_long_value(1);
  }
  node_of_test.send("DBIRTH", "M", more);
  node_of_test.death(node_of_test.bd_seq());  // a dead node's metrics are still known, from the journal
  ASSERT_TRUE(eventually([&] { return node("G/E").is_object() && node("G/E")["online"] == false; }));
  const auto dry = [&] { return ask({"map", "--dry-run", "--format", "json"}); };
  const auto find = [](const Finished& done, const std::string& metric) {
    for (const auto& row : json::parse(done.out)) {
      if (row["metric"] == metric) return row;
    }
    return json();
  };
  auto seen = dry();
  EXPECT_EQ(seen.status, 0) << seen.err;
  EXPECT_EQ(find(seen, RawNode::kGood)["as"], "series");
  EXPECT_EQ(find(seen, RawNode::kGood)["measure"], "output.good");
  EXPECT_EQ(find(seen, "Cnt/OK")["as"], "unmapped");
  EXPECT_NE(find(seen, "Cnt/OK")["suggestion"].get<std::string>().find("measure = \"output.good\""), std::string::npos);
  // The suggestion, pasted for both, makes a clash: two metrics onto one series.
  (void)dir.file(
      "lines.toml",
      "[[rule]]\ndevice = \"G/E/M\"\nmetric = \"Cnt/*\"\nmeasure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n"
      "[[rule]]\ndevice = \"X/Y\"\nmetric = \"Z\"\nmeasure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n");
  seen = dry();
  EXPECT_EQ(seen.status, 1);
  EXPECT_EQ(find(seen, "Cnt/OK")["as"], "clash");
  EXPECT_NE(seen.err.find("clash: G/E/M output.good p CN"), std::string::npos) << seen.err;
  EXPECT_NE(seen.err.find("lines.toml:7: this rule meets none"), std::string::npos) << seen.err;
}

}  // namespace
}  // namespace songhua::test
