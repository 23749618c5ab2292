#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a client says to a broker, read from the bytes themselves: the library's own word for what it sent is not asked.
namespace songhua::conformance {

struct Packet {
  enum class Kind : std::uint8_t { connect, subscribe, publish, disconnect, closed };
  Kind kind = Kind::closed;
  std::size_t connection = 0;  // counted from 0 in the order in which they were accepted
  std::int64_t at = 0;         // ms since the Unix epoch, by the tap's clock
  // connect
  int version = 0;  // 4: MQTT 3.1.1, 5: MQTT 5
  bool clean = false;
  std::uint32_t session_expiry = 0;
  std::string client_id{};
  bool has_will = false;
  std::uint32_t will_delay = 0;
  // publish, and the will of a connect
  std::string topic{}, payload{};
  int qos = 0;
  bool retain = false;
  // subscribe
  std::vector<std::pair<std::string, int>> filters{};
  // disconnect: MQTT 5's reason, 0 where none is given
  int reason = 0;
};

// The next whole packet at the front of `bytes`, taken off; none while it is not all there. Packets of other kinds
// (acknowledgements, pings) are taken off as well, with nothing in `packet`. `version` is the connection's: set by its
// CONNECT.
struct Taken {
  std::optional<Packet> packet;
};
std::optional<Taken> take_packet(std::string& bytes, int& version);

}  // namespace songhua::conformance
