// Commands that show figures: rollup, indicators, explain, expected.
#include <iostream>

#include "commands.h"

namespace songhua::centre_program {
namespace {

template <typename T>
T taken(Result<T> result) {
  if (!result) throw Failure{kUsage, result.error().message};
  return std::move(*result);
}

}  // namespace

int rollup(const std::string& config_file, const RollupFlags& flags, const ScopeFlags& scope,
           const std::string& format_text) {
  const auto format = format_of(format_text);
  auto context = open(config_file, storage::Access::read_only);
  const auto& zone = context.config.time_zone;
  const auto request = taken(rollup_request(flags, zone));
  query::print_rows(std::cout, taken(context.centre->rollup(request, scope_of(scope), moment_of(scope, zone))), format,
                    zone);
  return kDone;
}

int indicators_of(const std::string& config_file, const IndicatorFlags& flags, const ScopeFlags& scope,
                  const std::string& format_text) {
  const auto format = format_of(format_text);
  auto context = open(config_file, storage::Access::read_only);
  const auto request = taken(indicator_request(flags, scope));
  const auto rows = taken(context.centre->indicators(request, moment_of(scope, context.config.time_zone)));
  if (format == query::Format::csv) {
    std::cout << indicators::to_csv(rows, flags.exact);
    return kDone;
  }
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : rows) list.push_back(to_json(row, flags.exact));
  if (format == query::Format::json) {
    std::cout << list.dump(2) << '\n';
    return kDone;
  }
  auto table = nlohmann::ordered_json::array();  // what a person reads: the rest is in csv and json
  for (const auto& row : list) {
    table.push_back({{"indicator", row.at("indicator")},
                     {"scope", row.at("scope").dump()},
                     {"period", row.at("period")},
                     {"value", row.at("value").is_null() ? "- (" + row.value("reason", std::string{}) + ")"
                                                         : row.at("value").get<std::string>()},
                     {"unit", row.at("unit")},
                     {"status", row.at("status")}});
  }
  print_list(table, format);
  return kDone;
}

namespace {

void print_tree(const indicators::Explanation& e, std::size_t depth) {
  std::cout << std::string(2 * depth, ' ') << e.label << " = " << e.value
            << (e.unit.empty() || e.unit == "1" ? "" : " " + e.unit);
  if (!e.status.empty()) std::cout << " [" << e.status << "]";
  if (!e.formula.empty()) std::cout << "  " << e.formula;
  if (!e.source.empty()) std::cout << "  (" << e.source << ")";
  std::cout << '\n';
  for (const auto& child : e.children) print_tree(child, depth + 1);
}

}  // namespace

int explain(const std::string& config_file, const IndicatorFlags& flags, const ScopeFlags& scope,
            const std::string& format_text) {
  const auto format = format_text.empty() ? query::Format::table : format_of(format_text);
  auto context = open(config_file, storage::Access::read_only);
  auto request = taken(indicator_request(flags, scope));
  request.explain = true;
  const auto rows = taken(context.centre->indicators(request, moment_of(scope, context.config.time_zone)));
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    if (!row.explanation) continue;
    if (format == query::Format::table) print_tree(*row.explanation, 0);
    list.push_back(to_json(*row.explanation));
  }
  if (format != query::Format::table) std::cout << list.dump(2) << '\n';
  return list.empty() ? kNo : kDone;
}

int expected(const std::string& config_file, const std::string& period_text, const std::string& format_text) {
  const auto format = format_of(format_text);
  const auto period = taken(Period::parse(period_text));
  auto context = open(config_file, storage::Access::read_only);
  const auto& zone = context.config.time_zone;
  auto list = nlohmann::ordered_json::array();
  for (const auto& missing : taken(context.centre->missing(period, {wall_clock(), std::nullopt}))) {
    list.push_back({{"enterprise", missing.enterprise},
                    {"line", missing.line},
                    {"weight", missing.weight},
                    {"since", missing.since ? nlohmann::ordered_json(zone.format(*missing.since)) : nullptr}});
  }
  print_list(list, format);
  return kDone;
}

}  // namespace songhua::centre_program
