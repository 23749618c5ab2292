// `songhua-gateway run`: the rooms wired together. One pipeline thread (this one), Paho's network threads, one
// forwarding thread.
#include <spdlog/spdlog.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.h"
#include "config/config.h"
#include "ingest/host.h"
#include "ingest/pipeline.h"
#include "lines/mapping.h"
#include "storage/store.h"

namespace songhua::gateway {
namespace {

std::atomic<ingest::Host*> g_host{nullptr};
extern "C" void on_signal(int) {
  if (auto* host = g_host.load()) host->stop();
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

}  // namespace

int run_gateway(const std::filesystem::path& file) {
  const auto context = load_context({file.string(), {}});
  const auto& config = context.config;
  if (config.forward) {
    throw Failure{kUsage, "[forward] is configured, but this version only keeps what is due and cannot send it yet"};
  }
  auto store = open_store(context, storage::Access::read_write);
  store->set_fact("gateway", config.id);
  store->set_fact("enterprise", config.enterprise);

  ingest::Pipeline pipeline(*store, pipeline_options(context));
  // The mapping in force is part of the recording: its text is journaled whenever it changes.
  if (store->fact("config:lines.toml").value_or("") != context.mapping_text) {
    store->set_fact("config:lines.toml", context.mapping_text);
    pipeline.repeat({storage::EntryKind::config, storage::Fate::noted, wall_clock(), 0, "lines.toml", context.mapping_text, 0});
  }

  ingest::Host host(*store, pipeline, host_options(config), {});
  g_host = &host;
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  spdlog::info("gateway={} enterprise={} store={} servers={}", config.id, config.enterprise, config.store.string(),
               config.sparkplug.servers.size());
  host.run();
  g_host = nullptr;
  spdlog::info("stopped");
  return kDone;
}

}  // namespace songhua::gateway
