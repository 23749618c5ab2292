// `replay --publish`: a recording onto a broker, for testing other systems.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

#include "commands.h"
#include "mqtt/client.h"
#include "pace.h"
#include "progress.h"
#include "recording.h"
#include "sparkplug/topic.h"

namespace songhua::gateway {
namespace {

// QoS 0 gives no feedback, and brokers drop what a subscriber is too slow for: at --speed max this is the pace.
constexpr std::uint64_t kMessagesPerSecond = 2'000;
constexpr std::chrono::seconds kPatience{10};

// One connection, seen by the thread that waits for it.
class Broker final : public mqtt::Handler {
 public:
  explicit Broker(std::string uri) : uri_(std::move(uri)), client_(*this) {
    mqtt::ConnectOptions options;
    options.uri = uri_;
    options.client_id = "songhua-replay-" + std::to_string(wall_clock().time_since_epoch().count());
    if (const auto begun = client_.connect(options); !begun) throw Failure{kUsage, begun.error().message};
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return up_ || !trouble_.empty(); })) trouble_ = "no answer";
    if (!up_) throw Failure{kFault, uri_ + ": " + trouble_};
  }

  void publish(const std::string& topic, const std::string& payload) {
    for (;;) {
      const auto seen = delivered();
      switch (client_.publish(topic, payload, mqtt::Qos::kAtMostOnce, false).status) {
        case mqtt::Publish::kAccepted:
          return;
        case mqtt::Publish::kRefused:
          std::cerr << "left out: the MQTT library does not take the topic " << topic << '\n';
          return;
        case mqtt::Publish::kNotConnected:
          throw Failure{kFault, uri_ + ": the connection is gone: " + trouble()};
        case mqtt::Publish::kWindowFull:
          break;
      }
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kPatience, [&] { return delivered_ != seen || !trouble_.empty(); });
    }
  }

  void leave() {
    client_.disconnect();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return !up_; });
  }

 private:
  void on_connected(mqtt::Generation) override {
    change([this] { up_ = true; });
  }
  void on_connect_failed(mqtt::Generation, const std::string& reason) override {
    change([&] { trouble_ = reason; });
  }
  void on_lost(mqtt::Generation, const std::string& reason) override {
    change([&] {
      up_ = false;
      trouble_ = reason;
    });
  }
  void on_closed(mqtt::Generation) override {
    change([this] { up_ = false; });
  }
  void on_message(mqtt::Generation, std::string_view, std::string_view, mqtt::Qos, bool) override {}
  void on_delivered(mqtt::Generation, mqtt::DeliveryId) override {
    change([this] { ++delivered_; });
  }

  template <typename Change>
  void change(const Change& make) {
    {
      const std::lock_guard lock(mutex_);
      make();
    }
    changed_.notify_all();
  }
  std::uint64_t delivered() {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }
  std::string trouble() {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  std::string uri_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool up_ = false;
  std::uint64_t delivered_ = 0;
  std::string trouble_;
  mqtt::Client client_;  // last: its destructor ends all calls to the members above
};

// What nodes have said. STATE and commands came from hosts: repeated, they would command living nodes.
bool of_a_node(const storage::Entry& entry) {
  if (entry.kind != storage::EntryKind::message) return false;
  const auto topic = sparkplug::parse_topic(entry.topic);
  if (!topic) return true;
  return topic->type != sparkplug::MessageType::state && topic->type != sparkplug::MessageType::ncmd &&
         topic->type != sparkplug::MessageType::dcmd;
}

}  // namespace

int publish_recording(const std::string& file, const std::string& url, const std::string& speed) {
  auto pace = Pace::parse(speed);
  if (!pace) throw Failure{kUsage, pace.error().message};
  const Recording recording(file);
  const auto& stop = interrupted();
  Broker broker(url);
  const auto start = std::chrono::steady_clock::now();
  const auto segments = recording.journal().segments();
  Progress progress(file, segments.size());
  std::uint64_t published = 0, read = 0;
  for (const auto& segment : segments) {
    const auto entries = recording.journal().read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    for (const auto& entry : *entries) {
      if (!of_a_node(entry)) continue;
      if (!pace->wait_for(entry.received, stop)) break;
      if (pace->unbounded()) {
        std::this_thread::sleep_until(start + std::chrono::microseconds{published * 1'000'000 / kMessagesPerSecond});
      }
      broker.publish(entry.topic, entry.payload);
      ++published;
    }
    progress.at(++read);
    if (stop) break;
  }
  broker.leave();
  progress.clear();
  std::cerr << published << " messages published to " << url << (stop ? "; stopped before the end" : "") << '\n';
  return kDone;
}

}  // namespace songhua::gateway
