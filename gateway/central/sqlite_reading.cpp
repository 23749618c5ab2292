// What figures, audit and status read.
#include <algorithm>
#include <map>
#include <tuple>

#include "central/sqlite_store.h"
#include "central/sqlite_words.h"

namespace songhua::central {
namespace {

constexpr std::size_t kMaxInput = std::size_t{256} << 20U;

constexpr const char* kRecordColumns =
    "SELECT i.name, s.name, r.start, r.length, r.generation, r.number, coalesce(d.hash, x''), r.committed, r.changed, "
    "r.content FROM ";
constexpr const char* kRecordNames =
    " r JOIN incarnation i ON i.id = r.incarnation JOIN source s ON s.id = r.source "
    "LEFT JOIN dictionary d ON d.id = r.dictionary WHERE r.line = ? ";

CentreRecord read_record(SQLite::Statement& row) {
  CentreRecord record;
  record.incarnation = row.getColumn(0).getString();
  record.source = row.getColumn(1).getString();
  const auto start = unix_millis(row.getColumn(2).getInt64());
  record.window = {start, start + Millis{row.getColumn(3).getInt64()}};
  record.generation = static_cast<std::uint64_t>(row.getColumn(4).getInt64());
  record.number = static_cast<std::uint64_t>(row.getColumn(5).getInt64());
  record.dictionary = forward::Digest::from_raw(blob(row.getColumn(6))).value_or(forward::Digest{});
  record.committed = unix_millis(row.getColumn(7).getInt64());
  record.changed = unix_millis(row.getColumn(8).getInt64());
  record.content = blob(row.getColumn(9));
  return record;
}

std::vector<LineName> names(SQLite::Statement& query) {
  std::vector<LineName> all;
  while (query.executeStep()) all.push_back({query.getColumn(0).getString(), query.getColumn(1).getString()});
  return all;
}

std::int64_t until(std::optional<UnixMillis> as_of) {
  return as_of ? sql(*as_of) : INT64_MAX;
}

}  // namespace

std::vector<LineName> SqliteStore::lines() {
  SQLite::Statement query(*database_, "SELECT enterprise, name FROM line ORDER BY enterprise, name");
  return names(query);
}

// Rows of both tables are only ever added, so their numbers rise; a VACUUM may number them anew, and then all lines
// count as changed. A batch is its enterprise's: a factory's lines are few.
std::vector<LineName> SqliteStore::lines_changed_since(Mark& mark) {
  Mark newest{database_->execAndGet("SELECT coalesce(max(rowid), 0) FROM batch").getInt64(),
              database_->execAndGet("SELECT coalesce(max(rowid), 0) FROM line_state").getInt64()};
  if (newest.batch < mark.batch || newest.line_state < mark.line_state) mark = {};
  SQLite::Statement query(*database_,
                          "SELECT enterprise, name FROM line WHERE enterprise IN (SELECT i.enterprise FROM batch b "
                          "JOIN incarnation i ON i.id = b.incarnation WHERE b.rowid > ?) "
                          "UNION SELECT enterprise, line FROM line_state WHERE rowid > ? ORDER BY 1, 2");
  query.bind(1, mark.batch);
  query.bind(2, mark.line_state);
  mark = newest;
  return names(query);
}

std::vector<LineName> SqliteStore::lines_changed_after(UnixMillis as_of) {
  SQLite::Statement query(*database_,
                          "SELECT enterprise, name FROM line WHERE enterprise IN (SELECT i.enterprise FROM batch b "
                          "JOIN incarnation i ON i.id = b.incarnation WHERE b.received > ?1) "
                          "UNION SELECT enterprise, line FROM line_state WHERE stored > ?1 ORDER BY 1, 2");
  query.bind(1, sql(as_of));
  return names(query);
}

// Of each record the version that was in force: the first one to be replaced later, else the one that stands now.
// Versions of windows that were still open are overwritten, so of those only the last one is known.
std::vector<CentreRecord> SqliteStore::records(const LineName& line, std::optional<UnixMillis> as_of) {
  const auto id = find_line(line);
  if (!id) return {};
  using Key = std::tuple<std::string, std::string, UnixMillis, UnixMillis>;
  std::map<Key, CentreRecord> versions;
  const auto collect = [&](SQLite::Statement& query) {
    while (query.executeStep()) {
      auto record = read_record(query);
      Key key{record.incarnation, record.source, record.window.start, record.window.end};
      versions.insert_or_assign(std::move(key), std::move(record));
    }
  };
  SQLite::Statement now(*database_, std::string(kRecordColumns) + "record" + kRecordNames);
  now.bind(1, *id);
  collect(now);
  if (as_of) {
    SQLite::Statement then(*database_, std::string(kRecordColumns) + "superseded" + kRecordNames +
                                           "AND r.replaced > ? ORDER BY r.replaced DESC, r.generation DESC");
    then.bind(1, *id);
    then.bind(2, sql(*as_of));
    collect(then);
  }
  std::vector<CentreRecord> all;
  for (auto& [key, record] : versions) {
    if (record.content.empty() || (as_of && record.committed > *as_of)) continue;
    all.push_back(std::move(record));
  }
  return all;
}

std::optional<UnixMillis> SqliteStore::superseded(const LineName& line, Window window, UnixMillis after,
                                                  std::optional<UnixMillis> as_of) {
  const auto id = find_line(line);
  if (!id) return std::nullopt;
  SQLite::Statement query(*database_,
                          "SELECT min(replaced) FROM superseded WHERE line = ? AND start >= ? AND start < ? "
                          "AND replaced > ? AND replaced <= ? AND was_final = 1");
  query.bind(1, *id);
  query.bind(2, sql(window.start));
  query.bind(3, sql(window.end));
  query.bind(4, sql(after));
  query.bind(5, until(as_of));
  if (!query.executeStep() || query.isColumnNull(0)) return std::nullopt;
  return unix_millis(query.getColumn(0).getInt64());
}

std::optional<std::string> SqliteStore::dictionary(const forward::Digest& hash) {
  SQLite::Statement query(*database_, "SELECT bytes FROM dictionary WHERE hash = ?");
  bind_blob(query, 1, hash.raw());
  if (!query.executeStep()) return std::nullopt;
  auto bytes = storage::inflate(blob(query.getColumn(0)), forward::kMaxDictionary);
  if (!bytes) throw SQLite::Exception("dictionary " + hash.hex() + ": " + bytes.error().message);
  return std::move(*bytes);
}

std::optional<forward::Digest> SqliteStore::newest_dictionary(const std::string& incarnation,
                                                              std::optional<UnixMillis> as_of) {
  SQLite::Statement query(*database_,
                          "SELECT d.hash FROM batch b JOIN dictionary d ON d.id = b.dictionary "
                          "WHERE b.incarnation = (SELECT id FROM incarnation WHERE name = ?) AND b.received <= ? "
                          "ORDER BY b.number DESC LIMIT 1");
  query.bind(1, incarnation);
  query.bind(2, until(as_of));
  if (!query.executeStep()) return std::nullopt;
  return forward::Digest::from_raw(blob(query.getColumn(0)));
}

void SqliteStore::put_line_state(const LineName& line, const LineState& state, UnixMillis now) {
  SQLite::Statement put(*database_, "INSERT INTO line_state VALUES (?, ?, ?, ?, ?)");
  put.bind(1, line.enterprise);
  put.bind(2, line.line);
  put.bind(3, sql(now));
  put.bind(4, sql(state.at));
  put.bind(5, state.gone ? 1 : 0);
  put.exec();
}

std::optional<LineState> SqliteStore::line_state(const LineName& line, std::optional<UnixMillis> as_of) {
  SQLite::Statement query(*database_,
                          "SELECT at, gone FROM line_state WHERE enterprise = ? AND line = ? AND stored <= ? "
                          "ORDER BY at DESC, rowid DESC LIMIT 1");
  query.bind(1, line.enterprise);
  query.bind(2, line.line);
  query.bind(3, until(as_of));
  if (!query.executeStep()) return std::nullopt;
  return LineState{unix_millis(query.getColumn(0).getInt64()), query.getColumn(1).getInt() != 0};
}

void SqliteStore::put_input(const indicators::InputDocument& document) {
  SQLite::Statement put(*database_, "INSERT INTO input(kind, name, stored, text) VALUES (?, ?, ?, ?)");
  put.bind(1, std::string(to_string(document.kind)));
  put.bind(2, document.name);
  put.bind(3, sql(document.stored_at));
  bind_blob(put, 4, storage::compress(document.text));
  put.exec();
}

std::vector<indicators::InputDocument> SqliteStore::inputs(std::optional<UnixMillis> as_of) {
  SQLite::Statement query(*database_, "SELECT kind, name, stored, text FROM input WHERE stored <= ? ORDER BY id");
  query.bind(1, until(as_of));
  std::vector<indicators::InputDocument> all;
  while (query.executeStep()) {
    const auto name = query.getColumn(1).getString();
    const auto kind = indicators::parse_input_kind(query.getColumn(0).getString());
    auto text = storage::inflate(blob(query.getColumn(3)), kMaxInput);
    if (!kind || !text) throw SQLite::Exception("input " + name + " cannot be read from the store");
    all.push_back({*kind, name, std::move(*text), unix_millis(query.getColumn(2).getInt64())});
  }
  return all;
}

std::vector<IncarnationInfo> SqliteStore::incarnations() {
  SQLite::Statement query(*database_,
                          "SELECT i.enterprise, i.gateway, i.name, i.continues, i.continued_to, i.first_received, "
                          "max(b.received), max(b.number), count(*), "
                          "(SELECT created FROM batch l WHERE l.incarnation = i.id ORDER BY number DESC LIMIT 1) "
                          "FROM incarnation i JOIN batch b ON b.incarnation = i.id GROUP BY i.id "
                          "ORDER BY i.enterprise, i.gateway, i.first_received, i.id");
  std::vector<IncarnationInfo> all;
  while (query.executeStep()) {
    IncarnationInfo info;
    info.gateway = {query.getColumn(0).getString(), query.getColumn(1).getString()};
    info.incarnation.id = query.getColumn(2).getString();
    if (const auto before = query.getColumn(3).getString(); !before.empty()) info.incarnation.continues = before;
    info.incarnation.continued_to = static_cast<std::uint64_t>(query.getColumn(4).getInt64());
    info.first_received = unix_millis(query.getColumn(5).getInt64());
    info.last_received = unix_millis(query.getColumn(6).getInt64());
    info.highest = static_cast<std::uint64_t>(query.getColumn(7).getInt64());
    info.batches = static_cast<std::uint64_t>(query.getColumn(8).getInt64());
    info.last_created = unix_millis(query.getColumn(9).getInt64());
    all.push_back(std::move(info));
  }
  return all;
}

void SqliteStore::chain(const std::string& incarnation, const std::function<void(const ChainLink&)>& visit) {
  SQLite::Statement query(*database_,
                          "SELECT number, hash, previous, key_id, received, envelope FROM batch WHERE incarnation = "
                          "(SELECT id FROM incarnation WHERE name = ?) ORDER BY number");
  query.bind(1, incarnation);
  while (query.executeStep()) {
    ChainLink link;
    link.number = static_cast<std::uint64_t>(query.getColumn(0).getInt64());
    link.hash = forward::Digest::from_raw(blob(query.getColumn(1))).value_or(forward::Digest{});
    link.previous = forward::Digest::from_raw(blob(query.getColumn(2)));
    link.key_id = query.getColumn(3).getString();
    link.received = unix_millis(query.getColumn(4).getInt64());
    if (auto kept = blob(query.getColumn(5)); !kept.empty()) {
      // What cannot be inflated any more is no envelope: audit finds that it does not verify.
      auto envelope = storage::inflate(kept, forward::kMaxEnvelope);
      link.envelope = std::move(envelope ? *envelope : kept);
    }
    visit(link);
  }
}

std::vector<RefusedEntry> SqliteStore::refusals() {
  SQLite::Statement query(*database_,
                          "SELECT enterprise, gateway, code, text, first, last, count, payload FROM refusal "
                          "ORDER BY enterprise, gateway, code");
  std::vector<RefusedEntry> all;
  while (query.executeStep()) {
    all.push_back({{query.getColumn(0).getString(), query.getColumn(1).getString()},
                   query.getColumn(2).getString(),
                   query.getColumn(3).getString(),
                   unix_millis(query.getColumn(4).getInt64()),
                   unix_millis(query.getColumn(5).getInt64()),
                   static_cast<std::uint64_t>(query.getColumn(6).getInt64()),
                   blob(query.getColumn(7))});
  }
  return all;
}

std::uint64_t SqliteStore::version() {
  // Both only rise: commits of other connections, and this one's own changes.
  return static_cast<std::uint64_t>(database_->execAndGet("PRAGMA data_version").getInt64()) +
         static_cast<std::uint64_t>(database_->getTotalChanges());
}

}  // namespace songhua::central
