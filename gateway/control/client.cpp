#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "control/control.h"
#include "control/socket.h"

namespace songhua::control {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunk = std::size_t{64} << 10U;
constexpr Millis kForACommit = std::chrono::minutes{5};  // the gateway may be busy with what came before
constexpr Millis kForTheOrder = std::chrono::hours{2};   // it may read a year of its journal again

}  // namespace

Result<std::unique_ptr<Client>> Client::connect(const std::filesystem::path& path) {
  auto socket = connect_to(path);
  if (!socket) return socket.error();
  if (!socket->open()) return std::unique_ptr<Client>();
  return std::unique_ptr<Client>(new Client(socket->release()));
}

Client::~Client() {
  ::close(socket_);
}

Result<Json> Client::ask(const Json& request, Millis patience) {
  const auto line = request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  for (std::size_t sent = 0; sent < line.size();) {
    const auto size = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (size > 0) sent += static_cast<std::size_t>(size);
    if (size < 0 && errno != EINTR) break;  // it may have been refused in the middle: the answer tells why
  }
  auto answer = next(patience);
  if (answer && answer->is_null()) return Error{"the gateway did not answer within " + format_duration(patience)};
  return answer;
}

Result<Json> Client::next(Millis patience) {
  const auto until = Clock::now() + patience;
  std::size_t searched = 0;
  for (;;) {
    if (const auto end = received_.find('\n', searched); end != std::string::npos) {
      auto line = Json::parse(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      received_.erase(0, end + 1);
      if (line.is_discarded()) return Error{"the gateway's answer cannot be read; is it of another version?"};
      return line;
    }
    searched = received_.size();
    if (ended_) return Error{"the gateway has left"};
    const auto left = std::chrono::duration_cast<Millis>(until - Clock::now());
    pollfd polled{socket_, POLLIN, 0};
    const int ready = left > Millis{0} ? ::poll(&polled, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) return Json();  // a signal: the caller looks whether to go on
    if (ready == 0) return Json();
    std::array<char, kChunk> chunk;
    const auto size = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (size > 0) received_.append(chunk.data(), static_cast<std::size_t>(size));
    if (size == 0 || (size < 0 && errno != EINTR)) ended_ = true;
  }
}

Result<void> Client::hand_over(const Json& request, Millis patience) {
  const auto answer = ask(request, patience);
  if (!answer) return Error{answer.error().message + "; what was handed over may still be taken in"};
  if (answer->contains("error")) return Error{answer->value("error", "refused")};
  return {};
}

Result<void> Client::append(const std::vector<storage::Entry>& entries) {
  return hand_over(encode_entries(entries), kForACommit);
}

Result<void> Client::appended() {
  return hand_over({{"request", "appended"}}, kForTheOrder);
}

}  // namespace songhua::control
