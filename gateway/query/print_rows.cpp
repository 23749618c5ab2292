// Text forms of rollup rows. Quantities are written digit by digit: no JSON library holds 128 bits.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "model/csv.h"
#include "query/rollup_rows.h"
#include "rollup/sketch.h"

namespace songhua::query {
namespace {

struct Field {
  std::string name;
  std::string text;
  bool quoted = true;  // as JSON: a string, else taken as it is
};
using Fields = std::vector<Field>;

constexpr std::array<const char*, 9> kGaugeKeys{"count", "sum", "min", "max", "first", "last", "p50", "p95", "p99"};

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view to_string(RollupRow::Status status) {
  switch (status) {
    case RollupRow::Status::final_:
      return "final";
    case RollupRow::Status::preliminary:
      return "preliminary";
    case RollupRow::Status::revised:
      return "revised";
  }
  return "preliminary";
}

// Four decimals, half away from zero: "1.0", "0.9987".
std::string completeness(const RollupRow& row) {
  const auto length = (row.window.end - row.window.start).count();
  const auto parts = length > 0 ? (int128{row.observed_ms} * 20'000 + length) / (int128{length} * 2) : int128{0};
  std::string decimals = songhua::to_string(parts % 10'000);
  decimals.insert(0, 4 - decimals.size(), '0');
  while (decimals.size() > 1 && decimals.back() == '0') decimals.pop_back();
  return songhua::to_string(parts / 10'000) + '.' + decimals;
}

std::vector<std::string> gauge_texts(const rollup::GaugePart& gauge) {
  const auto quantile = [&](unsigned percent) { return rollup::quantile(gauge, percent).str(); };
  return {std::to_string(gauge.count),
          Fixed9{gauge.sum}.str(),
          gauge.min.str(),
          gauge.max.str(),
          gauge.first.value.str(),
          gauge.last.value.str(),
          quantile(50),
          quantile(95),
          quantile(99)};
}

Fields head(const RollupRow& row, bool enterprise, const TimeZone& zone) {
  Fields fields;
  if (enterprise) fields.push_back({"enterprise", row.enterprise});
  fields.push_back({"line", row.line});
  fields.push_back({"measure", row.key.measure});
  fields.push_back({"product", row.key.product});
  fields.push_back({"market", row.key.market});
  fields.push_back({"start", zone.format(row.window.start)});
  fields.push_back({"end", zone.format(row.window.end)});
  return fields;
}

Fields tail(const RollupRow& row) {
  std::string flags;
  for (const auto& flag : row.flags) flags += (flags.empty() ? "" : ";") + flag;
  return {{"unit", row.unit},
          {"status", std::string(to_string(row.status))},
          {"completeness", completeness(row), false},
          {"estimated", row.estimated ? "true" : "false", false},
          {"lives", std::to_string(row.lives), false},
          {"flags", flags}};
}

std::string flags_json(const RollupRow& row) {
  std::string list;
  for (const auto& flag : row.flags) list += (list.empty() ? "" : ",") + json_text(flag);
  return '[' + list + ']';
}

std::string json_row(const RollupRow& row, bool enterprise, const TimeZone& zone) {
  Fields fields = head(row, enterprise, zone);
  if (row.gauge) {
    const auto texts = gauge_texts(*row.gauge);
    for (std::size_t i = 0; i < texts.size(); ++i) fields.push_back({kGaugeKeys[i], texts[i]});
  } else {
    fields.push_back({"quantity", songhua::to_string(row.quantity), false});
  }
  for (auto& field : tail(row)) fields.push_back(std::move(field));
  fields.back() = {"flags", flags_json(row), false};
  if (row.estimated) fields.push_back({"gap", std::to_string(row.gap.count()), false});
  if (row.previous) fields.push_back({"previous", songhua::to_string(*row.previous), false});
  if (row.uncatalogued) fields.push_back({"uncatalogued", "true", false});
  std::string out = "{";
  for (const auto& field : fields) {
    if (out.size() > 1) out += ',';
    out += json_text(field.name) + ':' + (field.quoted ? json_text(field.text) : field.text);
  }
  return out + '}';
}

// Gauge columns only where there is a gauge; the optional keys are always there, so that columns stay in place.
Fields csv_row(const RollupRow& row, bool enterprise, bool quantities, bool gauges, const TimeZone& zone) {
  Fields fields = head(row, enterprise, zone);
  if (quantities) fields.push_back({"quantity", row.gauge ? "" : songhua::to_string(row.quantity)});
  if (gauges) {
    const auto texts = row.gauge ? gauge_texts(*row.gauge) : std::vector<std::string>(kGaugeKeys.size());
    for (std::size_t i = 0; i < texts.size(); ++i) fields.push_back({kGaugeKeys[i], texts[i]});
  }
  for (auto& field : tail(row)) fields.push_back(std::move(field));
  fields.push_back({"gap", row.estimated ? std::to_string(row.gap.count()) : ""});
  fields.push_back({"previous", row.previous ? songhua::to_string(*row.previous) : ""});
  fields.push_back({"uncatalogued", row.uncatalogued ? "true" : ""});
  return fields;
}

void print_lines(std::ostream& out, const std::vector<Fields>& table, bool aligned) {
  if (table.empty()) return;
  std::vector<std::size_t> widths;
  for (const auto& field : table.front()) widths.push_back(field.name.size());
  for (const auto& fields : table) {
    for (std::size_t i = 0; i < fields.size(); ++i) widths[i] = std::max(widths[i], fields[i].text.size());
  }
  const auto line = [&](const Fields& fields, std::string Field::*member) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto& text = fields[i].*member;
      if (i > 0) out << (aligned ? "  " : ",");
      out << (aligned ? text : csv_field(text));
      if (aligned && i + 1 < fields.size()) out << std::string(widths[i] - text.size(), ' ');
    }
    out << '\n';
  };
  line(table.front(), &Field::name);
  for (const auto& fields : table) line(fields, &Field::text);
}

}  // namespace

Result<Format> parse_format(std::string_view text) {
  if (text == "table") return Format::table;
  if (text == "csv") return Format::csv;
  if (text == "json") return Format::json;
  return Error{"'" + std::string(text) + "' is no format: write table, csv or json"};
}

void print_rows(std::ostream& out, std::vector<RollupRow> rows, Format format, const TimeZone& zone) {
  const auto place = [](const RollupRow& row) { return std::tie(row.enterprise, row.line, row.key, row.window); };
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  const bool enterprise =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return !row.enterprise.empty(); });
  if (format == Format::json) {
    out << '[';
    for (std::size_t i = 0; i < rows.size(); ++i) out << (i > 0 ? ",\n " : "") << json_row(rows[i], enterprise, zone);
    out << "]\n";
    return;
  }
  const bool gauges = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.gauge.has_value(); });
  const bool quantities =
      rows.empty() || std::any_of(rows.begin(), rows.end(), [](const auto& row) { return !row.gauge.has_value(); });
  std::vector<Fields> table;
  table.reserve(rows.size());
  for (const auto& row : rows) table.push_back(csv_row(row, enterprise, quantities, gauges, zone));
  if (table.empty()) {  // the header alone tells what an empty answer would have held
    for (const auto& field : csv_row(RollupRow{}, enterprise, quantities, gauges, zone)) {
      out << (field.name == "line" ? "" : format == Format::csv ? "," : "  ") << field.name;
    }
    out << '\n';
    return;
  }
  print_lines(out, table, format == Format::table);
}

}  // namespace songhua::query
