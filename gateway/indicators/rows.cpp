#include "indicators/indicators.h"
#include "indicators/presentation.h"
#include "model/csv.h"

// Rows as JSON and CSV (interfaces.md: indicator rows).
namespace songhua::indicators {
namespace {

using Json = nlohmann::ordered_json;

std::string_view status_name(Status status) {
  return status == Status::final ? "final" : status == Status::revised ? "revised" : "preliminary";
}

bool is_rate(const IndicatorRow& row) {
  return row.unit == "%" || row.unit == "pp";
}

// New minus old, rounded once: rates and shares in pp with 2 decimals; levels in their unit and decimals, and in
// percent of the old value.
Json revision_json(const IndicatorRow& row) {
  Json json;
  const auto& change = **row.revision;
  json["value"] = present(change, is_rate(row) ? 2 : row.decimals);
  json["unit"] = is_rate(row) ? "pp" : row.unit;
  if (is_rate(row)) return json;
  const auto& old = *row.previous->exact;
  if (old == 0) {
    json["percent"] = nullptr;
    json["reason"] = to_string(Reason::base_not_positive);
  } else {
    json["percent"] = present(change / old * 100, 2);
  }
  return json;
}

Json previous_json(const PublishedFigure& previous, bool exact) {
  Json json;
  json["value"] = previous.exact ? Json(previous.value) : Json(nullptr);
  if (exact && previous.exact) json["exact"] = exact_text(*previous.exact);
  json["status"] = previous.status;
  json["at"] = format_utc(previous.at);
  json["cause"] = Json::array();
  for (const auto& cause : previous.causes) json["cause"].push_back(to_json(cause));
  return json;
}

Json warnings_json(const IndicatorRow& row) {
  Json list = Json::array();
  for (const auto& [kind, warning] : row.warnings) {
    list.push_back({{"warning", kind}, {"count", warning.count}, {"items", warning.items}});
  }
  return list;
}

const std::vector<std::string>& csv_keys() {
  static const std::vector<std::string> keys{"indicator", "scope",         "period",   "value",    "reason",
                                             "exact",     "unit",          "status",   "flags",    "warnings",
                                             "published", "method",        "index",    "base",     "base_source",
                                             "coverage",  "imputed_share", "previous", "revision", "conf"};
  return keys;
}

std::string cell(const Json& json, const std::string& key) {
  if (!json.contains(key) || json.at(key).is_null()) return {};
  const auto& value = json.at(key);
  if (key == "flags") {
    std::string flags;
    for (const auto& flag : value) flags += (flags.empty() ? "" : ";") + flag.get<std::string>();
    return flags;
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Json to_json(const Cause& cause) {
  Json json;
  json["kind"] = cause.kind;
  json["what"] = cause.what;
  if (!cause.place.empty()) json["place"] = cause.place;
  json["at"] = format_utc(cause.at);
  return json;
}

Json to_json(const IndicatorRow& row, bool exact) {
  Json json;
  json["indicator"] = row.indicator;
  json["scope"] = Json::object();
  for (const auto key : kScopeKeys) {
    if (row.scope.has(key)) json["scope"][std::string(key)] = row.scope.get(key);
  }
  json["period"] = row.period;
  if (row.value.known()) {
    json["value"] = present(row.shown ? *row.shown : *row.value, row.decimals);
    if (exact) json["exact"] = exact_text(*row.value);
  } else {
    json["value"] = nullptr;
    json["reason"] = to_string(row.value.reason());
  }
  json["unit"] = row.unit;
  json["status"] = status_name(row.status);
  if (!row.flags.empty()) json["flags"] = row.flags;
  if (!row.warnings.empty()) json["warnings"] = warnings_json(row);
  if (row.published) json["published"] = *row.published;
  if (!row.method.empty()) json["method"] = row.method;
  if (!row.index.empty()) json["index"] = row.index;
  if (!row.base.empty()) json["base"] = row.base;
  if (!row.base_source.empty()) json["base_source"] = row.base_source;
  if (row.coverage) json["coverage"] = present(*row.coverage, 1);
  if (row.imputed_share) json["imputed_share"] = present(*row.imputed_share, 1);
  if (row.previous) json["previous"] = previous_json(*row.previous, exact);
  if (row.revision) json["revision"] = revision_json(row);
  if (!row.conf.empty()) json["conf"] = row.conf;
  return json;
}

Json to_json(const Explanation& explanation) {
  Json json;
  json["label"] = explanation.label;
  if (!explanation.formula.empty()) json["formula"] = explanation.formula;
  if (!explanation.value.empty()) json["value"] = explanation.value;
  if (!explanation.unit.empty()) json["unit"] = explanation.unit;
  if (!explanation.status.empty()) json["status"] = explanation.status;
  if (!explanation.source.empty()) json["source"] = explanation.source;
  if (!explanation.rule.empty()) json["rule"] = explanation.rule;
  if (explanation.at) json["at_ms"] = count_of(*explanation.at);
  if (!explanation.children.empty()) {
    json["children"] = Json::array();
    for (const auto& child : explanation.children) json["children"].push_back(to_json(child));
  }
  return json;
}

std::string to_csv(const std::vector<IndicatorRow>& rows, bool exact) {
  std::string text;
  for (const auto& key : csv_keys()) text += (text.empty() ? "" : ",") + key;
  text += "\n";
  for (const auto& row : rows) {
    const auto json = to_json(row, exact);
    std::string line;
    for (const auto& key : csv_keys()) line += (&key == &csv_keys().front() ? "" : ",") + csv_field(cell(json, key));
    text += line + "\n";
  }
  return text;
}

}  // namespace songhua::indicators
