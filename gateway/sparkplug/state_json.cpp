#include "sparkplug/state_json.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace songhua::sparkplug {
namespace {
// A STATE is some 50 bytes; this leaves room for foreign members and none for mischief.
constexpr std::size_t kLongestState = 4096;
constexpr int kDeepest = 16;

// Refuses deep nesting before it is built.
bool too_deep(std::string_view text) {
  int depth = 0;
  for (char c : text) {
    if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}
}  // namespace

Result<HostStatus> parse_state(std::string_view payload) {
  if (payload == "ONLINE" || payload == "OFFLINE") return Error{"STATE refused: the text form of Sparkplug 2.2"};
  if (payload.size() > kLongestState) return Error{"STATE refused: longer than 4096 bytes"};
  if (too_deep(payload)) return Error{"STATE refused: nested too deep"};
  const auto json = nlohmann::json::parse(payload, nullptr, false);
  if (!json.is_object()) return Error{"STATE refused: not a JSON object"};
  const auto online = json.find("online");
  if (online == json.end() || !online->is_boolean()) return Error{"STATE refused: \"online\" is not true or false"};
  const auto stamp = json.find("timestamp");
  if (stamp == json.end() || !stamp->is_number_unsigned() ||
      stamp->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return Error{"STATE refused: \"timestamp\" is not a non-negative integer"};
  return HostStatus{online->get<bool>(), unix_millis(stamp->get<std::int64_t>())};
}

std::string format_state(const HostStatus& status) {
  return std::string(R"({"online":)") + (status.online ? "true" : "false") + R"(,"timestamp":)" +
         std::to_string(count_of(status.timestamp)) + "}";
}

}  // namespace songhua::sparkplug
