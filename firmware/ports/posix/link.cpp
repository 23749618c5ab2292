#include "posix/link.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace songhua::posix {
namespace {

std::string bytes(std::span<const std::uint8_t> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

}  // namespace

Link::Link(const Config& config) : config_(config) {
  config_.connection.max_in_flight = 1'000;
}

// --- from the network

void Link::on_connected(mqtt::Generation generation) {
  inbox_.push_event({Event::Kind::connected, generation, {}, {}, false});
}
void Link::on_connect_failed(mqtt::Generation generation, const std::string& reason) {
  inbox_.push_event({Event::Kind::failed, generation, {}, reason, false});
}
void Link::on_lost(mqtt::Generation generation, const std::string& reason) {
  inbox_.push_event({Event::Kind::lost, generation, {}, reason, false});
}
void Link::on_closed(mqtt::Generation generation) {
  inbox_.push_event({Event::Kind::lost, generation, {}, {}, false});
}
void Link::on_subscribed(mqtt::Generation generation, const std::vector<std::string>& refused) {
  std::string text;
  for (const auto& filter : refused) text += (text.empty() ? "" : " ") + filter;
  inbox_.push_event({Event::Kind::subscribed, generation, {}, text, false});
}
void Link::on_message(mqtt::Generation generation, std::string_view topic, std::string_view payload, mqtt::Qos,
                      bool retained) {
  // Commands beyond the inbox's limits are dropped there; the writer sees no outcome and writes again.
  static_cast<void>(inbox_.push({Event::Kind::message, generation, std::string(topic), std::string(payload), retained},
                                payload.size()));
}

void Link::wait(std::vector<Event>& events, std::int64_t patience) {
  inbox_.take(events, std::chrono::milliseconds{own_events_.empty() ? patience : 0});
  std::erase_if(events, [this](const Event& e) { return e.generation != generation_; });
  std::move(own_events_.begin(), own_events_.end(), std::back_inserter(events));
  own_events_.clear();
  for (const auto& event : events) {
    if (event.kind == Event::Kind::lost || event.kind == Event::Kind::failed)
      clear_queue();  // of a session that is over
  }
}

// --- to the network

void Link::connect(std::size_t server, const edge_node::Message& will) {
  clear_queue();  // what was published when the word of the loss was on its way
  Order order{.kind = Order::Kind::connect, .topic = std::string(will.topic), .payload = bytes(will.payload)};
  order.server = server;
  push(std::move(order));
}

void Link::subscribe(std::span<const std::string_view> filters) {
  Order order{.kind = Order::Kind::subscribe};
  for (const auto filter : filters) order.filters.push_back({std::string(filter), mqtt::Qos::kAtLeastOnce});
  push(std::move(order));
}

void Link::publish(const edge_node::Message& message) {
  Order order{.kind = Order::Kind::publish, .topic = std::string(message.topic), .payload = bytes(message.payload)};
  order.qos = static_cast<mqtt::Qos>(message.qos);
  order.birth = message.birth;
  ++queued_;
  push(std::move(order));
}

void Link::disconnect(bool abrupt) {
  if (abrupt) {
    clear_queue();
    client_.drop();
    return;
  }
  push({.kind = Order::Kind::disconnect});
}

void Link::clear_queue() {
  queue_.clear();
  queued_ = 0;
}

void Link::push(Order order) {
  queue_.push_back(std::move(order));
  ++fresh_;
}

void Link::release(std::int64_t real) {
  const auto passed = last_real_ < 0 ? 0 : real - last_real_;
  last_real_ = real;
  const double rate = config_.rate;
  tokens_ = std::min(std::max(1.0, rate / 10), tokens_ + rate * static_cast<double>(passed) / 1'000.0);
  while (!queue_.empty() && carry_out(queue_.front(), real)) queue_.pop_front();
}

bool Link::carry_out(Order& order, std::int64_t real) {
  switch (order.kind) {
    case Order::Kind::connect:
      begin(order);
      return true;
    case Order::Kind::subscribe:
      client_.subscribe(order.filters);
      return true;  // else on_lost is on its way
    case Order::Kind::publish:
      return send(order, real);
    case Order::Kind::disconnect:
      if (client_.connected()) {
        // MQTT 5 wants the reason 'with will' even after an explicit NDEATH; hosts ignore the second.
        const bool v5 = config_.connection.version == mqtt::Version::kV5;
        client_.disconnect(v5 ? mqtt::Leave::kWithWill : mqtt::Leave::kNormal);
      } else {
        client_.drop();
        own_events_.push_back({Event::Kind::lost, generation_, {}, {}, false});
      }
      return true;
  }
  return true;
}

void Link::begin(const Order& order) {
  auto options = config_.connection;
  options.uri = config_.servers[order.server];
  options.will = mqtt::Will{order.topic, order.payload, mqtt::Qos::kAtLeastOnce, false};
  const auto generation = client_.connect(options);
  accepted_ = delivered_ = 0;  // no word of the connection before comes any more
  if (generation) {
    generation_ = *generation;
  } else {
    own_events_.push_back({Event::Kind::failed, generation_, {}, generation.error().message, false});
  }
}

// False: not yet.
bool Link::send(Order& order, std::int64_t real) {
  if (tokens_ < 1) return false;
  if (order.birth && config_.birth_delay > 0) {
    if (birth_due_ < 0) birth_due_ = real + config_.birth_delay;
    if (real < birth_due_) return false;
  }
  const auto result = client_.publish(order.topic, order.payload, order.qos, false);
  // Not connected any more: the word of it is on its way, and what waits is then told as history.
  if (result.status == mqtt::Publish::kWindowFull || result.status == mqtt::Publish::kNotConnected) return false;
  if (result.status == mqtt::Publish::kRefused) spdlog::error("message refused topic=\"{}\"", order.topic);
  accepted_ += result ? 1 : 0;
  --queued_;
  birth_due_ = -1;
  tokens_ -= 1;
  return true;
}

}  // namespace songhua::posix
