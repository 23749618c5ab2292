#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/port.h"
#include "support/process.h"
#include "support/temp_dir.h"

namespace songhua::test {

// A real mosquitto on a free loopback port, with a folder of its own. Runs when constructed.
class Broker {
 public:
  struct Options {
    bool persistence = false;                    // what it holds survives stop(), and kill_now() but for a moment
    std::map<std::string, std::string> users{};  // name -> password; none: anybody
    std::optional<std::filesystem::path> certificate{};  // with key: TLS
    std::optional<std::filesystem::path> key{};
    std::optional<std::filesystem::path> ca{};  // clients need a certificate of it
    std::string more{};                         // further lines of mosquitto.conf
  };

  Broker() : Broker(Options{}) {}
  explicit Broker(const Options& options);

  void start();     // again after it ended, on the same port; waits until it accepts connections
  void stop();      // SIGTERM, in order
  void kill_now();  // SIGKILL
  void restart() { stop(), start(); }
  void pause() { process_->signal(SIGSTOP); }  // neither reads nor writes, connections stay
  void resume() { process_->signal(SIGCONT); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string uri() const;  // tcp://127.0.0.1:PORT or ssl://127.0.0.1:PORT
  [[nodiscard]] std::string log() const { return process_ ? process_->err() : ""; }

 private:
  TempDir directory_;
  const bool tls_;
  const std::uint16_t port_ = free_port();
  std::unique_ptr<Process> process_;
};

}  // namespace songhua::test
