#include "mqtt/connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "mqtt/options.h"

namespace songhua::mqtt {
namespace {

thread_local int handler_depth = 0;

// Beyond our own window the library's buffer only has to hold what it must never refuse.
constexpr std::size_t kLibraryMargin = 64;

::mqtt::create_options library_client(const ConnectOptions& options) {
  return {static_cast<int>(options.version), static_cast<int>(options.max_in_flight + kLibraryMargin)};
}

// The id travels through the library as the operation's opaque context.
void* context_of(DeliveryId id) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(id));  // NOLINT(performance-no-int-to-ptr): never followed
}
DeliveryId id_of(const ::mqtt::token& token) {
  return DeliveryId{reinterpret_cast<std::uintptr_t>(token.get_user_context())};
}

// The library's C++ layer forgets to mark its options as those of MQTT 5, so that the C layer ignores the reason code.
// The mark is in a private member; an explicit instantiation may name one ([temp.spec.general]/6).
template <typename Tag, typename Tag::Member member>
struct Open {
  friend typename Tag::Member member_of(Tag) { return member; }
};
struct DisconnectOptions {
  using Member = MQTTAsync_disconnectOptions(::mqtt::disconnect_options::*);
  friend Member member_of(DisconnectOptions);
};
template struct Open<DisconnectOptions, &::mqtt::disconnect_options::opts_>;

void set_reason(::mqtt::disconnect_options& options, Leave leave) {
  options.set_reason_code(static_cast<::mqtt::ReasonCode>(leave));
  (options.*member_of(DisconnectOptions{})).struct_version = 1;
}

Publish status_of(const ::mqtt::exception& error) {
  switch (error.get_return_code()) {
    case MQTTASYNC_DISCONNECTED:
      return Publish::kNotConnected;
    case MQTTASYNC_MAX_BUFFERED_MESSAGES:
    case MQTTASYNC_NO_MORE_MSGIDS:
      return Publish::kWindowFull;
    default:
      return Publish::kRefused;
  }
}

}  // namespace

Connection::Listener::Listener(Gate& gate, Call success, Call failure)
    : gate_(gate), success_(std::move(success)), failure_(std::move(failure)) {}

void Connection::Listener::on_success(const ::mqtt::token& token) {
  if (const Gate::Pass pass{gate_}) success_(token);
}

void Connection::Listener::on_failure(const ::mqtt::token& token) {
  if (const Gate::Pass pass{gate_}) failure_(token);
}

Connection::Connection(Handler& handler, Generation generation, const ConnectOptions& options,
                       std::atomic<std::uint64_t>& ids)
    : handler_(handler),
      generation_(generation),
      options_(options),
      ids_(ids),
      connect_listener_(
          gate_, [this](const auto&) { accepted(); }, [this](const auto& token) { failed(token); }),
      subscribe_listener_(
          gate_, [this](const auto& token) { subscribed(token, true); },
          [this](const auto& token) { subscribed(token, false); }),
      publish_listener_(
          gate_, [this](const auto& token) { published(token, true); },
          [this](const auto& token) { published(token, false); }),
      disconnect_listener_(
          gate_, [this](const auto&) { lost(""); }, [this](const auto&) { lost(""); }),
      client_(options.uri, options.client_id, library_client(options), nullptr) {
  set_callbacks();
}

Connection::~Connection() {
  phase_ = Phase::kEnded;  // nobody is told any more
  cut();
  drained_.notify_all();
  if (farewell_thread_.joinable()) farewell_thread_.join();
  gate_.close();
}

bool Connection::inside_handler() {
  return handler_depth > 0;
}

template <typename Event>
void Connection::tell(Event&& event) noexcept {
  ++handler_depth;
  event(handler_);
  --handler_depth;
}

template <typename Event>
void Connection::end(Event&& event) {
  if (phase_.exchange(Phase::kEnded) == Phase::kEnded) return;
  {
    const std::lock_guard lock(mutex_);
    tap_.reset();
    socket_.reset();
  }
  drained_.notify_all();
  tell(std::forward<Event>(event));
}

void Connection::set_callbacks() {
  client_.set_connection_lost_handler([this](const std::string& cause) {
    if (const Gate::Pass pass{gate_}) lost(cause.empty() ? "the connection broke" : cause);
  });
  client_.set_disconnected_handler([this](const ::mqtt::properties&, ::mqtt::ReasonCode reason) {
    if (const Gate::Pass pass{gate_}) {
      lost(fmt::format("the broker ended it: {}", ::mqtt::exception::reason_code_str(static_cast<int>(reason))));
    }
  });
  client_.set_message_callback([this](const ::mqtt::const_message_ptr& message) {
    const Gate::Pass pass{gate_};
    if (!pass || phase_.load() == Phase::kEnded) return;
    const std::string_view payload{message->get_payload_ref().data(), message->get_payload_ref().length()};
    tell([&](Handler& handler) {
      handler.on_message(generation_, message->get_topic(), payload, static_cast<Qos>(message->get_qos()),
                         message->is_retained());
    });
  });
}

Result<void> Connection::begin() {
  {
    const std::lock_guard lock(mutex_);
    tap_.emplace();
  }
  try {
    client_.connect(library_options(options_), nullptr, connect_listener_);
    return {};
  } catch (const ::mqtt::exception& error) {
    return Error{fmt::format("MQTT server '{}': {}", options_.uri, error.what())};
  }
}

void Connection::accepted() {
  std::optional<Farewell> farewell;
  {
    const std::lock_guard lock(mutex_);
    socket_ = LibraryTap::duplicate_of_last_connack();
    if (!socket_) spdlog::error("mqtt: the socket to {} was not found: it cannot be dropped", options_.uri);
    tap_.reset();
    farewell = farewell_;
    phase_ = farewell ? Phase::kClosing : Phase::kUp;
  }
  if (farewell) {
    carry_out(*farewell);
  } else {
    tell([&](Handler& handler) { handler.on_connected(generation_); });
  }
}

void Connection::failed(const ::mqtt::token& token) {
  std::string reason;
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    reason = connect_failure(options_, token.get_return_code());
    wanted = farewell_.has_value();
  }
  end([&](Handler& handler) {
    wanted ? handler.on_closed(generation_) : handler.on_connect_failed(generation_, reason);
  });
}

void Connection::lost(const std::string& reason) {
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    wanted = farewell_.has_value();
  }
  end([&](Handler& handler) { wanted ? handler.on_closed(generation_) : handler.on_lost(generation_, reason); });
}

bool Connection::subscribe(const std::vector<Filter>& filters) {
  if (!up()) return false;
  std::vector<std::string> topics;
  ::mqtt::iasync_client::qos_collection qos;
  for (const Filter& filter : filters) {
    topics.push_back(filter.topic);
    qos.push_back(static_cast<int>(filter.qos));
  }
  try {
    client_.subscribe(::mqtt::string_collection::create(topics), qos, nullptr, subscribe_listener_);
    return true;
  } catch (const ::mqtt::exception&) {
    return false;
  }
}

void Connection::subscribed(const ::mqtt::token& token, bool any_granted) {
  if (phase_.load() == Phase::kEnded) return;
  const auto topics = token.get_topics();
  std::vector<std::string> refused;
  const auto codes =
      any_granted ? token.get_subscribe_response().get_reason_codes() : std::vector<::mqtt::ReasonCode>{};
  for (std::size_t i = 0; i < topics->size(); ++i) {
    if (i >= codes.size() || static_cast<int>(codes[i]) >= 0x80) refused.push_back((*topics)[i]);
  }
  tell([&](Handler& handler) { handler.on_subscribed(generation_, refused); });
}

PublishResult Connection::publish(std::string_view topic, std::string_view payload, Qos qos, bool retain) {
  if (!up()) return {Publish::kNotConnected, {}};
  if (in_flight_.fetch_add(1) >= options_.max_in_flight) {
    --in_flight_;
    return {Publish::kWindowFull, {}};
  }
  const DeliveryId id{ids_.fetch_add(1) + 1};
  try {
    client_.publish(std::string{topic}, payload.data(), payload.size(), static_cast<int>(qos), retain, context_of(id),
                    publish_listener_);
    return {Publish::kAccepted, id};
  } catch (const ::mqtt::exception& error) {
    --in_flight_;
    return {status_of(error), {}};
  }
}

void Connection::published(const ::mqtt::token& token, bool delivered) {
  const bool last = --in_flight_ == 0;
  if (phase_.load() == Phase::kEnded) return;
  tell([&](Handler& handler) {
    if (delivered) {
      handler.on_delivered(generation_, id_of(token));
    } else {
      const int reason = static_cast<int>(token.get_reason_code());
      handler.on_publish_failed(generation_, id_of(token),
                                reason >= 0x80 ? ::mqtt::exception::reason_code_str(reason) : "not delivered");
    }
  });
  if (last && phase_.load() == Phase::kClosing) {
    { const std::lock_guard lock(mutex_); }  // who waits has either not looked yet, or waits
    drained_.notify_all();
  }
}

void Connection::bid(const Farewell& farewell) {
  {
    const std::lock_guard lock(mutex_);
    const bool escalates = farewell_ && farewell_->leave && !farewell.leave;
    if (phase_ == Phase::kEnded || (farewell_ && !escalates)) return;
    farewell_ = farewell;
    if (phase_ == Phase::kConnecting) return;  // accepted() or failed() will see to it
    phase_ = Phase::kClosing;
  }
  carry_out(farewell);
}

void Connection::carry_out(const Farewell& farewell) {
  if (!farewell.leave) {
    cut();
  } else if (in_flight_.load() == 0) {
    say_disconnect(*farewell.leave, farewell.grace);
  } else {
    say_it_when_delivered(farewell);
  }
}

// The library could wait for acknowledgements, too, but looks only every three seconds whether they have come: too slow
// for a node that is to be born on another server.
void Connection::say_it_when_delivered(const Farewell& farewell) {
  farewell_thread_ = std::thread([this, farewell] {
    {
      std::unique_lock lock(mutex_);
      drained_.wait_for(lock, farewell.grace,
                        [this] { return in_flight_.load() == 0 || phase_.load() == Phase::kEnded; });
    }
    if (phase_.load() != Phase::kEnded) say_disconnect(*farewell.leave, Millis{0});
  });
}

void Connection::say_disconnect(Leave leave, Millis grace) {
  ::mqtt::disconnect_options options{grace};
  if (options_.version == Version::kV5) set_reason(options, leave);
  try {
    const auto token = client_.disconnect(options);
    token->set_action_callback(disconnect_listener_);
    if (token->is_complete()) lost("");  // before the listener was set
  } catch (const ::mqtt::exception&) {
    cut();  // the library sees no connection any more
  }
}

void Connection::cut() {
  const std::lock_guard lock(mutex_);
  socket_.shut_down();
}

}  // namespace songhua::mqtt
