#include "imports/csv_import.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "imports/number.h"
#include "imports/repeated_hour.h"
#include "imports/row_splitter.h"
#include "imports/time_label.h"
#include "imports/transcoder.h"
#include "model/measures.h"

namespace songhua::imports {
namespace {

using Fields = std::vector<std::string>;

constexpr std::size_t kShownText = 4096;  // of a row in a reject
constexpr std::size_t kMostUnnamed = 100'000;

// What a row's time means: the interval it speaks of, empty for an instant, and the label itself.
struct RowTime {
  UnixMillis label;
  UnixMillis start;
  UnixMillis end;
  std::optional<UnixMillis> again;  // the label's second moment, where it has two
};

struct Series {
  SeriesSpec spec;
  RepeatedHour repeated;  // of a long table, whose rows belong together series by series
  // Amounts given so far by the end of their interval: what the next one's ordinal is.
  std::unordered_map<std::int64_t, std::uint32_t> ordinals;
};

// One object for each series, however many columns feed it, so that ordinals stay unique.
class SeriesTable {
 public:
  Series& of(const SeriesSpec& spec) {
    auto& series = series_[{spec.line, spec.key}];
    if (series.spec.line.empty()) series.spec = spec;
    return series;
  }

 private:
  std::map<std::pair<LineId, SeriesKey>, Series> series_;  // nodes stay where they are
};

// A column of the map and where it stands in the rows.
struct Place {
  Column column;
  std::size_t index = 0;
};

SeriesKind series_kind(ImportKind kind, std::string_view measure) {
  switch (kind) {
    case ImportKind::totalizer:
      return SeriesKind::totalizer;
    case ImportKind::rate:
      return SeriesKind::rate;
    case ImportKind::gauge:
      return natural_kind(measure);
    case ImportKind::amount:
    case ImportKind::count:
      break;
  }
  return SeriesKind::amount;
}

}  // namespace

class CsvImport::Impl {
 public:
  Impl(ImportMap map, ImportSink& sink);
  Result<void> feed(std::string_view chunk);
  Result<void> finish();
  [[nodiscard]] const ImportProgress& progress() const { return progress_; }

 private:
  void take(std::string_view text, std::size_t line, std::string_view fault);
  void take_header(const Fields& header);
  void find(Place& place, const Fields* header);
  void take_row(const Fields& fields);
  void take_wide(const Fields& fields, const RowTime& time);
  void take_keyed(const Fields& fields, const RowTime& time);
  void take_tagged(const Fields& fields, const RowTime& time);
  void take_own(const Fields& fields, const RowTime& time, const ImportSeries& series, Series& target,
                RepeatedHour& repeated);
  bool is_good(const Fields& fields, const std::optional<Place>& place);
  void take_value(std::string cell, const Column& column, const ImportSeries& series, Series& target,
                  const RowTime& time);
  [[nodiscard]] std::optional<RowTime> read_time(const Fields& fields);
  [[nodiscard]] RowTime row_time(UnixMillis label) const;
  [[nodiscard]] std::optional<std::string> key_of(const Fields& fields, const std::optional<Place>& place,
                                                  const std::string& otherwise);
  [[nodiscard]] const std::string* cell(const Fields& fields, const Place& place);
  void give_amount(Series& series, const RowTime& time, Quantity quantity);
  void give(const Series& series, decltype(ImportReading::value) value);
  void fail_header(const std::string& reason);
  void reject(const std::string& reason);

  ImportMap map_;
  ImportSink& sink_;
  Transcoder transcoder_;
  TimeReader time_;
  RowSplitter rows_;
  SeriesTable table_;
  ImportProgress progress_;
  std::optional<Error> failed_;
  bool begun_ = false;
  std::size_t width_ = 0;  // of the header
  std::string_view text_;  // the row at hand
  std::size_t line_ = 0;

  RepeatedHour repeated_;  // of a wide table
  bool distinct_ = true;   // no two of its rows stand at one time: they are no events

  std::vector<Place> time_places_;
  std::vector<Place> series_places_;                  // beside map_.series
  std::vector<Series*> series_;                       // beside map_.series
  std::vector<std::optional<Place>> series_quality_;  // beside map_.series
  std::optional<Place> quality_place_;                // of the whole row
  Place value_place_;                                 // of a long table
  std::optional<Place> tag_place_;
  std::unordered_map<std::string_view, std::size_t> tags_;  // into map_.tags and tag_series_
  std::vector<Series*> tag_series_;
  std::vector<RepeatedHour> tag_repeated_;          // several tags may feed one series
  std::set<std::string, std::less<>> unnamed_;      // tags that were rejected once
  std::array<std::optional<Place>, 4> key_places_;  // line, measure, product, market
};

CsvImport::Impl::Impl(ImportMap map, ImportSink& sink)
    : map_(std::move(map)),
      sink_(sink),
      transcoder_(map_.file.encoding),
      time_(TimeReader::compile(map_.time.format, map_.time.zone).value()),  // the map's reader has checked it
      rows_(map_.file.delimiter, map_.file.skip,
            [this](std::string_view text, std::size_t line, std::string_view fault) { take(text, line, fault); }) {
  for (const Column& column : map_.time.columns) time_places_.push_back({column});
  for (const ImportSeries& series : map_.series) {
    series_places_.push_back({series.column});
    series_quality_.push_back(series.quality ? std::optional(Place{*series.quality}) : std::nullopt);
    series_.push_back(&table_.of(series.spec));
    if (series.spec.kind == SeriesKind::amount && map_.time.interval == Millis{0}) distinct_ = false;
  }
  if (map_.quality.column) quality_place_ = Place{*map_.quality.column};
  if (!map_.keys) return;
  value_place_.column = map_.keys->value;
  if (map_.keys->tag) tag_place_ = Place{*map_.keys->tag};
  for (std::size_t i = 0; i < map_.tags.size(); ++i) {
    tags_.emplace(map_.tags[i].tag, i);
    tag_series_.push_back(&table_.of(map_.tags[i].spec));
    tag_repeated_.emplace_back();
  }
  const std::array columns{&map_.keys->line, &map_.keys->measure, &map_.keys->product, &map_.keys->market};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (*columns[i]) key_places_[i] = Place{**columns[i]};
  }
}

Result<void> CsvImport::Impl::feed(std::string_view chunk) {
  if (!failed_) {
    progress_.bytes += chunk.size();
    rows_.feed(chunk);
  }
  if (failed_) return *failed_;
  return {};
}

Result<void> CsvImport::Impl::finish() {
  if (!failed_) rows_.finish();
  if (!failed_ && !begun_ && map_.file.header) failed_ = Error{"the file is empty: not even a header"};
  if (failed_) return *failed_;
  return {};
}

void CsvImport::Impl::take(std::string_view text, std::size_t line, std::string_view fault) {
  if (failed_) return;
  text_ = text;
  line_ = line;
  const bool is_header = !begun_ && map_.file.header;
  const auto utf8 = fault.empty() ? transcoder_.to_utf8(text) : std::nullopt;
  if (utf8 && std::ranges::any_of(map_.file.ignore, [&](const auto& start) { return utf8->starts_with(start); }))
    return;
  if (!is_header) ++progress_.rows;
  if (!utf8) {
    const std::string reason = !fault.empty() ? std::string(fault)
                               : map_.file.encoding == Encoding::gb18030
                                   ? "is not in the encoding gb18030"
                                   : "is not UTF-8: [file] encoding may say another";
    return is_header ? fail_header(reason) : reject(reason);
  }
  text_ = *utf8;
  const Fields fields = split_fields(*utf8, map_.file.delimiter);
  if (!begun_) take_header(fields);
  if (!is_header && !failed_) take_row(fields);
}

// The first row: tells where the columns stand.
void CsvImport::Impl::take_header(const Fields& fields) {
  begun_ = true;
  const Fields* header = map_.file.header ? &fields : nullptr;
  if (header != nullptr) width_ = header->size();
  for (Place& place : time_places_) find(place, header);
  for (Place& place : series_places_) find(place, header);
  if (map_.keys) find(value_place_, header);
  const auto find_any = [&](auto& places) {
    for (auto& place : places) {
      if (place) find(*place, header);
    }
  };
  find_any(key_places_);
  find_any(series_quality_);
  for (auto* place : {&tag_place_, &quality_place_}) {
    if (*place) find(**place, header);
  }
}

void CsvImport::Impl::find(Place& place, const Fields* header) {
  if (failed_) return;
  if (const auto* number = std::get_if<std::size_t>(&place.column)) {
    place.index = *number - 1;
    if (header != nullptr && *number > header->size()) {
      fail_header("has " + std::to_string(header->size()) + " columns, and no " + to_string(place.column));
    }
    return;
  }
  const auto& name = std::get<std::string>(place.column);
  const auto found = std::find(header->begin(), header->end(), name);
  if (found == header->end()) {
    std::string names;
    for (const auto& other : *header) names += (names.empty() ? "'" : ", '") + other + "'";
    fail_header("has no column '" + name + "', only " + names.substr(0, kShownText) +
                (map_.file.skip == 0 ? "; [file] skip passes over titles before it" : ""));
  } else if (std::find(found + 1, header->end(), name) != header->end()) {
    fail_header("has several columns '" + name + "': write the column's number");
  }
  place.index = static_cast<std::size_t>(found - header->begin());
}

void CsvImport::Impl::take_row(const Fields& fields) {
  if (width_ > 0 && fields.size() > width_ &&
      std::any_of(fields.begin() + static_cast<std::ptrdiff_t>(width_), fields.end(),
                  [](const std::string& field) { return !field.empty(); })) {
    return reject("has " + std::to_string(fields.size()) + " columns, the header " + std::to_string(width_));
  }
  const auto time = read_time(fields);
  if (!time) return;
  const auto before = progress_.readings + progress_.rejects;
  if (tag_place_) {
    take_tagged(fields, *time);
  } else if (map_.keys) {
    take_keyed(fields, *time);
  } else {
    // Also of a row that does not count: the order of all of them tells the second hour from the first.
    const auto settled = row_time(repeated_.settle(time->label, time->again, distinct_));
    if (is_good(fields, quality_place_)) take_wide(fields, settled);
  }
  if (progress_.readings + progress_.rejects == before) ++progress_.silent;
}

std::optional<RowTime> CsvImport::Impl::read_time(const Fields& fields) {
  std::string text;
  for (const Place& place : time_places_) {
    const std::string* part = cell(fields, place);
    if (part == nullptr) return std::nullopt;
    text += (text.empty() ? "" : " ") + *part;
  }
  const auto label = time_.read(text);
  if (!label) {
    reject("'" + text + "' is no time of the format " + map_.time.format);
    return std::nullopt;
  }
  if (map_.time.midnight == Midnight::end_of_same_day && label->midnight) {
    return row_time(window_at(label->time, Grain::day, map_.time.zone).end);
  }
  auto time = row_time(label->time);
  time.again = label->again;
  return time;
}

RowTime CsvImport::Impl::row_time(UnixMillis label) const {
  switch (map_.time.meaning) {
    case TimeMeaning::interval_start:
      return {label, label, label + map_.time.interval, {}};
    case TimeMeaning::interval_end:
      return {label, label - map_.time.interval, label, {}};
    case TimeMeaning::instant:
      break;
  }
  return {label, label, label, {}};
}

// None (and a reject) where the row is too short.
const std::string* CsvImport::Impl::cell(const Fields& fields, const Place& place) {
  if (place.index < fields.size()) return &fields[place.index];
  reject("has " + std::to_string(fields.size()) + " columns, too few for " + to_string(place.column));
  return nullptr;
}

void CsvImport::Impl::take_wide(const Fields& fields, const RowTime& time) {
  for (std::size_t i = 0; i < map_.series.size(); ++i) {
    const std::string* text = cell(fields, series_places_[i]);
    if (text == nullptr || !is_good(fields, series_quality_[i])) continue;
    take_value(*text, series_places_[i].column, map_.series[i], *series_[i], time);
  }
}

// What must not be trusted is rejected like what cannot be read: nobody may wonder where it is.
bool CsvImport::Impl::is_good(const Fields& fields, const std::optional<Place>& place) {
  if (!place) return true;
  const std::string* text = cell(fields, *place);
  if (text == nullptr) return false;
  if (std::ranges::find(map_.quality.good, *text) != map_.quality.good.end()) return true;
  reject(to_string(place->column) + ": the quality is '" + *text + "'");
  return false;
}

std::optional<std::string> CsvImport::Impl::key_of(const Fields& fields, const std::optional<Place>& place,
                                                   const std::string& otherwise) {
  if (!place) return otherwise;
  const std::string* text = cell(fields, *place);
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

void CsvImport::Impl::take_tagged(const Fields& fields, const RowTime& time) {
  const std::string* tag = cell(fields, *tag_place_);
  if (tag == nullptr) return;
  if (const auto known = tags_.find(*tag); known != tags_.end()) {
    const auto i = known->second;
    return take_own(fields, time, map_.tags[i], *tag_series_[i], tag_repeated_[i]);
  }
  // An export may hold thousands of tags that nobody asked for: each is told once.
  ++progress_.unnamed;
  if (unnamed_.size() < kMostUnnamed && unnamed_.insert(*tag).second) {
    reject("no [[tag]] has the name '" + *tag + "'; its other rows are left out, too");
  }
}

// The value of a long table's row, whose series is known.
void CsvImport::Impl::take_own(const Fields& fields, const RowTime& time, const ImportSeries& series, Series& target,
                               RepeatedHour& repeated) {
  const bool distinct = map_.time.interval > Millis{0} || series.spec.kind != SeriesKind::amount;
  const auto settled = row_time(repeated.settle(time.label, time.again, distinct));
  const std::string* text = cell(fields, value_place_);
  if (text != nullptr && is_good(fields, quality_place_)) {
    take_value(*text, value_place_.column, series, target, settled);
  }
}

void CsvImport::Impl::take_keyed(const Fields& fields, const RowTime& time) {
  ImportSeries row;
  row.spec = map_.defaults;
  row.factor = map_.keys->factor;
  const std::array targets{&row.spec.line, &row.spec.key.measure, &row.spec.key.product, &row.spec.key.market};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto text = key_of(fields, key_places_[i], *targets[i]);
    if (!text) return;
    *targets[i] = std::move(*text);
  }
  if (row.spec.line.empty()) return reject("names no line");
  const std::string& measure = row.spec.key.measure;
  if (const auto known = check_measure(measure); !known) return reject(known.error().message);
  const bool natural = natural_kind(measure) != SeriesKind::totalizer;
  row.kind = natural ? ImportKind::gauge : map_.keys->kind;
  row.spec.kind = series_kind(row.kind, measure);
  if (const auto fits = check_kind(measure, row.spec.kind); !fits) return reject(fits.error().message);
  if (row.spec.kind != SeriesKind::totalizer) row.spec.width = 0;
  if (row.spec.unit.empty()) row.spec.unit = unit_of_measure(measure);
  auto& series = table_.of(row.spec);
  take_own(fields, time, row, series, series.repeated);
}

void CsvImport::Impl::take_value(std::string text, const Column& column, const ImportSeries& series, Series& target,
                                 const RowTime& time) {
  if (series.kind == ImportKind::count) {
    if (series.equals ? text == *series.equals : !text.empty()) give_amount(target, time, 1);
    return;
  }
  const auto fault = [&](const char* what) { reject(to_string(column) + ": '" + text + "' is " + what); };
  if (text.empty()) return reject(to_string(column) + " is empty");
  const auto plain = plain_number(text, map_.file.decimal, map_.file.thousands);
  if (!plain) return fault("no number as [file] decimal and thousands say it");
  const std::string& number = *plain;
  if (target.spec.kind == SeriesKind::gauge || target.spec.kind == SeriesKind::rate) {
    const auto value = parse_value(number, series.factor);
    if (!value) return fault("no number, or too large");
    if (target.spec.kind == SeriesKind::rate) return give(target, RateReading{time.start, *value});
    return give(target, GaugeReading{time.start, *value});
  }
  const auto quantity = parse_quantity(number, series.factor);
  if (!quantity) return fault("no number, or too large");
  if (target.spec.kind == SeriesKind::amount) return give_amount(target, time, *quantity);
  if (*quantity < 0) return fault("negative, which a counter cannot be");
  give(target, CounterReading{time.label, *quantity});
}

void CsvImport::Impl::give_amount(Series& series, const RowTime& time, Quantity quantity) {
  const std::uint32_t ordinal = series.ordinals[count_of(time.end)]++;
  give(series, AmountReading{time.start, time.end, ordinal, quantity});
}

void CsvImport::Impl::give(const Series& series, decltype(ImportReading::value) value) {
  ++progress_.readings;
  sink_.reading({&series.spec, value});
}

void CsvImport::Impl::fail_header(const std::string& reason) {
  failed_ = Error{"line " + std::to_string(line_) + ", the header: " + reason};
}

void CsvImport::Impl::reject(const std::string& reason) {
  ++progress_.rejects;
  sink_.reject({line_, std::string(text_.substr(0, kShownText)), reason});
}

CsvImport::CsvImport(ImportMap map, ImportSink& sink) : impl_(std::make_unique<Impl>(std::move(map), sink)) {}
CsvImport::~CsvImport() = default;
Result<void> CsvImport::feed(std::string_view chunk) {
  return impl_->feed(chunk);
}
Result<void> CsvImport::finish() {
  return impl_->finish();
}
const ImportProgress& CsvImport::progress() const {
  return impl_->progress();
}

}  // namespace songhua::imports
