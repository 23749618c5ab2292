#include "ingest/import_rows.h"

#include <map>
#include <nlohmann/json.hpp>

#include "ingest/record_keeper.h"
#include "songhua/v1/journal.pb.h"

namespace songhua::ingest {

std::string encode_rows(const std::vector<ImportRow>& rows, const std::string& reason) {
  v1::ImportRows message;
  message.set_reason(reason);
  std::map<const SeriesSpec*, std::uint32_t> series;
  for (const auto& row : rows) {
    const auto [it, added] = series.try_emplace(row.spec, static_cast<std::uint32_t>(series.size()));
    if (added) message.add_series(storage::encode_spec(*row.spec));
    auto& out = *message.add_rows();
    out.set_series(it->second);
    out.set_time(count_of(row.time));
    out.set_start(count_of(row.start));
    out.set_ordinal(row.ordinal);
    if (row.value >= INT64_MIN && row.value <= INT64_MAX) {
      out.set_value(static_cast<std::int64_t>(row.value));
    } else {
      out.set_big_value(to_string(row.value));
    }
  }
  return message.SerializeAsString();
}

Result<std::vector<std::shared_ptr<rollup::SourceMessage>>> import_messages(std::string_view payload,
                                                                            storage::Dictionary& dictionary) {
  v1::ImportRows rows;
  if (!rows.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Error{"imported rows are damaged"};
  std::vector<rollup::SeriesIndex> series;
  std::vector<rollup::LineIndex> lines;
  for (const auto& text : rows.series()) {
    const auto spec = storage::decode_spec(text);
    if (!spec) return spec.error();
    series.push_back(dictionary.series(*spec));
    lines.push_back(dictionary.line(spec->line));
  }
  std::map<UnixMillis, std::shared_ptr<rollup::SourceMessage>> messages;
  for (const auto& row : rows.rows()) {
    if (row.series() >= series.size()) return Error{"imported rows name an unknown series"};
    auto& message = messages[unix_millis(row.time())];
    if (!message) {
      message = std::make_shared<rollup::SourceMessage>();
      message->time = unix_millis(row.time());
    }
    auto line = std::find_if(message->lines.begin(), message->lines.end(),
                             [&](const auto& part) { return part.line == lines[row.series()]; });
    if (line == message->lines.end()) {
      message->lines.push_back({});
      line = std::prev(message->lines.end());
      line->line = lines[row.series()];
    }
    rollup::MappedReading reading;
    reading.series = series[row.series()];
    reading.time = unix_millis(row.time());
    reading.interval_start = unix_millis(row.start());
    reading.ordinal = row.ordinal();
    reading.value = row.value();
    if (!row.big_value().empty()) {
      const auto value = parse_int128(row.big_value());
      if (!value) return Error{"imported rows hold a value that is no integer"};
      reading.value = *value;
    }
    line->readings.push_back(reading);
  }
  std::vector<std::shared_ptr<rollup::SourceMessage>> out;
  out.reserve(messages.size());
  for (auto& [time, message] : messages) out.push_back(std::move(message));
  return out;
}

storage::Entry import_entry(const std::string& name, bool quarters, std::string payload, UnixMillis now) {
  auto source = std::string(quarters ? kQuarterImportPrefix : kImportPrefix) + name;
  return {storage::EntryKind::import, storage::Fate::applied, now, 0, std::move(source), std::move(payload), 0};
}

storage::Entry adjustment_entry(std::string payload, UnixMillis now) {
  return {storage::EntryKind::adjustment, storage::Fate::applied, now, 0,
          std::string(kAdjustSource),     std::move(payload),     0};
}

storage::Entry line_entry(const LineId& line, bool gone, UnixMillis at, UnixMillis now) {
  const nlohmann::json text{{"line", line}, {"gone", gone}, {"at", count_of(at)}};
  return {storage::EntryKind::line, storage::Fate::noted, now, 0, {}, text.dump(), 0};
}

}  // namespace songhua::ingest
