#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "forward/batch.h"
#include "forward/keys.h"
#include "storage/store.h"

// The door for the pipeline: from dirty line-quarters to signed batches that are kept until the centre has committed
// them (design.md, Forwarding).
namespace songhua::forward {

struct OutboxOptions {
  std::string enterprise;
  std::string gateway;
  Millis cadence{10'000};
  Millis gap_limit = kQuarterHour;        // [rules] gap: of the line's observed time
  std::size_t batch_bytes = 256U << 10U;  // of records in one batch
  std::size_t cut_quarters = 4'000;       // line-quarters cut in one call at most, so that the caller is not held up
  std::size_t window = 32;                // batches sent and not yet answered
  Millis answer_within{5'000};            // then the oldest one is sent again, alone, until the centre answers
  Millis retry_refused{60'000};           // first pause before a refused batch is tried again; doubles up to an hour
};

// Bytes to publish.
struct Outgoing {
  Channel channel = Channel::rollup;
  std::uint64_t number = 0;  // of the batch; 0 for a dictionary
  std::string payload;
};

struct RefusedBatch {
  std::uint64_t number = 0;
  UnixMillis created;
  std::string reason;  // "code: text"
};

struct OutboxStatus {
  std::uint64_t pending = 0;         // batches the centre has not committed (refused ones included)
  std::uint64_t dirty = 0;           // line-quarters not cut yet
  std::uint64_t bytes = 0;           // of pending batches
  std::optional<UnixMillis> oldest;  // when the oldest pending batch was cut
  std::vector<RefusedBatch> refused;
  std::uint64_t head = 0;  // number of the newest batch
  [[nodiscard]] Millis lag(UnixMillis now) const { return oldest ? std::max(Millis{0}, now - *oldest) : Millis{0}; }
  // The centre has committed all that is due.
  [[nodiscard]] bool drained() const { return pending == 0 && dirty == 0; }
};

// Of a read-only store too.
OutboxStatus outbox_status(storage::Store& store);

// Used by one thread, the one that writes the store. Each change is one transaction: the caller's where one is open.
// Numbers, hashes and bytes are in the store; what is only in memory (who was sent when) is lost in a crash and costs
// repetitions, which change nothing at the centre.
class Outbox {
 public:
  Outbox(storage::Store& store, SigningKey key, OutboxOptions options);

  // Cuts what is due: everything dirty at every cadence, and as soon as a quarter has closed. Returns batches made.
  std::size_t cut(UnixMillis now);
  // The same, whatever the cadence says (at the end of a drain).
  std::size_t cut_all(UnixMillis now);

  // What to publish now, in order; each is considered sent. At most `room` batches.
  [[nodiscard]] std::vector<Outgoing> to_send(UnixMillis now, std::size_t room);
  // A new connection: what was sent before may never have arrived.
  void connected();
  // The centre's word. An ack of another incarnation, or of a batch not known here, changes nothing.
  void apply(const Ack& ack, UnixMillis now);
  // Everything since then is due again.
  void resync(UnixMillis since);

  [[nodiscard]] OutboxStatus status() { return outbox_status(store_); }

 private:
  struct Version {  // of what the dictionary is made of
    std::uint64_t dictionary = 0;
    std::int64_t sources = -1;
    std::int64_t line_states = -1;
    auto operator<=>(const Version&) const = default;
  };
  struct Retry {
    UnixMillis at;
    Millis pause;
  };
  struct Row {  // of the outbox table
    std::uint64_t number = 0;
    Digest dictionary;
    std::string bytes;
  };

  void load_head();
  void save_head();
  [[nodiscard]] Version version();
  void refresh_dictionary(UnixMillis now);
  std::size_t cut_dirty(UnixMillis now);
  void cut_quarter(rollup::LineIndex line, UnixMillis quarter, std::uint64_t generation, UnixMillis now,
                   std::vector<BatchRecord>& records);
  void refuse_to_send(const BatchRecord& record, const std::string& why, UnixMillis now);
  void put_batch(std::vector<BatchRecord>& records, UnixMillis now);

  [[nodiscard]] std::vector<Row> rows_to_send(UnixMillis now, std::size_t room);
  void send_row(Row row, std::vector<Outgoing>& out);
  [[nodiscard]] std::optional<std::uint64_t> find(const Ack& ack);
  void committed(std::uint64_t number);
  void refused(std::uint64_t number, const Ack& ack, UnixMillis now);
  void sweep_dictionaries();
  void begin_new_incarnation(std::uint64_t continued_to);

  storage::Store& store_;
  SigningKey key_;
  OutboxOptions options_;

  // The chain's end, as in the store.
  std::uint64_t head_ = 0;
  std::optional<Digest> head_hash_;
  std::optional<Digest> head_dictionary_;

  Version version_;
  WireDictionary wire_;
  Digest dictionary_;

  std::optional<UnixMillis> last_cut_;  // none: the next cut() is due
  std::set<std::uint64_t> unanswered_;
  UnixMillis waiting_since_;                // nothing was answered since then, or there was nothing to answer
  std::size_t window_;                      // how many may be unanswered now
  std::map<std::uint64_t, Retry> retries_;  // of refused batches
  std::set<Digest> dictionaries_sent_;      // on this connection, or known to the centre
};

}  // namespace songhua::forward
