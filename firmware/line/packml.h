#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace songhua::line {

// State codes of PackML (ISA-TR88.00.02), as State/Current carries them.
enum class State : std::uint8_t {
  undefined = 0,
  clearing = 1,
  stopped = 2,
  starting = 3,
  idle = 4,
  suspended = 5,
  execute = 6,
  stopping = 7,
  aborting = 8,
  aborted = 9,
  holding = 10,
  held = 11,
  unholding = 12,
  suspending = 13,
  unsuspending = 14,
  resetting = 15,
  completing = 16,
  complete = 17,
};
inline constexpr std::size_t kStates = 18;

// "Execute", as in Time/Execute; the measure is time.execute.
constexpr std::string_view name(State state) {
  constexpr std::string_view kNames[kStates] = {"Undefined", "Clearing",   "Stopped",   "Starting",   "Idle",
                                                "Suspended", "Execute",    "Stopping",  "Aborting",   "Aborted",
                                                "Holding",   "Held",       "Unholding", "Suspending", "Unsuspending",
                                                "Resetting", "Completing", "Complete"};
  return kNames[static_cast<std::size_t>(state)];
}
constexpr std::string_view measure_name(State state) {
  constexpr std::string_view kNames[kStates] = {"undefined", "clearing",   "stopped",   "starting",   "idle",
                                                "suspended", "execute",    "stopping",  "aborting",   "aborted",
                                                "holding",   "held",       "unholding", "suspending", "unsuspending",
                                                "resetting", "completing", "complete"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace songhua::line
