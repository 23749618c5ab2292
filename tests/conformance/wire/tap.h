#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wire/packets.h"

namespace songhua::conformance {

// Stands between a program and a real broker: passes every byte on, and writes down what the program said. Thread-safe.
class Tap {
 public:
  explicit Tap(std::uint16_t broker_port);
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  [[nodiscard]] std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<Packet> packets() const;
  // Waits until a packet for which `wanted` holds has been said, from number `from` on.
  [[nodiscard]] bool saw(const std::function<bool(const Packet&)>& wanted, std::size_t from = 0) const;
  // Cuts all connections, without a word to either side.
  void cut();

 private:
  struct Pair {
    int client = -1, broker = -1;
    std::size_t number = 0;
    int version = 0;
    std::string unread{};
  };
  void run();
  void accept_one();
  [[nodiscard]] bool pass(Pair& pair, int from, int to, bool from_client);
  void note(Packet packet, std::size_t connection);
  void close(Pair& pair);

  std::uint16_t broker_port_, port_;
  int listener_ = -1;
  std::vector<Pair> pairs_;  // of the thread
  std::size_t accepted_ = 0;
  mutable std::mutex mutex_;
  std::vector<Packet> packets_;
  std::atomic<bool> closing_{false}, cutting_{false};
  std::thread thread_;
};

}  // namespace songhua::conformance
