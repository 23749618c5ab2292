// The table of revisions that statistical offices have: first, second, final and latest, size and cause.
#include <algorithm>
#include <set>

#include "central/revisions.h"
#include "indicators/presentation.h"

namespace songhua::central {
namespace {

using indicators::IndicatorRow;
using indicators::PublishedFigure;
using indicators::Rational;

const std::vector<std::string>& headline() {
  static const std::vector<std::string> ids{"industrial_value_added", "value_added_growth",
                                            "gross_output_current",   "sales_value",
                                            "export_delivery_value",  "energy_consumption"};
  return ids;
}

// Months from the first to the last, or the periods of all releases with what they accumulate.
Result<std::vector<Period>> periods_of(Centre& centre, const RevisionQuery& query) {
  std::vector<Period> periods;
  if (!query.from && !query.to) {
    std::set<std::string> names;
    for (const auto& release : centre.releases()) names.insert(release.period);
    for (const auto& name : names) periods.push_back(*Period::parse(name));
    return periods;
  }
  const auto first = query.from.value_or(*query.to), last = query.to.value_or(*query.from);
  if (first.kind != Period::Kind::month || last.kind != Period::Kind::month) {
    if (first == last) return std::vector<Period>{first};
    return Error{"--from and --to are months, like 2019-01, or the same period"};
  }
  Period month = first;
  while (std::tie(month.year, month.first_month) <= std::tie(last.year, last.first_month)) {
    periods.push_back(month);
    const bool december = month.first_month == 12;
    month.year += december ? 1 : 0;
    month.first_month = month.last_month = december ? 1 : month.first_month + 1;
  }
  if (periods.empty()) return Error{"--from " + first.name() + " lies after --to " + last.name()};
  return periods;
}

Vintage vintage(const PublishedFigure& figure, const std::string& release) {
  return {figure.exact ? figure.value : std::string(), figure.exact, figure.status, release, figure.at};
}

Vintage vintage(const IndicatorRow& row, UnixMillis at) {
  Vintage latest;
  if (row.value.known()) {
    latest.exact = *row.value;
    latest.value = indicators::present(row.shown.value_or(*row.value), row.decimals);
  }
  latest.status = row.status == indicators::Status::final     ? "final"
                  : row.status == indicators::Status::revised ? "revised"
                                                              : "preliminary";
  latest.at = at;
  return latest;
}

bool is_rate(const std::string& unit) {
  return unit == "%" || unit == "pp";
}

RevisionLine line_of(Centre& centre, History& history, const IndicatorRow& row, const Moment& moment) {
  RevisionLine line;
  line.indicator = row.indicator;
  line.period = row.period;
  line.scope = row.scope;
  line.unit = is_rate(row.unit) ? "pp" : row.unit;
  line.decimals = is_rate(row.unit) ? 2 : row.decimals;
  line.latest = vintage(row, moment.clock());
  const auto releases = history.releases_of(row.indicator, row.scope, row.period);
  const auto computed = history.first_final(row.indicator, row.scope, row.period);
  if (computed) {
    line.final = vintage(*computed, "");
  } else if (row.status != indicators::Status::preliminary) {
    line.final = line.latest;  // nothing has changed since
  }
  if (!releases.empty()) line.first = vintage(releases[0].second, releases[0].first);
  if (releases.size() > 1) line.second = vintage(releases[1].second, releases[1].first);
  const bool final_first = line.final.at && (!line.first.at || *line.final.at < *line.first.at);
  if (releases.empty() || (computed && final_first)) line.first = line.final;
  if (!line.first.at) return line;
  if (line.first.exact && line.latest.exact) line.revision = Rational(*line.latest.exact - *line.first.exact);
  if (line.first.exact != line.latest.exact) {
    line.causes = causes_between(centre, row.scope, *Period::parse(row.period), *line.first.at, moment);
  }
  return line;
}

std::vector<RevisionSummary> summary_of(const std::vector<RevisionLine>& lines) {
  std::vector<RevisionSummary> all;
  for (const auto& line : lines) {
    if (!line.revision || !line.revision->known()) continue;
    auto found = std::ranges::find(all, line.indicator, &RevisionSummary::indicator);
    if (found == all.end()) {
      all.push_back({line.indicator, line.unit, line.decimals, 0, 0, 0});
      found = all.end() - 1;
    }
    ++found->count;
    found->mean += **line.revision;
    found->mean_absolute += Rational(abs(**line.revision));
  }
  for (auto& summary : all) {
    summary.mean /= Rational(summary.count);
    summary.mean_absolute /= Rational(summary.count);
  }
  return all;
}

nlohmann::ordered_json vintage_json(const Vintage& v, const TimeZone& zone) {
  if (!v.at) return nullptr;
  nlohmann::ordered_json json;
  json["value"] = v.exact ? nlohmann::ordered_json(v.value) : nlohmann::ordered_json(nullptr);
  if (v.exact) json["exact"] = indicators::exact_text(*v.exact);
  json["status"] = v.status;
  if (!v.release.empty()) json["release"] = v.release;
  json["at"] = zone.format(*v.at);
  return json;
}

}  // namespace

Result<RevisionTable> revisions(Centre& centre, const RevisionQuery& query, const Moment& moment) {
  const auto periods = periods_of(centre, query);
  if (!periods) return periods.error();
  RevisionTable table;
  for (const auto& period : *periods) {
    indicators::IndicatorRequest request;
    request.ids = query.ids.empty() ? headline() : query.ids;
    request.period = period;
    request.scope = query.scope;
    const auto study = centre.study(moment);
    if (!study) return study.error();
    const auto rows = study->compared(request);
    if (!rows) return rows.error();
    History history(centre, request, moment);
    for (const auto& row : *rows) table.lines.push_back(line_of(centre, history, row, moment));
  }
  table.summary = summary_of(table.lines);
  return table;
}

nlohmann::ordered_json to_json(const RevisionTable& table, const TimeZone& zone) {
  nlohmann::ordered_json json;
  json["revisions"] = nlohmann::ordered_json::array();
  for (const auto& line : table.lines) {
    nlohmann::ordered_json row;
    row["indicator"] = line.indicator;
    row["scope"] = nlohmann::ordered_json::object();
    for (const auto& [key, value] : line.scope.keys) row["scope"][key] = value;
    row["period"] = line.period;
    row["first"] = vintage_json(line.first, zone);
    row["second"] = vintage_json(line.second, zone);
    row["final"] = vintage_json(line.final, zone);
    row["latest"] = vintage_json(line.latest, zone);
    if (line.revision) {
      row["revision"] = {{"value", indicators::present(**line.revision, line.decimals)}, {"unit", line.unit}};
    }
    row["cause"] = nlohmann::ordered_json::array();
    for (const auto& cause : line.causes) row["cause"].push_back(indicators::to_json(cause));
    json["revisions"].push_back(std::move(row));
  }
  json["summary"] = nlohmann::ordered_json::array();
  for (const auto& s : table.summary) {
    json["summary"].push_back({{"indicator", s.indicator},
                               {"count", s.count},
                               {"mean_revision", indicators::present(s.mean, s.decimals)},
                               {"mean_absolute_revision", indicators::present(s.mean_absolute, s.decimals)},
                               {"unit", s.unit}});
  }
  return json;
}

}  // namespace songhua::central
