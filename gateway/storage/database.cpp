#include "storage/database.h"

#include <sqlite3.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace songhua::storage {
namespace {

std::string reason_of(const SQLite::Exception& problem, const std::string& path) {
  switch (problem.getErrorCode()) {
    case SQLITE_NOTADB:
      return path + ": not a SQLite file; name the store or recording that was meant";
    case SQLITE_CORRUPT:
      return path + ": the file is damaged (" + problem.what() + "); restore it from an export";
    case SQLITE_READONLY:
      return path + ": the file or its folder cannot be written";
    case SQLITE_CANTOPEN:
      return path + ": cannot be opened; does it exist, and may this user read it?";
    case SQLITE_FULL:
      return path + ": the disk is full";
    default:
      return path + ": " + problem.what();
  }
}

int pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt();
}

void migrate(SQLite::Database& db, std::int32_t application_id, const std::vector<Migration>& migrations) {
  for (const auto& migration : migrations) {
    if (migration.version <= pragma(db, "user_version")) continue;
    SQLite::Transaction transaction(db);
    db.exec(migration.sql);
    db.exec("PRAGMA application_id = " + std::to_string(application_id));
    db.exec("PRAGMA user_version = " + std::to_string(migration.version));
    transaction.commit();
  }
}

const char* doing(int extended) {
  switch (extended) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
      return " in reading";
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_TRUNCATE:
      return " in writing";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return " in syncing";
    default:
      return "";
  }
}

}  // namespace

Result<std::unique_ptr<SQLite::Database>> open_database(const std::string& path, Access access,
                                                        std::int32_t application_id,
                                                        const std::vector<Migration>& migrations) {
  try {
    const bool writing = access == Access::read_write;
    const bool exists = path == ":memory:" || std::filesystem::exists(path);
    if (!exists && !writing) return Error{path + ": there is no such file"};
    const int flags = writing ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY;
    auto db = std::make_unique<SQLite::Database>(path, flags);
    db->setBusyTimeout(5000);
    const bool empty = db->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
    if (!empty && pragma(*db, "application_id") != application_id) {
      return Error{path + ": a SQLite file, but not of the kind that is expected here"};
    }
    const int newest = migrations.empty() ? 0 : migrations.back().version;
    if (const int version = pragma(*db, "user_version"); version > newest) {
      return Error{path + ": written by a newer version of this program (schema " + std::to_string(version) +
                   ", this one knows " + std::to_string(newest) + ")"};
    } else if (!writing && !empty && version < newest) {
      return Error{path + ": written by an older version of this program (schema " + std::to_string(version) +
                   ", this one reads " + std::to_string(newest) +
                   "); the next start of its service brings it up to date"};
    }
    if (!writing) {
      if (empty) return Error{path + ": the file holds nothing yet"};
      db->exec("PRAGMA query_only = 1");
      return db;
    }
    db->exec("PRAGMA journal_mode = WAL");
    db->exec("PRAGMA synchronous = FULL");
    db->exec("PRAGMA cache_size = -16384");
    migrate(*db, application_id, migrations);
    // A store that cannot be written says so here, with its name: SQLite opens such a file for reading and complains at
    // the first change.
    db->exec("BEGIN; PRAGMA user_version = " + std::to_string(newest) + "; ROLLBACK");
    return db;
  } catch (const SQLite::Exception& problem) {
    return Error{reason_of(problem, path)};
  }
}

bool is_disk_trouble(const SQLite::Exception& problem) {
  switch (problem.getErrorCode() & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:  // also what SQLite makes of a read that fails with EIO
    case SQLITE_NOTADB:
      return true;
    default:
      return false;
  }
}

std::optional<std::string> passing_trouble(const std::exception& problem) {
  const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&problem);
  if (sqlite == nullptr) return std::nullopt;
  const auto why = std::string(": ") + sqlite->getErrorStr() + "; see the program's log, and ask again";
  if (is_disk_trouble(*sqlite)) return "the store cannot be read or written now" + why;
  const auto code = sqlite->getErrorCode() & 0xFF;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return "the store is busy" + why;
  return std::nullopt;
}

std::string trouble_of(const SQLite::Database& db, const SQLite::Exception& problem) {
  auto text = db.getFilename() + ": " + problem.what();
  switch (problem.getErrorCode() & 0xFF) {
    case SQLITE_IOERR:
      text += doing(problem.getExtendedErrorCode());
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      text += ", or the disk cannot be read";
      break;
    default:
      break;
  }
  // SQLite keeps what the system said to itself; a file system that has turned read-only says it again.
  if (::access(db.getFilename().c_str(), W_OK) != 0) text += " (" + std::generic_category().message(errno) + ")";
  return text;
}

std::string compress(std::string_view raw) {
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), 1));
  return out;
}

Result<std::string> inflate(std::string_view compressed, std::size_t limit) {
  const auto size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return Error{"not a zstd frame"};
  if (size > limit) return Error{"the frame would expand to " + std::to_string(size) + " bytes"};
  std::string out(static_cast<std::size_t>(size), '\0');
  const auto got = ZSTD_decompress(out.data(), out.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(got) || got != out.size())
    return Error{std::string("damaged zstd frame: ") + ZSTD_getErrorName(got)};
  return out;
}

}  // namespace songhua::storage
