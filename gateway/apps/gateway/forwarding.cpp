// `[forward]` of a running gateway, and `forward --drain`.
#include "forwarding.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <fstream>
#include <iostream>
#include <mutex>

namespace songhua::gateway {
namespace {

constexpr Millis kLook{200};  // how often a drain looks again at least

forward::SigningKey signing_key(const config::GatewayConfig& config) {
  auto key = forward::SigningKey::load_or_create(config.store);
  if (!key) throw Failure{kFault, key.error().message};
  return std::move(*key);
}

forward::OutboxOptions outbox_options(const config::GatewayConfig& config) {
  forward::OutboxOptions options;
  options.enterprise = config.enterprise;
  options.gateway = config.id;
  options.cadence = config.forward->cadence;
  options.gap_limit = config.rules.gap;
  return options;
}

forward::ForwarderOptions forwarder_options(const config::GatewayConfig& config) {
  forward::ForwarderOptions options;
  options.enterprise = config.enterprise;
  options.gateway = config.id;
  options.servers = config.forward->servers;
  options.connect = connect_options(config.forward->credentials, config::MqttVersion::v311);
  return options;
}

int verdict(const forward::OutboxStatus& status) {
  for (const auto& batch : status.refused) {
    std::cerr << "batch " << batch.number << " was refused by the centre: " << batch.reason << '\n';
  }
  return status.refused.empty() ? kDone : kNo;
}

bool over(const forward::OutboxStatus& status) {
  return status.dirty == 0 && status.pending == status.refused.size();
}

Failure late(const forward::OutboxStatus& status, const std::string& why) {
  return {kFault, std::to_string(status.pending) + " batches and " + std::to_string(status.dirty) +
                      " line-quarters are still to be committed by the centre" + (why.empty() ? "" : ": " + why)};
}

}  // namespace

mqtt::ConnectOptions connect_options(const config::Credentials& credentials, config::MqttVersion version) {
  mqtt::ConnectOptions options;
  options.version = version == config::MqttVersion::v5 ? mqtt::Version::kV5 : mqtt::Version::kV311;
  options.username = credentials.username;
  if (!credentials.password_file.empty()) {
    std::ifstream in(credentials.password_file);
    if (!in) throw Failure{kUsage, credentials.password_file.string() + ": the password file cannot be read"};
    std::getline(in, options.password);
  }
  options.tls = {credentials.ca.string(), credentials.cert.string(), credentials.key.string()};
  return options;
}

Forwarding::Forwarding(storage::Store& store, const config::GatewayConfig& config, std::function<void()> wake)
    : outbox_(store, signing_key(config), outbox_options(config)),
      forwarder_(forwarder_options(config), std::move(wake)) {}

void Forwarding::turn(UnixMillis now) {
  try {
    forward::exchange(outbox_, forwarder_, now);
    last_trouble_.clear();
  } catch (const SQLite::Exception& problem) {
    // The pipeline's own commit decides what a store in trouble means; what is due stays due.
    if (last_trouble_ != problem.what()) spdlog::error("forwarding waits for the store: {}", problem.what());
    last_trouble_ = problem.what();
  }
}

int forward_drain(const Place& place, const std::string& patience) {
  const auto context = load_context(place);
  if (!context.config.forward)
    throw Failure{kUsage, "the configuration has no [forward]: there is no centre to send to"};
  const auto bound = parse_duration(patience);
  if (!bound) throw Failure{kUsage, "--timeout: " + bound.error().message};
  const auto until = wall_clock() + *bound;

  std::mutex mutex;
  std::condition_variable answered;
  bool woken = false;
  const auto wait = [&] {
    std::unique_lock lock(mutex);
    answered.wait_for(lock, kLook, [&] { return woken; });
    woken = false;
  };

  auto own = storage::Store::open(context.config.store.string(), storage::Access::read_write);
  if (!own) {
    // A running gateway holds the store and forwards by itself: look on until it is done.
    auto store = open_store(context, storage::Access::read_only);
    for (;;) {
      const auto status = forward::outbox_status(*store);
      if (over(status)) return verdict(status);
      if (wall_clock() >= until) throw late(status, {});
      wait();
    }
  }
  Forwarding forwarding(**own, context.config, [&] {
    const std::lock_guard lock(mutex);
    woken = true;
    answered.notify_one();
  });
  for (;;) {
    forwarding.cut_all(wall_clock());
    forwarding.turn(wall_clock());
    const auto status = forwarding.status();
    if (over(status)) return verdict(status);
    if (wall_clock() >= until) throw late(status, forwarding.connection().last_error);
    wait();
  }
}

}  // namespace songhua::gateway
