#include "model/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <string>

namespace songhua {
namespace {

using boost::multiprecision::cpp_int;

std::string round_trip(std::string_view text) {
  const auto value = Fixed9::parse(text);
  return value ? value->str() : "none";
}

TEST(Fixed9, ReadsPlainDecimals) {
  EXPECT_EQ(round_trip("73.96732207"), "73.96732207");
  EXPECT_EQ(round_trip("-3.50"), "-3.5");
  EXPECT_EQ(round_trip("0"), "0");
  EXPECT_EQ(round_trip("-0.0"), "0");
  EXPECT_EQ(round_trip("+12"), "12");
  EXPECT_EQ(round_trip(".5"), "0.5");
  EXPECT_EQ(round_trip("1e3"), "1000");
  EXPECT_EQ(round_trip("1.25E-2"), "0.0125");
  EXPECT_EQ(round_trip("1e+2"), "100");
}

TEST(Fixed9, RoundsToNearestHalfAwayFromZero) {
  EXPECT_EQ(round_trip("92.27798059999999"), "92.2779806");
  EXPECT_EQ(round_trip("0.0000000005"), "0.000000001");
  EXPECT_EQ(round_trip("-0.0000000005"), "-0.000000001");
  EXPECT_EQ(round_trip("0.00000000049999"), "0");
  EXPECT_EQ(round_trip("0.0000000015"), "0.000000002");
  EXPECT_EQ(round_trip("1e-300"), "0");
  EXPECT_EQ(round_trip("5e-10"), "0.000000001");
}

TEST(Fixed9, RefusesWhatIsNoDecimalOrTooLarge) {
  for (const char* text :
       {"", ".", "-", "1.2.3", "1,5", "12 ", " 12", "0x10", "NaN", "inf", "1e", "1e+-3", "--1", "1e5.5"}) {
    EXPECT_EQ(round_trip(text), "none") << text;
  }
  EXPECT_EQ(round_trip("170141183460469231731687303715.884105727"), "170141183460469231731687303715.884105727");
  EXPECT_EQ(round_trip("170141183460469231731687303715.884105728"), "none");
  EXPECT_EQ(round_trip("1e400"), "none");
  EXPECT_EQ(round_trip("0e999"), "0");
}

TEST(Fixed9, TakesTheExactBinaryValueOfADouble) {
  EXPECT_EQ(Fixed9::from_double(0.5)->str(), "0.5");
  EXPECT_EQ(Fixed9::from_double(-2.0)->str(), "-2");
  EXPECT_EQ(Fixed9::from_double(0.1)->str(), "0.1");
  EXPECT_EQ(Fixed9::from_double(5e-324)->units, 0);
  EXPECT_EQ(Fixed9::from_double(std::ldexp(1.0, 97))->str(), to_string(int128{1} << 97));
  EXPECT_FALSE(Fixed9::from_double(std::ldexp(1.0, 98)));
  EXPECT_FALSE(Fixed9::from_double(1e300));
  EXPECT_FALSE(Fixed9::from_double(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(Fixed9::from_double(-std::numeric_limits<double>::infinity()));
}

// Oracle: the double's value as a ratio of big integers, rounded half away from zero.
RC_GTEST_PROP(Fixed9, FromDoubleIsTheNearestToTheExactRatio, (std::int64_t mantissa, std::int8_t exponent)) {
  const double value = std::ldexp(static_cast<double>(mantissa % (std::int64_t{1} << 53)), exponent % 60);
  int e = 0;
  const double m = std::frexp(std::fabs(value), &e);
  cpp_int num = static_cast<std::int64_t>(std::ldexp(m, 53)), den = 1;
  num *= Fixed9::kOne;
  if (e >= 53) num <<= e - 53;
  if (e < 53) den <<= 53 - e;
  const cpp_int nearest = (2 * num + den) / (2 * den) * (value < 0 ? -1 : 1);
  const auto fixed = Fixed9::from_double(value);
  const bool fits = boost::multiprecision::abs(nearest) < (cpp_int{1} << 127);
  RC_ASSERT(fixed.has_value() == fits);
  if (fixed) RC_ASSERT(to_string(fixed->units) == nearest.str());
}

RC_GTEST_PROP(Fixed9, TextIsReadBackToTheSameValue, (std::int64_t high, std::uint32_t low)) {
  const Fixed9 value{int128{high} * 1'000'003 + low};
  const auto again = Fixed9::parse(value.str());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == value);
}

TEST(Fraction, ReadsIntegersDecimalsAndRatiosInLowestTerms) {
  EXPECT_EQ(Fraction::parse("1000"), (Fraction{1000, 1}));
  EXPECT_EQ(Fraction::parse("0.5"), (Fraction{1, 2}));
  EXPECT_EQ(Fraction::parse("0.001"), (Fraction{1, 1000}));
  EXPECT_EQ(Fraction::parse("6/4"), (Fraction{3, 2}));
  EXPECT_EQ(Fraction::parse("-6/4"), (Fraction{-3, 2}));
  EXPECT_EQ(Fraction::parse("6/-4"), (Fraction{-3, 2}));
  EXPECT_EQ(Fraction::parse("0"), (Fraction{0, 1}));
  EXPECT_EQ(Fraction::parse("3/2")->str(), "3/2");
  EXPECT_EQ(Fraction::parse("7")->str(), "7");
  EXPECT_TRUE(Fraction::parse("5/5")->is_one());
  EXPECT_FALSE(Fraction::parse("2")->is_one());
}

TEST(Fraction, RefusesWhatIsNoFractionOrTooWide) {
  for (const char* text : {"", "a", "1/0", "1/", "/2", "1/2/3", "1e3", "0.5/2", "9223372036854775808", "1 / 2"}) {
    EXPECT_FALSE(Fraction::parse(text)) << text;
  }
  EXPECT_TRUE(Fraction::parse("9223372036854775807"));
  EXPECT_FALSE(Fraction::parse("0.00000000000000000001"));
}

TEST(ScaleFloor, RoundsTowardsMinusInfinity) {
  EXPECT_EQ(scale_floor(7, {1, 2}), int128{3});
  EXPECT_EQ(scale_floor(-7, {1, 2}), int128{-4});
  EXPECT_EQ(scale_floor(3, {1000, 1}), int128{3000});
  EXPECT_EQ(scale_floor(7, {-1, 2}), int128{-4});
  const int128 huge = int128{1} << 120;
  EXPECT_EQ(scale_floor(huge, {1000, 1000}), huge);
  EXPECT_FALSE(scale_floor(huge, {1000, 1}));
}

RC_GTEST_PROP(ScaleFloor, EqualsTheFloorOfBigIntegers, (std::int64_t high, std::int64_t low, std::int64_t num)) {
  const auto den = *rc::gen::inRange<std::int64_t>(1, std::numeric_limits<std::int64_t>::max());
  const int128 value = int128{high} * (std::int64_t{1} << 40) + low;
  const cpp_int product = cpp_int(to_string(value)) * num;
  cpp_int quotient = product / den;
  if (product % den < 0) --quotient;
  const auto scaled = scale_floor(value, {num, den});
  if (scaled) RC_ASSERT(to_string(*scaled) == quotient.str());
  const bool fits = boost::multiprecision::abs(quotient) < (cpp_int{1} << 126);
  if (fits) RC_ASSERT(scaled.has_value());
}

}  // namespace
}  // namespace songhua
