#include "model/int128.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <limits>

namespace songhua {
namespace {

using boost::multiprecision::cpp_int;
constexpr int128 kMax = static_cast<int128>(~uint128{0} >> 1U);
constexpr int128 kMin = -kMax - 1;

TEST(Int128, TextOfTheExtremes) {
  EXPECT_EQ(to_string(kMax), "170141183460469231731687303715884105727");
  EXPECT_EQ(to_string(kMin), "-170141183460469231731687303715884105728");
  EXPECT_EQ(to_string(int128{0}), "0");
  EXPECT_EQ(parse_int128(to_string(kMax)), kMax);
  EXPECT_EQ(parse_int128(to_string(kMin)), kMin);
  EXPECT_FALSE(parse_int128("170141183460469231731687303715884105728"));
  for (const char* text : {"", "-", "+", "1.0", "1e3", " 1", "1 ", "--1"}) EXPECT_FALSE(parse_int128(text)) << text;
}

TEST(Int128, CheckedOperationsTellOverflow) {
  EXPECT_FALSE(checked_add(kMax, 1));
  EXPECT_FALSE(checked_sub(kMin, 1));
  EXPECT_FALSE(checked_mul(kMax, 2));
  EXPECT_EQ(checked_add(2, 3), int128{5});
}

RC_GTEST_PROP(Int128, FloorMulDivEqualsBigIntegers, (std::int64_t high, std::int64_t low)) {
  const int128 a = int128{high} * std::numeric_limits<std::int64_t>::max() + low;
  const auto d = *rc::gen::inRange<std::int64_t>(1, std::numeric_limits<std::int64_t>::max());
  const auto b = *rc::gen::inRange<std::int64_t>(0, d);
  const cpp_int product = cpp_int(to_string(a)) * b;
  cpp_int quotient = product / d;
  if (product % d < 0) --quotient;
  RC_ASSERT(to_string(floor_mul_div(a, b, d)) == quotient.str());
}

}  // namespace
}  // namespace songhua
