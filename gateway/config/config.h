#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/calendar.h"
#include "model/result.h"
#include "model/time.h"

// The door of the room: gateway.toml and central.toml as typed values (interfaces.md, Configuration). No I/O: the
// program reads the file and hands in its text and its path, to which relative paths inside it are resolved. An error
// holds every fault, one a line: "FILE:LINE: KEY: what is wrong and what to write".
namespace songhua::config {

enum class MqttVersion : std::uint8_t { v311, v5 };

// How to present oneself to a broker. Secrets only by file reference; empty paths: not used.
struct Credentials {
  std::string username;
  std::filesystem::path password_file;
  std::filesystem::path ca;
  std::filesystem::path cert;
  std::filesystem::path key;
};

// "127.0.0.1:8610", "[::1]:8610"; off where `listen` is "".
struct Http {
  bool enabled = true;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::filesystem::path operator_token_file{};  // central.toml only; empty: beyond loopback nobody is operator
};

// When the gateway asks an edge node for a rebirth by itself (sparkplug.md 4).
enum class RebirthPolicy : std::uint8_t {
  automatic,   // "auto": whenever the session cannot be understood
  timer_only,  // "timer": only when the reorder timeout is over
  off,
};

// Delays between tries to connect: from the first to the longest.
struct Reconnect {
  Millis first{200};
  Millis longest{30'000};
};

struct Sparkplug {
  std::string host_id = "songhua";
  std::vector<std::string> servers{"tcp://127.0.0.1:1883"};
  std::vector<std::string> subscribe{"spBv1.0/#"};
  std::string client_id;  // "<host_id>-<id>" unless given
  MqttVersion mqtt = MqttVersion::v311;
  Millis reorder_timeout{2000};
  RebirthPolicy rebirth = RebirthPolicy::automatic;
  std::int64_t rebirths_per_second = 20;  // of all edge nodes together
  Reconnect reconnect;
  Credentials credentials;
};

struct Forward {
  std::vector<std::string> servers;
  Millis cadence{10'000};
  Credentials credentials;
};

struct GatewayRules {
  Millis future = std::chrono::minutes{5};  // tolerance for times later than the receive time
  UnixMillis floor;                         // 2000-01-01 in the configured zone: what is earlier is refused
  Millis gap = kQuarterHour;
  Millis settle = std::chrono::minutes{10};
};

struct Journal {
  Millis retain = std::chrono::hours{24 * 400};
  std::uint64_t max_bytes = std::uint64_t{8} << 30U;
};

// Between network and pipeline; when it is full the gateway leaves in order and comes back (design.md, Overload).
struct Queue {
  std::int64_t messages = 50'000;
  std::uint64_t max_bytes = std::uint64_t{64} << 20U;
};

struct GatewayConfig {
  std::string id;
  std::string enterprise;
  std::filesystem::path store;
  TimeZone time_zone = TimeZone::shanghai();
  std::filesystem::path lines;      // the file may be missing
  std::filesystem::path catalogue;  // the file may be missing
  std::optional<std::filesystem::path> register_dir;
  std::filesystem::path control;
  Sparkplug sparkplug;
  std::optional<Forward> forward;  // none: no forwarding
  Http http{true, "127.0.0.1", 8610};
  GatewayRules rules;
  Journal journal;
  Queue queue;
  std::vector<Shift> shifts;

  static Result<GatewayConfig> parse(std::string_view text, const std::filesystem::path& file);
};

// "sqlite:///var/lib/x.db" (or a plain path) or "postgresql://...".
struct CentralStore {
  enum class Engine : std::uint8_t { sqlite, postgresql };
  Engine engine = Engine::sqlite;
  std::filesystem::path path;  // sqlite
  std::string url;             // postgresql
};

struct Broker {
  std::vector<std::string> servers{"tcp://127.0.0.1:1883"};
  std::string client_id = "songhua-central";
  MqttVersion mqtt = MqttVersion::v5;
  Credentials credentials;
};

// Methods of indicators.md: 4.1 growth, 4.4 index, 7 mean times, 9 imputation, 12 disclosure.
enum class GrowthMethod : std::uint8_t { comparable, deflated };
enum class IndexMethod : std::uint8_t { fixed, chained };
enum class Imputation : std::uint8_t { none, growth };
enum class MtbfMethod : std::uint8_t { per_failure, iso };
enum class DisclosureRule : std::uint8_t { dominance, p_percent };

struct CentralRules {
  Millis settle = std::chrono::minutes{10};
  GrowthMethod growth_method = GrowthMethod::comparable;
  IndexMethod index = IndexMethod::fixed;
  Imputation imputation = Imputation::none;
  MtbfMethod mtbf_method = MtbfMethod::per_failure;
  std::int64_t coverage_limit = 90;  // percent, 0..100
};

struct Disclosure {
  DisclosureRule rule = DisclosureRule::dominance;
};

struct CentralConfig {
  std::string region;
  CentralStore store;
  TimeZone time_zone = TimeZone::shanghai();
  Broker broker;
  Http http{true, "127.0.0.1", 8611};
  CentralRules rules;
  Disclosure disclosure;

  static Result<CentralConfig> parse(std::string_view text, const std::filesystem::path& file);
};

}  // namespace songhua::config
