#include <algorithm>
#include <string>

#include "config/sections.h"

namespace songhua::config {
namespace {

// GB/T 2260: six digits of a province, prefecture or county.
void read_region(TomlSection& root, std::string& region) {
  std::string text;
  if (!root.require("region", text)) return;
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.size() != 6 || !digits) {
    return root.fault("region", "'" + text + "' is no region: write the six digits of GB/T 2260, like \"220000\"");
  }
  region = text;
}

void read_store(TomlSection& root, const Paths& paths, CentralStore& store) {
  constexpr std::string_view kSqlite = "sqlite://";
  std::string text;
  if (!root.require("store", text)) return;
  const auto scheme = text.find("://");
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    store.engine = CentralStore::Engine::postgresql;
    store.url = text;
  } else if (text.starts_with(kSqlite) || scheme == std::string::npos) {
    const std::string path = scheme == std::string::npos ? text : text.substr(kSqlite.size());
    if (path.empty())
      return root.fault("store", "names no file: write \"sqlite:///var/lib/songhua-central/centre.db\"");
    store.path = paths.resolve(path);
  } else {
    root.fault("store", "'" + text + "' is no store: write \"sqlite:///PATH\" or \"postgresql://...\"");
  }
}

void read_broker(TomlSection& root, const Paths& paths, Broker& broker) {
  auto table = root.table("broker");
  if (!table) return;
  read_servers(*table, false, broker.servers);
  table->read("client_id", broker.client_id);
  if (broker.client_id.empty()) table->fault("client_id", "must not be empty");
  read_mqtt_version(*table, broker.mqtt);
  read_credentials(*table, paths, broker.servers, broker.credentials);
  table->refuse_unknown_keys();
}

void read_rules(TomlSection& root, CentralRules& rules) {
  auto table = root.table("rules");
  if (!table) return;
  table->read("settle", rules.settle);
  table->choose<GrowthMethod>("growth_method", rules.growth_method,
                              {{"comparable", GrowthMethod::comparable}, {"deflated", GrowthMethod::deflated}});
  table->choose<IndexMethod>("index", rules.index, {{"fixed", IndexMethod::fixed}, {"chained", IndexMethod::chained}});
  table->choose<Imputation>("imputation", rules.imputation,
                            {{"none", Imputation::none}, {"growth", Imputation::growth}});
  table->choose<MtbfMethod>("mtbf_method", rules.mtbf_method,
                            {{"per_failure", MtbfMethod::per_failure}, {"iso", MtbfMethod::iso}});
  table->read("coverage_limit", rules.coverage_limit);
  if (rules.coverage_limit < 0 || rules.coverage_limit > 100) {
    table->fault("coverage_limit", "must be a percentage, 0 to 100");
  }
  table->refuse_unknown_keys();
}

void read_disclosure(TomlSection& root, Disclosure& disclosure) {
  auto table = root.table("disclosure");
  if (!table) return;
  table->choose<DisclosureRule>("rule", disclosure.rule,
                                {{"dominance", DisclosureRule::dominance}, {"p%", DisclosureRule::p_percent}});
  table->refuse_unknown_keys();
}

}  // namespace

Result<CentralConfig> CentralConfig::parse(std::string_view text, const std::filesystem::path& file) {
  TomlDocument document(text, file.string());
  if (!document.parsed()) return document.faults().error();
  TomlSection root = document.root();
  const Paths paths(file);
  CentralConfig config;
  read_region(root, config.region);
  read_store(root, paths, config.store);
  read_time_zone(root, config.time_zone);
  read_broker(root, paths, config.broker);
  read_http(root, config.http, &paths);
  read_rules(root, config.rules);
  read_disclosure(root, config.disclosure);
  root.refuse_unknown_keys();
  if (!document.faults().empty()) return document.faults().error();
  return config;
}

}  // namespace songhua::config
