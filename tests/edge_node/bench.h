#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge_node/node.h"
#include "sparkplug_b.pb.h"

// A node on a bench: it has two devices whose values a test turns by hand, and a sink that writes down what it wants.
namespace songhua::edge_node::test {

using Payload = org::eclipse::tahu::protobuf::Payload;

struct Sent {
  std::string what;  // keep, connect, subscribe, publish, disconnect, cut
  std::string topic;
  Payload payload;
  std::string bytes;
  int qos = 0;
  std::size_t server = 0;
  bool birth = false;
  std::vector<std::string> filters;

  [[nodiscard]] std::string type() const {  // NBIRTH...
    const auto from = topic.find('/', topic.find('/') + 1) + 1;
    return topic.substr(from, topic.find('/', from) - from);
  }
};

class Bench final : public Sink {
 public:
  void keep_bd_seq(std::uint8_t next) override { add("keep").server = next; }
  void connect(std::size_t server, const Message& will) override { add("connect", will).server = server; }
  void subscribe(std::span<const std::string_view> filters) override {
    auto& sent = add("subscribe");
    for (const auto f : filters) sent.filters.emplace_back(f);
  }
  void publish(const Message& message) override { add("publish", message); }
  void disconnect(bool abrupt) override { add(abrupt ? "cut" : "disconnect"); }

  std::vector<Sent> all;
  // What was published since `mark`, by type.
  [[nodiscard]] std::vector<Sent> published(std::size_t mark = 0) const {
    std::vector<Sent> out;
    for (auto i = mark; i < all.size(); ++i) {
      if (all[i].what == "publish") out.push_back(all[i]);
    }
    return out;
  }
  [[nodiscard]] std::vector<std::string> types(std::size_t mark = 0) const {
    std::vector<std::string> out;
    for (const auto& sent : published(mark)) out.push_back(sent.type());
    return out;
  }
  [[nodiscard]] std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Sent& s) { return s.what == what; }));
  }
  [[nodiscard]] const Sent& last(const std::string& what) const {
    return *std::find_if(all.rbegin(), all.rend(), [&](const Sent& s) { return s.what == what; });
  }

 private:
  Sent& add(const std::string& what) {
    all.emplace_back().what = what;
    return all.back();
  }
  Sent& add(const std::string& what, const Message& message) {
    auto& sent = add(what);
    sent.topic = message.topic;
    sent.bytes.assign(reinterpret_cast<const char*>(message.payload.data()), message.payload.size());
    sent.payload.ParseFromString(sent.bytes);
    sent.qos = message.qos;
    sent.birth = message.birth;
    return sent;
  }
};

class TestDevice final : public Device {
 public:
  explicit TestDevice(std::string id) : id_(std::move(id)) {}
  [[nodiscard]] std::string_view id() const override { return id_; }
  [[nodiscard]] std::size_t metrics() const override { return 5; }
  [[nodiscard]] Metric metric(std::size_t i) const override {
    switch (i) {
      case 0:
        return {.name = "Properties/Counter Epoch", .type = DataType::int64, .epoch = true};
      case 1:
        return {.name = "Output/p/CN/Good", .type = DataType::int64, .totalizer = true};
      case 2:
        return {.name = "State/Current", .type = DataType::int32, .prompt = true};
      case 3:
        return {.name = "Process/Temperature", .type = DataType::float64};
      default:
        return {.name = "Device Control/Takt Percent", .type = DataType::int32, .writable = true};
    }
  }
  [[nodiscard]] Value value(std::size_t i) const override {
    switch (i) {
      case 0:
        return Value::int64(7);
      case 1:
        return Value::int64(good);
      case 2:
        return Value::int32(state);
      case 3:
        return Value::float64(temperature);
      default:
        return Value::int32(takt);
    }
  }
  [[nodiscard]] bool write(std::size_t i, const Value& value) override {
    if (i != 4 || value.integer() > 200) return false;
    takt = static_cast<std::int32_t>(value.integer());
    return true;
  }

  std::int64_t good = 0;
  std::int32_t state = 6, takt = 100;
  double temperature = 20;

 private:
  std::string id_;
};

class OwnDevice final : public Device {
 public:
  [[nodiscard]] std::string_view id() const override { return {}; }
  [[nodiscard]] std::size_t metrics() const override { return 1; }
  [[nodiscard]] Metric metric(std::size_t) const override {
    return {.name = "Node Control/Report Period", .type = DataType::int64, .writable = true};
  }
  [[nodiscard]] Value value(std::size_t) const override { return Value::int64(period); }
  [[nodiscard]] bool write(std::size_t, const Value& v) override {
    period = v.integer();
    return true;
  }
  std::int64_t period = 1'000;
};

inline constexpr std::int64_t kT = 1'700'000'000'000;

struct Rig {
  explicit Rig(Config config = {}, std::size_t buffer = 4'000) : memory(buffer) {
    config.group = "G";
    config.node = "E";
    Device* devices[] = {&a, &b};
    node = std::make_unique<Node>(config, bench, own, devices, memory);
  }
  [[nodiscard]] Clock clock() const { return {real, line}; }
  void pass(std::int64_t ms) {
    real += ms;
    line += ms;
    node->on_time(clock());
    let_leave();
  }
  void sample(bool full = false) {
    node->sample(clock(), full);
    let_leave();
  }
  void to_subscribed() {
    node->start(clock());
    node->on_connected(clock());
    node->on_subscribed(clock());
    let_leave();
  }
  // The network takes all that was published, unless it is slow.
  void let_leave() {
    if (!slow) node->on_sent(node->counters().messages);
  }
  void state(const std::string& json, const std::string& host = "H") { message("spBv1.0/STATE/" + host, json); }
  void message(const std::string& topic, const std::string& payload, bool retained = false) {
    node->on_message(clock(), topic, {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()}, retained);
    let_leave();
  }
  void host(bool online, std::int64_t timestamp) {
    state(std::string(R"({"online":)") + (online ? "true" : "false") + R"(,"timestamp":)" + std::to_string(timestamp) +
          "}");
  }
  void command(const std::string& topic, const std::string& name, auto set, bool retained = false) {
    Payload payload;
    auto* metric = payload.add_metrics();
    metric->set_name(name);
    set(*metric);
    message(topic, payload.SerializeAsString(), retained);
  }
  void ask_rebirth() {
    command("spBv1.0/G/NCMD/E", "Node Control/Rebirth", [](auto& m) { m.set_boolean_value(true); });
  }

  Bench bench;
  OwnDevice own;
  TestDevice a{"A"}, b{"B"};
  std::vector<Reading> memory;
  std::unique_ptr<Node> node;
  std::int64_t real = 1'000, line = kT;
  bool slow = false;
};

inline Config with_host(std::size_t servers = 1) {
  Config config;
  config.primary_host = "H";
  config.servers = servers;
  return config;
}

}  // namespace songhua::edge_node::test
