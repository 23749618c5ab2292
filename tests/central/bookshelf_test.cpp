// A shelf keeps what it has read; what it shows is always what a fresh look would.
#include <gtest/gtest.h>

#include <algorithm>

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
  figures::LineQuantities quantities_at(UnixMillis now) {
    query::RollupContext context;
    context.zone = &zone;
    context.now = now;
    std::vector<std::shared_ptr<figures::LineSums>> lines;
    for (const auto& [book, sums] : sums_of(centre.store(), shelf.books(std::nullopt), {}, {}, {}))
      lines.push_back(sums);
    return {std::move(lines), context};
  }
  const TimeZone zone = TimeZone::shanghai();
  EdgeBox first{"gw1", "E1", 'k'};
  EdgeBox second{"gw2", "E2", 'l'};
  CentreBox centre;
  Bookshelf shelf{centre.store()};
};

TEST_F(TwoFactories, ReadOnlyWhatChangedIsReadAgain) {
  const auto before = shelf.books(std::nullopt);
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(shelf.books(std::nullopt), before);

  first.read("S/C/L1", "car", minute(30), 130);
  centre.deliver(first, minute(50));
  const auto after = shelf.books(std::nullopt);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]) << "the other factory said nothing";
  EXPECT_EQ(totals_of(after).at("S/C/L1 output.good car"), "30");
  EXPECT_EQ(totals_of(after), totals_of(Bookshelf(centre.store()).books(std::nullopt)));
  EXPECT_EQ(totals_of(before).at("S/C/L1 output.good car"), "10") << "a book that was handed out stays as it was";
}

TEST_F(TwoFactories, ALookBackReadsOnlyWhatHasChangedSince) {
  const auto now = shelf.books(std::nullopt);
  const auto then = centre.now;
  EXPECT_EQ(shelf.books(then), now) << "nothing has changed: the same books serve";
  first.read("S/C/L1", "car", minute(30), 130);
  centre.now = then + std::chrono::hours{1};
  centre.deliver(first, minute(50));

  for (const bool fresh : {false, true}) {
    SCOPED_TRACE(fresh);
    Bookshelf other(centre.store());
    const auto before = (fresh ? other : shelf).books(then);
    ASSERT_EQ(before.size(), 2U);
    EXPECT_EQ(totals_of(before), totals_of(now));
    EXPECT_EQ(before[1], (fresh ? other : shelf).books(std::nullopt)[1]) << "the other factory has said nothing since";
    EXPECT_NE(before[0], (fresh ? other : shelf).books(std::nullopt)[0]);
  }
  EXPECT_EQ(totals_of(shelf.books(std::nullopt)).at("S/C/L1 output.good car"), "30");
  EXPECT_TRUE(shelf.books(minute(0) - std::chrono::hours{24 * 365}).empty());

  const auto word = centre.now;
  centre.store().put_line_state({"E2", "T/C/L1"}, {minute(6), true}, word + Millis{1});
  EXPECT_FALSE(shelf.books(word)[1]->gone_since());
  EXPECT_EQ(shelf.books(word + Millis{1})[1]->gone_since(), minute(6));
}

TEST_F(TwoFactories, TheOperatorsWordAboutALineIsSeen) {
  EXPECT_FALSE(shelf.books(std::nullopt)[1]->gone_since());
  centre.store().put_line_state({"E2", "T/C/L1"}, {minute(6), true}, centre.now);
  EXPECT_EQ(shelf.books(std::nullopt)[1]->gone_since(), minute(6));
  centre.store().put_line_state({"E2", "T/C/L1"}, {minute(7), false}, centre.now);
  EXPECT_FALSE(shelf.books(std::nullopt)[1]->gone_since());
}

TEST_F(TwoFactories, ALevelToldOnceHoldsOnInLaterPeriods) {
  first.units("S/C/L1", minute(1), 420);
  first.read("S/C/L1", "car", minute(3000), 400);  // two days later: the machines were not told again
  centre.deliver(first, minute(3020));
  auto quantities = quantities_at(minute(4000));
  const auto units_in = [&](Window window) -> std::optional<Quantity> {
    for (const auto& row : quantities.quantities(window)) {
      if (row.key.measure == "equipment.units") return row.quantity;
    }
    return std::nullopt;
  };
  EXPECT_EQ(units_in({minute(2880), minute(2880) + std::chrono::hours{1}}), 420);
  EXPECT_EQ(units_in({minute(0), minute(15)}), 420);
  EXPECT_FALSE(units_in({minute(-60), minute(0)})) << "nothing was known before";
  const auto carried = [&](Window window) {
    const auto& rows = quantities.quantities(window);
    return std::ranges::find(rows, "equipment.units", [](const auto& row) { return row.key.measure; })->carried;
  };
  EXPECT_TRUE(carried({minute(2880), minute(2940)}));
  EXPECT_FALSE(carried({minute(0), minute(15)}));
  EXPECT_TRUE(carried({minute(3000), minute(3015)})) << "what was said at its very start closes the window before";
  centre.store().put_line_state({"E1", "S/C/L1"}, {minute(3000), true}, centre.now);
  auto gone = quantities_at(minute(4000));
  for (const auto& row : gone.quantities({minute(3015), minute(3030)})) EXPECT_NE(row.enterprise, "E1");
}

TEST_F(TwoFactories, WhatTurnsFinalByTheClockIsSeenInKeptSums) {
  constexpr Millis kSettle = std::chrono::minutes{10};
  first.read("S/C/L1", "car", minute(30), 130);
  centre.deliver(first, minute(50));
  const auto final_at = centre.now + kSettle;
  auto quantities = quantities_at(final_at - Millis{1});
  const auto status = [&] {
    for (const auto& row : quantities.quantities({minute(0), minute(15)})) {
      if (row.enterprise == "E1") return row.status;
    }
    throw std::runtime_error("no row");
  };
  EXPECT_EQ(status(), indicators::Status::preliminary);
  quantities.move_to(final_at);
  EXPECT_EQ(status(), indicators::Status::final);
  quantities.move_to(final_at - Millis{1});
  EXPECT_EQ(status(), indicators::Status::preliminary) << "as of then";
}

TEST_F(TwoFactories, SumsOfLinesThatStayedAsTheyWereAreKept) {
  const auto before = sums_of(centre.store(), shelf.books(std::nullopt), {}, {}, {});
  first.read("S/C/L1", "car", minute(30), 130);
  centre.deliver(first, minute(50));
  const auto books = shelf.books(std::nullopt);
  const auto after = sums_of(centre.store(), books, before, {}, {});
  ASSERT_EQ(after.size(), 2U);
  EXPECT_FALSE(before.contains(books[0]));
  EXPECT_EQ(after.at(books[1]), before.at(books[1]));
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
