#include "posix/control.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace songhua::posix {
namespace {

constexpr int kFault = 3;
constexpr std::size_t kLongestLine = 64 * 1024;

bool address_of(const std::string& path, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return true;
}

// Reads up to a line end or the end; waits at most `patience` ms for each piece.
std::optional<std::string> read_line(int socket, int patience) {
  std::string line;
  while (line.size() < kLongestLine) {
    pollfd ready{socket, POLLIN, 0};
    if (::poll(&ready, 1, patience) <= 0) return std::nullopt;
    char c = 0;
    const auto n = ::recv(socket, &c, 1, 0);
    if (n < 0) return std::nullopt;
    if (n == 0) return line.empty() ? std::nullopt : std::optional(line);
    if (c == '\n') return line;
    line += c;
  }
  return std::nullopt;
}

bool write_line(int socket, std::string line) {
  line += '\n';
  std::size_t done = 0;
  while (done < line.size()) {
    const auto n = ::send(socket, line.data() + done, line.size() - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& path, std::function<void()> wake) {
  sockaddr_un address;
  if (!address_of(path, address)) return Error{fmt::format("--control {}: a socket path has 1 to 107 bytes", path)};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool taken = ::connect(probe, generic, sizeof address) == 0;
  ::close(probe);
  if (taken) return Error{fmt::format("--control {}: another songhua-line listens there", path)};
  ::unlink(path.c_str());  // left by one that was killed
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || ::bind(socket, generic, sizeof address) != 0 || ::listen(socket, 8) != 0) {
    const int fault = errno;
    if (socket >= 0) ::close(socket);
    return Error{fmt::format("--control {}: {}", path, std::strerror(fault))};
  }
  return std::unique_ptr<ControlServer>(new ControlServer(path, socket, std::move(wake)));
}

ControlServer::ControlServer(std::string path, int socket, std::function<void()> wake)
    : path_(std::move(path)), socket_(socket), wake_(std::move(wake)), thread_([this] { run(); }) {}

ControlServer::~ControlServer() {
  closing_ = true;
  ::shutdown(socket_, SHUT_RDWR);
  answered_.notify_all();
  thread_.join();
  ::close(socket_);
  ::unlink(path_.c_str());
}

void ControlServer::run() {
  while (!closing_) {
    const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    talk(client);
    ::close(client);
  }
}

void ControlServer::talk(int client) {
  auto line = read_line(client, 5'000);
  if (!line) return;
  std::unique_lock lock(mutex_);
  request_ = std::move(line);
  reply_.reset();
  lock.unlock();
  wake_();
  lock.lock();
  answered_.wait(lock, [this] { return reply_.has_value() || closing_; });
  if (reply_) write_line(client, *reply_);
}

void ControlServer::serve(const std::function<std::string(const std::string&)>& answer) {
  std::unique_lock lock(mutex_);
  if (!request_) return;
  reply_ = answer(*request_);
  request_.reset();
  answered_.notify_all();
}

int control(const std::string& path, const std::string& command) {
  sockaddr_un address;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || !address_of(path, address) ||
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fmt::print(stderr, "songhua-line ctl: {}: no songhua-line listens there ({})\n", path, std::strerror(errno));
    if (socket >= 0) ::close(socket);
    return kFault;
  }
  const bool sent = write_line(socket, command);
  const auto reply = sent ? read_line(socket, 30'000) : std::nullopt;
  ::close(socket);
  if (!reply) {
    fmt::print(stderr, "songhua-line ctl: {}: no answer\n", path);
    return kFault;
  }
  const bool refused = reply->starts_with("error");
  fmt::print(refused ? stderr : stdout, "{}\n", *reply);
  return refused ? 1 : 0;
}

}  // namespace songhua::posix
