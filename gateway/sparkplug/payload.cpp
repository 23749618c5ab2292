#include "sparkplug/payload.h"

#include <algorithm>

#include "sparkplug/inflate.h"
#include "sparkplug/wire_census.h"

namespace songhua::sparkplug {
namespace {

// Below this even the worst payload expands to a few MiB, so it is not worth walking twice.
constexpr std::size_t kHarmless = std::size_t{64} << 10;
// A decoder gives the memory of larger payloads back.
constexpr std::size_t kKeep = std::size_t{1} << 20;

Error refuse(const std::string& why) {
  return Error{"payload refused: " + why};
}

// "GZIP", "DEFLATE", or something else; DEFLATE where the wrapper does not say.
std::string_view algorithm_of(const Payload& outer) {
  for (const auto& m : outer.metrics())
    if (m.name() == "algorithm" && m.has_string_value()) return m.string_value();
  return "DEFLATE";
}

}  // namespace

Result<void> parse_payload(std::string_view bytes, const PayloadLimits& limits, Payload& out) {
  if (bytes.size() > limits.bytes)
    return refuse(std::to_string(bytes.size()) + " bytes, the limit is " + std::to_string(limits.bytes));
  if (bytes.size() > kHarmless || bytes.size() / 2 > std::min(limits.metrics, limits.elements)) {
    const auto census = take_census(bytes, limits.metrics, limits.elements);
    if (census.metrics > limits.metrics) return refuse("more than " + std::to_string(limits.metrics) + " metrics");
    if (census.elements > limits.elements) return refuse("more than " + std::to_string(limits.elements) + " elements");
  }
  if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return refuse("not a Sparkplug B protobuf message (truncated, foreign, or nested too deep)");
  return {};
}

bool is_compressed(const Payload& payload) {
  return payload.uuid() == kCompressedUuid;
}

Result<void> unwrap(const Payload& outer, const PayloadLimits& limits, Payload& inner) {
  if (!outer.has_body()) return refuse("compressed, but without a body");
  const auto algorithm = algorithm_of(outer);
  if (algorithm != "GZIP" && algorithm != "DEFLATE") return refuse("compressed by an unknown algorithm");
  auto expanded =
      inflate_bytes(outer.body(), algorithm == "GZIP" ? Wrapping::gzip : Wrapping::zlib, limits.bytes, limits.ratio);
  if (!expanded) return refuse(expanded.error().message);
  if (auto parsed = parse_payload(*expanded, limits, inner); !parsed) {
    return refuse("compressed, and inside: " + parsed.error().message);
  }
  if (is_compressed(inner)) return refuse("compressed twice");
  if (outer.has_seq()) inner.set_seq(outer.seq());
  if (!inner.has_timestamp() && outer.has_timestamp()) inner.set_timestamp(outer.timestamp());
  return {};
}

Result<const Payload*> PayloadDecoder::decode(std::string_view bytes) {
  if (oversize_) {
    outer_ = Payload();
    inner_ = Payload();
  }
  oversize_ = bytes.size() > kKeep;
  if (auto parsed = parse_payload(bytes, limits_, outer_); !parsed) return parsed.error();
  if (!is_compressed(outer_)) return &outer_;
  oversize_ = true;
  if (auto unwrapped = unwrap(outer_, limits_, inner_); !unwrapped) return unwrapped.error();
  return &inner_;
}

}  // namespace songhua::sparkplug
