#include "storage/behind.h"

#include "rollup/codec.h"

namespace songhua::storage {
namespace {

template <typename Decoded>
Decoded readable(Result<Decoded> decoded, const std::string& what) {
  if (!decoded) throw SQLite::Exception(what + ": " + decoded.error().message);
  return std::move(*decoded);
}

}  // namespace

const std::optional<Store::Completion::Behind>& Store::Completion::of(SourceIndex source) {
  const auto [it, added] = sources_.try_emplace(source);
  if (!added) return it->second;
  SQLite::Statement query(database_,
                          "SELECT start, stretches FROM touched WHERE source = ? ORDER BY start DESC LIMIT 1");
  query.bind(1, sql_index(source));
  if (!query.executeStep() || query.getColumn(1).isNull()) return it->second;
  const auto start = unix_millis(query.getColumn(0).getInt64());
  it->second = Behind{start, readable(rollup::decode_stretches(blob(query.getColumn(1)), start),
                                      "stretches of source " + std::to_string(static_cast<std::uint32_t>(source)) +
                                          " at " + format_utc(start))};
  return it->second;
}

void Store::Completion::complete(RecordRow& row) {
  const auto& behind = of(row.key.source);
  if (!behind || behind->start != row.key.window.start) return;
  auto record = readable(rollup::decode(row.bytes), "a record at " + format_utc(row.key.window.start));
  rollup::catch_up(record.stretches, behind->stretches);
  row.bytes = rollup::encode(record);
}

std::optional<UnixMillis> Store::newest_touched(SourceIndex source) const {
  SQLite::Statement query(*database_, "SELECT max(start) FROM touched WHERE source = ?");
  query.bind(1, sql_index(source));
  if (!query.executeStep() || query.getColumn(0).isNull()) return std::nullopt;
  return unix_millis(query.getColumn(0).getInt64());
}

std::vector<rollup::LineIndex> Store::complete_window(SourceIndex source, UnixMillis window_start,
                                                      std::uint64_t generation, UnixMillis now) {
  std::vector<rollup::LineIndex> changed;
  Completion completion(*database_);
  SQLite::Statement query(*database_,
                          "SELECT start, source, length, generation, committed, changed, bytes FROM record "
                          "WHERE line = ? AND start = ? AND source = ?");
  for (const auto line : lines_of(source)) {
    query.reset();
    query.bind(1, sql_index(line));
    query.bind(2, sql(window_start));
    query.bind(3, sql_index(source));
    if (!query.executeStep()) continue;
    auto row = row_of(query, line);
    const auto stored = row.bytes;
    completion.complete(row);
    if (row.bytes == stored) continue;
    // Who reads a record has got it whole before: nothing is superseded.
    put_record(row.key, row.bytes, generation, now, false);
    mark_dirty(line, floor_to(window_start, kQuarterHour), generation);
    changed.push_back(line);
  }
  query.reset();
  SQLite::Statement done(*database_, "UPDATE touched SET stretches = NULL WHERE source = ? AND start = ?");
  done.bind(1, sql_index(source));
  done.bind(2, sql(window_start));
  done.exec();
  return changed;
}

std::vector<rollup::LineIndex> Store::complete_windows(std::uint64_t generation, UnixMillis now) {
  std::vector<std::pair<SourceIndex, UnixMillis>> behind;
  SQLite::Statement query(*database_,
                          "SELECT s.id, t.start FROM source s JOIN touched t ON t.source = s.id AND t.start = "
                          "(SELECT max(start) FROM touched WHERE source = s.id) WHERE t.stretches IS NOT NULL");
  while (query.executeStep()) {
    behind.emplace_back(SourceIndex{query.getColumn(0).getUInt()}, unix_millis(query.getColumn(1).getInt64()));
  }
  std::vector<rollup::LineIndex> changed;
  for (const auto& [source, start] : behind) {
    for (const auto line : complete_window(source, start, generation, now)) changed.push_back(line);
  }
  return changed;
}

}  // namespace songhua::storage
