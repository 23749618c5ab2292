#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/result.h"
#include "model/time.h"
#include "sparkplug/message.h"
#include "sparkplug/names.h"
#include "sparkplug/rebirth_reason.h"
#include "sparkplug/seq_tracker.h"

// The host's session with one edge node of one server (sparkplug.md 4.3): events in, actions out, time passed in.
namespace songhua::sparkplug {

struct HostSessionOptions {
  Millis reorder_timeout{2'000};  // 0: ask for a rebirth at once
  Millis device_grace{5'000};  // beyond the reorder timeout: how long a device may wait for its DBIRTH after an NBIRTH
  std::size_t max_held = 255;  // messages; older ones go to quarantine
  bool rebirth_on_unknown = true;  // besides the timer: unborn device, unknown metric, undecodable payload
};

enum class SessionState : std::uint8_t { unknown, alive, gap, await, offline };
std::string_view to_string(SessionState state);  // "UNKNOWN", "ALIVE", "GAP", "AWAIT", "OFFLINE"

struct SessionMessage {
  MessageType type = MessageType::ndata;
  std::string_view device;           // empty for messages of the node
  const Payload* payload = nullptr;  // unwrapped; null: it could not be decoded
  UnixMillis received{};
  std::uint64_t position = 0;  // the caller's name for the message: its journal entry
};

enum class QuarantineReason : std::uint8_t {
  undecodable,    // no payload
  bad_seq,        // above 255
  session_ended,  // aliases that no birth of their session explained
  too_many_held,
};
std::string_view to_string(QuarantineReason reason);
enum class IgnoreReason : std::uint8_t { other_bdseq, already_offline, not_for_host };
std::string_view to_string(IgnoreReason reason);

// --- Fates of a message: each gets exactly one of Apply, Duplicate, Ignored, Quarantine, Hold at once; a held one gets
// --- exactly one of ApplyHeld, Quarantine later.
// All its metrics count now. `names` explains them; null where it carries all names itself and no birth is known.
struct Apply {
  std::uint64_t position;
  std::shared_ptr<const NameTable> names;
};
// What carries names counts now (resolve Part::named, without table); the aliases are pending.
struct Hold {
  std::uint64_t position;
};
// The aliases of a held message count now (Part::aliased).
struct ApplyHeld {
  std::uint64_t position;
  std::shared_ptr<const NameTable> names;
};
// The message, or what was held of it, is refused.
struct Quarantine {
  std::uint64_t position;
  QuarantineReason reason;
};
struct Duplicate {
  std::uint64_t position;
};
struct Ignored {
  std::uint64_t position;
  IgnoreReason reason;
};
// --- What happens to node and devices. Offline also means: all metrics STALE as of `time`.
struct RequestRebirth {
  RebirthReason reason;
};
struct NodeOnline {
  UnixMillis time;
  bool new_session;
};  // every NBIRTH; the throttle's born()
struct NodeOffline {
  UnixMillis time;
};
struct DeviceOnline {
  std::string device;
  UnixMillis time;
};
struct DeviceOffline {
  std::string device;
  UnixMillis time;
};
struct AllStale {
  UnixMillis time;
};  // the server was lost: nobody knows
struct GapOpened {
  std::uint8_t expected;
  std::uint8_t got;
  std::uint32_t missing;
};

using Action = std::variant<Apply, Hold, ApplyHeld, Quarantine, Duplicate, Ignored, RequestRebirth, NodeOnline,
                            NodeOffline, DeviceOnline, DeviceOffline, AllStale, GapOpened>;
using Actions = std::vector<Action>;

struct SessionCounters {
  std::uint64_t messages = 0;
  std::uint64_t gaps = 0;    // opened
  std::uint64_t missed = 0;  // messages that did not come within the reorder timeout, less those that came after
  std::uint64_t births = 0;  // NBIRTHs
  std::uint64_t rebirth_wishes = 0;  // RequestRebirth actions
  std::uint64_t ignored_ndeath = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t deviations =
      0;  // NBIRTH with seq other than 0 or without bdSeq, DATA without seq, NDEATH without bdSeq...
  std::uint64_t quarantined = 0;
  bool operator==(const SessionCounters&) const = default;
};

enum class DeviceStatus : std::uint8_t { pending, online, offline };
struct DeviceState {
  DeviceStatus status = DeviceStatus::offline;
  UnixMillis since{};                     // of the status
  std::optional<UnixMillis> stale_since;  // metrics without a later update are STALE as of this
  std::int64_t birth_seq = 0;             // running number of its DBIRTH: a late older one does not replace it
  bool operator==(const DeviceState&) const = default;
};

// For one thread at a time. A session is a few hundred bytes plus its names. Deterministic: the same events give the
// same actions, so a session can be rebuilt by repeating them.
class HostSession {
 public:
  explicit HostSession(HostSessionOptions options = {}) : options_(options) {}

  // Each appends to `out`.
  void on_message(const SessionMessage& message, Actions& out);
  // Timers. Call when next_deadline() has come; earlier does nothing.
  void on_time(UnixMillis now, Actions& out);
  // The connection to the server broke, or the gateway was restarted and the session restored.
  void on_connection_lost(UnixMillis now, Actions& out);
  // Resolving found metrics that no birth lists: a wish for a rebirth, if configured.
  void on_unknown_metrics(Actions& out);

  [[nodiscard]] std::optional<UnixMillis> next_deadline() const;

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] bool online() const { return state_ != SessionState::unknown && state_ != SessionState::offline; }
  [[nodiscard]] UnixMillis since() const { return since_; }  // of online, offline or unknown
  [[nodiscard]] std::optional<UnixMillis> stale_since() const { return stale_since_; }
  [[nodiscard]] std::optional<std::uint64_t> bd_seq() const { return bd_seq_; }
  [[nodiscard]] std::optional<std::uint8_t> last_seq() const { return seq_.last(); }
  [[nodiscard]] std::size_t held() const { return held_.size(); }
  [[nodiscard]] const std::map<std::string, DeviceState, std::less<>>& devices() const { return devices_; }
  [[nodiscard]] const std::shared_ptr<const NameTable>& names() const { return names_; }
  [[nodiscard]] const SessionCounters& counters() const { return counters_; }
  [[nodiscard]] const HostSessionOptions& options() const { return options_; }

  // The whole state; options are not part of it. Format: session_codec.cpp.
  [[nodiscard]] std::string save() const;
  static Result<HostSession> restore(std::string_view bytes, HostSessionOptions options);

 private:
  friend class SessionCodec;

  // A message whose place in the session is not certain. One without `pending` has had its fate already; what it does
  // to device states and names waits.
  struct Held {
    std::uint64_t position = 0;
    MessageType type = MessageType::ndata;
    std::string device;
    std::optional<std::uint8_t> seq;
    std::int64_t number = -1;        // running number while the seq is counted, else -1
    std::optional<UnixMillis> time;  // of the payload
    UnixMillis received{};
    std::optional<std::uint64_t> bd_seq;       // the session it belongs to, where known
    bool sealed = false;                       // it belongs to a session whose bdSeq will never be known
    bool pending = false;                      // aliases wait
    std::shared_ptr<const DeviceNames> share;  // DBIRTH
  };

  void on_nbirth(const SessionMessage& m, Actions& out);
  void on_ndeath(const SessionMessage& m, Actions& out);
  void on_counted(const SessionMessage& m, Actions& out);  // DBIRTH, DATA, DDEATH
  void uncounted(const SessionMessage& m, bool has_aliases, Actions& out);
  void take(const SessionMessage& m, std::int64_t number, Actions& out);
  void take_state(const Held& h, Actions& out);
  void hold(const SessionMessage& m, std::int64_t number, Actions& out);
  void release_certain(Actions& out);
  void release_followers(std::uint8_t base, Actions& out);
  void release_explained(Actions& out);
  void release_device(std::string_view device, Actions& out);
  void quarantine_held(const Held& h, QuarantineReason reason, Actions& out);
  void end_session(UnixMillis now, Actions& out);
  void device_online(std::string_view device, std::shared_ptr<const DeviceNames> share, std::int64_t number,
                     UnixMillis time, Actions& out);
  void device_offline(std::string_view device, UnixMillis time, Actions& out);
  void want_rebirth(RebirthReason reason, Actions& out);
  void settle(UnixMillis now, Actions& out);
  [[nodiscard]] bool is_duplicate(const SessionMessage& m, std::optional<std::uint8_t> seq) const;
  [[nodiscard]] bool can_explain(const SessionMessage& m) const;
  void remember(std::optional<std::uint8_t> seq, std::optional<std::uint64_t> time);
  void set_state(SessionState state, UnixMillis since);

  HostSessionOptions options_;
  SessionState state_ = SessionState::unknown;
  UnixMillis since_{};
  std::optional<UnixMillis> stale_since_;
  std::optional<std::uint64_t> bd_seq_;       // of the newest NBIRTH, kept while its session may go on
  std::optional<std::uint64_t> dead_bd_seq_;  // noted from an NDEATH while UNKNOWN or OFFLINE
  bool base_ = false;                         // an NBIRTH is known and its session may go on: names_, seq_ are its
  SeqTracker seq_;
  std::shared_ptr<const NameTable> names_;
  std::map<std::string, DeviceState, std::less<>> devices_;
  std::optional<UnixMillis> device_deadline_;  // pending devices go offline
  std::optional<UnixMillis> birth_deadline_;   // without a base: the reorder timer
  bool birth_asked_ = false;
  std::deque<Held> held_;
  struct Seen {
    std::optional<std::uint8_t> seq;
    std::optional<std::uint64_t> time;
  };
  std::deque<Seen> seen_;  // the last 128 messages processed
  SessionCounters counters_;
};

}  // namespace songhua::sparkplug
