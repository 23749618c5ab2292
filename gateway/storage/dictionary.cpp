#include "storage/dictionary.h"

#include <array>
#include <charconv>

namespace songhua::storage {
namespace {

constexpr char kSeparator = '\x1F';
constexpr std::size_t kFields = 14;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t start = 0;;) {
    const auto end = text.find(kSeparator, start);
    fields.push_back(text.substr(start, end == std::string_view::npos ? end : end - start));
    if (end == std::string_view::npos) return fields;
    start = end + 1;
  }
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

// Fields in order, parted by U+001F: line measure product market kind unit factor width rate_limit silence gap_ms
// trapezoid official, and a format number first.
std::string encode_spec(const SeriesSpec& spec) {
  const std::array<std::string, kFields> fields{
      "1",
      spec.line,
      spec.key.measure,
      spec.key.product,
      spec.key.market,
      std::string(to_string(spec.kind)),
      spec.unit,
      spec.factor.str(),
      std::to_string(spec.width),
      spec.rate_limit ? std::to_string(spec.rate_limit->units) + "/" + std::to_string(spec.rate_limit->per.count())
                      : "",
      spec.silence == Silence::unchanged ? "unchanged" : "unknown",
      std::to_string(spec.gap.count()),
      spec.trapezoid ? "1" : "0",
      spec.official ? "1" : "0"};
  std::string out;
  for (const auto& field : fields) {
    if (&field != &fields.front()) out.push_back(kSeparator);
    out += field;
  }
  return out;
}

Result<SeriesSpec> decode_spec(std::string_view text) {
  const auto fields = split(text);
  const Error malformed{"a series in the dictionary is malformed or of a newer format"};
  if (fields.size() != kFields || fields[0] != "1") return malformed;
  SeriesSpec spec;
  spec.line = fields[1];
  spec.key = {std::string(fields[2]), std::string(fields[3]), std::string(fields[4])};
  const auto kind = parse_series_kind(fields[5]);
  const auto factor = Fraction::parse(fields[7]);
  const auto width = integer(fields[8]);
  const auto gap = integer(fields[11]);
  if (!kind || !factor || !width || *width < 0 || *width > 64 || !gap || *gap < 0) return malformed;
  spec.kind = *kind;
  spec.unit = fields[6];
  spec.factor = *factor;
  spec.width = static_cast<std::uint8_t>(*width);
  if (!fields[9].empty()) {
    const auto slash = fields[9].find('/');
    const auto units = integer(fields[9].substr(0, slash));
    const auto per = slash == std::string_view::npos ? std::nullopt : integer(fields[9].substr(slash + 1));
    if (!units || !per || *per <= 0) return malformed;
    spec.rate_limit = RateLimit{*units, Millis{*per}};
  }
  if (fields[10] != "unchanged" && fields[10] != "unknown") return malformed;
  spec.silence = fields[10] == "unchanged" ? Silence::unchanged : Silence::unknown;
  spec.gap = Millis{*gap};
  spec.trapezoid = fields[12] == "1";
  spec.official = fields[13] == "1";
  return spec;
}

Dictionary::Dictionary(SQLite::Database& database) : database_(database) {
  load();
}

void Dictionary::load() {
  SQLite::Statement lines(database_, "SELECT name FROM line WHERE id >= ? ORDER BY id");
  lines.bind(1, static_cast<std::int64_t>(lines_.size()));
  while (lines.executeStep()) {
    lines_.push_back(lines.getColumn(0).getString());
    line_index_[lines_.back()] = rollup::LineIndex{static_cast<std::uint32_t>(lines_.size() - 1)};
  }
  SQLite::Statement sources(database_, "SELECT name FROM source WHERE id >= ? ORDER BY id");
  sources.bind(1, static_cast<std::int64_t>(sources_.size()));
  while (sources.executeStep()) {
    sources_.push_back(sources.getColumn(0).getString());
    source_index_[sources_.back()] = SourceIndex{static_cast<std::uint32_t>(sources_.size() - 1)};
  }
  SQLite::Statement series(database_, "SELECT spec FROM series WHERE id >= ? ORDER BY id");
  series.bind(1, static_cast<std::int64_t>(series_.size()));
  while (series.executeStep()) {
    const auto spec = decode_spec(series.getColumn(0).getString());
    if (!spec) throw SQLite::Exception("series dictionary: " + spec.error().message);
    series_.push_back(*spec);
    series_index_[{spec->line, spec->key, spec->kind}] =
        rollup::SeriesIndex{static_cast<std::uint32_t>(series_.size() - 1)};
  }
  version_ = static_cast<std::uint64_t>(lines_.size() + series_.size());
}

void Dictionary::reload() {
  lines_.clear();
  line_index_.clear();
  series_.clear();
  series_index_.clear();
  sources_.clear();
  source_index_.clear();
  load();
}

const SeriesSpec& Dictionary::spec(rollup::SeriesIndex index) const {
  return series_.at(static_cast<std::size_t>(index));
}

rollup::LineIndex Dictionary::line(const LineId& id) {
  if (const auto found = find_line(id)) return *found;
  const auto index = rollup::LineIndex{static_cast<std::uint32_t>(lines_.size())};
  SQLite::Statement insert(database_, "INSERT INTO line(id, name) VALUES (?, ?)");
  insert.bind(1, static_cast<std::int64_t>(index));
  insert.bind(2, id);
  insert.exec();
  lines_.push_back(id);
  line_index_[id] = index;
  ++version_;
  return index;
}

std::optional<rollup::LineIndex> Dictionary::find_line(const LineId& id) const {
  const auto it = line_index_.find(id);
  return it == line_index_.end() ? std::nullopt : std::optional(it->second);
}

const LineId& Dictionary::line_id(rollup::LineIndex line) const {
  return lines_.at(static_cast<std::size_t>(line));
}

SourceIndex Dictionary::source(const std::string& name) {
  if (const auto it = source_index_.find(name); it != source_index_.end()) return it->second;
  const auto index = SourceIndex{static_cast<std::uint32_t>(sources_.size())};
  SQLite::Statement insert(database_, "INSERT INTO source(id, name) VALUES (?, ?)");
  insert.bind(1, static_cast<std::int64_t>(index));
  insert.bind(2, name);
  insert.exec();
  sources_.push_back(name);
  source_index_[name] = index;
  return index;
}

const std::string& Dictionary::source_name(SourceIndex source) const {
  return sources_.at(static_cast<std::size_t>(source));
}

rollup::SeriesIndex Dictionary::series(const SeriesSpec& spec) {
  const auto key = std::tuple(spec.line, spec.key, spec.kind);
  if (const auto it = series_index_.find(key); it != series_index_.end()) {
    auto& known = series_[static_cast<std::size_t>(it->second)];
    if (known != spec) {
      SQLite::Statement update(database_, "UPDATE series SET spec = ? WHERE id = ?");
      update.bind(1, encode_spec(spec));
      update.bind(2, static_cast<std::int64_t>(it->second));
      update.exec();
      known = spec;
      ++version_;
    }
    return it->second;
  }
  const auto index = rollup::SeriesIndex{static_cast<std::uint32_t>(series_.size())};
  SQLite::Statement insert(database_, "INSERT INTO series(id, line, spec) VALUES (?, ?, ?)");
  insert.bind(1, static_cast<std::int64_t>(index));
  insert.bind(2, static_cast<std::int64_t>(line(spec.line)));
  insert.bind(3, encode_spec(spec));
  insert.exec();
  series_.push_back(spec);
  series_index_[key] = index;
  ++version_;
  return index;
}

const SeriesSpec* Dictionary::find_series(const LineId& line, const SeriesKey& key, SeriesKind kind) const {
  const auto it = series_index_.find(std::tuple(line, key, kind));
  return it == series_index_.end() ? nullptr : &series_[static_cast<std::size_t>(it->second)];
}

rollup::LineIndex Dictionary::line_of(rollup::SeriesIndex series) const {
  return line_index_.at(spec(series).line);
}

}  // namespace songhua::storage
