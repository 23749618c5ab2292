#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
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
  std::size_t max_devices = 20'000;  // births of further devices go to quarantine
  // Besides the timer of gaps: undecodable payload; unborn device or unknown metric that no birth explains in time.
  bool rebirth_on_unknown = true;
};

enum class SessionState : std::uint8_t {
  unknown,
  alive,
  gap,
  await,
  offline,
  lost,  // UNKNOWN after a lost server connection, while the session may still turn out to go on
};
std::string_view to_string(SessionState state);  // "UNKNOWN" (also for lost), "ALIVE", "GAP", "AWAIT", "OFFLINE"

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
  too_many_devices,
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
// What carries names counts now (resolve with only_named, without table); the aliases are pending.
struct Hold {
  std::uint64_t position;
};
// The whole of a held message counts now, in place of what carried names.
struct ApplyHeld {
  std::uint64_t position;
  std::shared_ptr<const NameTable> names;
};
// The same for a message of which nothing waited and that was applied without names: its birth tells the datatypes of
// its metrics, and of which lines it is a sign, though it said nothing, or was a DDEATH.
struct Heard {
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

using Action = std::variant<Apply, Hold, ApplyHeld, Heard, Quarantine, Duplicate, Ignored, RequestRebirth, NodeOnline,
                            NodeOffline, DeviceOnline, DeviceOffline, AllStale, GapOpened>;
using Actions = std::vector<Action>;

struct SessionCounters {
  std::uint64_t messages = 0;
  std::uint64_t gaps = 0;    // opened
  std::uint64_t missed = 0;  // messages that did not come within the reorder timeout, less those that came after
  std::uint64_t births = 0;  // NBIRTHs
  std::uint64_t rebirth_wishes = 0;  // RequestRebirth actions
  std::uint64_t rebirths = 0;        // requests that went out: rebirth_requested()
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
  std::int64_t birth_number = -1;         // running number of its DBIRTH: a late older one does not replace it
  std::optional<UnixMillis> born;         // when its newest DBIRTH was received
  bool operator==(const DeviceState&) const = default;
};

using NamesById = std::function<std::shared_ptr<const NameTable>(std::uint64_t)>;

// The bdSeq of an NBIRTH or NDEATH. Int64 by the text, UInt64 in one example of it: compare numbers.
[[nodiscard]] std::optional<std::uint64_t> bd_seq_of(const Payload& payload);

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
  // Resolving a message of `device` ("": the node) found metrics that no birth lists. A birth within the reorder
  // timeout is in time, else a wish for a rebirth, if configured.
  void on_unknown_metrics(std::string_view device, UnixMillis received, Actions& out);

  // A request went out, by a wish or by an operator.
  void rebirth_requested() { ++counters_.rebirths; }
  // Counts go on from those of another session with the same node.
  void count_on(const SessionCounters& counters) { counters_ = counters; }

  [[nodiscard]] std::optional<UnixMillis> next_deadline() const;

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] bool online() const { return has_birth() && state_ != SessionState::lost; }
  [[nodiscard]] UnixMillis since() const { return since_; }  // of online, offline or unknown
  [[nodiscard]] std::optional<UnixMillis> stale_since() const { return stale_since_; }
  [[nodiscard]] std::optional<UnixMillis> born() const { return born_; }  // when the newest NBIRTH was received
  [[nodiscard]] std::optional<std::uint64_t> bd_seq() const { return bd_seq_; }
  [[nodiscard]] std::optional<std::uint8_t> last_seq() const {
    return has_birth() ? std::optional(seq_.last()) : std::nullopt;
  }
  [[nodiscard]] std::size_t held() const;  // messages that wait, signs of lines (Heard) not counted
  [[nodiscard]] const std::map<std::string, DeviceState, std::less<>>& devices() const { return devices_; }
  [[nodiscard]] const std::shared_ptr<const NameTable>& names() const { return names_; }
  [[nodiscard]] const SessionCounters& counters() const { return counters_; }
  [[nodiscard]] const HostSessionOptions& options() const { return options_; }

  // The whole state; options are not part of it. Format: session_codec.cpp.
  [[nodiscard]] std::string save() const;
  // The same without names(), which the caller keeps: many times smaller, for whoever saves often.
  [[nodiscard]] std::string save_beside_names() const;
  // Of either. `names` finds what was kept; a session whose names it does not know is refused.
  static Result<HostSession> restore(std::string_view bytes, HostSessionOptions options, const NamesById& names = {});

 private:
  friend class SessionCodec;

  // A message whose place in the session is not certain, or that no birth explains. Without `pending` its fate is known
  // already, and only what it does to device states and names waits, and whose sign it is (`unheard`).
  struct Held {
    std::uint64_t position = 0;
    MessageType type = MessageType::ndata;
    std::string device;
    std::optional<std::uint8_t> seq;
    std::int64_t number = -1;           // running number of the seq while its session goes on, else -1
    std::optional<std::uint64_t> time;  // of the payload
    UnixMillis received{};
    std::optional<std::uint64_t> bd_seq;       // of the session it belongs to, where known
    bool sealed = false;                       // that session ended without telling its bdSeq
    bool pending = false;                      // aliases wait
    bool unheard = false;                      // it is applied; a birth will tell of which lines it is a sign
    bool explained = false;                    // its NBIRTH is known, its device's DBIRTH is awaited
    std::shared_ptr<const DeviceNames> share;  // of a DBIRTH
    [[nodiscard]] bool waits_for_names() const { return pending || unheard; }
  };
  // A message being processed, with what was read from it.
  struct Incoming {
    const SessionMessage& m;
    std::optional<std::uint64_t> time;
    std::optional<std::uint8_t> seq;
    std::optional<std::uint64_t> bd_seq;
    SeqTracker::Step step;
    Actions& out;
  };
  enum class Event : std::uint8_t {
    nbirth,
    nbirth_same,
    nbirth_other,
    ndeath,
    ndeath_other,
    counted,
    expected,
    ahead,
    fills
  };
  using Handler = void (HostSession::*)(const Incoming&);
  struct Row {
    unsigned states;  // a bit for each SessionState
    Event event;
    Handler action;
  };
  static const std::vector<Row>& table();

  // Reading an event.
  [[nodiscard]] bool admit(Incoming& in);
  [[nodiscard]] Event classify(Incoming& in);
  [[nodiscard]] bool is_duplicate(const Incoming& in) const;
  [[nodiscard]] bool is_doubtful_birth(const Incoming& in) const;
  [[nodiscard]] bool birth_in_doubt() const;
  void settle_doubt(std::uint8_t next);
  void remember(const Incoming& in);

  // The actions of the table.
  void begin_session(const Incoming& in);
  void rebirth(const Incoming& in);
  void replace_session(const Incoming& in);
  void note_death(const Incoming& in);
  void die(const Incoming& in);
  void ignore_late_will(const Incoming& in);
  void ignore_second_death(const Incoming& in);
  void hold_unborn(const Incoming& in);
  void process(const Incoming& in);
  void open_gap(const Incoming& in);
  void fill_gap(const Incoming& in);

  // What they are made of.
  void settle(UnixMillis now);
  void take(const Incoming& in, std::int64_t number);
  void hold(const Incoming& in, std::int64_t number);
  void take_device_birth(const std::string& device, std::shared_ptr<const DeviceNames> share, std::int64_t number,
                         UnixMillis received, Actions& out);
  void take_device_death(const std::string& device, std::optional<std::uint64_t> time, std::int64_t number,
                         UnixMillis received, Actions& out);
  void begin(const Incoming& in, bool new_session);
  void end_devices(UnixMillis time, Actions& out);
  void take_held(const Held& h, Actions& out);
  [[nodiscard]] std::vector<Held> followers(const Incoming& birth);
  void release(Actions& out);
  void judge_held(Actions& out);
  void limit_held(Actions& out);
  void want_rebirth(RebirthReason reason, Actions& out);
  void lack_birth(std::string_view device, RebirthReason reason, UnixMillis now, Actions& out);
  void forget_lacking();
  void set_state(SessionState state, UnixMillis since);
  [[nodiscard]] bool has_birth() const { return state_ != SessionState::unknown && state_ != SessionState::offline; }
  [[nodiscard]] bool has_room(std::string_view device) const;
  [[nodiscard]] bool explains(std::string_view device) const { return names_ && names_->device(device) != nullptr; }

  HostSessionOptions options_;
  SessionState state_ = SessionState::unknown;
  UnixMillis since_{};
  std::optional<UnixMillis> stale_since_;
  std::optional<UnixMillis> born_;
  std::optional<std::uint64_t> bd_seq_;     // of the newest NBIRTH, or of the death noted after it
  SeqTracker seq_;                          // counts while has_birth()
  std::shared_ptr<const NameTable> names_;  // null while no birth explains anything
  std::map<std::string, DeviceState, std::less<>> devices_;
  std::optional<UnixMillis> device_deadline_;  // pending devices go offline
  std::optional<UnixMillis> birth_deadline_;   // the reorder timer while no NBIRTH is known
  bool birth_asked_ = false;
  // Of a living session: whose data its births do not explain, and the reorder timer of that.
  std::set<std::string, std::less<>> lacking_;  // devices; "": the node
  RebirthReason lacking_reason_{};
  std::optional<UnixMillis> lacking_deadline_;
  bool lacking_asked_ = false;
  std::deque<Held> held_;
  struct Seen {
    std::uint8_t seq = 0;
    std::optional<std::uint64_t> time;
    bool operator==(const Seen&) const = default;
  };
  std::deque<Seen> seen_;  // the last 128 counted messages
  SessionCounters counters_;
};

}  // namespace songhua::sparkplug
