// `songhua-central run`: one worker. The main thread owns the store that is written; HTTP reads through connections of
// its own.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "answers.h"
#include "central/receiver.h"
#include "commands.h"
#include "operator_role.h"
#include "web/server.h"

namespace songhua::centre_program {
namespace {

std::string secret(const std::filesystem::path& path) {
  if (path.empty()) return {};
  auto text = read_file(path);
  return text.substr(0, text.find_first_of("\r\n"));
}

central::ReceiverOptions receiver_options(const config::CentralConfig& config) {
  central::ReceiverOptions options;
  options.servers = config.broker.servers;
  auto& connect = options.connect;
  connect.client_id = config.broker.client_id;
  connect.version = config.broker.mqtt == config::MqttVersion::v5 ? mqtt::Version::kV5 : mqtt::Version::kV311;
  connect.username = config.broker.credentials.username;
  connect.password = secret(config.broker.credentials.password_file);
  connect.tls = {config.broker.credentials.ca.string(), config.broker.credentials.cert.string(),
                 config.broker.credentials.key.string()};
  options.intake.settle = config.rules.settle;
  options.intake.zone = config.time_zone;
  return options;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Beyond loopback the operator's role is for whoever shows the token, if there is one.
std::unique_ptr<web::Server> server_of(const config::CentralConfig& config, Answers& answers) {
  const auto& http = config.http;
  const bool inside = is_loopback(http.host);
  auto server = std::make_unique<web::Server>(
      http.host, http.port,
      inside ? answers.for_operators() : answers.for_everybody(!http.operator_token_file.empty()));
  if (http.operator_token_file.empty()) return server;
  const auto role = std::make_shared<const OperatorRole>(http.operator_token_file);
  server->add_role([role](std::string_view token) { return role->admits(token); }, answers.for_operators());
  return server;
}

}  // namespace

int run_worker(const std::string& config_file) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("songhua-central"));
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a full disk, not a reason to die
  // Signals are taken by a thread of their own: every other one must have them blocked.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto context = open(config_file, storage::Access::read_write);
  const auto& config = context.config;
  central::Receiver receiver(*context.store, receiver_options(config), wall_clock);
  std::unique_ptr<Answers> answers;
  std::unique_ptr<web::Server> server;
  if (config.http.enabled) {
    answers = std::make_unique<Answers>(config_file, receiver);
    server = server_of(config, *answers);
    const auto port = server->start();
    if (!port) throw Failure{kUsage, port.error().message};
    spdlog::info("page http://{}:{}/", config.http.host, *port);
  }
  std::thread waiting([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    receiver.stop();
  });
  spdlog::info("region={} store={} servers={}", config.region, config.store.path.string(),
               config.broker.servers.front());
  try {
    receiver.run();
  } catch (...) {
    ::kill(::getpid(), SIGTERM);  // blocked in every thread: the waiting one takes it
    waiting.join();
    throw;
  }
  waiting.join();
  if (server) server->stop();
  spdlog::info("stopped");
  return kDone;
}

}  // namespace songhua::centre_program
