#include "wire/packets.h"

namespace songhua::conformance {
namespace {

// MQTT 3.1.1 and 5, 2.1: fixed header, remaining length, then fields. Reads beyond the end give zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  unsigned byte() {
    if (rest_.empty()) return 0;
    const auto b = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return b;
  }
  unsigned word() {
    const auto high = byte();
    return high << 8U | byte();
  }
  std::uint32_t four() {
    const auto high = word();
    return high << 16U | word();
  }
  std::uint32_t varint() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const auto b = byte();
      value |= (b & 127U) << shift;
      if (b < 128) break;
    }
    return value;
  }
  std::string text() { return std::string(take(word())); }
  std::string_view take(std::size_t size) {
    const auto part = rest_.substr(0, size);
    rest_.remove_prefix(part.size());
    return part;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

constexpr unsigned kSessionExpiry = 0x11, kWillDelay = 0x18;

// A four-byte property of a CONNECT or of its will; 0 where it is not there. Others are passed over.
std::uint32_t property(Reader& in, unsigned wanted) {
  Reader properties(in.take(in.varint()));
  std::uint32_t value = 0;
  while (!properties.rest().empty()) {
    const auto id = properties.byte();
    switch (id) {
      case 0x01:
      case 0x17:
      case 0x19:
        properties.byte();
        break;
      case 0x21:
      case 0x22:
        properties.word();
        break;
      case 0x02:
      case kSessionExpiry:
      case kWillDelay:
      case 0x27: {
        const auto v = properties.four();
        if (id == wanted) value = v;
        break;
      }
      case 0x26:
        properties.text();
        properties.text();
        break;
      default:
        properties.text();
    }
  }
  return value;
}

Packet read_connect(Reader in, int& version) {
  Packet p;
  p.kind = Packet::Kind::connect;
  in.text();  // "MQTT"
  version = p.version = static_cast<int>(in.byte());
  const auto flags = in.byte();
  p.clean = (flags & 2U) != 0;
  p.has_will = (flags & 4U) != 0;
  p.qos = static_cast<int>(flags >> 3U & 3U);
  p.retain = (flags & 0x20U) != 0;
  in.word();  // keep alive
  if (version == 5) p.session_expiry = property(in, kSessionExpiry);
  p.client_id = in.text();
  if (!p.has_will) return p;
  if (version == 5) p.will_delay = property(in, kWillDelay);
  p.topic = in.text();
  p.payload = in.text();
  return p;
}

Packet read_subscribe(Reader in, int version) {
  Packet p;
  p.kind = Packet::Kind::subscribe;
  in.word();
  if (version == 5) property(in, 0);
  while (!in.rest().empty()) {
    auto filter = in.text();
    p.filters.emplace_back(std::move(filter), static_cast<int>(in.byte() & 3U));
  }
  return p;
}

Packet read_publish(Reader in, unsigned flags, int version) {
  Packet p;
  p.kind = Packet::Kind::publish;
  p.qos = static_cast<int>(flags >> 1U & 3U);
  p.retain = (flags & 1U) != 0;
  p.topic = in.text();
  if (p.qos > 0) in.word();
  if (version == 5) property(in, 0);
  p.payload = in.rest();
  return p;
}

}  // namespace

std::optional<Taken> take_packet(std::string& bytes, int& version) {
  std::size_t length = 0, header = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (header >= bytes.size()) return std::nullopt;
    const auto b = static_cast<unsigned char>(bytes[header++]);
    length |= static_cast<std::size_t>(b & 127U) << shift;
    if (b < 128 || shift == 21) break;
  }
  if (bytes.size() < header + length) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const std::string body = bytes.substr(header, length);
  bytes.erase(0, header + length);
  Taken taken;
  switch (first >> 4U) {
    case 1:
      taken.packet = read_connect(Reader(body), version);
      break;
    case 3:
      taken.packet = read_publish(Reader(body), first & 15U, version);
      break;
    case 8:
      taken.packet = read_subscribe(Reader(body), version);
      break;
    case 14:
      taken.packet.emplace();
      taken.packet->kind = Packet::Kind::disconnect;
      taken.packet->reason = body.empty() ? 0 : static_cast<unsigned char>(body[0]);
      break;
    default:
      break;
  }
  return taken;
}

}  // namespace songhua::conformance
