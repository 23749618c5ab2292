#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "model/time.h"

// Inside of the room: small words for SQLite statements.
namespace songhua::central {

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

}  // namespace songhua::central
