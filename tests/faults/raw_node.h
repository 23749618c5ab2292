#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/time.h"
#include "sparkplug/message.h"
#include "support/mqtt_probe.h"

// Edge nodes that say whatever they are told, right or wrong.
namespace songhua::test {

// One connection that publishes bytes on any topic. QoS 1, so that what was heard is known and in order.
class Voice {
 public:
  explicit Voice(const std::string& broker_uri, const std::string& client_id = "voice");

  void say(const std::string& topic, const std::string& payload);
  // Everything said so far has reached the broker.
  [[nodiscard]] bool heard() {
    return eventually([&] { return probe_.client().in_flight() == 0; });
  }

 private:
  MqttProbe probe_;
};

// The sender's state of one edge node with a device "L". Metric names are those of design.md's table, aliases fixed.
class RawNode {
 public:
  static constexpr std::uint64_t kGoodAlias = 1;
  static constexpr std::uint64_t kTemperatureAlias = 2;
  static constexpr const char* kGood = "Output/p/CN/Good";

  RawNode(Voice& voice, std::string group, std::string node)
      : voice_(voice), group_(std::move(group)), node_(std::move(node)) {}

  // A payload with time and the next seq, to be filled and sent.
  [[nodiscard]] sparkplug::Payload next(UnixMillis time);
  [[nodiscard]] std::string topic(const std::string& type, const std::string& device = "") const;
  void send(const std::string& type, const std::string& device, const sparkplug::Payload& payload);
  void send_raw(const std::string& type, const std::string& device, const std::string& bytes) {
    voice_.say(topic(type, device), bytes);
  }

  void birth(UnixMillis time, std::int64_t good);  // NBIRTH and DBIRTH of L; seq begins at 0
  void data(UnixMillis time, std::int64_t good);   // DDATA of L, by alias
  void death(std::uint64_t bd_seq);
  void skip(std::uint64_t messages) { seq_ = (seq_ + messages) % 256; }
  [[nodiscard]] std::uint64_t bd_seq() const { return bd_seq_; }
  [[nodiscard]] std::string line() const { return group_ + "/" + node_ + "/L"; }

 private:
  Voice& voice_;
  std::string group_, node_;
  std::uint64_t seq_ = 0;
  std::uint64_t bd_seq_ = 0;
};

// A metric by alias, name or both.
sparkplug::Metric& add_metric(sparkplug::Payload& payload, std::optional<std::uint64_t> alias,
                              const std::string& name = "");
void add_total(sparkplug::Payload& payload, std::int64_t value);  // of L, by alias

}  // namespace songhua::test
