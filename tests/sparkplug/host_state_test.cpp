#include "sparkplug/host_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tck/tck.h"

namespace songhua::sparkplug {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto at(std::int64_t ms) {
  return unix_millis(1'000'000 + ms);
}
std::string stamp(UnixMillis t) {
  return std::to_string((t - at(0)).count());
}

std::vector<std::string> text_of(const HostActions& actions) {
  struct {
    std::string operator()(const StoreTimestamp& a) { return "store " + stamp(a.timestamp); }
    std::string operator()(const ConnectWithWill& a) {
      return std::string("connect will ") + (a.will.online ? "online " : "offline ") + stamp(a.will.timestamp);
    }
    std::string operator()(const Subscribe&) { return "subscribe"; }
    std::string operator()(const PublishState& a) {
      return (a.status.online ? "online " : "offline ") + stamp(a.status.timestamp);
    }
    std::string operator()(const Disconnect&) { return "disconnect"; }
    std::string operator()(const NodesStale& a) { return "stale " + stamp(a.time); }
    std::string operator()(const RaiseAlarm& a) { return "alarm " + std::string(to_string(a.alarm)); }
  } say;
  std::vector<std::string> lines;
  for (const auto& action : actions) lines.push_back(std::visit(say, action));
  return lines;
}

std::string own(bool online, UnixMillis t) {
  return format_state({online, t});
}

HostState up() {
  HostState h;
  h.on_start(at(0));
  h.on_connected();
  h.on_subscribed(at(10));
  return h;
}

TCK_TEST(HostState, tck_id_host_topic_phid_death_payload_timestamp_connect, tck_id_host_topic_phid_death_required,
         tck_id_operational_behavior_host_application_connect_will,
         tck_id_operational_behavior_host_application_connect_will_payload,
         tck_id_payloads_state_will_message_payload) {
  HostState h;
  EXPECT_THAT(text_of(h.on_start(at(5))), ElementsAre("store 5", "connect will offline 5"));
}
TCK_TEST(HostState, tck_id_host_topic_phid_birth_payload_timestamp,
         tck_id_message_flow_phid_sparkplug_state_publish_payload,
         tck_id_message_flow_phid_sparkplug_state_publish_payload_timestamp,
         tck_id_operational_behavior_host_application_connect_birth_payload, tck_id_payloads_state_birth_payload,
         tck_id_message_flow_phid_sparkplug_subscription, tck_id_message_flow_phid_sparkplug_state_publish,
         tck_id_host_topic_phid_birth_required, tck_id_host_topic_phid_birth_sub_required) {
  HostState h;
  h.on_start(at(5));
  EXPECT_THAT(text_of(h.on_connected()), ElementsAre("subscribe"));
  EXPECT_FALSE(h.may_publish());
  EXPECT_THAT(text_of(h.on_subscribed(at(900))), ElementsAre("online 5"));
  EXPECT_TRUE(h.may_publish());
}
TEST(HostState, tck_id_message_flow_hid_sparkplug_state_message_delivered) {
  auto h = up();
  EXPECT_THAT(text_of(h.on_own_state(own(false, at(0)), at(50))), ElementsAre("online 0"));
  EXPECT_THAT(text_of(h.on_own_state(own(false, at(-9999)), at(60))), ElementsAre("online 0"));  // any timestamp
  EXPECT_EQ(h.answers(), 2U);
}
TCK_TEST(HostState, tck_id_host_topic_phid_death_payload_timestamp_disconnect_clean,
         tck_id_operational_behavior_host_application_termination,
         tck_id_operational_behavior_host_application_death_payload,
         tck_id_operational_behavior_host_application_disconnect_intentional) {
  auto h = up();
  EXPECT_THAT(text_of(h.on_stop(at(700))), ElementsAre("store 700", "offline 700"));
  EXPECT_THAT(text_of(h.on_own_state(own(false, at(700)), at(701))), IsEmpty());  // our own echo
  EXPECT_THAT(text_of(h.on_death_acknowledged()), ElementsAre("disconnect"));
  EXPECT_EQ(h.phase(), HostPhase::down);
}
TEST(HostState, tck_id_operational_behavior_host_application_multi_server_timestamp) {
  auto one = up();
  auto two = up();
  one.on_connection_lost(at(500));
  one.on_start(at(600));
  EXPECT_EQ(one.birth_timestamp(), at(600));
  EXPECT_EQ(two.birth_timestamp(), at(0));
}

TEST(HostState, DisconnectsWithoutPubackAfterTwoSeconds) {
  auto h = up();
  h.on_stop(at(700));
  EXPECT_EQ(h.next_deadline(), at(2700));
  EXPECT_THAT(text_of(h.on_time(at(2699))), IsEmpty());
  EXPECT_THAT(text_of(h.on_time(at(2700))), ElementsAre("disconnect"));
}

TEST(HostState, TimestampsRiseThoughTheClockStepsBack) {
  HostState h(at(100));
  EXPECT_THAT(text_of(h.on_start(at(50))), ElementsAre("store 101", "connect will offline 101"));
  h.on_connected();
  h.on_subscribed(at(51));
  EXPECT_THAT(text_of(h.on_stop(at(52))), ElementsAre("store 102", "offline 102"));
}

TEST(HostState, RaisesAnAlarmWhenTheStoredTimestampIsFarAhead) {
  HostState near(at(600'000)), far(at(600'001));
  EXPECT_THAT(text_of(near.on_start(at(0))), ElementsAre("store 600001", "connect will offline 600001"));
  EXPECT_THAT(text_of(far.on_start(at(0))),
              ElementsAre("alarm clock_ahead", "store 600002", "connect will offline 600002"));
}

TEST(HostState, SwallowsOneSecondCopyWithinASecond) {
  auto h = up();
  const auto offline = own(false, at(0));
  EXPECT_THAT(text_of(h.on_own_state(offline, at(100))), ElementsAre("online 0"));
  EXPECT_THAT(text_of(h.on_own_state(offline, at(150))), IsEmpty());
  EXPECT_THAT(text_of(h.on_own_state(offline, at(200))), ElementsAre("online 0"));  // a third is a new one
  EXPECT_THAT(text_of(h.on_own_state(offline, at(1300))), ElementsAre("online 0"));
}

TEST(HostState, IgnoresStateBeforeItsBirthAndItsOwnEcho) {
  HostState h;
  h.on_start(at(0));
  h.on_connected();
  EXPECT_THAT(text_of(h.on_own_state(own(false, at(-5)), at(1))), IsEmpty());
  h.on_subscribed(at(2));
  EXPECT_THAT(text_of(h.on_own_state(own(true, at(0)), at(3))), IsEmpty());
  EXPECT_THAT(text_of(h.on_own_state("ONLINE", at(4))), IsEmpty());
  EXPECT_EQ(h.malformed(), 1U);
}

// The death is out before the connection ends, whether or not a DISCONNECT follows.
TEST(HostState, tck_id_host_topic_phid_death_payload_timestamp_disconnect_with_no_disconnect_packet) {
  auto h = up();
  EXPECT_THAT(text_of(h.on_stop(at(700))), ElementsAre("store 700", "offline 700"));
  EXPECT_EQ(h.phase(), HostPhase::stopping);
  EXPECT_THAT(text_of(h.on_connection_lost(at(800))), ElementsAre("stale 800"));  // closed without the packet
  EXPECT_EQ(h.phase(), HostPhase::down);
}

// Two hosts of one id: nobody can forbid it, so it is noticed, told once, and never becomes a storm.
TEST(HostState, tck_id_operational_behavior_host_application_host_id) {
  auto h = up();
  EXPECT_THAT(text_of(h.on_own_state(own(true, at(7)), at(20))), ElementsAre("alarm two_hosts"));
  std::size_t published = 0;
  for (int i = 0; i < 100; ++i) published += h.on_own_state(own(false, at(i)), at(100 + i * 10)).size();
  EXPECT_EQ(published, 5U);
  ASSERT_TRUE(h.next_deadline().has_value());
  EXPECT_THAT(text_of(h.on_time(*h.next_deadline())), ElementsAre("online 0"));  // it does not give up
  EXPECT_TRUE(h.fighting());
}

TEST(HostState, LosingTheServerMakesItsNodesStale) {
  auto h = up();
  EXPECT_THAT(text_of(h.on_connection_lost(at(300))), ElementsAre("stale 300"));
  EXPECT_EQ(h.phase(), HostPhase::down);
  HostState never;
  never.on_start(at(0));
  EXPECT_THAT(text_of(never.on_connection_lost(at(1))), IsEmpty());
}

}  // namespace
}  // namespace songhua::sparkplug
