// The dictionary of a gateway on the wire.
#include <climits>

#include "forward/batch.h"
#include "forward/wire.h"
#include "songhua/v1/forward.pb.h"

namespace songhua::forward {
namespace {

namespace pb = songhua::v1;
using namespace std::string_view_literals;

constexpr auto kDictionaryPrefix = "songhua/v1/dictionary\0"sv;

// Bounds under which the joins' 128-bit products cannot overflow (rollup/record.h, RateLimit::allows).
constexpr std::uint64_t kLongestSpan = std::uint64_t{1} << 35U;  // ms, more than a year
constexpr std::size_t kMaxName = 1024;

pb::Kind wire_kind(SeriesKind kind) {
  switch (kind) {
    case SeriesKind::totalizer:
      return pb::KIND_TOTALIZER;
    case SeriesKind::rate:
      return pb::KIND_RATE;
    case SeriesKind::amount:
      return pb::KIND_AMOUNT;
    case SeriesKind::gauge:
      return pb::KIND_GAUGE;
    case SeriesKind::level:
      return pb::KIND_LEVEL;
  }
  return pb::KIND_TOTALIZER;
}

std::optional<SeriesKind> model_kind(pb::Kind kind) {
  switch (kind) {
    case pb::KIND_TOTALIZER:
      return SeriesKind::totalizer;
    case pb::KIND_RATE:
      return SeriesKind::rate;
    case pb::KIND_AMOUNT:
      return SeriesKind::amount;
    case pb::KIND_GAUGE:
      return SeriesKind::gauge;
    case pb::KIND_LEVEL:
      return SeriesKind::level;
    default:
      return std::nullopt;
  }
}

void write_series(pb::Series& to, const SeriesSpec& spec, std::uint32_t line) {
  to.set_line(line);
  to.set_measure(spec.key.measure);
  to.set_product(spec.key.product);
  to.set_market(spec.key.market);
  to.set_kind(wire_kind(spec.kind));
  to.set_unit(spec.unit);
  to.set_factor(spec.factor.str());
  to.set_width(spec.width);
  if (spec.rate_limit) {
    to.set_rate_units(spec.rate_limit->units);
    to.set_rate_per(static_cast<std::uint64_t>(spec.rate_limit->per.count()));
  }
  to.set_unchanged(spec.silence == Silence::unchanged);
  to.set_gap(static_cast<std::uint64_t>(spec.gap.count()));
  to.set_trapezoid(spec.trapezoid);
  to.set_unofficial(!spec.official);
}

std::optional<SeriesSpec> read_series(const pb::Series& in, const std::vector<DictionaryLine>& lines) {
  const auto kind = model_kind(in.kind());
  const auto factor = Fraction::parse(in.factor());
  if (in.line() >= lines.size() || !kind || !factor || in.width() > 64 || in.gap() > kLongestSpan ||
      in.rate_per() > kLongestSpan || in.rate_units() < 0 || in.measure().empty() || in.measure().size() > kMaxName ||
      in.product().size() > kMaxName || in.market().size() > kMaxName || in.unit().size() > kMaxName) {
    return std::nullopt;
  }
  SeriesSpec spec;
  spec.line = lines[in.line()].id;
  spec.key = {in.measure(), in.product(), in.market()};
  spec.kind = *kind;
  spec.unit = in.unit();
  spec.factor = *factor;
  spec.width = static_cast<std::uint8_t>(in.width());
  if (in.rate_per() > 0) spec.rate_limit = RateLimit{in.rate_units(), Millis{static_cast<std::int64_t>(in.rate_per())}};
  spec.silence = in.unchanged() ? Silence::unchanged : Silence::unknown;
  spec.gap = Millis{static_cast<std::int64_t>(in.gap())};
  spec.trapezoid = in.trapezoid();
  spec.official = !in.unofficial();
  return spec;
}

Refused malformed(std::string text) {
  return {Refusal::malformed, std::move(text)};
}

}  // namespace

std::string encode_dictionary(const WireDictionary& dictionary) {
  pb::Dictionary out;
  std::map<LineId, std::uint32_t> index;
  for (const auto& line : dictionary.lines) {
    index.emplace(line.id, static_cast<std::uint32_t>(out.lines_size()));
    auto& to = *out.add_lines();
    to.set_id(line.id);
    if (line.gone_since) to.set_gone_since(count_of(*line.gone_since));
  }
  for (const auto& spec : dictionary.series) write_series(*out.add_series(), spec, index.at(spec.line));
  for (const auto& source : dictionary.sources) out.add_sources(source);
  out.set_gap_limit(static_cast<std::uint64_t>(dictionary.gap_limit.count()));
  return deterministic_bytes(out);
}

Checked<WireDictionary> decode_dictionary(std::string_view bytes) {
  pb::Dictionary in;
  if (!parse_strictly(bytes, in)) return malformed("the dictionary is no protobuf of format 1, or has unknown fields");
  if (in.gap_limit() > kLongestSpan) return malformed("dictionary: a gap limit of more than a year");
  WireDictionary dictionary;
  dictionary.gap_limit = Millis{static_cast<std::int64_t>(in.gap_limit())};
  for (const auto& line : in.lines()) {
    if (line.id().empty() || line.id().size() > kMaxName) return malformed("dictionary: a line without an id");
    if (!plausible_time(line.gone_since())) return malformed("dictionary: a time out of range");
    dictionary.lines.push_back(
        {line.id(), line.has_gone_since() ? std::optional(unix_millis(line.gone_since())) : std::nullopt});
  }
  for (const auto& source : in.sources()) {
    if (source.empty() || source.size() > kMaxName) return malformed("dictionary: a source without a name");
    dictionary.sources.push_back(source);
  }
  for (const auto& series : in.series()) {
    auto spec = read_series(series, dictionary.lines);
    if (!spec) return malformed("dictionary: series " + std::to_string(dictionary.series.size()) + " is out of range");
    dictionary.series.push_back(std::move(*spec));
  }
  return dictionary;
}

std::string seal_dictionary(std::string_view dictionary, const SigningKey& key) {
  const auto compressed = storage::compress(dictionary);
  pb::SignedDictionary out;
  out.set_format(kFormat);
  out.set_key_id(key.public_key().id());
  out.set_dictionary(compressed);
  out.set_signature(key.sign(std::string(kDictionaryPrefix) + compressed));
  return deterministic_bytes(out);
}

Checked<SignedDictionary> open_dictionary_envelope(std::string_view bytes) {
  if (bytes.size() > kMaxDictionary) return Refused{Refusal::too_large, "a dictionary of more than 64 MiB"};
  pb::SignedDictionary in;
  if (!parse_leniently(bytes, in)) return malformed("no signed dictionary");
  if (in.format() > kFormat) {
    return Refused{Refusal::newer_format, "a dictionary of format " + std::to_string(in.format())};
  }
  if (in.format() == 0 || has_unknown_fields(in) || in.signature().size() != 64 || in.key_id().size() != 16) {
    return malformed("a signed dictionary with unknown fields, or without format or signature");
  }
  return SignedDictionary{in.format(), in.key_id(), in.dictionary(), in.signature()};
}

bool verify(const SignedDictionary& dictionary, const PublicKey& key) {
  return key.verifies(std::string(kDictionaryPrefix) + dictionary.compressed, dictionary.signature);
}

Checked<std::string> inflate_dictionary(const SignedDictionary& dictionary) {
  auto bytes = storage::inflate(dictionary.compressed, kMaxDictionary);
  if (!bytes) return malformed("dictionary: " + bytes.error().message);
  return std::move(*bytes);
}

}  // namespace songhua::forward
