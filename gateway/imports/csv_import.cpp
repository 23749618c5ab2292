#include "imports/csv_import.h"

#include <date/date.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <sstream>
#include <tuple>
#include <vector>

#include "imports/line_splitter.h"

namespace songhua::imports {
namespace {

constexpr std::size_t kLongestRow = std::size_t{1} << 20U;

std::vector<std::string> split(std::string_view row, char delimiter) {
  std::vector<std::string> fields;
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const char c = row[i];
    if (quoted) {
      if (c == '"' && i + 1 < row.size() && row[i + 1] == '"') {
        field.push_back(row[++i]);
      } else if (c == '"') {
        quoted = false;
      } else {
        field.push_back(c);
      }
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else if (c == delimiter) {
      fields.push_back(std::move(field));
      field.clear();
    } else {
      field.push_back(c);
    }
  }
  fields.push_back(std::move(field));
  return fields;
}

std::string trimmed(std::string text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::string> from_gb18030(const std::string& text) {
  const auto converter = iconv_open("UTF-8", "GB18030");
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string in = text, out(text.size() * 4 + 4, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t from_left = in.size(), to_left = out.size();
  const bool ok = iconv(converter, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1) && from_left == 0;
  iconv_close(converter);
  if (!ok) return std::nullopt;
  out.resize(out.size() - to_left);
  return out;
}

// Civil time of a label; whether it is midnight decides what a day's last row means.
struct Label {
  UnixMillis utc;
  date::local_days day;
  bool midnight = false;
  bool civil = false;
};

std::optional<Label> parse_label(const std::string& text, const TimeFormat& format) {
  Label label;
  if (format.format == "unix_ms") {
    const auto value = parse_int128(text);
    if (!value || *value < -62'135'596'800'000 || *value > 253'402'300'799'999) return std::nullopt;
    label.utc = unix_millis(static_cast<std::int64_t>(*value));
    return label;
  }
  if (format.format == "iso") {
    const auto time = format.zone.parse(text);
    if (!time) return std::nullopt;
    label.utc = *time;
    return label;
  }
  std::istringstream in(text);
  date::local_time<Millis> local;
  in >> date::parse(format.format, local);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  label.day = date::floor<date::days>(local);
  const date::year_month_day ymd(label.day);
  const auto time_of_day = local - label.day;
  label.utc = format.zone.to_utc(int(ymd.year()), unsigned(ymd.month()), unsigned(ymd.day()), time_of_day);
  label.midnight = time_of_day == Millis{0};
  label.civil = true;
  return label;
}

UnixMillis end_of_day(const Label& label, const TimeZone& zone) {
  const date::year_month_day next(label.day + date::days{1});
  return zone.to_utc(int(next.year()), unsigned(next.month()), unsigned(next.day()));
}

}  // namespace

struct CsvImport::Impl {
  Impl(ImportMap import_map, ImportSink& out)
      : map(std::move(import_map)),
        sink(out),
        splitter(kLongestRow,
                 [this](std::string_view text, std::size_t line, bool too_long) { take(text, line, too_long); }) {}

  void take(std::string_view text, std::size_t line, bool too_long) {
    // A quoted field may hold line ends: such a row goes on on the next line.
    if (pending.empty()) first_line = line;
    if (!pending.empty()) pending += '\n';
    pending += text;
    if (!too_long && std::count(pending.begin(), pending.end(), '"') % 2 != 0 && pending.size() < kLongestRow) return;
    std::string row = std::move(pending);
    pending.clear();
    if (row.find_first_not_of(" \t") == std::string::npos || failed) return;
    if (too_long || row.size() >= kLongestRow) return reject(row.substr(0, 200), "the row is longer than 1 MiB");
    if (map.file.encoding == Encoding::gb18030) {
      const auto utf8 = from_gb18030(row);
      if (!utf8) return reject(row, "the row is not GB18030");
      row = *utf8;
    }
    auto fields = split(row, map.file.delimiter);
    for (auto& field : fields) field = trimmed(std::move(field));
    if (!begun) {
      begun = true;
      if (map.file.header) return resolve(&fields);
      resolve(nullptr);
      if (failed) return;
    }
    ++progress.rows;
    take_row(row, fields);
  }

  // Columns by name to places in a row; once.
  void resolve(const std::vector<std::string>* header) {
    const auto place = [&](const Column& column) -> std::size_t {
      if (const auto* number = std::get_if<std::size_t>(&column)) return *number - 1;
      const auto& name = std::get<std::string>(column);
      if (!header) {
        fail("column '" + name + "' is named, but the file has no header: write its number");
        return 0;
      }
      const auto it = std::find(header->begin(), header->end(), name);
      if (it == header->end()) fail("the header has no column '" + name + "'");
      return static_cast<std::size_t>(it - header->begin());
    };
    for (const auto& column : map.time.columns) time_places.push_back(place(column));
    for (const auto& series : map.series) series_places.push_back(place(series.column));
    if (!map.keys) return;
    value_place = place(map.keys->value);
    const std::array keys{&map.keys->line, &map.keys->measure, &map.keys->product, &map.keys->market};
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (*keys[i]) key_places[i] = place(**keys[i]);
    }
  }

  void fail(const std::string& message) {
    if (!failed) failed = Error{message};
  }

  void reject(std::string_view row, const std::string& reason) {
    ++progress.rejects;
    sink.reject({first_line, std::string(row), reason});
  }

  void take_row(const std::string& row, const std::vector<std::string>& fields) {
    std::string text;
    for (const auto place : time_places) {
      if (place >= fields.size()) return reject(row, "the row is too short: it has no time");
      text += (text.empty() ? "" : " ") + fields[place];
    }
    const auto label = parse_label(text, map.time);
    if (!label) return reject(row, "'" + text + "' is no time of the form " + map.time.format);
    const bool end_label = map.time.midnight == Midnight::end_of_same_day && label->civil && label->midnight;
    UnixMillis start = label->utc, end = label->utc;
    if (map.time.meaning == TimeMeaning::interval_end) {
      end = end_label ? end_of_day(*label, map.time.zone) : label->utc;
      start = end - map.time.interval;
    } else if (map.time.meaning == TimeMeaning::interval_start) {
      end = start + map.time.interval;
    }
    const auto before = progress.readings + progress.rejects;
    for (std::size_t i = 0; i < map.series.size(); ++i) {
      const auto& series = map.series[i];
      if (series_places[i] >= fields.size()) {
        reject(row, "the row is too short: it has no " + to_string(series.column));
        continue;
      }
      take_value(row, fields[series_places[i]], series.spec, series.kind, series.factor, series.equals, start, end);
    }
    if (map.keys) take_long(row, fields, start, end);
    if (progress.readings + progress.rejects == before) ++progress.silent;
  }

  void take_long(const std::string& row, const std::vector<std::string>& fields, UnixMillis start, UnixMillis end) {
    SeriesSpec wanted = map.defaults;
    const std::array targets{&wanted.line, &wanted.key.measure, &wanted.key.product, &wanted.key.market};
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (!key_places[i]) continue;
      if (*key_places[i] >= fields.size()) return reject(row, "the row is too short");
      *targets[i] = fields[*key_places[i]];
    }
    if (wanted.line.empty() || wanted.key.measure.empty()) return reject(row, "the row names no line or no measure");
    if (value_place >= fields.size()) return reject(row, "the row is too short: it has no value");
    auto kind = map.keys->kind;
    if (wanted.key.measure.starts_with("process.")) kind = ImportKind::gauge;
    wanted.kind = kind == ImportKind::gauge       ? SeriesKind::gauge
                  : kind == ImportKind::rate      ? SeriesKind::rate
                  : kind == ImportKind::totalizer ? SeriesKind::totalizer
                                                  : SeriesKind::amount;
    if (wanted.unit.empty()) wanted.unit = std::string(unit_of_measure(wanted.key.measure));
    const auto& spec = long_specs.try_emplace({wanted.line, wanted.key}, wanted).first->second;
    take_value(row, fields[value_place], spec, kind, map.keys->factor, std::nullopt, start, end);
  }

  void take_value(const std::string& row, std::string cell, const SeriesSpec& spec, ImportKind kind, Fraction factor,
                  const std::optional<std::string>& equals, UnixMillis start, UnixMillis end) {
    if (kind == ImportKind::count) {
      if (equals ? cell != *equals : cell.empty()) return;
      return give(spec, amount(spec, start, end, 1));
    }
    if (map.file.decimal == ',') std::replace(cell.begin(), cell.end(), ',', '.');
    const auto fixed = Fixed9::parse(cell);
    const auto scaled = fixed ? scale_floor(fixed->units, factor) : std::nullopt;
    if (!scaled) return reject(row, "'" + cell + "' is no number that " + spec.key.measure + " can be");
    if (kind == ImportKind::gauge) return give(spec, GaugeReading{end, Fixed9{*scaled}});
    if (kind == ImportKind::rate) return give(spec, RateReading{start, Fixed9{*scaled}});
    const auto quantity = floor_div(*scaled, Fixed9::kOne);
    if (kind == ImportKind::amount) return give(spec, amount(spec, start, end, quantity));
    if (quantity < 0) return reject(row, "'" + cell + "' is negative, and " + spec.key.measure + " is a totalizer");
    give(spec, CounterReading{end, quantity});
  }

  AmountReading amount(const SeriesSpec& spec, UnixMillis start, UnixMillis end, Quantity quantity) {
    return {start, end, ordinals[{&spec, end}]++, quantity};
  }

  template <typename Value>
  void give(const SeriesSpec& spec, Value value) {
    ++progress.readings;
    sink.reading({&spec, value});
  }

  ImportMap map;
  ImportSink& sink;
  LineSplitter splitter;
  ImportProgress progress;
  std::optional<Error> failed;
  std::string pending;
  std::size_t first_line = 1;
  bool begun = false;
  std::vector<std::size_t> time_places;
  std::vector<std::size_t> series_places;
  std::size_t value_place = 0;
  std::array<std::optional<std::size_t>, 4> key_places;
  std::map<std::pair<LineId, SeriesKey>, SeriesSpec> long_specs;
  std::map<std::pair<const SeriesSpec*, UnixMillis>, std::uint32_t> ordinals;
};

CsvImport::CsvImport(ImportMap map, ImportSink& sink) : impl_(std::make_unique<Impl>(std::move(map), sink)) {}
CsvImport::~CsvImport() = default;

Result<void> CsvImport::feed(std::string_view chunk) {
  impl_->progress.bytes += chunk.size();
  impl_->splitter.feed(chunk);
  if (impl_->failed) return *impl_->failed;
  return {};
}

Result<void> CsvImport::finish() {
  impl_->splitter.finish();
  if (impl_->failed) return *impl_->failed;
  if (!impl_->pending.empty())
    return Error{"line " + std::to_string(impl_->first_line) + ": a quoted field is never closed"};
  if (!impl_->begun && impl_->map.file.header) return Error{"the file has not even a header"};
  return {};
}

const ImportProgress& CsvImport::progress() const {
  return impl_->progress;
}

}  // namespace songhua::imports
