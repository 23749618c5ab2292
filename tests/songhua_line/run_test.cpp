// songhua-line against a real broker: what a subscriber hears equals the lines' own ledger.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "model/time.h"
#include "sparkplug_b.pb.h"
#include "support/broker.h"
#include "support/mqtt_probe.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "telemetry.h"

namespace songhua::test {
namespace {

using Words = std::vector<std::string>;

struct Plant {
  Broker broker{{.more = "max_queued_messages 1000000"}};
  TempDir dir;
  MqttProbe probe;

  Plant() { EXPECT_TRUE(probe.connect(broker.uri(), "probe", {{"spBv1.0/#", mqtt::Qos::kAtLeastOnce}})); }

  [[nodiscard]] Words line(const Words& more) const {
    Words words{"run",
                "--broker",
                broker.uri(),
                "--site",
                "F1",
                "--controller",
                "c1",
                "--nvram",
                (dir / "nv").string(),
                "--ledger",
                (dir / "l.csv").string(),
                "--control",
                (dir / "ctl").string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // All that the probe has heard, after a marker of its own has come back: the broker keeps the order.
  [[nodiscard]] Telemetry heard() {
    const auto before = probe.messages().size();
    const auto mark = "spBv1.0/STATE/mark" + std::to_string(++marks_);
    EXPECT_TRUE(probe.client().publish(mark, "x", mqtt::Qos::kAtLeastOnce, false));
    EXPECT_TRUE(probe.received(before + 1));
    EXPECT_TRUE(eventually([&] {
      const auto all = probe.messages();
      return std::any_of(all.begin(), all.end(), [&](const auto& m) { return m.topic == mark; });
    }));
    Telemetry telemetry;
    for (const auto& message : probe.messages()) telemetry.hear(message.topic, message.payload);
    return telemetry;
  }
  void host(bool online, std::int64_t timestamp) {
    const auto json = nlohmann::json{{"online", online}, {"timestamp", timestamp}}.dump();
    EXPECT_TRUE(probe.client().publish("spBv1.0/STATE/songhua", json, mqtt::Qos::kAtLeastOnce, true));
  }
  [[nodiscard]] Finished ctl(const Words& words) const {
    Words all{"ctl", (dir / "ctl").string()};
    all.insert(all.end(), words.begin(), words.end());
    return songhua::test::run(built_program("songhua-line"), all);
  }
  [[nodiscard]] nlohmann::json state() const {
    const auto said = ctl({"state"});
    return said.status == 0 ? nlohmann::json::parse(said.out) : nlohmann::json::object();
  }
  [[nodiscard]] bool session(const std::string& wanted) const {
    return eventually([&] { return state().value("session", "") == wanted; });
  }

 private:
  int marks_ = 0;
};

const Words kPast{"--line",           "auto",       "--line", "rubber",  "--line", "satellite", "--start",
                  "2019-03-04T10:00", "--interval", "10s",    "--speed", "max"};

Words past(const Words& more) {
  Words words = kPast;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Run, WhatIsHeardIsWhatWasMade) {
  Plant plant;
  Process line(built_program("songhua-line"), plant.line(past({"--duration", "3h"})));
  ASSERT_EQ(line.wait(), 0) << line.err();
  const auto telemetry = plant.heard();
  EXPECT_TRUE(telemetry.faults().empty()) << telemetry.faults().front();
  EXPECT_EQ(telemetry.quantities(), ledger_sums(plant.dir / "l.csv"));
  EXPECT_EQ(telemetry.count("DDEATH"), 3U);
  EXPECT_EQ(telemetry.count("NDEATH"), 1U);
  EXPECT_GT(telemetry.count("DDATA"), 3U * 60 * 3);
}

TEST(Run, SignalEndsItInOrder) {
  Plant plant;
  Process line(built_program("songhua-line"), plant.line(past({"--rate", "300"})));
  ASSERT_TRUE(plant.probe.received(200));
  line.terminate();
  ASSERT_EQ(line.wait(), 0) << line.err();
  const auto telemetry = plant.heard();
  EXPECT_EQ(telemetry.quantities(), ledger_sums(plant.dir / "l.csv"));
  EXPECT_EQ(telemetry.count("DDEATH"), 3U);
}

// kill -9 at random moments: lines, totalizers and ledger go on from one instant, nothing published is undone.
TEST(Run, KillsLeaveLedgerAndTelemetryEqual) {
  Plant plant;
  std::mt19937 random(20190304);
  for (int round = 0; round < 8; ++round) {
    const auto before = plant.probe.messages().size();
    Process line(built_program("songhua-line"), plant.line(past({"--rate", "1500"})));
    ASSERT_TRUE(plant.probe.received(before + 1 + random() % 700)) << line.err();
    line.kill_now();
  }
  Process line(built_program("songhua-line"), plant.line(past({"--duration", "6h"})));
  ASSERT_EQ(line.wait(), 0) << line.err();
  const auto telemetry = plant.heard();
  EXPECT_TRUE(telemetry.faults().empty()) << telemetry.faults().front();
  EXPECT_EQ(telemetry.quantities(), ledger_sums(plant.dir / "l.csv"));
  const auto bd = telemetry.bd_seqs();
  for (std::size_t i = 1; i < bd.size(); ++i) EXPECT_EQ(bd[i], bd[i - 1] + 1);
}

TEST(Run, ALostMemoryBeginsAHigherLife) {
  Plant plant;
  {
    Process line(built_program("songhua-line"), plant.line(past({"--duration", "1h"})));
    ASSERT_EQ(line.wait(), 0) << line.err();
  }
  std::filesystem::remove(plant.dir / "nv");
  auto later = plant.line({"--line", "auto", "--line", "rubber", "--line", "satellite", "--start", "2019-03-04T12:00",
                           "--duration", "1h", "--speed", "max"});
  Process line(built_program("songhua-line"), later);
  ASSERT_EQ(line.wait(), 0) << line.err();
  const auto telemetry = plant.heard();
  EXPECT_TRUE(telemetry.faults().empty()) << telemetry.faults().front();
  EXPECT_EQ(telemetry.quantities(), ledger_sums(plant.dir / "l.csv"));  // both lives add up
}

TEST(Run, KeepsReadingsForThePrimaryHost) {
  Plant plant;
  plant.host(true, 1'000);
  Process line(built_program("songhua-line"),
               plant.line(past({"--primary-host", "songhua", "--rate", "400", "--reconnect", "100ms..200ms"})));
  ASSERT_TRUE(plant.session("online")) << line.err();
  plant.host(false, 1'000);
  ASSERT_TRUE(plant.session("waiting")) << line.err();
  const auto births = plant.heard().births();
  // Time goes on at real speed, so what is kept are changes of state at most; a command makes one.
  EXPECT_EQ(plant.ctl({"send", "auto"}).status, 1);
  plant.host(true, 2'000);
  ASSERT_TRUE(plant.session("online")) << line.err();
  ASSERT_TRUE(eventually([&] { return plant.heard().births() == births + 1; }));
  line.terminate();
  ASSERT_EQ(line.wait(), 0) << line.err();
  const auto telemetry = plant.heard();
  EXPECT_TRUE(telemetry.faults().empty()) << telemetry.faults().front();
  EXPECT_EQ(telemetry.quantities(), ledger_sums(plant.dir / "l.csv"));
}

TEST(Run, ABrokerThatDiesIsFoundAgain) {
  Plant plant;
  Process line(built_program("songhua-line"), plant.line(past({"--rate", "400", "--reconnect", "100ms..300ms"})));
  ASSERT_TRUE(plant.probe.received(300));
  plant.broker.kill_now();
  plant.broker.start();
  MqttProbe after;
  ASSERT_TRUE(eventually([&] {
    return after.connect(plant.broker.uri(), "after", {{"spBv1.0/#", mqtt::Qos::kAtLeastOnce}});
  }));
  ASSERT_TRUE(after.received(20)) << line.err();
  line.terminate();
  ASSERT_EQ(line.wait(), 0) << line.err();
  Telemetry telemetry;
  for (const auto& message : plant.probe.messages()) telemetry.hear(message.topic, message.payload);
  const auto left = ledger_sums(plant.dir / "l.csv");
  ASSERT_TRUE(eventually(
      [&] { return std::any_of(after.messages().begin(), after.messages().end(), [](const auto&) { return true; }); }));
  ASSERT_TRUE(eventually([&] {
    Telemetry all;
    for (const auto& message : plant.probe.messages()) all.hear(message.topic, message.payload);
    for (const auto& message : after.messages()) all.hear(message.topic, message.payload);
    return all.quantities() == left;
  }));
}

// Readings of A's and B's history by their minute, as a subscriber of `probe` heard them.
std::map<std::uint64_t, std::size_t> history_of(const MqttProbe& probe) {
  std::map<std::uint64_t, std::size_t> readings;
  for (const auto& message : probe.messages()) {
    if (message.topic.find("/DDATA/") == std::string::npos) continue;
    org::eclipse::tahu::protobuf::Payload payload;
    if (!payload.ParseFromString(message.payload)) continue;
    for (const auto& metric : payload.metrics()) {
      if (metric.is_historical()) ++readings[metric.timestamp()];
    }
  }
  return readings;
}

// The lines stand ten seconds before a full minute, with an hour's work behind them; time runs as the clock does.
void work_until_before_a_minute(const Plant& plant) {
  Process line(built_program("songhua-line"), plant.line(past({"--duration", "3590s"})));
  ASSERT_EQ(line.wait(), 0) << line.err();
}
constexpr std::uint64_t kElevenOclock = 1'551'668'400'000;  // 2019-03-04T11:00 in Shanghai

Words in_real_time(const Words& more) {
  Words words{"--line",     "auto", "--line",  "rubber", "--line",      "satellite",
              "--interval", "1s",   "--speed", "1",      "--reconnect", "100ms..300ms"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// What was told while the broker was dead comes out as history, at the minutes' borders: with a host that waits for its
// broker, and with one that nobody waits for.
class Outage : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutPrimaryHost, Outage, testing::Bool());

TEST_P(Outage, OfTheOnlyBrokerComesOutAsHistory) {
  Plant plant;
  work_until_before_a_minute(plant);
  if (GetParam()) plant.host(true, 1'000);
  Process line(built_program("songhua-line"),
               plant.line(in_real_time(GetParam() ? Words{"--primary-host", "songhua"} : Words{})));
  ASSERT_TRUE(plant.session("online")) << line.err();
  plant.broker.kill_now();
  ASSERT_TRUE(eventually([&] { return plant.state().value("line_time", "") > "2019-03-04T03:00:01"; })) << line.err();
  EXPECT_GT(plant.state().value("buffered", 0), 0);
  line.signal(SIGSTOP);  // until somebody listens again
  plant.broker.start();
  MqttProbe after;
  ASSERT_TRUE(eventually([&] {
    return after.connect(plant.broker.uri(), "after", {{"spBv1.0/#", mqtt::Qos::kAtLeastOnce}});
  }));
  line.signal(SIGCONT);
  if (GetParam()) {
    ASSERT_TRUE(plant.session("waiting")) << "its host has not come back yet";
    const auto online = nlohmann::json{{"online", true}, {"timestamp", 2'000}}.dump();
    EXPECT_TRUE(after.client().publish("spBv1.0/STATE/songhua", online, mqtt::Qos::kAtLeastOnce, true));
  }
  ASSERT_TRUE(plant.session("online")) << line.err();
  ASSERT_TRUE(eventually([&] { return history_of(after).contains(kElevenOclock); })) << line.err();
  EXPECT_EQ(plant.state().value("buffered", -1), 0);
  line.terminate();
  ASSERT_EQ(line.wait(), 0) << line.err();
}

// With two, the node walks to the other one and tells it there; the first coming back does not draw it back.
TEST(Run, AnOutageOfBothBrokersComesOutAsHistoryOnTheOneThatIsBackFirst) {
  Plant plant;
  Broker second;
  work_until_before_a_minute(plant);
  plant.host(true, 1'000);
  MqttProbe there;
  ASSERT_TRUE(there.connect(second.uri(), "there", {{"spBv1.0/#", mqtt::Qos::kAtLeastOnce}}));
  const auto online = nlohmann::json{{"online", true}, {"timestamp", 2'000}}.dump();
  Process line(built_program("songhua-line"),
               plant.line(in_real_time({"--broker", second.uri(), "--primary-host", "songhua"})));
  ASSERT_TRUE(plant.session("online")) << line.err();
  plant.broker.kill_now();
  ASSERT_TRUE(eventually([&] { return plant.state().value("line_time", "") > "2019-03-04T03:00:01"; })) << line.err();
  EXPECT_NE(plant.state().value("session", ""), "online") << "the host is not on the second server";
  EXPECT_TRUE(there.client().publish("spBv1.0/STATE/songhua", online, mqtt::Qos::kAtLeastOnce, true));
  ASSERT_TRUE(plant.session("online")) << line.err();
  ASSERT_TRUE(eventually([&] { return history_of(there).contains(kElevenOclock); })) << line.err();
  plant.broker.start();
  EXPECT_EQ(plant.state().value("server", 9), 1);
  line.terminate();
  ASSERT_EQ(line.wait(), 0) << line.err();
  Telemetry telemetry;
  for (const auto& message : plant.probe.messages()) telemetry.hear(message.topic, message.payload);
  for (const auto& message : there.messages()) telemetry.hear(message.topic, message.payload);
  EXPECT_EQ(telemetry.quantities(), ledger_sums(plant.dir / "l.csv"));
}

TEST(Run, CanBeDriven) {
  Plant plant;
  Process line(built_program("songhua-line"),
               plant.line({"--line", "auto", "--profile", "conformance", "--offline", "--mqtt", "5"}));
  ASSERT_TRUE(plant.session("stopped")) << line.err();
  EXPECT_EQ(plant.ctl({"connect"}).status, 0);
  ASSERT_TRUE(plant.session("online")) << line.err();
  EXPECT_EQ(plant.ctl({"send", "auto"}).status, 0);
  EXPECT_EQ(plant.ctl({"send", "node"}).status, 0);
  EXPECT_EQ(plant.ctl({"death", "auto"}).status, 0);
  EXPECT_EQ(plant.ctl({"death", "auto"}).status, 1);
  EXPECT_EQ(plant.ctl({"birth", "auto"}).status, 0);
  ASSERT_TRUE(eventually([&] {
    const auto t = plant.heard();
    return t.count("NDATA") >= 1 && t.count("DDATA") >= 1 && t.count("DDEATH") == 1 && t.count("DBIRTH") == 2;
  }));
  EXPECT_EQ(plant.ctl({"disconnect", "--abrupt"}).status, 0);
  ASSERT_TRUE(eventually([&] { return plant.heard().count("NDEATH") == 1; }));  // the will
  EXPECT_EQ(plant.ctl({"connect"}).status, 0);
  ASSERT_TRUE(plant.session("online"));
  EXPECT_EQ(plant.ctl({"disconnect"}).status, 0);
  ASSERT_TRUE(plant.session("stopped"));
  ASSERT_TRUE(eventually([&] { return plant.heard().count("NDEATH") >= 2; }));
  const auto telemetry = plant.heard();
  EXPECT_TRUE(telemetry.faults().empty()) << telemetry.faults().front();
  line.terminate();
  EXPECT_EQ(line.wait(), 0) << line.err();
}

TEST(Run, GoesOnFromHistoryUpToTheClockAndNoFurther) {
  Plant plant;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto iso = [&](int hours) { return format_utc(UnixMillis{now - std::chrono::hours{hours}}); };
  const Words lines{"--line", "auto", "--line", "rubber"};
  Words past_of{"history",
                "--site",
                "F1",
                "--controller",
                "c1",
                "--from",
                iso(48),
                "--to",
                iso(1),
                "-o",
                (plant.dir / "h.jsonl").string(),
                "--nvram",
                (plant.dir / "nv").string(),
                "--ledger",
                (plant.dir / "l.csv").string()};
  past_of.insert(past_of.end(), lines.begin(), lines.end());
  const auto made = songhua::test::run(built_program("songhua-line"), past_of);
  ASSERT_EQ(made.status, 0) << made.err;
  Words words = plant.line({"--speed", "max"});
  words.insert(words.end(), lines.begin(), lines.end());
  Process line(built_program("songhua-line"), words);
  ASSERT_TRUE(eventually([&] { return plant.state().value("live", false); })) << line.err();
  line.terminate();
  ASSERT_EQ(line.wait(), 0) << line.err();
  Telemetry all;
  std::ifstream in(plant.dir / "h.jsonl");
  for (std::string text; std::getline(in, text);) {
    const auto frame = nlohmann::json::parse(text);
    all.hear(frame.at("topic"), from_base64(frame.at("base64")));
  }
  static_cast<void>(plant.heard());
  for (const auto& message : plant.probe.messages()) all.hear(message.topic, message.payload);
  EXPECT_TRUE(all.faults().empty()) << all.faults().front();
  EXPECT_EQ(all.quantities(), ledger_sums(plant.dir / "l.csv"));
  EXPECT_EQ(all.bd_seqs(), (std::vector<std::uint64_t>{0, 1}));
  const auto clock =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  EXPECT_LE(all.last_time(), static_cast<std::uint64_t>(clock.count()));
}

TEST(Run, SaysWhatIsWrong) {
  Plant plant;
  const auto wrong = [&](const Words& more, int status, const std::string& hint) {
    const auto done = songhua::test::run(built_program("songhua-line"), plant.line(more));
    EXPECT_EQ(done.status, status) << hint;
    EXPECT_NE(done.err.find(hint), std::string::npos) << done.err;
  };
  wrong({"--line", "auto", "--speed", "fast"}, 2, "--speed fast");
  wrong({"--line", "auto", "--start", "2999-01-01"}, 2, "future");
  wrong({"--line", "auto", "--reconnect", "5s"}, 2, "MIN..MAX");
  wrong({"--line", "auto", "--interval", "10"}, 2, "--interval");
  wrong({"--line", "auto", "--mqtt", "4"}, 2, "--mqtt");
  Process first(built_program("songhua-line"), plant.line({"--line", "auto"}));
  ASSERT_TRUE(plant.session("online"));
  wrong({"--line", "auto"}, 3, "another songhua-line");
  first.terminate();
  EXPECT_EQ(first.wait(), 0);
  wrong({"--line", "rubber:auto"}, 2, "other lines");
  EXPECT_EQ(plant.ctl({"state"}).status, 3);
}

}  // namespace
}  // namespace songhua::test
