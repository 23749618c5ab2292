#include "mqtt/socket_tap.h"

#include <MQTTAsync.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <mutex>
#include <string_view>
#include <utility>

namespace songhua::mqtt {
namespace {

constexpr std::string_view kConnack = " <- CONNACK rc: ";
constexpr std::size_t kStamp = std::string_view{"19700101 000000.000 "}.size();

std::mutex taps_mutex;
int taps = 0;
thread_local int last_connack_socket = -1;

// On the library's threads, under the library's lock: no more than reading a number.
void read_trace(MQTTASYNC_TRACE_LEVELS level, char* text) {
  if (level != MQTTASYNC_TRACE_PROTOCOL) return;
  const std::string_view line{text};
  if (line.size() <= kStamp || line.find(kConnack) == std::string_view::npos) return;
  int socket = -1;
  const auto parsed = std::from_chars(line.data() + kStamp, line.data() + line.size(), socket);
  if (parsed.ec == std::errc{}) last_connack_socket = socket;
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  reset();
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

void Socket::reset() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
}

bool Socket::shut_down() {
  return descriptor_ >= 0 && (shutdown(descriptor_, SHUT_RDWR), true);
}

SocketTap::SocketTap() {
  const std::lock_guard lock(taps_mutex);
  if (++taps > 1) return;
  MQTTAsync_setTraceCallback(read_trace);
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_PROTOCOL);
}

SocketTap::~SocketTap() {
  const std::lock_guard lock(taps_mutex);
  if (--taps == 0) MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
}

Socket SocketTap::duplicate_of_last_connack() {
  struct stat status {};
  const int original = std::exchange(last_connack_socket, -1);
  if (original < 0 || fstat(original, &status) != 0 || !S_ISSOCK(status.st_mode)) return {};
  return Socket{fcntl(original, F_DUPFD_CLOEXEC, 0)};
}

}  // namespace songhua::mqtt
