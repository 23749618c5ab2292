#include "ingest/entries.h"

namespace songhua::ingest {
namespace {

constexpr std::size_t kBytesShown = 65'536;  // of a refused payload; the journal has it whole

}  // namespace

// FNV-1a, 64 bits.
std::uint64_t digest_of(std::string_view topic, std::string_view payload) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  };
  mix(topic);
  mix(payload);
  return hash;
}

std::string node_of(const sparkplug::Topic& topic) {
  return std::string(topic.group) + '/' + std::string(topic.node);
}

std::string told_on(std::uint8_t server) {
  if (server == 0) return {};
  return server >= 0x80 ? std::string("imported") : "server " + std::to_string(server + 1);
}

std::string encode_position(storage::Position position) {
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(position.value >> (8 * i)));
  return bytes;
}

std::optional<storage::Position> decode_position(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  storage::Position position;
  for (std::size_t i = 8; i-- > 0;) position.value = position.value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return position;
}

Take take_of_resolution(const storage::Entry& resolution) {
  return resolution.fate == storage::Fate::held ? Take::named : Take::completed;
}

storage::Quarantined quarantined(const storage::Entry& entry, const std::string& reason, const std::string& detail,
                                 storage::Position position) {
  storage::Quarantined q;
  q.received = entry.received;
  q.reason = reason;
  q.topic = entry.topic;
  q.detail = detail;
  q.position = position.value;
  q.payload = entry.payload.substr(0, kBytesShown);
  return q;
}

}  // namespace songhua::ingest
