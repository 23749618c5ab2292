#include "mqtt/options.h"

#include <fmt/format.h>
#include <mqtt/exception.h>
#include <mqtt/ssl_options.h>
#include <mqtt/will_options.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>

namespace songhua::mqtt {
namespace {

constexpr std::string_view kTcp = "tcp://", kSsl = "ssl://";

bool is_tls(const ConnectOptions& options) {
  return options.uri.starts_with(kSsl);
}

Result<void> check_uri(const std::string& uri) {
  const std::string_view text{uri};
  const auto complain = [&](std::string_view what) {
    return Error{fmt::format("MQTT server '{}': {}; write tcp://host:port or ssl://host:port", uri, what)};
  };
  if (!text.starts_with(kTcp) && !text.starts_with(kSsl)) return complain("unknown scheme");
  const auto rest = text.substr(kTcp.size());
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.ends_with(']')) return complain("no port");
  if (colon == 0) return complain("no host");
  const auto digits = rest.substr(colon + 1);
  unsigned port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || port == 0 || port > 65535) {
    return complain("the port is not a number from 1 to 65535");
  }
  return {};
}

Result<void> check_readable(std::string_view what, const std::string& path) {
  if (path.empty() || std::ifstream{path}) return {};
  return Error{fmt::format("MQTT {} file '{}' cannot be read: check path and permissions", what, path)};
}

Result<void> check_tls(const ConnectOptions& options) {
  const Tls& tls = options.tls;
  if (!is_tls(options)) {
    if (tls.ca.empty() && tls.cert.empty() && tls.key.empty()) return {};
    return Error{fmt::format("MQTT server '{}' is not TLS, but ca, cert or key are given: use ssl://", options.uri)};
  }
  if (tls.cert.empty() != tls.key.empty()) return Error{"MQTT cert and key go together: give both or neither"};
  for (const auto& [what, path] : {std::pair{"ca", tls.ca}, {"cert", tls.cert}, {"key", tls.key}}) {
    if (auto readable = check_readable(what, path); !readable) return readable;
  }
  return {};
}

// MQTT 3.1.1, table 3.1.
std::string_view connack_text(int code) {
  switch (code) {
    case 1:
      return "the broker does not speak this MQTT version";
    case 2:
      return "the broker rejects the client id";
    case 3:
      return "the broker is not available for MQTT";
    case 4:
      return "bad user name or password";
    case 5:
      return "not authorized (user name, password or access list)";
    default:
      return "the broker refused the connection";
  }
}

}  // namespace

Result<void> check(const ConnectOptions& options) {
  if (auto uri = check_uri(options.uri); !uri) return uri;
  if (options.client_id.empty()) return Error{"MQTT client id is empty: give one, unique per program"};
  if (options.will && options.will->topic.empty()) return Error{"MQTT will without a topic"};
  if (options.username.empty() && !options.password.empty()) return Error{"MQTT password without a user name"};
  if (options.keep_alive.count() < 0 || options.keep_alive.count() > 65535) {
    return Error{fmt::format("MQTT keep alive {} s is not within 0 to 65535", options.keep_alive.count())};
  }
  if (options.timeout.count() < 1) return Error{"MQTT connect timeout is below 1 s"};
  if (options.max_in_flight < 1 || options.max_in_flight > 65'000) {
    return Error{fmt::format("MQTT window of {} messages is not within 1 to 65000", options.max_in_flight)};
  }
  return check_tls(options);
}

::mqtt::connect_options library_options(const ConnectOptions& options) {
  // No MQTT 5 properties: none is needed (an absent Session Expiry means 0), and this version of the library loses
  // them when the options are copied.
  ::mqtt::connect_options library;
  library.set_mqtt_version(static_cast<int>(options.version));
  if (options.version == Version::kV5) {
    library.set_clean_start(true);
  } else {
    library.set_clean_session(true);
  }
  library.set_automatic_reconnect(false);
  library.set_keep_alive_interval(options.keep_alive);
  library.set_connect_timeout(options.timeout);
  library.set_max_inflight(static_cast<int>(options.max_in_flight));
  if (!options.username.empty()) library.set_user_name(options.username);
  if (!options.password.empty()) library.set_password(options.password);
  if (options.will) {
    library.set_will(::mqtt::will_options(options.will->topic, options.will->payload,
                                          static_cast<int>(options.will->qos), options.will->retain));
  }
  if (is_tls(options)) {
    ::mqtt::ssl_options tls;
    if (!options.tls.ca.empty()) tls.set_trust_store(options.tls.ca);
    if (!options.tls.cert.empty()) tls.set_key_store(options.tls.cert);
    if (!options.tls.key.empty()) tls.set_private_key(options.tls.key);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);
    // No error handler: the library would call it in the copy of these options that is gone when connect() returns.
    library.set_ssl(std::move(tls));
  }
  return library;
}

std::string connect_failure(const ConnectOptions& options, int code) {
  const auto say = [&](std::string_view what) { return fmt::format("{}: {}", options.uri, what); };
  if (code >= 0x80) return say(::mqtt::exception::reason_code_str(code));
  if (code > 0) return say(connack_text(code));
  return say(is_tls(options)
                 ? "cannot be reached, or no TLS with it (its certificate is not of the given ca or not for "
                   "this host, or it wants a certificate of ours that it trusts)"
                 : "cannot be reached (host unknown, connection refused, no answer in time, or no MQTT "
                   "broker there)");
}

}  // namespace songhua::mqtt
