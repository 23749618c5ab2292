#include "support/port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>

namespace songhua::test {
namespace {

constexpr std::uint16_t kFirst = 20'000, kCount = 10'000;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Binding works even where a connection of an earlier test lingers, as it does for a server.
bool can_listen(std::uint16_t port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(port);
  const bool free =
      bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(probe, 1) == 0;
  close(probe);
  return free;
}

// An abstract Unix socket serves as the lock: it vanishes with the process, however that ends. Deliberately never
// closed before.
bool reserve(std::uint16_t port) {
  const int lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string text = "songhua-test-port-" + std::to_string(port);
  std::memcpy(name.sun_path + 1, text.data(), text.size());  // a leading NUL: abstract
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  if (bind(lock, reinterpret_cast<const sockaddr*>(&name), length) == 0) return true;
  close(lock);
  return false;
}

}  // namespace

std::uint16_t free_port() {
  static std::mutex mutex;
  static auto next = static_cast<std::uint32_t>(getpid()) * 37U;  // apart from others that search at this moment
  const std::lock_guard lock(mutex);
  for (std::uint32_t tries = 0; tries < kCount; ++tries) {
    const auto port = static_cast<std::uint16_t>(kFirst + next++ % kCount);
    if (reserve(port) && can_listen(port)) return port;
  }
  throw std::runtime_error("no free loopback port");
}

bool port_answers(std::uint16_t port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const bool answers = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return answers;
}

}  // namespace songhua::test
