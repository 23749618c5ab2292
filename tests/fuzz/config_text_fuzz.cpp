#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/config.h"

// gateway.toml ('g') and central.toml (anything else), as an operator writes them: refused with every fault named by
// file and line, or values that the program can use as they are.
using namespace songhua;
using namespace songhua::config;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

// "/etc/FILE:LINE: KEY: what is wrong", one a line.
void is_message(const std::string& text, std::string_view file) {
  check(!text.empty() && text.starts_with(std::string(file) + ":"));
  const auto digit = text[file.size() + 1];
  check(digit >= '0' && digit <= '9');
}

void is_usable(const Http& http) {
  check(!http.enabled || !http.host.empty());
}

void gateway(std::string_view text) {
  const auto config = GatewayConfig::parse(text, "/etc/gateway.toml");
  if (!config) return is_message(config.error().message, "/etc/gateway.toml");
  check(!config->id.empty() && !config->enterprise.empty() && !config->store.empty());
  check(config->control.is_absolute() && config->lines.is_absolute() && config->catalogue.is_absolute());
  const auto& sparkplug = config->sparkplug;
  check(!sparkplug.host_id.empty() && !sparkplug.servers.empty() && !sparkplug.subscribe.empty());
  check(!sparkplug.client_id.empty() && sparkplug.reorder_timeout >= Millis{0});
  check(sparkplug.rebirths_per_second > 0 && sparkplug.reconnect.first <= sparkplug.reconnect.longest);
  check(config->queue.messages > 0 && config->queue.max_bytes > 0 && config->rules.gap > Millis{0});
  check(!config->forward || (!config->forward->servers.empty() && config->forward->cadence > Millis{0}));
  is_usable(config->http);
  // Shift borders are those of stored quarter hours.
  for (const auto& shift : config->shifts) check(shift.start % kQuarterHour == Millis{0} && !shift.name.empty());
}

void central(std::string_view text) {
  const auto config = CentralConfig::parse(text, "/etc/central.toml");
  if (!config) return is_message(config.error().message, "/etc/central.toml");
  check(!config->region.empty() && !config->broker.servers.empty());
  check((config->store.engine == CentralStore::Engine::sqlite) != config->store.path.empty());
  check(config->rules.coverage_limit >= 0 && config->rules.coverage_limit <= 100);
  is_usable(config->http);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  data[0] == 'g' ? gateway(text) : central(text);
  return 0;
}
