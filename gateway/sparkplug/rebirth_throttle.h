#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.h"
#include "sparkplug/rebirth_reason.h"

namespace songhua::sparkplug {

struct RebirthThrottleOptions {
  bool enabled = true;        // false: only what an operator asks for goes out (a host that is not primary)
  Millis first_wait{10'000};  // from one request to the next of a node; doubles
  Millis longest_wait{300'000};
  std::uint32_t per_second = 20;  // host-wide token bucket, and its burst
  Millis start_window{60'000};    // after the host's start requests are spread
  Millis start_jitter{5'000};     // over this; never those of the reorder timer
};

// When rebirth requests go out (sparkplug.md 4.4): one in flight per edge node, a bounded rate for the host, and no
// storm after a host start. A wish is renewed by what the node sends, so a silent node is not asked again. A node's
// first request after its reorder timer is never jittered: the conformance kit allows twice the timeout.
class RebirthThrottle {
 public:
  RebirthThrottle(RebirthThrottleOptions options, UnixMillis host_start, std::uint64_t seed);

  // The session of `node` (any key) asks. Cheap to repeat.
  void want(std::string_view node, RebirthReason reason, UnixMillis now);
  // An operator asks: goes out with the next due(), whatever the limits.
  void insist(std::string_view node);
  void born(std::string_view node);  // an NBIRTH came: forget waits and wishes
  void gone(std::string_view node);  // NDEATH: the wish is void, the wait stays

  // The nodes to ask now, in order; each counts as sent.
  std::vector<std::string> due(UnixMillis now);
  // When to call due() again; none while nothing is wished for.
  [[nodiscard]] std::optional<UnixMillis> next_due(UnixMillis now) const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Node {
    bool wanted = false;
    bool urgent = false;         // asked for by the reorder timer
    UnixMillis earliest{};       // of the next request
    std::optional<Millis> wait;  // after the next request; none: nothing was sent since the last NBIRTH
  };
  [[nodiscard]] double tokens_at(UnixMillis now) const;
  [[nodiscard]] Millis jitter_of(std::string_view node) const;

  RebirthThrottleOptions options_;
  UnixMillis start_;
  std::uint64_t seed_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::vector<std::string> insisted_;
  double tokens_;
  UnixMillis refilled_;
};

}  // namespace songhua::sparkplug
