#include <cstdint>
#include <cstdlib>

#include "rollup/codec.h"

// The bytes of a record as a store or a batch has them: refused with a reason, or a record whose own bytes mean the
// same.
using namespace songhua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto record = rollup::decode(bytes)) {
    const auto again = rollup::decode(rollup::encode(*record));
    if (!again || !(*again == *record)) std::abort();
  } else if (record.error().message.empty()) {
    std::abort();
  }
  const auto start = unix_millis(1'552'608'000'000);
  if (const auto stretches = rollup::decode_stretches(bytes, start)) {
    const auto again = rollup::decode_stretches(rollup::encode_stretches(*stretches, start), start);
    if (!again || !(*again == *stretches)) std::abort();
  }
  return 0;
}
