#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollup/record.h"
#include "rollup/timeline.h"
#include "storage/database.h"
#include "storage/dictionary.h"
#include "storage/journal.h"

// The door of the room: the edge box's store, one SQLite file in a directory. docs/data-formats.md lists the tables.
//
// One writer (the pipeline thread, or a command that holds the directory's lock); any number of readers, each with a
// Store of its own opened read-only. A Store is used by one thread at a time.
namespace songhua::storage {

inline constexpr std::int32_t kStoreId = 0x53484757;      // "SHGW"
inline constexpr std::int32_t kRecordingId = 0x53485243;  // "SHRC"

// A random life of a store (design.md, Forwarding).
struct Incarnation {
  std::string id;                        // 32 hex digits
  std::optional<std::string> continues;  // after a restore from an image: the old one ...
  std::uint64_t continued_to = 0;        // ... and the batch number up to which it goes on
};

inline constexpr std::int64_t kQuarantineRows = 10'000;
inline constexpr std::string_view kQuarantineOverflow = "(further topics)";

struct RecordKey {
  rollup::LineIndex line{};
  SourceIndex source{};
  Window window;
  auto operator<=>(const RecordKey&) const = default;
};

struct RecordRow {
  RecordKey key;
  std::uint64_t generation = 0;  // number of the commit that wrote it last
  UnixMillis committed;          // store's clock at its first commit
  UnixMillis changed;            // ... and at its last
  std::string bytes;             // rollup/codec.h
};

// A record of a day that was final was replaced, or added, at this time of the store's clock.
struct Replacement {
  Window window;
  UnixMillis at;
};

struct Quarantined {
  std::int64_t id = 0;
  UnixMillis received;
  std::string reason;  // one word: "undecodable", "unknown_alias", "future", "negative", ...
  std::string topic;
  std::string detail;          // for a person: which metric, which value
  std::uint64_t position = 0;  // in the journal
  std::uint64_t count = 1;     // how many of the same (reason, topic, detail)
  std::string payload;         // the first one's bytes
};

// In which order the messages of a session came.
struct Arrival {
  std::optional<UnixMillis> newest;     // receipt of the newest
  std::optional<UnixMillis> unsettled;  // of the oldest that came after newer ones, while nobody has looked at them
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const std::string& directory, Access access);
  // In memory: for verify, dry runs and tests.
  static std::unique_ptr<Store> in_memory();
  // A copy in a temporary file that nobody else sees and that ends with it. What SQLite reports is thrown.
  static std::unique_ptr<Store> copy_of(Store& original);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] SQLite::Database& database() { return *database_; }
  [[nodiscard]] Dictionary& dictionary() { return *dictionary_; }
  [[nodiscard]] const Dictionary& dictionary() const { return *dictionary_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] const Incarnation& incarnation() const { return incarnation_; }
  void begin_incarnation(Incarnation incarnation);

  // Small facts by name: last host timestamp per server, adopted settings, ...
  [[nodiscard]] std::optional<std::string> fact(const std::string& name) const;
  void set_fact(const std::string& name, const std::string& value);

  // Records. put keeps `committed` of a row that exists, and copies what it replaces into `superseded` where
  // `keep_superseded`: empty bytes where there was nothing.
  void put_record(const RecordKey& key, const std::string& bytes, std::uint64_t generation, UnixMillis now,
                  bool keep_superseded);
  [[nodiscard]] std::optional<RecordRow> record(const RecordKey& key) const;
  // Of one line, all sources, by window start; `range` cuts by window start.
  void scan_records(rollup::LineIndex line, std::optional<Window> range,
                    const std::function<void(RecordRow)>& visit) const;
  // Of one line, newest window first, until `visit` returns false.
  void scan_back(rollup::LineIndex line, const std::function<bool(RecordRow)>& visit) const;
  // For rollup::Timeline: one vector a source, in time order. `as_of`: with superseded records as they were then; what
  // was not kept when it was replaced (its day was open) stands as it is now.
  [[nodiscard]] std::vector<std::vector<rollup::StoredRecord>> line_records(
      rollup::LineIndex line, std::optional<UnixMillis> as_of = std::nullopt) const;
  // Quarter-hour joins of the same: what the centre gets, and what windows of 15 minutes and more are cut from.
  [[nodiscard]] std::vector<std::vector<rollup::StoredRecord>> line_quarters(rollup::LineIndex line,
                                                                             Millis gap_limit) const;
  // Records of final days that were replaced, or added where none had been, by time.
  [[nodiscard]] std::vector<Replacement> replacements(rollup::LineIndex line) const;

  // Store time at which the line's first record at or after `start` was committed.
  [[nodiscard]] std::optional<UnixMillis> first_committed_after(rollup::LineIndex line, UnixMillis start) const;

  // A line declared gone from `at`, or back.
  void set_line_state(const LineId& line, UnixMillis at, bool gone);
  // Since when the line is gone, if it is.
  [[nodiscard]] std::optional<UnixMillis> gone_since(const LineId& line) const;

  // Which segments hold messages that touch a source's window.
  [[nodiscard]] std::vector<std::uint64_t> touched(SourceIndex source, UnixMillis window_start) const;
  // `behind` (rollup::encode_stretches; mostly empty): records of the window whose lines were not heard of late lack
  // these stretches of their source. Whoever reads them gets them whole; the bytes are written by complete_window. Only
  // a source's newest window may be behind.
  void set_touched(SourceIndex source, UnixMillis window_start, const std::vector<std::uint64_t>& segments,
                   const std::string& behind = {});
  [[nodiscard]] std::optional<UnixMillis> newest_touched(SourceIndex source) const;
  // Writes what records lack and marks it to be forwarded; the lines whose records changed.
  std::vector<rollup::LineIndex> complete_window(SourceIndex source, UnixMillis window_start, std::uint64_t generation,
                                                 UnixMillis now);
  // The same of every source's newest window: what a program that was killed has left behind.
  std::vector<rollup::LineIndex> complete_windows(std::uint64_t generation, UnixMillis now);
  // Is one of these segments no longer in the journal? Then the window that they touch is frozen: it can't be rebuilt.
  [[nodiscard]] bool is_frozen(const std::vector<std::uint64_t>& touched) const;
  [[nodiscard]] std::vector<std::pair<SourceIndex, UnixMillis>> frozen_windows() const;
  // Lines that a source has fed.
  [[nodiscard]] std::vector<rollup::LineIndex> lines_of(SourceIndex source) const;
  // Start of the first window for which the source has a record of the line.
  [[nodiscard]] std::optional<UnixMillis> first_window(SourceIndex source, rollup::LineIndex line) const;
  // Starts of the source's windows in [from, to), the first `limit` of them.
  [[nodiscard]] std::vector<UnixMillis> touched_windows(SourceIndex source, UnixMillis from, UnixMillis to,
                                                        std::size_t limit) const;
  void set_line_of(SourceIndex source, rollup::LineIndex line);

  // Name tables by content id (sparkplug/names.h).
  void put_names(std::uint64_t id, const std::string& bytes);
  [[nodiscard]] std::optional<std::string> names(std::uint64_t id) const;

  // Sessions by server and node.
  void put_session(std::uint8_t server, const std::string& node, const std::string& bytes, const Arrival& arrival = {});
  void for_each_arrival(const std::function<void(std::uint8_t, const std::string&, const Arrival&)>& visit) const;
  void for_each_session(const std::function<void(std::uint8_t, const std::string&, const std::string&)>& visit) const;

  // Dirty line-quarters: what forwarding has to send, with the generation of the latest change.
  void mark_dirty(rollup::LineIndex line, UnixMillis quarter, std::uint64_t generation);

  // Quarantine counts repeats of one (reason, topic, detail) in one row. Beyond kQuarantineRows rows new ones are
  // counted in one row a reason: a sender that invents topics does not fill the disk.
  void quarantine(const Quarantined& entry);
  // The newest first, without their bytes, which may be megabytes each: quarantined_one() has them.
  [[nodiscard]] std::vector<Quarantined> quarantined(std::size_t limit) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> quarantine_counts() const;
  [[nodiscard]] std::optional<Quarantined> quarantined_one(std::int64_t id) const;
  void forget_quarantined(std::int64_t id);

  // Counters that survive restarts (missed messages, refused, ...).
  void add_count(const std::string& name, std::uint64_t by);
  [[nodiscard]] std::map<std::string, std::uint64_t> counts() const;

 private:
  Store() = default;
  void load();
  class Completion;  // behind.cpp

  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<Dictionary> dictionary_;
  std::unique_ptr<Journal> journal_;
  Incarnation incarnation_;
  int lock_ = -1;
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

// Joins the records of each source to quarter hours; longer records are kept as they are.
[[nodiscard]] std::vector<std::vector<rollup::StoredRecord>> join_quarters(
    const std::vector<std::vector<rollup::StoredRecord>>& sources, const rollup::SeriesTable& table, Millis gap_limit);

}  // namespace songhua::storage
