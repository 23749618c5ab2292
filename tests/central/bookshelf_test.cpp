// A shelf keeps what it has read; what it shows is always what a fresh look would.
#include <gtest/gtest.h>

#include "central/centre.h"
#include "central/quantities.h"
#include "centre_fixture.h"

namespace songhua::central {
namespace {

using test::CentreBox;
using test::EdgeBox;
using test::minute;

using Shown = std::vector<std::shared_ptr<const LineBook>>;

std::map<std::string, std::string> totals_of(const Shown& books) {
  std::map<std::string, std::string> all;
  for (const auto& book : books) test::add_totals(all, book->name().line, book->timeline(), *book);
  return all;
}

struct TwoFactories : testing::Test {
  TwoFactories() {
    for (auto* edge : {&first, &second}) centre.enrol(*edge);
    first.read("S/C/L1", "car", minute(0), 100);
    second.read("T/C/L1", "car", minute(0), 5);
    first.read("S/C/L1", "car", minute(5), 110);
    second.read("T/C/L1", "car", minute(5), 9);
    centre.deliver(first, minute(20));
    centre.deliver(second, minute(20));
  }
  EdgeBox first{"gw1", "E1", 'k'};
  EdgeBox second{"gw2", "E2", 'l'};
  CentreBox centre;
  Bookshelf shelf{centre.store()};
};

TEST_F(TwoFactories, ReadOnlyWhatChangedIsReadAgain) {
  const auto before = shelf.books();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(shelf.books(), before);

  first.read("S/C/L1", "car", minute(30), 130);
  centre.deliver(first, minute(50));
  const auto after = shelf.books();
  ASSERT_EQ(after.size(), 2U);
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]) << "the other factory said nothing";
  EXPECT_EQ(totals_of(after).at("S/C/L1 output.good car"), "30");
  EXPECT_EQ(totals_of(after), totals_of(Bookshelf(centre.store()).books()));
  EXPECT_EQ(totals_of(before).at("S/C/L1 output.good car"), "10") << "a book that was handed out stays as it was";
}

TEST_F(TwoFactories, TheOperatorsWordAboutALineIsSeen) {
  EXPECT_FALSE(shelf.books()[1]->gone_since());
  centre.store().put_line_state({"E2", "T/C/L1"}, {minute(6), true}, centre.now);
  EXPECT_EQ(shelf.books()[1]->gone_since(), minute(6));
  centre.store().put_line_state({"E2", "T/C/L1"}, {minute(7), false}, centre.now);
  EXPECT_FALSE(shelf.books()[1]->gone_since());
}

TEST_F(TwoFactories, ALevelToldOnceHoldsOnInLaterPeriods) {
  first.units("S/C/L1", minute(1), 420);
  first.read("S/C/L1", "car", minute(3000), 400);  // two days later: the machines were not told again
  centre.deliver(first, minute(3020));
  const auto books = shelf.books();
  query::RollupContext context;
  const auto zone = TimeZone::shanghai();
  context.zone = &zone;
  context.now = minute(4000);
  figures::LineQuantities quantities(figure_lines(books, {}), context);
  const auto units_in = [&](Window window) -> std::optional<Quantity> {
    for (const auto& row : quantities.quantities(window)) {
      if (row.key.measure == "equipment.units") return row.quantity;
    }
    return std::nullopt;
  };
  EXPECT_EQ(units_in({minute(2880), minute(2880) + std::chrono::hours{1}}), 420);
  EXPECT_EQ(units_in({minute(0), minute(15)}), 420);
  EXPECT_FALSE(units_in({minute(-60), minute(0)})) << "nothing was known before";
}

TEST_F(TwoFactories, AMarkOfTheFutureMeansAll) {
  CentreStore::Mark mark;
  EXPECT_EQ(centre.store().lines_changed_since(mark).size(), 2U);
  EXPECT_TRUE(centre.store().lines_changed_since(mark).empty());
  mark.batch += 1'000;  // the rows were numbered anew since
  EXPECT_EQ(centre.store().lines_changed_since(mark).size(), 2U);
}

}  // namespace
}  // namespace songhua::central
