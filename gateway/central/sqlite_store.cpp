// Opening, gateways, batches and the merge. What figures read is in sqlite_reading.cpp.
#include "central/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "central/schema.h"
#include "central/sqlite_words.h"

namespace songhua::central {
namespace {

constexpr int kBusyMillis = 30'000;
// Anybody who can reach the broker may name gateways that do not exist: beyond so many rows they share one.
constexpr int kMaxRefusalRows = 10'000;

// One process at a time makes or migrates the file; SQLite alone would let two begin the same migration.
class OpeningLock {
 public:
  explicit OpeningLock(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)) {
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  }
  ~OpeningLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpeningLock(const OpeningLock&) = delete;
  OpeningLock& operator=(const OpeningLock&) = delete;

 private:
  int fd_;
};

}  // namespace

// Placeholders are named alike in all of them: ?1 line, ?2 start, ?3 incarnation, ?4 source, ?5 length, ?6 generation.
struct SqliteStore::Statements {
  explicit Statements(SQLite::Database& db)
      : put(db,
            "INSERT INTO record(line, start, incarnation, source, length, generation, number, dictionary, committed, "
            "changed, content) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10 "
            "WHERE NOT EXISTS(SELECT 1 FROM record c WHERE c.line = ?1 AND c.incarnation = ?3 AND c.source = ?4 "
            "AND c.start <= ?2 AND c.length > 900000 AND c.length > ?5 AND c.start + c.length >= ?2 + ?5 "
            "AND c.generation > ?6) "
            "ON CONFLICT DO UPDATE SET generation = excluded.generation, number = excluded.number, "
            "dictionary = excluded.dictionary, content = excluded.content, "
            "changed = CASE WHEN content = excluded.content THEN changed ELSE excluded.changed END "
            "WHERE (excluded.generation, excluded.number) > (generation, number)"),
        keep_old(
            db,
            "INSERT OR IGNORE INTO superseded SELECT line, start, incarnation, source, length, generation, number, "
            "dictionary, committed, changed, content, ?7, ?9 FROM record "
            "WHERE line = ?1 AND start = ?2 AND incarnation = ?3 AND source = ?4 AND length = ?5 "
            "AND generation < ?6 AND content <> ?8 AND changed <= ?10"),
        keep_absent(db,
                    "INSERT OR IGNORE INTO superseded SELECT ?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?7, ?7, x'', ?7, 1 "
                    "WHERE NOT EXISTS(SELECT 1 FROM record WHERE line = ?1 AND start = ?2 AND incarnation = ?3 "
                    "AND source = ?4 AND length = ?5) AND ?6 > 0"),
        keep_covered(db,
                     "INSERT OR IGNORE INTO superseded SELECT line, start, incarnation, source, length, generation, "
                     "number, dictionary, committed, changed, content, ?7, ?9 FROM record "
                     "WHERE line = ?1 AND start >= ?2 AND start + length <= ?2 + ?5 AND incarnation = ?3 "
                     "AND source = ?4 AND length < ?5 AND generation < ?6 AND changed <= ?10"),
        drop_covered(db,
                     "DELETE FROM record WHERE line = ?1 AND start >= ?2 AND start + length <= ?2 + ?5 "
                     "AND incarnation = ?3 AND source = ?4 AND length < ?5 AND generation < ?6"),
        is_final(db,
                 "SELECT 1 FROM record WHERE line = ?1 AND start >= ?2 AND committed <= ?3 AND length(content) > 0 "
                 "LIMIT 1") {}

  SQLite::Statement put, keep_old, keep_absent, keep_covered, drop_covered, is_final;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, storage::Access access) {
  std::optional<OpeningLock> lock;
  if (access == storage::Access::read_write && path != ":memory:") {
    std::error_code problem;
    const auto folder = std::filesystem::absolute(path).parent_path();
    std::filesystem::create_directories(folder, problem);
    if (problem) return Error{folder.string() + ": cannot be made: " + problem.message()};
    lock.emplace(path + ".lock");
  }
  auto database = storage::open_database(path, access, kCentreId, kCentreMigrations);
  if (!database) return database.error();
  (*database)->setBusyTimeout(kBusyMillis);
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database)));
}

SqliteStore::SqliteStore(std::unique_ptr<SQLite::Database> database)
    : database_(std::move(database)), statements_(std::make_unique<Statements>(*database_)), archive_(*database_) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::transact(const std::function<void()>& work) {
  if (sqlite3_get_autocommit(database_->getHandle()) == 0) return work();
  SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
  work();
  transaction.commit();
}

// --- Gateways ----------------------------------------------------------------------------------------------------

void SqliteStore::enrol(const GatewayId& gateway, const forward::PublicKey& key, UnixMillis now) {
  SQLite::Statement put(*database_, "INSERT OR IGNORE INTO gateway_key VALUES (?, ?, ?, ?, ?)");
  put.bind(1, gateway.enterprise);
  put.bind(2, gateway.id);
  put.bind(3, key.id());
  bind_blob(put, 4, key.raw());
  put.bind(5, sql(now));
  put.exec();
}

std::vector<forward::PublicKey> SqliteStore::keys(const GatewayId& gateway) {
  SQLite::Statement query(*database_, "SELECT key FROM gateway_key WHERE enterprise = ? AND gateway = ?");
  query.bind(1, gateway.enterprise);
  query.bind(2, gateway.id);
  std::vector<forward::PublicKey> keys;
  while (query.executeStep()) {
    if (auto key = forward::PublicKey::from_raw(blob(query.getColumn(0)))) keys.push_back(*key);
  }
  return keys;
}

std::vector<EnrolledGateway> SqliteStore::gateways() {
  SQLite::Statement query(*database_,
                          "SELECT enterprise, gateway, key_id, enrolled FROM gateway_key "
                          "ORDER BY enterprise, gateway, enrolled");
  std::vector<EnrolledGateway> all;
  while (query.executeStep()) {
    all.push_back({{query.getColumn(0).getString(), query.getColumn(1).getString()},
                   query.getColumn(2).getString(),
                   unix_millis(query.getColumn(3).getInt64())});
  }
  return all;
}

// --- Batches -----------------------------------------------------------------------------------------------------

bool SqliteStore::has_dictionary(const forward::Digest& hash) {
  SQLite::Statement query(*database_, "SELECT 1 FROM dictionary WHERE hash = ?");
  bind_blob(query, 1, hash.raw());
  return query.executeStep();
}

void SqliteStore::put_dictionary(const GatewayId& gateway, const forward::Digest& hash, const std::string& bytes,
                                 UnixMillis now) {
  SQLite::Statement put(*database_,
                        "INSERT OR IGNORE INTO dictionary(hash, enterprise, gateway, received, bytes) "
                        "VALUES (?, ?, ?, ?, ?)");
  bind_blob(put, 1, hash.raw());
  put.bind(2, gateway.enterprise);
  put.bind(3, gateway.id);
  put.bind(4, sql(now));
  bind_blob(put, 5, storage::compress(bytes));
  put.exec();
}

std::optional<GatewayId> SqliteStore::owner(const std::string& incarnation) {
  SQLite::Statement query(*database_, "SELECT enterprise, gateway FROM incarnation WHERE name = ?");
  query.bind(1, incarnation);
  if (!query.executeStep()) return std::nullopt;
  return GatewayId{query.getColumn(0).getString(), query.getColumn(1).getString()};
}

std::optional<forward::Digest> SqliteStore::batch_hash(const std::string& incarnation, std::uint64_t number) {
  SQLite::Statement query(*database_,
                          "SELECT hash FROM batch WHERE number = ? AND incarnation = "
                          "(SELECT id FROM incarnation WHERE name = ?)");
  query.bind(1, sql(number));
  query.bind(2, incarnation);
  if (!query.executeStep()) return std::nullopt;
  return forward::Digest::from_raw(blob(query.getColumn(0)));
}

std::uint64_t SqliteStore::highest(const std::string& incarnation) {
  SQLite::Statement query(*database_,
                          "SELECT coalesce(max(number), 0) FROM batch WHERE incarnation = "
                          "(SELECT id FROM incarnation WHERE name = ?)");
  query.bind(1, incarnation);
  query.executeStep();
  return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
}

std::int64_t SqliteStore::incarnation_id(const forward::Batch& batch, UnixMillis now) {
  SQLite::Statement put(*database_,
                        "INSERT OR IGNORE INTO incarnation(name, enterprise, gateway, continues, continued_to, "
                        "first_received) VALUES (?, ?, ?, ?, ?, ?)");
  put.bind(1, batch.incarnation.id);
  put.bind(2, batch.enterprise);
  put.bind(3, batch.gateway);
  put.bind(4, batch.incarnation.continues.value_or(""));
  put.bind(5, sql(batch.incarnation.continued_to));
  put.bind(6, sql(now));
  put.exec();
  SQLite::Statement query(*database_, "SELECT id FROM incarnation WHERE name = ?");
  query.bind(1, batch.incarnation.id);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

std::optional<std::int64_t> SqliteStore::find_line(const LineName& line) {
  SQLite::Statement query(*database_, "SELECT id FROM line WHERE enterprise = ? AND name = ?");
  query.bind(1, line.enterprise);
  query.bind(2, line.line);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getInt64();
}

std::int64_t SqliteStore::line_id(const std::string& enterprise, const LineId& line) {
  if (const auto known = find_line({enterprise, line})) return *known;
  SQLite::Statement put(*database_, "INSERT INTO line(enterprise, name) VALUES (?, ?)");
  put.bind(1, enterprise);
  put.bind(2, line);
  put.exec();
  return database_->getLastInsertRowid();
}

std::int64_t SqliteStore::source_id(const std::string& name) {
  SQLite::Statement query(*database_, "SELECT id FROM source WHERE name = ?");
  query.bind(1, name);
  if (query.executeStep()) return query.getColumn(0).getInt64();
  SQLite::Statement put(*database_, "INSERT INTO source(name) VALUES (?)");
  put.bind(1, name);
  put.exec();
  return database_->getLastInsertRowid();
}

void SqliteStore::merge(const SignedBatch& batch, const std::vector<NewRecord>& records, Millis settle,
                        UnixMillis now) {
  const auto incarnation = incarnation_id(batch.batch, now);
  SQLite::Statement find(*database_, "SELECT id FROM dictionary WHERE hash = ?");
  bind_blob(find, 1, batch.batch.dictionary.raw());
  if (!find.executeStep()) throw std::logic_error("a batch is merged before its dictionary is known");
  const auto dictionary = find.getColumn(0).getInt64();

  SQLite::Statement link(*database_, "INSERT OR IGNORE INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  link.bind(1, incarnation);
  link.bind(2, sql(batch.batch.number));
  bind_blob(link, 3, batch.hash.raw());
  bind_blob(link, 4, batch.batch.previous ? batch.batch.previous->raw() : "");
  link.bind(5, dictionary);
  link.bind(6, batch.key_id);
  link.bind(7, sql(batch.batch.created));
  link.bind(8, sql(now));
  link.bind(9, static_cast<std::int64_t>(batch.batch.records.size()));
  bind_blob(link, 10, storage::compress(batch.envelope));
  link.exec();

  last_publication_ = database_->execAndGet("SELECT coalesce(max(at), 0) FROM publication").getInt64();
  for (const auto& record : records) {
    put_record(line_id(batch.batch.enterprise, record.line), incarnation, source_id(record.source), dictionary,
               batch.batch.number, record, settle, now);
  }
}

void SqliteStore::put_record(std::int64_t line, std::int64_t incarnation, std::int64_t source, std::int64_t dictionary,
                             std::uint64_t number, const NewRecord& record, Millis settle, UnixMillis now) {
  auto& s = *statements_;
  const auto length = (record.window.end - record.window.start).count();
  const auto bind_key = [&](SQLite::Statement& statement) -> SQLite::Statement& {
    statement.reset();
    statement.bind(1, line);
    statement.bind(2, sql(record.window.start));
    statement.bind(3, incarnation);
    statement.bind(4, source);
    statement.bind(5, static_cast<std::int64_t>(length));
    statement.bind(6, sql(record.generation));
    return statement;
  };
  const bool covers = length > kQuarterHour.count();

  s.is_final.reset();
  s.is_final.bind(1, line);
  s.is_final.bind(2, sql(record.day_end));
  s.is_final.bind(3, sql(now - settle));
  const bool was_final = record.day_end + settle <= now && s.is_final.executeStep();
  s.is_final.reset();
  // What was closed may have been shown and must be found again; what still grew when a release was published, too.
  const bool closed = was_final || record.window.end + settle <= now;
  const std::int64_t shown_until = closed ? INT64_MAX : last_publication_;
  const auto keep = [&](SQLite::Statement& statement) -> SQLite::Statement& {
    bind_key(statement).bind(7, sql(now));
    statement.bind(9, was_final ? 1 : 0);
    statement.bind(10, shown_until);
    return statement;
  };
  if (shown_until > sql(record.window.start)) {
    bind_blob(keep(s.keep_old), 8, record.content);
    s.keep_old.exec();
    if (covers) keep(s.keep_covered).exec();
  }
  if (was_final && !record.content.empty()) {
    bind_key(s.keep_absent).bind(7, sql(now));
    s.keep_absent.exec();
  }

  bind_key(s.put).bind(7, sql(number));
  s.put.bind(8, dictionary);
  s.put.bind(9, sql(now));
  bind_blob(s.put, 10, record.content);
  s.put.exec();
  if (covers) bind_key(s.drop_covered).exec();
}

void SqliteStore::refuse(const GatewayId& gateway, const forward::Refused& why, const std::string& payload,
                         UnixMillis now) {
  const auto full = database_->execAndGet("SELECT count(*) FROM refusal").getInt() >= kMaxRefusalRows;
  SQLite::Statement known(*database_, "SELECT 1 FROM refusal WHERE enterprise = ? AND gateway = ? AND code = ?");
  known.bind(1, gateway.enterprise);
  known.bind(2, gateway.id);
  known.bind(3, std::string(to_string(why.code)));
  const bool shared = full && !known.executeStep();
  SQLite::Statement put(*database_,
                        "INSERT INTO refusal VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6) "
                        "ON CONFLICT DO UPDATE SET text = excluded.text, last = excluded.last, count = count + 1");
  put.bind(1, shared ? std::string("*") : gateway.enterprise);
  put.bind(2, shared ? std::string("*") : gateway.id);
  put.bind(3, std::string(to_string(why.code)));
  put.bind(4, why.text);
  put.bind(5, sql(now));
  bind_blob(put, 6, payload);
  put.exec();
}

void SqliteStore::forget_envelopes(UnixMillis before) {
  SQLite::Statement forget(*database_, "UPDATE batch SET envelope = x'' WHERE received < ? AND length(envelope) > 0");
  forget.bind(1, sql(before));
  forget.exec();
}

}  // namespace songhua::central
