#pragma once

#include <functional>
#include <memory>

#include "commands.h"
#include "forward/forwarder.h"
#include "forward/outbox.h"

namespace songhua::gateway {

// An outbox and the thread that sends what it cuts. Used on the pipeline's thread; the store must outlive it.
class Forwarding {
 public:
  // `wake` is called on the forwarding thread when an answer has come. Throws Failure where the key cannot be had.
  Forwarding(storage::Store& store, const config::GatewayConfig& config, std::function<void()> wake);

  // Answers in, batches cut and out. A store that cannot be written is told once and tried again.
  void turn(UnixMillis now);
  // Cuts whatever is due, whatever the cadence says.
  void cut_all(UnixMillis now) { outbox_.cut_all(now); }
  [[nodiscard]] forward::OutboxStatus status() { return outbox_.status(); }
  [[nodiscard]] forward::ForwarderStatus connection() const { return forwarder_.status(); }

 private:
  forward::Outbox outbox_;
  forward::Forwarder forwarder_;
  std::string last_trouble_;
};

// How to present oneself to a broker; reads the password file.
mqtt::ConnectOptions connect_options(const config::Credentials& credentials, config::MqttVersion version);

}  // namespace songhua::gateway
