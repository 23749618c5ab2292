#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "mqtt/client.h"
#include "support/wait.h"

namespace songhua::test {

// An MQTT client that remembers what happened to it, for tests that look at a broker from outside. Thread-safe.
// Link `mqtt` to use it.
class MqttProbe : public mqtt::Handler {
 public:
  struct Message {
    mqtt::Generation generation;
    std::string topic, payload;
    mqtt::Qos qos;
    bool retained;
  };
  struct Event {
    std::string what;  // "connected", "connect_failed", "lost", "closed", "subscribed"
    mqtt::Generation generation;
    std::string text;  // reason, or refused filters joined by a blank
  };

  mqtt::Client& client() { return client_; }

  // What happened, for the message of a test that failed.
  [[nodiscard]] std::string story() const {
    std::string text;
    for (const Event& event : events()) {
      text += event.what + "#" + std::to_string(static_cast<std::uint64_t>(event.generation)) +
              (event.text.empty() ? "" : " (" + event.text + ")") + "; ";
    }
    return text;
  }

  // Connects, and waits for it. Filters are subscribed and acknowledged before it returns.
  [[nodiscard]] bool connect(const mqtt::ConnectOptions& options, const std::vector<mqtt::Filter>& filters = {}) {
    const auto generation = client_.connect(options);
    if (!generation) return false;
    const auto decided = [&] { return count("connected", *generation) + count("connect_failed", *generation) > 0; };
    if (!eventually(decided) || count("connected", *generation) == 0) return false;
    return filters.empty() || (client_.subscribe(filters) && saw("subscribed", *generation));
  }
  [[nodiscard]] bool connect(const std::string& uri, const std::string& id,
                             const std::vector<mqtt::Filter>& filters = {}) {
    mqtt::ConnectOptions options;
    options.uri = uri;
    options.client_id = id;
    return connect(options, filters);
  }

  // Waits until that happened to that generation.
  [[nodiscard]] bool saw(const std::string& what, mqtt::Generation generation) const {
    return eventually([&] { return count(what, generation) > 0; });
  }
  [[nodiscard]] std::size_t count(const std::string& what, mqtt::Generation generation) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(
        events_, [&](const Event& event) { return event.what == what && event.generation == generation; }));
  }
  [[nodiscard]] std::string text_of(const std::string& what, mqtt::Generation generation) const {
    for (const Event& event : events()) {
      if (event.what == what && event.generation == generation) return event.text;
    }
    return "";
  }

  // Waits until `number` messages have come in all.
  [[nodiscard]] bool received(std::size_t number) const {
    return eventually([&] { return message_count() >= number; });
  }
  [[nodiscard]] std::size_t message_count() const {
    const std::lock_guard lock(mutex_);
    return messages_.size();
  }

  [[nodiscard]] std::vector<Event> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::vector<Message> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  [[nodiscard]] std::vector<mqtt::DeliveryId> delivered() const {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }
  [[nodiscard]] bool overlapped() const { return overlapped_; }  // two calls at once: Handler forbids it

  void on_connected(mqtt::Generation generation) override { add({"connected", generation, ""}); }
  void on_connect_failed(mqtt::Generation generation, const std::string& reason) override {
    add({"connect_failed", generation, reason});
  }
  void on_lost(mqtt::Generation generation, const std::string& reason) override { add({"lost", generation, reason}); }
  void on_closed(mqtt::Generation generation) override { add({"closed", generation, ""}); }
  void on_subscribed(mqtt::Generation generation, const std::vector<std::string>& refused) override {
    std::string text;
    for (const auto& filter : refused) text += (text.empty() ? "" : " ") + filter;
    add({"subscribed", generation, text});
  }
  void on_message(mqtt::Generation generation, std::string_view topic, std::string_view payload, mqtt::Qos qos,
                  bool retained) override {
    const Alone alone{*this};
    const std::lock_guard lock(mutex_);
    messages_.push_back({generation, std::string{topic}, std::string{payload}, qos, retained});
  }
  void on_delivered(mqtt::Generation, mqtt::DeliveryId id) override {
    const Alone alone{*this};
    const std::lock_guard lock(mutex_);
    delivered_.push_back(id);
  }
  void on_publish_failed(mqtt::Generation generation, mqtt::DeliveryId, const std::string& reason) override {
    add({"publish_failed", generation, reason});
  }

 private:
  struct Alone {
    explicit Alone(MqttProbe& p) : probe(p) {
      if (probe.inside_.fetch_add(1) != 0) probe.overlapped_ = true;
    }
    ~Alone() { probe.inside_.fetch_sub(1); }
    MqttProbe& probe;
  };

  void add(Event event) {
    const Alone alone{*this};
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }

  mutable std::mutex mutex_;
  std::vector<Event> events_;
  std::vector<Message> messages_;
  std::vector<mqtt::DeliveryId> delivered_;
  std::atomic<int> inside_{0};
  std::atomic<bool> overlapped_{false};
  mqtt::Client client_{*this};  // last: destroyed first
};

}  // namespace songhua::test
