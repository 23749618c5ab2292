// `songhua-central run`: one worker. The main thread owns the store that is written; HTTP reads through a connection of
// its own.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "central/receiver.h"
#include "central/release.h"
#include "commands.h"
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

// What HTTP answers. Requests come on several threads; the store's connection is used by one at a time.
class Answers {
  template <typename Work>
  auto locked(Work work) {
    const std::lock_guard lock(mutex_);
    return work();
  }
  central::Centre& centre() { return *context_.centre; }

 public:
  Answers(Context context, const central::Receiver& receiver) : context_(std::move(context)), receiver_(receiver) {}

  // Listening beyond loopback there is no operator's role: what leaves the house are releases, as they were protected
  // when they were published, and nothing of single lines, gateways or factories.
  web::Handlers handlers_for_everybody() {
    web::Handlers handlers;
    handlers.status = [this] { return nlohmann::json{{"role", "central"}, {"region", context_.config.region}}; };
    handlers.indicators = [this](const web::Params& params) { return locked([&] { return released(params); }); };
    handlers.ready = [this] { return ready(); };
    return handlers;
  }

  web::Handlers handlers() {
    web::Handlers handlers;
    handlers.status = [this] { return nlohmann::json(locked([&] { return status(); })); };
    handlers.lines = [this] { return nlohmann::json(locked([&] { return lines_json(centre(), wall_clock()); })); };
    handlers.quarantine = [this] { return nlohmann::json(locked([&] { return refused_json(centre()); })); };
    handlers.rollup = [this](const web::Params& params) { return locked([&] { return rollup(params); }); };
    handlers.indicators = [this](const web::Params& params) {
      return locked([&] { return indicators(params, false); });
    };
    handlers.explain = [this](const web::Params& params) { return locked([&] { return indicators(params, true); }); };
    handlers.ready = [this] { return ready(); };
    handlers.metrics = [this] { return metrics(); };
    return handlers;
  }

 private:
  nlohmann::ordered_json status() {
    auto all = status_json(centre(), wall_clock());
    const auto worker = receiver_.status();
    all["worker"] = {{"connected", worker.connected}, {"server", worker.server}, {"committed", worker.committed},
                     {"refused", worker.refused},     {"missed", worker.missed}, {"last_error", worker.last_error}};
    return all;
  }

  static ScopeFlags scope_flags(const web::Params& params) {
    ScopeFlags flags;
    for (const auto key : indicators::kScopeKeys) {
      if (const auto value = params.get(key)) flags.keys.emplace_back(key, *value);
    }
    flags.as_of = params.get("as-of").value_or("");
    return flags;
  }

  // Rows of the newest release that holds the period; the other parameters select among them.
  Result<std::string> released(const web::Params& params) {
    if (const auto known = params.only({"period", "cumulative", "indicator", "region", "industry", "ownership",
                                        "holding", "size", "product", "market", "market_group", "group"});
        !known) {
      return known.error();
    }
    auto period = Period::parse(params.get("period").value_or(""));
    if (!period) return period.error();
    const auto cumulative = params.flag("cumulative");
    if (!cumulative) return cumulative.error();
    const auto name = *cumulative ? period->cumulative().name() : period->name();
    const auto release = central::release_with(centre(), name);
    if (!release) return Error{"period " + name + " has not been published"};
    auto list = nlohmann::ordered_json::array();
    for (const auto& row : central::outward(*release)) {
      bool wanted = row.at("period") == name;
      if (const auto id = params.get("indicator")) wanted = wanted && row.at("indicator") == *id;
      for (const auto key : indicators::kScopeKeys) {
        const auto value = params.get(key);
        if (value) wanted = wanted && row.at("scope").value(std::string(key), std::string()) == *value;
      }
      if (wanted) list.push_back(row);
    }
    return list.dump();
  }

  Result<central::Moment> moment(const ScopeFlags& flags) {
    try {
      return moment_of(flags, context_.config.time_zone);
    } catch (const Failure& failure) {
      return Error{failure.message};
    }
  }

  Result<std::string> rollup(const web::Params& params) {
    if (const auto known =
            params.only({"from", "to", "grain", "enterprise", "line", "measure", "product", "market", "region",
                         "industry", "ownership", "holding", "size", "group", "scale", "as-of"});
        !known) {
      return known.error();
    }
    const auto text = [&](std::string_view name) { return params.get(name).value_or(""); };
    RollupFlags flags{text("from"),       text("to"),    params.get("grain").value_or("day"),
                      text("enterprise"), text("line"),  text("measure"),
                      text("product"),    text("market")};
    auto scope = scope_flags(params);
    // These select rows of a rollup, not enterprises.
    std::erase_if(scope.keys, [](const auto& key) {
      return key.first == "enterprise" || key.first == "line" || key.first == "product" || key.first == "market";
    });
    const auto request = rollup_request(flags, context_.config.time_zone);
    if (!request) return request.error();
    const auto when = moment(scope);
    if (!when) return when.error();
    auto rows = centre().rollup(*request, scope_of(scope), *when);
    if (!rows) return rows.error();
    std::ostringstream out;
    query::print_rows(out, std::move(*rows), query::Format::json, context_.config.time_zone);
    return out.str();
  }

  // Rows, or the trees behind them.
  Result<std::string> indicators(const web::Params& params, bool explain) {
    if (const auto known = params.only(
            {"period", "cumulative", "indicator", "by", "exact", "as-of", "region", "industry", "enterprise", "line",
             "ownership", "holding", "size", "product", "market", "market_group", "market-group", "group", "scale"},
            "indicator");
        !known) {
      return known.error();
    }
    IndicatorFlags flags;
    flags.period = params.get("period").value_or("");
    flags.by = params.get("by").value_or("");
    flags.ids = params.all("indicator");
    const auto cumulative = params.flag("cumulative");
    const auto exact = params.flag("exact");
    if (!cumulative) return cumulative.error();
    if (!exact) return exact.error();
    flags.cumulative = *cumulative;
    flags.exact = *exact;
    auto scope = scope_flags(params);
    if (const auto group = params.get("market-group")) scope.keys.emplace_back("market_group", *group);
    auto request = indicator_request(flags, scope_of(scope));
    if (!request) return request.error();
    if (explain && request->ids.empty()) return Error{"explain: name the figure with indicator=ID"};
    request->explain = explain;
    const auto when = moment(scope);
    if (!when) return when.error();
    const auto rows = centre().indicators(*request, *when);
    if (!rows) return rows.error();
    auto list = nlohmann::ordered_json::array();
    for (const auto& row : *rows) {
      if (!explain) list.push_back(to_json(row, flags.exact));
      if (explain && row.explanation) list.push_back(to_json(*row.explanation));
    }
    return list.dump();
  }

  web::Readiness ready() const {
    const auto worker = receiver_.status();
    web::Readiness readiness{worker.connected && worker.store_error.empty(), {}};
    if (!worker.connected) {
      readiness.reasons.push_back("no connection to the broker" +
                                  (worker.last_error.empty() ? "" : ": " + worker.last_error));
    }
    if (!worker.store_error.empty()) readiness.reasons.push_back("the store cannot be written: " + worker.store_error);
    return readiness;
  }

  std::string metrics() const {
    const auto worker = receiver_.status();
    std::ostringstream out;
    const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
      out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << " counter\n" << name << ' ' << value << '\n';
    };
    counter("songhua_central_batches_committed_total", "Batches committed, repeated ones included.", worker.committed);
    counter("songhua_central_batches_refused_total", "Batches and dictionaries refused.", worker.refused);
    counter("songhua_central_dictionaries_total", "Dictionaries received.", worker.dictionaries);
    counter("songhua_central_messages_missed_total", "Messages dropped at the queue's limit.", worker.missed);
    out << "# HELP songhua_central_connected Whether the broker is connected.\n"
           "# TYPE songhua_central_connected gauge\nsonghua_central_connected "
        << (worker.connected ? 1 : 0) << '\n';
    return out.str();
  }

  std::mutex mutex_;  // of context_
  Context context_;
  const central::Receiver& receiver_;
};

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
    answers = std::make_unique<Answers>(open(config_file, storage::Access::read_only), receiver);
    server = std::make_unique<web::Server>(
        config.http.host, config.http.port,
        is_loopback(config.http.host) ? answers->handlers() : answers->handlers_for_everybody());
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
    pthread_kill(waiting.native_handle(), SIGTERM);
    waiting.join();
    throw;
  }
  waiting.join();
  if (server) server->stop();
  spdlog::info("stopped");
  return kDone;
}

}  // namespace songhua::centre_program
