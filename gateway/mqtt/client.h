#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/time.h"

// The door of the room: one MQTT connection, without blocking anybody.
//
// A Client makes one connection at a time. It never reconnects by itself: every CONNECT of Sparkplug needs a fresh
// will, so the owner decides when (mqtt/backoff.h) and with what. Each connect() that succeeds begins a *generation*;
// every event names the generation it belongs to, and each generation ends with exactly one of on_connect_failed,
// on_lost and on_closed, after which nothing more is heard of it. (Exceptions: a generation replaced by a further
// connect(), or alive when the Client is destroyed, ends without a word.)
namespace songhua::mqtt {

enum class Generation : std::uint64_t {};  // rises with each connect() of one Client; 0 = none yet
enum class DeliveryId : std::uint64_t {};  // unique within one Client
enum class Qos : std::uint8_t { kAtMostOnce = 0, kAtLeastOnce = 1, kExactlyOnce = 2 };
enum class Version : std::uint8_t { kV311 = 4, kV5 = 5 };

struct Will {
  std::string topic{};
  std::string payload{};
  Qos qos = Qos::kAtLeastOnce;
  bool retain = false;
};

// For ssl:// servers. Paths of PEM files; an empty ca means the system's certificates.
struct Tls {
  std::string ca{};
  std::string cert{};  // with key: this client's own certificate
  std::string key{};
};

// Sessions are always clean (3.1.1: Clean Session; 5: Clean Start and no Session Expiry), as sparkplug.md 1 demands.
struct ConnectOptions {
  std::string uri{};  // tcp://host:port or ssl://host:port
  std::string client_id{};
  Version version = Version::kV311;
  std::chrono::seconds keep_alive{30};
  std::chrono::seconds timeout{5};  // for TCP, TLS and CONNACK together
  std::optional<Will> will{};
  std::string username{};  // empty: none
  std::string password{};
  Tls tls{};
  // Publishes of any QoS handed over and not yet delivered. Keep it small: what a broken connection leaves unwritten is
  // of no use, and this version of the library never frees its topics and payloads.
  std::size_t max_in_flight = 64;
};

struct Filter {
  std::string topic{};
  Qos qos = Qos::kAtLeastOnce;
};

enum class Publish : std::uint8_t {
  kAccepted,
  kWindowFull,    // max_in_flight are under way: publish again after an on_delivered
  kNotConnected,  // also between on_lost and the next on_connected
  kRefused,       // the library would not take it (a topic that is no UTF-8...): never repeat it
};

struct PublishResult {
  Publish status = Publish::kNotConnected;
  DeliveryId id{};  // when accepted
  explicit operator bool() const { return status == Publish::kAccepted; }
};

// How a connection is ended in MQTT 5: 0x00 takes the will back, 0x04 asks the broker to send it. 3.1.1 knows the
// first.
enum class Leave : std::uint8_t { kNormal = 0x00, kWithWill = 0x04 };

// Told on the library's own thread, one call at a time. A handler must not block, must not throw, and must not call
// connect() or destroy the Client; the other methods of Client may be called. While it runs, no connection of the
// process receives anything.
class Handler {
 public:
  virtual ~Handler() = default;

  virtual void on_connected(Generation generation) = 0;
  virtual void on_connect_failed(Generation generation, const std::string& reason) = 0;
  virtual void on_lost(Generation generation, const std::string& reason) = 0;  // the broker or the network ended it
  virtual void on_closed(Generation) {}                                        // disconnect() or drop() is done

  // The views live as long as the call.
  virtual void on_message(Generation generation, std::string_view topic, std::string_view payload, Qos qos,
                          bool retained) = 0;

  // All filters of one subscribe() are acknowledged; `refused` lists those that the broker did not grant.
  virtual void on_subscribed(Generation, const std::vector<std::string>& /*refused*/) {}

  // QoS 0: written to the socket; QoS 1 and 2: acknowledged. May come before publish() has returned the id.
  virtual void on_delivered(Generation, DeliveryId) {}
  // Not told for what is still under way when a generation ends: that may have arrived or not.
  virtual void on_publish_failed(Generation, DeliveryId, const std::string& /*reason*/) {}
};

// Thread-safe: any thread may call any method at any time, apart from what Handler says. No method waits for the
// network. The destructor and connect() wait until handler calls that run at that moment have returned; after them no
// handler call of the old connection begins.
class Client {
 public:
  explicit Client(Handler& handler);  // the handler outlives the client; SIGPIPE is ignored from now on
  ~Client();                          // without DISCONNECT, like a crash: the broker sends the will
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Begins a connection, and forgets the one before (as drop() does). An error here means wrong options and begins no
  // generation; whatever the network says comes as an event. Where other connections of this process are quiet, the
  // library takes about a second before it sends CONNECT.
  Result<Generation> connect(const ConnectOptions& options);

  // False: not connected. Filters of one call travel in one SUBSCRIBE.
  bool subscribe(const std::vector<Filter>& filters);

  PublishResult publish(std::string_view topic, std::string_view payload, Qos qos, bool retain);

  // Sends what was accepted before, waits (elsewhere) up to `grace` for acknowledgements, sends DISCONNECT: on_closed.
  void disconnect(Leave leave = Leave::kNormal, Millis grace = Millis{2000});

  // Closes the socket without DISCONNECT: the broker sends the will. on_closed.
  void drop();

  [[nodiscard]] bool connected() const;
  [[nodiscard]] Generation generation() const;
  [[nodiscard]] std::size_t in_flight() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace songhua::mqtt
