#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "web/event_hub.h"

namespace prometheus {
class Collectable;
}

// The door of the room: the HTTP server of both programs, the page that is compiled in, server-sent events.
// The room knows nothing of stores and rollups: the program gives what it answers as functions.
namespace songhua::web {

// Query parameters, named as the long options of the command line without "--" ("from", "grain", "by", "cumulative").
class Params {
 public:
  void add(std::string name, std::string value) { values_[std::move(name)].push_back(std::move(value)); }

  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;  // the first one
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] Result<bool> flag(std::string_view name) const;  // absent false; "", "1", "true" true; "0", "false"
  // An error that names the first parameter which is none of `known`, or is given twice and is not `list`.
  [[nodiscard]] Result<void> only(std::initializer_list<std::string_view> known, std::string_view list = {}) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// A handler that throws this is answered with 503: what it needs is not there yet. Any other exception is logged and
// becomes 500, or 503 where Handlers::unavailable knows it for one that passes.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Readiness {
  bool ready = false;
  std::vector<std::string> reasons;  // why it is not, each for a person
};

// What the program answers. All are called from HTTP threads, several at a time: they must be thread-safe. One that is
// empty is answered with 404 ("this program has no ..."). An Error is the caller's fault: 400.
struct Handlers {
  // Must hold "role": "gateway" | "central"; the shape is in docs/page.md.
  std::function<nlohmann::json()> status;
  std::function<nlohmann::json()> lines;
  std::function<Result<std::string>(const Params&)> rollup;  // a JSON array, as `rollup --format json` prints it
  std::function<Result<std::string>(const Params&)>
      indicators;                                             // a JSON array, as `indicators --format json` prints it
  std::function<Result<std::string>(const Params&)> explain;  // a JSON array of trees; parameters as of indicators
  std::function<nlohmann::json()> quarantine;
  std::function<nlohmann::json()> products;  // names and units of the catalogue: figures/products.h
  std::function<Readiness()> ready;
  std::function<std::string()> metrics;  // Prometheus text; prometheus_text() makes it of a registry
  std::function<std::optional<std::string>(const std::exception&)> unavailable;  // what passes, for a person
};

// Prometheus' text exposition format.
std::string prometheus_text(const prometheus::Collectable& registry);

struct Address {
  std::string host;
  std::uint16_t port = 0;
};
// "127.0.0.1:8610", "[::1]:8610", "localhost:0", as [http] listen has it; the error says what is wrong.
Result<Address> parse_address(std::string_view text);

struct Limits {
  std::size_t threads = 16;         // requests answered at a time, listeners of events included
  std::size_t queue = 64;           // accepted connections that wait for a thread; further ones wait in the kernel
  std::size_t event_listeners = 8;  // below `threads`, so that listeners never starve requests
  std::size_t event_queue = 256;    // events a listener may be behind before it is cut off
};

// Routes: / /assets/* /healthz /readyz /metrics
// /api/v1/{status,lines,rollup,indicators,explain,quarantine,products,events}; GET and HEAD only. Errors are {"error":
// "..."}. Listening on a loopback address, it answers only requests addressed to a loopback name, so that no web page
// elsewhere can reach it through a name of its own.
class Server {
 public:
  Server(std::string host, std::uint16_t port, Handlers handlers, Limits limits = {});
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Requests with `Authorization: Bearer TOKEN` are answered by `handlers` where `admits` takes the token, else refused
  // with 401. `admits` is called from HTTP threads. Before start(), once.
  void add_role(std::function<bool(std::string_view token)> admits, Handlers handlers);

  // Binds and serves on threads of its own; the port, chosen by the system where 0 was given. Once.
  [[nodiscard]] Result<std::uint16_t> start();
  // Releases the listeners of events, finishes running requests, joins all threads. May be called again.
  void stop();

  [[nodiscard]] EventHub& events();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace songhua::web
