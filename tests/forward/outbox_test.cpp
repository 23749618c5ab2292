// The edge's side of forwarding: what is cut when, kept until when, sent again when.
#include "forward/outbox.h"

#include <gtest/gtest.h>

#include "edge_box.h"
#include "rollup/codec.h"

namespace songhua::forward {
namespace {

using test::EdgeBox;
using test::minute;

Envelope envelope_of(const Outgoing& message) {
  return std::get<Envelope>(open_envelope(message.payload));
}
Batch batch_of(const Outgoing& message) {
  return std::get<Batch>(decode_batch(envelope_of(message).batch));
}

Ack ack_of(const Outgoing& message, Ack::Status status = Ack::Status::committed) {
  const auto batch = batch_of(message);
  Ack ack;
  ack.incarnation = batch.incarnation.id;
  ack.number = batch.number;
  ack.hash = envelope_of(message).hash();
  ack.status = status;
  ack.highest = batch.number;
  return ack;
}

std::vector<Outgoing> batches(std::vector<Outgoing> messages) {
  std::erase_if(messages, [](const Outgoing& m) { return m.channel == Channel::dictionary; });
  return messages;
}

TEST(Outbox, AQuarterIsTheJoinOfItsMinutes) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), 5);
  edge.read("L1", "car", minute(9), 8);
  edge.read("L1", "car", minute(15), 9);
  const auto sent = edge.cut_and_take(minute(20));
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].channel, Channel::dictionary);
  const auto batch = batch_of(sent[1]);
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(batch.records[0].window, (Window{minute(0), minute(15)}));
  const auto record = rollup::decode(batch.records[0].content);
  ASSERT_TRUE(record);
  const auto& runs = std::get<rollup::TotalizerPart>(record->series.at(0).data).runs;
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].first.value, 5);
  EXPECT_EQ(runs[0].last.value, 8);
  EXPECT_EQ(edge.outbox().status().dirty, 0U);
}

TEST(Outbox, BatchesFormAChain) {
  EdgeBox edge;
  std::optional<Digest> before;
  for (int i = 0; i < 4; ++i) {
    edge.read("L1", "car", minute(i), i);
    const auto sent = batches(edge.cut_and_take(minute(i)));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(batch_of(sent[0]).number, static_cast<std::uint64_t>(i + 1));
    EXPECT_EQ(batch_of(sent[0]).previous, before);
    before = envelope_of(sent[0]).hash();
    edge.outbox().apply(ack_of(sent[0]), minute(i));
    edge.restart();  // the chain's end is in the store
  }
}

TEST(Outbox, CutsAtTheCadenceAndWhenAQuarterCloses) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), 1);
  EXPECT_EQ(edge.outbox().cut(minute(14)), 1U);
  edge.read("L1", "car", minute(1), 2);
  EXPECT_EQ(edge.outbox().cut(minute(14) + Millis{9'999}), 0U);
  EXPECT_EQ(edge.outbox().cut(minute(14) + Millis{10'000}), 1U);
  edge.options.cadence = std::chrono::hours{1};
  edge.restart();
  edge.read("L1", "car", minute(2), 3);
  EXPECT_EQ(edge.outbox().cut(minute(14) + Millis{20'000}), 1U);  // the first call after a start
  edge.read("L1", "car", minute(3), 4);
  EXPECT_EQ(edge.outbox().cut(minute(14) + Millis{30'000}), 0U);
  EXPECT_EQ(edge.outbox().cut(minute(15)), 1U);
}

TEST(Outbox, NothingDirtyNothingSent) {
  EdgeBox edge;
  EXPECT_EQ(edge.outbox().cut_all(minute(0)), 0U);
  EXPECT_TRUE(edge.outbox().to_send(minute(0), 64).empty());
  EXPECT_TRUE(edge.outbox().status().drained());
}

TEST(Outbox, OnlyACommitForgets) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), 1);
  const auto sent = batches(edge.cut_and_take(minute(1)));
  auto wrong = ack_of(sent[0]);
  wrong.hash = Digest::of("another");
  edge.outbox().apply(wrong, minute(1));
  EXPECT_EQ(edge.outbox().status().pending, 1U);
  wrong = ack_of(sent[0]);
  wrong.incarnation = std::string(32, 'e');
  edge.outbox().apply(wrong, minute(1));
  EXPECT_EQ(edge.outbox().status().pending, 1U);
  auto refused = ack_of(sent[0], Ack::Status::refused);
  refused.code = "bad_record";
  refused.text = "why";
  edge.outbox().apply(refused, minute(1));
  ASSERT_EQ(edge.outbox().status().refused.size(), 1U);
  EXPECT_EQ(edge.outbox().status().refused[0].reason, "bad_record: why");
  edge.outbox().apply(ack_of(sent[0]), minute(1));
  EXPECT_TRUE(edge.outbox().status().drained());
}

TEST(Outbox, ARefusedBatchBlocksNothing) {
  EdgeBox edge;
  edge.options.window = 1;
  edge.read("L1", "car", minute(0), 1);
  const auto first = batches(edge.cut_and_take(minute(1)));
  auto refused = ack_of(first[0], Ack::Status::refused);
  refused.code = "bad_record";
  edge.outbox().apply(refused, minute(1));
  edge.read("L1", "car", minute(2), 2);
  edge.outbox().cut_all(minute(2));
  const auto next = batches(edge.outbox().to_send(minute(1), 64));
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].number, 2U);
}

TEST(Outbox, TheWindowBoundsWhatIsUnderWayAndSilenceNarrowsIt) {
  EdgeBox edge;
  edge.options.window = 4;
  for (int i = 0; i < 10; ++i) {
    edge.read("L1", "car", minute(i), i);
    edge.outbox().cut_all(minute(i));
  }
  auto& outbox = edge.outbox();
  auto sent = batches(outbox.to_send(minute(20), 64));
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_TRUE(outbox.to_send(minute(20), 64).empty());
  const auto later = minute(20) + edge.options.answer_within;
  sent = batches(outbox.to_send(later, 64));  // nobody answers: knock
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].number, 1U);
  outbox.apply(ack_of(sent[0]), later);  // somebody is back
  EXPECT_EQ(batches(outbox.to_send(later, 64)).size(), 2U);
}

TEST(Outbox, ANewConnectionSendsAgainWithTheDictionary) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), 1);
  const auto first = edge.cut_and_take(minute(1));
  EXPECT_TRUE(edge.outbox().to_send(minute(1), 64).empty());
  edge.outbox().connected();
  const auto again = edge.outbox().to_send(minute(1), 64);
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].payload, first[i].payload);
}

TEST(Outbox, BatchesAreBounded) {
  EdgeBox edge;
  edge.options.batch_bytes = 500;
  for (int i = 0; i < 100; ++i) edge.read("L" + std::to_string(i), "car", minute(0), i);
  const auto sent = batches(edge.cut_and_take(minute(1)));
  EXPECT_GT(sent.size(), 5U);
  std::size_t records = 0;
  for (const auto& message : sent) {
    records += batch_of(message).records.size();
    EXPECT_LT(message.payload.size(), 2'000U);
  }
  EXPECT_EQ(records, 100U);
}

TEST(Outbox, ACutOfManyQuartersGoesOnInTheNextCall) {
  EdgeBox edge;
  edge.options.cut_quarters = 10;
  for (int i = 0; i < 25; ++i) edge.read("L1", "car", minute(15 * i), i);
  edge.outbox().cut(minute(400));
  EXPECT_EQ(edge.outbox().status().dirty, 15U);
  edge.outbox().cut(minute(400));
  edge.outbox().cut(minute(400));
  EXPECT_EQ(edge.outbox().status().dirty, 0U);
}

TEST(Outbox, ARolledBackTransactionOfTheCallerTakesTheBatchBack) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), 1);
  {
    SQLite::Transaction rolled_back(edge.store().database());
    EXPECT_EQ(edge.outbox().cut_all(minute(1)), 1U);
  }
  EXPECT_EQ(edge.outbox().status().pending, 0U);
  EXPECT_EQ(edge.outbox().status().dirty, 1U);
  const auto sent = edge.cut_and_take(minute(2));
  ASSERT_EQ(sent.size(), 2U);  // the dictionary, too
  EXPECT_EQ(batch_of(sent[1]).number, 1U);
}

// What the centre would refuse must not hold up the rest.
TEST(Outbox, ARecordOutOfRangeStaysBehindInQuarantine) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), int128{1} << 100U);
  edge.read("L2", "car", minute(0), 7);
  const auto sent = batches(edge.cut_and_take(minute(1)));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(batch_of(sent[0]).records.size(), 1U);
  EXPECT_EQ(edge.store().quarantine_counts().at("not_forwardable"), 1U);
}

TEST(Outbox, AHigherNumberAtTheCentreMeansARestoredStore) {
  EdgeBox edge;
  edge.read("L1", "car", minute(0), 1);
  const auto first = batches(edge.cut_and_take(minute(1)));
  edge.outbox().apply(ack_of(first[0]), minute(1));
  edge.read("L1", "car", minute(2), 2);
  const auto second = batches(edge.cut_and_take(minute(3)));
  const auto before = edge.store().incarnation().id;
  auto ack = ack_of(second[0], Ack::Status::refused);
  ack.code = to_string(Refusal::number_taken);
  ack.highest = 9;
  edge.outbox().apply(ack, minute(3));
  EXPECT_NE(edge.store().incarnation().id, before);
  EXPECT_EQ(edge.store().incarnation().continues, before);
  EXPECT_EQ(edge.store().incarnation().continued_to, 1U);
  const auto again = batches(edge.cut_and_take(minute(4)));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(batch_of(again[0]).number, 1U);
  EXPECT_EQ(batch_of(again[0]).previous, std::nullopt);
  EXPECT_EQ(batch_of(again[0]).incarnation.continues, before);
  EXPECT_EQ(batch_of(again[0]).records, batch_of(second[0]).records);
}

}  // namespace
}  // namespace songhua::forward
