#include "ingest/host.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include "sparkplug/payload.h"
#include "sparkplug/topic.h"

namespace songhua::ingest {
namespace {

constexpr Millis kRetryDisk{1'000};      // how often a store that could not be written is tried again
constexpr Millis kTellTrouble{60'000};   // how often the log says that it still cannot
constexpr Millis kStayAway{2'000};       // after an overload, once the queue is empty
constexpr Millis kGrace{2'500};          // for the offline STATE and the DISCONNECT at the end
constexpr Millis kNameFlooders{10'000};  // how often the log names who floods the queue
constexpr Millis kLongestTurn{100};      // the loop looks up at least this often
constexpr Millis kLinger{10};            // how long a message waits for others: a commit is ten times as far

// "GROUP/NODE" of a Sparkplug topic, without the costs of reading it; the topic itself where it has no such shape.
struct Sender {
  std::string_view group, node;
  [[nodiscard]] std::uint64_t number() const {
    const std::hash<std::string_view> hash;
    return hash(group) * 31 + hash(node);
  }
  [[nodiscard]] std::string name() const {
    return node.empty() ? std::string(group) : fmt::format("{}/{}", group, node);
  }
};
Sender sender_of(std::string_view topic) {
  const auto group = topic.find('/');
  const auto type = group == std::string_view::npos ? group : topic.find('/', group + 1);
  const auto node = type == std::string_view::npos ? type : topic.find('/', type + 1);
  if (node == std::string_view::npos) return {topic, {}};
  const auto rest = topic.substr(node + 1);
  return {topic.substr(group + 1, type - group - 1), rest.substr(0, rest.find('/'))};
}

}  // namespace

struct Host::Server final : mqtt::Handler {
  Server(Host& owner, std::uint8_t number, std::string server_uri, std::optional<UnixMillis> stored, std::uint64_t seed)
      : host(owner),
        index(number),
        uri(std::move(server_uri)),
        state(stored),
        backoff(owner.options_.reconnect, seed),
        client(*this) {}

  Host& host;
  std::uint8_t index;
  std::string uri;
  sparkplug::HostState state;
  mqtt::Backoff backoff;
  std::optional<UnixMillis> connect_at;
  std::optional<mqtt::DeliveryId> death;
  bool connected = false;  // told to the pipeline
  std::string last_error;
  mqtt::Client client;  // last: its thread may call until it is gone

  void push(HostEvent::Kind kind, mqtt::Generation generation, std::string reason = {},
            mqtt::DeliveryId delivery = {}) {
    HostEvent event;
    event.kind = kind;
    event.server = index;
    event.generation = generation;
    event.received = now();
    event.topic = std::move(reason);
    event.delivery = delivery;
    host.inbox_.push_event(std::move(event));
  }
  void on_connected(mqtt::Generation g) override { push(HostEvent::Kind::connected, g); }
  void on_connect_failed(mqtt::Generation g, const std::string& reason) override {
    push(HostEvent::Kind::failed, g, reason);
  }
  void on_lost(mqtt::Generation g, const std::string& reason) override { push(HostEvent::Kind::lost, g, reason); }
  void on_closed(mqtt::Generation g) override { push(HostEvent::Kind::closed, g); }
  void on_subscribed(mqtt::Generation g, const std::vector<std::string>& refused) override {
    std::string text;
    for (const auto& filter : refused) text += (text.empty() ? "" : ", ") + filter;
    push(HostEvent::Kind::subscribed, g, text);
  }
  void on_delivered(mqtt::Generation g, mqtt::DeliveryId id) override { push(HostEvent::Kind::delivered, g, {}, id); }
  void on_message(mqtt::Generation g, std::string_view topic, std::string_view payload, mqtt::Qos,
                  bool retained) override {
    HostEvent event;
    event.server = index;
    event.generation = g;
    event.received = now();
    event.retained = retained;
    event.topic = topic;
    event.payload = payload;
    const auto size = topic.size() + payload.size() + sizeof(HostEvent);
    // A full inbox counts what it refuses; the loop sees it and leaves in order. A single node that fills half of it
    // loses its own messages, and disturbs nobody.
    const auto sender = sender_of(topic);
    if (host.inbox_.push_from(sender.number(), std::move(event), size) == decltype(host.inbox_)::Outcome::too_many) {
      const std::lock_guard lock(host.flooders_mutex_);
      ++host.flooders_[sender.name()];
    }
  }
};

UnixMillis Host::now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

Host::Host(storage::Store& store, Pipeline& pipeline, HostOptions options, HostHooks hooks)
    : store_(store),
      pipeline_(pipeline),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      inbox_({.items = options_.queue_messages, .bytes = options_.queue_bytes, .linger = kLinger}),
      throttle_(options_.rebirth, now(), static_cast<std::uint64_t>(count_of(now()))),
      next_commit_(now()) {
  for (std::size_t i = 0; i < options_.servers.size(); ++i) {
    std::optional<UnixMillis> stored;
    if (const auto text = store_.fact("state_timestamp:" + options_.servers[i])) {
      if (const auto value = parse_int128(*text)) stored = unix_millis(static_cast<std::int64_t>(*value));
    }
    servers_.push_back(std::make_unique<Server>(*this, static_cast<std::uint8_t>(i), options_.servers[i], stored,
                                                static_cast<std::uint64_t>(count_of(now())) + i));
  }
}

Host::~Host() = default;

void Host::run() {
  const auto start = now();
  if (const auto refused = pipeline_.sessions_refused(); refused > 0) {
    spdlog::warn(
        "{} stored sessions are of another version of this program, or damaged; their nodes are asked for births",
        refused);
  }
  for (auto& server : servers_) {
    pipeline_.server_lost(server->index, start);  // what was sent while this program did not run is unknown
    server->connect_at = start;
  }
  while (!stopping_) {
    inbox_.take(lot_, std::chrono::duration_cast<std::chrono::microseconds>(patience(now())));
    for (auto& event : lot_) handle(event);
    const auto t = now();
    on_time(t);
    if (t >= next_commit_ || pipeline_.waiting() >= options_.commit_messages) commit(t);
    request_rebirths(t);
    if (hooks_.turn) hooks_.turn(t);
  }
  leave_all_and_wait();
  commit(now());
}

Millis Host::patience(UnixMillis t) const {
  auto until = std::min(t + kLongestTurn, std::max(next_commit_, t));
  if (const auto deadline = pipeline_.next_deadline()) until = std::min(until, std::max(*deadline, t));
  for (const auto& server : servers_) {
    if (server->connect_at) until = std::min(until, std::max(*server->connect_at, t));
    if (const auto deadline = server->state.next_deadline()) until = std::min(until, std::max(*deadline, t));
  }
  return std::max(until - t, Millis{1});
}

void Host::handle(HostEvent& event) {
  Server& server = *servers_[event.server];
  if (event.generation != server.client.generation()) return;  // a late word of an earlier connection
  using Kind = HostEvent::Kind;
  switch (event.kind) {
    case Kind::message:
      if (event.topic.starts_with("spBv1.0/STATE/")) {
        if (event.topic == sparkplug::state_topic(options_.host_id)) {
          do_actions(server, server.state.on_own_state(event.payload, event.received));
        }
        return;
      }
      pipeline_.message(
          {server.index, std::move(event.topic), std::move(event.payload), event.received, event.retained});
      return;
    case Kind::connected:
      return do_actions(server, server.state.on_connected());
    case Kind::subscribed:
      if (!event.topic.empty()) spdlog::error("server={} refused subscriptions: {}", server.uri, event.topic);
      server.connected = true;
      server.last_error.clear();
      server.backoff.reset();
      pipeline_.server_connected(server.index, event.received);
      spdlog::info("server={} up", server.uri);
      return do_actions(server, server.state.on_subscribed(event.received));
    case Kind::delivered:
      if (server.death && *server.death == event.delivery) do_actions(server, server.state.on_death_acknowledged());
      return;
    case Kind::failed:
    case Kind::lost: {
      if (server.connected) pipeline_.server_lost(server.index, event.received);
      server.connected = false;
      do_actions(server, server.state.on_connection_lost(event.received));
      if (event.topic != server.last_error) spdlog::warn("server={} not connected: {}", server.uri, event.topic);
      return retry_later(server, event.topic);
    }
    case Kind::closed:
      if (server.connected) pipeline_.server_lost(server.index, event.received);
      server.connected = false;
      return;
  }
}

void Host::retry_later(Server& server, const std::string& reason) {
  server.last_error = reason;
  if (away_.empty() && !stopping_) server.connect_at = now() + server.backoff.next();
}

void Host::do_actions(Server& server, const sparkplug::HostActions& actions) {
  const auto topic = sparkplug::state_topic(options_.host_id);
  for (const auto& action : actions) {
    if (const auto* a = std::get_if<sparkplug::StoreTimestamp>(&action)) {
      try {
        store_.set_fact("state_timestamp:" + server.uri, std::to_string(count_of(a->timestamp)));
      } catch (const SQLite::Exception& problem) {
        spdlog::error("the STATE timestamp cannot be stored: {}", storage::trouble_of(store_.database(), problem));
      }
    } else if (const auto* c = std::get_if<sparkplug::ConnectWithWill>(&action)) {
      connect(server, c->will);
    } else if (std::holds_alternative<sparkplug::Subscribe>(action)) {
      std::vector<mqtt::Filter> filters{{topic, mqtt::Qos::kAtLeastOnce}};
      for (const auto& filter : options_.subscribe) filters.push_back({filter, mqtt::Qos::kAtLeastOnce});
      server.client.subscribe(filters);
    } else if (const auto* p = std::get_if<sparkplug::PublishState>(&action)) {
      const auto sent = server.client.publish(topic, sparkplug::format_state(p->status), mqtt::Qos::kAtLeastOnce, true);
      if (sent && !p->status.online) server.death = sent.id;
    } else if (std::holds_alternative<sparkplug::Disconnect>(action)) {
      if (options_.no_disconnect && stopping_) {
        server.client.drop();  // the will that follows is older than the death, so nobody heeds it
      } else {
        server.client.disconnect();
      }
    } else if (const auto* alarm = std::get_if<sparkplug::RaiseAlarm>(&action)) {
      spdlog::error("server={} alarm={} host_id={}", server.uri, to_string(alarm->alarm), options_.host_id);
    }
  }
}

void Host::connect(Server& server, const sparkplug::HostStatus& will) {
  auto options = options_.connect;
  options.uri = server.uri;
  if (server.index > 0) options.client_id += "-" + std::to_string(server.index + 1);
  options.will = mqtt::Will{sparkplug::state_topic(options_.host_id), sparkplug::format_state(will),
                            mqtt::Qos::kAtLeastOnce, true};
  if (const auto begun = server.client.connect(options); !begun) {
    do_actions(server, server.state.on_connection_lost(now()));
    spdlog::error("server={} {}", server.uri, begun.error().message);
    retry_later(server, begun.error().message);
  }
}

void Host::count_missed(const std::string& what, std::uint64_t missed) {
  try {
    store_.add_count(what, missed);
  } catch (const SQLite::Exception&) {
    spdlog::error("missed messages could not be counted in the store: {} {}", what, missed);
  }
}

// A flooder's session finds the gap by itself, and asks for a rebirth as seldom as any other.
void Host::name_flooders(UnixMillis t) {
  if (t < flooders_named_ + kNameFlooders) return;
  std::map<std::string, std::uint64_t> flooders;
  {
    const std::lock_guard lock(flooders_mutex_);
    flooders.swap(flooders_);
  }
  if (flooders.empty()) return;
  flooders_named_ = t;
  for (const auto& [node, missed] : flooders) {
    spdlog::error("node={} floods the queue: {} of its messages were missed, no other node's", node, missed);
  }
}

void Host::on_time(UnixMillis t) {
  for (auto& server : servers_) {
    do_actions(*server, server->state.on_time(t));
    if (server->connect_at && *server->connect_at <= t) {
      server->connect_at.reset();
      do_actions(*server, server->state.on_start(t));
    }
  }
  name_flooders(t);
  const auto queue = inbox_.counts();
  if (queue.too_many > too_many_seen_) {
    count_missed("missed_flood", queue.too_many - too_many_seen_);
    too_many_seen_ = queue.too_many;
  }
  if (queue.refused > refused_seen_) {
    count_missed("missed_overload", queue.refused - refused_seen_);
    refused_seen_ = queue.refused;
    leave("messages come faster than they can be stored; " + std::to_string(queue.refused) + " were missed");
    back_at_ = t + kStayAway;
  }
  if (!away_.empty() && t >= back_at_ && pipeline_.waiting() == 0) come_back(t);
}

void Host::commit(UnixMillis t) {
  next_commit_ = t + options_.commit_interval;
  do {
    const auto outcome = pipeline_.commit(t);
    if (const auto* error = std::get_if<Pipeline::CommitError>(&outcome)) {
      // A disk may be full for days, and the log may lie on it.
      if (t >= trouble_told_ + kTellTrouble) {
        spdlog::error("{}; tried again each second", error->message);
        trouble_told_ = t;
      }
      next_commit_ = t + kRetryDisk;
      back_at_ = t + kRetryDisk;
      if (error->disk_trouble) leave(error->message);
      return;
    }
    const auto& result = std::get<CommitResult>(outcome);
    for (const auto& [server, node] : result.born) {
      throttle_.born(node);
      server_of_node_[node] = server;
    }
    for (const auto& [server, node] : result.gone) throttle_.gone(node);
    for (const auto& wish : result.rebirths) {
      const bool by_timer =
          wish.reason == sparkplug::RebirthReason::gap || wish.reason == sparkplug::RebirthReason::no_birth;
      if (options_.rebirth_only_by_timer && !by_timer) continue;
      server_of_node_[wish.node] = wish.server;
      throttle_.want(wish.node, wish.reason, t);
    }
    if (hooks_.committed && result.generation != 0) hooks_.committed(result);
  } while (pipeline_.waiting() > 0);
}

void Host::request_rebirths(UnixMillis t) {
  for (const auto& node : throttle_.due(t)) {
    const auto slash = node.find('/');
    if (slash == std::string::npos) continue;
    const auto topic =
        sparkplug::node_topic(sparkplug::MessageType::ncmd, node.substr(0, slash), node.substr(slash + 1));
    const auto known = server_of_node_.find(node);
    const auto server = known == server_of_node_.end() ? std::nullopt : std::optional(known->second);
    if (const auto sent = publish_command(server, topic, sparkplug::encode_rebirth(t)); !sent) {
      spdlog::warn("node={} was not asked for a rebirth: {}", node, sent.error().message);
    } else {
      pipeline_.rebirth_requested(node, server);
    }
  }
}

Result<void> Host::reachable(std::optional<std::uint8_t> wanted) const {
  std::string why;
  for (const auto& server : servers_) {
    if (wanted && server->index != *wanted) continue;
    if (server->state.may_publish()) return {};
    why += (why.empty() ? "" : "; ") + server->uri + " is down";
    if (!server->last_error.empty()) why += ": " + server->last_error;
  }
  return Error{why.empty() ? std::string("that node's server is not in the configuration") : why};
}

Result<void> Host::publish_command(std::optional<std::uint8_t> wanted, const std::string& topic,
                                   const std::string& payload) {
  if (auto up = reachable(wanted); !up) return up;
  bool sent = false;
  for (auto& server : servers_) {
    if ((wanted && server->index != *wanted) || !server->state.may_publish()) continue;
    sent = static_cast<bool>(server->client.publish(topic, payload, mqtt::Qos::kAtMostOnce, false)) || sent;
  }
  if (!sent) return Error{"the connection takes no messages just now; try again"};
  return {};
}

Result<void> Host::insist_rebirth(const std::string& node, std::optional<std::uint8_t> server) {
  if (auto up = reachable(server); !up) return up;
  if (server) server_of_node_[node] = *server;
  throttle_.insist(node);
  request_rebirths(now());
  return {};
}

void Host::leave(const std::string& reason) {
  if (!away_.empty()) return;
  away_ = reason;
  spdlog::log(stopping_ ? spdlog::level::info : spdlog::level::err, "leaving the brokers in order: {}", reason);
  for (auto& server : servers_) {
    server->connect_at.reset();
    do_actions(*server, server->state.on_stop(now()));
  }
}

void Host::come_back(UnixMillis t) {
  spdlog::info("coming back; it had left because {}", away_);
  away_.clear();
  trouble_told_ = {};
  for (auto& server : servers_) {
    server->client.drop();
    do_actions(*server, server->state.on_connection_lost(t));
    server->connect_at = t;
  }
}

void Host::leave_all_and_wait() {
  leave("the gateway stops");
  const auto until = now() + kGrace;
  const auto busy = [&] {
    return std::any_of(servers_.begin(), servers_.end(), [](const auto& server) { return server->connected; });
  };
  while (busy() && now() < until) {
    inbox_.take(lot_, std::chrono::milliseconds{20});
    for (auto& event : lot_) handle(event);
    for (auto& server : servers_) do_actions(*server, server->state.on_time(now()));
  }
}

HostStatusReport Host::report() const {
  HostStatusReport report;
  for (const auto& server : servers_)
    report.servers.push_back({server->uri, server->state.may_publish(), server->last_error});
  const auto queue = inbox_.counts();
  report.missed = queue.refused + queue.too_many;
  report.received = queue.accepted;
  report.queued = queue.waiting + pipeline_.waiting();
  report.queued_bytes = queue.bytes + pipeline_.waiting_bytes();
  report.away = !away_.empty();
  report.away_reason = away_;
  return report;
}

}  // namespace songhua::ingest
