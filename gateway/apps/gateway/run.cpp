// `songhua-gateway run`: the rooms wired together. One pipeline thread (this one), Paho's network threads, one
// forwarding thread.
#include <spdlog/spdlog.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/config.h"
#include "forward/forwarder.h"
#include "forward/keys.h"
#include "forward/outbox.h"
#include "ingest/host.h"
#include "ingest/pipeline.h"
#include "lines/mapping.h"
#include "storage/store.h"

namespace songhua::gateway {
namespace {

constexpr int kUsage = 2;
constexpr int kFault = 3;

std::atomic<ingest::Host*> g_host{nullptr};
extern "C" void on_signal(int) {
  if (auto* host = g_host.load()) host->stop();
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{path.string() + ": cannot be read"};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string secret(const std::filesystem::path& path) {
  if (path.empty()) return {};
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

mqtt::ConnectOptions connect_options(const config::Credentials& credentials, config::MqttVersion version) {
  mqtt::ConnectOptions options;
  options.version = version == config::MqttVersion::v5 ? mqtt::Version::kV5 : mqtt::Version::kV311;
  options.username = credentials.username;
  options.password = secret(credentials.password_file);
  options.tls = {credentials.ca.string(), credentials.cert.string(), credentials.key.string()};
  return options;
}

ingest::HostOptions host_options(const config::GatewayConfig& config) {
  ingest::HostOptions options;
  options.host_id = config.sparkplug.host_id;
  options.servers = config.sparkplug.servers;
  options.subscribe = config.sparkplug.subscribe;
  options.connect = connect_options(config.sparkplug.credentials, config.sparkplug.mqtt);
  options.connect.client_id = config.sparkplug.client_id;
  options.rebirth.enabled = config.sparkplug.rebirth != config::RebirthPolicy::off;
  options.rebirth_only_by_timer = config.sparkplug.rebirth == config::RebirthPolicy::timer_only;
  return options;
}

// What the loop does for forwarding at each turn: answers in, batches cut, batches out.
class Forwarding {
 public:
  Forwarding(storage::Store& store, forward::SigningKey key, const config::GatewayConfig& config)
      : outbox_(store, std::move(key), {config.enterprise, config.id, config.forward->cadence, config.rules.gap}),
        forwarder_(options(config)) {}

  void turn(UnixMillis now) {
    for (const auto& event : forwarder_.take()) {
      if (std::holds_alternative<forward::Connected>(event)) outbox_.connected();
      if (const auto* ack = std::get_if<forward::Ack>(&event)) outbox_.apply(*ack, now);
      if (const auto* resync = std::get_if<forward::ResyncAsked>(&event)) outbox_.resync(resync->since);
    }
    outbox_.cut(now);
    for (auto& out : outbox_.to_send(now, forwarder_.room())) forwarder_.send(std::move(out));
  }

 private:
  static forward::ForwarderOptions options(const config::GatewayConfig& config) {
    forward::ForwarderOptions options;
    options.enterprise = config.enterprise;
    options.gateway = config.id;
    options.servers = config.forward->servers;
    options.connect = connect_options(config.forward->credentials, config::MqttVersion::v311);
    return options;
  }
  forward::Outbox outbox_;
  forward::Forwarder forwarder_;
};

// The mapping in force is part of the recording: its text is journaled whenever it changes.
Result<lines::Mapping> load_mapping(const config::GatewayConfig& config, storage::Store& store,
                                    std::vector<storage::Entry>& changes, UnixMillis now) {
  std::string text;
  if (std::filesystem::exists(config.lines)) {
    auto read = read_file(config.lines);
    if (!read) return read.error();
    text = *read;
  }
  auto mapping = lines::Mapping::parse(text, config.lines.filename().string());
  if (mapping && store.fact("config:lines.toml").value_or("") != text) {
    store.set_fact("config:lines.toml", text);
    changes.push_back({storage::EntryKind::config, storage::Fate::noted, now, 0, "lines.toml", text, 0});
  }
  return mapping;
}

}  // namespace

int run_gateway(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text) {
    spdlog::error("{}", text.error().message);
    return kUsage;
  }
  const auto config = config::GatewayConfig::parse(*text, std::filesystem::absolute(file));
  if (!config) {
    spdlog::error("{}", config.error().message);
    return kUsage;
  }
  auto opened = storage::Store::open(config->store.string(), storage::Access::read_write);
  if (!opened) {
    spdlog::error("{}", opened.error().message);
    return kFault;
  }
  auto& store = **opened;
  const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  store.set_fact("gateway", config->id);
  store.set_fact("enterprise", config->enterprise);

  std::vector<storage::Entry> changes;
  auto mapping = load_mapping(*config, store, changes, now);
  if (!mapping) {
    spdlog::error("{}", mapping.error().message);
    return kUsage;
  }
  ingest::PipelineOptions options;
  options.mapping = std::move(*mapping);
  options.limits = {config->rules.future, config->rules.floor};
  options.gap = config->rules.gap;
  options.settle = config->rules.settle;
  options.zone = config->time_zone;
  options.session.reorder_timeout = config->sparkplug.reorder_timeout;
  options.session.rebirth_on_unknown = config->sparkplug.rebirth == config::RebirthPolicy::automatic;
  ingest::Pipeline pipeline(store, options);
  for (const auto& change : changes) pipeline.repeat(change);

  std::unique_ptr<Forwarding> forwarding;
  if (config->forward) {
    auto key = forward::SigningKey::load_or_create(config->store);
    if (!key) {
      spdlog::error("{}", key.error().message);
      return kFault;
    }
    forwarding = std::make_unique<Forwarding>(store, std::move(*key), *config);
  }

  ingest::HostHooks hooks;
  hooks.turn = [&](UnixMillis t) {
    if (forwarding) forwarding->turn(t);
  };
  ingest::Host host(store, pipeline, host_options(*config), hooks);
  g_host = &host;
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::info("gateway={} enterprise={} store={} servers={}", config->id, config->enterprise, config->store.string(),
               config->sparkplug.servers.size());
  host.run();
  g_host = nullptr;
  spdlog::info("stopped");
  return 0;
}

}  // namespace songhua::gateway
