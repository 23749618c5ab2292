#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "edge_node/node.h"
#include "mqtt/client.h"
#include "mqtt/inbox.h"

namespace songhua::posix {

// Between the edge node and MQTT. What the node wants is queued until release(): the owner first makes the lines'
// memory durable. What the network says is queued until the owner looks. One owner thread; the Handler methods run on
// the library's thread and only move bytes.
class Link final : public edge_node::Sink, private mqtt::Handler {
 public:
  struct Config {
    std::vector<std::string> servers;
    mqtt::ConnectOptions connection;  // uri and will are set per connection
    int rate = 2'000;                 // most messages a second
    std::int64_t birth_delay = 0;     // ms between stamping and sending a birth
  };
  struct Event {
    enum class Kind : std::uint8_t { connected, failed, subscribed, message, lost, delivered } kind{};
    mqtt::Generation generation{};
    std::string topic, text;  // message: its payload; failed, lost: the reason
    bool retained = false;
  };

  explicit Link(const Config& config);

  // Events of the present connection, in order; waits up to `patience` ms for the first.
  void wait(std::vector<Event>& events, std::int64_t patience);
  void wake() { inbox_.wake(); }

  // Sends as much of the queue as rate, delay and the client allow. `real`: monotonic ms.
  void release(std::int64_t real);
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  // Published messages that have not been written to the socket.
  [[nodiscard]] std::size_t unsent() const { return queued_ + accepted_ - std::min(accepted_, delivered_.load()); }
  // The node asked for something that must not leave before the memory is durable.
  [[nodiscard]] bool must_keep() const { return fresh_ > 0; }
  void kept() { fresh_ = 0; }

  // Sink
  void keep_bd_seq(std::uint8_t) override { ++fresh_; }
  void connect(std::size_t server, const edge_node::Message& will) override;
  void subscribe(std::span<const std::string_view> filters) override;
  void publish(const edge_node::Message& message) override;
  void disconnect(bool abrupt) override;

 private:
  struct Order {
    enum class Kind : std::uint8_t { connect, subscribe, publish, disconnect };
    Kind kind = Kind::disconnect;
    std::string topic{}, payload{};
    std::size_t server = 0;
    mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
    bool birth = false;
    std::vector<mqtt::Filter> filters{};
  };

  void on_connected(mqtt::Generation generation) override;
  void on_connect_failed(mqtt::Generation generation, const std::string& reason) override;
  void on_lost(mqtt::Generation generation, const std::string& reason) override;
  void on_closed(mqtt::Generation generation) override;
  void on_message(mqtt::Generation generation, std::string_view topic, std::string_view payload, mqtt::Qos qos,
                  bool retained) override;
  void on_subscribed(mqtt::Generation generation, const std::vector<std::string>& refused) override;
  void on_delivered(mqtt::Generation, mqtt::DeliveryId) override { ++delivered_; }
  void on_publish_failed(mqtt::Generation, mqtt::DeliveryId, const std::string&) override { ++delivered_; }

  void clear_queue();
  void push(Order order);
  [[nodiscard]] bool carry_out(Order& order, std::int64_t real);
  [[nodiscard]] bool send(Order& order, std::int64_t real);
  void begin(const Order& order);

  Config config_;
  std::deque<Order> queue_;
  std::vector<Event> own_events_;  // faults found without the network
  std::size_t fresh_ = 0;
  std::size_t queued_ = 0;                  // publishes in queue_
  std::size_t accepted_ = 0;                // of this connection, by the client
  std::atomic<std::size_t> delivered_ = 0;  // ... and written
  double tokens_ = 0;
  std::int64_t last_real_ = -1;
  std::int64_t birth_due_ = -1;
  mqtt::Generation generation_{};
  mqtt::Inbox<Event> inbox_;
  mqtt::Client client_{*this};  // last: its thread is gone before the rest
};

}  // namespace songhua::posix
