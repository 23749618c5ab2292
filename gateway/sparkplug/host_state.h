#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/time.h"
#include "sparkplug/state_json.h"

// The host's own STATE on one server (sparkplug.md 4.2): events in, actions out, time passed in.
namespace songhua::sparkplug {

enum class HostPhase : std::uint8_t { down, connecting, subscribing, up, stopping };
std::string_view to_string(HostPhase phase);

enum class HostAlarm : std::uint8_t {
  two_hosts,    // someone else publishes STATE with our host id
  clock_ahead,  // the stored STATE timestamp is more than 10 min ahead of the clock
};
std::string_view to_string(HostAlarm alarm);

// Store this timestamp durably before what follows: the next one must be above it, also after a crash.
struct StoreTimestamp {
  UnixMillis timestamp;
};
// CONNECT clean, with this Will on the own STATE topic (QoS 1, retained).
struct ConnectWithWill {
  HostStatus will;
};
struct Subscribe {};  // spBv1.0/# or the configured filters, and the own STATE topic, QoS 1
struct PublishState {
  HostStatus status;
};  // own STATE topic, QoS 1, retained
struct Disconnect {};
struct NodesStale {
  UnixMillis time;
};  // every session of this server: on_connection_lost()
struct RaiseAlarm {
  HostAlarm alarm;
};
using HostAction =
    std::variant<StoreTimestamp, ConnectWithWill, Subscribe, PublishState, Disconnect, NodesStale, RaiseAlarm>;
using HostActions = std::vector<HostAction>;

class HostState {
 public:
  // `stored`: the last timestamp used on this server, from the store.
  explicit HostState(std::optional<UnixMillis> stored = std::nullopt) : last_(stored) {}

  HostActions on_start(UnixMillis now);                                // start, or the backoff is over
  HostActions on_connected();                                          // CONNACK
  HostActions on_subscribed(UnixMillis now);                           // all SUBACKs
  HostActions on_own_state(std::string_view payload, UnixMillis now);  // a message on the own STATE topic
  HostActions on_stop(UnixMillis now);
  HostActions on_death_acknowledged();             // PUBACK of the offline that on_stop published
  HostActions on_connection_lost(UnixMillis now);  // also a CONNECT or SUBSCRIBE that failed
  HostActions on_time(UnixMillis now);
  [[nodiscard]] std::optional<UnixMillis> next_deadline() const { return deadline_; }

  [[nodiscard]] HostPhase phase() const { return phase_; }
  // No publish but STATE before this: the birth is the first of the connection.
  [[nodiscard]] bool may_publish() const { return phase_ == HostPhase::up; }
  [[nodiscard]] UnixMillis birth_timestamp() const { return birth_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }      // onlines published as an answer
  [[nodiscard]] std::uint64_t malformed() const { return malformed_; }  // own STATE that could not be read
  [[nodiscard]] bool fighting() const { return fighting_.has_value(); }

 private:
  HostActions answer(UnixMillis now);
  HostActions alarm_two_hosts(UnixMillis now);
  UnixMillis above_last(UnixMillis now) const;

  HostPhase phase_ = HostPhase::down;
  std::optional<UnixMillis> last_;
  UnixMillis birth_{};
  std::optional<UnixMillis> deadline_;
  std::optional<std::pair<HostStatus, UnixMillis>> swallowed_;  // the offline that was answered last, and when
  std::deque<UnixMillis> recent_answers_;
  bool answer_waits_ = false;
  std::optional<UnixMillis> fighting_;  // the last sign of another host with our id
  std::uint64_t answers_ = 0;
  std::uint64_t malformed_ = 0;
};

}  // namespace songhua::sparkplug
