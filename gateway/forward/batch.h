#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "forward/digest.h"
#include "forward/keys.h"
#include "model/series.h"
#include "model/time.h"
#include "rollup/record.h"
#include "storage/dictionary.h"
#include "storage/store.h"

// The batch format, both ends (proto/songhua/v1/forward.proto states the wire). Pure: no I/O, no clock, no threads.
namespace songhua::forward {

inline constexpr std::uint32_t kFormat = 1;  // the highest that this program writes and reads

// What a receiver takes; a sender stays below. Anything larger is refused unread.
inline constexpr std::size_t kMaxEnvelope = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxDictionary = std::size_t{64} << 20U;  // uncompressed
inline constexpr std::size_t kMaxRecords = 20'000;                     // of one batch
inline constexpr std::size_t kMaxId = 128;                             // bytes of an enterprise's or gateway's id

// Why something was not taken. Words are stable: gateways and operators tell them apart.
enum class Refusal : std::uint8_t {
  too_large,
  malformed,        // not protobuf, unknown fields, ids or lengths out of range
  newer_format,     // a later version's envelope or record
  unknown_gateway,  // not enrolled
  unknown_key,      // enrolled, with another key
  bad_signature,
  wrong_topic,  // signed by one gateway, sent as another
  bad_record,   // a record that its dictionary does not explain, or with values out of range
  number_taken  // another batch of the incarnation has the number: the store was restored from an image
};
std::string_view to_string(Refusal refusal);
std::optional<Refusal> parse_refusal(std::string_view text);

struct Refused {
  Refusal code = Refusal::malformed;
  std::string text;  // for a person: what, where, what to do
};

template <typename T>
using Checked = std::variant<T, Refused>;

// Enterprise and gateway ids are levels of a topic: 1..128 bytes of UTF-8 without '/', '+', '#', blanks and controls.
Result<void> check_id(std::string_view id);

// --- Batches -----------------------------------------------------------------------------------------------------

struct BatchRecord {
  rollup::LineIndex line{};
  storage::SourceIndex source{};
  Window window;
  std::uint64_t generation = 0;
  std::string content;  // rollup/codec.h; empty: retracts
  bool operator==(const BatchRecord&) const = default;
};

struct Batch {
  std::string enterprise;
  std::string gateway;
  storage::Incarnation incarnation;
  std::uint64_t number = 0;
  std::optional<Digest> previous;
  Digest dictionary;
  UnixMillis created;
  std::vector<BatchRecord> records;
};

std::string encode_batch(const Batch& batch);
// Checks form and limits, not the records' content (see check_record).
Checked<Batch> decode_batch(std::string_view bytes);

// A batch as it is stored and sent.
struct Envelope {
  std::uint32_t format = kFormat;
  std::string key_id;
  std::string batch;
  std::string signature;
  [[nodiscard]] Digest hash() const { return Digest::of(batch); }
};

std::string seal_batch(std::string_view batch, const SigningKey& key);
// Only the envelope: who claims to have signed what.
Checked<Envelope> open_envelope(std::string_view bytes);
// The key is the one enrolled under envelope.key_id.
[[nodiscard]] bool verify(const Envelope& envelope, const PublicKey& key);

// --- Dictionaries ------------------------------------------------------------------------------------------------

struct DictionaryLine {
  LineId id;
  std::optional<UnixMillis> gone_since;
  bool operator==(const DictionaryLine&) const = default;
};

// What the small integers of one gateway mean; also the table that its records are joined with.
struct WireDictionary final : rollup::SeriesTable {
  std::vector<DictionaryLine> lines;
  std::vector<SeriesSpec> series;
  std::vector<std::string> sources;
  Millis gap_limit = kQuarterHour;

  [[nodiscard]] const SeriesSpec& spec(rollup::SeriesIndex index) const override {
    return series.at(static_cast<std::size_t>(index));
  }
};

std::string encode_dictionary(const WireDictionary& dictionary);
Checked<WireDictionary> decode_dictionary(std::string_view bytes);

struct SignedDictionary {
  std::uint32_t format = kFormat;
  std::string key_id;
  std::string compressed;
  std::string signature;
};
std::string seal_dictionary(std::string_view dictionary, const SigningKey& key);
Checked<SignedDictionary> open_dictionary_envelope(std::string_view bytes);
[[nodiscard]] bool verify(const SignedDictionary& dictionary, const PublicKey& key);
// The uncompressed bytes.
Checked<std::string> inflate_dictionary(const SignedDictionary& dictionary);

// May this record stand in a store? It decodes, its window is the stated one, the dictionary knows its line, source and
// series, these are the line's and of the stated kind, and times and values are within bounds in which no later sum
// can overflow.
std::optional<Refused> check_record(const BatchRecord& record, const WireDictionary& dictionary);

// --- What the centre says ----------------------------------------------------------------------------------------

struct Ack {
  enum class Status : std::uint8_t { committed, need_dictionary, refused };
  std::string incarnation;  // 32 hex digits; empty where the batch could not be read
  std::uint64_t number = 0;
  Digest hash;
  Status status = Status::refused;
  std::string code;  // refused: to_string(Refusal), or a later version's
  std::string text;
  std::uint64_t highest = 0;  // of the incarnation, known to the centre
  std::uint32_t highest_format = kFormat;
  std::optional<Digest> dictionary;  // need_dictionary: which
};
std::string encode_ack(const Ack& ack);
Result<Ack> decode_ack(std::string_view bytes);

std::string encode_resync(UnixMillis since);
Result<UnixMillis> decode_resync(std::string_view bytes);

// --- Topics ------------------------------------------------------------------------------------------------------

enum class Channel : std::uint8_t { dictionary, rollup, ack, resync };
struct Topic {
  std::string enterprise;
  std::string gateway;
  Channel channel = Channel::rollup;
};
std::string topic_of(std::string_view enterprise, std::string_view gateway, Channel channel);
std::optional<Topic> parse_topic(std::string_view topic);
// "songhua/v1/+/+/rollup"
std::string topic_filter(Channel channel);

}  // namespace songhua::forward
