#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session_kit.h"
#include "tck/tck.h"

// The session table of the contract (4.3), row by row. Positions count from 1; times are ms after the start.
namespace songhua::sparkplug {
namespace {

using namespace kit;
using testing::ElementsAre;
using testing::IsEmpty;

// 1: NBIRTH, 2: DBIRTH D; next seq is 2.
Host born(HostSessionOptions options = {}) {
  Host h(options);
  EXPECT_THAT(h.get(nbirth(7)), ElementsAre("node new @0", "apply 1"));
  EXPECT_THAT(h.get(dbirth("D", 1)), ElementsAre("D online @0", "apply 2"));
  return h;
}

TEST(HostSession, FollowsAPlainLife) {
  auto h = born();
  EXPECT_THAT(h.get(ndata(2)), ElementsAre("apply 3"));
  EXPECT_THAT(h.get(ddata("D", 3)), ElementsAre("apply 4"));
  EXPECT_EQ(h.state(), "ALIVE");
  EXPECT_EQ(h.session.next_deadline(), std::nullopt);
  EXPECT_EQ(h.session.bd_seq(), 7U);
  EXPECT_EQ(h.session.last_seq(), 3);
}

TEST(HostSession, SeqWrapsAt255) {
  auto h = born();
  for (unsigned seq = 2; seq < 600; ++seq)
    ASSERT_THAT(h.get(ndata(seq % 256, 2000 + seq)), ElementsAre("apply " + std::to_string(seq + 1)));
  EXPECT_EQ(h.session.counters().gaps, 0U);
}

TEST(HostSession, MessagesBeforeTheNbirthWaitAndFollowIt) {
  Host h;
  EXPECT_THAT(h.get(dbirth("D", 1)), ElementsAre("apply 1"));
  EXPECT_THAT(h.get(ddata("D", 2)), ElementsAre("hold 2"));
  EXPECT_EQ(h.state(), "UNKNOWN");
  EXPECT_THAT(h.get(nbirth(7), 100), ElementsAre("node new @100", "apply 3", "D online @0", "apply held 2"));
  EXPECT_THAT(h.get(ddata("D", 3)), ElementsAre("apply 4"));
  EXPECT_EQ(h.state(), "ALIVE");
}

TEST(HostSession, AsksForTheNbirthWhenTheTimerIsOver) {
  Host h;
  EXPECT_THAT(h.get(ndata(5)), ElementsAre("hold 1"));
  EXPECT_EQ(h.session.next_deadline(), kStart + Millis{2000});
  EXPECT_THAT(h.time(1999), IsEmpty());
  EXPECT_THAT(h.time(2000), ElementsAre("rebirth? no_birth"));
  EXPECT_THAT(h.time(9000), IsEmpty());
  EXPECT_EQ(h.state(), "UNKNOWN");
  EXPECT_EQ(h.session.held(), 1U);
  // Messages of the same session, as far as anyone can tell: its next birth explains them.
  EXPECT_THAT(h.get(nbirth(3, 0, 5000), 9000), ElementsAre("node new @9000", "apply 2", "apply held 1"));
}

TEST(HostSession, MetricsWithNamesNeverWait) {
  Host h;
  EXPECT_THAT(h.get(ndata_named(5)), ElementsAre("apply 1 bare"));
  EXPECT_EQ(h.session.held(), 0U);
}

TEST(HostSession, AMessageStampedBeforeTheBirthDoesNotFollowIt) {
  Host h;
  EXPECT_THAT(h.get(ndata(1, 500)), ElementsAre("hold 1"));
  h.get(nbirth(7, 0, 1000));
  EXPECT_THAT(h.get(dbirth("D", 1)), ElementsAre("D online @0", "apply 3"));
  EXPECT_EQ(h.session.counters().gaps, 0U);
}

TEST(HostSession, tck_id_operational_behavior_host_reordering_start) {
  auto h = born();
  EXPECT_THAT(h.get(ndata(4), 50), ElementsAre("gap of 2", "apply 3"));
  EXPECT_EQ(h.state(), "GAP");
  EXPECT_EQ(h.session.next_deadline(), kStart + Millis{2050});
}

TEST(HostSession, tck_id_operational_behavior_host_reordering_rebirth) {
  auto h = born();
  h.get(ndata(3), 50);
  EXPECT_THAT(h.time(2050), ElementsAre("rebirth? gap"));
  EXPECT_EQ(h.state(), "AWAIT");
  EXPECT_EQ(h.session.counters().missed, 1U);
  EXPECT_THAT(h.get(ndata(4), 3000), ElementsAre("apply 4", "rebirth? gap"));  // the throttle decides
  h.get(nbirth(7, 0, 9000), 3100);
  EXPECT_EQ(h.state(), "ALIVE");
}

TEST(HostSession, tck_id_operational_behavior_host_reordering_success) {
  auto h = born();
  h.get(ndata(3), 50);
  EXPECT_THAT(h.get(ndata(2, 1999), 1000), ElementsAre("apply 4"));
  EXPECT_EQ(h.state(), "ALIVE");
  EXPECT_THAT(h.time(100'000), IsEmpty());
  EXPECT_EQ(h.session.counters().missed, 0U);
}

TEST(HostSession, tck_id_operational_behavior_host_reordering_param) {
  HostSessionOptions options;
  options.reorder_timeout = Millis{0};
  auto h = born(options);
  EXPECT_THAT(h.get(ndata(3), 50), ElementsAre("gap of 1", "apply 3", "rebirth? gap"));
  options.reorder_timeout = Millis{5000};
  auto slow = born(options);
  slow.get(ndata(3), 50);
  EXPECT_EQ(slow.session.next_deadline(), kStart + Millis{5050});
}

TEST(HostSession, TheTimerOfASecondGapCountsFromWhenItWasSeen) {
  auto h = born();
  h.get(ndata(3), 100);
  h.get(ndata(5), 700);
  EXPECT_EQ(h.session.next_deadline(), kStart + Millis{2100});
  h.get(ndata(2, 1990), 900);
  EXPECT_EQ(h.state(), "GAP");
  EXPECT_EQ(h.session.next_deadline(), kStart + Millis{2700});
}

TEST(HostSession, ALateMessageIsNoLongerMissed) {
  auto h = born();
  h.get(ndata(3), 0);
  h.time(2000);
  EXPECT_THAT(h.get(ndata(2, 1990), 2500), ElementsAre("apply 4"));
  EXPECT_EQ(h.session.counters().missed, 0U);
  EXPECT_EQ(h.state(), "ALIVE");
}

TEST(HostSession, AliasesWaitWhereAnNbirthMayHide) {
  auto h = born();
  for (unsigned s = 2; s <= 57; ++s) h.get(ndata(s, 2000 + s));
  EXPECT_THAT(h.get(ndata(1, 3000)), ElementsAre("gap of 199", "hold 59"));
  EXPECT_THAT(h.get(ndata_named(2, 3001)), ElementsAre("apply 60"));
  // The rebirth that was overtaken: what continues it unbroken follows it.
  EXPECT_THAT(h.get(nbirth(7, 0, 2990)), ElementsAre("node again @0", "apply 61", "apply held 59"));
  EXPECT_EQ(h.session.last_seq(), 1);
}

TEST(HostSession, AGapThatFillsReleasesWhatWaited) {
  auto h = born();
  for (unsigned s = 2; s <= 239; ++s) h.get(ndata(s, 2000 + s));
  EXPECT_THAT(h.get(ndata(1, 4000)), ElementsAre("gap of 17", "hold 241"));
  for (unsigned s = 240; s <= 255; ++s) h.get(ndata(s, 2000 + s));
  EXPECT_EQ(h.session.held(), 0U);  // one message is missing: too few to hide a birth
  EXPECT_THAT(h.get(ndata(0, 3999)), ElementsAre("apply 258"));
  EXPECT_EQ(h.state(), "ALIVE");
}

TEST(HostSession, AShortGapOrOneWithoutSeqZeroHidesNothing) {
  auto long_one = born();
  EXPECT_THAT(long_one.get(ndata(200, 3000)), ElementsAre("gap of 198", "apply 3"));
  auto short_one = born();
  for (unsigned s = 2; s <= 245; ++s) short_one.get(ndata(s, 2000 + s));
  EXPECT_THAT(short_one.get(ndata(6, 5000)), ElementsAre("gap of 16", "apply 247"));
}

TEST(HostSession, DuplicatesAreDropped) {
  auto h = born();
  h.get(ndata(2, 2001));
  h.get(ndata(3, 2002));
  EXPECT_THAT(h.get(ndata(2, 2001)), ElementsAre("duplicate 5"));
  EXPECT_THAT(h.get(dbirth("D", 1)), ElementsAre("duplicate 6"));
  EXPECT_EQ(h.session.counters().duplicates, 2U);
  EXPECT_EQ(h.state(), "ALIVE");
  EXPECT_THAT(h.get(ndata(4, 2003)), ElementsAre("apply 7"));
}

TEST(HostSession, TheExpectedSeqIsNeverADuplicate) {
  auto h = born();  // all of it stamped 1000: a frozen clock
  h.get(ndata(2, 1000));
  h.get(ndata(3, 1000));
  EXPECT_THAT(h.get(ndata(255, 1000)), ElementsAre("gap of 251", "apply 5"));
  EXPECT_THAT(h.get(ndata(0, 1000)), ElementsAre("apply 6"));
  EXPECT_THAT(h.get(ndata(1, 1000)), ElementsAre("apply 7"));
  EXPECT_THAT(h.get(ndata(2, 1000)), ElementsAre("apply 8"));
  EXPECT_EQ(h.session.counters().duplicates, 0U);
}

TEST(HostSession, AReplayedNbirthIsToldFromARebirthByTheClock) {
  auto h = born();
  h.get(ndata(2, 2500));
  EXPECT_THAT(h.get(nbirth(7)), ElementsAre("duplicate 4"));
  Host frozen;
  frozen.get(nbirth(7));
  frozen.get(ndata(1, 1000));
  EXPECT_THAT(frozen.get(nbirth(7)), ElementsAre("duplicate 3"));
  EXPECT_THAT(frozen.get(ndata(1, 1000)), ElementsAre("apply 4")) << "its seq begins anew: it was a rebirth";
  EXPECT_THAT(frozen.get(ndata(2, 1000)), ElementsAre("apply 5"));
}

// Births go out within one millisecond, so a bridge's copy of the NBIRTH may come before the clock moves.
TEST(HostSession, AReplayedNbirthLeavesTheDevicesTheirNames) {
  auto h = born();
  EXPECT_THAT(h.get(nbirth(7)), ElementsAre("duplicate 3"));
  EXPECT_THAT(h.get(ddata("D", 2, 2500)), ElementsAre("apply 4"));
  EXPECT_EQ(h.state(), "ALIVE");
  EXPECT_EQ(h.session.devices().at("D").status, DeviceStatus::online);
}

TEST(HostSession, BirthsThatAreReplayedWholeChangeNothing) {
  auto h = born();
  h.get(nbirth(7));
  EXPECT_THAT(h.get(dbirth("D", 1)), ElementsAre("D online @0", "apply 4"));
  EXPECT_THAT(h.get(ddata("D", 2, 2500)), ElementsAre("apply 5"));
  EXPECT_EQ(h.session.counters().gaps, 0U);
}

TEST(HostSession, ARebirthKeepsDevicesPendingUntilTheirDbirth) {
  auto h = born();
  h.get(nbirth(7, 0, 5000), 100);
  EXPECT_EQ(h.session.devices().at("D").status, DeviceStatus::pending);
  EXPECT_THAT(h.get(dbirth("D", 1, 5001), 200), ElementsAre("D online @200", "apply 4"));
  h.get(nbirth(7, 0, 6000), 1000);
  EXPECT_THAT(h.time(7999), IsEmpty());
  EXPECT_THAT(h.time(8000), ElementsAre("D offline @8000"));
  EXPECT_EQ(h.session.devices().at("D").stale_since, kStart + Millis{8000});
}

TEST(HostSession, AnotherBdSeqIsANewSession) {
  auto h = born();
  EXPECT_THAT(h.get(nbirth(8, 0, 5000), 100), ElementsAre("D offline @100", "node new @100", "apply 3"));
  EXPECT_EQ(h.session.names()->device("D"), nullptr);
}

TEST(HostSession, WhatAnotherSessionLeftGoesToQuarantine) {
  auto h = born();
  for (unsigned s = 2; s <= 57; ++s) h.get(ndata(s, 2000 + s));
  EXPECT_THAT(h.get(ndata(9, 3000)), ElementsAre("gap of 207", "hold 59"));
  EXPECT_THAT(h.get(nbirth(8, 0, 4000)),
              ElementsAre("D offline @0", "node new @0", "apply 60", "quarantine 59 session_ended"));
}

TEST(HostSession, tck_id_operational_behavior_edge_node_termination_host_action_ndeath_node_offline) {
  auto h = born();
  EXPECT_THAT(h.get(ndeath(7), 300), ElementsAre("D offline @300", "apply 3 bare", "node offline @300"));
  EXPECT_EQ(h.state(), "OFFLINE");
  EXPECT_FALSE(h.session.online());
  EXPECT_EQ(h.session.since(), kStart + Millis{300});
}
TEST(HostSession, tck_id_operational_behavior_edge_node_termination_host_action_ndeath_node_tags_stale) {
  auto h = born();
  h.get(ndeath(7), 300);
  EXPECT_EQ(h.session.stale_since(), kStart + Millis{300});
}
TEST(HostSession, tck_id_operational_behavior_edge_node_termination_host_action_ndeath_devices_offline) {
  auto h = born();
  h.get(ndeath(7), 300);
  EXPECT_EQ(h.session.devices().at("D").status, DeviceStatus::offline);
  EXPECT_EQ(h.session.devices().at("D").since, kStart + Millis{300});
}
TEST(HostSession, tck_id_operational_behavior_edge_node_termination_host_action_ndeath_devices_tags_stale) {
  auto h = born();
  h.get(ndeath(7), 300);
  EXPECT_EQ(h.session.devices().at("D").stale_since, kStart + Millis{300});
}
TEST(HostSession, tck_id_operational_behavior_edge_node_termination_host_action_ddeath_devices_offline) {
  auto h = born();
  const auto stamp = static_cast<std::uint64_t>(count_of(kStart)) + 123;
  EXPECT_THAT(h.get(ddeath("D", 2, stamp), 300), ElementsAre("D offline @123", "apply 3"));
}
TEST(HostSession, tck_id_operational_behavior_edge_node_termination_host_action_ddeath_devices_tags_stale) {
  auto h = born();
  h.get(ddeath("D", 2, static_cast<std::uint64_t>(count_of(kStart)) + 123), 300);
  EXPECT_EQ(h.session.devices().at("D").stale_since, kStart + Millis{123});
  EXPECT_THAT(h.get(dbirth("D", 3, 9000), 400), ElementsAre("D online @400", "apply 4"));
  EXPECT_EQ(h.session.devices().at("D").stale_since, std::nullopt);
}

// Devices belong to their node: the same device id below another one is another device.
TEST(HostSession, tck_id_topic_structure_namespace_duplicate_device_id_across_edge_node) {
  auto one = born(), other = born();
  EXPECT_THAT(one.get(ddeath("D", 2, 1'700'000'000'500)), ElementsAre("D offline @500", "apply 3"));
  EXPECT_EQ(other.session.devices().at("D").status, DeviceStatus::online);
  EXPECT_THAT(other.get(ddata("D", 2)), ElementsAre("apply 3"));
}

TEST(HostSession, ALateWillOfAnOlderSessionIsIgnored) {
  auto h = born();
  EXPECT_THAT(h.get(ndeath(6)), ElementsAre("ignored 3 other_bdseq"));
  EXPECT_EQ(h.state(), "ALIVE");
  EXPECT_EQ(h.session.counters().ignored_ndeath, 1U);
  h.get(ndeath(7));
  EXPECT_THAT(h.get(ndeath(7)), ElementsAre("ignored 5 already_offline"));
}

TEST(HostSession, AnNdeathThatCannotBeReadEndsTheSession) {
  for (bool decodable : {true, false}) {
    auto h = born();
    if (decodable)
      h.get(ndeath(std::nullopt), 5);
    else
      h.undecodable(MessageType::ndeath, 5);
    EXPECT_EQ(h.state(), "OFFLINE");
    EXPECT_EQ(h.session.counters().deviations, 1U);
  }
}

TEST(HostSession, LateDataDoesNotBringADeadNodeBack) {
  auto h = born();
  h.get(ndeath(7), 300);
  EXPECT_THAT(h.get(ndata(2), 301), ElementsAre("hold 4"));
  EXPECT_EQ(h.state(), "OFFLINE");
  EXPECT_THAT(h.get(nbirth(8, 0, 5000), 400), ElementsAre("node new @400", "apply 5", "quarantine 4 session_ended"));
}

TEST(HostSession, ASessionThatNeverCountsItsBdSeqExplainsItsLateData) {
  auto h = born();
  h.get(ndeath(7), 300);
  EXPECT_THAT(h.get(ndata(2), 301), ElementsAre("hold 4"));
  EXPECT_THAT(h.get(nbirth(7, 0, 5000), 400), ElementsAre("node new @400", "apply 5", "apply held 4"));
}

TEST(HostSession, AnNdeathInUnknownTellsWhoseMessagesWait) {
  Host h;
  h.get(ndata(9));
  EXPECT_THAT(h.get(ndeath(4)), ElementsAre("apply 2 bare"));
  EXPECT_EQ(h.state(), "UNKNOWN");
  EXPECT_THAT(h.get(nbirth(5, 0, 5000)), ElementsAre("node new @0", "apply 3", "quarantine 1 session_ended"));
}

TEST(HostSession, GoesOnAfterALostConnectionIfTheSeqDoes) {
  auto h = born();
  EXPECT_THAT(h.lose(500), ElementsAre("all stale @500"));
  EXPECT_EQ(h.state(), "UNKNOWN");
  EXPECT_FALSE(h.session.online());
  EXPECT_THAT(h.get(ddata("D", 2), 600), ElementsAre("apply 3"));
  EXPECT_EQ(h.state(), "ALIVE");
}

// One seq in 256 goes on by chance. What the message names must be of the births that are known, else it waits for one.
TEST(HostSession, DoesNotGoOnAfterALostConnectionWhereTheNamesDoNot) {
  auto stranger = ddata("D", 2);
  stranger.payload.add_metrics()->set_alias(77);
  for (const auto& message : {stranger, ddata("X", 2), dbirth("D", 2)}) {
    auto h = born();
    h.lose(500);
    h.get(message, 600);
    EXPECT_EQ(h.state(), "UNKNOWN");
    EXPECT_THAT(h.get(ddata("D", 3, 2003), 700), ElementsAre("hold 4"));
    EXPECT_THAT(h.time(2600), ElementsAre("rebirth? no_birth"));
    h.get(nbirth(7, 0, 5000), 2700);
    EXPECT_THAT(h.get(dbirth("D", 1, 5001), 2800), testing::Contains("apply held 4"));
    EXPECT_EQ(h.state(), "ALIVE");
  }
  auto other = born();
  other.lose(500);
  EXPECT_THAT(other.get(dbirth("E", 2), 600), ElementsAre("E online @600", "apply 3")) << "a device that comes up";
}

// Its birth may have been missed with the connection; then what waits was its, and the next birth explains nothing.
TEST(HostSession, AWillOfAnUnknownSessionAfterALostConnectionTellsWhoseMessagesMayWait) {
  auto h = born();
  h.lose(500);
  EXPECT_THAT(h.get(ddata("D", 9, 2009), 600), ElementsAre("gap of 7", "hold 3"));
  EXPECT_THAT(h.get(ndeath(8), 700), ElementsAre("ignored 4 other_bdseq"));
  EXPECT_THAT(h.get(nbirth(9, 0, 5000), 800), testing::Contains("quarantine 3 session_ended"));
}

TEST(HostSession, AfterALostConnectionAnyGapHidesABirth) {
  auto h = born();
  h.lose(500);
  EXPECT_THAT(h.get(ddata("D", 3, 2003), 600), ElementsAre("gap of 1", "hold 3"));
  EXPECT_EQ(h.state(), "UNKNOWN");
  auto filled = h;
  EXPECT_THAT(filled.get(ndata(2, 2002), 700), ElementsAre("apply 4", "apply held 3"));
  EXPECT_EQ(filled.state(), "ALIVE");
  EXPECT_THAT(h.time(2600), ElementsAre("rebirth? no_birth"));
  EXPECT_THAT(h.get(nbirth(8, 0, 5000), 2700), ElementsAre("D offline @2700", "node new @2700", "apply 4"));
  EXPECT_THAT(h.get(dbirth("D", 1, 5001), 2800), ElementsAre("D online @2800", "apply 5", "apply held 3"));
}

TEST(HostSession, WhatWaitedBeforeALostConnectionIsOfNobodyKnown) {
  Host h;
  h.get(ndata(9));
  h.lose(100);
  EXPECT_THAT(h.get(nbirth(5, 0, 5000)), ElementsAre("node new @0", "apply 2", "quarantine 1 session_ended"));
}

TEST(HostSession, WhatWaitsBetweenTwoLostConnectionsIsOfNobodyKnown) {
  auto h = born();
  h.lose(100);
  EXPECT_THAT(h.get(ddata("D", 9, 2009), 200), ElementsAre("gap of 7", "hold 3"));
  h.lose(300);
  EXPECT_THAT(h.get(nbirth(8, 0, 5000), 400), testing::Contains("quarantine 3 session_ended"));
}

TEST(HostSession, DataOfAnUnbornDeviceWaitsForItsDbirth) {
  auto h = born();
  EXPECT_THAT(h.get(ddata("X", 2)), ElementsAre("hold 3"));
  EXPECT_THAT(h.get(dbirth("X", 3), 1999), ElementsAre("X online @1999", "apply 4", "apply held 3"));
  EXPECT_EQ(h.session.next_deadline(), std::nullopt);
  EXPECT_EQ(h.session.counters().rebirth_wishes, 0U);
}

TEST(HostSession, ADeviceIsAskedForWhenItsDbirthDoesNotComeInTime) {
  auto h = born();
  h.get(ddata("X", 2, 2001), 100);
  EXPECT_THAT(h.get(ddata("Y", 3, 2002), 1500), ElementsAre("hold 4"));
  EXPECT_THAT(h.get(dbirth("Y", 4), 1600), testing::Contains("apply held 4"));  // X's is still awaited
  EXPECT_THAT(h.time(2099), IsEmpty());
  EXPECT_THAT(h.time(2100), ElementsAre("rebirth? unborn_device"));
  EXPECT_THAT(h.time(60'000), IsEmpty());
  EXPECT_THAT(h.get(ddata("X", 5, 2003), 61'000), ElementsAre("hold 6", "rebirth? unborn_device"));  // not answered
  EXPECT_THAT(h.get(dbirth("X", 6), 62'000), testing::Contains("apply held 6"));
  EXPECT_THAT(h.get(ddata("Z", 7, 2004), 63'000), ElementsAre("hold 8")) << "another one has its own time";
  HostSessionOptions timer_only;
  timer_only.rebirth_on_unknown = false;
  auto quiet = born(timer_only);
  quiet.get(ddata("X", 2));
  EXPECT_THAT(quiet.time(60'000), IsEmpty());
}

TEST(HostSession, UnknownMetricsAreAskedForWhenNoBirthComesInTime) {
  auto h = born();
  const auto unknown = [&](const char* device, std::int64_t at) {
    Actions out;
    h.session.on_unknown_metrics(device, kStart + Millis{at}, out);
    return text_of(out);
  };
  h.get(ddata("D", 2, 2001), 100);
  EXPECT_THAT(unknown("D", 100), IsEmpty());
  EXPECT_THAT(h.get(dbirth("D", 3, 2002), 2099), ElementsAre("D online @2099", "apply 4"));
  EXPECT_EQ(h.session.next_deadline(), std::nullopt);
  EXPECT_THAT(unknown("", 3000), IsEmpty());
  EXPECT_THAT(h.time(5000), ElementsAre("rebirth? unknown_metric"));
  EXPECT_THAT(unknown("", 6000), ElementsAre("rebirth? unknown_metric"));
  h.get(nbirth(7, 0, 9000), 7000);
  EXPECT_THAT(unknown("", 7500), IsEmpty()) << "a birth begins the time anew";
  h.get(ndata(2, 9001), 7600);
  h.get(ndeath(7), 7700);
  EXPECT_THAT(unknown("", 7800), IsEmpty());
  EXPECT_THAT(h.time(60'000), IsEmpty());
}

// After its death a device speaks by its next DBIRTH, which may deal the aliases anew and come after its data.
TEST(HostSession, DataOfADeadDeviceWaitsForItsNextDbirth) {
  auto h = born();
  h.get(ddeath("D", 2, 2000), 10);
  EXPECT_THAT(h.get(ddata("D", 4, 2002), 30), ElementsAre("gap of 1", "hold 4"));
  EXPECT_THAT(h.get(dbirth("E", 5, 2003), 40), ElementsAre("E online @40", "apply 5")) << "explains nothing of D";
  auto again = dbirth("D", 3, 2001);
  again.payload.mutable_metrics(0)->set_name("another name");
  EXPECT_THAT(h.get(again, 50), ElementsAre("D online @50", "apply 6", "apply held 4"));
  const auto* names = std::get<ApplyHeld>(h.last.back()).names->device("D");
  EXPECT_EQ(names->by_alias(3)->name, "another name");
  // What it said before its death is explained by the birth before, however late it comes.
  auto late = born();
  late.get(ddeath("D", 3, 2001));
  EXPECT_THAT(late.get(ddata("D", 2, 2000)), ElementsAre("apply 4"));
  // And one that is never born again is asked for.
  EXPECT_THAT(late.get(ddata("D", 4, 2002), 100), ElementsAre("hold 5"));
  EXPECT_THAT(late.time(2100), ElementsAre("rebirth? unborn_device"));
}

// Where messages are missing the birth may be among them, and the timer of the gap asks, once.
TEST(HostSession, AnUnbornDeviceInAGapIsTheGapsAffair) {
  auto h = born();
  EXPECT_THAT(h.get(ddata("X", 3, 2001), 100), ElementsAre("gap of 1", "hold 3"));
  EXPECT_THAT(h.time(2100), ElementsAre("rebirth? gap"));
}

// What says nothing of a line is a sign of it all the same, once a birth tells of which.
TEST(HostSession, SignsOfLinesWaitForTheirBirth) {
  Host h;
  EXPECT_THAT(h.get(ddata_empty("D", 2)), ElementsAre("apply 1 bare"));
  EXPECT_THAT(h.get(ddeath("D", 3, 3000)), ElementsAre("apply 2 bare"));
  EXPECT_THAT(h.get(dbirth("D", 1)), ElementsAre("apply 3"));
  EXPECT_THAT(h.get(nbirth(7)), ElementsAre("node new @0", "apply 4", "D online @0", "heard 1",
                                            "D offline @" + std::to_string(3000 - count_of(kStart)), "heard 2"));
  EXPECT_EQ(h.session.held(), 0U);
}

TEST(HostSession, ADdeathBeforeItsDbirthEndsTheDevice) {
  auto h = born();
  EXPECT_THAT(h.get(ddeath("X", 3)), ElementsAre("gap of 1", "apply 3 bare"));
  EXPECT_THAT(h.get(dbirth("X", 2)), testing::Contains("heard 3"));
  EXPECT_EQ(h.session.devices().at("X").status, DeviceStatus::offline);
  EXPECT_EQ(h.session.devices().at("X").since, unix_millis(2000));
}

// A device that waits for its DBIRTH after a rebirth dies at its DDEATH, not when its grace is over.
TEST(HostSession, ADeviceThatIsPendingDiesAtItsDdeath) {
  auto h = born();
  h.get(nbirth(7, 0, 5000));
  h.get(ddeath("D", 2, 6000));  // its DBIRTH, seq 1, comes late
  EXPECT_EQ(h.session.devices().at("D").status, DeviceStatus::offline);
  EXPECT_EQ(h.session.devices().at("D").since, unix_millis(6000));
  EXPECT_THAT(h.get(dbirth("D", 1, 5001)), ElementsAre("apply 5", "heard 4"));
  EXPECT_EQ(h.session.devices().at("D").status, DeviceStatus::offline);
  EXPECT_THAT(h.get(dbirth("D", 3, 7000)), ElementsAre("D online @0", "apply 6"));
}

TEST(HostSession, KeepsFewSignsOfANodeThatIsNeverBorn) {
  Host h;
  for (unsigned i = 0; i < 300; ++i) h.get(ddata_empty("D", i % 256, 2000 + i));
  const auto size = h.session.save().size();
  for (unsigned i = 0; i < 300; ++i) h.get(ddata_empty("D", i % 256, 3000 + i));
  EXPECT_EQ(h.session.save().size(), size);
  EXPECT_EQ(std::ranges::count(h.get(dbirth("D", 1, 1)), "apply 601"), 1);
  const auto born = h.get(nbirth(7, 0, 1));
  EXPECT_EQ(std::ranges::count_if(born, [](const auto& said) { return said.starts_with("heard"); }), 64);
}

TEST(HostSession, TellsWhenItsNewestBirthsCame) {
  auto h = born();
  h.get(ndata(2), 50);
  h.lose(60);
  h.get(ndata(3), 70);
  EXPECT_EQ(h.session.born(), kStart);
  h.get(nbirth(7, 0, 5000), 80);
  h.get(ddeath("D", 1, 5001), 90);
  EXPECT_EQ(h.session.born(), kStart + Millis{80});
  EXPECT_EQ(h.session.devices().at("D").born, kStart);
}

TEST(HostSession, HoldsAtMostItsLimit) {
  HostSessionOptions options;
  options.max_held = 3;
  Host h(options);
  for (unsigned s = 10; s < 13; ++s) h.get(ndata(s));
  EXPECT_THAT(h.get(ndata(13)), ElementsAre("hold 4", "quarantine 1 too_many_held"));
  EXPECT_EQ(h.session.held(), 3U);
}

TEST(HostSession, RefusesWhatIsMalformed) {
  auto h = born();
  EXPECT_THAT(h.get(ndata(256)), ElementsAre("quarantine 3 bad_seq"));
  EXPECT_THAT(h.undecodable(MessageType::ndata), ElementsAre("quarantine 4 undecodable", "rebirth? undecodable"));
  EXPECT_THAT(h.get(counted(MessageType::ncmd, "", std::nullopt, 1)), ElementsAre("ignored 5 not_for_host"));
  EXPECT_THAT(h.get(ndata(std::nullopt)), ElementsAre("apply 6"));  // without seq: outside the count
  EXPECT_THAT(h.get(ndata(2)), ElementsAre("apply 7"));
}

TEST(HostSession, AcceptsAnyBaseOfAnNbirth) {
  Host h;
  h.get(nbirth(7, 200));
  EXPECT_THAT(h.get(ndata(201)), ElementsAre("apply 2"));
  EXPECT_EQ(h.session.counters().deviations, 1U);
}

TEST(HostSession, ADbirthDoesNotReplaceANewerOne) {
  auto h = born();
  h.get(dbirth("D", 4, 4000));  // 2 and 3 are missing
  auto late = dbirth("D", 3, 3000);
  late.payload.mutable_metrics(0)->set_name("older name");
  EXPECT_THAT(h.get(late), ElementsAre("apply 4"));
  EXPECT_NE(h.session.names()->device("D")->by_name("metric of D"), nullptr);
  EXPECT_THAT(h.get(ddeath("D", 2, 3500)), ElementsAre("apply 5"));
  EXPECT_EQ(h.session.devices().at("D").status, DeviceStatus::online);
}

TEST(HostSession, NamesOfAMessageAreThoseOfItsBirths) {
  auto h = born();
  h.get(ddata("D", 2));
  const auto& names = std::get<Apply>(h.last.front()).names;
  EXPECT_EQ(names->device("D")->by_alias(3)->name, "metric of D");
  EXPECT_EQ(names->device("")->by_alias(1)->name, "node metric");
}

TEST(HostSession, RefusesDamagedBytes) {
  auto h = born();
  h.get(ndata(9));
  const auto bytes = h.session.save();
  EXPECT_TRUE(HostSession::restore(bytes, {}).ok());
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(HostSession::restore(bytes.substr(0, n), {}).ok());
  EXPECT_FALSE(HostSession::restore(bytes + "x", {}).ok());
}

// Versions of before the first release: nothing reads them.
TEST(HostSession, RefusesBytesOfAnotherVersion) {
  auto bytes = born().session.save();
  for (const char version : {'1', '2', '3', '4', '7'}) {
    bytes[1] = version;
    const auto session = HostSession::restore(bytes, {});
    ASSERT_FALSE(session.ok()) << version;
    EXPECT_THAT(session.error().message, testing::HasSubstr("of another version"));
  }
}

TEST(HostSession, WithoutItsNamesOneThatNeedsThemIsRefused) {
  auto h = born();
  h.get(ndata(9));
  const auto bytes = h.session.save_beside_names();
  const auto names = [&](std::uint64_t) { return h.session.names(); };
  EXPECT_TRUE(HostSession::restore(bytes, {}, names).ok());
  EXPECT_FALSE(HostSession::restore(bytes, {}).ok());
  EXPECT_FALSE(HostSession::restore(bytes, {}, [](std::uint64_t) { return nullptr; }).ok());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(HostSession::restore(bytes.substr(0, n), {}, names).ok());
  }
  EXPECT_FALSE(HostSession::restore(bytes + "x", {}, names).ok());
}

}  // namespace
}  // namespace songhua::sparkplug
