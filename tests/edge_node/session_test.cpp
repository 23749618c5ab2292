// The edge node's side of Sparkplug, by assertion id (sparkplug.md 5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "bench.h"
#include "tck/tck.h"

namespace songhua::edge_node {
namespace {

using test::kT;
using test::Rig;
using test::Sent;
using test::with_host;
using testing::ElementsAre;

// A copy: the messages of a bench are looked at as temporaries. An empty metric where there is none.
test::Payload::Metric metric_named(const test::Payload& payload, const std::string& name) {
  for (const auto& metric : payload.metrics()) {
    if (metric.name() == name) return metric;
  }
  ADD_FAILURE() << "no metric " << name;
  return {};
}

// --- CONNECT and will

TCK_TEST(Session, tck_id_message_flow_edge_node_birth_publish_will_message,
         tck_id_message_flow_edge_node_birth_publish_will_message_topic,
         tck_id_message_flow_edge_node_birth_publish_will_message_qos,
         tck_id_message_flow_edge_node_birth_publish_will_message_payload, tck_id_topics_ndeath_topic,
         tck_id_payloads_ndeath_will_message, tck_id_payloads_ndeath_will_message_qos) {
  Rig rig;
  rig.node->start(rig.clock());
  const auto connect = rig.bench.last("connect");
  EXPECT_EQ(connect.topic, "spBv1.0/G/NDEATH/E");
  EXPECT_EQ(connect.qos, 1);
  test::Payload will;
  ASSERT_TRUE(will.ParseFromString(connect.bytes));
  EXPECT_EQ(will.metrics_size(), 1);
}

TCK_TEST(Session, tck_id_topics_ndeath_payload, tck_id_topics_ndeath_seq, tck_id_payloads_ndeath_seq) {
  Rig rig;
  rig.node->start(rig.clock());
  const auto will = rig.bench.last("connect").payload;
  ASSERT_EQ(will.metrics_size(), 1);
  EXPECT_EQ(will.metrics(0).name(), "bdSeq");
  EXPECT_EQ(will.metrics(0).datatype(), 4U);
  EXPECT_TRUE(will.metrics(0).has_long_value());
  EXPECT_FALSE(will.has_timestamp());
  EXPECT_FALSE(will.has_seq());
}

TCK_TEST(Session, tck_id_topics_nbirth_bdseq_increment,
         tck_id_message_flow_edge_node_birth_publish_will_message_payload_bdSeq) {
  Rig rig;
  rig.node->start(rig.clock());
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(rig.bench.last("connect").payload.metrics(0).long_value(), static_cast<unsigned>(i % 256));
    EXPECT_EQ(rig.bench.last("keep").server, static_cast<std::size_t>((i + 1) % 256));
    rig.node->on_connected(rig.clock());
    rig.node->on_lost(rig.clock());
    rig.pass(60'000);
  }
}

TEST(Session, BdSeqIsDurableBeforeItIsUsed) {
  Rig rig;
  rig.node->start(rig.clock());
  ASSERT_GE(rig.bench.all.size(), 2U);
  EXPECT_EQ(rig.bench.all[0].what, "keep");
  EXPECT_EQ(rig.bench.all[1].what, "connect");
}

TEST(Session, ABdSeqThatNeverLeftIsUsedAgain) {
  Rig rig;
  rig.node->start(rig.clock());
  rig.node->on_connect_failed(rig.clock(), false);
  rig.pass(60'000);
  EXPECT_EQ(rig.bench.last("connect").payload.metrics(0).long_value(), 0U);
  rig.node->on_connect_failed(rig.clock(), true);
  rig.pass(60'000);
  EXPECT_EQ(rig.bench.last("connect").payload.metrics(0).long_value(), 1U);
}

// --- subscriptions and births

TCK_TEST(Session, tck_id_message_flow_edge_node_ncmd_subscribe, tck_id_message_flow_device_dcmd_subscribe,
         tck_id_message_flow_edge_node_birth_publish_connect) {
  Rig rig(with_host());
  rig.node->start(rig.clock());
  rig.node->on_connected(rig.clock());
  EXPECT_THAT(rig.bench.last("subscribe").filters,
              ElementsAre("spBv1.0/G/NCMD/E", "spBv1.0/G/DCMD/E/#", "spBv1.0/STATE/H"));
  EXPECT_TRUE(rig.bench.published().empty());
}

TCK_TEST(Session, tck_id_payloads_dbirth_order, tck_id_payloads_ndata_order, tck_id_payloads_ddata_order,
         tck_id_message_flow_device_birth_publish_nbirth_wait, tck_id_principles_birth_certificates_order) {
  Rig rig(with_host());
  // Values change, and are sampled, at each step of the way to the births.
  const auto work = [&] {
    rig.a.good += 1;
    rig.own.period += 1;
    rig.pass(1'000);
    rig.sample(true);
    EXPECT_TRUE(rig.bench.published().empty()) << name(rig.node->session());
  };
  work();
  rig.node->start(rig.clock());
  work();
  rig.node->on_connected(rig.clock());
  work();
  rig.node->on_subscribed(rig.clock());
  work();
  rig.host(true, 1);
  rig.a.good += 1;
  rig.own.period += 1;
  rig.pass(1'000);
  rig.sample();
  auto types = rig.bench.types();
  ASSERT_GE(types.size(), 5U);
  const std::vector<std::string> births(types.begin(), types.begin() + 3);
  EXPECT_THAT(births, ElementsAre("NBIRTH", "DBIRTH", "DBIRTH"));
  EXPECT_THAT(types, testing::Contains("NDATA"));
  EXPECT_THAT(types, testing::Contains("DDATA"));
}

TCK_TEST(Session, tck_id_topics_nbirth_topic, tck_id_message_flow_edge_node_birth_publish_nbirth_topic,
         tck_id_topics_dbirth_topic, tck_id_message_flow_device_birth_publish_dbirth_topic,
         tck_id_message_flow_device_birth_publish_dbirth_match_edge_node_topic,
         tck_id_message_flow_edge_node_birth_publish_nbirth_payload,
         tck_id_message_flow_device_birth_publish_dbirth_payload) {
  Rig rig;
  rig.to_subscribed();
  std::vector<std::string> topics;
  for (const auto& sent : rig.bench.published()) {
    topics.push_back(sent.topic);
    test::Payload payload;
    EXPECT_TRUE(payload.ParseFromString(sent.bytes)) << sent.topic;
    EXPECT_GT(payload.metrics_size(), 0);
    EXPECT_TRUE(payload.unknown_fields().empty());
  }
  EXPECT_THAT(topics, ElementsAre("spBv1.0/G/NBIRTH/E", "spBv1.0/G/DBIRTH/E/A", "spBv1.0/G/DBIRTH/E/B"));
}

TCK_TEST(Session, tck_id_topics_nbirth_metrics, tck_id_topics_dbirth_metrics, tck_id_topics_nbirth_timestamp,
         tck_id_payloads_nbirth_timestamp, tck_id_topics_dbirth_timestamp, tck_id_payloads_dbirth_timestamp,
         tck_id_payloads_name_birth_data_requirement, tck_id_payloads_metric_datatype_req,
         tck_id_payloads_alias_uniqueness, tck_id_payloads_alias_birth_requirement,
         tck_id_operational_behavior_data_publish_nbirth_values,
         tck_id_operational_behavior_data_publish_dbirth_values) {
  Rig rig;
  rig.a.good = 41;
  rig.own.period = 2'000;
  rig.to_subscribed();
  const auto rebirth_from = rig.bench.all.size();
  rig.a.good = 42;
  rig.b.temperature = 21.5;
  rig.own.period = 3'000;
  rig.pass(5'000);
  rig.ask_rebirth();
  const auto check = [](const std::vector<Sent>& births, std::int64_t time) {
    EXPECT_EQ(births.size(), 3U);
    std::set<std::uint64_t> aliases;
    for (const auto& birth : births) {
      EXPECT_EQ(birth.qos, 0);
      EXPECT_TRUE(birth.birth);
      EXPECT_EQ(birth.payload.timestamp(), static_cast<std::uint64_t>(time));
      for (const auto& metric : birth.payload.metrics()) {
        EXPECT_TRUE(metric.has_name());
        EXPECT_TRUE(metric.has_datatype()) << metric.name();
        EXPECT_TRUE(metric.has_timestamp()) << metric.name();
        EXPECT_FALSE(metric.is_null()) << metric.name();
        EXPECT_NE(metric.value_case(), test::Payload::Metric::VALUE_NOT_SET) << metric.name();
        if (metric.has_alias()) {
          EXPECT_TRUE(aliases.insert(metric.alias()).second);
        }
      }
    }
    EXPECT_EQ(aliases.size(), 11U);
  };
  auto births = rig.bench.published();
  births.resize(3);
  check(births, kT);
  EXPECT_EQ(metric_named(births[0].payload, "Node Control/Report Period").long_value(), 2'000U);
  EXPECT_EQ(metric_named(births[1].payload, "Output/p/CN/Good").long_value(), 41U);
  births = rig.bench.published(rebirth_from);
  check(births, kT + 5'000);  // of their own time, with the values of then
  EXPECT_EQ(metric_named(births[0].payload, "Node Control/Report Period").long_value(), 3'000U);
  EXPECT_EQ(metric_named(births[1].payload, "Output/p/CN/Good").long_value(), 42U);
  EXPECT_EQ(metric_named(births[2].payload, "Process/Temperature").double_value(), 21.5);
}

TCK_TEST(Session, tck_id_operational_behavior_data_commands_rebirth_name,
         tck_id_operational_behavior_data_commands_rebirth_name_aliases,
         tck_id_operational_behavior_data_commands_rebirth_datatype,
         tck_id_operational_behavior_data_commands_rebirth_value, tck_id_topics_nbirth_rebirth_metric,
         tck_id_payloads_nbirth_rebirth_req) {
  Rig rig;
  rig.to_subscribed();
  const auto rebirth = metric_named(rig.bench.published()[0].payload, "Node Control/Rebirth");
  EXPECT_FALSE(rebirth.has_alias());
  EXPECT_EQ(rebirth.datatype(), 11U);
  EXPECT_TRUE(rebirth.has_boolean_value());
  EXPECT_FALSE(rebirth.boolean_value());
}

TCK_TEST(Session, tck_id_topics_nbirth_bdseq_included, tck_id_topics_nbirth_bdseq_matching,
         tck_id_payloads_nbirth_bdseq, tck_id_payloads_nbirth_bdseq_repeat,
         tck_id_message_flow_edge_node_birth_publish_nbirth_payload_bdSeq, tck_id_payloads_ndeath_bdseq) {
  Config config;
  config.next_bd_seq = 41;
  Rig rig(config);
  rig.to_subscribed();
  rig.ask_rebirth();
  rig.node->stop(rig.clock());
  EXPECT_EQ(rig.bench.last("connect").payload.metrics(0).long_value(), 41U);
  int births = 0;
  for (const auto& sent : rig.bench.published()) {
    if (sent.type() == "NBIRTH") {
      EXPECT_EQ(metric_named(sent.payload, "bdSeq").datatype(), 4U);
    }
    if (sent.type() == "NBIRTH" || sent.type() == "NDEATH") {
      EXPECT_EQ(metric_named(sent.payload, "bdSeq").long_value(), 41U) << sent.type();
      ++births;
    }
  }
  EXPECT_EQ(births, 3);
}

TCK_TEST(Session, tck_id_payloads_sequence_num_incrementing, tck_id_payloads_sequence_num_always_included,
         tck_id_payloads_sequence_num_req_nbirth, tck_id_topics_nbirth_seq_num, tck_id_payloads_nbirth_seq,
         tck_id_message_flow_edge_node_birth_publish_nbirth_payload_seq, tck_id_topics_dbirth_seq,
         tck_id_payloads_dbirth_seq, tck_id_payloads_dbirth_seq_inc,
         tck_id_message_flow_device_birth_publish_dbirth_payload_seq, tck_id_topics_ndata_seq_num,
         tck_id_payloads_ndata_seq, tck_id_payloads_ndata_seq_inc, tck_id_topics_ddata_seq_num,
         tck_id_payloads_ddata_seq, tck_id_payloads_ddata_seq_inc, tck_id_topics_ddeath_seq_num,
         tck_id_payloads_ddeath_seq, tck_id_payloads_ddeath_seq_inc, tck_id_payloads_ddeath_seq_number) {
  Rig rig;
  rig.to_subscribed();
  for (int i = 0; i < 600; ++i) {
    rig.a.good += 1;
    rig.own.period += i % 3;
    rig.pass(1'000);
    rig.sample();
    if (i % 50 == 25) {
      EXPECT_TRUE(rig.node->device_death(rig.clock(), "B"));
    }
    if (i % 50 == 30) {
      EXPECT_TRUE(rig.node->device_birth(rig.clock(), "B"));
    }
    if (i == 400) rig.ask_rebirth();
  }
  std::uint64_t expected = 0;
  std::map<std::string, int> types;
  for (const auto& sent : rig.bench.published()) {
    if (sent.type() == "NBIRTH") expected = 0;
    ASSERT_TRUE(sent.payload.has_seq());  // written even when 0
    ASSERT_EQ(sent.payload.seq(), expected) << sent.type();
    expected = (expected + 1) % 256;
    types[sent.type()] += 1;
  }
  EXPECT_EQ(types["NBIRTH"], 2);
  for (const auto* type : {"NDATA", "DDATA", "DBIRTH", "DDEATH"}) EXPECT_GE(types[type], 12) << type;
  EXPECT_GT(rig.bench.published().size(), 1'000U);  // so 255 was passed in each kind of company
}

// --- data

TCK_TEST(Session, tck_id_topics_ddata_payload, tck_id_topics_ddata_topic, tck_id_topics_ddata_timestamp,
         tck_id_payloads_ddata_timestamp, tck_id_payloads_alias_data_cmd_requirement,
         tck_id_payloads_metric_datatype_not_req) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  rig.a.good = 5;
  rig.pass(1'000);
  rig.sample();
  const auto data = rig.bench.published(mark);
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(data[0].topic, "spBv1.0/G/DDATA/E/A");
  EXPECT_EQ(data[0].payload.timestamp(), static_cast<std::uint64_t>(rig.line));
  ASSERT_EQ(data[0].payload.metrics_size(), 2);  // the counter and the epoch that it belongs to
  for (const auto& metric : data[0].payload.metrics()) {
    EXPECT_FALSE(metric.has_name());
    EXPECT_TRUE(metric.has_alias());
    EXPECT_FALSE(metric.has_datatype());
    EXPECT_EQ(metric.timestamp(), static_cast<std::uint64_t>(rig.line));
  }
  EXPECT_EQ(data[0].payload.metrics(0).long_value(), 7U);
  EXPECT_EQ(data[0].payload.metrics(1).long_value(), 5U);
}

TCK_TEST(Session, tck_id_principles_rbe_recommended, tck_id_operational_behavior_data_publish_nbirth_change,
         tck_id_operational_behavior_data_publish_dbirth_change) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  for (int i = 0; i < 5; ++i) {
    rig.pass(1'000);
    rig.sample();
  }
  EXPECT_TRUE(rig.bench.published(mark).empty());
}

TCK_TEST(Session, tck_id_topics_ndata_payload, tck_id_topics_ndata_topic, tck_id_topics_ndata_timestamp,
         tck_id_payloads_ndata_timestamp) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  rig.own.period = 5'000;
  rig.pass(1'000);
  rig.sample();
  const auto data = rig.bench.published(mark);
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(data[0].topic, "spBv1.0/G/NDATA/E");
  EXPECT_EQ(data[0].payload.timestamp(), static_cast<std::uint64_t>(rig.line));
  ASSERT_EQ(data[0].payload.metrics_size(), 1);
  EXPECT_FALSE(data[0].payload.metrics(0).has_datatype());
  EXPECT_EQ(data[0].payload.metrics(0).timestamp(), static_cast<std::uint64_t>(rig.line));
  EXPECT_EQ(data[0].payload.metrics(0).long_value(), 5'000U);
}

// Within one payload the live metrics never go back in time, across metrics too.
TCK_TEST(Session, tck_id_operational_behavior_data_publish_nbirth_order,
         tck_id_operational_behavior_data_publish_dbirth_order) {
  Rig rig(with_host());
  for (int i = 0; i < 40; ++i) {
    rig.a.good += 3;
    rig.own.period += 1;
    rig.pass(20'000);
    rig.sample();
    if (i == 10) {
      rig.to_subscribed();
      rig.host(true, 1);
    }
  }
  std::size_t live = 0, history = 0;
  for (const auto& sent : rig.bench.published()) {
    std::uint64_t last = 0;
    for (const auto& metric : sent.payload.metrics()) {
      if (metric.is_historical()) {
        ++history;
        continue;
      }
      EXPECT_GE(metric.timestamp(), last) << sent.type();
      last = metric.timestamp();
      ++live;
    }
  }
  EXPECT_GT(live, 80U);
  EXPECT_GT(history, 3U);
}

TEST(Session, EveryTotalizerIsSentOnceAMinute) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  rig.pass(60'000 - rig.line % 60'000);
  rig.sample();
  const auto data = rig.bench.published(mark);
  ASSERT_EQ(data.size(), 2U);
  for (const auto& sent : data) EXPECT_EQ(sent.payload.metrics_size(), 2);
}

TEST(Session, DataWithoutTotalizersNeedsNoEpoch) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  rig.a.temperature = 21;
  rig.pass(1'000);
  rig.sample();
  ASSERT_EQ(rig.bench.published(mark).size(), 1U);
  EXPECT_EQ(rig.bench.published(mark)[0].payload.metrics_size(), 1);
}

// --- commands

TCK_TEST(Session, tck_id_operational_behavior_data_commands_rebirth_action_2,
         tck_id_operational_behavior_data_commands_rebirth_action_3) {
  Rig rig;
  rig.to_subscribed();
  rig.pass(5'000);
  rig.a.good = 3;
  const auto mark = rig.bench.all.size();
  rig.ask_rebirth();
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH"));
  EXPECT_EQ(rig.bench.published(mark)[0].payload.seq(), 0U);
  EXPECT_EQ(metric_named(rig.bench.published(mark)[0].payload, "bdSeq").long_value(), 0U);
  EXPECT_EQ(metric_named(rig.bench.published(mark)[1].payload, "Output/p/CN/Good").long_value(), 3U);
  EXPECT_EQ(rig.bench.count("connect"), 1U);
}

// A request that comes too soon waits; until its births are out no data leaves, whatever changes.
TEST(Session, tck_id_operational_behavior_data_commands_rebirth_action_1) {
  Rig rig;
  rig.to_subscribed();
  rig.ask_rebirth();
  rig.ask_rebirth();
  const auto mark = rig.bench.all.size();
  for (int i = 0; i < 9; ++i) {
    rig.a.good += 1;
    rig.pass(100);
    rig.sample();
  }
  EXPECT_THAT(rig.bench.types(mark), testing::IsEmpty());
  rig.pass(200);
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH"));
  EXPECT_EQ(metric_named(rig.bench.published(mark)[1].payload, "Output/p/CN/Good").long_value(), 9U);
}

TEST(Session, ARebirthStormIsBridled) {
  Rig rig;
  rig.to_subscribed();
  for (int i = 0; i < 50; ++i) {
    rig.ask_rebirth();
    rig.a.good += 1;
    rig.pass(10);
    rig.sample();  // and no data between a request and its births
  }
  EXPECT_EQ(rig.node->counters().births, 2U);
  rig.pass(1'000);
  EXPECT_EQ(rig.node->counters().births, 3U);
}

TEST(Session, AWriteIsReportedByData) {
  Rig rig;
  rig.to_subscribed();
  rig.command("spBv1.0/G/DCMD/E/B", "Device Control/Takt Percent", [](auto& m) { m.set_int_value(80); });
  EXPECT_EQ(rig.b.takt, 80);
  const auto mark = rig.bench.all.size();
  rig.pass(1'000);
  rig.sample();
  ASSERT_EQ(rig.bench.published(mark).size(), 1U);
  EXPECT_EQ(rig.bench.published(mark)[0].payload.metrics(0).int_value(), 80U);
}

TEST(Session, AWriteByAliasReachesItsDeviceOnly) {
  Rig rig;
  rig.to_subscribed();
  const auto alias = metric_named(rig.bench.published()[1].payload, "Device Control/Takt Percent").alias();
  const auto write = [alias](auto& m) {
    m.clear_name();
    m.set_alias(alias);
    m.set_long_value(70);
  };
  rig.command("spBv1.0/G/DCMD/E/B", "", write);
  EXPECT_EQ(rig.b.takt, 100);
  rig.command("spBv1.0/G/DCMD/E/A", "", write);
  EXPECT_EQ(rig.a.takt, 70);
}

TEST(Session, ImproperCommandsChangeNothing) {
  Rig rig;
  rig.to_subscribed();
  const std::string dcmd = "spBv1.0/G/DCMD/E/A", takt = "Device Control/Takt Percent";
  rig.command(dcmd, takt, [](auto& m) { m.set_is_null(true); });
  rig.command(dcmd, takt, [](auto& m) { m.set_string_value("80"); });
  rig.command(dcmd, takt, [](auto& m) { m.set_long_value(1'000'000'000'000); });
  rig.command(dcmd, takt, [](auto& m) { m.set_int_value(999); });
  rig.command(dcmd, "Output/p/CN/Good", [](auto& m) { m.set_long_value(9); });
  EXPECT_EQ(rig.node->counters().refused_writes, 5U);
  rig.command(dcmd, "no such metric", [](auto& m) { m.set_int_value(1); });
  rig.command("spBv1.0/G/DCMD/E/none", takt, [](auto& m) { m.set_int_value(80); });
  rig.command(
      dcmd, takt, [](auto& m) { m.set_int_value(80); }, true);  // retained
  rig.message(dcmd, "\xFF\xFF\xFF");
  EXPECT_EQ(rig.node->counters().ignored_commands, 4U);
  EXPECT_EQ(rig.a.takt, 100);
  rig.command("spBv1.0/G/NCMD/E", "Node Control/Rebirth", [](auto& m) { m.set_boolean_value(false); });
  EXPECT_EQ(rig.node->counters().births, 1U);
}

}  // namespace
}  // namespace songhua::edge_node
