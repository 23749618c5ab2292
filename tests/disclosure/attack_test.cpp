#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "attacker.h"
#include "office.h"

// What is withheld must stay so: an attacker of its own design tries every suppressed cell.
namespace songhua::disclosure {
namespace {

using test::any_firms;
using test::Attacker;
using test::cross_table;

// Cells that were shown to the office, without the pieces that link() adds.
struct Published {
  std::vector<Cell> cells;
  std::vector<bool> blank;
};

Published publish(Tables tables, const Rules& rules) {
  Published published{tables.cells, {}};
  EXPECT_TRUE(link(tables, rules));
  const auto protection = protect(tables, rules);
  EXPECT_TRUE(protection.exposed.empty()) << ::testing::PrintToString(protection.exposed);
  for (std::size_t i = 0; i < published.cells.size(); ++i) published.blank.push_back(protection.blank(i));
  return published;
}

// Suppressed cells that the attacker computes, or brings nearer than the protection asks for.
std::vector<std::string> uncovered(const Published& published, int percent) {
  const Attacker attacker(published.cells, published.blank);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < published.cells.size(); ++i) {
    if (!published.blank[i]) continue;
    const Rational value = published.cells[i].value(), width = value * percent / 100;
    if (attacker.computed(i)) {
      found.push_back(published.cells[i].id + " computed");
      continue;
    }
    const auto bounds = attacker.bounds(i);
    if (bounds.low && *bounds.low > value - width) found.push_back(published.cells[i].id + " from below");
    if (bounds.high && *bounds.high < value + width) found.push_back(published.cells[i].id + " from above");
  }
  return found;
}

RC_GTEST_PROP(Attack, FailsOnLinkedTables, ()) {
  const bool zone = *rc::gen::arbitrary<bool>();
  const auto firms = any_firms(2, zone ? 2 : 3, 14);
  const Rules rules;
  const auto published = publish(cross_table(firms, 2, zone ? 2 : 3, zone), rules);
  const auto found = uncovered(published, rules.protection_percent);
  RC_LOG() << ::testing::PrintToString(found);
  RC_ASSERT(found.empty());
}

RC_GTEST_PROP(Attack, FailsUnderThePPercentRule, ()) {
  Rules rules;
  rules.primary.p_percent = true;
  const auto published = publish(cross_table(any_firms(2, 3, 14), 2, 3, false), rules);
  RC_ASSERT(uncovered(published, rules.protection_percent).empty());
}

// The search's fallback must protect as well as the search.
RC_GTEST_PROP(Attack, FailsOnPatternsFoundGreedily, ()) {
  Rules rules;
  rules.search_limit = 1;
  const auto published = publish(cross_table(any_firms(2, 3, 14), 2, 3, false), rules);
  RC_ASSERT(uncovered(published, rules.protection_percent).empty());
}

// Where the search must stop before it is done, more is withheld, and nothing less is protected.
RC_GTEST_PROP(Attack, FailsWhateverTheBudget, ()) {
  const auto tables = cross_table(any_firms(2, 3, 14), 2, 3, *rc::gen::arbitrary<bool>());
  const auto all = publish(tables, {});
  Rules rules;
  rules.search_limit = *rc::gen::element<std::size_t>(0, 1, 5);
  rules.work_limit = *rc::gen::element<std::size_t>(0, 0, 10, 50, 200);
  const auto published = publish(tables, rules);
  RC_ASSERT(uncovered(published, rules.protection_percent).empty());
  const auto withheld = [](const Published& what) {
    Rational sum = 0;
    for (std::size_t i = 0; i < what.cells.size(); ++i) {
      if (what.blank[i]) sum += what.cells[i].value();
    }
    return sum;
  };
  RC_ASSERT(withheld(published) >= withheld(all));
}

// The attack is worth something: without secondary suppression it does uncover cells.
TEST(Attack, SucceedsWithoutSecondarySuppression) {
  int computed = 0, worlds = 0;
  rc::check("primary suppression alone", [&] {
    Rules rules;
    rules.secondary = false;
    const auto published = publish(cross_table(any_firms(2, 3, 14), 2, 3, false), rules);
    worlds += std::ranges::count(published.blank, true) > 0 ? 1 : 0;
    for (const auto& what : uncovered(published, rules.protection_percent)) {
      if (what.ends_with("computed")) {
        ++computed;
        break;
      }
    }
  });
  EXPECT_GT(worlds, 50);
  EXPECT_GT(computed, worlds / 4);
}

// The room's own bounds are those of the attacker's elimination.
RC_GTEST_PROP(Feasible, BoundsAreThoseOfFourierAndMotzkin, ()) {
  auto tables = cross_table(any_firms(2, 2, 10), 2, 2, *rc::gen::arbitrary<bool>());
  const auto shown = tables.cells;
  std::vector<bool> blank;
  for (std::size_t i = 0; i < shown.size(); ++i) blank.push_back(!shown[i].is_zero() && *rc::gen::arbitrary<bool>());
  const Attacker attacker(shown, blank);
  Rules all;
  all.primary.minimum_contributors = 1'000;  // every rest is looked at
  RC_ASSERT(link(tables, all));
  auto all_blank = blank;
  all_blank.resize(tables.cells.size(), true);
  const auto intervals = feasible(tables, all_blank);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!blank[i]) continue;
    const auto expected = attacker.bounds(i);
    RC_ASSERT(intervals[i].low == expected.low);
    RC_ASSERT(intervals[i].high == expected.high);
  }
}

// Months, what came before and the cumulative figure: one release after the other, decisions kept.
RC_GTEST_PROP(Attack, FailsAcrossTheReleasesOfAYear, ()) {
  const auto firms = any_firms(2, 2, 8);
  const Rules rules;
  std::map<std::string, bool> decided;
  std::vector<Cell> given_out;
  for (int month = 1; month <= 3; ++month) {
    Tables tables;
    std::map<std::string, std::vector<std::size_t>> months;
    const auto add_period = [&](const std::string& period, int first, int last) {
      auto own = cross_table(firms, 2, 2, false);
      const auto offset = tables.cells.size();
      for (auto& cell : own.cells) {
        const auto scope = cell.id;
        cell.id = period + "|" + scope;
        std::vector<Contribution> parts;
        for (const auto& c : cell.contributions) {
          for (int m = first; m <= last; ++m) {
            // Shares of the months differ from firm to firm, and some stand still in one.
            const int share = static_cast<int>((c.respondent.back() + 3 * m) % 4);
            parts.push_back({c.respondent, c.unit + "/" + std::to_string(m), Rational(c.amount * share)});
          }
        }
        cell.contributions = std::move(parts);
        if (const auto known = decided.find(cell.id); known != decided.end()) {
          cell.decided = known->second ? Cell::Decided::blank : Cell::Decided::given;
        }
        months[scope].push_back(tables.add(std::move(cell)));
      }
      for (auto line : own.lines) {
        line.total += offset;
        for (auto& part : line.parts) part += offset;
        tables.lines.push_back(std::move(line));
      }
    };
    for (int m = 1; m <= month; ++m) add_period("m" + std::to_string(m), m, m);
    for (int m = 2; m <= month; ++m) add_period("c" + std::to_string(m), 1, m);
    for (const auto& [scope, cells] : months) {
      for (int m = 2; m <= month; ++m) {
        const auto cumulative = static_cast<std::size_t>(month + m - 2);
        const auto before = m == 2 ? std::size_t{0} : cumulative - 1;
        tables.lines.push_back({cells[cumulative], {cells[before], cells[static_cast<std::size_t>(m - 1)]}});
      }
    }
    const auto shown = tables.cells;
    RC_ASSERT(link(tables, rules));
    const auto protection = protect(tables, rules);
    RC_ASSERT(protection.exposed.empty());
    Published published{shown, {}};
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (const auto known = decided.find(shown[i].id); known != decided.end()) {
        RC_ASSERT(known->second == protection.blank(i) || shown[i].is_zero());
      }
      decided[shown[i].id] = protection.blank(i);
      published.blank.push_back(protection.blank(i));
    }
    const Attacker attacker(published.cells, published.blank);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (published.blank[i]) RC_ASSERT(!attacker.computed(i));
    }
  }
}

}  // namespace
}  // namespace songhua::disclosure
