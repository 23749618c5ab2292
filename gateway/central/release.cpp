#include "central/release.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "forward/digest.h"
#include "indicators/presentation.h"

namespace songhua::central {
namespace {

using indicators::IndicatorRequest;
using indicators::IndicatorRow;
using indicators::Scope;
using Json = nlohmann::ordered_json;

// Of parts of the province; the province itself gets the whole vocabulary.
const std::vector<std::string>& part_ids() {
  static const std::vector<std::string> ids{
      "gross_output_current",   "sales_value",        "sales_output_ratio", "export_delivery_value",
      "industrial_value_added", "value_added_growth", "contribution",       "pull",
      "energy_consumption",     "energy_intensity",   "labour_productivity"};
  return ids;
}

std::vector<IndicatorRequest> requests_of(const Period& period, const Scope& province) {
  std::vector<IndicatorRequest> requests;
  const auto ask = [&](const std::vector<std::string>& ids, const Scope& scope, const std::string& by) {
    for (const bool cumulative : {false, true}) {
      if (cumulative && period.cumulative().name() == period.name()) continue;
      IndicatorRequest request;
      request.ids = ids;
      request.period = period;
      request.cumulative = cumulative;
      request.scope = scope;
      request.by = by;
      requests.push_back(std::move(request));
    }
  };
  ask({}, province, "");
  for (const char* by : {"prefecture", "section", "division", "ownership", "holding", "size", "group"}) {
    ask(part_ids(), province, by);
  }
  ask({"product_output", "product_output_growth", "daily_output"}, province, "product");
  ask({"export_delivery_value"}, province, "market");
  ask({"export_delivery_value"}, province, "market_group");
  return requests;
}

// The province's industries in each prefecture are asked for one by one: their codes come from the register.
Result<std::vector<IndicatorRequest>> requests_within(const Study& study, const Period& period, const Scope& province) {
  const auto day = study.inputs->day_of(period.window(study.settings.zone).end - Millis{1});
  const auto prefectures = parts_of(province, "prefecture", *study.inputs, day);
  if (!prefectures) return prefectures.error();
  std::vector<IndicatorRequest> requests;
  for (const auto& prefecture : *prefectures) {
    for (const bool cumulative : {false, true}) {
      if (cumulative && period.cumulative().name() == period.name()) continue;
      IndicatorRequest request;
      request.ids = {"gross_output_current", "industrial_value_added", "value_added_growth"};
      request.period = period;
      request.cumulative = cumulative;
      request.scope = prefecture;
      request.by = "division";
      requests.push_back(std::move(request));
    }
  }
  return requests;
}

// What the values were made of: documents by digest, and of every line the digest of its records.
Json made_of(Centre& centre, const Period& period) {
  Json json;
  json["inputs"] = Json::array();
  for (const auto& document : centre.store().inputs(std::nullopt)) {
    json["inputs"].push_back({{"kind", indicators::to_string(document.kind)},
                              {"name", document.name},
                              {"stored", format_utc(document.stored_at)},
                              {"digest", forward::Digest::of(document.text).hex()}});
  }
  const auto end = period.window(centre.settings().zone).end;
  json["lines"] = Json::array();
  for (const auto& line : centre.store().lines()) {
    std::string all;
    std::size_t count = 0;
    for (const auto& record : centre.store().records(line, std::nullopt)) {
      if (record.window.start >= end) continue;
      all.append(record.incarnation).append("/").append(std::to_string(record.generation)).append("/");
      all.append(record.content);
      ++count;
    }
    json["lines"].push_back({{"enterprise", line.enterprise},
                             {"line", line.line},
                             {"records", count},
                             {"digest", forward::Digest::of(all).hex()}});
  }
  return json;
}

Json rows_json(const std::vector<IndicatorRow>& operators, const std::vector<IndicatorRow>& outward,
               const disclosure::RowProtection& protection) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const auto code = std::string(to_string(protection.rows[i]));
    rows.push_back({{"row", to_json(operators[i], true)}, {"conf", code}, {"out", to_json(outward[i], false)}});
  }
  return rows;
}

std::string next_name(Centre& centre, const Period& period) {
  const auto& releases = centre.releases();
  const auto before = std::ranges::count(releases, period.name(), &Publication::period);
  return period.name() + "/" + std::to_string(before + 1);
}

// Cells by what they were given out as: "figures|2019-03|region=220100".
Error uncovered(const std::vector<std::string>& cells) {
  constexpr std::size_t kNamed = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(cells.size(), kNamed); ++i) list += (i > 0 ? ", " : "") + cells[i];
  if (cells.size() > kNamed) list += " and " + std::to_string(cells.size() - kNamed) + " more";
  return Error{
      "nothing is given out: with what earlier releases and bulletins gave out, and with the data as it is now, " +
      list + " would be known, which must be withheld. Ask for a period or region with more respondents, or " +
      "leave it at the earlier release (songhua-central publish --list)"};
}

}  // namespace

Result<disclosure::RowProtection> guard(Centre& centre, std::vector<IndicatorRow>& rows, const Moment& moment) {
  const auto study = centre.study(moment);
  if (!study) return study.error();
  auto& archive = centre.store().archive();
  disclosure::Decisions earlier;
  for (const auto& [cell, decision] : archive.decisions(std::nullopt)) earlier[cell] = decision.code != "F";
  indicators::Microdata micro(*study->inputs, *study->source, study->settings.indicators);
  auto protection = disclosure::protect(rows, micro, earlier, study->settings.disclosure);
  if (!protection.exposed.empty()) {
    // Those that were given out themselves are why the others are known.
    std::stable_partition(protection.exposed.begin(), protection.exposed.end(),
                          [&](const std::string& cell) { return earlier.contains(cell); });
    return uncovered(protection.exposed);
  }
  disclosure::withhold(rows, protection);
  std::map<std::string, std::string> codes;
  for (const auto& [cell, code] : protection.codes) codes[cell] = to_string(code);
  centre.store().transact([&] { archive.put_decisions(codes, moment.now); });
  return protection;
}

Result<std::vector<IndicatorRow>> rows_for(const Study& study, const Period& period,
                                           const std::vector<IndicatorRequest>& also) {
  const auto province = Scope{}.with("region", study.settings.region);
  auto requests = requests_of(period, province);
  const auto within = requests_within(study, period, province);
  if (!within) return within.error();
  requests.insert(requests.end(), within->begin(), within->end());
  requests.insert(requests.end(), also.begin(), also.end());
  std::vector<IndicatorRow> rows;
  std::set<std::tuple<std::string, std::string, Scope>> known;
  for (const auto& request : requests) {
    auto part = study.compared(request);
    if (!part) return part.error();
    for (auto& row : *part) {
      if (known.emplace(row.indicator, row.period, row.scope).second) rows.push_back(std::move(row));
    }
  }
  return rows;
}

Result<Publication> publish(Centre& centre, const Period& period, UnixMillis now,
                            const std::vector<IndicatorRequest>& also) {
  const Moment moment{now, std::nullopt};
  if (period.window(centre.settings().zone).end > now) {
    return Error{"period " + period.name() + " has not ended: a release is of a whole period"};
  }
  auto study = centre.study(moment);
  if (!study) return study.error();
  auto rows = rows_for(*study, period, also);
  if (!rows) return rows.error();
  auto outward_rows = *rows;
  const auto protection = guard(centre, outward_rows, moment);
  if (!protection) return protection.error();
  Publication publication{next_name(centre, period), period.name(), now, {}};
  Json document;
  document["name"] = publication.name;
  document["period"] = publication.period;
  document["at"] = format_utc(now);
  document["settings"] = to_text(study->settings);
  document["disclosure"] = {{"primary", protection->primary},
                            {"secondary", protection->secondary},
                            {"exact", protection->exact},
                            {"linked", protection->linked}};
  document["made_of"] = made_of(centre, period);
  document["rows"] = rows_json(*rows, outward_rows, *protection);
  publication.document = document.dump();
  centre.store().transact([&] {
    publication.name = next_name(centre, period);  // another process may have published meanwhile
    centre.store().archive().put_publication(publication);
  });
  return publication;
}

std::vector<ReleasedRow> rows_of(const Publication& publication) {
  std::vector<ReleasedRow> rows;
  const auto document = Json::parse(publication.document);
  for (const auto& row : document.at("rows")) rows.push_back({row.at("row"), row.at("conf").get<std::string>()});
  return rows;
}

Json outward(const Publication& publication) {
  auto rows = Json::array();
  const auto document = Json::parse(publication.document);
  for (const auto& row : document.at("rows")) rows.push_back(row.at("out"));
  return rows;
}

std::optional<Publication> release_with(Centre& centre, const std::string& period) {
  std::optional<Publication> newest;
  for (const auto& release : centre.releases()) {
    const auto own = Period::parse(release.period);
    if (release.period == period || (own && own->cumulative().name() == period)) newest = release;
  }
  return newest;
}

}  // namespace songhua::central
