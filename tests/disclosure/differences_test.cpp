#include <gtest/gtest.h>

#include "disclosure/pieces.h"
#include "disclosure/reach.h"
#include "province_release.h"

// Somebody subtracts what is published of a real frozen release (tests/data/province_release): months from the year so
// far, a prefecture from the province, a division from a group, one table from another. How near does he come to a
// single respondent? What the release claims is proved by other provinces that look the same in all that is published;
// that they do, and how far apart they are, is added up here, whoever found them.
namespace songhua::disclosure {
namespace {

using test::release;

using Numbers = std::vector<std::size_t>;  // of pieces

// One magnitude of what is decided together, as a reader meets it.
class Reader {
 public:
  Reader(const Question& question, const Tables& table, const Decisions& withheld) {
    for (std::size_t i = 0; i < question.keys.size(); ++i) {
      cells_.push_back(table.cells[i]);
      const auto decision = withheld.find(question.keys[i].text());
      blank_.push_back(decision != withheld.end() && decision->second && !table.cells[i].is_zero());
    }
    pieces_ = pieces_of(cells_);
    shown_ = cells_.size();
    for (std::size_t i = 0; i < shown_; ++i) cells_[i].contributions = contributions_of(pieces_, pieces_.of_cell[i]);
    add_targets(table.lines);
  }

  // How many respondents' differences can be told within `percent` of what they are.
  std::size_t nearer_than(int percent) {
    Reach reach(cells_);
    reach.show(blank_);
    const auto pieces = pieces_of(cells_);
    std::size_t near = exposed_;
    for (auto target = shown_; target < cells_.size(); ++target) {
      const Rational width = abs(cells_[target].value()) * percent / 100;
      for (const bool up : {true, false}) {
        if (!another_province(reach, pieces, target, up, width)) {
          near += 1;
          if (names_.size() < 5) names_.push_back(cells_[target].id + (up ? " from above" : " from below"));
        }
      }
    }
    return near;
  }
  [[nodiscard]] std::size_t targets() const { return cells_.size() - shown_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  // Differences of two cells one of which lies in the other, what is left of a whole without all its parts, and the
  // smallest pieces that cells have in common: those in which somebody is alone, by the primary rule.
  void add_targets(const std::vector<Line>& lines) {
    std::set<Numbers> known(pieces_.of_cell.begin(), pieces_.of_cell.end());  // cells have their own, wider interval
    const auto add = [&](const Numbers& numbers, const std::string& id, bool computed) {
      if (numbers.empty() || !known.insert(numbers).second || !alone(numbers)) return;
      if (computed) {
        ++exposed_;
        names_.push_back(id + " is a difference of two published figures");
      }
      cells_.push_back({id, contributions_of(pieces_, numbers), false, Cell::Decided::open, 0});
      blank_.push_back(true);
    };
    for (std::size_t i = 0; i < shown_; ++i) {
      for (std::size_t j = 0; j < shown_; ++j) {
        const auto &whole = pieces_.of_cell[i], &part = pieces_.of_cell[j];
        if (part.empty() || part.size() >= whole.size() || !std::ranges::includes(whole, part)) continue;
        Numbers rest;
        std::ranges::set_difference(whole, part, std::back_inserter(rest));
        add(rest, cells_[i].id + " without " + cells_[j].id, !blank_[i] && !blank_[j]);
      }
    }
    for (const auto& line : lines) {
      if (line.total >= shown_) continue;
      Numbers rest = pieces_.of_cell[line.total];
      std::string id = cells_[line.total].id + " without";
      bool computed = !blank_[line.total];
      for (const auto part : line.parts) {
        if (part >= shown_) continue;  // what the line itself calls its rest
        std::erase_if(rest, [&](std::size_t piece) { return std::ranges::count(pieces_.of_cell[part], piece) > 0; });
        id += " " + cells_[part].id;
        computed = computed && !blank_[part];
      }
      add(rest, id, computed);
    }
    for (std::size_t i = 0; i < pieces_.all.size(); ++i) {
      std::string in;
      for (const auto cell : pieces_.all[i].cells) in += " " + cells_[cell].id;
      add({i}, "what is common to" + in, false);
    }
  }
  [[nodiscard]] bool alone(const Numbers& numbers) const {
    std::map<std::string, Rational> sums;
    for (const auto& c : contributions_of(pieces_, numbers)) sums[c.respondent] += c.amount;
    std::vector<Rational> amounts;
    amounts.reserve(sums.size());
    for (const auto& [who, amount] : sums) amounts.push_back(amount);
    return !indicators::primary_suppression(amounts, {}).empty();
  }

  // A province in which all that is published is the same, no amount is negative, and the target lies that far away.
  bool another_province(Reach& reach, const Pieces& pieces, std::size_t target, bool up, const Rational& width) {
    const auto outcome = reach.go(target, up, reach.parts().distance(width));
    if (!outcome.reached) return false;
    std::vector<Rational> moved(cells_.size(), 0);
    for (const auto& [piece, by] : outcome.pieces) {
      const auto& p = pieces.all[piece];
      const auto amount = reach.parts().rational(by);
      EXPECT_TRUE(p.amount < 0 || p.amount + amount >= 0);
      for (const auto in : p.cells) moved[in] += amount;
    }
    for (std::size_t i = 0; i < shown_; ++i) {
      EXPECT_TRUE(blank_[i] || moved[i] == 0) << cells_[i].id;
    }
    return (up ? moved[target] : -moved[target]) >= width;
  }

  std::vector<Cell> cells_;  // the published tables', then the targets
  std::vector<bool> blank_;
  Pieces pieces_;
  std::size_t shown_ = 0;
  std::size_t exposed_ = 0;
  std::vector<std::string> names_;
};

Decisions frozen() {
  Decisions withheld;
  for (const auto& [cell, code] : release().decisions) withheld[cell] = code != "F";
  return withheld;
}

// The release froze what the rules decide for its cells today.
TEST(Differences, TheReleaseIsWhatTheRulesDecide) {
  ASSERT_GE(release().decisions.size(), 900U);
  const auto decided = decide(release().questions, {}, {});
  for (const auto& [cell, code] : decided.codes) {
    const auto found = release().decisions.find(cell);
    ASSERT_NE(found, release().decisions.end()) << cell;
    EXPECT_EQ(found->second, to_string(code)) << cell;
  }
}

TEST(Differences, NobodyIsNearerThanTenPercent) {
  std::size_t targets = 0;
  for (const auto& question : release().questions) {
    for (const auto& table : question.tables) {
      Reader reader(question, table, frozen());
      EXPECT_EQ(reader.nearer_than(10), 0U) << testing::PrintToString(reader.names());
      targets += reader.targets();
    }
  }
  EXPECT_GE(targets, 1000U);
}

// The attack is worth something: with the rule switched off, or at half of what is promised, it succeeds where sums are
// of few.
TEST(Differences, WeakerRulesAreFoundOut) {
  for (const int hidden : {0, 5}) {
    Rules rules;
    rules.hidden_percent = hidden;
    std::size_t near = 0;
    for (const auto& question : release().questions) {
      const auto kind = question.keys.front().kind;
      if (kind != CellKey::Kind::energy && kind != CellKey::Kind::exports) continue;
      const auto decided = decide({question}, {}, rules);
      for (const auto& table : question.tables) near += Reader(question, table, decided.decisions()).nearer_than(10);
    }
    EXPECT_GE(near, 1U) << hidden;
  }
}

// Without the second step at all the differences themselves are exact.
TEST(Differences, WithoutTheRuleTheyAreKnown) {
  Rules rules;
  rules.secondary = false;
  std::size_t near = 0;
  for (const auto& question : release().questions) {
    if (question.keys.front().kind != CellKey::Kind::sales) continue;
    const auto decided = decide({question}, {}, rules);
    for (const auto& table : question.tables) near += Reader(question, table, decided.decisions()).nearer_than(10);
  }
  EXPECT_GE(near, 10U);
}

}  // namespace
}  // namespace songhua::disclosure
