#include "mqtt/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace songhua::mqtt {
namespace {

constexpr Backoff::Limits kLimits{.first = Millis{200}, .max = Millis{30'000}};

TEST(Backoff, StaysBetweenHalfAndWholeOfADoublingCeiling) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff{kLimits, seed};
    Millis ceiling = kLimits.first;
    for (int attempt = 0; attempt < 20; ++attempt) {
      const auto delay = backoff.next();
      EXPECT_GE(delay, ceiling / 2);
      EXPECT_LE(delay, ceiling);
      ceiling = std::min(ceiling * 2, kLimits.max);
    }
  }
}

TEST(Backoff, StartsAnewAfterReset) {
  Backoff backoff{kLimits, 1};
  for (int attempt = 0; attempt < 10; ++attempt) (void)backoff.next();
  backoff.reset();
  EXPECT_LE(backoff.next(), kLimits.first);
}

TEST(Backoff, SpreadsAThousandNodes) {
  std::set<Millis> delays;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Backoff backoff{{.first = Millis{10'000}, .max = Millis{10'000}}, seed};
    delays.insert(backoff.next());
  }
  EXPECT_GT(delays.size(), 850U);  // of 5001 possible; 906 are expected of a uniform draw
}

TEST(Backoff, IsAFunctionOfItsSeed) {
  Backoff one{kLimits, 42}, other{kLimits, 42};
  for (int attempt = 0; attempt < 20; ++attempt) EXPECT_EQ(one.next(), other.next());
}

TEST(Backoff, FirstAboveMaxIsCut) {
  Backoff backoff{{.first = Millis{500}, .max = Millis{100}}, 3};
  for (int attempt = 0; attempt < 20; ++attempt) EXPECT_LE(backoff.next(), Millis{100});
}

}  // namespace
}  // namespace songhua::mqtt
