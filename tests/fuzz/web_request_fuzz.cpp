#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/calendar.h"
#include "web/server.h"

// Bytes of a stranger on the HTTP port: paths, parameters, headers, several requests in one connection. The server
// answers or hangs up, and answers the next one; no handler sees a parameter that it cannot look at.
using namespace songhua;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

web::Handlers handlers() {
  web::Handlers handlers;
  handlers.status = [] { return nlohmann::json{{"role", "gateway"}}; };
  const auto answer = [](const web::Params& params) -> Result<std::string> {
    if (auto known = params.only({"from", "grain", "exact", "line"}, "line"); !known) return known.error();
    const auto from = TimeZone::shanghai().parse(params.get("from").value_or("2019-03-01"));
    if (!from) return from.error();
    const auto grain = parse_grain(params.get("grain").value_or("day"));
    if (!grain) return grain.error();
    const auto exact = params.flag("exact");
    if (!exact) return exact.error();
    return nlohmann::json(params.all("line")).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  handlers.rollup = handlers.indicators = answer;
  return handlers;
}

std::uint16_t port() {
  static web::Server server("127.0.0.1", 0, handlers(), {.threads = 4, .queue = 8, .event_listeners = 1});
  static const auto port = server.start();
  check(port.ok());
  return *port;
}

// What the server says to `bytes`: until it hangs up, or, to a request of which more might come, as long as it speaks.
// (Closing the sending side to tell it that nothing comes would do, but it answers nobody who did so.)
std::string exchange(std::string_view bytes, bool whole) {
  constexpr int kHangs = 15'000;  // ms, beyond the server's own limits
  constexpr int kSpeaks = 4;
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  check(socket >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  static_cast<void>(send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));  // it may have hung up already
  std::string answer;
  char buffer[4096];
  while (true) {
    pollfd wait{socket, POLLIN, 0};
    const int ready = poll(&wait, 1, whole ? kHangs : kSpeaks);
    if (ready < 0 && errno == EINTR) continue;  // the fuzzer's own clock
    check(ready > 0 || !whole);
    const auto got = ready > 0 ? recv(socket, buffer, sizeof buffer, 0) : 0;
    if (got <= 0) break;
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  close(socket);
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto address = web::parse_address(bytes.substr(0, bytes.find('\n')))) check(!address->host.empty());
  const auto answer = exchange(bytes, false);
  check(answer.empty() || answer.starts_with("HTTP/1.1 "));
  const auto alive = exchange("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", true);
  check(alive.starts_with("HTTP/1.1 200"));
  return 0;
}
