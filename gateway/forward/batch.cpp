#include "forward/batch.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <array>
#include <utility>

#include "forward/wire.h"
#include "songhua/v1/forward.pb.h"

namespace songhua::forward {
namespace {

namespace pb = songhua::v1;
using namespace std::string_view_literals;

// What is signed begins with its purpose, so that no signature can be passed off as one over something else.
constexpr auto kBatchPrefix = "songhua/v1/batch\0"sv;

constexpr std::size_t kIncarnationBytes = 16;
constexpr Millis kLongestRecord = std::chrono::days{366};

constexpr std::array<std::pair<Refusal, std::string_view>, 9> kRefusals{{
    {Refusal::too_large, "too_large"},
    {Refusal::malformed, "malformed"},
    {Refusal::newer_format, "newer_format"},
    {Refusal::unknown_gateway, "unknown_gateway"},
    {Refusal::unknown_key, "unknown_key"},
    {Refusal::bad_signature, "bad_signature"},
    {Refusal::wrong_topic, "wrong_topic"},
    {Refusal::bad_record, "bad_record"},
    {Refusal::number_taken, "number_taken"},
}};

Refused malformed(std::string text) {
  return {Refusal::malformed, std::move(text)};
}

std::string raw_id(const std::string& hex) {
  return from_hex(hex).value_or("");
}

// What is wrong with the head of a batch, or nothing.
std::optional<std::string> wrong_head(const pb::Batch& batch) {
  if (const auto id = check_id(batch.enterprise()); !id) return "enterprise: " + id.error().message;
  if (const auto id = check_id(batch.gateway()); !id) return "gateway: " + id.error().message;
  if (batch.incarnation().size() != kIncarnationBytes) return "an incarnation has 16 bytes";
  if (!batch.continues().empty() && batch.continues().size() != kIncarnationBytes) return "an incarnation has 16 bytes";
  if (batch.continues().empty() && batch.continued_to() != 0) return "continued_to without an incarnation";
  if (batch.number() == 0 || batch.number() > INT64_MAX || batch.continued_to() > INT64_MAX) {
    return "numbers count from 1";
  }
  if (batch.previous().empty() != (batch.number() == 1)) return "the first batch, and only it, has no previous one";
  if (!batch.previous().empty() && !Digest::from_raw(batch.previous())) return "a hash has 32 bytes";
  if (!Digest::from_raw(batch.dictionary())) return "a hash has 32 bytes";
  if (!plausible_time(batch.created())) return "created: a time out of range";
  if (static_cast<std::size_t>(batch.records_size()) > kMaxRecords) return "too many records";
  return std::nullopt;
}

std::optional<std::string> wrong_record(const pb::Record& record) {
  const std::int64_t quarter = kQuarterHour.count();
  if (record.start() % quarter != 0 || !plausible_time(record.start())) {
    return "a record starts at a quarter hour between the years -7000 and 10000";
  }
  if (record.length() == 0 || record.length() > static_cast<std::uint64_t>(kLongestRecord.count()) ||
      record.length() % static_cast<std::uint64_t>(quarter) != 0) {
    return "a record's length is a multiple of 15 min, at most a year";
  }
  if (record.generation() == 0 || record.generation() > INT64_MAX) return "generations count from 1";
  return std::nullopt;
}

BatchRecord read_record(const pb::Record& record) {
  const auto start = unix_millis(record.start());
  return {rollup::LineIndex{record.line()},
          storage::SourceIndex{record.source()},
          {start, start + Millis{static_cast<std::int64_t>(record.length())}},
          record.generation(),
          record.content()};
}

}  // namespace

std::string deterministic_bytes(const google::protobuf::Message& message) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return out;
}

std::string_view to_string(Refusal refusal) {
  for (const auto& [value, word] : kRefusals) {
    if (value == refusal) return word;
  }
  return "malformed";
}

std::optional<Refusal> parse_refusal(std::string_view text) {
  for (const auto& [value, word] : kRefusals) {
    if (word == text) return value;
  }
  return std::nullopt;
}

std::string encode_batch(const Batch& batch) {
  pb::Batch out;
  out.set_enterprise(batch.enterprise);
  out.set_gateway(batch.gateway);
  out.set_incarnation(raw_id(batch.incarnation.id));
  if (batch.incarnation.continues) {
    out.set_continues(raw_id(*batch.incarnation.continues));
    out.set_continued_to(batch.incarnation.continued_to);
  }
  out.set_number(batch.number);
  if (batch.previous) out.set_previous(batch.previous->raw());
  out.set_dictionary(batch.dictionary.raw());
  out.set_created(count_of(batch.created));
  for (const auto& record : batch.records) {
    auto& to = *out.add_records();
    to.set_line(static_cast<std::uint32_t>(record.line));
    to.set_source(static_cast<std::uint32_t>(record.source));
    to.set_start(count_of(record.window.start));
    to.set_length(static_cast<std::uint64_t>((record.window.end - record.window.start).count()));
    to.set_generation(record.generation);
    to.set_content(record.content);
  }
  return deterministic_bytes(out);
}

Checked<Batch> decode_batch(std::string_view bytes) {
  pb::Batch in;
  if (!parse_strictly(bytes, in)) return malformed("the batch is no protobuf of format 1, or has unknown fields");
  if (auto wrong = wrong_head(in)) return malformed("batch: " + *wrong);
  Batch batch;
  batch.enterprise = in.enterprise();
  batch.gateway = in.gateway();
  batch.incarnation.id = to_hex(in.incarnation());
  if (!in.continues().empty()) {
    batch.incarnation.continues = to_hex(in.continues());
    batch.incarnation.continued_to = in.continued_to();
  }
  batch.number = in.number();
  batch.previous = Digest::from_raw(in.previous());
  batch.dictionary = *Digest::from_raw(in.dictionary());
  batch.created = unix_millis(in.created());
  for (const auto& record : in.records()) {
    if (auto wrong = wrong_record(record)) return malformed("batch " + std::to_string(in.number()) + ": " + *wrong);
    batch.records.push_back(read_record(record));
  }
  return batch;
}

std::string seal_batch(std::string_view batch, const SigningKey& key) {
  pb::Envelope envelope;
  envelope.set_format(kFormat);
  envelope.set_key_id(key.public_key().id());
  envelope.set_batch(std::string(batch));
  envelope.set_signature(key.sign(std::string(kBatchPrefix) + std::string(batch)));
  return deterministic_bytes(envelope);
}

Checked<Envelope> open_envelope(std::string_view bytes) {
  if (bytes.size() > kMaxEnvelope) {
    return Refused{Refusal::too_large, "an envelope of " + std::to_string(bytes.size()) + " bytes; at most " +
                                           std::to_string(kMaxEnvelope) + " are taken"};
  }
  pb::Envelope in;
  // A later format may have further fields: it is told by its number before they are looked at.
  if (!parse_leniently(bytes, in)) return malformed("no envelope");
  Envelope envelope{in.format(), in.key_id(), in.batch(), in.signature()};
  if (in.format() > kFormat) return envelope;
  if (in.format() == 0 || has_unknown_fields(in)) return malformed("an envelope with unknown fields or without format");
  if (in.signature().size() != 64 || in.key_id().size() != 16) return malformed("an envelope without signature");
  return envelope;
}

bool verify(const Envelope& envelope, const PublicKey& key) {
  return key.verifies(std::string(kBatchPrefix) + envelope.batch, envelope.signature);
}

}  // namespace songhua::forward
