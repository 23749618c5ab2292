#include "config/sections.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace songhua::config {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

// "host", "host:port", "[::1]:port"
std::optional<HostPort> parse_host_port(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : text.rfind(':');
  if (bracketed && host_end == std::string_view::npos) return std::nullopt;
  HostPort result;
  std::string_view rest;
  if (bracketed) {
    result.host = text.substr(1, host_end - 1);
    rest = text.substr(host_end + 1);
  } else {
    result.host = text.substr(0, host_end);
    if (host_end != std::string_view::npos) rest = text.substr(host_end);
  }
  const bool blank = result.host.find_first_of(" /") != std::string::npos;
  if (result.host.empty() || blank || (!bracketed && result.host.find(':') != std::string::npos)) return std::nullopt;
  if (rest.empty()) return result;
  if (!rest.starts_with(':')) return std::nullopt;
  const auto port = parse_number(rest.substr(1), 65535);
  if (!port) return std::nullopt;
  result.port = static_cast<std::uint16_t>(*port);
  return result;
}

bool is_server(std::string_view text) {
  constexpr std::size_t kScheme = 6;  // of "tcp://" and "ssl://"
  if (!text.starts_with("tcp://") && !text.starts_with("ssl://")) return false;
  const auto address = parse_host_port(text.substr(kScheme));
  return address && address->port != 0;
}

}  // namespace

std::filesystem::path Paths::resolve(const std::filesystem::path& path) const {
  return path.is_absolute() ? path.lexically_normal() : (folder_ / path).lexically_normal();
}

bool Paths::read(TomlSection& table, std::string_view key, std::filesystem::path& target) const {
  std::string text;
  if (!table.read(key, text)) return false;
  if (text.empty()) {
    table.fault(key, "must not be empty");
    return false;
  }
  target = resolve(text);
  return true;
}

void read_servers(TomlSection& table, bool required, std::vector<std::string>& servers) {
  std::vector<std::string> given;
  const bool read = required ? table.require("servers", given) : table.read("servers", given);
  if (!read) return;
  if (given.empty()) return table.fault("servers", "must not be empty");
  std::set<std::string> seen;
  for (const std::string& server : given) {
    if (!is_server(server)) {
      return table.fault("servers", "'" + server + "' is no server: write \"tcp://HOST:PORT\" or \"ssl://HOST:PORT\"");
    }
    if (!seen.insert(server).second) return table.fault("servers", "'" + server + "' stands twice");
  }
  servers = std::move(given);
}

void read_credentials(TomlSection& table, const Paths& paths, const std::vector<std::string>& servers,
                      Credentials& credentials) {
  table.read("username", credentials.username);
  paths.read(table, "password_file", credentials.password_file);
  paths.read(table, "ca", credentials.ca);
  paths.read(table, "cert", credentials.cert);
  paths.read(table, "key", credentials.key);
  if (table.has("password_file") && !table.has("username")) table.fault("password_file", "needs a username");
  if (table.has("cert") != table.has("key")) {
    table.fault(table.has("cert") ? "cert" : "key", table.has("cert") ? "needs its key" : "needs its cert");
  }
  const bool tls = std::any_of(servers.begin(), servers.end(),
                               [](const std::string& server) { return server.starts_with("ssl://"); });
  for (const char* file : {"ca", "cert", "key"}) {
    if (table.has(file) && !tls) return table.fault(file, "needs a server that begins with ssl://");
  }
}

void read_http(TomlSection& root, Http& http, const Paths* roles) {
  auto table = root.table("http");
  if (!table) return;
  std::string listen;
  if (table->read("listen", listen)) {
    const auto address = parse_host_port(listen);
    http.enabled = !listen.empty();
    if (address && address->port) {
      http.host = address->host;
      http.port = *address->port;
    } else if (http.enabled) {
      table->fault("listen", "'" + listen + "' is no address: write \"HOST:PORT\", or \"\" for none");
    }
  }
  if (roles != nullptr) roles->read(*table, "operator_token_file", http.operator_token_file);
  table->refuse_unknown_keys();
}

void read_mqtt_version(TomlSection& table, MqttVersion& version) {
  table.choose<MqttVersion>("mqtt", version, {{"3.1.1", MqttVersion::v311}, {"5", MqttVersion::v5}});
}

void read_time_zone(TomlSection& root, TimeZone& zone) {
  root.read_as("time_zone", zone, TimeZone::find);
}

void read_bytes(TomlSection& table, std::string_view key, std::uint64_t& bytes) {
  static constexpr std::array<std::pair<std::string_view, unsigned>, 5> kUnits{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}, {"B", 0}}};
  std::string text;
  if (!table.read(key, text)) return;
  for (const auto& [unit, shift] : kUnits) {
    if (!std::string_view(text).ends_with(unit)) continue;
    const auto number =
        parse_number(std::string_view(text).substr(0, text.size() - unit.size()), UINT64_MAX >> (shift + 1));
    if (!number || *number == 0) break;
    bytes = *number << shift;
    return;
  }
  table.fault(key, "'" + text + "' is no size: write a whole number and B, KiB, MiB, GiB or TiB, like \"8GiB\"");
}

void read_topic_level(TomlSection& table, std::string_view key, bool required, std::string& id) {
  std::string text;
  if (!(required ? table.require(key, text) : table.read(key, text))) return;
  if (text.empty()) return table.fault(key, "must not be empty");
  if (text.find_first_of("/+#") != std::string::npos) {
    return table.fault(key, "'" + text + "' becomes a level of MQTT topics: it may not hold '/', '+' or '#'");
  }
  id = text;
}

void read_span(TomlSection& table, std::string_view key, Millis& span) {
  Millis read{0};
  if (!table.read(key, read)) return;
  if (read <= Millis{0}) return table.fault(key, "must be longer than 0");
  span = read;
}

}  // namespace songhua::config
