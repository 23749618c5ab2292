// Edge and centre over a real broker, with kills in between. What is told must be durable, what is lost must come
// again.
#include <gtest/gtest.h>

#include <fstream>

#include "central/centre.h"
#include "centre_fixture.h"
#include "forward/forwarder.h"
#include "support/broker.h"
#include "support/mqtt_probe.h"
#include "support/process.h"
#include "support/wait.h"

namespace songhua::central {
namespace {

using test::Broker;
using test::EdgeBox;
using test::eventually;
using test::minute;

// An edge box with its forwarding thread; turn() is a turn of the pipeline's loop.
class LiveEdge {
 public:
  explicit LiveEdge(const Broker& broker, std::string name = "gw1", char seed = 'k')
      : box(std::move(name), "E1", seed) {
    box.options.cadence = Millis{20};
    box.options.answer_within = Millis{300};
    box.options.batch_bytes = 400;
    box.options.retry_refused = Millis{100};
    connect(broker);
  }
  void connect(const Broker& broker) {
    forward::ForwarderOptions options;
    options.enterprise = box.options.enterprise;
    options.gateway = box.options.gateway;
    options.servers = {broker.uri()};
    options.backoff = {Millis{20}, Millis{200}};
    forwarder_ = std::make_unique<forward::Forwarder>(options);
  }
  // Killed and started again: the store stays, what was in memory is gone.
  void crash(const Broker& broker) {
    forwarder_.reset();
    box.restart();
    connect(broker);
  }

  void turn() {
    const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    forward::exchange(box.outbox(), *forwarder_, now);
  }
  [[nodiscard]] bool drained(std::chrono::milliseconds bound = std::chrono::seconds{30}) {
    return eventually(
        [&] {
          turn();
          return box.outbox().status().drained();
        },
        bound);
  }
  [[nodiscard]] bool knows(std::size_t refused) {
    return eventually([&] {
      turn();
      return box.outbox().status().refused.size() >= refused;
    });
  }

  EdgeBox box;

 private:
  std::unique_ptr<forward::Forwarder> forwarder_;
};

// songhua-central with a store in a folder of its own.
class CentreProgram {
 public:
  explicit CentreProgram(const Broker& broker) {
    std::ofstream(config_) << "region = \"220000\"\nstore = \"sqlite://" << store_file()
                           << "\"\n[broker]\nservers = [\"" << broker.uri() << "\"]\n[http]\nlisten = \"\"\n";
  }
  [[nodiscard]] std::string store_file() const { return (directory_ / "centre.db").string(); }
  void start() {
    workers_.push_back(std::make_unique<test::Process>(test::built_program("songhua-central"),
                                                       std::vector<std::string>{"run", "-c", config_}));
  }
  void kill_all() {
    for (auto& worker : workers_) worker->kill_now();
    workers_.clear();
  }
  test::Process& worker(std::size_t n = 0) { return *workers_.at(n); }

  test::Finished command(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-c", config_});
    return test::run(test::built_program("songhua-central"), arguments);
  }
  void enrol(EdgeBox& edge) {
    const auto key = directory_.file(edge.options.gateway + ".pub", edge.key().public_key().pem());
    const auto done = command({"register", "gateway", "E1/" + edge.options.gateway, "--key", key.string()});
    ASSERT_EQ(done.status, 0) << done.err;
  }
  std::map<std::string, std::string> totals() {
    auto store = SqliteStore::open(store_file(), storage::Access::read_only);
    std::map<std::string, std::string> all;
    if (!store) return all;
    Dictionaries dictionaries(**store);
    for (const auto& line : (*store)->lines()) {
      const auto book = LineBook::load(**store, dictionaries, line, std::nullopt);
      test::add_totals(all, line.line, book->timeline(), *book);
    }
    return all;
  }

 private:
  test::TempDir directory_;
  std::string config_ = (directory_ / "central.toml").string();
  std::vector<std::unique_ptr<test::Process>> workers_;
};

void produce(EdgeBox& edge, int from, int to) {
  for (int i = from; i < to; ++i) {
    edge.read("S/C/L" + std::to_string(i % 3), "car", minute(i), 7 * i);
  }
}

TEST(Wire, WhatTheEdgeRolledUpIsWhatTheCentreHas) {
  Broker broker;
  CentreProgram centre(broker);
  LiveEdge edge(broker);
  centre.enrol(edge.box);
  centre.start();
  produce(edge.box, 0, 60);
  ASSERT_TRUE(edge.drained()) << centre.worker().err();
  EXPECT_EQ(centre.totals(), edge.box.totals());
  EXPECT_EQ(centre.command({"audit"}).status, 0);
  centre.worker().terminate();
  EXPECT_EQ(centre.worker().wait(), 0) << centre.worker().err();
}

// Law 3 and 4 under kill -9 of everything, in turn, while data comes in; two workers share the batches.
TEST(Wire, KillsOfCentreBrokerAndEdgeCostNothing) {
  Broker broker;
  CentreProgram centre(broker);
  LiveEdge edge(broker);
  centre.enrol(edge.box);
  int at = 0;
  const auto some_committed = [&](std::uint64_t before) {
    return eventually([&] {
      edge.turn();
      const auto status = edge.box.outbox().status();
      return status.drained() || status.head - status.pending > before;
    });
  };
  for (int round = 0; round < 6; ++round) {
    centre.start();
    centre.start();
    produce(edge.box, at, at + 40);
    at += 40;
    const auto status = edge.box.outbox().status();
    ASSERT_TRUE(some_committed(status.head - status.pending)) << "round " << round << ": " << centre.worker().err();
    switch (round % 3) {
      case 0:
        centre.kill_all();
        break;
      case 1:
        broker.kill_now();
        produce(edge.box, at, at + 5);
        at += 5;
        edge.turn();
        broker.start();
        centre.kill_all();
        break;
      default:
        edge.crash(broker);
        centre.kill_all();
        break;
    }
  }
  centre.start();
  ASSERT_TRUE(edge.drained(std::chrono::seconds{60})) << centre.worker().err();
  EXPECT_EQ(centre.totals(), edge.box.totals());
  const auto audit = centre.command({"audit", "--format", "json"});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
}

TEST(Wire, AGatewayEnrolledLaterIsTakenThen) {
  Broker broker;
  CentreProgram centre(broker);
  LiveEdge edge(broker);
  centre.start();
  produce(edge.box, 0, 20);
  ASSERT_TRUE(edge.knows(1)) << centre.worker().err();
  EXPECT_NE(edge.box.outbox().status().refused[0].reason.find("register gateway E1/gw1"), std::string::npos);
  centre.enrol(edge.box);
  ASSERT_TRUE(edge.drained());
  EXPECT_EQ(centre.totals(), edge.box.totals());
  EXPECT_NE(centre.command({"status", "--format", "json"}).out.find("unknown_gateway"), std::string::npos);
}

TEST(Wire, AResyncOverTheBrokerFillsALostCentre) {
  Broker broker;
  LiveEdge edge(broker);
  {
    CentreProgram lost(broker);
    lost.enrol(edge.box);
    lost.start();
    produce(edge.box, 0, 30);
    ASSERT_TRUE(edge.drained());
    lost.kill_all();
  }
  CentreProgram centre(broker);
  centre.enrol(edge.box);
  centre.start();
  test::MqttProbe operator_;
  ASSERT_TRUE(operator_.connect(broker.uri(), "operator"));
  ASSERT_TRUE(operator_.client().publish(forward::topic_of("E1", "gw1", forward::Channel::resync),
                                         forward::encode_resync(minute(0)), mqtt::Qos::kAtLeastOnce, false));
  ASSERT_TRUE(eventually([&] {
    edge.turn();
    return !edge.box.outbox().status().drained();
  }));
  ASSERT_TRUE(edge.drained());
  EXPECT_EQ(centre.totals(), edge.box.totals());
}

TEST(Wire, RubbishOnTheTopicsDisturbsNobody) {
  Broker broker;
  CentreProgram centre(broker);
  LiveEdge edge(broker);
  centre.enrol(edge.box);
  centre.start();
  test::MqttProbe stranger;
  ASSERT_TRUE(stranger.connect(broker.uri(), "stranger"));
  for (const auto* channel : {"rollup", "dictionary", "ack", "resync"}) {
    for (const auto* payload : {"", "rubbish", "\x08\x01\x12\x02xx"}) {
      ASSERT_TRUE(stranger.client().publish(std::string("songhua/v1/E1/gw1/") + channel, payload,
                                            mqtt::Qos::kAtLeastOnce, false));
    }
  }
  produce(edge.box, 0, 30);
  ASSERT_TRUE(edge.drained()) << centre.worker().err();
  EXPECT_EQ(centre.totals(), edge.box.totals());
  EXPECT_TRUE(centre.worker().running());
}

}  // namespace
}  // namespace songhua::central
