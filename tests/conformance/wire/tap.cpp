#include "wire/tap.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include "support/port.h"
#include "support/wait.h"

namespace songhua::conformance {
namespace {

constexpr int kTurn = 10;  // ms: how soon cut() and the end are seen

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::int64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool send_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const auto n = ::send(socket, data, size, MSG_NOSIGNAL);
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

Tap::Tap(std::uint16_t broker_port) : broker_port_(broker_port), port_(test::free_port()) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(port_);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the tap cannot listen on port " + std::to_string(port_));
  }
  thread_ = std::thread([this] { run(); });
}

Tap::~Tap() {
  closing_ = true;
  thread_.join();
  ::close(listener_);
}

std::vector<Packet> Tap::packets() const {
  const std::lock_guard lock(mutex_);
  return packets_;
}

bool Tap::saw(const std::function<bool(const Packet&)>& wanted, std::size_t from) const {
  return test::eventually([&] {
    const std::lock_guard lock(mutex_);
    for (auto i = from; i < packets_.size(); ++i) {
      if (wanted(packets_[i])) return true;
    }
    return false;
  });
}

void Tap::cut() {
  cutting_ = true;
  static_cast<void>(test::eventually([this] { return !cutting_; }));
}

void Tap::run() {
  while (!closing_) {
    std::vector<pollfd> ready{{listener_, POLLIN, 0}};
    for (const auto& pair : pairs_) {
      ready.push_back({pair.client, POLLIN, 0});
      ready.push_back({pair.broker, POLLIN, 0});
    }
    ::poll(ready.data(), ready.size(), kTurn);
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      auto& pair = pairs_[i];
      const bool alive = (ready[1 + 2 * i].revents == 0 || pass(pair, pair.client, pair.broker, true)) &&
                         (ready[2 + 2 * i].revents == 0 || pass(pair, pair.broker, pair.client, false));
      if (!alive || cutting_) close(pair);
    }
    cutting_ = false;
    std::erase_if(pairs_, [](const Pair& pair) { return pair.client < 0; });
    if (ready[0].revents != 0) accept_one();
  }
  for (auto& pair : pairs_) close(pair);
}

void Tap::accept_one() {
  Pair pair;
  pair.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  pair.broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(broker_port_);
  if (::connect(pair.broker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(pair.client);
    ::close(pair.broker);
    return;
  }
  pair.number = accepted_++;
  pairs_.push_back(std::move(pair));
}

// False: one side has closed. Both sides read at once what they are sent, so that blocking writes are no danger here.
bool Tap::pass(Pair& pair, int from, int to, bool from_client) {
  std::array<char, 65536> buffer;
  const auto n = ::recv(from, buffer.data(), buffer.size(), 0);
  if (n <= 0) return false;
  if (from_client) {
    pair.unread.append(buffer.data(), static_cast<std::size_t>(n));
    while (auto taken = take_packet(pair.unread, pair.version)) {
      if (taken->packet) note(std::move(*taken->packet), pair.number);
    }
  }
  return send_all(to, buffer.data(), static_cast<std::size_t>(n));
}

void Tap::note(Packet packet, std::size_t connection) {
  packet.connection = connection;
  packet.at = wall_ms();
  const std::lock_guard lock(mutex_);
  packets_.push_back(std::move(packet));
}

void Tap::close(Pair& pair) {
  ::close(pair.client);
  ::close(pair.broker);
  pair.client = -1;
  note({}, pair.number);
}

}  // namespace songhua::conformance
