#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/pipeline.h"
#include "storage/journal.h"
#include "storage/store.h"

// Recordings (one SQLite file with the journal's entries), and where commands put entries.
namespace songhua::gateway {

// Takes journal entries in order; finish() makes sure that they are kept. Throws Failure.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  virtual void take(storage::Entry entry) = 0;
  virtual void finish() = 0;
};

// Into a store, through the pipeline.
class PipelineSink final : public EntrySink {
 public:
  explicit PipelineSink(ingest::Pipeline& pipeline) : pipeline_(pipeline) {}
  void take(storage::Entry entry) override;
  void finish() override;

 private:
  ingest::Pipeline& pipeline_;
};

struct RecordingFacts {
  std::string gateway, enterprise, incarnation;
  std::string mapping;  // the text of lines.toml by which its entries became records
};

// A new recording; a file of that name must not exist. Without finish() nothing is left behind.
class RecordingSink final : public EntrySink {
 public:
  RecordingSink(std::string file, const RecordingFacts& facts);
  ~RecordingSink() override;
  void take(storage::Entry entry) override;
  void finish() override;

 private:
  void append();

  std::string file_;
  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<storage::Journal> journal_;
  std::vector<storage::Entry> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool finished_ = false;
};

// A recording opened for reading.
class Recording {
 public:
  explicit Recording(const std::string& file);  // throws Failure
  [[nodiscard]] const storage::Journal& journal() const { return journal_; }
  [[nodiscard]] std::string fact(const std::string& name) const;
  [[nodiscard]] std::string mapping() const { return fact("lines.toml"); }

 private:
  std::unique_ptr<SQLite::Database> database_;
  storage::Journal journal_;
};

}  // namespace songhua::gateway
