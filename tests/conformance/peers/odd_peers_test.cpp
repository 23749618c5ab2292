// Odd and hostile peers: each has a defined outcome (docs/conformance.md), and a neighbour never notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "peers/plant.h"

namespace songhua::conformance {
namespace {

using sparkplug::DeviceStatus;
using sparkplug::SessionState;

constexpr auto kGood = "Output/p/CN/Good";

// Whoever was born last is the session. The other's messages look like gaps; asking goes on no faster than the reorder
// timer, and both count under epochs of their own, so nothing is lost.
TEST(OddPeers, TwoNodesOfOneId) {
  Plant plant;
  Node one("bad", "L"), two("bad", "L");
  one.aliases.clear();
  two.aliases.clear();
  two.epoch = 2;
  two.bd_seq = 9;
  plant.run(300, [&](int second) {
    if (second == 0) plant.bear(one);
    if (second == 5) plant.bear(two);
    auto& speaker = second % 2 == 0 ? one : two;
    if (second > 5) {
      speaker.counters[kGood] += 2;
      plant.tell(speaker);
    }
  });
  EXPECT_GT(plant.session("G/bad").counters().gaps, 10U);
  EXPECT_GT(plant.requests["G/bad"], 0);
  EXPECT_LE(plant.requests["G/bad"], 10) << "nobody answers: 10 s, 20 s, 40 s...";
  EXPECT_EQ(plant.session("G/bad").bd_seq(), 9U);
  plant.expect_good_is_untouched();
}

// The same, answering each request: every birth resets the throttle, the reorder timer still paces it.
TEST(OddPeers, TwoNodesOfOneIdThatAnswerEveryRequest) {
  Plant plant;
  Node one("bad", "L"), two("bad", "L");
  int answered = 0;
  plant.run(300, [&](int second) {
    if (second == 0 || plant.requests["G/bad"] > answered) {
      answered = plant.requests["G/bad"];
      plant.bear(one);
      plant.bear(two);
    }
    plant.tell(second % 2 == 0 ? one : two);
  });
  EXPECT_GT(plant.requests["G/bad"], 20);
  EXPECT_LE(plant.requests["G/bad"], 300 / 2);
  plant.expect_good_is_untouched();
}

// Nobody published an NDEATH: the next birth with another bdSeq ends what was before.
TEST(OddPeers, ANodeThatNeverDies) {
  Plant plant;
  Node bad("bad", "L");
  plant.run(100, [&](int second) {
    if (second == 0) plant.bear(bad);
    if (second == 60) {
      bad.bd_seq = 1;
      plant.send(bad.topic("NBIRTH"), bad.nbirth(plant.now));
    }
  });
  EXPECT_EQ(plant.session("G/bad").state(), SessionState::alive);
  EXPECT_EQ(plant.session("G/bad").devices().at("L").status, DeviceStatus::offline);
  EXPECT_FALSE(plant.requests.contains("G/bad")) << "a silent node is not asked";
  plant.expect_good_is_untouched();
}

TEST(OddPeers, ABirthWithoutAliases) {
  Plant plant;
  Node bad("bad", "L");
  bad.aliases.clear();
  plant.run(100, [&](int second) {
    if (second == 0) plant.bear(bad);
    bad.counters[kGood] += 7;
    plant.tell(bad);
  });
  EXPECT_EQ(plant.total("G/bad/L"), 99 * 7);  // the first reading is where counting begins
  EXPECT_FALSE(plant.wishes.contains("G/bad"));
  plant.expect_good_is_untouched();
}

// A rebirth gives the numbers to other metrics: what was said before means the old ones, what comes after the new ones.
TEST(OddPeers, AnAliasUsedAgain) {
  Plant plant;
  Node bad("bad", "L");
  bad.counters = {{"Output/a/CN/Good", 0}, {"Output/b/CN/Good", 0}};
  bad.aliases = {{"Output/a/CN/Good", 5}, {"Output/b/CN/Good", 6}};
  plant.run(200, [&](int second) {
    if (second == 100) std::swap(bad.aliases["Output/a/CN/Good"], bad.aliases["Output/b/CN/Good"]);
    if (second == 0 || second == 100) plant.bear(bad);
    bad.counters["Output/a/CN/Good"] += 1;
    bad.counters["Output/b/CN/Good"] += 1'000;
    plant.tell(bad);
  });
  EXPECT_EQ(plant.total("G/bad/L", "a"), 199);
  EXPECT_EQ(plant.total("G/bad/L", "b"), 199'000);
  plant.expect_good_is_untouched();
}

TEST(OddPeers, ABirthOfTwentyThousandMetrics) {
  Plant plant;
  Node bad("bad", "L");
  bad.counters.clear();
  bad.aliases.clear();
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto name = "Output/p" + std::to_string(i) + "/CN/Good";
    bad.counters[name] = 0;
    bad.aliases[name] = 100 + i;
  }
  plant.run(10, [&](int second) {
    if (second == 0) plant.bear(bad);
    if (second == 5) {
      for (auto& [name, value] : bad.counters) value += 11;
      plant.tell(bad);
    }
  });
  EXPECT_EQ(plant.total("G/bad/L", "p19999"), 11);
  EXPECT_EQ(plant.session("G/bad").names()->device("L")->all().size(), 20'001U);
  plant.expect_good_is_untouched();
}

TEST(OddPeers, BdSeqThatWraps) {
  Plant plant;
  Node bad("bad", "L");
  bad.bd_seq = 254;
  plant.run(40, [&](int second) {
    if (second % 10 != 0) return plant.tell(bad);
    const auto late = bad.ndeath();
    if (second % 20 == 0 && second > 0) plant.send(bad.topic("NDEATH"), late);
    bad.bd_seq = (bad.bd_seq + 1) % 256;
    plant.bear(bad);
    if (second % 20 == 10) plant.send(bad.topic("NDEATH"), late);  // the will of the session before comes late
  });
  EXPECT_EQ(plant.session("G/bad").bd_seq(), 2U);
  EXPECT_EQ(plant.session("G/bad").state(), SessionState::alive);
  EXPECT_EQ(plant.session("G/bad").counters().ignored_ndeath, 2U);
  plant.expect_good_is_untouched();
}

// Readings beyond the time limits go to quarantine with the reason; the session is none the worse.
TEST(OddPeers, ClocksYearsAheadAndBehind) {
  for (const auto& [error, reason] :
       {std::pair(Millis{94'608'000'000}, "future"), {Millis{-900'000'000'000}, "past"}}) {
    Plant plant;
    Node bad("bad", "L");
    bad.clock_error = error;
    plant.run(60, [&](int second) {
      if (second == 0) plant.bear(bad);
      bad.counters[kGood] += 1;
      plant.tell(bad);
    });
    EXPECT_GE(plant.refused(reason), 60U);
    EXPECT_GE(plant.refused("message_time"), 60U);
    EXPECT_EQ(plant.total("G/bad/L"), 0);
    EXPECT_EQ(plant.session("G/bad").state(), SessionState::alive);
    EXPECT_FALSE(plant.wishes.contains("G/bad"));
    plant.expect_good_is_untouched();
  }
}

// Local time sent as UTC: east of Greenwich readings of the future, west of it a late but whole past.
TEST(OddPeers, ClocksThatTellLocalTime) {
  for (const auto hours : {8, -8}) {
    Plant plant;
    Node bad("bad", "L");
    bad.clock_error = std::chrono::hours{hours};
    plant.run(60, [&](int second) {
      if (second == 0) plant.bear(bad);
      bad.counters[kGood] += 1;
      plant.tell(bad);
    });
    EXPECT_EQ(plant.total("G/bad/L"), hours > 0 ? 0 : 59);
    EXPECT_EQ(plant.refused("future") > 0, hours > 0);
    EXPECT_EQ(plant.session("G/bad").state(), SessionState::alive);
    plant.expect_good_is_untouched();
  }
}

// Data, and even the device's death, overtake the births: nothing of them is lost, and the device ends dead.
TEST(OddPeers, BirthsThatComeLast) {
  Plant plant;
  Node bad("bad", "L");
  std::vector<std::pair<std::string, std::string>> said{{bad.topic("NBIRTH"), bad.nbirth(plant.now)},
                                                        {bad.topic("DBIRTH"), bad.dbirth(plant.now)}};
  plant.run(40, [&](int second) {
    if (second < 12) {
      bad.counters[kGood] += 5;
      plant.send(bad.topic("DDATA"), bad.ddata(plant.now));
    }
    if (second == 12) plant.send(bad.topic("DDEATH"), bad.ddeath(plant.now));
    if (second == 13) plant.send(said[1].first, said[1].second);
    if (second == 14) plant.send(said[0].first, said[0].second);
  });
  EXPECT_EQ(plant.total("G/bad/L"), 60);
  EXPECT_EQ(plant.session("G/bad").devices().at("L").status, DeviceStatus::offline);
  EXPECT_EQ(plant.session("G/bad").held(), 0U);
  plant.expect_good_is_untouched();
}

// What a broker kept is no news: nobody knows whether that life still goes on. It explains nothing and wakes nobody.
TEST(OddPeers, RetainedBirths) {
  Plant plant;
  Node bad("bad", "L"), dead("dead", "L");
  const auto old_nbirth = bad.nbirth(plant.now), old_dbirth = bad.dbirth(plant.now);
  bad.counters = {{"Output/a/CN/Good", 10}, {"Output/b/CN/Good", 20}};
  bad.aliases = {{"Output/a/CN/Good", 6}, {"Output/b/CN/Good", 5}};  // 5 was another metric in the births of old
  static_cast<void>(bad.nbirth(plant.now));
  static_cast<void>(bad.dbirth(plant.now));
  int answered = 0;
  plant.run(120, [&](int second) {
    if (second == 0) {
      plant.send(bad.topic("NBIRTH"), old_nbirth, true);
      plant.send(bad.topic("DBIRTH"), old_dbirth, true);
      plant.send(dead.topic("NBIRTH"), dead.nbirth(plant.now), true);
    }
    if (plant.requests["G/bad"] > answered) {
      answered = plant.requests["G/bad"];
      plant.bear(bad);
    }
    bad.counters["Output/a/CN/Good"] += 1;
    plant.tell(bad);
  });
  EXPECT_EQ(plant.refused("retained"), 3U);
  EXPECT_EQ(plant.requests["G/bad"], 1);
  EXPECT_EQ(plant.total("G/bad/L", "p"), 0);
  EXPECT_EQ(plant.total("G/bad/L", "b"), 0);
  EXPECT_EQ(plant.total("G/bad/L", "a"), 119);
  EXPECT_FALSE(plant.knows("G/dead"));
  plant.expect_good_is_untouched();
}

// Everything twice, at once and again forty messages later: counted once, and no gap of 255 is seen.
TEST(OddPeers, DuplicatesFromABridge) {
  Plant plant;
  Node bad("bad", "L");
  std::vector<std::pair<std::string, std::string>> past;
  plant.run(300, [&](int second) {
    if (second == 0) plant.bear(bad);
    bad.counters[kGood] += 2;
    past.emplace_back(bad.topic("DDATA"), bad.ddata(plant.now));
    plant.send(past.back().first, past.back().second);
    plant.send(past.back().first, past.back().second);
    if (past.size() > 40) plant.send(past[past.size() - 40].first, past[past.size() - 40].second);
  });
  EXPECT_EQ(plant.session("G/bad").counters().duplicates, 300U + 260U);
  EXPECT_EQ(plant.session("G/bad").counters().gaps, 0U);
  EXPECT_EQ(plant.total("G/bad/L"), 299 * 2);
  EXPECT_FALSE(plant.wishes.contains("G/bad"));
  plant.expect_good_is_untouched();
}

// A device is its node's: where it goes on elsewhere, that is another line, until lines.toml gives both one name.
TEST(OddPeers, ADeviceThatMoves) {
  Plant plant;
  Node one("one", "M"), two("two", "M");
  plant.run(100, [&](int second) {
    if (second == 0) plant.bear(one);
    if (second == 50) {
      plant.send(one.topic("DDEATH"), one.ddeath(plant.now));
      two.counters = one.counters;
      plant.bear(two);
    }
    auto& here = second < 50 ? one : two;
    here.counters[kGood] += 4;
    plant.tell(here);
  });
  EXPECT_EQ(plant.total("G/one/M"), 49 * 4);
  EXPECT_EQ(plant.total("G/two/M"), 49 * 4);
  EXPECT_EQ(plant.session("G/one").devices().at("M").status, DeviceStatus::offline);
  EXPECT_EQ(plant.session("G/two").devices().at("M").status, DeviceStatus::online);
  plant.expect_good_is_untouched();
}

// Topics that are none of Sparkplug B: quarantined with what is wrong, whatever their payload.
TEST(OddPeers, OtherTopics) {
  Plant plant;
  const std::vector<std::string> topics{"spAv1.0/G/NBIRTH/bad",   "STATE/songhua",         "spBv1.0/G/NTALK/bad",
                                        "spBv1.0/G/NDATA",        "spBv1.0/G/DDATA/bad",   "spBv1.0/G/NDATA/bad/L",
                                        "spBv1.0//NDATA/bad",     "spBv1.0/G/ddata/bad/L", "factory/line1/temperature",
                                        "spBv1.0/G/NDATA/bad\xFF"};
  plant.run(20, [&](int) {
    for (const auto& topic : topics) plant.send(topic, "\x08\x01");
  });
  EXPECT_EQ(plant.refused("topic"), 20U * topics.size());
  EXPECT_TRUE(plant.wishes.empty());
  plant.expect_good_is_untouched();
}

// Other hosts' STATE, in the text form of 2.2 or not, says nothing to a gateway.
TEST(OddPeers, StateOfOthers) {
  Plant plant;
  plant.run(20, [&](int) {
    plant.send("spBv1.0/STATE/other", "ONLINE");
    plant.send("spBv1.0/STATE/other", R"({"online":false,"timestamp":1})", true);
    plant.send("spBv1.0/STATE/other", std::string(100'000, '['));
  });
  EXPECT_EQ(plant.refused("topic") + plant.refused("undecodable"), 0U);
  EXPECT_TRUE(plant.wishes.empty());
  plant.expect_good_is_untouched();
}

TEST(OddPeers, GarbageAsPayload) {
  Plant plant;
  plant.run(120, [&](int second) {
    plant.send("spBv1.0/G/NBIRTH/bad", "\xFF\xFF\xFF");
    plant.send("spBv1.0/G/DDATA/bad/L", std::string(static_cast<std::size_t>(second) * 100, '\x0A'));
    plant.send("spBv1.0/G/NDEATH/bad", "");
  });
  EXPECT_GE(plant.refused("undecodable"), 120U);
  EXPECT_LE(plant.requests["G/bad"], 6);
  plant.expect_good_is_untouched();
}

// A node that invents a device with each message is cut off at the limit; its next births are refused.
TEST(OddPeers, EverNewDevices) {
  ingest::PipelineOptions options;
  options.session.max_devices = 50;
  Plant plant(options);
  Node bad("bad", "L");
  plant.run(120, [&](int second) {
    if (second == 0) plant.send(bad.topic("NBIRTH"), bad.nbirth(plant.now));
    auto payload = bad.dbirth(plant.now);
    plant.send("spBv1.0/G/DBIRTH/bad/D" + std::to_string(second), payload);
  });
  EXPECT_EQ(plant.session("G/bad").devices().size(), 50U);
  EXPECT_EQ(plant.refused("too_many_devices"), 70U);
  plant.expect_good_is_untouched();
}

}  // namespace
}  // namespace songhua::conformance
