// The edge node and its primary host: waiting, walking, what is kept for it, and leaving. By assertion id.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench.h"
#include "tck/tck.h"

namespace songhua::edge_node {
namespace {

using test::kT;
using test::Rig;
using test::with_host;
using testing::ElementsAre;

// --- primary host

TCK_TEST(Session, tck_id_message_flow_edge_node_birth_publish_phid_wait,
         tck_id_message_flow_edge_node_birth_publish_phid_wait_id,
         tck_id_message_flow_edge_node_birth_publish_phid_wait_online,
         tck_id_operational_behavior_edge_node_birth_sequence_wait) {
  Rig rig(with_host());
  rig.to_subscribed();
  EXPECT_EQ(rig.node->session(), Session::waiting);
  rig.pass(600'000);
  EXPECT_TRUE(rig.bench.published().empty());
  rig.state(R"({"online":true,"timestamp":5})", "OTHER");  // another host's word, and one that only looks alike
  rig.state(R"({"online":true,"timestamp":5})", "h");
  EXPECT_EQ(rig.node->session(), Session::waiting);
  rig.host(false, 5);
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

TCK_TEST(Session, tck_id_operational_behavior_edge_node_termination_host_offline,
         tck_id_operational_behavior_edge_node_termination_host_offline_timestamp,
         tck_id_operational_behavior_edge_node_termination_host_offline_reconnect,
         tck_id_message_flow_edge_node_birth_publish_phid_offline) {
  Rig rig(with_host());
  rig.to_subscribed();
  rig.host(true, 1'000);
  rig.host(false, 999);  // an old will
  EXPECT_EQ(rig.node->session(), Session::online);
  rig.host(false, 1'000);
  EXPECT_EQ(rig.node->session(), Session::leaving);
  EXPECT_EQ(rig.bench.published().back().type(), "NDEATH");
  EXPECT_EQ(rig.bench.published().back().qos, 1);
  EXPECT_EQ(rig.bench.published().back().bytes, rig.bench.last("connect").bytes);  // the will's bytes
  EXPECT_EQ(rig.bench.all.back().what, "disconnect");
  rig.node->on_lost(rig.clock());
  rig.pass(1'000);  // within a second
  EXPECT_EQ(rig.node->session(), Session::connecting);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  rig.host(true, 999);  // a retained old message does not win over the reconnect
  EXPECT_EQ(rig.node->session(), Session::waiting);
}

TCK_TEST(Session, tck_id_operational_behavior_primary_application_state_with_multiple_servers_walk,
         tck_id_operational_behavior_primary_application_state_with_multiple_servers_single_server,
         tck_id_operational_behavior_primary_application_state_with_multiple_servers_state_subs) {
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
  rig.node->on_connected(rig.clock());
  // One connection at a time, and the host's STATE is subscribed on each.
  int open = 0;
  for (const auto& sent : rig.bench.all) {
    if (sent.what == "connect") {
      EXPECT_EQ(open++, 0);
    }
    if (sent.what == "disconnect") {
      EXPECT_EQ(--open, 0);
    }
    if (sent.what == "subscribe") {
      EXPECT_THAT(sent.filters, testing::Contains("spBv1.0/STATE/H"));
    }
  }
  EXPECT_EQ(rig.bench.count("subscribe"), 3U);
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

// Values of A's counter that were told as history since `mark`, with their times after kT.
std::vector<std::pair<std::int64_t, std::uint64_t>> told_again(const Rig& rig, std::size_t mark) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> readings;
  std::map<std::uint64_t, std::string> names;
  for (const auto& sent : rig.bench.published()) {
    if (sent.type() == "DBIRTH" && sent.topic.ends_with("/A"))
      for (const auto& metric : sent.payload.metrics()) names[metric.alias()] = metric.name();
  }
  for (const auto& sent : rig.bench.published(mark)) {
    if (sent.type() != "DDATA" || !sent.topic.ends_with("/A")) continue;
    for (const auto& metric : sent.payload.metrics()) {
      if (metric.is_historical() && names[metric.alias()] == "Output/p/CN/Good")
        readings.emplace_back(static_cast<std::int64_t>(metric.timestamp()) - kT, metric.long_value());
    }
  }
  return readings;
}
using Readings = std::vector<std::pair<std::int64_t, std::uint64_t>>;

// The conformance kit asks for births again in the instant of a DBIRTH, and takes data after that for unstopped ones.
TEST(Session, AQuietTimeAfterBirthsHoldsDataBack) {
  auto config = with_host();
  config.quiet = 1'000;
  Rig rig(config);
  const auto to_minute = kT / 60'000 * 60'000 + 60'000 - kT;
  rig.pass(to_minute - 500);
  rig.to_subscribed();
  rig.a.good = 3;
  rig.sample();  // nobody is there yet
  auto mark = rig.bench.all.size();
  rig.host(true, 1);
  rig.ask_rebirth();
  rig.pass(0);
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH", "NBIRTH", "DBIRTH", "DBIRTH"));
  mark = rig.bench.all.size();
  rig.pass(500);
  rig.a.good = 4;
  rig.a.state = 9;
  rig.sample();  // a full minute
  rig.pass(499);
  EXPECT_THAT(rig.bench.types(mark), testing::IsEmpty());
  rig.pass(1);
  const auto at = to_minute - 500;
  EXPECT_EQ(told_again(rig, mark), (Readings{{at, 3}, {to_minute, 4}}));
  EXPECT_EQ(rig.node->buffered(), 0U);
  mark = rig.bench.all.size();
  rig.pass(1'000);
  rig.a.good = 5;
  rig.sample();
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("DDATA"));
  EXPECT_FALSE(rig.bench.published(mark)[0].payload.metrics(0).is_historical());
}

TEST(Session, WhatAQuietTimeHeldBackIsToldBeforeTheEnd) {
  Config config;
  config.quiet = 1'000;
  Rig rig(config);
  rig.to_subscribed();
  rig.pass(10);
  rig.a.good = 4;
  rig.sample(true);
  const auto mark = rig.bench.all.size();
  rig.node->stop(rig.clock());
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("DDATA", "DDEATH", "DDEATH", "NDEATH"));
  EXPECT_EQ(told_again(rig, mark), (Readings{{10, 4}}));
}

// A host draws a straight line between two readings: the counter must not seem to have crept while it stood.
TEST(Session, ACounterThatStoodStillIsToldWhereItStoodLast) {
  Rig rig;
  rig.to_subscribed();
  const auto to_minute = kT / 60'000 * 60'000 + 60'000 - kT;
  rig.pass(to_minute);
  rig.a.good = 5;
  rig.sample();
  rig.node->on_lost(rig.clock());
  const auto mark = rig.bench.all.size();
  for (int minute = 1; minute <= 7; ++minute) {
    rig.line += 60'000;
    if (minute == 5) rig.a.good = 9;
    rig.sample();
  }
  rig.line += 1'000;
  rig.a.good = 10;  // since the last full minute: the births will say so
  rig.pass(30'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  const auto at = [&](int minute) { return to_minute + minute * 60'000; };
  EXPECT_EQ(told_again(rig, mark), (Readings{{at(4), 5}, {at(5), 9}, {at(7), 9}}));
}

// Messages that wait for the network when the connection breaks are gone, and what they told is not.
TEST(Session, WhatDidNotLeaveIsToldAgainAsHistory) {
  Rig rig;
  rig.to_subscribed();
  const auto to_minute = kT / 60'000 * 60'000 + 60'000 - kT;
  rig.pass(to_minute);
  rig.slow = true;
  std::vector<std::uint64_t> published;
  for (int minute = 0; minute < 4; ++minute) {
    rig.a.good += 10;
    rig.sample();
    published.push_back(rig.node->counters().messages);
    rig.line += 60'000;
  }
  rig.node->on_sent(published[1]);
  EXPECT_EQ(rig.node->buffered(), 0U);
  rig.node->on_lost(rig.clock());
  EXPECT_GT(rig.node->buffered(), 0U);
  auto mark = rig.bench.all.size();
  rig.pass(30'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  const Readings lost{{to_minute + 120'000, 30}, {to_minute + 180'000, 40}};
  EXPECT_EQ(told_again(rig, mark), lost);
  // Nor did the history leave, nor the births.
  rig.node->on_lost(rig.clock());
  mark = rig.bench.all.size();
  rig.pass(30'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  auto again = told_again(rig, mark);
  ASSERT_GE(again.size(), 2U);
  EXPECT_EQ((Readings{again.begin(), again.begin() + 2}), lost);
  rig.slow = false;
  rig.pass(1);
  rig.node->on_lost(rig.clock());
  mark = rig.bench.all.size();
  rig.pass(30'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  EXPECT_TRUE(told_again(rig, mark).empty()) << "it has left";
}

// While births that were asked for wait for their time no data leave; the full minute that passes then is not lost.
TEST(Session, AFullMinuteBeforeBirthsIsToldAfterThem) {
  Rig rig;
  rig.to_subscribed();
  const auto to_minute = kT / 60'000 * 60'000 + 60'000 - kT;
  rig.pass(to_minute - 100);
  rig.ask_rebirth();
  rig.ask_rebirth();
  rig.slow = true;  // the births of the first wait in the network
  const auto mark = rig.bench.all.size();
  rig.a.good = 5;
  rig.pass(100);
  rig.sample();
  rig.a.good = 8;
  rig.pass(300);
  rig.sample();
  EXPECT_TRUE(rig.bench.published(mark).empty());
  rig.pass(600);
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH", "DDATA"));
  EXPECT_EQ(told_again(rig, mark), (Readings{{to_minute, 5}}));
  EXPECT_EQ(rig.node->buffered(), 0U);
}

// The last word of a controller that is stopped while births wait: they are said, then the deaths.
TEST(Session, AStopSaysTheBirthsThatWait) {
  Rig rig;
  rig.to_subscribed();
  rig.ask_rebirth();
  rig.ask_rebirth();
  const auto mark = rig.bench.all.size();
  rig.a.good = 77;
  rig.pass(100);
  rig.sample(true);
  rig.node->stop(rig.clock());
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("NBIRTH", "DBIRTH", "DBIRTH", "DDEATH", "DDEATH", "NDEATH"));
  bool told = false;
  const auto birth = rig.bench.published(mark)[1].payload;
  for (const auto& metric : birth.metrics())
    told = told || (metric.name() == "Output/p/CN/Good" && metric.long_value() == 77);
  EXPECT_TRUE(told);
}

// What changed since the last full minute was told, but perhaps not heard.
TEST(Session, TheLastWordBeforeALossIsKept) {
  Rig rig;
  rig.to_subscribed();
  rig.pass(1'000);
  rig.a.good = 5;
  rig.sample();
  rig.node->on_lost(rig.clock());
  const auto mark = rig.bench.all.size();
  rig.line += 1'000;
  rig.sample();
  rig.pass(30'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  EXPECT_EQ(told_again(rig, mark), (Readings{{2'000, 5}}));
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

TCK_TEST(Session, tck_id_payloads_ndeath_will_message_publisher,
         tck_id_operational_behavior_edge_node_intentional_disconnect_ndeath,
         tck_id_operational_behavior_edge_node_intentional_disconnect_packet, tck_id_payloads_ddeath_timestamp,
         tck_id_topics_ddeath_topic) {
  Rig rig;
  rig.to_subscribed();
  rig.pass(1'234);
  const auto mark = rig.bench.all.size();
  rig.node->stop(rig.clock());
  EXPECT_THAT(rig.bench.types(mark), ElementsAre("DDEATH", "DDEATH", "NDEATH"));
  const auto deaths = rig.bench.published(mark);
  EXPECT_EQ(deaths[0].topic, "spBv1.0/G/DDEATH/E/A");
  EXPECT_EQ(deaths[0].payload.seq(), 3U);
  EXPECT_EQ(deaths[0].payload.timestamp(), static_cast<std::uint64_t>(rig.line));
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
  rig.pass(9'999);
  rig.node->on_lost(rig.clock());
  EXPECT_GE(rig.node->due() - rig.real, 15'000);  // born and pushed out soon: two of one name
  rig.pass(30'000);
  rig.node->on_connected(rig.clock());
  rig.node->on_subscribed(rig.clock());
  rig.pass(10'000);
  rig.node->on_lost(rig.clock());
  EXPECT_LE(rig.node->due() - rig.real, 400);  // a session that lasted ended the row of failures
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
