#include "pace.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include "model/decimal.h"

namespace songhua::gateway {
namespace {

std::atomic<bool> g_interrupted{false};
extern "C" void note_interruption(int) {
  g_interrupted = true;
}

// Longest rest before `stop` is looked at again.
constexpr std::chrono::milliseconds kStep{100};

}  // namespace

Result<Pace> Pace::parse(const std::string& text) {
  if (text == "max") return Pace{0};
  if (const auto number = Fixed9::parse(text)) {
    const int128 thousandths = number->units / (Fixed9::kOne / 1'000);
    if (thousandths >= 1 && thousandths <= 1'000'000'000) return Pace{static_cast<std::int64_t>(thousandths)};
  }
  return Error{"--speed " + text + ": a number from 0.001 to 1000000, or max"};
}

bool Pace::wait_for(UnixMillis recorded, const std::atomic<bool>& stop) {
  if (unbounded()) return !stop;
  if (!first_) {
    first_ = recorded;
    start_ = std::chrono::steady_clock::now();
  }
  const auto passed = std::max<std::int64_t>(0, (recorded - *first_).count());
  const auto due = start_ + std::chrono::microseconds{passed * 1'000'000 / thousandths_};
  while (!stop && std::chrono::steady_clock::now() < due) {
    std::this_thread::sleep_until(std::min(due, std::chrono::steady_clock::now() + kStep));
  }
  return !stop;
}

const std::atomic<bool>& interrupted() {
  static const bool installed = [] {
    std::signal(SIGINT, note_interruption);
    std::signal(SIGTERM, note_interruption);
    return true;
  }();
  static_cast<void>(installed);
  return g_interrupted;
}

}  // namespace songhua::gateway
