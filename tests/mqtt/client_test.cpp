#include "mqtt/client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <thread>

#include "support/broker.h"
#include "support/mqtt_probe.h"

namespace songhua::mqtt {
namespace {

using test::Broker;
using test::eventually;
using test::MqttProbe;

ConnectOptions options_for(const Broker& broker, const std::string& id, Version version = Version::kV311) {
  ConnectOptions options;
  options.uri = broker.uri();
  options.client_id = id;
  options.version = version;
  return options;
}

ConnectOptions with_will(ConnectOptions options, bool retain = false) {
  options.will =
      Will{.topic = "will/" + options.client_id, .payload = "gone", .qos = Qos::kAtLeastOnce, .retain = retain};
  return options;
}

// What holds for both versions of the protocol.
class ClientOf : public ::testing::TestWithParam<Version> {
 protected:
  ConnectOptions options(const std::string& id) const { return options_for(broker_, id, GetParam()); }

  // The witness sees everything that is published.
  void SetUp() override { ASSERT_TRUE(witness_.connect(broker_.uri(), "witness", {{"#", Qos::kAtLeastOnce}})); }
  void TearDown() override {
    EXPECT_FALSE(witness_.overlapped());
    EXPECT_FALSE(probe_.overlapped());
  }

  Broker broker_;
  MqttProbe witness_, probe_;
};

INSTANTIATE_TEST_SUITE_P(Mqtt, ClientOf, ::testing::Values(Version::kV311, Version::kV5),
                         [](const auto& param) { return param.param == Version::kV5 ? "V5" : "V311"; });

TEST_P(ClientOf, CarriesMessagesOfEachQos) {
  ASSERT_TRUE(probe_.connect(options("a")));
  const std::string payload{"with\0nul\xff", 9};
  for (const Qos qos : {Qos::kAtMostOnce, Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    EXPECT_TRUE(probe_.client().publish("t/x", payload, qos, false));
    ASSERT_TRUE(witness_.received(static_cast<std::size_t>(qos) + 1));
    const auto message = witness_.messages().back();
    EXPECT_EQ(message.topic, "t/x");
    EXPECT_EQ(message.payload, payload);
    EXPECT_EQ(message.qos, std::min(qos, Qos::kAtLeastOnce));  // as subscribed
    EXPECT_FALSE(message.retained);
  }
  EXPECT_TRUE(eventually([&] { return probe_.delivered().size() == 3 && probe_.client().in_flight() == 0; }));
}

TEST_P(ClientOf, CarriesAnEmptyPayload) {
  ASSERT_TRUE(probe_.connect(options("a")));
  EXPECT_TRUE(probe_.client().publish("t", "", Qos::kAtLeastOnce, false));
  ASSERT_TRUE(witness_.received(1));
  EXPECT_EQ(witness_.messages().back().payload, "");
}

TEST_P(ClientOf, TellsARetainedMessage) {
  ASSERT_TRUE(probe_.connect(options("a")));
  EXPECT_TRUE(probe_.client().publish("kept", "x", Qos::kAtLeastOnce, true));
  ASSERT_TRUE(witness_.received(1));
  ASSERT_TRUE(probe_.client().subscribe({{"kept", Qos::kAtLeastOnce}}));
  ASSERT_TRUE(probe_.received(1));
  EXPECT_TRUE(probe_.messages().front().retained);
  EXPECT_FALSE(witness_.messages().front().retained);
}

// The library alone would look every three seconds whether the acknowledgement has come.
TEST_P(ClientOf, DisconnectFollowsTheLastAcknowledgementAtOnce) {
  std::array<std::chrono::steady_clock::duration, 5> took{};
  for (auto& duration : took) {
    ASSERT_TRUE(probe_.connect(with_will(options("a"))));
    const auto generation = probe_.client().generation();
    EXPECT_TRUE(probe_.client().publish("last", "word", Qos::kAtLeastOnce, false));
    const auto begun = std::chrono::steady_clock::now();
    probe_.client().disconnect();
    ASSERT_TRUE(probe_.saw("closed", generation));
    duration = std::chrono::steady_clock::now() - begun;
  }
  std::ranges::sort(took);
  EXPECT_LT(took[2], std::chrono::milliseconds{900});
  ASSERT_TRUE(witness_.received(5));  // and no will
  EXPECT_EQ(witness_.messages().back().topic, "last");
}

// A broker that acknowledges nothing is waited for as long as the grace says.
TEST_P(ClientOf, DisconnectEndsWhenTheGraceIsOver) {
  ASSERT_TRUE(probe_.connect(options("a")));
  const auto generation = probe_.client().generation();
  broker_.pause();
  EXPECT_TRUE(probe_.client().publish("last", "word", Qos::kAtLeastOnce, false));
  probe_.client().disconnect(Leave::kNormal, Millis{100});
  EXPECT_TRUE(probe_.saw("closed", generation));
  broker_.resume();
}

TEST_P(ClientOf, DropMakesTheBrokerSendTheWill) {
  ASSERT_TRUE(probe_.connect(with_will(options("a"), true)));
  const auto generation = probe_.client().generation();
  probe_.client().drop();
  ASSERT_TRUE(witness_.received(1));
  EXPECT_EQ(witness_.messages().front().topic, "will/a");
  EXPECT_EQ(witness_.messages().front().payload, "gone");
  EXPECT_TRUE(probe_.saw("closed", generation));
  EXPECT_EQ(probe_.count("lost", generation), 0U);
  EXPECT_FALSE(probe_.client().connected());
}

TEST_P(ClientOf, DestructionMakesTheBrokerSendTheWill) {
  {
    MqttProbe other;
    ASSERT_TRUE(other.connect(with_will(options("a"))));
  }
  ASSERT_TRUE(witness_.received(1));
  EXPECT_EQ(witness_.messages().front().topic, "will/a");
}

TEST_P(ClientOf, OneOfTwoWithOneIdAndServerIsDropped) {
  // Two connections in one process: the right socket is found for each.
  MqttProbe other;
  ASSERT_TRUE(probe_.connect(with_will(options("a"))));
  ASSERT_TRUE(other.connect(with_will(options("b"))));
  other.client().drop();
  ASSERT_TRUE(witness_.received(1));
  EXPECT_EQ(witness_.messages().front().topic, "will/b");
  EXPECT_TRUE(probe_.client().publish("still", "here", Qos::kAtLeastOnce, false));
  ASSERT_TRUE(witness_.received(2));
  EXPECT_EQ(witness_.messages().back().topic, "still");
}

TEST_P(ClientOf, DisconnectTakesTheWillBack) {
  ASSERT_TRUE(probe_.connect(with_will(options("a"))));
  const auto generation = probe_.client().generation();
  EXPECT_TRUE(probe_.client().publish("last", "word", Qos::kAtLeastOnce, false));
  probe_.client().disconnect();
  EXPECT_TRUE(probe_.saw("closed", generation));
  // A will would stand between the last word and what comes after the disconnect.
  ASSERT_TRUE(probe_.connect(options("b")));
  EXPECT_TRUE(probe_.client().publish("end", "", Qos::kAtLeastOnce, false));
  ASSERT_TRUE(witness_.received(2));
  EXPECT_EQ(witness_.messages()[0].topic, "last");
  EXPECT_EQ(witness_.messages()[1].topic, "end");
}

TEST_P(ClientOf, PublishesNothingAfterDisconnect) {
  ASSERT_TRUE(probe_.connect(options("a")));
  probe_.client().disconnect();
  EXPECT_EQ(probe_.client().publish("t", "", Qos::kAtMostOnce, false).status, Publish::kNotConnected);
  EXPECT_FALSE(probe_.client().subscribe({{"t"}}));
}

TEST_P(ClientOf, EachConnectionIsAGenerationAndEndsOnce) {
  std::vector<Generation> generations;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(probe_.connect(options("a"), {{"in", Qos::kAtMostOnce}}));
    generations.push_back(probe_.client().generation());
    ASSERT_TRUE(witness_.client().publish("in", fmt::to_string(round), Qos::kAtLeastOnce, false));
    ASSERT_TRUE(probe_.received(static_cast<std::size_t>(round) + 1));
    probe_.client().drop();
    ASSERT_TRUE(probe_.saw("closed", generations.back()));
  }
  for (std::size_t round = 0; round < generations.size(); ++round) {
    EXPECT_EQ(probe_.messages()[round].generation, generations[round]);
    EXPECT_EQ(probe_.count("connected", generations[round]), 1U);
    EXPECT_EQ(probe_.count("closed", generations[round]), 1U);
    EXPECT_EQ(probe_.count("lost", generations[round]), 0U);
    if (round > 0) {
      EXPECT_GT(generations[round], generations[round - 1]);
    }
  }
}

TEST_P(ClientOf, ConnectReplacesALivingConnection) {
  ASSERT_TRUE(probe_.connect(with_will(options("a"))));
  const auto first = probe_.client().generation();
  ASSERT_TRUE(probe_.connect(options("b")));
  ASSERT_TRUE(witness_.received(1));
  EXPECT_EQ(witness_.messages().front().topic, "will/a");
  EXPECT_EQ(probe_.count("closed", first) + probe_.count("lost", first), 0U);
  EXPECT_TRUE(probe_.client().connected());
}

TEST_P(ClientOf, BrokerKilledIsToldAndItsReturnIsUsed) {
  ASSERT_TRUE(probe_.connect(options("a")));
  const auto first = probe_.client().generation();
  broker_.kill_now();
  ASSERT_TRUE(probe_.saw("lost", first));
  EXPECT_NE(probe_.text_of("lost", first), "");
  EXPECT_EQ(probe_.client().publish("t", "", Qos::kAtMostOnce, false).status, Publish::kNotConnected);

  const auto refused = probe_.client().connect(options("a"));
  ASSERT_TRUE(refused);
  ASSERT_TRUE(probe_.saw("connect_failed", *refused));
  EXPECT_NE(probe_.text_of("connect_failed", *refused).find(broker_.uri()), std::string::npos);

  broker_.start();
  ASSERT_TRUE(probe_.connect(options("a"), {{"t", Qos::kAtLeastOnce}}));
  EXPECT_TRUE(probe_.client().publish("t", "again", Qos::kAtLeastOnce, false));
  EXPECT_TRUE(probe_.received(1));
}

TEST_P(ClientOf, SameIdElsewhereEndsTheOlder) {
  ASSERT_TRUE(probe_.connect(options("a")));
  MqttProbe other;
  ASSERT_TRUE(other.connect(options("a")));
  EXPECT_TRUE(probe_.saw("lost", probe_.client().generation()));
  EXPECT_TRUE(other.client().connected());
}

TEST_P(ClientOf, WindowBoundsWhatIsUnderWay) {
  auto narrow = options("a");
  narrow.max_in_flight = 5;
  ASSERT_TRUE(probe_.connect(narrow));
  broker_.pause();  // no acknowledgement comes
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(probe_.client().publish("t", fmt::to_string(i), Qos::kAtLeastOnce, false));
  EXPECT_EQ(probe_.client().publish("t", "5", Qos::kAtLeastOnce, false).status, Publish::kWindowFull);
  EXPECT_EQ(probe_.client().in_flight(), 5U);
  broker_.resume();
  EXPECT_TRUE(eventually([&] { return probe_.client().in_flight() == 0; }));
  EXPECT_TRUE(probe_.client().publish("t", "5", Qos::kAtLeastOnce, false));
  EXPECT_TRUE(witness_.received(6));
}

TEST_P(ClientOf, DeliveryIdsAreThoseOfPublish) {
  ASSERT_TRUE(probe_.connect(options("a")));
  std::vector<DeliveryId> ids;
  for (int i = 0; i < 20; ++i) {
    const auto sent = probe_.client().publish("t", "x", Qos::kAtLeastOnce, false);
    ASSERT_TRUE(sent);
    ids.push_back(sent.id);
  }
  ASSERT_TRUE(eventually([&] { return probe_.delivered().size() == ids.size(); }));
  auto delivered = probe_.delivered();
  std::ranges::sort(delivered);
  EXPECT_EQ(delivered, ids);
}

TEST_P(ClientOf, TenThousandMessagesArriveInOrder) {
  constexpr std::size_t kMessages = 10'000;
  auto wide = options("a");
  wide.max_in_flight = 500;
  ASSERT_TRUE(probe_.connect(wide));
  for (std::size_t i = 0; i < kMessages; ++i) {
    const auto offer = [&] {
      const auto sent = probe_.client().publish("t", fmt::to_string(i), Qos::kAtMostOnce, false);
      return sent.status != Publish::kWindowFull;
    };
    ASSERT_TRUE(eventually(offer));
  }
  ASSERT_TRUE(witness_.received(kMessages));
  const auto messages = witness_.messages();
  ASSERT_EQ(messages.size(), kMessages);
  for (std::size_t i = 0; i < kMessages; ++i) ASSERT_EQ(messages[i].payload, fmt::to_string(i));
}

TEST_P(ClientOf, NothingBlocksWhileTheBrokerIsStuck) {
  auto wide = options("a");
  wide.max_in_flight = 100;
  ASSERT_TRUE(probe_.connect(wide));
  broker_.pause();
  const std::string large(256 * 1024, 'x');  // more than the socket takes
  const auto before = std::chrono::steady_clock::now();
  while (probe_.client().publish("t", large, Qos::kAtLeastOnce, false)) {
  }
  EXPECT_EQ(probe_.client().in_flight(), 100U);
  probe_.client().drop();
  EXPECT_TRUE(probe_.saw("closed", probe_.client().generation()));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{20});  // keep alive would be 30
  broker_.resume();
}

TEST_P(ClientOf, HandlerMayPublishSubscribeAndLeave) {
  // A request-and-reply peer that works entirely on the library's thread.
  struct Echo : MqttProbe {
    void on_connected(Generation) override { client().subscribe({{"ask", Qos::kAtLeastOnce}}); }
    void on_message(Generation g, std::string_view topic, std::string_view payload, Qos q, bool r) override {
      if (payload == "leave") client().disconnect();
      EXPECT_TRUE(payload == "leave" || client().publish("answer", payload, Qos::kAtLeastOnce, false));
      EXPECT_FALSE(client().connect({}));  // an error, not a deadlock
      MqttProbe::on_message(g, topic, payload, q, r);
    }
  } echo;
  const auto generation = echo.client().connect(options("echo"));
  ASSERT_TRUE(generation);
  ASSERT_TRUE(echo.saw("subscribed", *generation));
  EXPECT_TRUE(witness_.client().publish("ask", "x", Qos::kAtLeastOnce, false));
  ASSERT_TRUE(witness_.received(2));
  EXPECT_EQ(witness_.messages()[1].topic, "answer");
  EXPECT_TRUE(witness_.client().publish("ask", "leave", Qos::kAtLeastOnce, false));
  EXPECT_TRUE(echo.saw("closed", *generation));
}

TEST_P(ClientOf, ManyThreadsShareOneClient) {
  auto wide = options("a");
  wide.max_in_flight = 50;
  ASSERT_TRUE(probe_.connect(wide));
  constexpr std::size_t kThreads = 4, kEach = 200;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (std::size_t i = 0; i < kEach; ++i) {
          EXPECT_TRUE(eventually([&] { return bool{probe_.client().publish("t", "x", Qos::kAtLeastOnce, false)}; }));
          EXPECT_TRUE(probe_.client().connected());
        }
      });
    }
  }
  EXPECT_TRUE(eventually([&] { return probe_.delivered().size() == kThreads * kEach; }));
  EXPECT_TRUE(witness_.received(kThreads * kEach));
}

TEST_P(ClientOf, CanBeDestroyedAndReplacedInTheMiddleOfTraffic) {
  for (int round = 0; round < 10; ++round) {
    auto victim = std::make_unique<MqttProbe>();
    ASSERT_TRUE(victim->connect(options("victim"), {{"t", Qos::kAtMostOnce}})) << victim->story();
    // In bursts, as fast as the witness follows: without that the test would ask how much a machine can carry.
    std::jthread flood{[&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto before = witness_.message_count();
        for (int i = 0; i < 50; ++i) {
          (void)witness_.client().publish("t", "x", Qos::kAtMostOnce, false);
          (void)victim->client().publish("t", "y", Qos::kAtMostOnce, false);
        }
        (void)eventually([&] { return stop.stop_requested() || witness_.message_count() > before; });
      }
    }};
    ASSERT_TRUE(victim->received(20));
    // In a flood a CONNECT may fail, and says so once; the owner tries again, as all owners do.
    bool connected = false;
    for (int tries = 0; tries < 10 && !connected; ++tries) {
      connected = victim->connect(options("victim"), {{"t", Qos::kAtMostOnce}});
      const auto g = victim->client().generation();
      ASSERT_EQ(victim->count("connected", g) + victim->count("connect_failed", g), 1U) << victim->story();
    }
    ASSERT_TRUE(connected) << victim->story();
    ASSERT_TRUE(eventually([&, g = victim->client().generation()] {
      return std::ranges::any_of(victim->messages(), [&](const auto& m) { return m.generation == g; });
    }));
    flood.request_stop();
    flood.join();
    victim.reset();
  }
}

TEST_P(ClientOf, ConnectionsThatNeverAnswerTimeOut) {
  broker_.pause();  // the kernel still accepts
  auto quick = options("late");
  quick.timeout = std::chrono::seconds{1};
  const auto generation = probe_.client().connect(quick);
  ASSERT_TRUE(generation);
  EXPECT_TRUE(probe_.saw("connect_failed", *generation));
  broker_.resume();
}

TEST_P(ClientOf, DropWhileConnectingEndsIt) {
  broker_.pause();
  const auto generation = probe_.client().connect(with_will(options("a")));
  ASSERT_TRUE(generation);
  probe_.client().drop();
  broker_.resume();
  EXPECT_TRUE(probe_.saw("closed", *generation));
  EXPECT_EQ(probe_.count("connected", *generation), 0U);
  EXPECT_EQ(probe_.count("connect_failed", *generation), 0U);
}

TEST(Client, LeavingWithWillSendsItInMqtt5) {
  const Broker broker;
  MqttProbe witness, probe;
  ASSERT_TRUE(witness.connect(broker.uri(), "witness", {{"#", Qos::kAtLeastOnce}}));
  ASSERT_TRUE(probe.connect(with_will(options_for(broker, "a", Version::kV5))));
  probe.client().disconnect(Leave::kWithWill);
  ASSERT_TRUE(witness.received(1));
  EXPECT_EQ(witness.messages().front().topic, "will/a");
  EXPECT_TRUE(probe.saw("closed", probe.client().generation()));
}

TEST(Client, TellsWrongCredentials) {
  const Broker broker{{.users = {{"line", "secret"}}}};
  for (const Version version : {Version::kV311, Version::kV5}) {
    MqttProbe probe;
    auto options = options_for(broker, "a", version);
    options.username = "line";
    options.password = "wrong";
    const auto refused = probe.client().connect(options);
    ASSERT_TRUE(refused);
    ASSERT_TRUE(probe.saw("connect_failed", *refused));
    const auto reason = probe.text_of("connect_failed", *refused);
    EXPECT_NE(reason.find("uthorized"), std::string::npos) << reason;
    options.password = "secret";
    EXPECT_TRUE(probe.connect(options));
  }
}

TEST(Client, TellsRefusedFilters) {
  const test::TempDir directory;
  const auto acl = directory.file("acl", "topic readwrite open/#\n");
  const Broker broker{{.more = "acl_file " + acl.string()}};
  MqttProbe probe;
  ASSERT_TRUE(probe.connect(options_for(broker, "a", Version::kV5)));
  // mosquitto grants subscriptions and filters later, but refuses malformed filters by ending the connection.
  ASSERT_TRUE(probe.client().subscribe({{"open/x", Qos::kAtLeastOnce}, {"open/y", Qos::kAtMostOnce}}));
  ASSERT_TRUE(probe.saw("subscribed", probe.client().generation()));
  EXPECT_EQ(probe.text_of("subscribed", probe.client().generation()), "");
}

TEST(Client, SaysWhatIsWrongWithItsOptions) {
  MqttProbe probe;
  const auto complaint = [&](auto change) {
    ConnectOptions options;
    options.uri = "tcp://127.0.0.1:1";
    options.client_id = "a";
    change(options);
    const auto result = probe.client().connect(options);
    return result ? "accepted" : result.error().message;
  };
  using testing::HasSubstr;
  EXPECT_THAT(complaint([](auto& o) { o.uri = "mqtt://h:1883"; }), HasSubstr("unknown scheme"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "tcp://h"; }), HasSubstr("no port"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "tcp://[::1]"; }), HasSubstr("no port"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "tcp://:1883"; }), HasSubstr("no host"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "tcp://h:0"; }), HasSubstr("1 to 65535"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "tcp://h:99999"; }), HasSubstr("1 to 65535"));
  EXPECT_THAT(complaint([](auto& o) { o.client_id.clear(); }), HasSubstr("client id is empty"));
  EXPECT_THAT(complaint([](auto& o) { o.password = "p"; }), HasSubstr("without a user name"));
  EXPECT_THAT(complaint([](auto& o) { o.max_in_flight = 0; }), HasSubstr("window"));
  EXPECT_THAT(complaint([](auto& o) { o.will = Will{}; }), HasSubstr("will without a topic"));
  EXPECT_THAT(complaint([](auto& o) { o.tls.ca = "/x"; }), HasSubstr("use ssl://"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "ssl://h:1", o.tls.ca = "/no/such"; }), HasSubstr("'/no/such'"));
  EXPECT_THAT(complaint([](auto& o) { o.uri = "ssl://h:1", o.tls.cert = "/x"; }), HasSubstr("go together"));
  EXPECT_TRUE(probe.events().empty());
}

TEST(Client, RefusesATopicThatIsNoUtf8) {
  const Broker broker;
  MqttProbe probe;
  ASSERT_TRUE(probe.connect(broker.uri(), "a"));
  EXPECT_EQ(probe.client().publish("bad\xff", "", Qos::kAtMostOnce, false).status, Publish::kRefused);
  EXPECT_EQ(probe.client().in_flight(), 0U);
  EXPECT_TRUE(probe.client().publish("good", "", Qos::kAtMostOnce, false));
}

TEST(Client, UnconnectedOneAnswersCalmly) {
  MqttProbe probe;
  probe.client().drop();
  probe.client().disconnect();
  EXPECT_FALSE(probe.client().connected());
  EXPECT_EQ(probe.client().generation(), Generation{0});
  EXPECT_EQ(probe.client().publish("t", "", Qos::kAtMostOnce, false).status, Publish::kNotConnected);
}

}  // namespace
}  // namespace songhua::mqtt
