// The gateway as a host on the wire, by assertion id: what only the packets themselves can prove.
#include "ingest/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "ingest/pipeline.h"
#include "sparkplug/sparkplug.h"
#include "storage/store.h"
#include "support/broker.h"
#include "support/mqtt_probe.h"
#include "tck/tck.h"
#include "wire/tap.h"

namespace songhua::conformance {
namespace {

using sparkplug::HostStatus;
using Kind = Packet::Kind;
using testing::Contains;
using testing::Pair;

const std::string kState = "spBv1.0/STATE/songhua", kNcmd = "spBv1.0/G/NCMD/E", kDcmd = "spBv1.0/G/DCMD/E/D";

// A host in a thread of its own, as in the program.
class RunningHost {
 public:
  RunningHost(std::vector<std::string> servers, mqtt::Version version, bool no_disconnect = false) {
    ingest::PipelineOptions pipeline_options;
    pipeline_options.session.reorder_timeout = Millis{300};
    pipeline_ = std::make_unique<ingest::Pipeline>(*store_, pipeline_options);
    ingest::HostOptions options;
    options.servers = std::move(servers);
    options.subscribe = {"spBv1.0/#"};
    options.connect.client_id = "songhua-gw1";
    options.connect.version = version;
    options.reconnect = {Millis{100}, Millis{300}};
    options.commit_interval = Millis{20};
    options.no_disconnect = no_disconnect;
    ingest::HostHooks hooks;
    hooks.turn = [this](UnixMillis now) { obey(now); };
    host_ = std::make_unique<ingest::Host>(*store_, *pipeline_, options, hooks);
    thread_ = std::thread([this] { host_->run(); });
  }
  ~RunningHost() { stop(); }
  void stop() {
    host_->stop();
    if (thread_.joinable()) thread_.join();
  }
  // What `songhua-gateway command` has sent, with names and types of the births.
  void write(const std::string& topic, const std::string& device, const std::string& metric, const std::string& value) {
    const std::lock_guard lock(mutex_);
    wish_ = {topic, device, metric, value};
    host_->wake();
  }
  void insist() {
    const std::lock_guard lock(mutex_);
    insist_ = true;
    host_->wake();
  }

 private:
  struct Wish {
    std::string topic, device, metric, value;
  };
  void obey(UnixMillis now) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(insist_, false)) static_cast<void>(host_->insist_rebirth("G/E", std::nullopt));
    if (!wish_) return;
    for (const auto& [key, session] : pipeline_->sessions()) {
      const auto* share = session.names() ? session.names()->device(wish_->device) : nullptr;
      const auto* def = share == nullptr ? nullptr : share->by_name(wish_->metric);
      if (def == nullptr) continue;
      sparkplug::Command command;
      command.name = def->name;
      command.alias = def->alias;
      command.datatype = def->datatype;
      command.value = wish_->value;
      const auto payload = sparkplug::encode_command(command, now);
      if (payload.ok()) static_cast<void>(host_->publish_command(key.first, wish_->topic, *payload));
      wish_.reset();
      return;
    }
  }

  std::unique_ptr<storage::Store> store_ = storage::Store::in_memory();
  std::unique_ptr<ingest::Pipeline> pipeline_;
  std::unique_ptr<ingest::Host> host_;
  std::mutex mutex_;
  std::optional<Wish> wish_;
  bool insist_ = false;
  std::thread thread_;
};

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

sparkplug::Payload payload_of(std::optional<std::uint64_t> seq) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(now_ms()));
  if (seq) payload.set_seq(*seq);
  return payload;
}
void add(sparkplug::Payload& payload, const std::string& name, std::uint32_t type, std::optional<std::uint64_t> alias) {
  auto& metric = *payload.add_metrics();
  metric.set_name(name);
  metric.set_timestamp(payload.timestamp());
  metric.set_datatype(type);
  if (alias) metric.set_alias(*alias);
  if (type == sparkplug::pb::Boolean) {
    metric.set_boolean_value(false);
  } else {
    metric.set_long_value(0);
  }
}

auto said(const std::string& topic) {
  return [topic](const Packet& p) { return p.kind == Kind::publish && p.topic == topic; };
}
auto state_said(bool online) {
  return [online](const Packet& p) {
    const auto status = sparkplug::parse_state(p.payload);
    return p.kind == Kind::publish && p.topic == kState && status.ok() && status->online == online;
  };
}

// A life of the host on two servers: births of a node, commands to it, a gap, a foreign word about itself, a lost
// connection, an end in order.
struct HostLife {
  explicit HostLife(mqtt::Version version) {
    RunningHost host({one.uri(), two.uri()}, version);
    EXPECT_TRUE(one.saw(state_said(true)) && two.saw(state_said(true)));
    EXPECT_TRUE(probe.connect(broker_one.uri(), "probe"));
    bear();
    host.write(kNcmd, "", "Node Control/Report Period", "5000");
    EXPECT_TRUE(one.saw(said(kNcmd)));
    host.write(kDcmd, "D", "Takt", "80");
    EXPECT_TRUE(one.saw(said(kDcmd)));
    auto mark = one.packets().size();
    host.insist();
    EXPECT_TRUE(one.saw(said(kNcmd), mark));
    bear();
    mark = one.packets().size();
    auto data = payload_of(7);  // 2 to 6 are missing
    data.add_metrics()->set_alias(9);
    data.mutable_metrics(0)->set_timestamp(data.timestamp());
    data.mutable_metrics(0)->set_long_value(1);
    send("spBv1.0/G/DDATA/E/D", data.SerializeAsString());
    EXPECT_TRUE(one.saw(said(kNcmd), mark));
    mark = one.packets().size();
    send(kState, sparkplug::format_state({false, unix_millis(now_ms())}));
    EXPECT_TRUE(one.saw(state_said(true), mark));
    mark = one.packets().size();
    one.cut();
    EXPECT_TRUE(one.saw(state_said(true), mark));
    const auto end_one = one.packets().size(), end_two = two.packets().size();
    host.stop();
    EXPECT_TRUE(one.saw(state_said(false), end_one) && two.saw(state_said(false), end_two));
    const auto closed = [](const Packet& p) { return p.kind == Kind::closed; };
    EXPECT_TRUE(one.saw(closed, end_one) && two.saw(closed, end_two));
    first = one.packets();
    second = two.packets();
  }

  std::vector<Packet> first, second;

 private:
  void send(const std::string& topic, const std::string& payload) {
    EXPECT_TRUE(probe.client().publish(topic, payload, mqtt::Qos::kAtLeastOnce, false));
  }
  void bear() {
    auto birth = payload_of(0);
    add(birth, "bdSeq", sparkplug::pb::Int64, {});
    add(birth, "Node Control/Rebirth", sparkplug::pb::Boolean, {});
    add(birth, "Node Control/Report Period", sparkplug::pb::Int64, {});
    send("spBv1.0/G/NBIRTH/E", birth.SerializeAsString());
    auto device = payload_of(1);
    add(device, "Takt", sparkplug::pb::Int64, 9);
    send("spBv1.0/G/DBIRTH/E/D", device.SerializeAsString());
  }

  test::Broker broker_one, broker_two;
  Tap one{broker_one.port()}, two{broker_two.port()};
  test::MqttProbe probe;
};

const HostLife& v311() {
  static const HostLife life(mqtt::Version::kV311);
  return life;
}
const HostLife& v5() {
  static const HostLife life(mqtt::Version::kV5);
  return life;
}
std::vector<const std::vector<Packet>*> servers() {
  return {&v311().first, &v311().second, &v5().first, &v5().second};
}

// The packets of each connection, in order.
std::vector<std::vector<Packet>> connections(const std::vector<Packet>& packets) {
  std::vector<std::vector<Packet>> out;
  for (const auto& p : packets) {
    if (p.connection >= out.size()) out.resize(p.connection + 1);
    out[p.connection].push_back(p);
  }
  return out;
}
template <typename See>
void for_connections(See&& see) {
  std::size_t count = 0;
  for (const auto* packets : servers()) {
    for (const auto& connection : connections(*packets)) {
      see(connection);
      ++count;
    }
  }
  EXPECT_GE(count, 6U);  // the first server's was cut once in each life
}
std::vector<Packet> of_topic(const std::vector<Packet>& packets, const std::string& topic) {
  std::vector<Packet> out;
  std::ranges::copy_if(packets, std::back_inserter(out), said(topic));
  return out;
}
HostStatus status_in(const Packet& packet) {
  const auto status = sparkplug::parse_state(packet.payload);
  EXPECT_TRUE(status.ok()) << packet.payload;
  return status.ok() ? *status : HostStatus{};
}

TEST(HostWire, tck_id_message_flow_phid_sparkplug_clean_session_311) {
  for (const auto* packets : {&v311().first, &v311().second}) {
    for (const auto& connection : connections(*packets)) {
      ASSERT_EQ(connection.front().kind, Kind::connect);
      EXPECT_EQ(connection.front().version, 4);
      EXPECT_TRUE(connection.front().clean);
    }
  }
}
TEST(HostWire, tck_id_message_flow_phid_sparkplug_clean_session_50) {
  for (const auto* packets : {&v5().first, &v5().second}) {
    for (const auto& connection : connections(*packets)) {
      ASSERT_EQ(connection.front().kind, Kind::connect);
      EXPECT_EQ(connection.front().version, 5);
      EXPECT_TRUE(connection.front().clean);
      EXPECT_EQ(connection.front().session_expiry, 0U);
    }
  }
}

TCK_TEST(HostWire, tck_id_payloads_state_will_message, tck_id_payloads_state_will_message_qos,
         tck_id_payloads_state_will_message_retain, tck_id_payloads_state_will_message_payload,
         tck_id_operational_behavior_host_application_connect_will,
         tck_id_operational_behavior_host_application_connect_will_topic,
         tck_id_operational_behavior_host_application_connect_will_payload,
         tck_id_operational_behavior_host_application_connect_will_qos,
         tck_id_operational_behavior_host_application_connect_will_retained, tck_id_host_topic_phid_death_required,
         tck_id_host_topic_phid_death_topic, tck_id_host_topic_phid_death_payload_timestamp_connect) {
  for_connections([](const std::vector<Packet>& connection) {
    const auto& connect = connection.front();
    EXPECT_TRUE(connect.has_will);
    EXPECT_EQ(connect.topic, kState);
    EXPECT_EQ(connect.qos, 1);
    EXPECT_TRUE(connect.retain);
    EXPECT_EQ(connect.will_delay, 0U);
    const auto will = status_in(connect);
    EXPECT_FALSE(will.online);
    EXPECT_LE(count_of(will.timestamp), connect.at);
    EXPECT_GE(count_of(will.timestamp), connect.at - 10'000);
  });
}

TCK_TEST(HostWire, tck_id_host_topic_phid_birth_sub_required, tck_id_payloads_state_subscribe,
         tck_id_message_flow_phid_sparkplug_subscription, tck_id_principles_birth_certificates_order,
         tck_id_host_topic_phid_birth_message, tck_id_host_topic_phid_birth_required,
         tck_id_message_flow_phid_sparkplug_state_publish, tck_id_operational_behavior_host_application_connect_birth) {
  for_connections([](const std::vector<Packet>& connection) {
    ASSERT_GE(connection.size(), 3U);
    ASSERT_EQ(connection[1].kind, Kind::subscribe);
    EXPECT_THAT(connection[1].filters, Contains(Pair(kState, 1)));
    EXPECT_THAT(connection[1].filters, Contains(Pair("spBv1.0/#", 1)));
    EXPECT_TRUE(state_said(true)(connection[2])) << "the very next packet is the birth";
    const auto subscribes = std::ranges::count(connection, Kind::subscribe, &Packet::kind);
    EXPECT_EQ(subscribes, 1);
  });
}

TCK_TEST(HostWire, tck_id_host_topic_phid_birth_qos, tck_id_host_topic_phid_birth_retain,
         tck_id_host_topic_phid_birth_topic, tck_id_host_topic_phid_birth_payload_timestamp,
         tck_id_operational_behavior_host_application_connect_birth_topic,
         tck_id_operational_behavior_host_application_connect_birth_payload,
         tck_id_operational_behavior_host_application_connect_birth_qos,
         tck_id_operational_behavior_host_application_connect_birth_retained, tck_id_payloads_state_birth,
         tck_id_payloads_state_birth_payload) {
  for_connections([](const std::vector<Packet>& connection) {
    const auto& birth = connection[2];
    EXPECT_EQ(birth.topic, kState);
    EXPECT_EQ(birth.qos, 1);
    EXPECT_TRUE(birth.retain);
    EXPECT_EQ(status_in(birth).timestamp, status_in(connection.front()).timestamp);
  });
}

TCK_TEST(HostWire, tck_id_host_topic_phid_death_qos, tck_id_host_topic_phid_death_retain,
         tck_id_host_topic_phid_death_payload_timestamp_disconnect_clean,
         tck_id_operational_behavior_host_application_termination,
         tck_id_operational_behavior_host_application_death_topic,
         tck_id_operational_behavior_host_application_death_payload,
         tck_id_operational_behavior_host_application_death_qos,
         tck_id_operational_behavior_host_application_death_retained,
         tck_id_operational_behavior_host_application_disconnect_intentional) {
  for (const auto* packets : servers()) {
    const auto last = connections(*packets).back();
    ASSERT_GE(last.size(), 5U);
    const auto& death = last[last.size() - 3];
    EXPECT_TRUE(state_said(false)(death));
    EXPECT_EQ(death.qos, 1);
    EXPECT_TRUE(death.retain);
    EXPECT_GE(count_of(status_in(death).timestamp), death.at - 2'000);
    EXPECT_LE(count_of(status_in(death).timestamp), death.at);
    EXPECT_GT(status_in(death).timestamp, status_in(last.front()).timestamp);
    EXPECT_EQ(last[last.size() - 2].kind, Kind::disconnect);
    EXPECT_EQ(last[last.size() - 2].reason, 0);  // the will is taken back: the death is out
  }
}

// The other way to leave (`run --no-disconnect`): the same death, then the socket is closed.
TEST(HostWire, tck_id_host_topic_phid_death_payload_timestamp_disconnect_with_no_disconnect_packet) {
  test::Broker broker;
  Tap tap(broker.port());
  {
    RunningHost host({tap.uri()}, mqtt::Version::kV311, true);
    ASSERT_TRUE(tap.saw(state_said(true)));
  }
  ASSERT_TRUE(tap.saw([](const Packet& p) { return p.kind == Kind::closed; }));
  const auto packets = tap.packets();
  ASSERT_GE(packets.size(), 5U);
  const auto& death = packets[packets.size() - 2];
  EXPECT_TRUE(state_said(false)(death));
  EXPECT_EQ(death.qos, 1);
  EXPECT_TRUE(death.retain);
  EXPECT_GT(status_in(death).timestamp, status_in(packets.front()).timestamp);
  EXPECT_LE(count_of(status_in(death).timestamp), death.at);
  EXPECT_TRUE(std::ranges::none_of(packets, [](const Packet& p) { return p.kind == Kind::disconnect; }));
}

// At any time the newest STATE of each server says what is true: online after each birth, offline by will or death.
TCK_TEST(HostWire, tck_id_intro_sparkplug_host_state, tck_id_components_ph_state, tck_id_conformance_primary_host,
         tck_id_operational_behavior_primary_application_state_with_multiple_servers_state,
         tck_id_operational_behavior_primary_application_state_with_multiple_servers_state_subs) {
  for_connections([](const std::vector<Packet>& connection) {
    EXPECT_FALSE(status_in(connection.front()).online);
    const auto states = of_topic(connection, kState);
    ASSERT_FALSE(states.empty());
    EXPECT_TRUE(status_in(states.front()).online);
    for (const auto& state : states) EXPECT_GE(status_in(state).timestamp, status_in(connection.front()).timestamp);
  });
  for (const auto* packets : servers()) {
    const auto states = of_topic(*packets, kState);
    EXPECT_FALSE(status_in(states.back()).online);
  }
}

TEST(HostWire, tck_id_operational_behavior_host_application_multi_server_timestamp) {
  for (const auto* life : {&v311(), &v5()}) {
    EXPECT_EQ(connections(life->first).size(), 2U);  // cut and made again
    EXPECT_EQ(connections(life->second).size(), 1U);
    const auto states = of_topic(life->second, kState);
    EXPECT_EQ(states.size(), 2U) << "one birth and one death, whatever happened on the other server";
  }
}

TEST(HostWire, tck_id_message_flow_hid_sparkplug_state_message_delivered) {
  for (const auto* life : {&v311(), &v5()}) {
    const auto states = of_topic(connections(life->first)[0], kState);
    ASSERT_EQ(states.size(), 2U);  // the birth, and the answer
    EXPECT_EQ(states[0].payload, states[1].payload);
    EXPECT_EQ(states[1].qos, 1);
    EXPECT_TRUE(states[1].retain);
  }
}

// --- commands

void expect_commands(const std::string& topic, std::size_t least) {
  for (const auto* life : {&v311(), &v5()}) {
    const auto commands = of_topic(life->first, topic);
    EXPECT_GE(commands.size(), least);
    for (const auto& command : commands) {
      EXPECT_EQ(command.qos, 0);
      EXPECT_FALSE(command.retain);
      sparkplug::Payload payload;
      ASSERT_TRUE(payload.ParseFromString(command.payload));
      EXPECT_FALSE(payload.has_seq());
      EXPECT_LE(static_cast<std::int64_t>(payload.timestamp()), command.at);
      EXPECT_GE(static_cast<std::int64_t>(payload.timestamp()), command.at - 5'000);
      EXPECT_EQ(payload.metrics_size(), 1);
    }
    EXPECT_TRUE(of_topic(life->second, topic).empty()) << "only the server on which the node was heard";
  }
}
TCK_TEST(HostWire, tck_id_topics_ncmd_mqtt, tck_id_payloads_ncmd_qos, tck_id_payloads_ncmd_retain,
         tck_id_topics_ncmd_timestamp, tck_id_payloads_ncmd_seq, tck_id_topics_ncmd_topic) {
  expect_commands(kNcmd, 3);
}
TCK_TEST(HostWire, tck_id_topics_dcmd_mqtt, tck_id_payloads_dcmd_qos, tck_id_payloads_dcmd_retain,
         tck_id_topics_dcmd_timestamp, tck_id_payloads_dcmd_seq, tck_id_topics_dcmd_topic,
         tck_id_operational_behavior_data_commands_dcmd_verb) {
  expect_commands(kDcmd, 1);
}
TCK_TEST(HostWire, tck_id_operational_behavior_data_commands_ncmd_rebirth_verb,
         tck_id_operational_behavior_data_commands_ncmd_verb, tck_id_operational_behavior_host_reordering_rebirth) {
  for (const auto* life : {&v311(), &v5()}) {
    std::vector<std::string> names;
    for (const auto& command : of_topic(life->first, kNcmd)) {
      sparkplug::Payload payload;
      ASSERT_TRUE(payload.ParseFromString(command.payload));
      names.push_back(payload.metrics(0).name());
      if (names.back() == "Node Control/Rebirth") {
        EXPECT_TRUE(payload.metrics(0).boolean_value());
      }
    }
    ASSERT_GE(names.size(), 3U);
    EXPECT_EQ(names[0], "Node Control/Report Period");
    EXPECT_EQ(names[1], "Node Control/Rebirth");  // an operator's
    EXPECT_EQ(names[2], "Node Control/Rebirth");  // the reorder timer's
  }
}
// A metric with an alias is written by it alone; names and types are those of the births.
TCK_TEST(HostWire, tck_id_operational_behavior_data_commands_dcmd_metric_name,
         tck_id_operational_behavior_data_commands_dcmd_metric_value, tck_id_payloads_alias_data_cmd_requirement) {
  for (const auto* life : {&v311(), &v5()}) {
    const auto commands = of_topic(life->first, kDcmd);
    ASSERT_FALSE(commands.empty());
    sparkplug::Payload payload;
    ASSERT_TRUE(payload.ParseFromString(commands.front().payload));
    EXPECT_EQ(payload.metrics(0).alias(), 9U);
    EXPECT_FALSE(payload.metrics(0).has_name());
    EXPECT_EQ(payload.metrics(0).datatype(), static_cast<std::uint32_t>(sparkplug::pb::Int64));
    EXPECT_EQ(payload.metrics(0).long_value(), 80U);
  }
}
TCK_TEST(HostWire, tck_id_operational_behavior_data_commands_ncmd_metric_name,
         tck_id_operational_behavior_data_commands_ncmd_metric_value) {
  for (const auto* life : {&v311(), &v5()}) {
    const auto commands = of_topic(life->first, kNcmd);
    ASSERT_FALSE(commands.empty());
    sparkplug::Payload payload;
    ASSERT_TRUE(payload.ParseFromString(commands.front().payload));
    EXPECT_EQ(payload.metrics(0).name(), "Node Control/Report Period");
    EXPECT_EQ(payload.metrics(0).datatype(), static_cast<std::uint32_t>(sparkplug::pb::Int64));
    EXPECT_EQ(payload.metrics(0).long_value(), 5'000U);
  }
}

}  // namespace
}  // namespace songhua::conformance
