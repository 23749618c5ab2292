#include <array>
#include <cstdint>
#include <cstdlib>

#include "edge_node/host_state.h"
#include "edge_node/payload.h"

// What a controller reads from the network: commands (NCMD, DCMD), and what a host says about itself. Refused or read
// within bounds, and the same again.
using namespace songhua::edge_node;

namespace {

class Count final : public CommandSink {
 public:
  void command(const Command& command) override {
    ++commands;
    bytes += command.name.view().size() + command.text.size();
  }
  std::size_t commands = 0, bytes = 0;
  bool operator==(const Count& other) const { return commands == other.commands && bytes == other.bytes; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Count once, again;
  const bool read = decode_commands({data, size}, once);
  if (read != decode_commands({data, size}, again) || !(once == again)) std::abort();
  if (once.commands > size || once.bytes > size) std::abort();
  const auto state = parse_host_state({reinterpret_cast<const char*>(data), size});
  if (state && state->timestamp < 0) std::abort();
  return 0;
}
