#include "imports/import_map.h"

#include "model/toml_reader.h"

namespace songhua::imports {
namespace {

// A column by name or, as an integer, by its number from 1.
bool read_column(TomlSection& table, std::string_view key, Column& target) {
  const auto* node = table.node(key);
  if (!node) return false;
  if (const auto name = node->value_exact<std::string>(); name && !name->empty()) {
    target = *name;
    return true;
  }
  if (const auto number = node->value_exact<std::int64_t>(); number && *number >= 1 && *number <= 100'000) {
    target = static_cast<std::size_t>(*number);
    return true;
  }
  table.fault(key, "write a column's name, or its number from 1");
  return false;
}

std::optional<Column> optional_column(TomlSection& table, std::string_view key) {
  Column column;
  return read_column(table, key, column) ? std::optional(column) : std::nullopt;
}

void read_file_table(TomlSection table, FileFormat& file) {
  std::string text;
  if (table.read("delimiter", text)) {
    if (text == "\\t") text = "\t";
    if (text.size() == 1) {
      file.delimiter = text.front();
    } else {
      table.fault("delimiter", "write one character, like \",\" or \"\\t\"");
    }
  }
  if (table.read("decimal", text)) {
    if (text == "." || text == ",") {
      file.decimal = text.front();
    } else {
      table.fault("decimal", "write \".\" or \",\"");
    }
  }
  table.read("header", file.header);
  table.choose<Encoding>("encoding", file.encoding, {{"utf-8", Encoding::utf8}, {"gb18030", Encoding::gb18030}});
  table.refuse_unknown_keys();
}

void read_time_table(TomlSection table, TimeFormat& time) {
  if (const auto column = optional_column(table, "column")) time.columns.push_back(*column);
  std::vector<std::string> names;
  if (table.has("columns") && table.read("columns", names)) time.columns.assign(names.begin(), names.end());
  if (time.columns.empty()) table.fault("column", "is missing: which column holds the time?");
  table.read("format", time.format);
  table.read_as("zone", time.zone, [](std::string_view name) { return TimeZone::find(name); });
  table.choose<TimeMeaning>(
      "meaning", time.meaning,
      {{"instant", TimeMeaning::instant}, {"start", TimeMeaning::interval_start}, {"end", TimeMeaning::interval_end}});
  const bool has_interval = table.read("interval", time.interval);
  if (time.meaning != TimeMeaning::instant && (!has_interval || time.interval <= Millis{0})) {
    table.fault("interval", "is missing: how long is the interval that starts or ends at the time?");
  }
  table.choose<Midnight>("midnight", time.midnight,
                         {{"as_written", Midnight::as_written}, {"end_of_same_day", Midnight::end_of_same_day}});
  table.refuse_unknown_keys();
}

void read_keys(TomlSection& table, SeriesSpec& spec) {
  table.read("line", spec.line);
  table.read("measure", spec.key.measure);
  table.read("product", spec.key.product);
  table.read("market", spec.key.market);
  table.read("gap", spec.gap);
  table.read("official", spec.official);
  table.read("unit", spec.unit);
  table.read_as(
      "rate_limit", spec.rate_limit,
      [](std::string_view text) -> std::optional<std::optional<RateLimit>> {
        const auto limit = RateLimit::parse(text);
        return limit ? std::optional(std::optional(*limit)) : std::nullopt;
      },
      "a rate like \"100/min\"");
}

bool read_kind(TomlSection& table, ImportKind& kind) {
  return table.choose<ImportKind>("kind", kind,
                                  {{"amount", ImportKind::amount},
                                   {"totalizer", ImportKind::totalizer},
                                   {"rate", ImportKind::rate},
                                   {"count", ImportKind::count},
                                   {"gauge", ImportKind::gauge}});
}

void finish_spec(SeriesSpec& spec, ImportKind kind, bool unit_given) {
  switch (kind) {
    case ImportKind::amount:
    case ImportKind::count:
      spec.kind = SeriesKind::amount;
      break;
    case ImportKind::totalizer:
      spec.kind = SeriesKind::totalizer;
      break;
    case ImportKind::rate:
      spec.kind = SeriesKind::rate;
      break;
    case ImportKind::gauge:
      spec.kind = SeriesKind::gauge;
      break;
  }
  if (!unit_given) spec.unit = std::string(unit_of_measure(spec.key.measure));
}

}  // namespace

std::string to_string(const Column& column) {
  if (const auto* name = std::get_if<std::string>(&column)) return *name;
  return "column " + std::to_string(std::get<std::size_t>(column));
}

Result<ImportMap> ImportMap::parse(std::string_view toml, std::string_view file, const TimeZone& zone) {
  TomlDocument document(toml, std::string(file));
  if (!document.parsed()) return document.faults().error();
  auto root = document.root();
  ImportMap map;
  map.time.zone = zone;
  map.defaults.unit.clear();
  if (auto table = root.table("file")) read_file_table(*table, map.file);
  if (auto table = root.table("time")) {
    read_time_table(*table, map.time);
  } else {
    root.fault("time", "is missing: a table [time] says which column holds the time");
  }
  if (auto table = root.table("defaults")) {
    read_keys(*table, map.defaults);
    table->refuse_unknown_keys();
  }
  for (auto& table : root.tables("series")) {
    ImportSeries series;
    series.spec = map.defaults;
    read_keys(table, series.spec);
    if (!read_kind(table, series.kind) && !table.has("kind")) series.kind = ImportKind::amount;
    if (!read_column(table, "column", series.column) && !table.has("column")) table.fault("column", "is missing");
    table.read_as(
        "factor", series.factor, [](std::string_view text) { return Fraction::parse(text); },
        "a number or a fraction like \"1/3\"");
    std::string equals;
    if (table.read("equals", equals)) series.equals = equals;
    if (series.spec.line.empty()) table.fault("line", "is missing here and in [defaults]");
    if (series.spec.key.measure.empty()) table.fault("measure", "is missing here and in [defaults]");
    finish_spec(series.spec, series.kind, table.has("unit") || !map.defaults.unit.empty());
    table.refuse_unknown_keys();
    map.series.push_back(std::move(series));
  }
  if (auto table = root.table("keys")) {
    LongKeys keys;
    keys.line = optional_column(*table, "line");
    keys.measure = optional_column(*table, "measure");
    keys.product = optional_column(*table, "product");
    keys.market = optional_column(*table, "market");
    if (!read_column(*table, "value", keys.value) && !table->has("value")) table->fault("value", "is missing");
    read_kind(*table, keys.kind);
    table->read_as(
        "factor", keys.factor, [](std::string_view text) { return Fraction::parse(text); }, "a number or a fraction");
    if (!keys.line && map.defaults.line.empty()) table->fault("line", "is missing here and in [defaults]");
    if (!keys.measure && map.defaults.key.measure.empty()) table->fault("measure", "is missing here and in [defaults]");
    table->refuse_unknown_keys();
    map.keys = std::move(keys);
  }
  if (map.series.empty() == !map.keys.has_value()) {
    root.fault("series", "write either [[series]] for a wide table or [keys] for a long one");
  }
  root.refuse_unknown_keys();
  if (!document.faults().empty()) return document.faults().error();
  return map;
}

}  // namespace songhua::imports
