#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/result.h"
#include "model/time.h"

// The STATE payload of host applications: {"online":true,"timestamp":1700000000000}
namespace songhua::sparkplug {

struct HostStatus {
  bool online = false;
  UnixMillis timestamp{};
  bool operator==(const HostStatus&) const = default;
};

// Strict where it matters: an object, a JSON boolean, a JSON integer >= 0 (no fraction, exponent or string). Further
// members and any order are accepted. The text form of Sparkplug 2.2 ("ONLINE") is refused with that reason.
Result<HostStatus> parse_state(std::string_view payload);
std::string format_state(const HostStatus& status);

}  // namespace songhua::sparkplug
