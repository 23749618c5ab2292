// A disk that refuses, reading included: nothing of a commit has happened, what memory knew before stays, and the same
// commit goes through when the disk is well again.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>

#include "ingest/pipeline.h"
#include "record_text.h"
#include "storage/store.h"
#include "support/temp_dir.h"

namespace songhua::ingest {
namespace {

// The system's file functions with a switch: a layer of SQLite's own kind between it and the files.
class SickDisk {
 public:
  SickDisk() {
    below_ = sqlite3_vfs_find(nullptr);
    layer_ = *below_;
    layer_.zName = "sick";
    layer_.xOpen = open;
    sqlite3_vfs_register(&layer_, 1);
  }
  ~SickDisk() {
    sqlite3_vfs_register(below_, 1);
    sqlite3_vfs_unregister(&layer_);
    write_ = sync_ = read_ = false;
  }
  SickDisk(const SickDisk&) = delete;
  SickDisk& operator=(const SickDisk&) = delete;

  static inline bool write_ = false, sync_ = false, read_ = false;

 private:
  static inline sqlite3_vfs* below_ = nullptr;
  sqlite3_vfs layer_{};
  struct Methods {
    const sqlite3_io_methods* below = nullptr;
    sqlite3_io_methods ours{};
  };
  static inline std::map<const sqlite3_io_methods*, Methods> methods_;  // ours by those below

  static int open(sqlite3_vfs* /*layer*/, const char* name, sqlite3_file* file, int flags, int* out) {
    const int status = below_->xOpen(below_, name, file, flags, out);
    if (status != SQLITE_OK || file->pMethods == nullptr) return status;
    auto& methods = methods_[file->pMethods];
    if (methods.below == nullptr) {
      methods = {file->pMethods, *file->pMethods};
      methods.ours.xRead = read;
      methods.ours.xWrite = write;
      methods.ours.xSync = sync;
    }
    file->pMethods = &methods.ours;
    return status;
  }
  static const sqlite3_io_methods& below(const sqlite3_file* file) {
    for (const auto& [key, methods] : methods_) {
      if (file->pMethods == &methods.ours) return *methods.below;
    }
    std::abort();
  }
  // As SQLite's own layer answers EIO.
  static int read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
    return read_ ? SQLITE_IOERR_CORRUPTFS : below(file).xRead(file, to, bytes, at);
  }
  static int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
    return write_ ? SQLITE_IOERR_WRITE : below(file).xWrite(file, from, bytes, at);
  }
  static int sync(sqlite3_file* file, int flags) { return sync_ ? SQLITE_IOERR_FSYNC : below(file).xSync(file, flags); }
};

const UnixMillis kStart = unix_millis(1'552'608'000'000);

Inbound said(int second, const char* type, std::int64_t value) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + second * 1'000));
  payload.set_seq(static_cast<std::uint64_t>(second));
  auto& metric = *payload.add_metrics();
  metric.set_name("Output/p/CN/Good");
  metric.set_datatype(sparkplug::pb::Int64);
  metric.set_long_value(static_cast<std::uint64_t>(value));
  if (type == std::string("NBIRTH")) {
    auto& bd_seq = *payload.add_metrics();
    bd_seq.set_name("bdSeq");
    bd_seq.set_datatype(sparkplug::pb::Int64);
    bd_seq.set_long_value(0);
  }
  return {0, std::string("spBv1.0/G/") + type + "/E", payload.SerializeAsString(), kStart + Millis{second * 1'000},
          false};
}

class SickDiskTest : public testing::Test {
 protected:
  SickDisk disk;
  test::TempDir dir;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<Pipeline> pipeline;

  void SetUp() override {
    auto opened = storage::Store::open((dir.path() / "store").string(), storage::Access::read_write);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    pipeline = std::make_unique<Pipeline>(*store, PipelineOptions{});
    pipeline->message(said(0, "NBIRTH", 100));
    ASSERT_TRUE(commit().empty());
  }
  std::string commit() {
    const auto outcome = pipeline->commit(kStart);
    const auto* error = std::get_if<Pipeline::CommitError>(&outcome);
    if (error == nullptr) return {};
    EXPECT_TRUE(error->disk_trouble) << error->message;
    return error->message;
  }
  // Two messages come while the disk is sick; then it is well.
  void live_through(bool& fault, const std::string& words) {
    fault = true;
    pipeline->message(said(1, "NDATA", 110));
    EXPECT_NE(commit().find(words), std::string::npos) << commit();
    EXPECT_EQ(pipeline->sessions().size(), 1U) << "what was known is forgotten";
    EXPECT_TRUE(pipeline->out_of_order() || !SickDisk::read_) << "nobody may be told that all is in its place";
    pipeline->message(said(2, "NDATA", 125));
    EXPECT_FALSE(commit().empty());
    EXPECT_EQ(pipeline->waiting(), 2U);
    fault = false;
    EXPECT_EQ(commit(), "");
    EXPECT_EQ(pipeline->waiting(), 0U);
    EXPECT_FALSE(pipeline->out_of_order());
  }
  void TearDown() override {
    pipeline->message(said(3, "NDATA", 131));
    EXPECT_EQ(commit(), "");
    const auto healthy = storage::Store::in_memory();
    Pipeline other(*healthy, {});
    other.message(said(0, "NBIRTH", 100));
    other.message(said(1, "NDATA", 110));
    other.message(said(2, "NDATA", 125));
    other.message(said(3, "NDATA", 131));
    ASSERT_TRUE(std::holds_alternative<CommitResult>(other.commit(kStart)));
    const auto records = record_text(*healthy, "G/E");
    EXPECT_FALSE(records.empty());
    EXPECT_EQ(record_text(*store, "G/E"), records);
    // And so it stands in the file, whatever a failed sync has made the system forget.
    pipeline.reset();
    store.reset();
    const auto again = storage::Store::open((dir.path() / "store").string(), storage::Access::read_only);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(record_text(**again, "G/E"), records);
  }
};

TEST_F(SickDiskTest, WhatCannotBeWrittenIsWrittenLater) {
  live_through(SickDisk::write_, "disk I/O error in writing");
}

TEST_F(SickDiskTest, WhatCannotBeSyncedIsWrittenAgain) {
  live_through(SickDisk::sync_, "disk I/O error in syncing");
}

TEST_F(SickDiskTest, WhatCannotBeReadIsReadBeforeTheNextCommit) {
  // All that is cached is thrown away, as when another process has written.
  store->database().exec("PRAGMA cache_size = 0");
  sqlite3_db_release_memory(store->database().getHandle());
  live_through(SickDisk::read_, store->database().getFilename());
}

}  // namespace
}  // namespace songhua::ingest
