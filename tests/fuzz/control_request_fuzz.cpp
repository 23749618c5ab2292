#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "control/control.h"

// What a client of the control socket may say, as the server reads a line of it.
using namespace songhua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = control::Json::parse(data, data + size, nullptr, false);
  if (!json.is_object()) return 0;
  const auto entries = control::decode_entries(json);
  if (!entries && entries.error().message.empty()) std::abort();
  return 0;
}
