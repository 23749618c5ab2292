#include <gtest/gtest.h>

#include "disclosure/pieces.h"
#include "disclosure/reach.h"
#include "elimination.h"
#include "province_release.h"

// The release of a whole province, its real cells (tests/data/province_release): what a reader gets, and that nobody
// can get at the rest of it.
namespace songhua::disclosure {
namespace {

using test::release;

const std::vector<Question>& questions() {
  return release().questions;
}

const RowProtection& protection() {
  static const auto decided = decide(questions(), {}, {});
  return decided;
}

bool withheld(const CellKey& key) {
  const auto found = protection().codes.find(key.text());
  return found != protection().codes.end() && found->second != Code::free;
}

// What is published of a table: its own cells, without rests that somebody may think of.
struct Published {
  std::vector<Cell> cells;
  std::vector<bool> blank;
};
Published published(const Question& question, const Tables& table) {
  Published all;
  for (std::size_t i = 0; i < question.keys.size(); ++i) {
    all.cells.push_back(table.cells[i]);
    // Another magnitude of the cell may be why it is withheld; where this one has no respondent there is nothing to
    // hide.
    all.blank.push_back(withheld(question.keys[i]) && !table.cells[i].is_zero());
  }
  return all;
}

template <typename Check>
void for_each_table(const Check& check) {
  for (const auto& question : questions()) {
    for (const auto& table : question.tables) check(published(question, table));
  }
}

std::vector<std::string> whys(const std::set<std::string>& units, const std::map<std::string, Contribution>& known) {
  std::map<std::string, Rational> sums;
  for (const auto& unit : units) sums[known.at(unit).respondent] += known.at(unit).amount;
  std::vector<Rational> amounts;
  amounts.reserve(sums.size());
  for (const auto& [who, amount] : sums) amounts.push_back(amount);
  return indicators::primary_suppression(amounts, {});
}

TEST(Province, ShowsItsTotalsSectionsAndDivisions) {
  ASSERT_FALSE(questions().empty());
  EXPECT_TRUE(protection().linked);
  EXPECT_TRUE(protection().exposed.empty());
  std::size_t headline = 0, divisions = 0, cells = 0, blanks = 0;
  for (const auto& question : questions()) {
    for (const auto& key : question.keys) {
      ++cells;
      blanks += withheld(key) ? 1U : 0U;
      const auto parts = key.scope.without("region");
      if (key.scope.get("region") != "220000") continue;
      const bool total = parts.keys.empty();
      const bool industry = parts.keys.size() == 1 && parts.has("industry") && parts.get("industry").size() <= 3;
      headline += total ? 1U : 0U;
      divisions += industry ? 1U : 0U;
      EXPECT_FALSE((total || industry) && withheld(key)) << key.text();
    }
  }
  EXPECT_GE(headline, 10U);
  EXPECT_GE(divisions, 20U);
  EXPECT_GE(blanks, 100U);
  EXPECT_LE(blanks * 10, cells * 6) << "more is withheld than the province's few factories ask for";
}

TEST(Province, EveryPrimaryCellIsWithheld) {
  for_each_table([](const Published& all) {
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      std::map<std::string, Contribution> units;
      std::set<std::string> names;
      for (const auto& c : all.cells[i].contributions) {
        if (!units.emplace(c.unit, c).second) units.at(c.unit).amount += c.amount;
        names.insert(c.unit);
      }
      EXPECT_TRUE(all.blank[i] || whys(names, units).empty()) << all.cells[i].id;
    }
  });
}

// Linear algebra: no sum of figures that are given out, whatever their factors, is a withheld one.
TEST(Province, NoWithheldFigureIsASumOfOthers) {
  std::size_t tried = 0;
  for_each_table([&](const Published& all) {
    test::Elimination known;
    const auto pieces = pieces_of(all.cells);
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      if (!all.blank[i]) known.learn(pieces.of_cell[i]);
    }
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      if (!all.blank[i]) continue;
      ++tried;
      EXPECT_FALSE(known.knows(pieces.of_cell[i])) << all.cells[i].id;
    }
  });
  EXPECT_GE(tried, 100U);
}

// The difference of two figures that are given out is a third one: nobody stands alone in it.
TEST(Province, NoDifferenceOfFiguresUncoversARespondent) {
  for_each_table([](const Published& all) {
    std::map<std::string, Contribution> units;
    std::vector<std::set<std::string>> of_cell(all.cells.size());
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      for (const auto& c : all.cells[i].contributions) {
        units.emplace(c.unit, c);
        of_cell[i].insert(c.unit);
      }
    }
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      for (std::size_t j = 0; j < all.cells.size(); ++j) {
        if (all.blank[i] || all.blank[j] || !std::ranges::includes(of_cell[i], of_cell[j])) continue;
        std::set<std::string> rest;
        std::ranges::set_difference(of_cell[i], of_cell[j], std::inserter(rest, rest.end()));
        EXPECT_TRUE(whys(rest, units).empty()) << all.cells[i].id << " without " << all.cells[j].id;
      }
    }
  });
}

// Of every withheld figure there are two other provinces, one above and one below by 15 %, in which everything that is
// given out is the same: nobody can tell which one is real. That they are what they claim is checked by adding up.
TEST(Province, OtherProvincesLookTheSame) {
  std::size_t narrow = 0, shown = 0;
  for_each_table([&](const Published& all) {
    const auto pieces = pieces_of(all.cells);
    Reach reach(all.cells);
    reach.show(all.blank);
    const auto other = [&](std::size_t cell, bool up) {
      const Rational width = abs(all.cells[cell].value()) * 15 / 100;
      const auto outcome = reach.go(cell, up, reach.parts().distance(width));
      if (!outcome.reached) return false;
      std::vector<Rational> sums(all.cells.size(), 0);
      for (const auto& [piece, by] : outcome.pieces) {
        const auto& p = pieces.all[piece];
        const auto amount = reach.parts().rational(by);
        EXPECT_TRUE(p.amount < 0 || p.amount + amount >= 0);
        for (const auto in : p.cells) sums[in] += amount;
      }
      for (std::size_t i = 0; i < sums.size(); ++i) {
        EXPECT_TRUE(all.blank[i] || sums[i] == 0) << all.cells[i].id;
      }
      EXPECT_GE(Rational(up ? sums[cell] : -sums[cell]), width) << all.cells[cell].id;
      return true;
    };
    for (std::size_t i = 0; i < all.cells.size(); ++i) {
      if (!all.blank[i]) continue;
      for (const bool up : {true, false}) {
        ++shown;
        if (!other(i, up)) {
          ++narrow;
          ADD_FAILURE() << all.cells[i].id << (up ? " from above" : " from below");
        }
      }
    }
  });
  EXPECT_GE(shown, 200U);
}

}  // namespace
}  // namespace songhua::disclosure
