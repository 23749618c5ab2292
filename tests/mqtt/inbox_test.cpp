#include "mqtt/inbox.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

namespace songhua::mqtt {
namespace {

using namespace std::chrono_literals;
using Numbers = Inbox<int>;

constexpr auto kLong = 1h;  // never reached: what is waited for comes

TEST(Inbox, HandsOverInOrder) {
  Numbers inbox{{.linger = 0us}};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(inbox.push(int{i}, 1));
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, 0us));
  EXPECT_EQ(lot, (std::vector{0, 1, 2}));
  EXPECT_FALSE(inbox.take(lot, 0us));
  EXPECT_TRUE(lot.empty());
}

TEST(Inbox, RefusesAndCountsBeyondItsItems) {
  Numbers inbox{{.items = 2, .linger = 0us}};
  EXPECT_TRUE(inbox.push(1, 1));
  EXPECT_TRUE(inbox.push(2, 1));
  EXPECT_FALSE(inbox.push(3, 1));
  EXPECT_FALSE(inbox.push(4, 1));
  EXPECT_EQ(inbox.counts().refused, 2U);
  EXPECT_EQ(inbox.counts().waiting, 2U);
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, 0us));
  EXPECT_TRUE(inbox.push(5, 1));
  EXPECT_EQ(inbox.counts().most_items, 2U);
}

TEST(Inbox, RefusesBeyondItsBytes) {
  Numbers inbox{{.bytes = 100, .linger = 0us}};
  EXPECT_TRUE(inbox.push(1, 60));
  EXPECT_FALSE(inbox.push(2, 41));
  EXPECT_TRUE(inbox.push(3, 40));
  EXPECT_EQ(inbox.counts().bytes, 100U);
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, 0us));
  EXPECT_EQ(inbox.counts().bytes, 0U);
  EXPECT_TRUE(inbox.push(4, 100));
}

TEST(Inbox, NoSenderHoldsMoreThanHalf) {
  using Outcome = Numbers::Outcome;
  Numbers inbox{{.items = 10, .bytes = 1'000, .linger = 0us}};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(inbox.push_from(1, int{i}, 1), Outcome::accepted);
  EXPECT_EQ(inbox.push_from(1, 5, 1), Outcome::too_many);
  EXPECT_EQ(inbox.push_from(2, 6, 400), Outcome::accepted);
  EXPECT_EQ(inbox.push_from(2, 7, 101), Outcome::too_many) << "its half of the bytes";
  for (int i = 0; i < 4; ++i) EXPECT_EQ(inbox.push_from(3, int{i}, 1), Outcome::accepted);
  EXPECT_EQ(inbox.push_from(4, 8, 1), Outcome::full);
  EXPECT_EQ(inbox.counts().too_many, 2U);
  EXPECT_EQ(inbox.counts().refused, 1U);
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, 0us));
  EXPECT_EQ(lot.size(), 10U);
  EXPECT_EQ(inbox.push_from(1, 9, 500), Outcome::accepted) << "what was taken counts no more";
}

TEST(Inbox, TakesEventsBeyondItsLimitsInOrder) {
  Numbers inbox{{.items = 1, .bytes = 1}};
  EXPECT_TRUE(inbox.push(1, 1));
  EXPECT_TRUE(inbox.push_event(2));
  EXPECT_FALSE(inbox.push(3, 1));
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, 0us));
  EXPECT_EQ(lot, (std::vector{1, 2}));
}

TEST(Inbox, AFullLotDoesNotLinger) {
  Numbers inbox{{.lot = 4, .linger = kLong}};
  std::jthread writer{[&] {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(inbox.push(int{i}, 1));
  }};
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, kLong));
  EXPECT_EQ(lot.size(), 4U);
}

TEST(Inbox, AnEventDoesNotLinger) {
  Numbers inbox{{.linger = kLong}};
  std::jthread writer{[&] { EXPECT_TRUE(inbox.push_event(1)); }};
  std::vector<int> lot;
  EXPECT_TRUE(inbox.take(lot, kLong));
}

TEST(Inbox, AnUnfilledLotComesAfterLingering) {
  Numbers inbox{{.lot = 1000, .linger = 2ms}};
  std::jthread writer{[&] { EXPECT_TRUE(inbox.push(1, 1)); }};
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, kLong));
  EXPECT_EQ(lot, std::vector{1});
}

TEST(Inbox, WakeEndsWaiting) {
  Numbers inbox;
  std::jthread waker{[&] { inbox.wake(); }};
  std::vector<int> lot;
  EXPECT_FALSE(inbox.take(lot, kLong));
}

TEST(Inbox, CloseHandsOutTheRestAndAcceptsNothing) {
  Numbers inbox{{.linger = kLong}};
  EXPECT_TRUE(inbox.push(1, 1));
  inbox.close();
  EXPECT_TRUE(inbox.closed());
  EXPECT_FALSE(inbox.push(2, 1));
  EXPECT_FALSE(inbox.push_event(3));
  std::vector<int> lot;
  ASSERT_TRUE(inbox.take(lot, kLong));
  EXPECT_EQ(lot, std::vector{1});
  EXPECT_FALSE(inbox.take(lot, kLong));
}

TEST(Inbox, MovesItems) {
  Inbox<std::unique_ptr<int>> inbox{{.linger = 0us}};
  EXPECT_TRUE(inbox.push(std::make_unique<int>(7), 1));
  std::vector<std::unique_ptr<int>> lot;
  ASSERT_TRUE(inbox.take(lot, 0us));
  EXPECT_EQ(*lot.front(), 7);
}

// Conservation: whatever two writers offer is either read, each writer's in order, or counted as refused.
TEST(Inbox, LosesNothingUncountedBetweenThreads) {
  constexpr int kEach = 50'000;
  Numbers inbox{{.items = 500}};
  std::vector<int> read;
  std::jthread reader{[&] {
    std::vector<int> lot;
    while (inbox.take(lot, kLong)) read.insert(read.end(), lot.begin(), lot.end());
  }};
  std::uint64_t refused[2] = {0, 0};
  {
    const auto write = [&](int writer) {
      for (int i = 0; i < kEach; ++i) refused[writer] += inbox.push(2 * i + writer, 10) ? 0U : 1U;
    };
    const std::jthread first{write, 0}, second{write, 1};
  }
  inbox.close();
  reader.join();

  EXPECT_EQ(read.size() + refused[0] + refused[1], 2U * kEach);
  EXPECT_EQ(inbox.counts().refused, refused[0] + refused[1]);
  EXPECT_LE(inbox.counts().most_items, 500U);
  int last[2] = {-1, -1};
  for (const int number : read) {
    EXPECT_GT(number, last[number % 2]);
    last[number % 2] = number;
  }
}

}  // namespace
}  // namespace songhua::mqtt
