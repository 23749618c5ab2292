#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"
#include "model/time.h"
#include "sparkplug/message.h"

// Payload bytes to message and back, within limits.
namespace songhua::sparkplug {

struct PayloadLimits {
  std::size_t bytes = std::size_t{8} << 20;  // of a payload as received, and of what a compressed one expands to
  std::size_t ratio = 500;                   // expanded to compressed, once 64 KiB have come out
  std::size_t metrics = 100'000;             // of a payload
  std::size_t elements = 400'000;            // everything that costs memory of its own, at any depth
};

inline constexpr std::string_view kCompressedUuid = "SPBV1.0_COMPRESSED";

// Parses without unwrapping. Checks size and counts before protobuf allocates anything; messages nest at most 100 deep
// (protobuf's own limit). On error `out` is unspecified.
Result<void> parse_payload(std::string_view bytes, const PayloadLimits& limits, Payload& out);
bool is_compressed(const Payload& payload);
// The inner payload of a compressed one; seq is the outer's where it has one, the timestamp the inner's where it has
// one.
Result<void> unwrap(const Payload& outer, const PayloadLimits& limits, Payload& inner);

// Reuses its messages, so that a warm decoder allocates next to nothing. For one thread at a time.
class PayloadDecoder {
 public:
  explicit PayloadDecoder(PayloadLimits limits = {}) : limits_(limits) {}
  // Parsed, and unwrapped where it was compressed. Valid until the next call.
  Result<const Payload*> decode(std::string_view bytes);

 private:
  PayloadLimits limits_;
  Payload outer_;
  Payload inner_;
  bool oversize_ = false;  // the last payload was so large that its memory is given back
};

// NCMD that asks an edge node for its births (tck-id-operational-behavior-data-commands-ncmd-rebirth-*).
std::string encode_rebirth(UnixMillis now);

// What an NCMD or DCMD writes. The datatype travels with it: the conformance kit asks for it.
struct Command {
  std::string name;                    // sent unless the metric has an alias
  std::optional<std::uint64_t> alias;  // then it travels alone (tck-id-payloads-alias-data-cmd-requirement)
  std::uint32_t datatype = 0;
  bool uint32_in_int_value = false;  // a UInt32 metric is written into the field that its birth used
  std::optional<std::string> value;  // as text; none writes null
};
// Refuses what does not fit the datatype. Basic types 1..14 and UUID only.
Result<std::string> encode_command(const Command& command, UnixMillis now);
// "Int64" -> 4; also the number itself.
std::optional<std::uint32_t> parse_datatype(std::string_view text);
std::string datatype_name(std::uint32_t datatype);

}  // namespace songhua::sparkplug
