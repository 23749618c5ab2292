#include <cstdint>
#include <cstdlib>

#include "sparkplug/state_json.h"

// Any payload is refused with a reason, or means a status that can be written and read again.
using namespace songhua::sparkplug;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto status = parse_state({reinterpret_cast<const char*>(data), size});
  if (!status) return status.error().message.empty() ? std::abort(), 0 : 0;
  const auto again = parse_state(format_state(*status));
  if (!again || !(*again == *status) || songhua::count_of(status->timestamp) < 0) std::abort();
  return 0;
}
