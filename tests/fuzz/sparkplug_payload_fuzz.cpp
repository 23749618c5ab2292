#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "sparkplug/payload.h"
#include "sparkplug/payload_json.h"
#include "sparkplug/resolve.h"
#include "sparkplug/wire_census.h"

// Any bytes: decoded or refused with a reason; what is decoded becomes JSON, names and values, and decodes again alike.
using namespace songhua::sparkplug;

namespace {
void check(bool holds) {
  if (!holds) std::abort();
}

void use(const Payload& payload) {
  (void)to_json(payload).dump();  // throws on text that is no UTF-8
  const auto share = DeviceNames::of_birth("D", payload);
  const auto copy = DeviceNames::deserialize(share->serialize());
  check(copy.ok() && (*copy)->id() == share->id() && (*copy)->all() == share->all());
  const NameTable table({share});
  ResolvedMessage all, named;
  ResolveOptions options;
  resolve(payload, "D", &table, options, all);
  options.only_named = true;
  resolve(payload, "D", &table, options, named);
  check(all.metrics.size() == static_cast<std::size_t>(payload.metrics_size()));
  check(named.metrics.size() <= all.metrics.size());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  PayloadLimits limits;
  limits.bytes = 1 << 20;
  Payload payload;
  const auto parsed = parse_payload(bytes, limits, payload);
  check(parsed.ok() || !parsed.error().message.empty());
  if (parsed) {
    // The census never counts less than what protobuf found.
    check(take_census(bytes, SIZE_MAX, SIZE_MAX).metrics >= static_cast<std::size_t>(payload.metrics_size()));
    use(payload);
    Payload again;
    check(parse_payload(payload.SerializeAsString(), {}, again).ok());
  }
  PayloadDecoder decoder(limits);
  if (const auto decoded = decoder.decode(bytes)) use(**decoded);
  return 0;
}
