// `songhua-gateway run`: the rooms wired together. One pipeline thread (this one), Paho's network threads, one
// forwarding thread.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "config/config.h"
#include "control.h"
#include "forwarding.h"
#include "http.h"
#include "ingest/host.h"
#include "ingest/pipeline.h"
#include "intake.h"
#include "retention.h"
#include "storage/store.h"

namespace songhua::gateway {
namespace {

std::atomic<ingest::Host*> g_host{nullptr};
extern "C" void on_signal(int) {
  if (auto* host = g_host.load()) host->stop();
}

ingest::HostOptions host_options(const config::GatewayConfig& config) {
  ingest::HostOptions options;
  options.host_id = config.sparkplug.host_id;
  options.servers = config.sparkplug.servers;
  options.subscribe = config.sparkplug.subscribe;
  options.connect = connect_options(config.sparkplug.credentials, config.sparkplug.mqtt);
  options.connect.client_id = config.sparkplug.client_id;
  options.rebirth.enabled = config.sparkplug.rebirth != config::RebirthPolicy::off;
  options.rebirth.per_second = static_cast<std::uint32_t>(config.sparkplug.rebirths_per_second);
  options.reconnect = {config.sparkplug.reconnect.first, config.sparkplug.reconnect.longest};
  options.queue_messages = static_cast<std::size_t>(config.queue.messages);
  options.queue_bytes = config.queue.max_bytes;
  options.rebirth_only_by_timer = config.sparkplug.rebirth == config::RebirthPolicy::timer_only;
  return options;
}

}  // namespace

int run_gateway(const std::filesystem::path& file, bool no_disconnect) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("songhua-gateway"));
  const auto context = load_context({file.string(), {}});
  const auto& config = context.config;
  auto store = open_store(context, storage::Access::read_write);
  store->set_fact("gateway", config.id);
  store->set_fact("enterprise", config.enterprise);

  ingest::Pipeline pipeline(*store, pipeline_options(context));
  adopt_mapping(pipeline, context);
  Retention retention(*store, pipeline, config.journal);

  std::unique_ptr<Forwarding> forwarding;
  std::unique_ptr<Control> control;
  const auto http = Http::start(config);
  ingest::Host* running = nullptr;  // the hooks are called by it only
  ingest::HostHooks hooks;
  hooks.committed = [&](const ingest::CommitResult& result) {
    if (http) http->committed(result);
  };
  hooks.turn = [&](UnixMillis now) {
    retention.turn(now);
    if (forwarding) forwarding->turn(now);
    if (control) control->turn(now);
    if (http) http->turn(now, *running, pipeline, forwarding.get());
  };
  auto options = host_options(config);
  options.no_disconnect = no_disconnect;
  ingest::Host host(*store, pipeline, options, hooks);
  running = &host;
  if (config.forward) forwarding = std::make_unique<Forwarding>(*store, config, [&host] { host.wake(); });
  control = std::make_unique<Control>(file, context, *store, pipeline, host, forwarding);
  g_host = &host;
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a full disk, not a reason to die
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  spdlog::info("gateway={} enterprise={} store={} servers={}", config.id, config.enterprise, config.store.string(),
               config.sparkplug.servers.size());
  host.run();
  control.reset();  // before the host that they wake
  forwarding.reset();
  g_host = nullptr;
  spdlog::info("stopped");
  return kDone;
}

}  // namespace songhua::gateway
