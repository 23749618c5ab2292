#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "allocations.h"
#include "controller/controller.h"
#include "edge_node/node.h"

namespace songhua::controller {
namespace {

class Deaf final : public edge_node::Sink {
 public:
  void keep_bd_seq(std::uint8_t) override {}
  void connect(std::size_t, const edge_node::Message&) override {}
  void subscribe(std::span<const std::string_view>) override {}
  void publish(const edge_node::Message& message) override { bytes += message.payload.size(); }
  void disconnect(bool) override {}
  std::size_t bytes = 0;
};

class Count final : public Ledger {
 public:
  void row(const Row&) override { ++rows; }
  std::size_t rows = 0;
};

TEST(NoHeap, TheCountItselfWorks) {
  const auto before = test::allocations();
  const auto one = std::make_unique<int>(1);
  EXPECT_EQ(test::allocations(), before + 1);
}

// A day in the life of a controller with six lines: births, data, commands, host away, flush, death; nothing allocates.
TEST(NoHeap, NothingIsAllocatedAfterTheStart) {
  constexpr line::Time kStart = 1'551'369'600'000;
  std::vector<LineSpec> specs;
  for (const auto& family : line::families()) specs.push_back({&family, family.id});
  const auto lines = std::make_unique<Controller>("S", "C", specs, 1, kStart, kStart);
  std::vector<edge_node::Device*> devices;
  for (std::size_t i = 0; i < lines->size(); ++i) devices.push_back(&lines->device(i));
  std::vector<edge_node::Reading> buffer(6 * 500);
  std::vector<std::int64_t> image(Controller::kMaxImageWords);
  Deaf sink;
  Count ledger;
  edge_node::Config config;
  config.group = "S";
  config.node = "C";
  config.primary_host = "H";
  const auto node = std::make_unique<edge_node::Node>(config, sink, lines->node(), devices, buffer);
  const std::string online = R"({"online":true,"timestamp":1})", offline = R"({"online":false,"timestamp":1})";
  const std::string state = "spBv1.0/STATE/H", ncmd = "spBv1.0/S/NCMD/C";
  const std::string rebirth("\x12\x18\x0A\x14Node Control/Rebirth\x70\x01", 26);
  const auto bytes = [](const std::string& s) {
    return std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(s.data()), s.size());
  };

  const auto before = test::allocations();
  std::int64_t real = 0;
  const auto clock = [&] { return edge_node::Clock{real, lines->now()}; };
  node->start(clock());
  for (int cycle = 0; cycle < 24; ++cycle) {
    node->on_connected(clock());
    node->on_subscribed(clock());
    node->on_message(clock(), state, bytes(online), true);
    ASSERT_EQ(node->session(), edge_node::Session::online);
    for (int i = 0; i < 240; ++i) {
      lines->advance(lines->now() + 10'000, ledger);
      node->sample(clock(), false);
    }
    node->on_message(clock(), ncmd, bytes(rebirth), false);
    node->on_message(clock(), state, bytes(offline), false);
    node->on_lost(clock());
    for (int i = 0; i < 120; ++i) {
      lines->advance(lines->now() + 10'000, ledger);
      node->sample(clock(), false);
    }
    static_cast<void>(lines->save(std::span<std::int64_t, Controller::kMaxImageWords>(image), {}));
    node->on_time({real += 60'000, lines->now()});
  }
  node->stop(clock());
  const auto after = test::allocations();

  EXPECT_EQ(after, before);
  EXPECT_EQ(node->counters().rebirths, 24U);
  EXPECT_GT(node->counters().historical, 24U);
  EXPECT_GT(sink.bytes, 100'000U);
  EXPECT_GT(ledger.rows, 1'000U);
}

}  // namespace
}  // namespace songhua::controller
