#include <cstdint>
#include <cstdlib>

#include "storage/journal.h"

// A segment of the journal, decompressed: refused with a reason, or entries that can be written and read again.
using namespace songhua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto entries = storage::decode_segment({reinterpret_cast<const char*>(data), size});
  if (!entries) return entries.error().message.empty() ? std::abort(), 0 : 0;
  const auto again = storage::decode_segment(storage::encode_segment(*entries));
  if (!again || again->size() != entries->size()) std::abort();
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto& a = (*entries)[i];
    const auto& b = (*again)[i];
    if (a.kind != b.kind || a.received != b.received || a.topic != b.topic || a.payload != b.payload) std::abort();
  }
  return 0;
}
