#include "forward/forwarder.h"

#include <spdlog/spdlog.h>

#include <deque>
#include <mutex>
#include <thread>

#include "forward/link.h"

namespace songhua::forward {
namespace {

// Acknowledgements come at QoS 0 though they are sent at QoS 1: receiving QoS 1 makes the library write to a socket on
// which large batches are under way, upon which it drops the connection. A lost one costs one repeated batch.
Link::Options link_options(const ForwarderOptions& options) {
  Link::Options link;
  link.servers = options.servers;
  link.connect = options.connect;
  if (link.connect.client_id.empty()) link.connect.client_id = "songhua-" + options.enterprise + "-" + options.gateway;
  link.connect.max_in_flight = std::min<std::size_t>(link.connect.max_in_flight, 8);
  for (const auto channel : {Channel::ack, Channel::resync}) {
    link.filters.push_back({topic_of(options.enterprise, options.gateway, channel), mqtt::Qos::kAtMostOnce});
  }
  link.backoff = options.backoff;
  return link;
}

}  // namespace

struct Forwarder::State {
  State(ForwarderOptions o, std::function<void()> told)
      : options(std::move(o)),
        on_incoming(std::move(told)),
        inbox(LinkInbox::Limits{}),
        link(link_options(options), inbox) {}

  void run();
  void handle(LinkEvent& event);
  void pump();
  void read(const LinkEvent& event);
  void tell(Incoming incoming);

  const ForwarderOptions options;
  const std::function<void()> on_incoming;

  mutable std::mutex mutex;  // of what follows, up to inbox
  std::deque<Outgoing> outgoing;
  std::vector<Incoming> incoming;
  ForwarderStatus status;

  LinkInbox inbox;
  Link link;  // the thread's
  std::thread thread;
};

Forwarder::Forwarder(ForwarderOptions options, std::function<void()> on_incoming)
    : state_(std::make_unique<State>(std::move(options), std::move(on_incoming))) {
  state_->thread = std::thread([this] { state_->run(); });
}

Forwarder::~Forwarder() {
  state_->inbox.close();
  state_->thread.join();
}

void Forwarder::State::run() {
  std::vector<LinkEvent> lot;
  while (!inbox.closed()) {
    const auto patience = link.tick();
    {
      const std::lock_guard lock(mutex);
      status.server = link.server();
      status.last_error = link.last_error();
    }
    if (!inbox.take(lot, patience)) continue;
    for (auto& event : lot) handle(event);
    pump();
  }
  link.disconnect(Millis{500});
}

void Forwarder::State::handle(LinkEvent& event) {
  if (event.kind == LinkEvent::Kind::wake || !link.handle(event)) return;
  switch (event.kind) {
    case LinkEvent::Kind::up:
      spdlog::info("forward server={} connected", link.server());
      tell(Connected{});
      break;
    case LinkEvent::Kind::failed:
    case LinkEvent::Kind::lost:
      spdlog::warn("forward no connection to the centre's broker: {}", event.text);
      tell(Lost{event.text});
      break;
    case LinkEvent::Kind::message:
      read(event);
      break;
    default:
      break;
  }
}

void Forwarder::State::tell(Incoming what) {
  {
    const std::lock_guard lock(mutex);
    if (std::holds_alternative<Connected>(what) || std::holds_alternative<Lost>(what)) {
      status.connected = std::holds_alternative<Connected>(what);
      outgoing.clear();
    }
    if (std::holds_alternative<Ack>(what)) ++status.acks;
    incoming.push_back(std::move(what));
  }
  if (on_incoming) on_incoming();
}

void Forwarder::State::read(const LinkEvent& event) {
  const auto topic = parse_topic(event.topic);
  if (topic && topic->channel == Channel::ack) {
    if (auto ack = decode_ack(event.text)) return tell(std::move(*ack));
  } else if (topic && topic->channel == Channel::resync) {
    if (auto since = decode_resync(event.text)) return tell(ResyncAsked{*since});
  }
  spdlog::warn("forward topic={} an answer that this version cannot read", event.topic);
  const std::lock_guard lock(mutex);
  ++status.malformed;
}

void Forwarder::State::pump() {
  while (link.up()) {
    Outgoing next;
    {
      const std::lock_guard lock(mutex);
      if (outgoing.empty()) return;
      next = outgoing.front();
    }
    const auto topic = topic_of(options.enterprise, options.gateway, next.channel);
    const auto status_of = link.publish(topic, next.payload, mqtt::Qos::kAtLeastOnce);
    if (status_of == mqtt::Publish::kWindowFull || status_of == mqtt::Publish::kNotConnected) return;
    const std::lock_guard lock(mutex);
    if (!outgoing.empty()) outgoing.pop_front();
    if (status_of == mqtt::Publish::kAccepted) ++status.sent;
  }
}

std::size_t Forwarder::room() const {
  const std::lock_guard lock(state_->mutex);
  if (!state_->status.connected || state_->outgoing.size() >= state_->options.queue) return 0;
  return state_->options.queue - state_->outgoing.size();
}

void Forwarder::send(Outgoing message) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->status.connected) return;
    state_->outgoing.push_back(std::move(message));
  }
  state_->inbox.push_event({});
}

std::vector<Incoming> Forwarder::take() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->incoming, {});
}

ForwarderStatus Forwarder::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

void exchange(Outbox& outbox, Forwarder& forwarder, UnixMillis now) {
  for (const auto& event : forwarder.take()) {
    if (std::holds_alternative<Connected>(event)) outbox.connected();
    if (const auto* ack = std::get_if<Ack>(&event)) outbox.apply(*ack, now);
    if (const auto* asked = std::get_if<ResyncAsked>(&event)) outbox.resync(asked->since);
  }
  outbox.cut(now);
  for (auto& message : outbox.to_send(now, forwarder.room())) forwarder.send(std::move(message));
}

}  // namespace songhua::forward
