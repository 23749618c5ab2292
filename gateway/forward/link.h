#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "mqtt/backoff.h"
#include "mqtt/client.h"
#include "mqtt/inbox.h"

namespace songhua::forward {

// What happened to a link, told through an inbox; several links may share one.
struct LinkEvent {
  enum class Kind : std::uint8_t {
    up,       // connected and subscribed
    failed,   // no connection came about, or a subscription was not granted: text
    lost,     // text
    message,  // topic and payload in `topic`, `text`
    room,     // something was delivered: publish again
    wake,     // the owner's own
  };
  int link = 0;
  Kind kind = Kind::wake;
  mqtt::Generation generation{};
  std::string topic;
  std::string text;
};
using LinkInbox = mqtt::Inbox<LinkEvent>;

// One connection that is kept up: servers in turn, subscriptions, jittered backoff. Gateway and centre both
// use it. All methods are for the thread that reads the inbox; the library's callbacks only fill the inbox.
class Link final : private mqtt::Handler {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    int id = 0;                        // in LinkEvent::link
    std::vector<std::string> servers;  // tried in turn
    mqtt::ConnectOptions connect;      // `uri` is taken from `servers`
    std::vector<mqtt::Filter> filters;
    mqtt::Backoff::Limits backoff{Millis{200}, Millis{15'000}};
  };

  Link(Options options, LinkInbox& inbox);
  ~Link() override;

  // Connects when it is time to. Returns how long nothing is to be done.
  Millis tick();
  // To be called with each event of this link. False: of a connection that is no more.
  bool handle(const LinkEvent& event);

  mqtt::Publish publish(const std::string& topic, const std::string& payload, mqtt::Qos qos);
  void disconnect(Millis grace);  // in order; on_closed is not told

  [[nodiscard]] bool up() const { return up_; }
  [[nodiscard]] const std::string& server() const { return options_.servers[server_ % options_.servers.size()]; }
  [[nodiscard]] const std::string& last_error() const { return last_error_; }

 private:
  void on_connected(mqtt::Generation generation) override;
  void on_connect_failed(mqtt::Generation generation, const std::string& reason) override;
  void on_lost(mqtt::Generation generation, const std::string& reason) override;
  void on_message(mqtt::Generation generation, std::string_view topic, std::string_view payload, mqtt::Qos qos,
                  bool retained) override;
  void on_subscribed(mqtt::Generation generation, const std::vector<std::string>& refused) override;
  void on_delivered(mqtt::Generation generation, mqtt::DeliveryId) override;
  void on_publish_failed(mqtt::Generation generation, mqtt::DeliveryId, const std::string& reason) override;

  void tell(LinkEvent::Kind kind, mqtt::Generation generation, std::string text);
  void down(const std::string& reason);

  Options options_;
  LinkInbox& inbox_;
  mqtt::Backoff backoff_;
  mqtt::Generation generation_{};
  bool trying_ = false;
  bool up_ = false;
  std::size_t server_ = 0;
  std::string last_error_;
  Clock::time_point next_try_{};
  Clock::time_point up_since_{};
  mqtt::Client client_;  // last: destroyed first
};

}  // namespace songhua::forward
