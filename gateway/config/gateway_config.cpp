#include <algorithm>
#include <set>
#include <string>

#include "config/sections.h"

namespace songhua::config {
namespace {

// MQTT 3.1.1, 4.7.1: '#' is a whole last level, '+' a whole level.
bool is_topic_filter(std::string_view filter) {
  if (filter.empty()) return false;
  while (true) {
    const auto slash = filter.find('/');
    const std::string_view level = filter.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (level.find_first_of("+#") != std::string_view::npos && level != "+" && !(level == "#" && last)) return false;
    if (last) return true;
    filter.remove_prefix(slash + 1);
  }
}

void read_subscriptions(TomlSection& table, std::vector<std::string>& filters) {
  std::vector<std::string> given;
  if (!table.read("subscribe", given)) return;
  if (given.empty()) return table.fault("subscribe", "must not be empty");
  for (const std::string& filter : given) {
    if (!is_topic_filter(filter)) return table.fault("subscribe", "'" + filter + "' is no MQTT topic filter");
  }
  filters = std::move(given);
}

// "200ms..30s"
void read_reconnect(TomlSection& table, Reconnect& reconnect) {
  std::string text;
  if (!table.read("reconnect", text)) return;
  const auto dots = text.find("..");
  const auto first = parse_duration(std::string_view(text).substr(0, dots));
  const auto longest = dots == std::string::npos ? first : parse_duration(std::string_view(text).substr(dots + 2));
  if (dots == std::string::npos || !first || !longest || *first <= Millis{0} || *longest < *first) {
    return table.fault("reconnect", "'" + text + "' is no range of delays: write \"200ms..30s\"");
  }
  reconnect = {*first, *longest};
}

void read_sparkplug(TomlSection& root, const Paths& paths, Sparkplug& sparkplug) {
  auto table = root.table("sparkplug");
  if (!table) return;
  read_topic_level(*table, "host_id", false, sparkplug.host_id);
  read_servers(*table, false, sparkplug.servers);
  read_subscriptions(*table, sparkplug.subscribe);
  table->read("client_id", sparkplug.client_id);
  read_mqtt_version(*table, sparkplug.mqtt);
  table->read("reorder_timeout", sparkplug.reorder_timeout);
  table->choose<RebirthPolicy>(
      "rebirth", sparkplug.rebirth,
      {{"auto", RebirthPolicy::automatic}, {"timer", RebirthPolicy::timer_only}, {"off", RebirthPolicy::off}});
  table->read("rebirths_per_second", sparkplug.rebirths_per_second);
  if (sparkplug.rebirths_per_second < 1) table->fault("rebirths_per_second", "must be at least 1");
  read_reconnect(*table, sparkplug.reconnect);
  read_credentials(*table, paths, sparkplug.servers, sparkplug.credentials);
  table->refuse_unknown_keys();
}

void read_forward(TomlSection& root, const Paths& paths, std::optional<Forward>& forward) {
  auto table = root.table("forward");
  if (!table) return;
  forward.emplace();
  read_servers(*table, true, forward->servers);
  read_span(*table, "cadence", forward->cadence);
  read_credentials(*table, paths, forward->servers, forward->credentials);
  table->refuse_unknown_keys();
}

void read_rules(TomlSection& root, const TimeZone& zone, GatewayRules& rules) {
  rules.floor = zone.to_utc(2000, 1, 1);
  auto table = root.table("rules");
  if (!table) return;
  table->read("future", rules.future);
  table->read_as("floor", rules.floor, [&zone](std::string_view text) { return zone.parse(text); });
  read_span(*table, "gap", rules.gap);
  table->read("settle", rules.settle);
  table->refuse_unknown_keys();
}

void read_journal(TomlSection& root, Journal& journal) {
  auto table = root.table("journal");
  if (!table) return;
  read_span(*table, "retain", journal.retain);
  read_bytes(*table, "max_bytes", journal.max_bytes);
  table->refuse_unknown_keys();
}

void read_queue(TomlSection& root, Queue& queue) {
  auto table = root.table("queue");
  if (!table) return;
  table->read("messages", queue.messages);
  if (queue.messages < 1) table->fault("messages", "must be at least 1");
  read_bytes(*table, "max_bytes", queue.max_bytes);
  table->refuse_unknown_keys();
}

// "08:00" since local midnight, up to "24:00".
Result<Millis> parse_time_of_day(std::string_view text) {
  const auto digit = [text](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
  const Error error{"'" + std::string(text) + "' is no time of day: write \"08:00\", in steps of 15 minutes"};
  if (text.size() != 5 || text[2] != ':') return error;
  const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  if (hour > 24 || minute > 45 || minute % 15 != 0 || (hour == 24 && minute != 0)) return error;
  return Millis{std::chrono::hours{hour} + std::chrono::minutes{minute}};
}

// Quarter hours of the day, 0..95, that a shift covers; one that ends at or before its start goes on after midnight.
std::set<std::int64_t> quarters_of(const Shift& shift) {
  constexpr std::int64_t kDay = 96;
  std::set<std::int64_t> quarters;
  const std::int64_t first = shift.start / kQuarterHour;
  std::int64_t last = shift.end / kQuarterHour;
  if (last <= first) last += kDay;
  for (std::int64_t quarter = first; quarter < last; ++quarter) quarters.insert(quarter % kDay);
  return quarters;
}

void check_overlap(TomlSection& table, const Shift& shift, const std::vector<Shift>& others) {
  const auto mine = quarters_of(shift);
  for (const Shift& other : others) {
    const auto theirs = quarters_of(other);
    const bool meet =
        std::any_of(mine.begin(), mine.end(), [&](std::int64_t quarter) { return theirs.contains(quarter); });
    if (meet) return table.fault("start", "shift '" + shift.name + "' overlaps shift '" + other.name + "'");
  }
}

void read_shifts(TomlSection& root, std::vector<Shift>& shifts) {
  for (TomlSection& table : root.tables("shift")) {
    Shift shift;
    const bool named = table.require("name", shift.name);
    const bool start = table.require_as("start", shift.start, parse_time_of_day);
    const bool end = table.require_as("end", shift.end, parse_time_of_day);
    table.refuse_unknown_keys();
    if (!named || !start || !end) continue;
    if (shift.start == std::chrono::hours{24}) {
      table.fault("start", "a shift that starts at midnight starts at \"00:00\"");
      continue;
    }
    const bool twice = std::any_of(shifts.begin(), shifts.end(), [&](const Shift& s) { return s.name == shift.name; });
    if (twice) table.fault("name", "shift '" + shift.name + "' stands twice");
    check_overlap(table, shift, shifts);
    shifts.push_back(std::move(shift));
  }
}

void read_places(TomlSection& root, const Paths& paths, GatewayConfig& config) {
  config.lines = paths.resolve("lines.toml");
  config.catalogue = paths.resolve("catalogue.toml");
  std::string store;
  if (root.require("store", store)) config.store = paths.resolve(store);
  paths.read(root, "lines", config.lines);
  paths.read(root, "catalogue", config.catalogue);
  std::filesystem::path folder;
  if (paths.read(root, "register", folder)) config.register_dir = folder;
  config.control = config.store / "control.sock";
  paths.read(root, "control", config.control);
}

}  // namespace

Result<GatewayConfig> GatewayConfig::parse(std::string_view text, const std::filesystem::path& file) {
  TomlDocument document(text, file.string());
  if (!document.parsed()) return document.faults().error();
  TomlSection root = document.root();
  const Paths paths(file);
  GatewayConfig config;
  read_topic_level(root, "id", true, config.id);
  read_topic_level(root, "enterprise", true, config.enterprise);
  read_places(root, paths, config);
  read_time_zone(root, config.time_zone);
  read_sparkplug(root, paths, config.sparkplug);
  read_forward(root, paths, config.forward);
  read_http(root, config.http);
  read_rules(root, config.time_zone, config.rules);
  read_journal(root, config.journal);
  read_queue(root, config.queue);
  read_shifts(root, config.shifts);
  root.refuse_unknown_keys();
  if (config.sparkplug.client_id.empty()) config.sparkplug.client_id = config.sparkplug.host_id + "-" + config.id;
  if (!document.faults().empty()) return document.faults().error();
  return config;
}

}  // namespace songhua::config
