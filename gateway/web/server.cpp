#include "web/server.h"

#include <httplib.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <thread>

#include "web/assets.h"
#include "web/worker_pool.h"

namespace songhua::web {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* kJson = "application/json; charset=utf-8";
// A listener that went away is noticed when writing to it fails, so something is written now and then.
constexpr std::chrono::milliseconds kHeartbeat = std::chrono::seconds{2};

void answer(Response& response, int status, const std::string& body, const char* type = kJson) {
  response.status = status;
  response.set_header("Cache-Control", "no-store");
  response.set_content(body, type);
}

std::string text_of(const nlohmann::json& value) {
  // Names of metrics and topics come from the network: what is not UTF-8 is replaced, never thrown on.
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void refuse(Response& response, int status, const std::string& why) {
  answer(response, status, text_of({{"error", why}}));
}

Params params_of(const Request& request) {
  Params params;
  for (const auto& [name, value] : request.params) params.add(name, value);
  return params;
}

void serve_asset(const Asset& asset, const Request& request, Response& response) {
  response.set_header("ETag", std::string(asset.etag));
  response.set_header("Cache-Control", "no-cache");
  if (request.get_header_value("If-None-Match") == asset.etag) {
    response.status = 304;
    return;
  }
  response.set_content(asset.content.data(), asset.content.size(), std::string(asset.media_type));
}

const Asset* find_asset(std::string_view name) {
  for (const auto& asset : assets()) {
    if (asset.name == name) return &asset;
  }
  return nullptr;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

// The name in "Host: name:port".
std::string_view name_of_host(std::string_view header) {
  const auto colon = header.rfind(':');
  const auto bracket = header.rfind(']');
  const bool port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return port ? header.substr(0, colon) : header;
}

httplib::Headers security_headers() {
  return {{"Content-Security-Policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
           "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Resource-Policy", "same-origin"}};
}

}  // namespace

struct Server::Impl {
  std::string host;
  std::uint16_t port;
  Handlers handlers;
  std::function<bool(std::string_view)> admits;  // empty: there is no role beside everybody's
  Handlers role_handlers;
  Limits limits;
  EventHub hub;
  httplib::Server http;
  std::thread thread;
  std::promise<bool> running;  // kept once, on the server's thread: it accepts, or it has ended before
  bool told = false;

  Impl(std::string host_, std::uint16_t port_, Handlers handlers_, Limits limits_)
      : host(std::move(host_)),
        port(port_),
        handlers(std::move(handlers_)),
        limits(limits_),
        hub(limits_.event_queue, limits_.event_listeners) {}

  template <typename Function>
  void guarded(const Request& request, Response& response, Function&& function) const;
  void set_up();
  void set_up_rules();
  void page_routes();
  void probe_routes();
  void api_routes();
  using Look = std::function<nlohmann::json()>;
  using Query = std::function<Result<std::string>(const Params&)>;
  void json_route(const char* path, const char* name, Look Handlers::*handler);
  void query_route(const char* path, const char* name, Query Handlers::*handler);
  template <typename Handler>
  const Handler* chosen(const Request& request, Response& response, const char* name, Handler Handlers::*handler) const;
  void event_route();
  [[nodiscard]] Error cannot_listen(int reason) const;
};

// What of the caller's function fails becomes an answer; nothing it throws reaches the server's threads.
template <typename Function>
void Server::Impl::guarded(const Request& request, Response& response, Function&& function) const {
  try {
    function();
  } catch (const Unavailable& error) {
    refuse(response, 503, error.what());
  } catch (const std::exception& error) {
    spdlog::error("http path={} error=\"{}\"", request.path, error.what());
    if (const auto why = handlers.unavailable ? handlers.unavailable(error) : std::nullopt) {
      return refuse(response, 503, *why);
    }
    refuse(response, 500, "internal error, see the program's log");
  }
}

void Server::Impl::set_up() {
  set_up_rules();
  page_routes();
  probe_routes();
  api_routes();
  event_route();
}

void Server::Impl::set_up_rules() {
  // httplib asks for its pool when the accept loop begins, from when on a stop() is heeded.
  http.new_task_queue = [this] {
    told = true;
    running.set_value(true);
    return new WorkerPool(limits.threads, limits.queue);
  };
  // The default sets SO_REUSEPORT, under which a second program would share the port instead of being told.
  http.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  http.set_tcp_nodelay(true);
  http.set_keep_alive_timeout(1);  // an idle connection holds a thread
  http.set_read_timeout(5);
  http.set_write_timeout(5);
  http.set_payload_max_length(0);
  http.set_default_headers(security_headers());
  http.set_pre_routing_handler([guard = is_loopback(host)](const Request& request, Response& response) {
    if (request.method != "GET" && request.method != "HEAD") {
      response.set_header("Allow", "GET, HEAD");
      refuse(response, 405, "only GET is served here");
      return httplib::Server::HandlerResponse::Handled;
    }
    if (guard && !is_loopback(name_of_host(request.get_header_value("Host")))) {
      refuse(response, 421, "this server listens on a loopback address and answers only to localhost");
      return httplib::Server::HandlerResponse::Handled;
    }
    return httplib::Server::HandlerResponse::Unhandled;
  });
  http.set_error_handler([](const Request& request, Response& response) {
    if (!response.body.empty()) return;
    if (response.status == 404) return refuse(response, 404, "nothing at " + request.path);
    refuse(response, response.status, "the request was not understood");
  });
}

void Server::Impl::page_routes() {
  http.Get("/", [](const Request& request, Response& response) {
    serve_asset(*find_asset("index.html"), request, response);
  });
  http.Get(R"(/assets/([A-Za-z0-9._-]+))", [](const Request& request, Response& response) {
    const auto* asset = find_asset(request.matches[1].str());
    if (asset == nullptr) return refuse(response, 404, "nothing at " + request.path);
    serve_asset(*asset, request, response);
  });
}

void Server::Impl::probe_routes() {
  http.Get("/healthz", [](const Request&, Response& response) { answer(response, 200, R"({"status":"ok"})"); });
  http.Get("/readyz", [this](const Request& request, Response& response) {
    guarded(request, response, [&] {
      const auto state = handlers.ready ? handlers.ready() : Readiness{true, {}};
      answer(response, state.ready ? 200 : 503, text_of({{"ready", state.ready}, {"reasons", state.reasons}}));
    });
  });
  http.Get("/metrics", [this](const Request& request, Response& response) {
    const auto* metrics = chosen(request, response, "metrics", &Handlers::metrics);
    if (metrics == nullptr) return;
    guarded(request, response,
            [&] { answer(response, 200, (*metrics)(), "text/plain; version=0.0.4; charset=utf-8"); });
  });
}

void Server::Impl::api_routes() {
  json_route("/api/v1/status", "status", &Handlers::status);
  json_route("/api/v1/lines", "lines", &Handlers::lines);
  json_route("/api/v1/quarantine", "quarantine", &Handlers::quarantine);
  json_route("/api/v1/products", "products", &Handlers::products);
  query_route("/api/v1/rollup", "rollup", &Handlers::rollup);
  query_route("/api/v1/indicators", "indicators", &Handlers::indicators);
  query_route("/api/v1/explain", "explain", &Handlers::explain);
}

// What answers this caller; null: the response says why nothing does.
template <typename Handler>
const Handler* Server::Impl::chosen(const Request& request, Response& response, const char* name,
                                    Handler Handlers::*handler) const {
  const auto& own = handlers.*handler;
  const auto unauthorized = [&](const std::string& why) {
    response.set_header("WWW-Authenticate", "Bearer realm=\"songhua\"");
    refuse(response, 401, why);
    return nullptr;
  };
  static constexpr std::string_view kBearer = "Bearer ";
  const auto shown = request.get_header_value("Authorization");
  if (admits && !shown.empty()) {
    if (!std::string_view(shown).starts_with(kBearer) || !admits(std::string_view(shown).substr(kBearer.size()))) {
      spdlog::warn("http path={} from={} refused: not the operator's token", request.path, request.remote_addr);
      return unauthorized("the token is not the operator's");
    }
    spdlog::info("http operator path={} from={}", request.path, request.remote_addr);
    if (role_handlers.*handler) return &(role_handlers.*handler);
  }
  if (own) return &own;
  if (admits && role_handlers.*handler) {
    return unauthorized(std::string(name) + " is for the operator: send Authorization: Bearer TOKEN");
  }
  refuse(response, 404, "this program has no " + std::string(name));
  return nullptr;
}

void Server::Impl::json_route(const char* path, const char* name, Look Handlers::*handler) {
  http.Get(path, [this, name, handler](const Request& request, Response& response) {
    const auto* look = chosen(request, response, name, handler);
    if (look == nullptr) return;
    guarded(request, response, [&] { answer(response, 200, text_of((*look)())); });
  });
}

void Server::Impl::query_route(const char* path, const char* name, Query Handlers::*handler) {
  http.Get(path, [this, name, handler](const Request& request, Response& response) {
    const auto* query = chosen(request, response, name, handler);
    if (query == nullptr) return;
    guarded(request, response, [&] {
      auto result = (*query)(params_of(request));
      if (!result) return refuse(response, 400, result.error().message);
      answer(response, 200, std::move(result).value());
    });
  });
}

void Server::Impl::event_route() {
  http.Get("/api/v1/events", [this](const Request& request, Response& response) {
    if (request.method == "HEAD") return answer(response, 200, "", "text/event-stream");
    const auto queue = hub.subscribe();
    if (!queue) return refuse(response, 503, "too many listeners of events; try again later");
    response.set_header("Cache-Control", "no-store");
    response.set_header("X-Accel-Buffering", "no");  // a proxy in between must not collect events
    const auto write = [queue, first = true](std::size_t, httplib::DataSink& sink) mutable {
      if (std::exchange(first, false)) {
        static constexpr std::string_view kHello = "retry: 3000\n\n";
        return sink.write(kHello.data(), kHello.size());
      }
      static constexpr std::string_view kBeat = ": \n\n";
      std::string text;
      switch (queue->next(text, kHeartbeat)) {
        case EventQueue::Wait::event:
          return sink.write(text.data(), text.size());
        case EventQueue::Wait::timeout:
          return sink.write(kBeat.data(), kBeat.size());
        case EventQueue::Wait::closed:
          break;
      }
      sink.done();
      return true;
    };
    response.set_chunked_content_provider("text/event-stream", write, [this, queue](bool) { hub.unsubscribe(queue); });
  });
}

Error Server::Impl::cannot_listen(int reason) const {
  const auto where = host + ":" + std::to_string(port);
  if (reason == EADDRINUSE) {
    return Error{"cannot listen on " + where + ": port " + std::to_string(port) +
                 " is in use by another program; stop that one or choose another [http] listen"};
  }
  const std::string why = reason != 0 ? std::strerror(reason) : "the host name is not known";
  return Error{"cannot listen on " + where + ": " + why + "; check [http] listen"};
}

Server::Server(std::string host, std::uint16_t port, Handlers handlers, Limits limits)
    : impl_(std::make_unique<Impl>(std::move(host), port, std::move(handlers), limits)) {}

Server::~Server() {
  stop();
}

void Server::add_role(std::function<bool(std::string_view token)> admits, Handlers handlers) {
  impl_->admits = std::move(admits);
  impl_->role_handlers = std::move(handlers);
}

Result<std::uint16_t> Server::start() {
  auto& impl = *impl_;
  if (impl.thread.joinable()) return Error{"the HTTP server was started before"};
  impl.set_up();
  errno = 0;
  if (impl.port != 0) {
    if (!impl.http.bind_to_port(impl.host, impl.port)) return impl.cannot_listen(errno);
  } else {
    const int chosen = impl.http.bind_to_any_port(impl.host);
    if (chosen < 0) return impl.cannot_listen(errno);
    impl.port = static_cast<std::uint16_t>(chosen);
  }
  impl.thread = std::thread([&impl] {
    impl.http.listen_after_bind();
    if (!impl.told) impl.running.set_value(false);
  });
  if (!impl.running.get_future().get())
    return Error{"the HTTP server on " + impl.host + ":" + std::to_string(impl.port) + " ended at once"};
  return impl.port;
}

void Server::stop() {
  impl_->hub.close();
  impl_->http.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

EventHub& Server::events() {
  return impl_->hub;
}

}  // namespace songhua::web
