#include "model/industries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

// The classification has as many codes as its introduction counts, each under its parent.
namespace songhua {
namespace {

TEST(Industries, AreAllOfMiningManufacturingAndUtilities) {
  std::map<std::pair<char, std::size_t>, int> counted;
  for (const auto& industry : industries()) ++counted[{industry.code.front(), industry.code.size()}];
  const std::map<std::pair<char, std::size_t>, int> expected{
      {{'B', 1}, 1},   {{'B', 3}, 7},   {{'B', 4}, 19}, {{'B', 5}, 39}, {{'C', 1}, 1}, {{'C', 3}, 31},
      {{'C', 4}, 179}, {{'C', 5}, 609}, {{'D', 1}, 1},  {{'D', 3}, 3},  {{'D', 4}, 9}, {{'D', 5}, 18}};
  EXPECT_EQ(counted, expected);
}

TEST(Industries, StandInOrderEachUnderItsParent) {
  const auto& all = industries();
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Industry::code));
  EXPECT_EQ(std::ranges::adjacent_find(all, {}, &Industry::code), all.end());
  for (const auto& industry : all) {
    EXPECT_FALSE(industry.name_zh.empty()) << industry.code;
    EXPECT_FALSE(industry.name_en.empty()) << industry.code;
    if (industry.code.size() == 1) continue;
    const auto parent = industry.code.substr(0, industry.code.size() == 3 ? 1 : industry.code.size() - 1);
    EXPECT_NE(find_industry(parent), nullptr) << industry.code;
  }
}

TEST(Industries, AreFoundByTheirCode) {
  EXPECT_EQ(find_industry("C3612")->name_zh, "新能源车整车制造");
  EXPECT_EQ(find_industry("C3620")->name_zh, "汽车用发动机制造");
  EXPECT_EQ(find_industry("B0610")->name_zh, find_industry("B061")->name_zh);
  EXPECT_EQ(find_industry("D46")->name_en, "Water");
  EXPECT_EQ(find_industry("C2710")->name_en, "C2710");
  for (const char* code : {"", "A01", "C99", "C3613", "C36120", "c36", "36", "E47"}) {
    EXPECT_EQ(find_industry(code), nullptr) << code;
  }
}

}  // namespace
}  // namespace songhua
