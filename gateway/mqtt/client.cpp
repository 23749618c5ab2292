#include "mqtt/client.h"

#include <atomic>
#include <csignal>
#include <mutex>

#include "mqtt/connection.h"
#include "mqtt/options.h"

namespace songhua::mqtt {
namespace {

// A socket that breaks while TLS writes to it raises SIGPIPE, which would end the program.
void ignore_sigpipe() {
  static std::once_flag once;
  std::call_once(once, [] { std::signal(SIGPIPE, SIG_IGN); });
}

}  // namespace

struct Client::State {
  explicit State(Handler& h) : handler(h) {}

  // Runs `call` on the current connection, which cannot go away meanwhile.
  template <typename Call, typename Answer>
  Answer with_current(Call&& call, Answer otherwise) {
    std::unique_lock lock(mutex);
    if (!current) return otherwise;
    Connection& connection = *current;
    const Gate::Pass pass{connection.gate()};  // before the lock is given up: connect() then waits for us
    lock.unlock();
    return pass ? call(connection) : otherwise;
  }

  std::unique_ptr<Connection> replace(std::unique_ptr<Connection> next) {
    const std::lock_guard lock(mutex);
    current.swap(next);
    return next;
  }

  Handler& handler;
  std::atomic<std::uint64_t> generation{0};
  std::atomic<std::uint64_t> ids{0};
  std::mutex connecting;  // one connect() at a time
  std::mutex mutex;       // of `current`; never held while calling the library
  std::unique_ptr<Connection> current;
};

Client::Client(Handler& handler) : state_(std::make_unique<State>(handler)) {
  ignore_sigpipe();
}

Client::~Client() {
  if (Connection::inside_handler()) std::terminate();  // would wait for itself
  state_->replace(nullptr).reset();
}

Result<Generation> Client::connect(const ConnectOptions& options) {
  if (Connection::inside_handler()) return Error{"MQTT connect() inside a handler call: call it from another thread"};
  if (auto checked = check(options); !checked) return checked.error();
  const std::lock_guard one(state_->connecting);
  // The old connection goes first, so that the broker does not see this client id twice for longer than needed.
  state_->replace(nullptr).reset();
  const Generation generation{++state_->generation};
  auto next = std::make_unique<Connection>(state_->handler, generation, options, state_->ids);
  Connection& connection = *next;
  state_->replace(std::move(next));
  // `connection` stays: only connect(), of which there is one at a time, and the destructor take it away.
  if (auto begun = connection.begin(); !begun) {
    state_->replace(nullptr).reset();
    return begun.error();
  }
  return generation;
}

bool Client::subscribe(const std::vector<Filter>& filters) {
  return state_->with_current([&](Connection& c) { return c.subscribe(filters); }, false);
}

PublishResult Client::publish(std::string_view topic, std::string_view payload, Qos qos, bool retain) {
  return state_->with_current([&](Connection& c) { return c.publish(topic, payload, qos, retain); }, PublishResult{});
}

void Client::disconnect(Leave leave, Millis grace) {
  state_->with_current([&](Connection& c) { return c.disconnect(leave, grace), true; }, false);
}

void Client::drop() {
  state_->with_current([&](Connection& c) { return c.drop(), true; }, false);
}

bool Client::connected() const {
  return state_->with_current([](Connection& c) { return c.up(); }, false);
}

Generation Client::generation() const {
  return Generation{state_->generation.load()};
}

std::size_t Client::in_flight() const {
  return state_->with_current([](Connection& c) { return c.in_flight(); }, std::size_t{0});
}

}  // namespace songhua::mqtt
