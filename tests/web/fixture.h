#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <string>
#include <utility>

#include "web/server.h"

namespace songhua::web::test {

// A server on a port of the system's choice that serves `handlers`, and clients of it.
class Running {
 public:
  explicit Running(Handlers handlers, Limits limits = {}) : server_("127.0.0.1", 0, std::move(handlers), limits) {
    const auto port = server_.start();
    if (!port) throw std::runtime_error(port.error().message);
    port_ = *port;
  }

  [[nodiscard]] httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(20);
    return client;
  }
  // Status and body of a GET; 0 when there was no answer.
  [[nodiscard]] std::pair<int, std::string> get(const std::string& path) const {
    auto connection = client();
    const auto answer = connection.Get(path.c_str());
    return answer ? std::pair{answer->status, answer->body} : std::pair{0, std::string{}};
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Server& server() { return server_; }

 private:
  Server server_;
  std::uint16_t port_ = 0;
};

}  // namespace songhua::web::test
