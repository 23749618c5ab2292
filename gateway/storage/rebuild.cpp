#include "storage/rebuild.h"

#include "rollup/codec.h"

namespace songhua::storage {
namespace {

// Temporary tables of the connection; `made` is what the rebuild wrote.
constexpr const char* kSetAside = R"sql(
DROP TABLE IF EXISTS temp.before;
DROP TABLE IF EXISTS temp.made;
DROP TABLE IF EXISTS temp.dirty_before;
CREATE TEMP TABLE before(line INTEGER, start INTEGER, source INTEGER, length INTEGER, generation INTEGER,
                         committed INTEGER, changed INTEGER, bytes BLOB, PRIMARY KEY(line, start, source)) WITHOUT ROWID;
CREATE TEMP TABLE made(line INTEGER, start INTEGER, source INTEGER, length INTEGER, generation INTEGER,
                       committed INTEGER, changed INTEGER, bytes BLOB, PRIMARY KEY(line, start, source)) WITHOUT ROWID;
CREATE TEMP TABLE dirty_before AS SELECT * FROM main.dirty;
INSERT INTO temp.before SELECT line, start, source, length, generation, committed, changed, bytes FROM main.record;
CREATE INDEX temp.before_by_source ON before(source, start);
DELETE FROM main.record;
DELETE FROM main.dirty;
DELETE FROM main.source_line;
)sql";

// What a frozen window has stays: there is nothing left to make it of.
constexpr const char* kKeepFrozen = R"sql(
DELETE FROM main.touched WHERE NOT EXISTS
  (SELECT 1 FROM temp.frozen f WHERE f.source = touched.source AND f.start = touched.start);
INSERT INTO main.record SELECT b.line, b.start, b.source, b.length, b.generation, b.committed, b.changed, b.bytes
  FROM temp.frozen f JOIN temp.before b ON b.source = f.source AND b.start = f.start;
DROP TABLE temp.frozen;
)sql";

constexpr const char* kBringBack = R"sql(
INSERT INTO temp.made SELECT line, start, source, length, generation, committed, changed, bytes FROM main.record;
DELETE FROM main.record;
DELETE FROM main.dirty;
INSERT INTO main.record SELECT line, start, source, length, generation, committed, changed, bytes FROM temp.before;
INSERT INTO main.dirty SELECT * FROM temp.dirty_before;
)sql";

constexpr const char* kDifferences =
    "SELECT m.start, m.source, m.length, 0 FROM temp.made m LEFT JOIN temp.before b "
    "ON b.line = m.line AND b.start = m.start AND b.source = m.source "
    "WHERE m.line = ?1 AND (?2 OR b.bytes IS NOT m.bytes OR b.length IS NOT m.length) "
    "UNION ALL "
    "SELECT b.start, b.source, b.length, 1 FROM temp.before b LEFT JOIN temp.made m "
    "ON b.line = m.line AND b.start = m.start AND b.source = m.source WHERE b.line = ?1 AND m.line IS NULL";

std::string retraction_of(Window window) {
  rollup::Record nothing;
  nothing.window = window;
  return rollup::encode(nothing);
}

void bind_key(SQLite::Statement& statement, const RecordKey& key) {
  statement.bind(1, static_cast<std::int64_t>(key.line));
  statement.bind(2, static_cast<std::int64_t>(count_of(key.window.start)));
  statement.bind(3, static_cast<std::int64_t>(key.source));
}

}  // namespace

Rebuild::Rebuild(Store& store, const std::vector<std::string>& reasons, const std::vector<std::string>& fact_prefixes)
    : store_(store) {
  auto& database = store_.database();
  database.exec("CREATE TEMP TABLE frozen(source INTEGER, start INTEGER, PRIMARY KEY(source, start)) WITHOUT ROWID");
  SQLite::Statement keep(database, "INSERT INTO temp.frozen VALUES (?, ?)");
  for (const auto& [source, start] : store_.frozen_windows()) {
    keep.reset();
    keep.bind(1, static_cast<std::int64_t>(source));
    keep.bind(2, static_cast<std::int64_t>(count_of(start)));
    keep.exec();
  }
  keep.reset();
  database.exec(kSetAside);
  database.exec(kKeepFrozen);
  SQLite::Statement forget(database, "DELETE FROM quarantine WHERE reason = ?");
  for (const auto& reason : reasons) {
    forget.reset();
    forget.bind(1, reason);
    forget.exec();
  }
  SQLite::Statement unlearn(database, "DELETE FROM fact WHERE substr(name, 1, length(?1)) = ?1");
  for (const auto& prefix : fact_prefixes) {
    unlearn.reset();
    unlearn.bind(1, prefix);
    unlearn.exec();
  }
}

std::vector<Rebuild::Difference> Rebuild::differences(rollup::LineIndex line, bool all) const {
  std::vector<Difference> found;
  SQLite::Statement query(store_.database(), kDifferences);
  query.bind(1, static_cast<std::int64_t>(line));
  query.bind(2, all ? 1 : 0);
  while (query.executeStep()) {
    const auto start = unix_millis(query.getColumn(0).getInt64());
    Difference difference;
    difference.key = {
        line, SourceIndex{query.getColumn(1).getUInt()}, {start, start + Millis{query.getColumn(2).getInt64()}}};
    difference.gone = query.getColumn(3).getInt() != 0;
    found.push_back(difference);
  }
  return found;
}

Rebuild::Outcome Rebuild::finish(std::uint64_t generation, UnixMillis now,
                                 const std::function<bool(rollup::LineIndex, Window)>& was_final,
                                 const std::function<bool(rollup::LineIndex)>& means_otherwise) {
  store_.database().exec(kBringBack);
  Outcome outcome;
  for (std::uint32_t i = 0; i < store_.dictionary().line_count(); ++i) {
    const rollup::LineIndex line{i};
    auto found = differences(line, means_otherwise(line));
    // Finality is asked before the first of the line's records changes.
    for (auto& difference : found) difference.was_final = was_final(line, difference.key.window);
    const auto before = outcome;
    for (const auto& difference : found) {
      if (put(difference, generation, now)) ++(difference.gone ? outcome.retracted : outcome.changed);
    }
    if (outcome.changed > before.changed) {
      declare_fed(line);
    } else if (outcome.retracted > before.retracted) {
      declare_unfed(line);
    }
  }
  store_.database().exec("DROP TABLE temp.before; DROP TABLE temp.made; DROP TABLE temp.dirty_before;");
  return outcome;
}

void Rebuild::declare_unfed(rollup::LineIndex line) {
  const LineId id = store_.dictionary().line_id(line);
  std::optional<UnixMillis> first;
  bool all_retracted = true;
  store_.scan_records(line, std::nullopt, [&](const RecordRow& row) {
    if (!first) first = row.key.window.start;
    all_retracted = all_retracted && row.bytes == retraction_of(row.key.window);
  });
  if (!first || !all_retracted || store_.fact(unfed_fact(id))) return;
  store_.set_line_state(id, *first, true);
  store_.set_fact(unfed_fact(id), std::to_string(count_of(*first)));
}

void Rebuild::declare_fed(rollup::LineIndex line) {
  const LineId id = store_.dictionary().line_id(line);
  const auto since = store_.fact(unfed_fact(id));
  if (!since) return;
  SQLite::Statement state(store_.database(), "DELETE FROM line_state WHERE line = ? AND at = ?");
  state.bind(1, id);
  state.bind(2, static_cast<std::int64_t>(std::stoll(*since)));
  state.exec();
  SQLite::Statement fact(store_.database(), "DELETE FROM fact WHERE name = ?");
  fact.bind(1, unfed_fact(id));
  fact.exec();
}

// False: it had been retracted before.
bool Rebuild::put(const Difference& difference, std::uint64_t generation, UnixMillis now) {
  const auto& key = difference.key;
  std::string bytes;
  if (difference.gone) {
    bytes = retraction_of(key.window);
  } else {
    SQLite::Statement made(store_.database(),
                           "SELECT bytes FROM temp.made WHERE line = ? AND start = ? AND source = ?");
    bind_key(made, key);
    if (!made.executeStep()) throw SQLite::Exception("a record vanished while records were rebuilt");
    const auto column = made.getColumn(0);
    bytes.assign(static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes()));
  }
  const auto stored = store_.record(key);
  if (difference.gone && stored && stored->bytes == bytes) return false;
  store_.put_record(key, bytes, generation, now, difference.was_final);
  if (!stored) keep_committed(key);
  store_.mark_dirty(key.line, floor_to(key.window.start, kQuarterHour), generation);
  return true;
}

// A record that another line had before was committed when that one was; else when its messages were received.
void Rebuild::keep_committed(const RecordKey& key) {
  SQLite::Statement update(store_.database(),
                           "UPDATE main.record SET committed = coalesce("
                           "(SELECT min(committed) FROM temp.before WHERE source = ?3 AND start = ?2), "
                           "(SELECT committed FROM temp.made WHERE line = ?1 AND start = ?2 AND source = ?3)) "
                           "WHERE line = ?1 AND start = ?2 AND source = ?3");
  bind_key(update, key);
  update.exec();
}

}  // namespace songhua::storage
