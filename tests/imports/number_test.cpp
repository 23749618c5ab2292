#include "imports/number.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace songhua::imports {
namespace {

std::string quantity(std::string_view text, Fraction factor = {1, 1}) {
  const auto value = parse_quantity(text, factor);
  return value ? songhua::to_string(*value) : "none";
}

std::string value(std::string_view text, Fraction factor = {1, 1}) {
  const auto fixed = parse_value(text, factor);
  return fixed ? fixed->str() : "none";
}

TEST(Quantity, IsTheFloorOfTheExactProduct) {
  EXPECT_EQ(quantity("3.17", {1000, 1}), "3170");
  EXPECT_EQ(quantity("0.29", {100, 1}), "29");  // 0.29 * 100 is 28.999999999999996 in doubles
  EXPECT_EQ(quantity("3.1777", {1000, 1}), "3177");
  EXPECT_EQ(quantity("-3.1777", {1000, 1}), "-3178");
  EXPECT_EQ(quantity("0.9999999999999999"), "0");  // not rounded on the way
  EXPECT_EQ(quantity("7", {1, 2}), "3");
  EXPECT_EQ(quantity("1.5e3"), "1500");
  EXPECT_EQ(quantity("12E-1", {10, 1}), "12");
  EXPECT_EQ(quantity("007"), "7");
  EXPECT_EQ(quantity("-0"), "0");
  EXPECT_EQ(quantity("0.1000000000000000055511151231257827021181583404541015625", {10, 1}), "1");
}

TEST(Quantity, RefusesWhatIsNoNumberOrTooLarge) {
  for (const char* text :
       {"", "-", ".", "abc", "1,5", "1 000", "0x10", "NaN", "1e", "1e5.5", "1e+-5", "--1", "1e401"}) {
    EXPECT_EQ(quantity(text), "none") << text;
  }
  EXPECT_EQ(quantity("170141183460469231731687303715884105727"), "170141183460469231731687303715884105727");
  EXPECT_EQ(quantity("170141183460469231731687303715884105728"), "none");
  EXPECT_EQ(quantity(std::string(500, '9')), "none");
}

TEST(Value, IsTheNearestToTheExactProduct) {
  EXPECT_EQ(value("92.27798059999999"), "92.2779806");
  EXPECT_EQ(value("0.0000000005"), "0.000000001");
  EXPECT_EQ(value("-0.0000000005"), "-0.000000001");
  EXPECT_EQ(value("1", {1, 3}), "0.333333333");
  EXPECT_EQ(value("0.00000000049", {2, 1}), "0.000000001");  // rounded once, after the factor
  EXPECT_EQ(value("x"), "none");
}

RC_GTEST_PROP(Value, WithoutFactorIsWhatFixed9Reads, (std::int64_t units, std::uint8_t places)) {
  std::string text = std::to_string(units);
  const std::size_t digits = text.size() - (units < 0 ? 1 : 0);
  text.insert(text.size() - std::min<std::size_t>(places % 19, digits), ".");
  RC_ASSERT(parse_value(text, {1, 1}) == Fixed9::parse(text));
}

TEST(Number, OneSignForDecimalsAndOneForGroups) {
  EXPECT_EQ(plain_number("1.5e3", '.', 0), "1.5e3");
  EXPECT_EQ(plain_number("-12,5", ',', 0), "-12.5");
  EXPECT_EQ(plain_number("1.234.567,89", ',', '.'), "1234567.89");
  EXPECT_EQ(plain_number("1,234", '.', ','), "1234");
  EXPECT_EQ(plain_number("-1 234", '.', ' '), "-1234");
  EXPECT_EQ(plain_number("12'345'678.5", '.', '\''), "12345678.5");
  EXPECT_EQ(plain_number("1.234", ',', 0), std::nullopt) << "a thousand and some, or one and a bit?";
  for (const char* text : {"1.23", "1234.567", "1.2345", "1..234", ".234", "1.234.56", "1,5.000"}) {
    EXPECT_EQ(plain_number(text, ',', '.'), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace songhua::imports
