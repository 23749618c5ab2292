#pragma once

#include <cstdint>
#include <string_view>

namespace songhua::sparkplug {

enum class RebirthReason : std::uint8_t {
  gap,             // the reorder timer ran out with messages missing (a MUST)
  no_birth,        // messages of a node whose NBIRTH is not known, timer over
  unborn_device,   // DATA of a device that has no DBIRTH in this session
  unknown_metric,  // a name or alias that no birth lists
  undecodable,     // a payload that could not be read
};
std::string_view to_string(RebirthReason reason);

}  // namespace songhua::sparkplug
