#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>

#include "model/time.h"
#include "storage/store.h"

// How values go into SQLite's columns and back, and the store's prepared statements. Inside the room only.
namespace songhua::storage {

inline std::int64_t sql(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
inline std::int64_t sql(UnixMillis time) {
  return count_of(time);
}
template <typename Index>
std::int64_t sql_index(Index index) {
  return static_cast<std::int64_t>(index);
}

inline std::string blob(const SQLite::Column& column) {
  const auto size = static_cast<std::size_t>(column.getBytes());
  return size == 0 ? std::string() : std::string(static_cast<const char*>(column.getBlob()), size);
}

// A row of: start, source, length, generation, committed, changed, bytes.
inline RecordRow row_of(SQLite::Statement& query, rollup::LineIndex line) {
  RecordRow row;
  const auto start = unix_millis(query.getColumn(0).getInt64());
  row.key = {line, SourceIndex{query.getColumn(1).getUInt()}, {start, start + Millis{query.getColumn(2).getInt64()}}};
  row.generation = static_cast<std::uint64_t>(query.getColumn(3).getInt64());
  row.committed = unix_millis(query.getColumn(4).getInt64());
  row.changed = unix_millis(query.getColumn(5).getInt64());
  row.bytes = blob(query.getColumn(6));
  return row;
}

// Prepared once: these run for every commit.
struct Store::Statements {
  explicit Statements(SQLite::Database& db)
      : put_record(db,
                   "INSERT INTO record(line, start, source, length, generation, committed, changed, bytes) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7) ON CONFLICT(line, start, source) DO UPDATE SET "
                   "length = ?4, generation = ?5, changed = ?6, bytes = ?7"),
        supersede(
            db,
            "INSERT OR IGNORE INTO superseded SELECT line, start, source, length, generation, committed, changed, "
            "?4, bytes FROM record WHERE line = ?1 AND start = ?2 AND source = ?3 AND bytes <> ?5"),
        note_added(db,
                   "INSERT OR IGNORE INTO superseded SELECT ?1, ?2, ?3, ?5, 0, ?4, ?4, ?4, x'' WHERE NOT EXISTS "
                   "(SELECT 1 FROM record WHERE line = ?1 AND start = ?2 AND source = ?3)"),
        get_record(db,
                   "SELECT length, generation, committed, changed, bytes FROM record "
                   "WHERE line = ? AND start = ? AND source = ?"),
        set_touched(db,
                    "INSERT INTO touched(source, start, segments, stretches) VALUES (?1, ?2, ?3, ?4) "
                    "ON CONFLICT(source, start) DO UPDATE SET segments = ?3, stretches = ?4"),
        get_touched(db, "SELECT segments FROM touched WHERE source = ? AND start = ?"),
        put_session(db,
                    "INSERT OR REPLACE INTO session(server, node, bytes, newest, unsettled) VALUES (?, ?, ?, ?, ?)"),
        mark_dirty(db,
                   "INSERT INTO dirty(line, quarter, generation) VALUES (?1, ?2, ?3) "
                   "ON CONFLICT(line, quarter) DO UPDATE SET generation = ?3"),
        quarantine_again(db,
                         "UPDATE quarantine SET count = count + ?1 WHERE reason = ?2 AND topic = ?3 AND detail = ?4"),
        quarantine_rows(db, "SELECT count(*) FROM quarantine"),
        quarantine(db,
                   "INSERT INTO quarantine(received, reason, topic, detail, position, count, payload) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(reason, topic, detail) "
                   "DO UPDATE SET count = count + excluded.count"),
        add_count(db,
                  "INSERT INTO counter(name, value) VALUES (?1, ?2) "
                  "ON CONFLICT(name) DO UPDATE SET value = value + ?2"),
        first_committed_after(db,
                              "SELECT min(committed) FROM (SELECT committed FROM record WHERE line = ? AND "
                              "start >= ? ORDER BY start LIMIT 60)") {}

  SQLite::Statement put_record, supersede, note_added, get_record, set_touched, get_touched, put_session, mark_dirty,
      quarantine_again, quarantine_rows, quarantine, add_count, first_committed_after;
};

}  // namespace songhua::storage
