#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ingest/record_keeper.h"
#include "ingest/translator.h"
#include "model/calendar.h"
#include "sparkplug/host_session.h"
#include "sparkplug/payload.h"
#include "storage/store.h"

// The door of the room. The way of a datum: a message is journaled, its session tells what its names mean, it becomes
// readings, readings go into records, one transaction commits journal, records and what is to be forwarded.
namespace songhua::ingest {

struct PipelineOptions {
  lines::Mapping mapping;
  TimeLimits limits;
  Millis gap = kQuarterHour;
  Millis settle = std::chrono::minutes{10};
  TimeZone zone = TimeZone::shanghai();
  sparkplug::HostSessionOptions session;
  // Of messages whose minutes may have to be made again, some 64 bytes each. Beyond it they are read from the journal.
  std::size_t readings_in_memory = 150'000;
};

// The text of the mapping by which the store's records were made last; empty: the built-in rules alone.
std::string mapping_in_force(const storage::Store& store);

// A message as it came from a broker.
struct Inbound {
  std::uint8_t server = 0;
  std::string topic;
  std::string payload;
  UnixMillis received;
  bool retained = false;
};

struct RebirthWish {
  std::uint8_t server = 0;
  std::string node;  // "GROUP/NODE"
  sparkplug::RebirthReason reason{};
};

struct CommitResult {
  std::uint64_t messages = 0;
  std::uint64_t records = 0;
  std::uint64_t generation = 0;
  std::vector<RebirthWish> rebirths;
  std::vector<std::pair<std::uint8_t, std::string>> born;  // NBIRTH seen: server and node
  std::vector<std::pair<std::uint8_t, std::string>> gone;  // NDEATH
  std::vector<std::string> lines;                          // whose records changed
};

// A message as an observer sees it: whoever keeps it copies the texts.
struct Observed {
  std::uint8_t server = 0;
  std::string_view topic;
  std::string_view payload;
  UnixMillis received;
};

// What a live view is told of each message that could be decoded, commands of hosts included, before it is committed.
// `names` (may be null) are those of its session after it. See ingest/tap.h and ingest/last_births.h.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void message(const Observed& observed, const sparkplug::Topic& topic, const sparkplug::Payload& payload,
                       const std::shared_ptr<const sparkplug::NameTable>& names) = 0;
};

// Owned by one thread. Everything taken in waits in memory until commit(), which is one transaction: on an error
// nothing of it has happened, and the same commit can be tried again.
class Pipeline {
 public:
  Pipeline(storage::Store& store, PipelineOptions options);
  ~Pipeline();

  void message(Inbound inbound);
  // Host events; the sessions of a server whose connection was lost are uncertain until something explains them.
  void server_connected(std::uint8_t server, UnixMillis now);
  void server_lost(std::uint8_t server, UnixMillis now);
  // Rows of import `name` (ingest/import_rows.h); `quarters`: all are amounts over aligned quarter hours or longer.
  void import_rows(const std::string& name, bool quarters, std::string payload, UnixMillis now);
  // A correction by hand: one row of kind amount.
  void adjustment(std::string payload, UnixMillis now);
  void line_state(const LineId& line, bool gone, UnixMillis at, UnixMillis now);
  // Any journal entry again, as it was received (import, replay, merge). A message that was received before others of
  // its session which are there already counts by the names it carries, until settle_order() has looked at it.
  void repeat(const storage::Entry& entry);

  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  [[nodiscard]] std::size_t waiting_bytes() const { return queued_bytes_; }

  // `disk_trouble` in the error: the disk is full or cannot be written; the queue is kept.
  struct CommitError {
    std::string message;
    bool disk_trouble = false;
  };
  std::variant<CommitResult, CommitError> commit(UnixMillis now);

  // Puts a mapping in force, whose text is `mapping_text`. Where it, or the rules, differ from what the store's records
  // were made with, all records are made again from the journal, as if it had been there from the start, in one
  // transaction; what differs is forwarded again. On an error nothing has changed.
  struct Adopted {
    bool rebuilt = false;
    std::uint64_t generation = 0;
    std::uint64_t entries = 0;    // of the journal
    std::uint64_t changed = 0;    // records
    std::uint64_t retracted = 0;  // records that nothing feeds any more
  };
  using Progress = std::function<void(std::size_t done, std::size_t all)>;  // segments of the journal
  std::variant<Adopted, CommitError> adopt(const lines::Mapping& mapping, const std::string& mapping_text,
                                           UnixMillis now, const Progress& progress = {});
  [[nodiscard]] bool is_in_force(const std::string& mapping_text) const;
  // The same with the mapping in force, whatever it was before: for verify, on a copy.
  std::variant<Adopted, CommitError> make_again(UnixMillis now, const Progress& progress = {});

  // Whether messages came by repeat() that are older than others of their session.
  [[nodiscard]] bool out_of_order() const;
  // Runs the sessions concerned again over the journal, in the order of receipt, from the births that were in force
  // then: what each message means must not depend on when the store came to know it (design.md, law 2). Where that
  // differs from what was made of it, it is told again. One transaction; on an error nothing has changed. Takes as long
  // as to read the journal from the oldest of these messages on.
  struct Settled {
    std::uint64_t messages = 0;  // read again
    std::uint64_t changed = 0;   // told again
  };
  std::variant<Settled, CommitError> settle_order(UnixMillis now, const Progress& progress = {});

  // "GROUP/NODE" was asked for its births; without server on all of them.
  void rebirth_requested(const std::string& node, std::optional<std::uint8_t> server);

  [[nodiscard]] std::optional<UnixMillis> next_deadline() const;
  void set_observer(Observer* observer) { observer_ = observer; }

  using SessionKey = std::pair<std::uint8_t, std::string>;  // server, "GROUP/NODE"
  [[nodiscard]] const std::map<SessionKey, sparkplug::HostSession>& sessions() const { return sessions_; }
  // Stored sessions that could not be read: of another version of the program, or damaged. They have begun anew.
  [[nodiscard]] std::size_t sessions_refused() const { return sessions_refused_; }
  [[nodiscard]] const lines::Mapping& mapping() const { return options_.mapping; }

 private:
  struct Batch;  // one commit under way

  void load_sessions();
  struct Queued {
    storage::Entry entry;
    bool again = false;  // by repeat()
  };
  void take_in(Queued queued);
  void note_clock(Batch& batch, const Queued& queued);
  storage::Arrival& arrival_of(const SessionKey& key);
  std::optional<UnixMillis>& newest_lost(std::uint8_t server);
  void note_lost(std::uint8_t server, std::optional<UnixMillis> received);  // none: forgets it
  static bool is_older(const storage::Entry& entry, bool again, const storage::Arrival& arrival);
  static void leave_for_later(Batch& batch, const SessionKey& key, storage::Arrival& arrival,
                              const storage::Entry& entry);
  void process(Batch& batch, storage::Entry& entry, bool again);
  void process_message(Batch& batch, storage::Entry& entry, bool again);
  void process_import(Batch& batch, storage::Entry& entry, const std::string& source);
  void show_command(const storage::Entry& entry, const sparkplug::Topic& topic);
  void act(Batch& batch, const SessionKey& key, const sparkplug::Actions& actions);
  void explain(Batch& batch, const SessionKey& key, storage::Position position,
               const std::shared_ptr<const sparkplug::NameTable>& names);
  // `telling`: see rollup::SourceMessage.
  void apply(Batch& batch, const storage::Entry& entry, const sparkplug::NameTable* names, Take take,
             storage::Position position, std::uint64_t telling = 0);
  void take_readings(Batch& batch, const storage::Entry& entry, const sparkplug::Topic& topic,
                     const sparkplug::Payload& payload, const sparkplug::NameTable* names, Take take,
                     std::uint64_t telling);
  void refuse_frozen(Batch& batch, const storage::Entry& entry, const std::vector<UnixMillis>& windows);
  void refuse(Batch& batch, const storage::Entry& entry, const std::string& reason, const std::string& detail);
  void load(storage::SourceIndex source, std::vector<RecordKeeper::Wanted>& windows);
  void load_messages(const std::string& source, std::uint64_t segment, std::vector<RecordKeeper::Wanted>& windows);
  std::shared_ptr<const sparkplug::NameTable> names(std::uint64_t id);
  std::shared_ptr<const std::vector<storage::Entry>> segment(std::uint64_t id);
  struct ImportedSegment;
  std::shared_ptr<const ImportedSegment> imported(storage::SourceIndex source, std::uint64_t id);
  std::optional<storage::Entry> entry_at(Batch& batch, storage::Position position);
  std::optional<storage::Entry> held_by(const storage::Entry& resolution);
  // ingest/order.cpp
  struct SessionAgain;
  void find_beginnings(std::vector<SessionAgain>& sessions);
  void collect(std::vector<SessionAgain>& sessions);
  void run_again(SessionAgain& again);
  void tell_again(Batch& batch, const SessionAgain& again, Settled& settled, const std::function<void()>& flush);
  void rebuild(Adopted& adopted, UnixMillis now, const Progress& progress);  // ingest/rebuild.cpp
  void take_again(const storage::Entry& entry, storage::Position position);
  void translate_again(const storage::Entry& entry, std::uint64_t names_id, Take take, storage::Position position,
                       std::uint64_t telling);
  void trim_names();
  void remember_names(const std::shared_ptr<const sparkplug::NameTable>& table);
  // What of a session's names explains the messages of one device, as the journal keeps it with each of them.
  struct OwnNames {
    std::shared_ptr<const sparkplug::NameTable> table;
    std::uint64_t id = 0;
  };
  OwnNames own_names(const std::shared_ptr<const sparkplug::NameTable>& table, std::string_view device);
  [[nodiscard]] bool day_is_final(rollup::LineIndex line, Window window, UnixMillis now) const;
  // After a rollback: what commit() and its like answer, and memory as the store has it.
  CommitError failed(const std::string& what, const SQLite::Exception& problem);
  void recover();

  storage::Store& store_;
  PipelineOptions options_;
  Translator translator_;
  RecordKeeper keeper_;
  sparkplug::PayloadDecoder decoder_;        // of the message under way, which stays readable until the next
  sparkplug::PayloadDecoder decoder_again_;  // of messages that came before it
  std::map<SessionKey, sparkplug::HostSession> sessions_;
  std::size_t sessions_refused_ = 0;
  std::map<SessionKey, storage::Arrival> arrivals_;
  std::map<std::uint8_t, UnixMillis> clocks_;               // receipt of the newest live message, by server
  std::map<std::uint8_t, std::optional<UnixMillis>> lost_;  // when its connection was lost last, as far as was looked
  std::vector<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  std::map<std::uint64_t, std::shared_ptr<const sparkplug::NameTable>> names_;
  std::unordered_set<std::uint64_t> shares_stored_;        // some of those that the store has for certain
  std::unordered_map<std::uint64_t, OwnNames> own_names_;  // by share; the store has them
  std::map<std::uint64_t, std::shared_ptr<const std::vector<storage::Entry>>> segments_;  // read for rebuilding
  std::map<std::pair<storage::SourceIndex, std::uint64_t>, std::shared_ptr<const ImportedSegment>>
      imported_;                                                                 // the same
  mutable Window day_{};                                                         // that day_is_final looked at last
  mutable std::map<std::pair<UnixMillis, rollup::LineIndex>, bool> days_final_;  // what it found in this transaction
  Observer* observer_ = nullptr;
  bool is_stale_ = false;  // memory knows what the store does not: recover() comes first
};

}  // namespace songhua::ingest
