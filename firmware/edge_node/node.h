#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "edge_node/host_state.h"
#include "edge_node/payload.h"
#include "edge_node/ring.h"
#include "edge_node/text.h"
#include "edge_node/value.h"

// The door of the room: a Sparkplug B edge node with devices (sparkplug.md 4.1), without I/O.
//
// The owner tells what happened (connected, a message came, time passed) and gets told what to do through Sink. No
// heap, no exceptions, no threads: one owner at a time. Two times are passed in: `real` runs as the network does and
// drives delays; `line` is the time of the lines (UTC), which stamps whatever is sent and may run faster.
namespace songhua::edge_node {

struct Clock {
  std::int64_t real = 0;  // ms, any origin, never falls
  std::int64_t line = 0;  // ms since the Unix epoch
};

struct Message {
  std::string_view topic;
  std::span<const std::uint8_t> payload;
  std::uint8_t qos = 0;
  bool birth = false;
};

// What the node wants done. Everything passed lives as long as the call; no call may come back into the node.
class Sink {
 public:
  // The bdSeq that the next CONNECT will carry is used up: `next` must be durable when this returns.
  virtual void keep_bd_seq(std::uint8_t next) = 0;
  virtual void connect(std::size_t server, const Message& will) = 0;      // a clean session
  virtual void subscribe(std::span<const std::string_view> filters) = 0;  // QoS 1, one SUBSCRIBE
  virtual void publish(const Message& message) = 0;                       // never retained
  virtual void disconnect(bool abrupt) = 0;  // after what was published; abrupt: without DISCONNECT

 protected:
  ~Sink() = default;
};

struct Config {
  std::string_view group{}, node{};
  std::string_view primary_host{};  // empty: none
  std::size_t servers = 1;
  std::uint8_t next_bd_seq = 0;                              // as kept; the first connection ever uses 0
  std::uint64_t seed = 0;                                    // of the jitter of delays
  std::int64_t reconnect_min = 200, reconnect_max = 30'000;  // ms
  std::int64_t host_wait = 1'500;                            // ms per server, with several servers
  std::int64_t rebirth_min = 1'000;                          // ms between two rebirths on command
  std::int64_t lasting = 10'000;                             // ms of a session after births that end a row of failures
  std::int64_t heartbeat = 60'000;                           // ms of line time between two full reports
  std::int64_t seldom = 900'000;                             // ... between two of `seldom` metrics; 0: in births only
  std::int64_t history_limit = 0;  // ms of line time: older readings are not flushed; 0: all are
  std::int64_t quiet = 0;          // ms after births in which no data leave: conformance runs
  bool plain = false;              // no Quality, and of the properties only numbers: conformance runs
};

enum class Session : std::uint8_t { stopped, offline, connecting, subscribing, waiting, online, leaving };
std::string_view name(Session session);

struct Counters {
  std::uint64_t messages = 0, births = 0, rebirths = 0, historical = 0, dropped = 0;
  std::uint64_t ignored_states = 0, ignored_commands = 0, refused_writes = 0, connects = 0;
};

class Node {
 public:
  // `devices` (at most kMaxDevices, ids unique) and `own` (the node's own metrics) live as long as the node; `buffer`
  // is shared evenly by the devices for the time when the host is away.
  Node(const Config& config, Sink& sink, Device& own, std::span<Device* const> devices, std::span<Reading> buffer);

  void start(Clock clock);  // connect, and stay connected
  void stop(Clock clock);   // die in order: the last full report must have been sampled
  void cut(Clock clock);    // close without DISCONNECT, and stay away until start()
  void on_connected(Clock clock);
  // `may_have_left`: the CONNECT packet may have reached the broker, so its bdSeq is used.
  void on_connect_failed(Clock clock, bool may_have_left);
  void on_subscribed(Clock clock);
  void on_message(Clock clock, std::string_view topic, std::span<const std::uint8_t> payload, bool retained);
  void on_lost(Clock clock);  // also: a wanted disconnect is done
  void on_time(Clock clock);  // delays may be over
  // Of the messages ever published (counters().messages) so many have left. What the others tell is kept, and becomes
  // history when the connection is lost before they leave.
  void on_sent(std::uint64_t messages);

  // The devices' values as they are at clock.line: sends what has changed, everything once a heartbeat or when `full`.
  // While nobody listens the readings of each heartbeat go to the ring.
  void sample(Clock clock, bool full);

  // One device lost, or back; reports all its metrics now. False: no such device, or not possible now.
  bool device_death(Clock clock, std::string_view id);
  bool device_birth(Clock clock, std::string_view id);
  bool device_report(Clock clock, std::string_view id);
  bool own_report(Clock clock);

  [[nodiscard]] Session session() const { return session_; }
  [[nodiscard]] bool host_away() const { return !config_.primary_host.empty() && session_ != Session::online; }
  // Real time at which on_time() has something to do; -1: never.
  [[nodiscard]] std::int64_t due() const { return due_; }
  [[nodiscard]] std::size_t server() const { return server_; }
  [[nodiscard]] std::uint8_t bd_seq() const { return bd_seq_; }
  [[nodiscard]] std::uint8_t next_bd_seq() const { return next_bd_seq_; }
  [[nodiscard]] bool online(std::size_t device) const { return slots_[device].online; }
  [[nodiscard]] std::size_t buffered() const;
  [[nodiscard]] Counters counters() const;

 private:
  enum class Event : std::uint8_t { connected, failed, subscribed, host_online, host_offline, due, lost };
  enum class HostNews : std::uint8_t { none, online, offline };
  struct Row {
    Session session;
    Event event;
    void (Node::*action)();
  };
  static const Row kTable[];
  struct Slot {  // what the node knows of a device
    Device* device = nullptr;
    Ring ring;
    bool present = true;  // the device is there; false after device_death()
    bool online = false;  // born in this session
    bool told = false;    // `sent` holds something: a first reading is kept whatever it says, zeros included
    std::array<std::int64_t, kMaxMetrics> sent{};
    std::array<Quality, kMaxMetrics> quality{};       // as told
    std::bitset<kMaxMetrics> since_beat;              // told live after the last heartbeat
    std::array<std::int64_t, kMaxMetrics> kept_at{};  // line time of the last reading kept while away
    std::int64_t beat = -1;                           // ... of the last full sample while away
  };
  struct HostMemory {
    bool known = false;
    std::int64_t timestamp = 0;
  };
  class Births;
  class Changes;
  class History;
  class BdSeqOnly;
  class Commands;

  void happen(Event event);
  // Actions of the table.
  void dial();
  void subscribe();
  void walk();
  void after_subscribing();
  void keep_waiting_or_walk();
  void wait_no_longer();
  void bear();
  void break_silence();
  void leave_host();
  void reconnect_later();
  void left();

  void become(Session session) { session_ = session; }
  [[nodiscard]] bool listened_to() const { return session_ == Session::online && due_ < 0; }  // else readings are kept
  void leave(bool deaths);
  void offline_for(std::int64_t delay);
  void forgive();
  [[nodiscard]] std::int64_t backoff();
  void host_said(const HostState& state);
  void rebirth();
  void after_births();
  void obey_rebirth();
  void bear_device(Slot& slot);
  void bury_device(Slot& slot);
  void flush(Slot& slot);
  void turn_away(Slot& slot);
  void keep_standstill(Slot& slot, std::size_t metric);
  void keep_birth(Slot& slot);
  void keep_until_sent(Slot& slot, const std::bitset<kMaxMetrics>& told);
  void report(Slot& slot, bool full, bool seldom);
  void publish_changes(Slot& slot, const std::bitset<kMaxMetrics>& due);
  void buffer(Slot& slot, bool full);
  void command(std::string_view topic, std::span<const std::uint8_t> payload);
  void publish(std::string_view type, const Slot& slot, MetricSource& metrics, bool birth = false);
  [[nodiscard]] std::size_t encode_death();
  [[nodiscard]] std::uint64_t alias(const Slot& slot, std::size_t metric) const;
  [[nodiscard]] Slot* find(std::string_view id);
  [[nodiscard]] std::int64_t seldom_number() const;
  [[nodiscard]] Quality quality(const Slot& slot, std::size_t metric) const;

  Config config_;
  Sink& sink_;
  std::span<Slot> devices() { return {slots_.data(), count_}; }
  std::array<Slot, kMaxDevices> slots_{};
  Slot own_;
  std::size_t count_ = 0;

  Clock clock_;
  Session session_ = Session::stopped;
  std::int64_t due_ = -1;
  std::size_t server_ = 0;
  std::uint8_t bd_seq_ = 0, next_bd_seq_ = 0, seq_ = 0;
  bool stopping_ = false;       // leaving for good
  bool may_have_left_ = false;  // of the connect that failed
  std::uint64_t failures_ = 0;  // since the last session that lasted
  std::int64_t born_at_ = -1;   // real time of this session's first births; -1: none yet
  std::uint64_t draws_ = 0;
  HostNews news_ = HostNews::none;  // of the host, in this connection
  static constexpr std::size_t kMaxServers = 8;
  std::array<HostMemory, kMaxServers> hosts_{};
  std::int64_t last_rebirth_ = -1;
  bool rebirth_wanted_ = false;
  std::int64_t last_full_ = -1;  // heartbeat number
  std::int64_t last_seldom_ = -1;
  Counters counters_;
  std::array<std::uint8_t, 24 * 1024> out_{};
};

}  // namespace songhua::edge_node
