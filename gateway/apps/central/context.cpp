#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "commands.h"
#include "figures/questions.h"
#include "model/csv.h"

namespace songhua::centre_program {
namespace {

indicators::Settings indicator_settings(const config::CentralRules& rules) {
  indicators::Settings settings;
  settings.deflated = rules.growth_method == config::GrowthMethod::deflated;
  settings.chained = rules.index == config::IndexMethod::chained;
  settings.impute_growth = rules.imputation == config::Imputation::growth;
  settings.coverage_limit = rules.coverage_limit;
  settings.mtbf = rules.mtbf_method == config::MtbfMethod::iso ? indicators::MtbfMethod::iso
                                                               : indicators::MtbfMethod::between_failures;
  return settings;
}

std::string cell(const nlohmann::ordered_json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::cout << line << '\n';
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw Failure{kUsage, path.string() + ": is a directory; name a file in it"};
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure{kUsage, path.string() + ": cannot be read; does it exist?"};
  return {std::istreambuf_iterator<char>(in), {}};
}

UnixMillis wall_clock() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

config::CentralConfig load_config(const std::string& file) {
  const auto path = std::filesystem::absolute(file);
  auto config = config::CentralConfig::parse(read_file(path), path);
  if (!config) throw Failure{kUsage, config.error().message};
  if (config->store.engine != config::CentralStore::Engine::sqlite) {
    throw Failure{kUsage, file + ": store: this version keeps its store in SQLite; write sqlite:///PATH"};
  }
  return std::move(*config);
}

central::CentreSettings settings_of(const config::CentralConfig& config) {
  central::CentreSettings settings;
  settings.region = config.region;
  settings.zone = config.time_zone;
  settings.settle = config.rules.settle;
  settings.indicators = indicator_settings(config.rules);
  settings.disclosure.primary.p_percent = config.disclosure.rule == config::DisclosureRule::p_percent;
  return settings;
}

namespace {

// A figure must be found again as it was shown: changed rules are noted before anything is shown with them.
void note_settings(Context& context, storage::Access access) {
  if (context.centre->settings_noted()) return;
  if (access == storage::Access::read_write) return context.centre->note_settings(wall_clock());
  auto store = central::SqliteStore::open(context.config.store.path.string(), storage::Access::read_write);
  if (!store) {
    std::cerr << "songhua-central: the rules of the configuration are new and could not be noted in the store, so "
                 "--as-of will not know of them: "
              << store.error().message << '\n';
    return;
  }
  central::Centre(**store, context.centre->settings()).note_settings(wall_clock());
}

}  // namespace

Context open(const std::string& config_file, storage::Access access) {
  Context context{load_config(config_file), nullptr, nullptr};
  auto store = central::SqliteStore::open(context.config.store.path.string(), access);
  if (!store) {
    const bool missing = !std::filesystem::exists(context.config.store.path);
    throw Failure{kFault, store.error().message + (missing ? "; songhua-central run or register makes it" : "")};
  }
  context.store = std::move(*store);
  context.centre = std::make_unique<central::Centre>(*context.store, settings_of(context.config));
  note_settings(context, access);
  return context;
}

query::Format format_of(const std::string& text) {
  const auto format = query::parse_format(text.empty() ? (isatty(STDOUT_FILENO) != 0 ? "table" : "csv") : text);
  if (!format) throw Failure{kUsage, format.error().message};
  return *format;
}

indicators::Scope scope_of(const ScopeFlags& flags) {
  indicators::Scope scope;
  for (const auto& [key, value] : flags.keys) scope = scope.with(key, value);
  return scope;
}

central::Moment moment_of(const ScopeFlags& flags, const TimeZone& zone) {
  const auto moment = moment_at(flags.as_of, zone);
  if (!moment) throw Failure{kUsage, "--" + moment.error().message};
  return *moment;
}

Result<central::Moment> moment_at(const std::string& as_of, const TimeZone& zone) {
  central::Moment moment{wall_clock(), std::nullopt};
  if (as_of.empty()) return moment;
  const auto then = zone.parse(as_of);
  if (!then) return Error{"as-of: " + then.error().message};
  moment.as_of = *then;
  return moment;
}

Result<query::RollupRequest> rollup_request(const RollupFlags& flags, const TimeZone& zone) {
  query::RollupRequest request;
  for (auto [text, target, name] : {std::tuple(&flags.from, &request.from, "from"), {&flags.to, &request.to, "to"}}) {
    if (text->empty()) continue;
    const auto time = zone.parse(*text);
    if (!time) return Error{std::string(name) + ": " + time.error().message};
    if (floor_to(*time, kQuarterHour) != *time) {
      return Error{std::string(name) + ": the centre has 15-minute records; write a quarter hour"};
    }
    *target = *time;
  }
  const auto grain = parse_grain(flags.grain);
  if (!grain) return grain.error();
  request.grain = *grain;
  request.enterprise = flags.enterprise;
  request.line = flags.line;
  request.measure = flags.measure;
  request.product = flags.product;
  request.market = flags.market;
  return request;
}

Result<indicators::IndicatorRequest> indicator_request(const IndicatorFlags& flags, const ScopeFlags& scope) {
  return figures::request_of({flags.period,
                              flags.by,
                              scope.as_of,
                              flags.ids,
                              flags.cumulative,
                              flags.exact,
                              {scope.keys.begin(), scope.keys.end()}});
}

void print_list(const nlohmann::ordered_json& rows, query::Format format) {
  if (format == query::Format::json) {
    std::cout << rows.dump(2) << '\n';
    return;
  }
  if (rows.empty()) return;
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& [key, value] : rows.front().items()) cells.front().push_back(key);
  for (const auto& row : rows) {
    auto& line = cells.emplace_back();
    for (const auto& key : cells.front()) line.push_back(row.contains(key) ? cell(row.at(key)) : "");
  }
  if (format == query::Format::table) return print_table(cells);
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) std::cout << (i > 0 ? "," : "") << csv_field(row[i]);
    std::cout << '\n';
  }
}

}  // namespace songhua::centre_program
