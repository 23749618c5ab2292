#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/time.h"

namespace songhua::sparkplug {

// Counts a session's seq on beyond 256: every message gets a running number, what is missing is a list of runs.
// A seq names the newest number that is missing and ends in it, else the next one ahead.
class SeqTracker {
 public:
  struct Run {  // numbers [first, end) are missing
    std::int64_t first = 0;
    std::int64_t end = 0;
    UnixMillis seen{};        // when the gap was noticed
    bool expired = false;     // the reorder timer ran over it
    bool after_loss = false;  // the server connection was lost in it
    // May an NBIRTH be among the missing? (more than 16 messages and seq 0 among them, or a lost connection)
    [[nodiscard]] bool hides_birth() const;
  };
  struct Step {
    enum class Kind { expected, ahead, fills } kind = Kind::expected;
    std::int64_t number = 0;
    std::uint32_t missing = 0;        // of `ahead`: messages jumped over
    bool was_expired = false;         // of `fills`: it had been counted as missed
    std::uint32_t lost_for_good = 0;  // unexpired missing numbers that fell out of the window of 256
  };

  void start(std::uint8_t base);  // an NBIRTH with this seq
  void clear();                   // no base
  [[nodiscard]] std::optional<std::uint8_t> last() const;
  [[nodiscard]] std::uint8_t expected() const { return static_cast<std::uint8_t>(next_ & 255); }
  [[nodiscard]] std::int64_t next() const { return next_; }
  Step take(std::uint8_t seq, UnixMillis now);
  // From now on a gap right behind the newest message hides a birth, however short.
  void connection_lost() { loss_at_ = next_; }
  void connection_proven() { loss_at_ = -1; }

  // Is every name certain up to this number: can no NBIRTH hide before it?
  [[nodiscard]] bool certain(std::int64_t number) const;
  [[nodiscard]] bool has_gaps() const { return !runs_.empty(); }
  [[nodiscard]] std::uint32_t open_missing() const;  // not expired
  [[nodiscard]] std::optional<UnixMillis> oldest_unexpired() const;
  // Marks runs seen at or before `limit` as expired; how many messages that were.
  std::uint32_t expire(UnixMillis limit);

 private:
  friend class SessionCodec;
  std::uint32_t prune();
  bool started_ = false;
  std::int64_t base_ = 0;
  std::int64_t next_ = 0;
  std::int64_t loss_at_ = -1;
  std::int64_t doubt_from_ =
      -1;                  // numbers from here stay uncertain until a birth: a run that hides one left the window
  std::vector<Run> runs_;  // in order, not touching each other unless flags differ
};

}  // namespace songhua::sparkplug
