// Pieces of a recording that come in another order than they were received in (law 2): a birth may give an alias
// another meaning, so what was received between two births is explained by the first of them, whenever it came to be
// known. The records are those of a store that heard everything in order.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "ingest/pipeline.h"
#include "record_text.h"

namespace songhua::ingest {
namespace {

using sparkplug::Payload;
using storage::Entry;
using storage::EntryKind;

const UnixMillis kStart = unix_millis(1'552'608'000'000);
constexpr int kCounters = 4;

// An edge node with one device, whose aliases are dealt anew at every birth.
class Node {
 public:
  explicit Node(std::string name) : name_(std::move(name)) {
    for (int i = 0; i < kCounters; ++i) alias_.push_back(static_cast<std::uint64_t>(i));
  }

  Entry nbirth(UnixMillis at) {
    seq_ = 0;
    Payload payload = stamped(at);
    auto& bd = *payload.add_metrics();
    bd.set_name("bdSeq");
    bd.set_datatype(sparkplug::pb::Int64);
    bd.set_long_value(bd_seq_);
    return entry("NBIRTH", payload, at);
  }
  Entry dbirth(UnixMillis at, std::vector<std::uint64_t> alias, std::uint32_t type = sparkplug::pb::Int64,
               const std::string& silence = {}) {
    alias_ = std::move(alias);
    Payload payload = stamped(at);
    if (!silence.empty()) {
      auto& metric = *payload.add_metrics();
      metric.set_name("Properties/Silence");
      metric.set_alias(kCounters);
      metric.set_datatype(sparkplug::pb::String);
      metric.set_string_value(silence);
    }
    for (int i = 0; i < kCounters; ++i) {
      auto& metric = *payload.add_metrics();
      metric.set_name("Output/p" + std::to_string(i) + "/CN/Good");
      metric.set_alias(alias_[static_cast<std::size_t>(i)]);
      metric.set_datatype(type);
      metric.set_long_value(value_[i]);
    }
    return entry("DBIRTH", payload, at);
  }
  Entry ddata(UnixMillis at, int which, std::uint64_t by, UnixMillis told) {
    Payload payload = stamped(at);
    auto& metric = *payload.add_metrics();
    value_[which] += by;
    metric.set_alias(alias_[static_cast<std::size_t>(which)]);
    metric.set_long_value(value_[which]);
    metric.set_timestamp(static_cast<std::uint64_t>(count_of(told)));
    return entry("DDATA", payload, at);
  }
  Entry ndeath(UnixMillis at) {
    Payload payload;
    auto& bd = *payload.add_metrics();
    bd.set_name("bdSeq");
    bd.set_datatype(sparkplug::pb::Int64);
    bd.set_long_value(bd_seq_++);
    return entry("NDEATH", payload, at);
  }

 private:
  Payload stamped(UnixMillis at) {
    Payload payload;
    payload.set_timestamp(static_cast<std::uint64_t>(count_of(at)));
    payload.set_seq(seq_);
    seq_ = (seq_ + 1) % 256;
    return payload;
  }
  [[nodiscard]] Entry entry(const std::string& type, const Payload& payload, UnixMillis at) const {
    Entry entry;
    entry.received = at + Millis{40};
    entry.topic = "spBv1.0/G/" + type + "/" + name_ + (type.starts_with('D') ? "/D" : "");
    entry.payload = payload.SerializeAsString();
    return entry;
  }

  std::string name_;
  std::vector<std::uint64_t> alias_;
  std::uint64_t value_[kCounters]{100, 2'000, 30'000, 400'000};
  std::uint64_t seq_ = 0;
  std::uint64_t bd_seq_ = 0;
};

std::vector<std::uint64_t> dealt() {
  std::vector<std::uint64_t> alias(kCounters);
  for (int i = 0; i < kCounters; ++i) alias[static_cast<std::size_t>(i)] = static_cast<std::uint64_t>(i);
  for (std::size_t i = alias.size(); i > 1; --i)
    std::swap(alias[i - 1], alias[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(i)))]);
  return alias;
}

// A birth that may say something else of the counters than the one before.
Entry any_birth(Node& node, UnixMillis at) {
  return node.dbirth(at, dealt(), *rc::gen::element<std::uint32_t>(sparkplug::pb::Int64, sparkplug::pb::UInt64),
                     *rc::gen::element<std::string>("", "unchanged", "unknown"));
}

// Some of the messages get lost on their way, some overtake others.
std::vector<Entry> as_it_came(std::vector<Entry> sent) {
  std::erase_if(sent,
                [](const Entry& entry) { return entry.kind == EntryKind::message && *rc::gen::inRange(0, 15) == 0; });
  for (std::size_t i = 1; i < sent.size(); ++i) {
    if (*rc::gen::inRange(0, 10) != 0) continue;
    std::swap(sent[i - 1], sent[i]);
    std::swap(sent[i - 1].received, sent[i].received);
  }
  return sent;
}

// What two nodes and the gateway's connection went through, as it was received.
std::vector<Entry> recording(int steps) {
  std::vector<Node> nodes{Node("A"), Node("B")};
  std::vector<bool> alive{false, false};
  std::vector<Entry> all;
  auto at = kStart;
  for (int i = 0; i < steps; ++i) {
    at += Millis{*rc::gen::inRange(1, 40) * *rc::gen::element(97, 997)};
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(0, 2));
    auto& node = nodes[n];
    const auto what = *rc::gen::inRange(0, 12);
    if (!alive[n] || what == 0) {
      all.push_back(node.nbirth(at));
      all.push_back(any_birth(node, at += Millis{3}));
      alive[n] = true;
    } else if (what == 5) {
      all.push_back(node.nbirth(at));  // the births of its devices were lost
    } else if (what == 1) {
      all.push_back(any_birth(node, at));
    } else if (what == 2) {
      all.push_back(node.ndeath(at));
      alive[n] = false;
    } else if (what == 3) {
      Entry lost;
      lost.kind = EntryKind::host;
      lost.fate = storage::Fate::noted;
      lost.received = at;
      lost.payload = "lost 0";
      all.push_back(lost);
    } else {
      const auto told = what == 4 ? at - Millis{120'000} : at;
      all.push_back(node.ddata(at, *rc::gen::inRange(0, kCounters), static_cast<std::uint64_t>(what), told));
    }
  }
  return as_it_came(std::move(all));
}

std::string records(storage::Store& store) {
  return record_text(store, "G/A/D") + record_text(store, "G/B/D");
}

void commit(Pipeline& pipeline) {
  ASSERT_TRUE(std::holds_alternative<CommitResult>(pipeline.commit(kStart + Millis{86'400'000})));
}

void settle(Pipeline& pipeline) {
  ASSERT_TRUE(std::holds_alternative<Pipeline::Settled>(pipeline.settle_order(kStart + Millis{86'400'000})));
}

std::string in_order(const std::vector<Entry>& all) {
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (const auto& entry : all) pipeline.repeat(entry);
  commit(pipeline);
  EXPECT_FALSE(pipeline.out_of_order());
  return records(*store);
}

RC_GTEST_PROP(Order, PiecesMayComeInAnyOrder, ()) {
  const auto all = recording(*rc::gen::inRange(5, 60));
  const auto expected = in_order(all);

  const auto length = *rc::gen::inRange(1, 9);  // of a piece, about
  std::vector<std::vector<Entry>> pieces(1);
  for (const auto& entry : all) {
    if (!pieces.back().empty() && *rc::gen::inRange(0, length) == 0) pieces.emplace_back();
    pieces.back().push_back(entry);
  }
  for (std::size_t i = pieces.size(); i > 1; --i)
    std::swap(pieces[i - 1], pieces[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(i)))]);
  const bool settle_each = *rc::gen::arbitrary<bool>(), commit_each = *rc::gen::arbitrary<bool>();
  PipelineOptions options;
  if (*rc::gen::arbitrary<bool>()) options.readings_in_memory = 10;

  const auto store = storage::Store::in_memory();
  auto pipeline = std::make_unique<Pipeline>(*store, options);
  for (const auto& piece : pieces) {
    for (const auto& entry : piece) {
      pipeline->repeat(entry);
      if (commit_each) commit(*pipeline);
    }
    commit(*pipeline);
    if (settle_each) settle(*pipeline);
    // Another process goes on: what is to be settled is in the store.
    if (*rc::gen::inRange(0, 3) == 0) pipeline = std::make_unique<Pipeline>(*store, options);
  }
  settle(*pipeline);
  RC_ASSERT(!pipeline->out_of_order());
  RC_ASSERT(records(*store) == expected);

  // The journal tells the same again, with what was decided then and without.
  RC_ASSERT(std::holds_alternative<Pipeline::Adopted>(pipeline->make_again(kStart + Millis{86'400'000})));
  RC_ASSERT(records(*store) == expected);
  const auto fresh = storage::Store::in_memory();
  Pipeline replay(*fresh, {});
  for (const auto& segment : store->journal().segments()) {
    const auto entries = store->journal().read(segment.id);
    RC_ASSERT(entries.ok());
    for (const auto& entry : *entries) replay.repeat(entry);
  }
  commit(replay);
  settle(replay);
  RC_ASSERT(records(*fresh) == expected);
}

// One case by hand: the middle of three pieces, with a birth of its own, comes last.
TEST(Order, AMissingPieceIsExplainedByTheBirthThatWasInForceThen) {
  Node node("A");
  std::vector<Entry> all;
  const auto at = [&](int second) { return kStart + Millis{1'000} * second; };
  all.push_back(node.nbirth(at(0)));
  all.push_back(node.dbirth(at(1), {0, 1, 2, 3}));
  all.push_back(node.ddata(at(2), 0, 5, at(2)));
  const auto middle = all.size();
  all.push_back(node.nbirth(at(3)));
  all.push_back(node.dbirth(at(4), {1, 0, 3, 2}));
  all.push_back(node.ddata(at(5), 0, 5, at(5)));
  const auto end = all.size();
  all.push_back(node.nbirth(at(6)));
  all.push_back(node.dbirth(at(7), {3, 2, 1, 0}));
  all.push_back(node.ddata(at(8), 3, 7, at(8)));
  const auto expected = in_order(all);

  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < middle || i >= end) pipeline.repeat(all[i]);
  }
  commit(pipeline);
  EXPECT_FALSE(pipeline.out_of_order());
  for (auto i = middle; i < end; ++i) pipeline.repeat(all[i]);
  commit(pipeline);
  EXPECT_TRUE(pipeline.out_of_order());
  settle(pipeline);
  EXPECT_EQ(records(*store), expected);
  const auto& session = pipeline.sessions().at({0, "G/A"});
  EXPECT_EQ(session.state(), sparkplug::SessionState::alive);
  EXPECT_EQ(session.born(), at(6) + Millis{40});
}

// Quarantine says what no birth explained; the piece with that birth takes it off the list again.
TEST(Order, WhatHasItsBirthNowIsNoLongerRefused) {
  Node node("A");
  const auto at = [&](int second) { return kStart + Millis{1'000} * second; };
  std::vector<Entry> all{node.nbirth(at(0)), node.dbirth(at(1), {0, 1, 2, 3})};
  const auto births = all.size();
  all.push_back(node.ddata(at(2), 0, 5, at(2)));
  all.push_back(node.ddata(at(3), 0, 5, at(3)));
  all.push_back(node.ndeath(at(4)));
  all.push_back(node.nbirth(at(5)));
  all.push_back(node.dbirth(at(6), {3, 2, 1, 0}));
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (auto i = births; i < all.size(); ++i) pipeline.repeat(all[i]);
  commit(pipeline);
  EXPECT_EQ(store->quarantine_counts(), (std::map<std::string, std::uint64_t>{{"session_ended", 2}}));
  for (std::size_t i = 0; i < births; ++i) pipeline.repeat(all[i]);
  commit(pipeline);
  settle(pipeline);
  EXPECT_EQ(store->quarantine_counts(), (std::map<std::string, std::uint64_t>{}));
  EXPECT_EQ(records(*store), in_order(all));
}

// Live messages are in order by arrival: a clock that is set back makes none of them an older one, neither now nor when
// the recording is told again.
TEST(Order, AClockThatIsSetBackIsPartOfTheRecording) {
  Node node("A");
  const auto at = [&](int second) { return kStart + Millis{1'000} * second; };
  std::vector<Entry> sent{node.nbirth(at(0)),
                          node.dbirth(at(1), {0, 1, 2, 3}),
                          node.ddata(at(2), 0, 5, at(2)),
                          node.nbirth(at(3)),
                          node.dbirth(at(4), {3, 2, 1, 0}),
                          node.ddata(at(5), 0, 5, at(5)),
                          node.ddata(at(6), 3, 9, at(6))};
  const auto store = storage::Store::in_memory();
  Pipeline pipeline(*store, {});
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto received = sent[i].received - Millis{i >= 5 ? 4'500 : 0};
    pipeline.message({0, sent[i].topic, sent[i].payload, received, false});
    commit(pipeline);
  }
  EXPECT_FALSE(pipeline.out_of_order());
  EXPECT_EQ(records(*store), in_order(sent));

  const auto fresh = storage::Store::in_memory();
  Pipeline replay(*fresh, {});
  for (const auto& segment : store->journal().segments()) {
    const auto entries = store->journal().read(segment.id);
    ASSERT_TRUE(entries.ok());
    for (const auto& entry : *entries) replay.repeat(entry);
  }
  commit(replay);
  EXPECT_FALSE(replay.out_of_order());
  EXPECT_EQ(records(*fresh), records(*store));
}

}  // namespace
}  // namespace songhua::ingest
