#include <cstdint>
#include <cstdlib>
#include <string>

#include "lines/mapping.h"

// A lines.toml and the name of a metric from the network, divided by a zero byte: refused with a reason, or a mapping
// that says of any metric what it is.
using namespace songhua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = bytes.find('\0');
  const auto mapping = lines::Mapping::parse(bytes.substr(0, end), "lines.toml");
  if (!mapping) return mapping.error().message.empty() ? std::abort(), 0 : 0;
  const auto name = end == std::string_view::npos ? std::string_view("Cnt/p/CN") : bytes.substr(end + 1);
  for (const std::uint32_t datatype : {4U, 10U, 12U}) {
    const auto match = mapping->match({"G", "E", "D", name, datatype});
    if (match.line.empty()) std::abort();
  }
  return 0;
}
