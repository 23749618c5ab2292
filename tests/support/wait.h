#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace songhua::test {

// Whether `predicate` becomes true within `bound`. Looks again after 1 ms, later every 20 ms: what a test waits for is
// the condition, never a time. Bounds are generous: they are reached only by a failure.
template <typename Predicate>
[[nodiscard]] bool eventually(Predicate&& predicate, std::chrono::milliseconds bound = std::chrono::seconds{30}) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  auto pause = std::chrono::milliseconds{1};
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds{20});
  }
  return true;
}

}  // namespace songhua::test
