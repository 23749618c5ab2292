#include "forward/link.h"

#include <functional>

namespace songhua::forward {
namespace {

// A connection that lived so long has proved itself: the next failure is a new story.
constexpr auto kProved = std::chrono::seconds{10};

}  // namespace

Link::Link(Options options, LinkInbox& inbox)
    : options_(std::move(options)),
      inbox_(inbox),
      backoff_(options_.backoff, std::hash<std::string>{}(options_.connect.client_id) ^
                                     static_cast<std::uint64_t>(Clock::now().time_since_epoch().count())),
      client_(*this) {}

Link::~Link() = default;

Millis Link::tick() {
  if (up_ || trying_) return Millis{1000};
  const auto now = Clock::now();
  if (now < next_try_) return std::chrono::ceil<Millis>(next_try_ - now);
  options_.connect.uri = server();
  const auto generation = client_.connect(options_.connect);
  if (generation) {
    generation_ = *generation;
    trying_ = true;
    return Millis{1000};
  }
  down(generation.error().message);
  return Millis{200};
}

bool Link::handle(const LinkEvent& event) {
  if (event.generation != generation_) return false;
  switch (event.kind) {
    case LinkEvent::Kind::up:
      up_ = true;
      trying_ = false;
      up_since_ = Clock::now();
      last_error_.clear();
      break;
    case LinkEvent::Kind::failed:
    case LinkEvent::Kind::lost:
      down(event.text);
      break;
    default:
      break;
  }
  return true;
}

void Link::down(const std::string& reason) {
  const auto now = Clock::now();
  if (up_ && now - up_since_ > kProved) backoff_.reset();
  up_ = trying_ = false;
  last_error_ = reason;
  ++server_;  // the next one in turn; with one server it is the same
  next_try_ = now + backoff_.next();
}

mqtt::Publish Link::publish(const std::string& topic, const std::string& payload, mqtt::Qos qos) {
  return client_.publish(topic, payload, qos, false).status;
}

void Link::disconnect(Millis grace) {
  client_.disconnect(mqtt::Leave::kNormal, grace);
}

void Link::tell(LinkEvent::Kind kind, mqtt::Generation generation, std::string text) {
  inbox_.push_event({options_.id, kind, generation, {}, std::move(text)});
}

void Link::on_connected(mqtt::Generation generation) {
  if (options_.filters.empty()) {
    tell(LinkEvent::Kind::up, generation, {});
  } else {
    client_.subscribe(options_.filters);
  }
}

void Link::on_subscribed(mqtt::Generation generation, const std::vector<std::string>& refused) {
  if (refused.empty()) {
    tell(LinkEvent::Kind::up, generation, {});
    return;
  }
  tell(LinkEvent::Kind::failed, generation,
       "the broker does not grant '" + refused.front() + "'; check the access list of this user");
  client_.drop();
}

void Link::on_connect_failed(mqtt::Generation generation, const std::string& reason) {
  tell(LinkEvent::Kind::failed, generation, reason);
}

void Link::on_lost(mqtt::Generation generation, const std::string& reason) {
  tell(LinkEvent::Kind::lost, generation, reason);
}

void Link::on_message(mqtt::Generation generation, std::string_view topic, std::string_view payload, mqtt::Qos, bool) {
  // Beyond the high water mark it is dropped: the sender repeats what nobody answered.
  static_cast<void>(inbox_.push(
      {options_.id, LinkEvent::Kind::message, generation, std::string(topic), std::string(payload)}, payload.size()));
}

void Link::on_delivered(mqtt::Generation generation, mqtt::DeliveryId) {
  tell(LinkEvent::Kind::room, generation, {});
}

void Link::on_publish_failed(mqtt::Generation generation, mqtt::DeliveryId, const std::string&) {
  tell(LinkEvent::Kind::room, generation, {});
}

}  // namespace songhua::forward
