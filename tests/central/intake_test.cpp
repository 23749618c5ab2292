// What a worker answers, and what is then in the store: laws 4 and 6 at the centre.
#include "central/intake.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "central/sqlite_store.h"
#include "centre_fixture.h"
#include "rollup/codec.h"
#include "songhua/v1/forward.pb.h"

namespace songhua::central {
namespace {

using forward::Ack;
using forward::Outgoing;
using test::CentreBox;
using test::EdgeBox;
using test::minute;

EdgeBox edge_with_an_hour() {
  EdgeBox edge;
  edge.options.batch_bytes = 200;  // several batches
  for (int i = 0; i < 60; i += 5) {
    edge.read("S/C/L1", "car", minute(i), 10 * i);
    edge.read("S/C/L2", "bus", minute(i), 3 * i);
  }
  return edge;
}

std::string rewritten(const std::string& envelope, const forward::SigningKey& key,
                      const std::function<void(v1::Batch&)>& change) {
  v1::Envelope outer;
  v1::Batch batch;
  if (!outer.ParseFromString(envelope) || !batch.ParseFromString(outer.batch())) throw std::logic_error("no batch");
  change(batch);
  return forward::seal_batch(batch.SerializeAsString(), key);
}

std::string code(const std::optional<Ack>& ack) {
  if (!ack) return "silence";
  if (ack->status == Ack::Status::committed) return "committed";
  return ack->status == Ack::Status::need_dictionary ? "need_dictionary" : ack->code;
}

TEST(Intake, CommitsAndAnswersWithTheChain) {
  auto edge = edge_with_an_hour();
  CentreBox centre;
  centre.enrol(edge);
  const auto sent = edge.cut_and_take(minute(61));
  ASSERT_GT(sent.size(), 3U);
  std::uint64_t number = 0;
  for (const auto& message : sent) {
    const auto ack = centre.take(message);
    if (message.channel == forward::Channel::dictionary) continue;
    ASSERT_EQ(code(ack), "committed");
    EXPECT_EQ(ack->number, ++number);
    EXPECT_EQ(ack->highest, number);
    edge.outbox().apply(*ack, minute(61));
  }
  EXPECT_TRUE(edge.outbox().status().drained());
  EXPECT_EQ(centre.totals("E1"), edge.totals());
}

// Law 4: any number of times, in any order, through any worker, interleaved with another gateway's.
RC_GTEST_PROP(IntakeProperty, BatchesChangeTheCentreOnceInAnyOrder, ()) {
  std::vector<std::unique_ptr<EdgeBox>> edges;
  CentreBox::Lot sent, dictionaries;
  for (const std::string name : {"gw1", "gw2"}) {
    auto& edge = *edges.emplace_back(std::make_unique<EdgeBox>(name));
    edge.options.batch_bytes = 150;
    const auto rounds = *rc::gen::inRange(1, 5);
    for (int round = 0; round < rounds; ++round) {
      for (const auto at : *rc::gen::container<std::vector<int>>(4, rc::gen::inRange(0, 60))) {
        edge.read(name + "/L" + std::to_string(at % 2), "car", minute(at), *rc::gen::inRange(0, 1000));
      }
      for (auto& message : edge.cut_and_take(minute(100 + round))) {
        auto& list = message.channel == forward::Channel::dictionary ? dictionaries : sent;
        list.emplace_back(name, std::move(message));
      }
    }
  }
  const auto deliver = [&](CentreBox& centre, const CentreBox::Lot& messages, std::size_t workers) {
    for (const auto& edge : edges) centre.enrol(*edge);
    static_cast<void>(centre.take_lot(dictionaries, 0));
    const std::size_t lot = workers == 1 ? messages.size() : 5;
    for (std::size_t i = 0; i < messages.size(); i += lot) {
      const auto from = messages.begin() + static_cast<std::ptrdiff_t>(i);
      const auto to = messages.begin() + static_cast<std::ptrdiff_t>(std::min(messages.size(), i + lot));
      for (const auto& ack : centre.take_lot({from, to}, i / lot % workers)) RC_ASSERT(code(ack) == "committed");
    }
    return centre.content();
  };
  CentreBox plain;
  const auto expected = deliver(plain, sent, 1);
  auto shuffled = sent;
  const auto again = *rc::gen::inRange<std::size_t>(0, sent.size());
  for (std::size_t i = 0; i < again; ++i) shuffled.push_back(sent[*rc::gen::inRange<std::size_t>(0, sent.size())]);
  for (std::size_t i = shuffled.size(); i > 1; --i) {
    std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<std::size_t>(0, i)]);
  }
  CentreBox mixed;
  RC_ASSERT(deliver(mixed, shuffled, 2) == expected);
}

TEST(Intake, AsksForTheDictionaryAndTakesTheBatchThen) {
  auto edge = edge_with_an_hour();
  CentreBox centre;
  centre.enrol(edge);
  auto sent = edge.cut_and_take(minute(61));
  const auto dictionary = sent.front();
  ASSERT_EQ(dictionary.channel, forward::Channel::dictionary);
  const auto ack = centre.take(sent[1]);
  ASSERT_EQ(code(ack), "need_dictionary");
  EXPECT_TRUE(centre.content().empty());
  edge.outbox().apply(*ack, minute(61));
  const auto again = edge.outbox().to_send(minute(61), 64);
  ASSERT_GE(again.size(), 2U);
  EXPECT_EQ(again[0].payload, dictionary.payload);
  EXPECT_EQ(again[1].payload, sent[1].payload);
  static_cast<void>(centre.take(again[0]));
  EXPECT_EQ(code(centre.take(again[1])), "committed");
}

TEST(Intake, WhatIsNotThisGatewaysIsRefusedAndNoted) {
  auto edge = edge_with_an_hour();
  CentreBox centre;
  const auto sent = edge.cut_and_take(minute(61));
  const auto& batch = sent[1];
  EXPECT_EQ(code(centre.take(batch)), "unknown_gateway");

  EdgeBox forger("gw1", "E1", 'f');
  centre.enrol(forger);
  EXPECT_EQ(code(centre.take(batch)), "unknown_key");

  centre.enrol(edge);
  auto forged = batch;
  v1::Envelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(forged.payload));
  envelope.mutable_signature()->back() = static_cast<char>(envelope.signature().back() ^ 1);
  forged.payload = envelope.SerializeAsString();
  EXPECT_EQ(code(centre.take(forged)), "bad_signature");

  EdgeBox neighbour("gw2", "E1", 'n');
  centre.enrol(neighbour);
  auto borrowed = batch;
  borrowed.payload = rewritten(batch.payload, neighbour.key(), [](v1::Batch&) {});
  EXPECT_EQ(code(centre.take(borrowed, "gw2")), "wrong_topic");
  borrowed.payload = rewritten(batch.payload, neighbour.key(), [](v1::Batch& b) { b.set_gateway("gw2"); });
  static_cast<void>(centre.take(sent[0]));
  ASSERT_EQ(code(centre.take(batch)), "committed");
  EXPECT_EQ(code(centre.take(borrowed, "gw2")), "wrong_topic");  // another gateway's incarnation

  forged.payload = "rubbish";
  EXPECT_EQ(code(centre.take(forged)), "malformed");
  forged.payload = std::string(forward::kMaxEnvelope + 1, 'x');
  EXPECT_EQ(code(centre.take(forged)), "too_large");
  ASSERT_TRUE(envelope.ParseFromString(batch.payload));
  envelope.set_format(forward::kFormat + 1);
  forged.payload = envelope.SerializeAsString();
  const auto newer = centre.take(forged);
  EXPECT_EQ(code(newer), "newer_format");
  EXPECT_EQ(newer->highest_format, forward::kFormat);

  std::map<std::string, std::uint64_t> noted;
  for (const auto& refusal : centre.store().refusals()) noted[refusal.code] += refusal.count;
  const std::map<std::string, std::uint64_t> expected{{"bad_signature", 1}, {"malformed", 1},       {"newer_format", 1},
                                                      {"too_large", 1},     {"unknown_gateway", 1}, {"unknown_key", 1},
                                                      {"wrong_topic", 2}};
  EXPECT_EQ(noted, expected);
}

TEST(Intake, ARecordThatItsDictionaryDoesNotExplainRefusesTheWholeBatch) {
  auto edge = edge_with_an_hour();
  CentreBox centre;
  centre.enrol(edge);
  const auto sent = edge.cut_and_take(minute(61));
  static_cast<void>(centre.take(sent[0]));
  auto bad = sent[1];
  bad.payload = rewritten(bad.payload, edge.key(), [](v1::Batch& b) {
    ASSERT_GT(b.records_size(), 1);
    b.mutable_records(b.records_size() - 1)->set_line(99);
  });
  EXPECT_EQ(code(centre.take(bad)), "bad_record");
  EXPECT_TRUE(centre.content().empty());
  EXPECT_EQ(code(centre.take(sent[1])), "committed");  // the number is still free
}

TEST(Intake, ARefusedBatchIsKeptShownAndTriedAgain) {
  auto edge = edge_with_an_hour();
  CentreBox centre;
  for (const auto& message : edge.cut_and_take(minute(61))) {
    if (const auto ack = centre.take(message)) edge.outbox().apply(*ack, minute(61));
  }
  const auto status = edge.outbox().status();
  EXPECT_FALSE(status.drained());
  ASSERT_EQ(status.refused.size(), status.pending);
  EXPECT_NE(status.refused[0].reason.find("not enrolled"), std::string::npos);
  EXPECT_TRUE(edge.outbox().to_send(minute(61), 64).empty());  // not at once

  centre.enrol(edge);
  for (int round = 0; round < 10 && !edge.outbox().status().drained(); ++round) {
    for (const auto& message : edge.outbox().to_send(minute(63 + 5 * round), 64)) {
      if (const auto ack = centre.take(message)) edge.outbox().apply(*ack, minute(63));
    }
  }
  EXPECT_TRUE(edge.outbox().status().drained());
  EXPECT_EQ(centre.totals("E1"), edge.totals());
}

TEST(Intake, AHigherGenerationReplacesAndARetractionRemoves) {
  EdgeBox edge;
  CentreBox centre;
  centre.enrol(edge);
  edge.read("S/C/L1", "car", minute(0), 5);
  edge.read("S/C/L1", "car", minute(3), 9);
  const auto first = edge.cut_and_take(minute(20));
  for (const auto& message : first) static_cast<void>(centre.take(message));
  EXPECT_EQ(centre.totals("E1"), edge.totals());

  edge.read("S/C/L1", "car", minute(2), 8);
  edge.read("S/C/L1", "car", minute(5), 12);
  const auto second = edge.cut_and_take(minute(21));
  for (const auto& message : second) static_cast<void>(centre.take(message));
  EXPECT_EQ(centre.totals("E1"), edge.totals());
  ASSERT_EQ(centre.content().size(), 1U);

  // The edge takes back what it said of the quarter.
  edge.store().database().exec("UPDATE record SET bytes = x'', generation = 50");
  edge.store().mark_dirty(rollup::LineIndex{0}, minute(0), 50);
  for (const auto& message : edge.cut_and_take(minute(22))) static_cast<void>(centre.take(message));
  EXPECT_TRUE(centre.totals("E1").empty());
  for (const auto& message : second) static_cast<void>(centre.take(message));  // late repetitions
  EXPECT_TRUE(centre.totals("E1").empty());
}

TEST(Intake, ALongerRecordReplacesWhatLiesInsideInEitherOrder) {
  const auto deliver = [](bool long_first) {
    EdgeBox edge;
    CentreBox centre;
    centre.enrol(edge);
    edge.read("S/C/L1", "car", minute(0), 5);
    edge.read("S/C/L1", "car", minute(17), 9);
    const auto sent = edge.cut_and_take(minute(40));
    EXPECT_EQ(sent.size(), 2U);
    static_cast<void>(centre.take(sent[0]));
    auto longer = sent[1];
    longer.payload = rewritten(longer.payload, edge.key(), [&](v1::Batch& b) {
      const auto a = rollup::decode(b.records(0).content());
      const auto c = rollup::decode(b.records(1).content());
      const auto joined = rollup::join(*a, *c, edge.store().dictionary(), kQuarterHour);
      b.set_number(2);
      b.set_previous(forward::Digest::of("x").raw());
      b.mutable_records()->RemoveLast();
      b.mutable_records(0)->set_length(static_cast<std::uint64_t>((2 * kQuarterHour).count()));
      b.mutable_records(0)->set_generation(100);
      b.mutable_records(0)->set_content(rollup::encode(joined));
    });
    EXPECT_EQ(code(centre.take(long_first ? longer : sent[1])), "committed");
    EXPECT_EQ(code(centre.take(long_first ? sent[1] : longer)), "committed");
    EXPECT_EQ(centre.totals("E1"), edge.totals());
    return centre.content();
  };
  const auto content = deliver(false);
  EXPECT_EQ(content.size(), 1U);
  EXPECT_EQ(deliver(true), content);
}

}  // namespace
}  // namespace songhua::central
