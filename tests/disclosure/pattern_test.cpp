#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "attacker.h"
#include "office.h"

// Which cells are chosen, and that nothing cheaper would do.
namespace songhua::disclosure {
namespace {

using test::Attacker;
using test::cell_of;
using test::cross_table;
using test::Firm;

Cell cell(const std::string& id, const std::vector<int>& amounts) {
  Cell made;
  made.id = id;
  int n = 0;
  for (const int amount : amounts) {
    const auto who = id + "/" + std::to_string(n++);
    made.contributions.push_back({who, who, amount});
  }
  return made;
}

// A total over its parts, from the parts' own contributions.
std::size_t add_total(Tables& tables, const std::string& id, const std::vector<std::size_t>& parts) {
  Cell total;
  total.id = id;
  for (const auto part : parts) {
    for (const auto& c : tables.cells[part].contributions) total.contributions.push_back(c);
  }
  const auto number = tables.add(std::move(total));
  tables.lines.push_back({number, parts});
  return number;
}

std::string pattern(const Tables& tables, const Protection& protection) {
  std::string text;
  for (std::size_t i = 0; i < tables.cells.size(); ++i) {
    if (tables.cells[i].shown) text += to_string(protection.codes[i]);
  }
  return text;
}

TEST(Protect, ASingleBlankInARowTakesTheCheapestSafeNeighbour) {
  Tables tables;
  const auto a = tables.add(cell("a", {50}));  // one respondent
  const auto b = tables.add(cell("b", {30, 30, 30}));
  const auto c = tables.add(cell("c", {10, 10, 10, 10}));
  add_total(tables, "total", {a, b, c});
  const auto protection = protect(tables, {});
  EXPECT_EQ(pattern(tables, protection), "CFDF");
  EXPECT_TRUE(protection.exact);
  EXPECT_EQ(protection.why[a], (std::vector<std::string>{"frequency<3", "dominance(1,75)"}));
}

TEST(Protect, BlanksThatFailTogetherNeedAThird) {
  Tables tables;
  const auto a = tables.add(cell("a", {50}));
  const auto b = tables.add(cell("b", {40}));  // a and b are two respondents: each would know the other
  const auto c = tables.add(cell("c", {20, 20, 20}));
  add_total(tables, "total", {a, b, c});
  EXPECT_EQ(pattern(tables, protect(tables, {})), "CCDF");
}

TEST(Protect, AnInequalityThatIsTooTightCountsAsUncovering) {
  Tables tables;
  const auto a = tables.add(cell("a", {1000}));
  const auto b = tables.add(cell("b", {5, 5, 5}));  // 15 more would be all that `a` can be above
  const auto c = tables.add(cell("c", {400, 400, 400}));
  add_total(tables, "total", {a, b, c});
  EXPECT_EQ(pattern(tables, protect(tables, {})), "CFDF");
}

TEST(Protect, WhereNothingElseHelpsTheTotalGoesToo) {
  Tables tables;
  const auto a = tables.add(cell("a", {50}));
  const auto b = tables.add(cell("b", {}));
  add_total(tables, "total", {a, b});
  const auto c = tables.add(cell("c", {60, 60, 60, 60}));
  add_total(tables, "whole", {2, c});
  // The total is a itself; the true zero stays.
  EXPECT_EQ(pattern(tables, protect(tables, {})), "CFCDF");
}

TEST(Protect, GroupsOfCompaniesAreOneRespondent) {
  Tables tables;
  Cell own = cell("a", {10, 10, 10});
  for (auto& c : own.contributions) c.respondent = "group";
  tables.add(own);
  EXPECT_EQ(pattern(tables, protect(tables, {})), "C");
  EXPECT_EQ(pattern({{cell("a", {10, 10, 10})}, {}}, protect({{cell("a", {10, 10, 10})}, {}}, {})), "F");
}

TEST(Protect, TheRestOfAnOverlappingGroupIsNotGivenAway) {
  std::vector<Firm> firms;
  for (int i = 0; i < 8; ++i) firms.push_back({"E" + std::to_string(i), 0, 0, i > 0, i > 0 ? 10 : 60});
  Tables tables;
  tables.add(cell_of("all", firms, [](const Firm&) { return true; }));
  tables.add(cell_of("zone", firms, [](const Firm& f) { return f.zone; }));
  EXPECT_EQ(pattern(tables, protect(tables, {})), "FF");  // nobody said that they are linked
  ASSERT_TRUE(link(tables, {}));
  EXPECT_EQ(pattern(tables, protect(tables, {})), "FD");  // all without zone is E0 alone
}

TEST(Protect, WhatWasGivenOutStaysAndWhatWasWithheldToo) {
  Tables tables;
  auto a = cell("a", {50});
  auto b = cell("b", {10, 10, 10});
  b.decided = Cell::Decided::given;
  const auto c = cell("c", {30, 30, 30});
  auto d = cell("d", {40, 40, 40});
  d.decided = Cell::Decided::blank;
  for (const auto& one : {a, b, c, d}) tables.add(one);
  add_total(tables, "total", {0, 1, 2, 3});
  EXPECT_EQ(pattern(tables, protect(tables, {})), "CFFDF");
  tables.cells[0].decided = Cell::Decided::given;  // an old mistake is told, not repeated
  EXPECT_EQ(protect(tables, {}).exposed, std::vector<std::string>{"a"});
}

// One respondent in a row whose total was given out, with a neighbour that another row gives away: the neighbour is the
// cheapest to blank, but it would be known all the same. It is given out, and the row's total is withheld.
TEST(Protect, WhatIsKnownAllTheSameIsTakenBack) {
  for (const std::size_t search : {std::size_t{400}, std::size_t{0}}) {
    Tables tables;
    const auto a = tables.add(cell("a", {50}));
    const auto b = tables.add(cell("b", {10, 10, 10}));
    add_total(tables, "row", {a, b});
    auto c = cell("c", {20, 20, 20});
    c.decided = Cell::Decided::given;
    const auto other = tables.add(std::move(c));
    const auto column = add_total(tables, "column", {b, other});
    tables.cells[column].decided = Cell::Decided::given;
    Rules rules;
    rules.search_limit = search;
    const auto protection = protect(tables, rules);
    EXPECT_EQ(pattern(tables, protection), "CFDFF") << "search " << search;
    EXPECT_TRUE(protection.exposed.empty());
  }
}

// A cell that is missed more is blanked only where those that are missed less do not help, whatever they are worth.
TEST(Protect, RanksComeBeforeAmounts) {
  for (const std::size_t search : {std::size_t{400}, std::size_t{0}}) {
    Tables tables;
    const auto a = tables.add(cell("a", {50}));
    const auto b = tables.add(cell("b", {30, 30, 30}));
    const auto c = tables.add(cell("c", {10, 10, 10, 10}));
    const auto total = add_total(tables, "total", {a, b, c});
    tables.cells[total].rank = kRanks - 1;
    tables.cells[c].rank = 1;
    Rules rules;
    rules.search_limit = search;
    EXPECT_EQ(pattern(tables, protect(tables, rules)), "CDFF") << "search " << search;
    tables.cells[b].rank = 2;
    EXPECT_EQ(pattern(tables, protect(tables, rules)), "CFDF") << "search " << search;
  }
}

// Without time for any search everything that has a respondent is withheld.
TEST(Protect, WithoutABudgetAllThatIsLinkedIsBlank) {
  Tables tables;
  const auto a = tables.add(cell("a", {50}));
  const auto b = tables.add(cell("b", {30, 30, 30}));
  const auto c = tables.add(cell("c", {10, 10, 10, 10}));
  const auto none = tables.add(cell("none", {}));
  add_total(tables, "total", {a, b, c, none});
  tables.add(cell("elsewhere", {7, 8, 9}));
  tables.cells.back().rank = 3;
  Rules rules;
  rules.search_limit = 0;
  rules.work_limit = 0;
  const auto protection = protect(tables, rules);
  EXPECT_EQ(pattern(tables, protection), "CDDFDF");
  EXPECT_FALSE(protection.exact);
}

TEST(Protect, DoesNotDependOnTheOrderOfContributions) {
  std::vector<Firm> firms;
  for (int i = 0; i < 12; ++i) firms.push_back({"E" + std::to_string(i), i % 2, i % 3, i % 4 == 0, 7 * i + 3});
  const auto tables = cross_table(firms, 2, 3, true);
  std::ranges::reverse(firms);
  const auto other = cross_table(firms, 2, 3, true);
  EXPECT_EQ(pattern(tables, protect(tables, {})), pattern(other, protect(other, {})));
}

// Every pattern is tried, and judged by the attacker and by the rules for lines: none that holds is cheaper.
RC_GTEST_PROP(Protect, NoPatternThatProtectsIsCheaper, ()) {
  const auto firms = test::any_firms(2, 2, 9);
  const Rules rules;
  const auto tables = cross_table(firms, 2, 2, false);
  const auto protection = protect(tables, rules);
  RC_PRE(protection.exact);
  const auto n = tables.cells.size();
  Rational best = 0;
  std::vector<bool> sensitive(n);
  for (std::size_t i = 0; i < n; ++i) {
    sensitive[i] = protection.codes[i] == Code::primary;
    if (protection.codes[i] == Code::secondary) best += tables.cells[i].value();
  }
  const auto holds = [&](const std::vector<bool>& blank) {
    for (const auto& line : tables.lines) {
      std::map<std::string, Rational> pooled;
      int blanks = blank[line.total] ? 1 : 0;
      for (const auto part : line.parts) {
        if (!blank[part]) continue;
        ++blanks;
        for (const auto& c : tables.cells[part].contributions) pooled[c.respondent] += c.amount;
      }
      std::vector<Rational> amounts;
      for (const auto& [who, amount] : pooled) amounts.push_back(amount);
      if (blanks == 1 || (blanks > 0 && !blank[line.total] && !primary_suppression(amounts, rules.primary).empty()))
        return false;
    }
    const Attacker attacker(tables.cells, blank);
    for (std::size_t i = 0; i < n; ++i) {
      if (!blank[i]) continue;
      const auto bounds = attacker.bounds(i);
      const Rational value = tables.cells[i].value(), width = value * 15 / 100;
      if ((bounds.low && *bounds.low > value - width) || (bounds.high && *bounds.high < value + width)) return false;
    }
    return true;
  };
  for (std::size_t subset = 0; subset < (std::size_t{1} << n); ++subset) {
    Rational cost = 0;
    std::vector<bool> blank = sensitive;
    bool possible = true;
    for (std::size_t i = 0; i < n && possible; ++i) {
      if ((subset >> i & 1U) == 0) continue;
      possible = !sensitive[i] && !tables.cells[i].is_zero();
      blank[i] = true;
      cost += tables.cells[i].value();
    }
    if (possible && cost < best) RC_ASSERT(!holds(blank));
  }
}

}  // namespace
}  // namespace songhua::disclosure
