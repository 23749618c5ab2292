#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ingest/pipeline.h"
#include "mqtt/backoff.h"
#include "mqtt/client.h"
#include "mqtt/inbox.h"
#include "sparkplug/host_state.h"
#include "sparkplug/rebirth_throttle.h"

// The gateway as a Sparkplug host application: its connections, and the loop of the pipeline thread. Network threads
// only push into the inbox; everything else happens in run().
namespace songhua::ingest {

struct HostOptions {
  std::string host_id = "songhua";
  std::vector<std::string> servers;
  std::vector<std::string> subscribe;
  mqtt::ConnectOptions connect;  // without uri and will; client_id gets "-N" from the second server on
  sparkplug::RebirthThrottleOptions rebirth;
  bool rebirth_only_by_timer = false;
  bool no_disconnect = false;  // at the end close the connections after the STATE death, without DISCONNECT
  Millis commit_interval{100};
  std::size_t commit_messages = 4'000;
  std::size_t queue_messages = 50'000;
  std::size_t queue_bytes = std::size_t{64} << 20U;
  mqtt::Backoff::Limits reconnect{Millis{200}, Millis{15'000}};
};

struct HostEvent {
  enum class Kind : std::uint8_t {
    message,
    connected,
    failed,
    lost,
    closed,
    subscribed,
    delivered
  } kind = Kind::message;
  std::uint8_t server = 0;
  mqtt::Generation generation{};
  mqtt::DeliveryId delivery{};
  UnixMillis received;
  bool retained = false;
  std::string topic;  // or the reason
  std::string payload;
};

struct ServerStatus {
  std::string uri;
  bool up = false;
  std::string last_error;
};

struct HostStatusReport {
  std::vector<ServerStatus> servers;
  std::uint64_t missed = 0;    // refused at the queue's high water mark, or beyond one node's half of it
  std::uint64_t received = 0;  // accepted from the network since the start
  std::size_t queued = 0;      // received and not taken in yet
  std::size_t queued_bytes = 0;
  bool away = false;  // left in order: overload, or the disk cannot be written
  std::string away_reason;
};

// What the program hangs into the loop; all are called on the pipeline thread.
struct HostHooks {
  std::function<void(const CommitResult&)> committed;
  std::function<void(UnixMillis now)> turn;  // each turn of the loop: forwarding, control socket
};

class Host {
 public:
  Host(storage::Store& store, Pipeline& pipeline, HostOptions options, HostHooks hooks);
  ~Host();

  // Runs until stop(): leaves in order (STATE offline, DISCONNECT), commits what is left. Pipeline thread.
  void run();
  // From any thread or a signal handler.
  void stop() noexcept { stopping_ = true; }
  // Wakes the loop: something waits for its turn.
  void wake() { inbox_.wake(); }

  // All on the pipeline thread. A command goes out at once, to all servers where none is named.
  Result<void> publish_command(std::optional<std::uint8_t> server, const std::string& topic,
                               const std::string& payload);
  // A rebirth request by an operator: past the throttle, at once. Also to a node that was never heard.
  Result<void> insist_rebirth(const std::string& node, std::optional<std::uint8_t> server);
  // What waits in the pipeline is committed in this turn of the loop, not at the end of the interval.
  void hurry() { next_commit_ = UnixMillis{}; }
  [[nodiscard]] HostStatusReport report() const;

 private:
  struct Server;
  static UnixMillis now();

  void handle(HostEvent& event);
  void do_actions(Server& server, const sparkplug::HostActions& actions);
  void connect(Server& server, const sparkplug::HostStatus& will);
  void retry_later(Server& server, const std::string& reason);
  void on_time(UnixMillis now);
  void commit(UnixMillis now);
  void request_rebirths(UnixMillis now);
  [[nodiscard]] Result<void> reachable(std::optional<std::uint8_t> server) const;
  void count_missed(const std::string& what, std::uint64_t missed);
  void name_flooders(UnixMillis now);
  void leave(const std::string& reason);
  void come_back(UnixMillis now);
  void leave_all_and_wait();
  [[nodiscard]] Millis patience(UnixMillis now) const;

  storage::Store& store_;
  Pipeline& pipeline_;
  HostOptions options_;
  HostHooks hooks_;
  mqtt::Inbox<HostEvent> inbox_;
  std::vector<std::unique_ptr<Server>> servers_;
  sparkplug::RebirthThrottle throttle_;
  std::map<std::string, std::uint8_t> server_of_node_;
  std::vector<HostEvent> lot_;
  std::atomic<bool> stopping_{false};
  UnixMillis next_commit_;
  std::uint64_t refused_seen_ = 0;
  std::uint64_t too_many_seen_ = 0;
  std::mutex flooders_mutex_;
  std::map<std::string, std::uint64_t> flooders_;  // "GROUP/NODE": messages missed since they were last named
  UnixMillis flooders_named_;
  UnixMillis trouble_told_;
  std::string away_;
  UnixMillis back_at_;
};

}  // namespace songhua::ingest
