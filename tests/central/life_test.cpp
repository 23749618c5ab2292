// Stores that were restored, replaced or asked again; what became final; what audit sees.
#include <gtest/gtest.h>

#include "central/audit.h"
#include "central/centre.h"
#include "centre_fixture.h"
#include "songhua/v1/forward.pb.h"

namespace songhua::central {
namespace {

using test::CentreBox;
using test::EdgeBox;
using test::minute;

// An image of the store's tables that a later one can be restored from.
class Image {
 public:
  explicit Image(EdgeBox& edge) { edge.store().database().backup(file_.c_str(), SQLite::Database::Save); }
  void restore(EdgeBox& edge) {
    edge.store().database().backup(file_.c_str(), SQLite::Database::Load);
    edge.restart();
  }

 private:
  test::TempDir directory_;
  std::string file_ = (directory_ / "image.db").string();
};

TEST(Life, ARestoredStoreTakesANewIncarnationThatNamesTheOldOne) {
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  edge.read("S/C/L1", "car", minute(0), 100);
  edge.read("S/C/L1", "car", minute(5), 110);
  centre.deliver(edge, minute(20));
  Image image(edge);
  edge.read("S/C/L1", "car", minute(21), 130);  // lost with the disk; the centre has it
  centre.deliver(edge, minute(40));
  const auto before = edge.store().incarnation().id;
  ASSERT_EQ(centre.store().highest(before), 2U);

  // The fixture's own memory of messages is that of the lost disk: only the store went back.
  image.restore(edge);
  EdgeBox restored("gw1", "E1", 'k');
  image.restore(restored);
  restored.store().dictionary().reload();
  restored.store().begin_incarnation({before, {}, 0});
  restored.read("S/C/L1", "car", minute(50), 160);
  centre.deliver(restored, minute(60));

  const auto& now = restored.store().incarnation();
  EXPECT_NE(now.id, before);
  EXPECT_EQ(now.continues, before);
  EXPECT_EQ(now.continued_to, 1U);
  EXPECT_TRUE(restored.outbox().status().drained());
  // From 100 to 160, the reading of minute 21 included: nothing was outranked.
  EXPECT_EQ(centre.totals("E1").at("S/C/L1 output.good car"), "60");
  const auto incarnations = centre.store().incarnations();
  ASSERT_EQ(incarnations.size(), 2U);
  EXPECT_EQ(incarnations[1].incarnation.continues, before);
}

TEST(Life, AReplacedGatewayGoesOnWhereTheOldOneEnded) {
  EdgeBox old_box("gw1");
  EdgeBox new_box("gw2", "E1", 'n');
  CentreBox centre;
  centre.enrol(old_box);
  centre.enrol(new_box);
  old_box.read("S/C/L1", "car", minute(0), 100);
  old_box.read("S/C/L1", "car", minute(7), 140);
  centre.deliver(old_box, minute(20));
  new_box.read("S/C/L1", "car", minute(11), 150);
  new_box.read("S/C/L1", "car", minute(40), 190);
  centre.deliver(new_box, minute(60));
  EXPECT_EQ(centre.totals("E1").at("S/C/L1 output.good car"), "90");
}

TEST(Life, AmountsThatTwoStoresTellOfCountOnce) {
  EdgeBox old_box("gw1");
  EdgeBox new_box("gw2", "E1", 'n');
  CentreBox centre;
  centre.enrol(old_box);
  centre.enrol(new_box);
  for (const int at : {0, 1, 2}) old_box.amount("S/C/L1", "car", minute(at), 10);
  centre.deliver(old_box, minute(20));
  for (const int at : {0, 1, 2, 3}) new_box.amount("S/C/L1", "car", minute(at), 10);  // imported again, and one more
  centre.deliver(new_box, minute(20));
  EXPECT_EQ(centre.totals("E1").at("S/C/L1 event.packs car"), "40");
  for (const int at : {8, 9}) old_box.amount("S/C/L2", "car", minute(at), 5);
  for (const int at : {10, 11}) new_box.amount("S/C/L2", "car", minute(at), 5);  // one after the other: both count
  centre.deliver(old_box, minute(21));
  centre.deliver(new_box, minute(21));
  EXPECT_EQ(centre.totals("E1").at("S/C/L2 event.packs car"), "20");
}

TEST(Life, AResyncSendsEverythingSinceThenAndChangesNothing) {
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  for (int i = 0; i < 90; i += 10) edge.read("S/C/L1", "car", minute(i), i);
  centre.deliver(edge, minute(100));
  const auto before = centre.totals("E1");
  CentreBox empty;  // the centre lost its store
  empty.enrol(edge);
  edge.outbox().resync(minute(0));
  EXPECT_FALSE(edge.outbox().status().drained());
  empty.deliver(edge, minute(101));
  EXPECT_TRUE(edge.outbox().status().drained());
  EXPECT_EQ(empty.totals("E1"), before);
  edge.outbox().resync(minute(0));
  centre.deliver(edge, minute(102));
  EXPECT_EQ(centre.totals("E1"), before);
}

TEST(Life, AChangedSeriesReachesTheCentreWithoutNewReadings) {
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  edge.read("S/C/L1", "car", minute(0), 5);
  centre.deliver(edge, minute(20));
  edge.defaults.official = false;
  static_cast<void>(edge.series("S/C/L1", "car", SeriesKind::totalizer));
  centre.deliver(edge, minute(21));
  Dictionaries dictionaries(centre.store());
  const auto book = LineBook::load(centre.store(), dictionaries, {"E1", "S/C/L1"}, std::nullopt);
  EXPECT_FALSE(book->spec(rollup::SeriesIndex{0}).official);
}

TEST(Life, ALineThatTheGatewayDeclaresGoneIsGoneUntilTheCentreSaysOtherwise) {
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  edge.read("S/C/L1", "car", minute(0), 5);
  edge.store().set_line_state("S/C/L1", minute(30), true);
  centre.deliver(edge, minute(40));
  const auto gone = [&] {
    Dictionaries dictionaries(centre.store());
    return LineBook::load(centre.store(), dictionaries, {"E1", "S/C/L1"}, std::nullopt)->gone_since();
  };
  EXPECT_EQ(gone(), minute(30));
  centre.store().put_line_state({"E1", "S/C/L1"}, {minute(50), false}, centre.now);
  EXPECT_EQ(gone(), std::nullopt);
  centre.store().put_line_state({"E1", "S/C/L1"}, {minute(60), true}, centre.now);
  EXPECT_EQ(gone(), minute(60));
}

// Two times: a figure as of then is what was stored then.
TEST(Life, WhatWasFinalIsKeptWhenItIsReplaced) {
  constexpr int kDay = 24 * 60;
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  Centre asking(centre.store(), {});
  const auto quantity = [&](std::optional<UnixMillis> as_of) {
    query::RollupRequest request;
    request.from = *TimeZone::shanghai().parse("2019-03-15T00:00");
    request.to = *request.from + std::chrono::days{1};
    const auto rows = asking.rollup(request, {}, {centre.now, as_of});
    return rows && rows->size() == 1 ? std::optional(rows->front()) : std::nullopt;
  };
  edge.read("S/C/L1", "car", minute(0), 100);
  edge.read("S/C/L1", "car", minute(60), 160);
  edge.read("S/C/L1", "car", minute(kDay + 60), 160);
  centre.now = minute(kDay + 70);
  centre.deliver(edge, minute(kDay + 70));
  centre.now = minute(kDay + 120);
  ASSERT_TRUE(quantity({}));
  EXPECT_EQ(quantity({})->status, query::RollupRow::Status::final_);
  EXPECT_EQ(quantity({})->quantity, 60);

  edge.read("S/C/L1", "car", minute(61), 190);  // late
  edge.read("S/C/L1", "car", minute(kDay + 61), 190);
  centre.now = minute(kDay + 200);
  centre.deliver(edge, minute(kDay + 200));
  EXPECT_EQ(quantity({})->quantity, 90);
  EXPECT_EQ(quantity({})->status, query::RollupRow::Status::revised);
  EXPECT_EQ(quantity({})->previous, 60);
  ASSERT_TRUE(quantity(minute(kDay + 120)));
  EXPECT_EQ(quantity(minute(kDay + 120))->quantity, 60);
  EXPECT_EQ(quantity(minute(kDay + 120))->status, query::RollupRow::Status::final_);
  EXPECT_FALSE(quantity(minute(kDay + 10)));  // before anything was stored
}

TEST(Audit, ShowsTheFirstBatchThatBreaksAChain) {
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  std::vector<forward::Outgoing> batches;
  for (int i = 0; i < 4; ++i) {
    edge.read("S/C/L1", "car", minute(20 * i), i);
    for (auto& message : edge.cut_and_take(minute(20 * i + 16))) {
      if (message.channel == forward::Channel::dictionary) {
        static_cast<void>(centre.take(message));
      } else if (message.number > batches.size()) {
        batches.push_back(std::move(message));
      }
    }
  }
  ASSERT_EQ(batches.size(), 4U);
  const auto first_break = [&] {
    const auto reports = audit(centre.store(), std::nullopt);
    return reports.size() == 1 && reports[0].first_break ? reports[0].first_break->number : 0;
  };
  static_cast<void>(centre.take(batches[0]));
  static_cast<void>(centre.take(batches[1]));
  EXPECT_EQ(first_break(), 0U);
  static_cast<void>(centre.take(batches[3]));
  EXPECT_EQ(first_break(), 3U);  // missing

  auto forked = batches[2];  // validly signed, but of another past
  v1::Envelope envelope;
  v1::Batch batch;
  ASSERT_TRUE(envelope.ParseFromString(forked.payload) && batch.ParseFromString(envelope.batch()));
  batch.set_previous(forward::Digest::of("another past").raw());
  forked.payload = forward::seal_batch(batch.SerializeAsString(), edge.key());
  EXPECT_EQ(centre.take(forked)->status, forward::Ack::Status::committed);
  EXPECT_EQ(first_break(), 3U);
  const auto report = audit(centre.store(), GatewayId{"E1", "gw1"}).at(0);
  EXPECT_NE(report.first_break->what.find("does not follow"), std::string::npos);
  EXPECT_EQ(report.verified, 4U);
}

}  // namespace
}  // namespace songhua::central
