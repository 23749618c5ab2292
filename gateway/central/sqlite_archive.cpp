#include "central/sqlite_archive.h"

#include "central/sqlite_words.h"
#include "storage/database.h"

namespace songhua::central {
namespace {

constexpr std::size_t kMaxDocument = std::size_t{256} << 20U;

std::int64_t until(std::optional<UnixMillis> as_of) {
  return as_of ? sql(*as_of) : INT64_MAX;
}

}  // namespace

void SqliteArchive::put_settings(const std::string& text, UnixMillis now) {
  if (settings(std::nullopt) == text) return;
  SQLite::Statement put(database_, "INSERT INTO setting(stored, text) VALUES (?, ?)");
  put.bind(1, sql(now));
  put.bind(2, text);
  put.exec();
}

std::optional<std::string> SqliteArchive::settings(std::optional<UnixMillis> as_of) {
  SQLite::Statement query(database_, "SELECT text FROM setting WHERE stored <= ? ORDER BY id DESC LIMIT 1");
  query.bind(1, until(as_of));
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getString();
}

void SqliteArchive::put_publication(const Publication& publication) {
  SQLite::Statement put(database_, "INSERT INTO publication(name, period, at, document) VALUES (?, ?, ?, ?)");
  put.bind(1, publication.name);
  put.bind(2, publication.period);
  put.bind(3, sql(publication.at));
  bind_blob(put, 4, storage::compress(publication.document));
  put.exec();
}

std::vector<Publication> SqliteArchive::publications(std::optional<UnixMillis> as_of) {
  SQLite::Statement query(database_, "SELECT name, period, at, document FROM publication WHERE at <= ? ORDER BY id");
  query.bind(1, until(as_of));
  std::vector<Publication> all;
  while (query.executeStep()) {
    const auto name = query.getColumn(0).getString();
    auto document = storage::inflate(blob(query.getColumn(3)), kMaxDocument);
    if (!document) throw SQLite::Exception("publication " + name + " cannot be read from the store");
    all.push_back(
        {name, query.getColumn(1).getString(), unix_millis(query.getColumn(2).getInt64()), std::move(*document)});
  }
  return all;
}

std::int64_t SqliteArchive::publication_count() {
  return database_.execAndGet("SELECT coalesce(max(id), 0) FROM publication").getInt64();
}

void SqliteArchive::put_decisions(const std::map<std::string, std::string>& codes, UnixMillis now) {
  SQLite::Statement put(database_, "INSERT OR IGNORE INTO decision VALUES (?, ?, ?)");
  for (const auto& [cell, code] : codes) {
    put.reset();
    put.bind(1, cell);
    put.bind(2, code);
    put.bind(3, sql(now));
    put.exec();
  }
}

std::map<std::string, StoredDecision> SqliteArchive::decisions(std::optional<UnixMillis> as_of) {
  SQLite::Statement query(database_, "SELECT cell, code, stored FROM decision WHERE stored <= ?");
  query.bind(1, until(as_of));
  std::map<std::string, StoredDecision> all;
  while (query.executeStep()) {
    all[query.getColumn(0).getString()] = {query.getColumn(1).getString(), unix_millis(query.getColumn(2).getInt64())};
  }
  return all;
}

std::optional<UnixMillis> SqliteArchive::first_record() {
  const auto first = database_.execAndGet("SELECT min(committed) FROM record");
  if (first.isNull()) return std::nullopt;
  return unix_millis(first.getInt64());
}

std::vector<RecordChange> SqliteArchive::record_changes(UnixMillis from, UnixMillis to, Window span) {
  SQLite::Statement query(database_,
                          "SELECT l.enterprise, l.name, c.start, c.length, max(c.at), max(c.final) FROM ("
                          "SELECT line, start, length, replaced AS at, was_final AS final FROM superseded "
                          "WHERE replaced > ?1 AND replaced <= ?2 AND start >= ?3 AND start < ?4 UNION ALL "
                          "SELECT line, start, length, committed, 0 FROM record "
                          "WHERE committed > ?1 AND committed <= ?2 AND start >= ?3 AND start < ?4) c "
                          "JOIN line l ON l.id = c.line GROUP BY c.line, c.start, c.length "
                          "ORDER BY l.enterprise, l.name, c.start, c.length");
  query.bind(1, sql(from));
  query.bind(2, sql(to));
  query.bind(3, sql(span.start));
  query.bind(4, sql(span.end));
  std::vector<RecordChange> all;
  while (query.executeStep()) {
    const auto start = unix_millis(query.getColumn(2).getInt64());
    all.push_back({{query.getColumn(0).getString(), query.getColumn(1).getString()},
                   {start, start + Millis{query.getColumn(3).getInt64()}},
                   unix_millis(query.getColumn(4).getInt64()),
                   query.getColumn(5).getInt() != 0});
  }
  return all;
}

std::vector<UnixMillis> SqliteArchive::change_times(UnixMillis from, Window span) {
  SQLite::Statement query(database_,
                          "SELECT DISTINCT replaced FROM superseded WHERE replaced > ?1 AND was_final = 1 "
                          "AND start >= ?2 AND start < ?3 UNION SELECT stored FROM input WHERE stored > ?1 "
                          "UNION SELECT stored FROM setting WHERE stored > ?1 "
                          "UNION SELECT stored FROM line_state WHERE stored > ?1 ORDER BY 1");
  query.bind(1, sql(from));
  query.bind(2, sql(span.start));
  query.bind(3, sql(span.end));
  std::vector<UnixMillis> times;
  while (query.executeStep()) times.push_back(unix_millis(query.getColumn(0).getInt64()));
  return times;
}

std::vector<Archive::LineWord> SqliteArchive::line_words(UnixMillis from, UnixMillis to) {
  SQLite::Statement query(database_,
                          "SELECT enterprise, line, stored, at, gone FROM line_state WHERE stored > ? AND stored <= ? "
                          "ORDER BY rowid");
  query.bind(1, sql(from));
  query.bind(2, sql(to));
  std::vector<LineWord> words;
  while (query.executeStep()) {
    words.push_back({{query.getColumn(0).getString(), query.getColumn(1).getString()},
                     unix_millis(query.getColumn(2).getInt64()),
                     unix_millis(query.getColumn(3).getInt64()),
                     query.getColumn(4).getInt() != 0});
  }
  return words;
}

}  // namespace songhua::central
