#include "imports/import_map.h"

#include <algorithm>

#include "imports/time_label.h"
#include "model/measures.h"
#include "model/toml_reader.h"

namespace songhua::imports {
namespace {

constexpr std::int64_t kMostColumns = 100'000;
constexpr std::int64_t kMostSkipped = 10'000;

std::optional<Column> column_of(const toml::node& node) {
  if (const auto name = node.value_exact<std::string>(); name && !name->empty()) return Column{*name};
  const auto number = node.value_exact<std::int64_t>();
  if (number && *number >= 1 && *number <= kMostColumns) return Column{static_cast<std::size_t>(*number)};
  return std::nullopt;
}

// Columns are names only where there is a header to name them.
bool check_column(TomlSection& table, std::string_view key, const std::optional<Column>& column,
                  const FileFormat& file) {
  if (!column) {
    table.fault(key, "must be a column's name, or its number from 1");
    return false;
  }
  const auto* name = std::get_if<std::string>(&*column);
  if (name == nullptr || file.header) return true;
  table.fault(key, "'" + *name + "' is a name, but [file] header is false: write the column's number");
  return false;
}

std::optional<Column> read_column(TomlSection& table, std::string_view key, const FileFormat& file) {
  const toml::node* node = table.node(key);
  if (node == nullptr) return std::nullopt;
  const auto column = column_of(*node);
  return check_column(table, key, column, file) ? column : std::nullopt;
}

std::optional<Column> require_column(TomlSection& table, std::string_view key, const FileFormat& file) {
  if (!table.has(key)) table.fault(key, "is missing and required");
  return read_column(table, key, file);
}

// One column, or several whose texts are joined by a blank.
void read_time_columns(TomlSection& table, const FileFormat& file, std::vector<Column>& columns) {
  const std::string_view key = table.has("columns") ? "columns" : "column";
  if (table.has("columns") && table.has("column")) table.fault("columns", "stands beside column: write one of them");
  const toml::node* node = table.node(key);
  if (node == nullptr) return table.fault(key, "is missing and required");
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    if (const auto column = read_column(table, key, file)) columns.push_back(*column);
    return;
  }
  if (list->empty()) table.fault(key, "must not be empty");
  for (const toml::node& element : *list) {
    const auto column = column_of(element);
    if (!check_column(table, key, column, file)) return;
    columns.push_back(*column);
  }
}

void read_file(TomlSection& root, FileFormat& file) {
  auto table = root.table("file");
  if (!table) return;
  std::string text;
  if (table->read("delimiter", text)) {
    const bool fit = text.size() == 1 && text != "\"" && text != "\n" && text != "\r";
    if (fit) {
      file.delimiter = text.front();
    } else {
      table->fault("delimiter", "must be one character, like \",\" or \";\" or \"\\t\"");
    }
  }
  table->choose<char>("decimal", file.decimal, {{".", '.'}, {",", ','}});
  table->choose<char>("thousands", file.thousands, {{".", '.'}, {",", ','}, {" ", ' '}, {"'", '\''}});
  if (file.thousands == file.decimal) table->fault("thousands", "is the decimal sign, too: which is it?");
  if (std::int64_t skip = 0; table->read("skip", skip)) {
    if (skip < 0 || skip > kMostSkipped) {
      table->fault("skip", "must be the number of lines before the header, 0 to " + std::to_string(kMostSkipped));
    } else {
      file.skip = static_cast<std::size_t>(skip);
    }
  }
  if (table->read("ignore", file.ignore) && std::ranges::find(file.ignore, "") != file.ignore.end()) {
    table->fault("ignore", "holds an empty text, with which every row begins");
  }
  table->read("header", file.header);
  table->choose<Encoding>("encoding", file.encoding, {{"utf-8", Encoding::utf8}, {"gb18030", Encoding::gb18030}});
  table->refuse_unknown_keys();
}

void check_time(TomlSection& table, const TimeFormat& time) {
  const auto reader = TimeReader::compile(time.format, time.zone);
  if (!reader) table.fault("format", reader.error().message);
  const bool interval = time.meaning != TimeMeaning::instant;
  if (interval && !table.has("interval")) {
    table.fault("interval", "is missing: how long is what the time is the start or the end of?");
  }
  if (!interval && table.has("interval")) {
    table.fault("interval", "needs meaning = \"start\" or \"end\": an instant has no length");
  }
  if (time.midnight == Midnight::as_written) return;
  if (time.meaning == TimeMeaning::interval_start) {
    table.fault("midnight", "contradicts meaning = \"start\": nothing starts at 24:00");
  }
  if (reader && !reader->is_civil()) table.fault("midnight", "needs a format of civil times: a Unix time has no 24:00");
}

void read_time(TomlSection& root, const FileFormat& file, TimeFormat& time) {
  auto table = root.table("time");
  if (!table) {
    if (!root.has("time")) root.fault("time", "is missing: [time] says in which column the time stands");
    return;
  }
  read_time_columns(*table, file, time.columns);
  table->read("format", time.format);
  table->read_as("zone", time.zone, TimeZone::find);
  table->choose<TimeMeaning>(
      "meaning", time.meaning,
      {{"instant", TimeMeaning::instant}, {"start", TimeMeaning::interval_start}, {"end", TimeMeaning::interval_end}});
  if (table->read("interval", time.interval) && time.interval <= Millis{0}) {
    table->fault("interval", "must be longer than 0");
  }
  table->choose<Midnight>("midnight", time.midnight,
                          {{"as_written", Midnight::as_written}, {"end_of_same_day", Midnight::end_of_same_day}});
  check_time(*table, time);
  table->refuse_unknown_keys();
}

// What a series is called and how it behaves; keys that are missing keep what `spec` holds.
void read_spec(TomlSection& table, SeriesSpec& spec) {
  table.read("line", spec.line);
  if (table.read("measure", spec.key.measure)) {
    const auto known = check_measure(spec.key.measure);
    if (!known) table.fault("measure", known.error().message);
  }
  table.read("product", spec.key.product);
  table.read("market", spec.key.market);
  table.read("unit", spec.unit);
  table.read("gap", spec.gap);
  table.read("official", spec.official);
  if (std::int64_t width = 0; table.read("width", width)) {
    if (width != 0 && (width < 8 || width > 64))
      table.fault("width", "must be the counter's bits, 8 to 64, or 0 for a counter that does not wrap");
    else
      spec.width = static_cast<std::uint8_t>(width);
  }
  RateLimit limit;
  if (table.read_as("rate_limit", limit, RateLimit::parse, "units per time like \"100/min\"")) spec.rate_limit = limit;
}

void read_factor(TomlSection& table, Fraction& factor) {
  if (!table.read_as("factor", factor, Fraction::parse, "a factor like \"1000\", \"0.5\" or \"3/2\"")) return;
  if (factor.num <= 0) table.fault("factor", "must be greater than zero");
}

bool read_kind(TomlSection& table, ImportKind& kind) {
  return table.choose<ImportKind>("kind", kind,
                                  {{"amount", ImportKind::amount},
                                   {"totalizer", ImportKind::totalizer},
                                   {"rate", ImportKind::rate},
                                   {"count", ImportKind::count},
                                   {"gauge", ImportKind::gauge}});
}

SeriesKind series_kind(ImportKind kind, std::string_view measure) {
  switch (kind) {
    case ImportKind::totalizer:
      return SeriesKind::totalizer;
    case ImportKind::rate:
      return SeriesKind::rate;
    case ImportKind::gauge:
      return natural_kind(measure) == SeriesKind::level ? SeriesKind::level : SeriesKind::gauge;
    case ImportKind::amount:
    case ImportKind::count:
      break;
  }
  return SeriesKind::amount;
}

void read_equals(TomlSection& table, ImportSeries& series) {
  const toml::node* node = table.node("equals");
  if (node == nullptr) return;
  if (const auto number = node->value_exact<std::int64_t>()) {
    series.equals = std::to_string(*number);
  } else if (std::string text; table.read("equals", text)) {
    series.equals = text;
  }
  if (series.kind != ImportKind::count) table.fault("equals", "needs kind = \"count\"");
}

// Of a [[series]] or a [[tag]], which differ only in where the value stands.
ImportSeries read_series(TomlSection& table, const ImportMap& map, bool is_tag) {
  ImportSeries series;
  series.spec = map.defaults;
  read_spec(table, series.spec);
  const std::string& measure = series.spec.key.measure;
  if (!measure.empty() && natural_kind(measure) != SeriesKind::totalizer) series.kind = ImportKind::gauge;
  read_kind(table, series.kind);
  if (is_tag) {
    table.require("name", series.tag);
  } else {
    series.column = require_column(table, "column", map.file).value_or(Column{});
    series.quality = read_column(table, "quality", map.file);
  }
  read_factor(table, series.factor);
  read_equals(table, series);
  if (series.kind == ImportKind::count && table.has("factor"))
    table.fault("factor", "has nothing to act on in a count");
  if (series.spec.line.empty()) table.fault("line", "is missing here and in [defaults]");
  if (measure.empty()) table.fault("measure", "is missing here and in [defaults]");
  series.spec.kind = series_kind(series.kind, measure);
  const auto fits = check_kind(measure, series.spec.kind);
  if (!fits && check_measure(measure)) table.fault(table.has("kind") ? "kind" : "measure", fits.error().message);
  for (const char* key : {"rate_limit", "width"}) {
    if (table.has(key) && series.spec.kind != SeriesKind::totalizer) table.fault(key, "is for totalizers only");
  }
  if (series.spec.kind != SeriesKind::totalizer) series.spec.width = 0;  // of [defaults]
  if (series.spec.unit.empty()) series.spec.unit = unit_of_measure(measure);
  table.refuse_unknown_keys();
  return series;
}

// Several columns may add up to one series of amounts; of any other kind each series has one column.
void check_clash(TomlSection& table, const ImportSeries& series, const std::vector<ImportSeries>& others) {
  for (const ImportSeries& other : others) {
    if (other.spec.line != series.spec.line || other.spec.key != series.spec.key) continue;
    if (other.spec.kind == SeriesKind::amount && series.spec.kind == SeriesKind::amount) continue;
    return table.fault("measure",
                       "two columns give one series of " + series.spec.line + ", " + series.spec.key.measure);
  }
}

// After the series: whether anything says which values are good.
void read_quality(TomlSection& root, ImportMap& map) {
  auto table = root.table("quality");
  if (!table) return;
  map.quality.column = read_column(*table, "column", map.file);
  const bool used = table->has("column") ||
                    std::ranges::any_of(map.series, [](const auto& series) { return series.quality.has_value(); });
  if (!used) table->fault("column", "is missing, and no [[series]] has a quality: which column says it?");
  if (table->read("good", map.quality.good) && map.quality.good.empty()) {
    table->fault("good", "must not be empty: no row would count");
  }
  table->refuse_unknown_keys();
}

void read_tags(TomlSection& root, ImportMap& map) {
  for (TomlSection& table : root.tables("tag")) {
    auto tag = read_series(table, map, true);
    const auto same = [&](const ImportSeries& other) { return other.tag == tag.tag; };
    if (!tag.tag.empty() && std::ranges::any_of(map.tags, same)) table.fault("name", "'" + tag.tag + "' stands twice");
    check_clash(table, tag, map.tags);
    map.tags.push_back(std::move(tag));
  }
  const bool wanted = map.keys && map.keys->tag;
  if (wanted && !root.has("tag")) root.fault("tag", "is missing: [keys] tag needs a [[tag]] for each name");
  if (!wanted && root.has("tag")) root.fault("tag", "needs [keys] tag: the column where the names stand");
}

LongKeys read_keys(TomlSection& table, const ImportMap& map) {
  LongKeys keys;
  keys.tag = read_column(table, "tag", map.file);
  keys.line = read_column(table, "line", map.file);
  keys.measure = read_column(table, "measure", map.file);
  keys.product = read_column(table, "product", map.file);
  keys.market = read_column(table, "market", map.file);
  keys.value = require_column(table, "value", map.file).value_or(Column{});
  if (read_kind(table, keys.kind) && keys.kind == ImportKind::count) {
    table.fault("kind", "count is for [[series]] only");
  }
  read_factor(table, keys.factor);
  if (table.has("tag")) {
    for (const char* key : {"line", "measure", "product", "market", "kind", "factor"}) {
      if (table.has(key)) table.fault(key, "stands beside tag: each [[tag]] says it");
    }
    table.refuse_unknown_keys();
    return keys;
  }
  if (!table.has("line") && map.defaults.line.empty()) table.fault("line", "is missing here and in [defaults]");
  if (!table.has("measure") && map.defaults.key.measure.empty()) {
    table.fault("measure", "is missing here and in [defaults]");
  }
  table.refuse_unknown_keys();
  return keys;
}

}  // namespace

std::string to_string(const Column& column) {
  if (const auto* name = std::get_if<std::string>(&column)) return "column '" + *name + "'";
  return "column " + std::to_string(std::get<std::size_t>(column));
}

Result<ImportMap> ImportMap::parse(std::string_view toml, std::string_view file, const TimeZone& zone) {
  TomlDocument document(toml, std::string(file));
  if (!document.parsed()) return document.faults().error();
  TomlSection root = document.root();
  ImportMap map;
  map.time.zone = zone;
  map.defaults.unit.clear();
  read_file(root, map.file);
  read_time(root, map.file, map.time);
  if (auto table = root.table("defaults")) {
    read_spec(*table, map.defaults);
    table->refuse_unknown_keys();
  }
  for (TomlSection& table : root.tables("series")) {
    ImportSeries series = read_series(table, map, false);
    check_clash(table, series, map.series);
    map.series.push_back(std::move(series));
  }
  if (auto table = root.table("keys")) map.keys = read_keys(*table, map);
  read_tags(root, map);
  read_quality(root, map);
  if (root.has("series") && root.has("keys")) root.fault("keys", "stands beside [[series]]: write one of them");
  if (!root.has("series") && !root.has("keys")) {
    root.fault("", "has neither [[series]], for a column a series, nor [keys], for a value a row");
  }
  root.refuse_unknown_keys();
  if (!document.faults().empty()) return document.faults().error();
  return map;
}

}  // namespace songhua::imports
