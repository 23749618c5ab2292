#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

// One SQLite file, opened as all of this product opens one: WAL, synchronous FULL on the writer (what was told is
// durable), an exclusive lock file so that one process writes. SQLite's own failures (disk full, I/O) are thrown as
// SQLite::Exception; the pipelines catch them where a stated behaviour follows.
namespace songhua::storage {

struct Migration {
  int version;      // user_version after it
  const char* sql;  // forward only
};

enum class Access { read_write, read_only };

// `application_id` marks the kind of file ('SHGW' edge store, 'SHCE' centre, ...). Creates and migrates when opened for
// writing. Errors name the file: not a store, another kind, a newer schema, unwritable, corrupt.
Result<std::unique_ptr<SQLite::Database>> open_database(const std::string& path, Access access,
                                                        std::int32_t application_id,
                                                        const std::vector<Migration>& migrations);

// True where the exception says that the disk is full, cannot be written or gives nothing sound back: the caller leaves
// in order and comes back.
[[nodiscard]] bool is_disk_trouble(const SQLite::Exception& problem);
// What a reader may be told of trouble with a store that passes: a sick or full disk, a store that is busy. None: the
// exception tells of something else.
[[nodiscard]] std::optional<std::string> passing_trouble(const std::exception& problem);
// Where and why, for people: the file, and what the system said where it refused.
[[nodiscard]] std::string trouble_of(const SQLite::Database& db, const SQLite::Exception& problem);

// A compressed blob with its raw size (zstd level 1); inflate refuses more than `limit` bytes.
std::string compress(std::string_view raw);
Result<std::string> inflate(std::string_view compressed, std::size_t limit);

}  // namespace songhua::storage
