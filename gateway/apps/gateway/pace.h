#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "model/result.h"
#include "model/time.h"

namespace songhua::gateway {

// How fast recorded time passes: "max", or a number: 1 as it was, 60 an hour in a minute.
class Pace {
 public:
  static Result<Pace> parse(const std::string& text);
  static Pace max() { return Pace(0); }

  [[nodiscard]] bool unbounded() const { return thousandths_ == 0; }
  // Waits until it is `recorded`'s turn; the first call sets the start. False: `stop` was set meanwhile.
  bool wait_for(UnixMillis recorded, const std::atomic<bool>& stop);

 private:
  explicit Pace(std::int64_t thousandths) : thousandths_(thousandths) {}

  std::int64_t thousandths_;  // 0: as fast as it goes
  std::optional<UnixMillis> first_;
  std::chrono::steady_clock::time_point start_;
};

// SIGINT and SIGTERM set it, from the first call on: a command that goes on for long ends in order.
const std::atomic<bool>& interrupted();

}  // namespace songhua::gateway
