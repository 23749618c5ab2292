// Commands of an office of statistics: publish, revisions.
#include <iostream>

#include "central/release.h"
#include "central/revisions.h"
#include "commands.h"
#include "report/report.h"

namespace songhua::centre_program {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
T taken(Result<T> result) {
  if (!result) throw Failure{kUsage, result.error().message};
  return std::move(*result);
}

// What a person reads of rows: the rest is in json.
void print_rows(const Json& rows, query::Format format) {
  auto table = Json::array();
  for (const auto& row : rows) {
    const bool null = row.at("value").is_null();
    const auto value =
        null ? Json(row.value("reason", "") == "confidential" ? "(c)" : row.value("reason", "")) : row.at("value");
    table.push_back({{"indicator", row.at("indicator")},
                     {"scope", row.at("scope").dump()},
                     {"period", row.at("period")},
                     {"value", value},
                     {"unit", row.at("unit")},
                     {"status", row.at("status")}});
  }
  print_list(table, format);
}

std::string text_of(const Json& vintage) {
  if (vintage.is_null()) return "";
  return vintage.at("value").is_null() ? std::string("-") : vintage.at("value").get<std::string>();
}

std::string causes_of(const Json& causes) {
  std::string text;
  for (const auto& cause : causes) {
    text.append(text.empty() ? "" : "; ").append(cause.at("what").get<std::string>());
    if (cause.contains("place")) text.append(" (").append(cause.at("place").get<std::string>()).append(")");
  }
  return text;
}

void print_revisions(const Json& all, query::Format format) {
  auto table = Json::array();
  for (const auto& line : all.at("revisions")) {
    const bool revised = line.contains("revision");
    table.push_back({{"indicator", line.at("indicator")},
                     {"period", line.at("period")},
                     {"first", text_of(line.at("first"))},
                     {"second", text_of(line.at("second"))},
                     {"final", text_of(line.at("final"))},
                     {"latest", text_of(line.at("latest"))},
                     {"revision", revised ? line.at("revision").at("value").get<std::string>() : ""},
                     {"unit", revised ? line.at("revision").at("unit").get<std::string>() : ""},
                     {"cause", causes_of(line.at("cause"))}});
  }
  print_list(table, format);
  if (format != query::Format::table || all.at("summary").empty()) return;
  std::cout << "\nfirst published against latest:\n";
  print_list(all.at("summary"), format);
}

int list_releases(central::Centre& centre, query::Format format) {
  auto list = Json::array();
  for (const auto& release : centre.releases()) {
    const auto document = Json::parse(release.document);
    const auto& control = document.at("disclosure");
    list.push_back({{"name", release.name},
                    {"period", release.period},
                    {"at", centre.settings().zone.format(release.at)},
                    {"rows", document.at("rows").size()},
                    {"primary", control.at("primary")},
                    {"secondary", control.at("secondary")}});
  }
  print_list(list, format);
  return kDone;
}

int show_release(central::Centre& centre, const std::string& name, query::Format format) {
  for (const auto& release : centre.releases()) {
    if (release.name != name) continue;
    const auto rows = central::outward(release);
    if (format == query::Format::json) {
      std::cout << rows.dump(2) << '\n';
    } else {
      print_rows(rows, format);
    }
    return kDone;
  }
  throw Failure{kUsage, "no release is named '" + name + "'; songhua-central publish --list tells"};
}

void tell(const central::Publication& release, const TimeZone& zone) {
  const auto document = Json::parse(release.document);
  const auto& control = document.at("disclosure");
  std::cout << release.name << " published at " << zone.format(release.at) << ": " << document.at("rows").size()
            << " rows, " << control.at("primary") << " cells withheld by the primary rules, " << control.at("secondary")
            << " more so that those cannot be computed\n";
  if (!control.at("exact").get<bool>())
    std::cout << "the pattern was found greedily: it may withhold more than needed\n";
  if (!control.at("linked").get<bool>()) {
    std::cerr << "too many pieces to link overlapping groups exactly: rows, columns and periods are linked\n";
  }
}

// A release decides on the bulletin's figures, too, so that both withhold the same. A day has no bulletin.
std::vector<indicators::IndicatorRequest> bulletin_requests(Context& context, const Period& period,
                                                            const central::Moment& moment) {
  if (period.kind == Period::Kind::day) return {};
  report::Options options;
  options.period = period;
  options.region = context.config.region;
  return taken(report::requests_of(options, *taken(context.centre->study(moment)).inputs));
}

}  // namespace

int publish(const std::string& config_file, const PublishFlags& flags, const std::string& format_text) {
  const auto format = format_of(format_text);
  if (flags.list || !flags.show.empty()) {
    auto context = open(config_file, storage::Access::read_only);
    return flags.list ? list_releases(*context.centre, format) : show_release(*context.centre, flags.show, format);
  }
  if (flags.period.empty()) throw Failure{kUsage, "say what to publish: --period 2019-03 (or --list, --show NAME)"};
  const auto period = taken(Period::parse(flags.period));
  auto context = open(config_file, storage::Access::read_write);
  const auto now = wall_clock();
  const auto also = bulletin_requests(context, period, {now, std::nullopt});
  tell(taken(central::publish(*context.centre, period, now, also)), context.config.time_zone);
  return kDone;
}

int revisions(const std::string& config_file, const RevisionFlags& flags, const ScopeFlags& scope,
              const std::string& format_text) {
  const auto format = format_of(format_text);
  auto context = open(config_file, storage::Access::read_only);
  central::RevisionQuery query;
  if (!flags.from.empty()) query.from = taken(Period::parse(flags.from));
  if (!flags.to.empty()) query.to = taken(Period::parse(flags.to));
  query.ids = flags.ids;
  query.scope = scope_of(scope);
  // Releases are of the province: without another scope it is meant.
  if (query.scope.keys.empty()) query.scope = query.scope.with("region", context.config.region);
  const auto& zone = context.config.time_zone;
  const auto all = to_json(taken(central::revisions(*context.centre, query, moment_of(scope, zone))), zone);
  if (format == query::Format::json) {
    std::cout << all.dump(2) << '\n';
  } else {
    print_revisions(all, format);
  }
  return kDone;
}

}  // namespace songhua::centre_program
