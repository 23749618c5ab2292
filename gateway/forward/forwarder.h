#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "forward/outbox.h"
#include "mqtt/backoff.h"
#include "mqtt/client.h"

// The forwarding thread: only sends and receives. What is due, and what an answer means, is the Outbox's affair, which
// lives in the pipeline's thread; exchange() is all that the pipeline's loop has to do.
namespace songhua::forward {

struct ForwarderOptions {
  std::string enterprise;
  std::string gateway;
  std::vector<std::string> servers;  // tried in turn
  mqtt::ConnectOptions connect;      // uri is filled in from `servers`, client_id unless given
  std::size_t queue = 64;            // messages handed over and not yet published
  mqtt::Backoff::Limits backoff{Millis{200}, Millis{15'000}};
};

struct Connected {};
struct Lost {
  std::string reason;
};
struct ResyncAsked {
  UnixMillis since;
};
using Incoming = std::variant<Connected, Lost, Ack, ResyncAsked>;

struct ForwarderStatus {
  bool connected = false;
  std::string server;      // the one that is connected, or tried last
  std::string last_error;  // why the last connection failed or ended; empty while connected
  std::uint64_t sent = 0;
  std::uint64_t acks = 0;
  std::uint64_t malformed = 0;  // answers that could not be read
};

// Thread-safe. `on_incoming` is called on the forwarding thread when take() has something; it must not block.
class Forwarder {
 public:
  explicit Forwarder(ForwarderOptions options, std::function<void()> on_incoming = {});
  ~Forwarder();  // sends DISCONNECT, waits for the thread
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Messages that send() takes now; 0 while not connected.
  [[nodiscard]] std::size_t room() const;
  // What a lost connection swallows is not told: the Outbox sends it again.
  void send(Outgoing message);
  [[nodiscard]] std::vector<Incoming> take();
  [[nodiscard]] ForwarderStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A turn of the pipeline's loop, on its thread and outside its transactions: applies what has come in, cuts what is due
// and hands over what may be sent. Throws what the store throws.
void exchange(Outbox& outbox, Forwarder& forwarder, UnixMillis now);

}  // namespace songhua::forward
