#include "disclosure/factor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "disclosure/parts.h"

// Numbers of fixed width are those of unlimited width, or say that they cannot be.
namespace songhua::disclosure {
namespace {

Rational rational(const Factor& factor) {
  return Rational(factor.num(), factor.den());
}

RC_GTEST_PROP(Factor, ReckonsAsRationalsDo, ()) {
  const auto any = [] { return Factor(*rc::gen::inRange(-50, 50), *rc::gen::inRange(1, 50)); };
  const auto a = any(), b = any();
  const auto x = rational(a), y = rational(b);
  RC_ASSERT(rational(a + b) == x + y);
  RC_ASSERT(rational(a - b) == x - y);
  RC_ASSERT(rational(a * b) == x * y);
  if (!b.zero()) RC_ASSERT(rational(a / b) == x / y);
  RC_ASSERT((a < b) == (x < y));
  RC_ASSERT((a == b) == (x == y));
  RC_ASSERT(rational(-a) == -x);
}

TEST(Factor, ThrowsWhereItsWidthEnds) {
  const Factor large(INT64_MAX), small(1, INT64_MAX);
  EXPECT_THROW(large + Factor(1), TooWide);
  EXPECT_THROW(large * Factor(2), TooWide);
  EXPECT_THROW(small * small, TooWide);
  EXPECT_THROW(small + Factor(1, INT64_MAX - 1), TooWide);
  EXPECT_THROW(Factor(INT64_MIN) * Factor(-1), TooWide);
  EXPECT_THROW(-Factor(INT64_MIN), TooWide);
  EXPECT_THROW((void)(Factor(INT64_MAX, 2) < Factor(INT64_MAX, 3)), TooWide);
  EXPECT_EQ(large * small, Factor(1));
  EXPECT_EQ(large + Factor(-1), Factor(INT64_MAX - 1));
}

Piece piece(const Rational& amount) {
  return {{0}, {}, amount};
}

TEST(Parts, AreWholeWhereDenominatorsAllow) {
  const Parts parts({piece(Rational(1, 3)), piece(Rational(7, 4)), piece(5)});
  EXPECT_TRUE(parts.exact());
  EXPECT_EQ(parts.of(Rational(1, 3)), Amount(4));
  EXPECT_EQ(parts.of(Rational(7, 4)), Amount(21));
  EXPECT_EQ(parts.rational(Amount(21)), Rational(7, 4));
  EXPECT_EQ(parts.distance(Rational(1, 5)), Amount(3));  // up
}

// Else amounts lose less than a part each, and distances are longer by that.
TEST(Parts, RoundToTheSafeSideWhereTheyDoNot) {
  std::vector<Piece> pieces;
  for (const std::int64_t prime : {1'000'000'007, 1'000'000'009, 1'000'000'021, 1'000'000'033}) {
    pieces.push_back(piece(Rational(prime + 1, prime)));
  }
  const Parts parts(pieces);
  EXPECT_FALSE(parts.exact());
  Rational lost = 0;
  for (const auto& p : pieces) {
    const Rational kept = parts.rational(parts.of(p.amount));
    EXPECT_LE(kept, p.amount);
    lost += p.amount - kept;
  }
  EXPECT_LT(lost, Rational(1, 1'000'000'000'000));
  EXPECT_GE(Rational(parts.rational(parts.distance(1)) - 1), lost);
}

}  // namespace
}  // namespace songhua::disclosure
