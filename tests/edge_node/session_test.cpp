// The edge node's side of Sparkplug, by assertion id (sparkplug.md 5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "bench.h"

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

TEST(Session, tck_id_message_flow_edge_node_birth_publish_will_message) {
  Rig rig;
  rig.node->start(rig.clock());
  const auto connect = rig.bench.last("connect");
  EXPECT_EQ(connect.topic, "spBv1.0/G/NDEATH/E");  // ..._will_message_topic
  EXPECT_EQ(connect.qos, 1);                       // ..._will_message_qos
}

TEST(Session, tck_id_topics_ndeath_payload) {
  Rig rig;
  rig.node->start(rig.clock());
  const auto will = rig.bench.last("connect").payload;
  ASSERT_EQ(will.metrics_size(), 1);
  EXPECT_EQ(will.metrics(0).name(), "bdSeq");
  EXPECT_EQ(will.metrics(0).datatype(), 4U);
  EXPECT_TRUE(will.metrics(0).has_long_value());
  EXPECT_FALSE(will.has_timestamp());
  EXPECT_FALSE(will.has_seq());  // tck_id_topics_ndeath_seq
}

TEST(Session, tck_id_topics_nbirth_bdseq_increment) {
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

TEST(Session, tck_id_message_flow_edge_node_ncmd_subscribe) {
  Rig rig(with_host());
  rig.node->start(rig.clock());
  rig.node->on_connected(rig.clock());
  EXPECT_THAT(rig.bench.last("subscribe").filters,
              ElementsAre("spBv1.0/G/NCMD/E", "spBv1.0/G/DCMD/E/#", "spBv1.0/STATE/H"));
  EXPECT_TRUE(rig.bench.published().empty());
}

TEST(Session, tck_id_payloads_dbirth_order) {
  Rig rig;
  rig.to_subscribed();
  rig.a.good = 1;
  rig.pass(1'000);
  rig.sample();
  EXPECT_THAT(rig.bench.types(), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH", "DDATA"));
}

TEST(Session, tck_id_topics_nbirth_metrics) {
  Rig rig;
  rig.to_subscribed();
  std::set<std::uint64_t> aliases;
  for (const auto& birth : rig.bench.published()) {
    EXPECT_EQ(birth.qos, 0);
    EXPECT_TRUE(birth.birth);
    EXPECT_EQ(birth.payload.timestamp(), static_cast<std::uint64_t>(kT));
    for (const auto& metric : birth.payload.metrics()) {
      EXPECT_TRUE(metric.has_name());
      EXPECT_TRUE(metric.has_datatype()) << metric.name();
      EXPECT_TRUE(metric.has_timestamp()) << metric.name();
      EXPECT_NE(metric.value_case(), test::Payload::Metric::VALUE_NOT_SET) << metric.name();
      if (metric.has_alias()) {
        EXPECT_TRUE(aliases.insert(metric.alias()).second);  // tck_id_payloads_alias_uniqueness
      }
    }
  }
  EXPECT_EQ(aliases.size(), 11U);
}

TEST(Session, tck_id_operational_behavior_data_commands_rebirth_name) {
  Rig rig;
  rig.to_subscribed();
  const auto rebirth = metric_named(rig.bench.published()[0].payload, "Node Control/Rebirth");
  EXPECT_FALSE(rebirth.has_alias());   // ..._rebirth_name_aliases
  EXPECT_EQ(rebirth.datatype(), 11U);  // ..._rebirth_datatype
  EXPECT_TRUE(rebirth.has_boolean_value());
  EXPECT_FALSE(rebirth.boolean_value());  // ..._rebirth_value
}

TEST(Session, tck_id_topics_nbirth_bdseq_matching) {
  Config config;
  config.next_bd_seq = 41;
  Rig rig(config);
  rig.to_subscribed();
  EXPECT_EQ(metric_named(rig.bench.published()[0].payload, "bdSeq").long_value(), 41U);
  EXPECT_EQ(rig.bench.last("connect").payload.metrics(0).long_value(), 41U);
}

TEST(Session, tck_id_payloads_sequence_num_incrementing) {
  Rig rig;
  rig.to_subscribed();
  for (int i = 0; i < 600; ++i) {
    rig.a.good += 1;
    rig.pass(1'000);
    rig.sample();
  }
  std::uint64_t expected = 0;
  for (const auto& sent : rig.bench.published()) {
    ASSERT_TRUE(sent.payload.has_seq());  // written even when 0
    EXPECT_EQ(sent.payload.seq(), expected);
    expected = (expected + 1) % 256;
  }
}

// --- data

TEST(Session, tck_id_topics_ddata_payload) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  rig.a.good = 5;
  rig.pass(1'000);
  rig.sample();
  const auto data = rig.bench.published(mark);
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(data[0].topic, "spBv1.0/G/DDATA/E/A");
  ASSERT_EQ(data[0].payload.metrics_size(), 2);  // the counter and the epoch that it belongs to
  for (const auto& metric : data[0].payload.metrics()) {
    EXPECT_FALSE(metric.has_name());  // tck_id_payloads_alias_data_cmd_requirement
    EXPECT_TRUE(metric.has_alias());
    EXPECT_FALSE(metric.has_datatype());  // tck_id_payloads_metric_datatype_not_req
    EXPECT_EQ(metric.timestamp(), static_cast<std::uint64_t>(rig.line));
  }
  EXPECT_EQ(data[0].payload.metrics(0).long_value(), 7U);
  EXPECT_EQ(data[0].payload.metrics(1).long_value(), 5U);
}

TEST(Session, tck_id_principles_rbe_recommended) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  for (int i = 0; i < 5; ++i) {
    rig.pass(1'000);
    rig.sample();
  }
  EXPECT_TRUE(rig.bench.published(mark).empty());
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

TEST(Session, tck_id_operational_behavior_data_commands_rebirth_action) {
  Rig rig;
  rig.to_subscribed();
  rig.pass(5'000);
  rig.a.good = 3;
  const auto mark = rig.bench.all.size();
  rig.ask_rebirth();
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH"));
  EXPECT_EQ(rig.bench.published(mark)[0].payload.seq(), 0U);
  EXPECT_EQ(metric_named(rig.bench.published(mark)[0].payload, "bdSeq").long_value(), 0U);  // ..._action_3
  EXPECT_EQ(metric_named(rig.bench.published(mark)[1].payload, "Output/p/CN/Good").long_value(), 3U);
  EXPECT_EQ(rig.bench.count("connect"), 1U);
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

// --- primary host

TEST(Session, tck_id_message_flow_edge_node_birth_publish_phid_wait) {
  Rig rig(with_host());
  rig.to_subscribed();
  EXPECT_EQ(rig.node->session(), Session::waiting);
  rig.pass(600'000);
  EXPECT_TRUE(rig.bench.published().empty());
  rig.state(R"({"online":true,"timestamp":5})", "OTHER");  // ..._phid_wait_id
  EXPECT_EQ(rig.node->session(), Session::waiting);
  rig.host(false, 5);  // ..._phid_wait_online
  EXPECT_EQ(rig.node->session(), Session::waiting);
  rig.state("nonsense");
  rig.host(true, 6);
  EXPECT_EQ(rig.node->session(), Session::online);
  EXPECT_THAT(rig.bench.types(), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH"));
}

TEST(Session, tck_id_message_flow_edge_node_birth_publish_phid_wait_timestamp) {
  Rig rig(with_host());
  rig.to_subscribed();
  rig.host(false, 1'000);
  rig.host(true, 999);
  EXPECT_EQ(rig.node->session(), Session::waiting);
  rig.host(true, 1'000);
  EXPECT_EQ(rig.node->session(), Session::online);
}

TEST(Session, AHostHeardBeforeTheSubackCounts) {
  Rig rig(with_host());
  rig.node->start(rig.clock());
  rig.node->on_connected(rig.clock());
  rig.host(true, 1);
  EXPECT_TRUE(rig.bench.published().empty());
  rig.node->on_subscribed(rig.clock());
  EXPECT_EQ(rig.node->session(), Session::online);
}

TEST(Session, tck_id_operational_behavior_edge_node_termination_host_offline) {
  Rig rig(with_host());
  rig.to_subscribed();
  rig.host(true, 1'000);
  rig.host(false, 999);  // ..._host_offline_timestamp: an old will
  EXPECT_EQ(rig.node->session(), Session::online);
  rig.host(false, 1'000);
  EXPECT_EQ(rig.node->session(), Session::leaving);
  EXPECT_EQ(rig.bench.published().back().type(), "NDEATH");
  EXPECT_EQ(rig.bench.published().back().qos, 1);
  EXPECT_EQ(rig.bench.published().back().bytes, rig.bench.last("connect").bytes);  // the will's bytes
  EXPECT_EQ(rig.bench.all.back().what, "disconnect");
  rig.node->on_lost(rig.clock());
  rig.pass(1'000);  // ..._host_offline_reconnect, within a second
  EXPECT_EQ(rig.node->session(), Session::connecting);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  rig.host(true, 999);  // a retained old message does not win over the reconnect
  EXPECT_EQ(rig.node->session(), Session::waiting);
}

TEST(Session, tck_id_operational_behavior_primary_application_state_with_multiple_servers_walk) {
  Rig rig(with_host(2));
  rig.to_subscribed();
  EXPECT_EQ(rig.bench.last("connect").server, 0U);
  rig.pass(1'500);  // nothing heard: the next server, and no death of what was never born
  EXPECT_EQ(rig.bench.all.back().what, "disconnect");
  EXPECT_TRUE(rig.bench.published().empty());
  rig.node->on_lost(rig.clock());
  rig.pass(200);
  EXPECT_EQ(rig.bench.last("connect").server, 1U);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  rig.host(true, 5);
  EXPECT_EQ(rig.node->session(), Session::online);
  rig.host(false, 5);
  rig.node->on_lost(rig.clock());
  rig.pass(200);
  EXPECT_EQ(rig.bench.last("connect").server, 0U);
}

// --- what nobody heard

TEST(Session, ReadingsOfTheHostsAbsenceAreFlushedAsHistory) {
  Rig rig(with_host());
  rig.to_subscribed();
  rig.host(true, 1);
  rig.host(false, 1);
  rig.node->on_lost(rig.clock());
  for (int minute = 0; minute < 5; ++minute) {
    rig.a.good += 10;
    rig.pass(60'000);
    rig.sample();
  }
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  const auto mark = rig.bench.all.size();
  rig.host(true, 2);
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH", "DDATA"));
  const auto history = rig.bench.published(mark)[3].payload;
  ASSERT_EQ(history.metrics_size(), 6);  // the epoch, then five readings
  EXPECT_EQ(history.metrics(0).long_value(), 7U);
  std::uint64_t last = 0;
  for (const auto& metric : history.metrics()) {
    EXPECT_TRUE(metric.is_historical());
    EXPECT_GE(metric.timestamp(), last);
    last = metric.timestamp();
  }
  EXPECT_EQ(history.metrics(5).long_value(), 50U);
  EXPECT_EQ(rig.node->buffered(), 0U);
}

TEST(Session, AStateChangeIsKeptAtOnce) {
  Rig rig;
  rig.a.state = 9;
  rig.sample();
  rig.pass(1'000);
  rig.a.state = 1;
  rig.sample();
  EXPECT_GE(rig.node->buffered(), 2U);
}

TEST(Session, AFullRingDropsTheOldest) {
  Rig rig({}, 8);  // four readings a device
  for (int i = 0; i < 10; ++i) {
    rig.a.good += 1;
    rig.pass(60'000);
    rig.sample();
  }
  EXPECT_GT(rig.node->counters().dropped, 0U);
  rig.to_subscribed();
  std::vector<std::uint64_t> values;
  for (const auto& sent : rig.bench.published()) {
    if (sent.type() != "DDATA" || !sent.topic.ends_with("/A")) continue;
    for (const auto& metric : sent.payload.metrics()) values.push_back(metric.long_value());
  }
  EXPECT_THAT(values, ElementsAre(7U, 7U, 8U, 9U, 10U));  // the epoch, then the newest four
}

TEST(Session, ALongHistoryIsCutIntoMessages) {
  Rig rig;
  for (int i = 0; i < 1'000; ++i) {
    rig.a.good += 1;
    rig.pass(60'000);
    rig.sample();
  }
  rig.to_subscribed();
  std::size_t readings = 0;
  for (const auto& sent : rig.bench.published()) {
    EXPECT_GT(sent.bytes.size(), 0U);
    if (sent.type() == "DDATA" && sent.topic.ends_with("/A"))
      readings += static_cast<std::size_t>(sent.payload.metrics_size()) - 1;
  }
  EXPECT_GE(readings, 1'000U);
}

// --- leaving

TEST(Session, tck_id_payloads_ndeath_will_message_publisher) {
  Rig rig;
  rig.to_subscribed();
  const auto mark = rig.bench.all.size();
  rig.node->stop(rig.clock());
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("DDEATH", "DDEATH", "NDEATH"));
  const auto deaths = rig.bench.published(mark);
  EXPECT_EQ(deaths[0].payload.seq(), 3U);                                          // tck_id_payloads_ddeath_seq_inc
  EXPECT_EQ(deaths[0].payload.timestamp(), static_cast<std::uint64_t>(rig.line));  // tck_id_payloads_ddeath_timestamp
  EXPECT_FALSE(deaths[2].payload.has_seq());
  EXPECT_EQ(rig.bench.all.back().what, "disconnect");
  rig.node->on_lost(rig.clock());
  EXPECT_EQ(rig.node->session(), Session::stopped);
  rig.pass(600'000);
  EXPECT_EQ(rig.node->session(), Session::stopped);
}

TEST(Session, AnUnbornSessionDiesWithoutNdeath) {
  Rig rig(with_host());
  rig.to_subscribed();
  rig.node->stop(rig.clock());
  EXPECT_TRUE(rig.bench.published().empty());
  rig.node->on_lost(rig.clock());
  EXPECT_EQ(rig.node->session(), Session::stopped);
}

TEST(Session, tck_id_operational_behavior_device_ddeath) {
  Rig rig;
  rig.to_subscribed();
  auto mark = rig.bench.all.size();
  EXPECT_TRUE(rig.node->device_death(rig.clock(), "A"));
  EXPECT_FALSE(rig.node->device_death(rig.clock(), "A"));
  EXPECT_FALSE(rig.node->device_death(rig.clock(), "none"));
  rig.a.good = 9;
  rig.pass(1'000);
  rig.sample();
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("DDEATH"));
  rig.ask_rebirth();
  EXPECT_EQ(rig.bench.types(mark).size(), 3U);  // the lost one is not born again
  mark = rig.bench.all.size();
  EXPECT_TRUE(rig.node->device_birth(rig.clock(), "A"));
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("DBIRTH"));
}

TEST(Session, ALostConnectionIsTriedAgainWithGrowingDelay) {
  Rig rig;
  rig.to_subscribed();
  std::int64_t longest = 0;
  for (int i = 0; i < 12; ++i) {
    rig.node->on_lost(rig.clock());
    const auto delay = rig.node->due() - rig.real;
    EXPECT_GE(delay, 200);
    EXPECT_LE(delay, 30'000);
    longest = std::max(longest, delay);
    rig.pass(delay);
    ASSERT_EQ(rig.node->session(), Session::connecting);
  }
  EXPECT_GE(longest, 15'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  rig.node->on_lost(rig.clock());
  EXPECT_LE(rig.node->due() - rig.real, 400);  // births ended the row of failures
}

TEST(Session, ACutConnectionIsNotMended) {
  Rig rig;
  rig.to_subscribed();
  rig.node->cut(rig.clock());
  EXPECT_EQ(rig.bench.all.back().what, "cut");
  rig.node->on_lost(rig.clock());
  EXPECT_EQ(rig.node->session(), Session::stopped);
  rig.node->start(rig.clock());
  EXPECT_EQ(rig.node->session(), Session::connecting);
}

}  // namespace
}  // namespace songhua::edge_node
