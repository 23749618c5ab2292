#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollup/record.h"
#include "storage/database.h"

namespace songhua::storage {

enum class SourceIndex : std::uint32_t {};

// Small integers for lines, series and sources (edge nodes "GROUP/NODE", imports "import:NAME", "adjust"). In memory
// and in the store; additions are written at once, inside the caller's transaction. Not thread-safe for writing.
class Dictionary final : public rollup::SeriesTable {
 public:
  explicit Dictionary(SQLite::Database& database);

  [[nodiscard]] const SeriesSpec& spec(rollup::SeriesIndex index) const override;
  [[nodiscard]] std::size_t series_count() const { return series_.size(); }
  [[nodiscard]] rollup::LineIndex line(const LineId& id);
  [[nodiscard]] std::optional<rollup::LineIndex> find_line(const LineId& id) const;
  [[nodiscard]] const LineId& line_id(rollup::LineIndex line) const;
  [[nodiscard]] std::size_t line_count() const { return lines_.size(); }
  [[nodiscard]] SourceIndex source(const std::string& name);
  [[nodiscard]] const std::string& source_name(SourceIndex source) const;

  // The index of (line, key, kind); a spec that differs from the stored one replaces it (configuration changed).
  [[nodiscard]] rollup::SeriesIndex series(const SeriesSpec& spec);
  // What is known of the series of (line, key, kind); null where it was never met.
  [[nodiscard]] const SeriesSpec* find_series(const LineId& line, const SeriesKey& key, SeriesKind kind) const;
  [[nodiscard]] rollup::LineIndex line_of(rollup::SeriesIndex series) const;
  // Rises whenever a line or series is added or changed: the forwarded dictionary must be sent again.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  // Reads everything anew: what another connection has added, or what a rollback has taken back.
  void reload();

 private:
  void load();
  SQLite::Database& database_;
  std::deque<LineId> lines_;
  std::map<LineId, rollup::LineIndex> line_index_;
  std::deque<SeriesSpec> series_;
  std::map<std::tuple<LineId, SeriesKey, SeriesKind>, rollup::SeriesIndex> series_index_;
  std::deque<std::string> sources_;
  std::map<std::string, SourceIndex> source_index_;
  std::uint64_t version_ = 0;
};

// A spec as JSON-free text fields, for the store and for the forwarded dictionary; decode refuses unknown forms.
std::string encode_spec(const SeriesSpec& spec);
Result<SeriesSpec> decode_spec(std::string_view text);

}  // namespace songhua::storage
