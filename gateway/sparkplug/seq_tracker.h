#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/time.h"

namespace songhua::sparkplug {

// Counts a session's seq on beyond 256: every message gets a running number, what is missing is a list of runs. A seq
// means the missing number that ends in it, else the next one ahead (so a message that was counted twice looks like a
// large gap; duplicates must be told before).
class SeqTracker {
 public:
  struct Run {  // the numbers [first, end) are missing
    std::int64_t first = 0;
    std::int64_t end = 0;
    UnixMillis seen{};        // when the gap was noticed
    bool expired = false;     // the reorder timer ran over it
    bool after_loss = false;  // the server connection was lost in it
    // May an NBIRTH be among the missing? More than 16 messages with seq 0 among them, or a lost connection.
    [[nodiscard]] bool hides_birth() const;
    bool operator==(const Run&) const = default;
  };
  struct Step {
    enum class Kind : std::uint8_t { expected, ahead, fills };
    Kind kind = Kind::expected;
    std::int64_t number = 0;
    std::uint32_t missing = 0;        // of `ahead`: messages jumped over
    bool was_expired = false;         // of `fills`: it had been counted as missed
    std::uint32_t lost_for_good = 0;  // unexpired numbers that fell out of the window of 256
  };

  void start(std::uint8_t base);  // an NBIRTH with this seq; its number is the seq itself
  [[nodiscard]] std::uint8_t last() const { return static_cast<std::uint8_t>((next_ - 1) & 255); }
  [[nodiscard]] std::uint8_t expected() const { return static_cast<std::uint8_t>(next_ & 255); }
  [[nodiscard]] std::int64_t next() const { return next_; }
  Step take(std::uint8_t seq, UnixMillis now);
  // The server connection was lost: a gap that opens with the next message hides a birth, however short.
  void connection_lost() { loss_at_ = next_; }
  // Nothing has come since the connection was lost, or what came does not prove that the session went on.
  [[nodiscard]] bool unproven() const { return loss_at_ >= 0 || !certain(next_); }

  // Can no NBIRTH hide before this number, so that its names are certain?
  [[nodiscard]] bool certain(std::int64_t number) const;
  [[nodiscard]] bool has_gaps() const { return !runs_.empty(); }
  [[nodiscard]] std::uint32_t unexpired_missing() const;
  [[nodiscard]] std::optional<UnixMillis> oldest_unexpired() const;
  // Marks the runs seen at or before `limit` as expired; how many messages those are.
  std::uint32_t expire(UnixMillis limit);

 private:
  friend class SessionCodec;
  bool fill(std::uint8_t seq, Step& step);
  std::uint32_t forget_far_behind();

  std::int64_t next_ = 0;
  std::int64_t loss_at_ = -1;
  std::int64_t doubt_from_ = -1;  // >= 0: a run that hides a birth left the window; all from here waits for a birth
  std::vector<Run> runs_;         // in order
};

}  // namespace songhua::sparkplug
