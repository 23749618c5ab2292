#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <optional>
#include <string>

#include "model/time.h"

// Inside of the room: small words for the outbox's statements.
namespace songhua::forward {

inline std::int64_t sql(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
inline std::int64_t sql(UnixMillis time) {
  return count_of(time);
}
inline void bind_blob(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}
inline std::string blob(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

// The caller's transaction where one is open, else one of its own.
class Together {
 public:
  explicit Together(SQLite::Database& database) {
    if (sqlite3_get_autocommit(database.getHandle()) != 0)
      own_.emplace(database, SQLite::TransactionBehavior::IMMEDIATE);
  }
  void commit() {
    if (own_) own_->commit();
  }

 private:
  std::optional<SQLite::Transaction> own_;
};

}  // namespace songhua::forward
