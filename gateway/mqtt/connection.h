#pragma once

#include <mqtt/async_client.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mqtt/client.h"
#include "mqtt/gate.h"
#include "mqtt/library_tap.h"

namespace songhua::mqtt {

// One generation of a Client: one library client, one CONNECT, at most one socket. The library client is never used
// twice, so its callbacks are set once, before connect (changing them later deadlocks), and nothing of an old
// connection can appear in a new one.
//
// Locks: the library calls back under its own global lock, so none of ours may be held while calling the library.
class Connection {
 public:
  Connection(Handler& handler, Generation generation, const ConnectOptions& options, std::atomic<std::uint64_t>& ids);
  ~Connection();  // cuts the socket, waits for running calls, then forgets the library client. Not from a handler.
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> begin();
  bool subscribe(const std::vector<Filter>& filters);
  PublishResult publish(std::string_view topic, std::string_view payload, Qos qos, bool retain);
  void disconnect(Leave leave, Millis grace) { bid({leave, grace}); }
  void drop() { bid({}); }

  [[nodiscard]] bool up() const { return phase_.load() == Phase::kUp; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_.load(); }
  [[nodiscard]] Gate& gate() { return gate_; }

  // Whether this thread is inside a handler call of any connection.
  static bool inside_handler();

 private:
  enum class Phase : std::uint8_t { kConnecting, kUp, kClosing, kEnded };

  // How the owner wants it to end: with DISCONNECT, or (no `leave`) by dropping the socket.
  struct Farewell {
    std::optional<Leave> leave;
    Millis grace{};
  };

  // The library reports the end of an operation to one of these.
  struct Listener final : ::mqtt::iaction_listener {
    using Call = std::function<void(const ::mqtt::token&)>;
    Listener(Gate& gate, Call success, Call failure);
    void on_success(const ::mqtt::token& token) override;
    void on_failure(const ::mqtt::token& token) override;

   private:
    Gate& gate_;
    Call success_, failure_;
  };

  void set_callbacks();
  void accepted();
  void failed(const ::mqtt::token& token);
  void lost(const std::string& reason);
  void subscribed(const ::mqtt::token& token, bool any_granted);
  void published(const ::mqtt::token& token, bool delivered);

  void bid(const Farewell& farewell);
  void carry_out(const Farewell& farewell);
  void say_disconnect(Leave leave, Millis grace);
  void say_it_when_delivered(const Farewell& farewell);
  void cut();

  template <typename Event>
  void tell(Event&& event) noexcept;
  template <typename Event>
  void end(Event&& event);  // tells the last event of this generation, once

  Handler& handler_;
  const Generation generation_;
  const ConnectOptions options_;
  std::atomic<std::uint64_t>& ids_;

  Gate gate_;  // every method and every callback of the library passes it
  std::atomic<Phase> phase_{Phase::kConnecting};
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;                 // of what follows; a leaf
  std::condition_variable drained_;  // nothing is in flight any more, or it has ended
  std::thread farewell_thread_;      // waits for that; only where something was in flight when the farewell was bidden
  std::optional<Farewell> farewell_;
  std::optional<LibraryTap> tap_;
  Socket socket_;  // a duplicate, to shut it down and for nothing else

  Listener connect_listener_, subscribe_listener_, publish_listener_, disconnect_listener_;
  ::mqtt::async_client client_;  // last: destroyed first, while what its callbacks use is alive
};

}  // namespace songhua::mqtt
