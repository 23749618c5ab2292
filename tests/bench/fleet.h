#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "model/time.h"
#include "mqtt/client.h"
#include "sparkplug/message.h"

// Many edge nodes in one process and on one connection: enough to load a host, whatever it costs the sender.
namespace songhua::bench {

struct FleetOptions {
  std::string broker;
  int nodes = 100;
  int devices = 10;  // of each node; a device is a line
  int totals = 16;   // metrics of a line: counters ...
  int gauges = 4;    // ... and process values
};

// Used by one thread; the library's thread only counts.
class Fleet final : public mqtt::Handler {
 public:
  explicit Fleet(FleetOptions options);

  void connect();                       // waits until it is done
  void drop() { client_.drop(); }       // without a word
  void birth_all(bool new_session);     // NBIRTH and DBIRTHs of all nodes
  void tick(double messages_a_second);  // one DDATA of every line; 0: as fast as it goes
  void answer_rebirths();               // births of the nodes that were asked for them
  void flush();                         // waits until the socket took all

  [[nodiscard]] int lines() const { return options_.nodes * options_.devices; }
  [[nodiscard]] std::uint64_t metrics_of_a_message() const {
    return static_cast<std::uint64_t>(options_.totals + options_.gauges);
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }
  // When nodes were asked for a rebirth.
  [[nodiscard]] std::vector<UnixMillis> rebirth_requests() const;
  // What a line's counter has counted since its birth.
  [[nodiscard]] std::int64_t total(int line, int product) const { return counters_[index(line, product)]; }
  [[nodiscard]] std::string line(int i) const;

  void on_connected(mqtt::Generation) override { connected_ = true; }
  void on_connect_failed(mqtt::Generation, const std::string&) override { failed_ = true; }
  void on_lost(mqtt::Generation, const std::string&) override { connected_ = false; }
  void on_message(mqtt::Generation, std::string_view topic, std::string_view, mqtt::Qos, bool) override;

 private:
  struct Node {
    std::uint8_t seq = 0;
    std::uint64_t bd_seq = 0;
  };
  void birth(int number, bool new_session);
  void publish(const std::string& topic);
  sparkplug::Metric& add(int node, int device, int metric_index, bool named);
  [[nodiscard]] std::size_t index(int line, int product) const {
    return static_cast<std::size_t>(line) * static_cast<std::size_t>(options_.totals) +
           static_cast<std::size_t>(product);
  }
  std::uint32_t random();
  void begin_payload(Node& node);
  [[nodiscard]] std::uint64_t now() const;

  const FleetOptions options_;
  std::vector<Node> nodes_;
  std::vector<std::int64_t> counters_;
  std::uint32_t random_ = 2'463'534'242;
  std::int64_t ticks_ = 0;
  UnixMillis start_;
  sparkplug::Payload payload_;  // reused
  std::string bytes_;
  std::uint64_t sent_ = 0, sent_bytes_ = 0;
  std::atomic<bool> connected_{false}, failed_{false};
  mutable std::mutex mutex_;
  std::vector<std::pair<UnixMillis, int>> asked_;  // when, node
  std::size_t answered_ = 0;
  mqtt::Client client_;  // last
};

}  // namespace songhua::bench
