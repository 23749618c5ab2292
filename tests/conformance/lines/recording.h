#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/controller.h"
#include "edge_node/node.h"
#include "sparkplug_b.pb.h"

// A controller with all six lines and what it published, read by another library than the one that wrote it.
namespace songhua::controller::test {

using Payload = org::eclipse::tahu::protobuf::Payload;

struct Sent {
  std::string type, device;  // NBIRTH..., "" of the node
  std::string bytes;
  Payload payload;
};

class Recording final : public edge_node::Sink, public Ledger {
 public:
  static constexpr line::Time kStart = 1'551'369'600'000;  // 2019-03-01 00:00 in Shanghai, a Friday

  // A life of so many hours: births, a report every minute, a rebirth at half time, death in order.
  explicit Recording(int hours, edge_node::Config config = {}) {
    std::vector<LineSpec> specs;
    for (const auto& family : line::families()) specs.push_back({&family, family.id});
    lines = std::make_unique<Controller>("S", "C", specs, 1, kStart, kStart);
    std::vector<edge_node::Device*> devices;
    for (std::size_t i = 0; i < lines->size(); ++i) devices.push_back(&lines->device(i));
    config.group = "S";
    config.node = "C";
    lines->node().tell_uptime = true;
    edge_node::Node node(config, *this, lines->node(), devices, {});
    const auto clock = [&] { return edge_node::Clock{lines->now() - kStart, lines->now()}; };
    node.start(clock());
    node.on_connected(clock());
    node.on_subscribed(clock());
    for (int turn = 0; turn < hours * 60; ++turn) {
      lines->advance(lines->now() + 60'000, *this);
      lines->node().uptime_s += 60;
      node.sample(clock(), false);
      if (turn == hours * 30) {
        const std::string rebirth("\x12\x18\x0A\x14Node Control/Rebirth\x70\x01", 26);
        node.on_message(clock(), "spBv1.0/S/NCMD/C",
                        {reinterpret_cast<const std::uint8_t*>(rebirth.data()), rebirth.size()}, false);
      }
    }
    node.stop(clock());
  }

  void keep_bd_seq(std::uint8_t) override {}
  void connect(std::size_t, const edge_node::Message&) override {}
  void subscribe(std::span<const std::string_view>) override {}
  void disconnect(bool) override {}
  void row(const Row&) override {}
  void publish(const edge_node::Message& message) override {
    auto& sent = all.emplace_back();
    std::vector<std::string> levels{""};
    for (const char c : message.topic) {
      if (c == '/') {
        levels.emplace_back();
      } else {
        levels.back() += c;
      }
    }
    sent.type = levels.at(2);
    sent.device = levels.size() > 4 ? levels[4] : "";
    sent.bytes.assign(reinterpret_cast<const char*>(message.payload.data()), message.payload.size());
    if (!sent.payload.ParseFromString(sent.bytes)) ++undecodable;
  }

  std::unique_ptr<Controller> lines;
  std::vector<Sent> all;
  int undecodable = 0;
};

}  // namespace songhua::controller::test
