// songhua-line on the wire, by assertion id: what only the packets themselves can prove.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "sparkplug_b.pb.h"
#include "support/broker.h"
#include "support/mqtt_probe.h"
#include "support/process.h"
#include "tck/tck.h"
#include "wire/tap.h"

namespace songhua::conformance {
namespace {

using test::Process;
using testing::Contains;
using testing::Pair;
using Kind = Packet::Kind;
using Payload = org::eclipse::tahu::protobuf::Payload;

const std::string kNode = "spBv1.0/F1/", kState = "spBv1.0/STATE/songhua";

std::string topic(const std::string& type, const std::string& device = {}) {
  return kNode + type + "/c1" + (device.empty() ? "" : "/" + device);
}
auto published(const std::string& wanted) {
  return [wanted](const Packet& p) { return p.kind == Kind::publish && p.topic == wanted; };
}
std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// A life of a controller with two lines and a primary host: births, data, commands, a device lost and back, a cut
// connection, an end in order.
struct Life {
  explicit Life(const std::string& version) : mqtt(version) {
    const std::vector<std::string> arguments{"run",          "--broker",   tap.uri(),   "--site",         "F1",
                                             "--controller", "c1",         "--line",    "auto",           "--line",
                                             "rubber",       "--mqtt",     version,     "--profile",      "conformance",
                                             "--nvram",      file("nv"),   "--control", file("s"),        "--reconnect",
                                             "100ms..200ms", "--interval", "5s",        "--primary-host", "songhua"};
    EXPECT_TRUE(probe.connect(broker.uri(), "probe"));
    Process line(test::built_program("songhua-line"), arguments);
    EXPECT_TRUE(tap.saw([](const Packet& p) { return p.kind == Kind::subscribe; })) << line.err();
    host_online();
    EXPECT_TRUE(tap.saw(published(topic("DBIRTH", "rubber")))) << line.err();
    act(tap, {"send", "auto"}, topic("DDATA", "auto"));
    act(tap, {"send", "node"}, topic("NDATA"));
    act(tap, {"death", "rubber"}, topic("DDEATH", "rubber"));
    act(tap, {"birth", "rubber"}, topic("DBIRTH", "rubber"));
    ask_rebirth();
    auto mark = tap.packets().size();
    tap.cut();
    EXPECT_TRUE(tap.saw(published(topic("DBIRTH", "rubber")), mark)) << line.err();
    mark = tap.packets().size();
    line.terminate();
    EXPECT_EQ(line.wait(), 0) << line.err();
    EXPECT_TRUE(tap.saw([](const Packet& p) { return p.kind == Kind::disconnect; }, mark));
    EXPECT_TRUE(tap.saw([](const Packet& p) { return p.kind == Kind::closed; }, mark));
    packets = tap.packets();
  }

  std::string mqtt;
  std::vector<Packet> packets;
  std::size_t rebirth_from = 0;

 private:
  std::string file(const char* name) { return (directory / name).string(); }
  void host_online() {
    const auto json = nlohmann::json{{"online", true}, {"timestamp", now_ms()}}.dump();
    EXPECT_TRUE(probe.client().publish(kState, json, mqtt::Qos::kAtLeastOnce, true));
  }
  void act(const Tap& on, const std::vector<std::string>& words, const std::string& outcome) {
    const auto mark = on.packets().size();
    std::vector<std::string> all{"ctl", file("s")};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(test::run(test::built_program("songhua-line"), all).status, 0);
    EXPECT_TRUE(on.saw(published(outcome), mark)) << outcome;
  }
  void ask_rebirth() {
    Payload payload;
    payload.set_timestamp(static_cast<std::uint64_t>(now_ms()));
    auto* metric = payload.add_metrics();
    metric->set_name("Node Control/Rebirth");
    metric->set_datatype(11);
    metric->set_boolean_value(true);
    rebirth_from = tap.packets().size();
    EXPECT_TRUE(probe.client().publish(topic("NCMD"), payload.SerializeAsString(), mqtt::Qos::kAtMostOnce, false));
    EXPECT_TRUE(tap.saw(published(topic("DBIRTH", "rubber")), rebirth_from));
  }

  test::Broker broker;
  Tap tap{broker.port()};
  test::TempDir directory;
  test::MqttProbe probe;
};

const Life& v311() {
  static const Life life("3.1.1");
  return life;
}
const Life& v5() {
  static const Life life("5");
  return life;
}

// Calls see(packet) for each packet of a kind (and of a topic), in both lives; each must have `least` of them.
template <typename See>
void for_all(Kind kind, const std::string& wanted, std::size_t least, See&& see) {
  for (const auto* life : {&v311(), &v5()}) {
    std::size_t count = 0;
    for (const auto& packet : life->packets) {
      if (packet.kind != kind || (!wanted.empty() && packet.topic != wanted)) continue;
      see(packet);
      ++count;
    }
    EXPECT_GE(count, least) << wanted << " in MQTT " << life->mqtt;
  }
}
void expect_plain(const Packet& packet) {
  EXPECT_EQ(packet.qos, 0);
  EXPECT_FALSE(packet.retain);
}

TEST(EdgeWire, tck_id_principles_persistence_clean_session_311) {
  std::size_t connects = 0;
  for (const auto& p : v311().packets) {
    if (p.kind != Kind::connect) continue;
    EXPECT_EQ(p.version, 4);
    EXPECT_TRUE(p.clean);
    ++connects;
  }
  EXPECT_EQ(connects, 2U);
}

TEST(EdgeWire, tck_id_principles_persistence_clean_session_50) {
  std::size_t connects = 0;
  for (const auto& p : v5().packets) {
    if (p.kind != Kind::connect) continue;
    EXPECT_EQ(p.version, 5);
    EXPECT_TRUE(p.clean);
    EXPECT_EQ(p.session_expiry, 0U);
    ++connects;
  }
  EXPECT_EQ(connects, 2U);
}

TCK_TEST(EdgeWire, tck_id_message_flow_edge_node_birth_publish_will_message,
         tck_id_message_flow_edge_node_birth_publish_will_message_topic,
         tck_id_message_flow_edge_node_birth_publish_will_message_qos,
         tck_id_message_flow_edge_node_birth_publish_will_message_will_retained, tck_id_payloads_ndeath_will_message,
         tck_id_payloads_ndeath_will_message_qos, tck_id_payloads_ndeath_will_message_retain) {
  for_all(Kind::connect, "", 2, [](const Packet& p) {
    EXPECT_TRUE(p.has_will);
    EXPECT_EQ(p.topic, topic("NDEATH"));
    EXPECT_EQ(p.qos, 1);
    EXPECT_FALSE(p.retain);
    EXPECT_EQ(p.will_delay, 0U);
  });
}

TCK_TEST(EdgeWire, tck_id_topics_nbirth_mqtt, tck_id_payloads_nbirth_qos, tck_id_payloads_nbirth_retain,
         tck_id_message_flow_edge_node_birth_publish_nbirth_qos,
         tck_id_message_flow_edge_node_birth_publish_nbirth_retained) {
  for_all(Kind::publish, topic("NBIRTH"), 3, expect_plain);
}
TCK_TEST(EdgeWire, tck_id_topics_dbirth_mqtt, tck_id_payloads_dbirth_qos, tck_id_payloads_dbirth_retain,
         tck_id_message_flow_device_birth_publish_dbirth_qos,
         tck_id_message_flow_device_birth_publish_dbirth_retained) {
  for_all(Kind::publish, topic("DBIRTH", "auto"), 3, expect_plain);
  for_all(Kind::publish, topic("DBIRTH", "rubber"), 4, expect_plain);
}
TCK_TEST(EdgeWire, tck_id_topics_ndata_mqtt, tck_id_payloads_ndata_qos, tck_id_payloads_ndata_retain) {
  for_all(Kind::publish, topic("NDATA"), 1, expect_plain);
}
TCK_TEST(EdgeWire, tck_id_topics_ddata_mqtt, tck_id_payloads_ddata_qos, tck_id_payloads_ddata_retain) {
  for_all(Kind::publish, topic("DDATA", "auto"), 1, expect_plain);
}
TEST(EdgeWire, tck_id_topics_ddeath_mqtt) {
  for_all(Kind::publish, topic("DDEATH", "rubber"), 2, expect_plain);
  for_all(Kind::publish, topic("DDEATH", "auto"), 1, expect_plain);
}

// Everything is subscribed with QoS 1 on each connection before its first PUBLISH, and that is the NBIRTH.
TCK_TEST(EdgeWire, tck_id_principles_birth_certificates_order, tck_id_message_flow_edge_node_ncmd_subscribe,
         tck_id_message_flow_device_dcmd_subscribe, tck_id_message_flow_edge_node_birth_publish_connect,
         tck_id_operational_behavior_primary_application_state_with_multiple_servers_state_subs) {
  for (const auto* life : {&v311(), &v5()}) {
    for (std::size_t connection : {0U, 1U}) {
      std::vector<std::pair<std::string, int>> filters;
      std::string first;
      for (const auto& p : life->packets) {
        if (p.connection != connection || !first.empty()) continue;
        if (p.kind == Kind::subscribe) filters.insert(filters.end(), p.filters.begin(), p.filters.end());
        if (p.kind == Kind::publish) first = p.topic;
      }
      EXPECT_EQ(first, topic("NBIRTH"));
      EXPECT_THAT(filters, Contains(Pair(topic("NCMD"), 1)));
      EXPECT_THAT(filters, Contains(Pair(topic("DCMD", "#"), 1)));
      EXPECT_THAT(filters, Contains(Pair(kState, 1)));
    }
  }
}

TCK_TEST(EdgeWire, tck_id_topics_nbirth_bdseq_increment,
         tck_id_message_flow_edge_node_birth_publish_will_message_payload_bdSeq, tck_id_payloads_nbirth_bdseq_repeat) {
  for (const auto* life : {&v311(), &v5()}) {
    std::vector<std::uint64_t> wills;
    for (const auto& p : life->packets) {
      Payload payload;
      if (p.kind != Kind::connect && p.topic != topic("NBIRTH")) continue;
      ASSERT_TRUE(payload.ParseFromString(p.payload));
      ASSERT_GT(payload.metrics_size(), 0);
      ASSERT_EQ(payload.metrics(0).name(), "bdSeq");
      if (p.kind == Kind::connect) {
        wills.push_back(payload.metrics(0).long_value());
      } else {
        EXPECT_EQ(payload.metrics(0).long_value(), wills.back());
      }
    }
    EXPECT_EQ(wills, (std::vector<std::uint64_t>{0, 1}));
  }
}

// Stamped when the building begins and sent later, as the conformance kit wants it; never ahead of the clock.
TCK_TEST(EdgeWire, tck_id_topics_nbirth_timestamp, tck_id_topics_dbirth_timestamp, tck_id_topics_ndata_timestamp,
         tck_id_topics_ddata_timestamp, tck_id_payloads_timestamp_in_UTC) {
  for_all(Kind::publish, "", 12, [](const Packet& p) {
    if (p.topic == topic("NDEATH")) return;
    Payload payload;
    ASSERT_TRUE(payload.ParseFromString(p.payload));
    const auto stamp = static_cast<std::int64_t>(payload.timestamp());
    const bool birth = p.topic.find("BIRTH") != std::string::npos;
    EXPECT_LE(stamp, p.at - (birth ? 2 : 0)) << p.topic;
    EXPECT_GE(stamp, p.at - 30'000) << p.topic;
  });
}

TEST(EdgeWire, tck_id_operational_behavior_data_commands_rebirth_action_2) {
  for (const auto* life : {&v311(), &v5()}) {
    std::vector<std::string> topics;
    for (auto i = life->rebirth_from; i < life->packets.size() && topics.size() < 3; ++i) {
      const auto& p = life->packets[i];
      // A report that was under way when the command came may precede them.
      if (p.kind == Kind::publish && !(topics.empty() && p.topic.find("DATA") != std::string::npos))
        topics.push_back(p.topic);
    }
    EXPECT_EQ(topics, (std::vector<std::string>{topic("NBIRTH"), topic("DBIRTH", "auto"), topic("DBIRTH", "rubber")}));
  }
}

// The end in order: a DDEATH of each device, the NDEATH with QoS 1 and the will's bytes, then DISCONNECT.
void expect_farewell(const Life& life, int reason) {
  std::vector<Packet> last;
  std::string will;
  for (const auto& p : life.packets) {
    if (p.kind == Kind::connect) will = p.payload;
    if (p.connection == 1) last.push_back(p);
  }
  ASSERT_GE(last.size(), 5U);
  const auto end = last.size();
  EXPECT_EQ(last[end - 5].topic, topic("DDEATH", "auto"));
  EXPECT_EQ(last[end - 4].topic, topic("DDEATH", "rubber"));
  EXPECT_EQ(last[end - 3].topic, topic("NDEATH"));
  EXPECT_EQ(last[end - 3].qos, 1);
  EXPECT_FALSE(last[end - 3].retain);
  EXPECT_EQ(last[end - 3].payload, will);
  EXPECT_EQ(last[end - 2].kind, Kind::disconnect);
  EXPECT_EQ(last[end - 2].reason, reason);
  EXPECT_EQ(last[end - 1].kind, Kind::closed);
}
TCK_TEST(EdgeWire, tck_id_payloads_ndeath_will_message_publisher_disconnect_mqtt311,
         tck_id_operational_behavior_edge_node_intentional_disconnect_ndeath,
         tck_id_operational_behavior_edge_node_intentional_disconnect_packet, tck_id_operational_behavior_device_ddeath,
         tck_id_payloads_ndeath_bdseq) {
  expect_farewell(v311(), 0);
}
TEST(EdgeWire, tck_id_payloads_ndeath_will_message_publisher_disconnect_mqtt50) {
  expect_farewell(v5(), 4);
}

// One descriptor is one MQTT client id, so that a broker lets only one controller of that name be there.
TCK_TEST(EdgeWire, tck_id_intro_edge_node_id_uniqueness, tck_id_payloads_nbirth_edge_node_descriptor,
         tck_id_topic_structure_namespace_unique_edge_node_descriptor) {
  test::Broker broker;
  Tap tap(broker.port());
  const auto start = [&](const std::string& controller) {
    return std::make_unique<Process>(test::built_program("songhua-line"),
                                     std::vector<std::string>{"run", "--broker", tap.uri(), "--site", "F1",
                                                              "--controller", controller, "--line", "auto"});
  };
  const auto first = start("c1");
  ASSERT_TRUE(tap.saw(published(topic("DBIRTH", "auto"))));
  const auto other = start("c2");
  ASSERT_TRUE(tap.saw(published("spBv1.0/F1/DBIRTH/c2/auto")));
  const auto mark = tap.packets().size();
  const auto second = start("c1");
  ASSERT_TRUE(tap.saw([](const Packet& p) { return p.kind == Kind::closed && p.connection == 0; }, mark))
      << second->err();
  const auto packets = tap.packets();
  EXPECT_TRUE(
      std::ranges::none_of(packets, [](const Packet& p) { return p.kind == Kind::closed && p.connection == 1; }));
  std::map<std::string, std::set<std::string>> ids;
  for (const auto& p : packets) {
    if (p.kind == Kind::connect) ids[p.topic].insert(p.client_id);
  }
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_EQ(ids[topic("NDEATH")], std::set<std::string>{"songhua-line-F1-c1"});
  EXPECT_EQ(ids["spBv1.0/F1/NDEATH/c2"], std::set<std::string>{"songhua-line-F1-c2"});
}

test::Finished refused(const std::vector<std::string>& lines) {
  std::vector<std::string> words{"run", "--broker", "tcp://127.0.0.1:9", "--site", "F1", "--controller", "c1"};
  for (const auto& line : lines) words.insert(words.end(), {"--line", line});
  return test::run(test::built_program("songhua-line"), words);
}
TEST(EdgeWire, tck_id_topic_structure_namespace_unique_device_id) {
  const auto done = refused({"auto:L1", "rubber:L1"});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, testing::HasSubstr("two lines are named L1"));
}
TEST(EdgeWire, tck_id_case_sensitivity_sparkplug_ids) {
  const auto done = refused({"auto:L1", "rubber:l1"});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, testing::HasSubstr("differ by the case of letters only"));
}

}  // namespace
}  // namespace songhua::conformance
