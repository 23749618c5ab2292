#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "central/archive.h"

namespace songhua::central {

// The archive's tables in the centre's SQLite file. `database` must outlive it.
class SqliteArchive final : public Archive {
 public:
  explicit SqliteArchive(SQLite::Database& database) : database_(database) {}

  void put_settings(const std::string& text, UnixMillis now) override;
  std::optional<std::string> settings(std::optional<UnixMillis> as_of) override;
  void put_publication(const Publication& publication) override;
  std::vector<Publication> publications(std::optional<UnixMillis> as_of) override;
  std::int64_t publication_count() override;
  void put_decisions(const std::map<std::string, std::string>& codes, UnixMillis now) override;
  std::map<std::string, StoredDecision> decisions(std::optional<UnixMillis> as_of) override;
  std::optional<UnixMillis> first_record() override;
  std::vector<RecordChange> record_changes(UnixMillis from, UnixMillis to, Window span) override;
  std::vector<UnixMillis> change_times(UnixMillis from, Window span) override;
  std::vector<LineWord> line_words(UnixMillis from, UnixMillis to) override;

 private:
  SQLite::Database& database_;
};

}  // namespace songhua::central
