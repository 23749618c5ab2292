// What was refused or missed, and is not forgotten.
#include "storage/statements.h"
#include "storage/store.h"

namespace songhua::storage {
namespace {

constexpr const char* kWithBytes =
    "SELECT id, received, reason, topic, detail, position, count, payload FROM quarantine WHERE id = ?";
constexpr const char* kWithoutBytes =
    "SELECT id, received, reason, topic, detail, position, count FROM quarantine ORDER BY id DESC LIMIT ?";

Quarantined read_quarantined(SQLite::Statement& row) {
  Quarantined entry;
  entry.id = row.getColumn(0).getInt64();
  entry.received = unix_millis(row.getColumn(1).getInt64());
  entry.reason = row.getColumn(2).getString();
  entry.topic = row.getColumn(3).getString();
  entry.detail = row.getColumn(4).getString();
  entry.position = static_cast<std::uint64_t>(row.getColumn(5).getInt64());
  entry.count = static_cast<std::uint64_t>(row.getColumn(6).getInt64());
  if (row.getColumnCount() > 7) entry.payload = blob(row.getColumn(7));
  return entry;
}

}  // namespace

void Store::quarantine(const Quarantined& entry) {
  auto& again = statements_->quarantine_again;
  again.reset();
  again.bind(1, sql(entry.count));
  again.bind(2, entry.reason);
  again.bind(3, entry.topic);
  again.bind(4, entry.detail);
  if (again.exec() > 0) return;
  auto& rows = statements_->quarantine_rows;
  rows.reset();
  const bool full = rows.executeStep() && rows.getColumn(0).getInt64() >= kQuarantineRows;
  rows.reset();
  auto& s = statements_->quarantine;
  s.reset();
  s.bind(1, sql(entry.received));
  s.bind(2, entry.reason);
  s.bind(3, full ? std::string(kQuarantineOverflow) : entry.topic);
  s.bind(4, full ? std::string() : entry.detail);
  s.bind(5, sql(entry.position));
  s.bind(6, sql(entry.count));
  s.bindNoCopy(7, entry.payload.data(), static_cast<int>(entry.payload.size()));
  s.exec();
}

std::vector<Quarantined> Store::quarantined(std::size_t limit) const {
  std::vector<Quarantined> all;
  SQLite::Statement query(*database_, kWithoutBytes);
  query.bind(1, sql(limit));
  while (query.executeStep()) all.push_back(read_quarantined(query));
  return all;
}

std::optional<Quarantined> Store::quarantined_one(std::int64_t id) const {
  SQLite::Statement query(*database_, kWithBytes);
  query.bind(1, id);
  if (!query.executeStep()) return std::nullopt;
  return read_quarantined(query);
}

std::map<std::string, std::uint64_t> Store::quarantine_counts() const {
  std::map<std::string, std::uint64_t> counts;
  SQLite::Statement query(*database_, "SELECT reason, sum(count) FROM quarantine GROUP BY reason");
  while (query.executeStep()) {
    counts[query.getColumn(0).getString()] = static_cast<std::uint64_t>(query.getColumn(1).getInt64());
  }
  return counts;
}

void Store::forget_quarantined(std::int64_t id) {
  SQLite::Statement remove(*database_, "DELETE FROM quarantine WHERE id = ?");
  remove.bind(1, id);
  remove.exec();
}

void Store::add_count(const std::string& name, std::uint64_t by) {
  auto& s = statements_->add_count;
  s.reset();
  s.bind(1, name);
  s.bind(2, sql(by));
  s.exec();
}

std::map<std::string, std::uint64_t> Store::counts() const {
  std::map<std::string, std::uint64_t> all;
  SQLite::Statement query(*database_, "SELECT name, value FROM counter");
  while (query.executeStep()) {
    all[query.getColumn(0).getString()] = static_cast<std::uint64_t>(query.getColumn(1).getInt64());
  }
  return all;
}

}  // namespace songhua::storage
