#include "recording.h"

#include <filesystem>
#include <map>

#include "commands.h"
#include "storage/schema.h"

namespace songhua::gateway {
namespace {

constexpr std::size_t kEntriesPerCommit = 4'000;
constexpr std::size_t kBytesPerCommit = std::size_t{1} << 20U;

std::unique_ptr<SQLite::Database> opened(const std::string& file, storage::Access access, int otherwise) {
  auto database = storage::open_database(file, access, storage::kRecordingId, storage::kRecordingMigrations);
  if (!database) throw Failure{otherwise, database.error().message};
  return std::move(*database);
}

void remove_files(const std::string& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file + suffix, ignored);
}

}  // namespace

void PipelineSink::take(storage::Entry entry) {
  pipeline_.repeat(entry);
  if (pipeline_.waiting() >= kEntriesPerCommit || pipeline_.waiting_bytes() >= kBytesPerCommit) {
    commit_all(pipeline_, wall_clock());
  }
}

void PipelineSink::finish() {
  finish_all(pipeline_, wall_clock());
}

RecordingSink::RecordingSink(std::string file, const RecordingFacts& facts) : file_(std::move(file)) {
  if (std::filesystem::exists(file_)) throw Failure{kUsage, file_ + ": exists already; name a new file"};
  database_ = opened(file_, storage::Access::read_write, kFault);
  journal_ = std::make_unique<storage::Journal>(*database_);
  for (const auto& [name, value] : std::map<std::string, std::string>{{"gateway", facts.gateway},
                                                                      {"enterprise", facts.enterprise},
                                                                      {"incarnation", facts.incarnation},
                                                                      {"lines.toml", facts.mapping}}) {
    SQLite::Statement put(*database_, "INSERT INTO fact(name, value) VALUES (?, ?)");
    put.bind(1, name);
    put.bind(2, value);
    put.exec();
  }
}

RecordingSink::~RecordingSink() {
  if (finished_) return;
  journal_.reset();
  database_.reset();
  remove_files(file_);
}

void RecordingSink::take(storage::Entry entry) {
  waiting_bytes_ += entry.payload.size() + entry.topic.size();
  waiting_.push_back(std::move(entry));
  if (waiting_.size() >= kEntriesPerCommit || waiting_bytes_ >= kBytesPerCommit) append();
}

void RecordingSink::append() {
  if (waiting_.empty()) return;
  SQLite::Transaction transaction(*database_);
  journal_->append(waiting_);
  transaction.commit();
  waiting_.clear();
  waiting_bytes_ = 0;
}

void RecordingSink::finish() {
  append();
  database_->exec("PRAGMA journal_mode = DELETE");  // one file, without its log beside it
  finished_ = true;
}

Recording::Recording(const std::string& file)
    : database_(opened(file, storage::Access::read_only, kUsage)), journal_(*database_) {}

std::string Recording::fact(const std::string& name) const {
  SQLite::Statement query(*database_, "SELECT value FROM fact WHERE name = ?");
  query.bind(1, name);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

}  // namespace songhua::gateway
