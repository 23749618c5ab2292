#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace songhua::edge_node {

// What a host says about itself on spBv1.0/STATE/<host_id>.
struct HostState {
  bool online = false;
  std::int64_t timestamp = 0;  // ms since the Unix epoch, UTC
};

// A JSON object with at least "online" (true or false) and "timestamp" (a non-negative integer), in any order; other
// members are skipped. None for anything malformed. No heap; nesting in skipped members is bounded.
std::optional<HostState> parse_host_state(std::string_view json);

}  // namespace songhua::edge_node
