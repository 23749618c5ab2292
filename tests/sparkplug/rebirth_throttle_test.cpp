#include "sparkplug/rebirth_throttle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace songhua::sparkplug {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto at(std::int64_t ms) {
  return unix_millis(1'000'000 + ms);
}
constexpr std::int64_t kLater = 3'600'000;  // long after the host's start

RebirthThrottle throttle(RebirthThrottleOptions options = {}) {
  return {options, at(0), 42};
}

TEST(RebirthThrottle, OneInFlightThenTenSecondsDoublingToFiveMinutes) {
  auto t = throttle();
  std::vector<std::int64_t> sent;
  for (std::int64_t ms = 0; ms < 1'400'000; ms += 500) {
    t.want("G/E", RebirthReason::gap, at(kLater + ms));  // the node goes on sending
    if (!t.due(at(kLater + ms)).empty()) sent.push_back(ms / 1000);
  }
  EXPECT_THAT(sent, ElementsAre(0, 10, 30, 70, 150, 310, 610, 910, 1210));
}

TEST(RebirthThrottle, AnNbirthResetsTheWait) {
  auto t = throttle();
  t.want("G/E", RebirthReason::gap, at(kLater));
  t.due(at(kLater));
  t.born("G/E");
  t.want("G/E", RebirthReason::gap, at(kLater + 1));
  EXPECT_THAT(t.due(at(kLater + 1)), ElementsAre("G/E"));
}

TEST(RebirthThrottle, DoesNotAskASilentOrDeadNodeAgain) {
  auto t = throttle();
  t.want("G/E", RebirthReason::no_birth, at(kLater));
  EXPECT_THAT(t.due(at(kLater)), ElementsAre("G/E"));
  EXPECT_EQ(t.next_due(at(kLater)), std::nullopt);
  EXPECT_THAT(t.due(at(kLater + 60'000)), IsEmpty());
  t.want("G/E", RebirthReason::no_birth, at(kLater + 70'000));
  t.gone("G/E");
  EXPECT_THAT(t.due(at(kLater + 70'000)), IsEmpty());
}

TEST(RebirthThrottle, AfterAHostStartAThousandNodesAreAskedAtABoundedRate) {
  auto t = throttle();
  for (int n = 0; n < 1000; ++n) t.want("G/" + std::to_string(n), RebirthReason::no_birth, at(0));
  std::size_t total = 0, most = 0;
  std::int64_t ms = 0;
  for (; total < 1000 && ms < 120'000; ms += 100) {
    const auto sent = t.due(at(ms)).size();
    total += sent;
    most = std::max(most, sent);
  }
  EXPECT_EQ(total, 1000U);
  EXPECT_LE(most, 20U);
  EXPECT_GE(ms, 49'000);  // 20 per second
  EXPECT_LE(ms, 55'000);
}

TEST(RebirthThrottle, TheReorderTimersFirstRequestIsNotJittered) {
  auto t = throttle();
  for (int n = 0; n < 15; ++n) t.want("G/" + std::to_string(n), RebirthReason::no_birth, at(0));
  t.want("G/late", RebirthReason::gap, at(0));
  const auto sent = t.due(at(0));
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.front(), "G/late");
  EXPECT_LT(sent.size(), 5U);  // the others are spread
}

TEST(RebirthThrottle, AnOperatorPassesEverything) {
  RebirthThrottleOptions off;
  off.enabled = false;
  auto t = throttle(off);
  t.want("G/E", RebirthReason::gap, at(kLater));
  EXPECT_THAT(t.due(at(kLater)), IsEmpty());
  for (int i = 0; i < 3; ++i) {
    t.insist("G/E");
    EXPECT_EQ(t.next_due(at(kLater)), at(kLater));
    EXPECT_THAT(t.due(at(kLater)), ElementsAre("G/E"));
  }
}

TEST(RebirthThrottle, SaysWhenItIsDue) {
  auto t = throttle();
  t.want("G/E", RebirthReason::gap, at(kLater));
  t.due(at(kLater));
  t.want("G/E", RebirthReason::gap, at(kLater + 100));
  EXPECT_EQ(t.next_due(at(kLater + 100)), at(kLater + 10'000));
  EXPECT_EQ(t.waiting(), 1U);
}

}  // namespace
}  // namespace songhua::sparkplug
