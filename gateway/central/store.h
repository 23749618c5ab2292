#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "central/archive.h"
#include "forward/batch.h"
#include "forward/keys.h"
#include "indicators/inputs.h"
#include "model/time.h"

// What the centre keeps. An interface, so that PostgreSQL can follow where one machine is outgrown; SQLite is in
// sqlite_store.h. Everything that figures are made of has two times: the period it speaks of, and when it was stored.
namespace songhua::central {

struct GatewayId {
  std::string enterprise;
  std::string id;
  auto operator<=>(const GatewayId&) const = default;
};

struct EnrolledGateway {
  GatewayId gateway;
  std::string key_id;
  UnixMillis enrolled;
};

// A validly signed batch, as it goes into the store.
struct SignedBatch {
  forward::Batch batch;
  forward::Digest hash;
  std::string key_id;
  std::string envelope;  // as received: audit verifies it again
};

// A record to be merged, with names instead of a gateway's small integers.
struct NewRecord {
  LineId line;
  std::string source;
  Window window;
  std::uint64_t generation = 0;
  std::string content;  // rollup/codec.h, with the series numbers of `dictionary`; empty: retracted
  UnixMillis day_end;   // of the civil day that the window begins in
};

// A version of a record in the store.
struct CentreRecord {
  std::string incarnation;
  std::string source;
  Window window;
  std::uint64_t generation = 0;
  std::uint64_t number = 0;  // of the batch that brought it
  forward::Digest dictionary;
  UnixMillis committed;  // centre's clock, when the record was stored first
  UnixMillis changed;    // ... and this version
  std::string content;
};

struct LineState {
  UnixMillis at;
  bool gone = false;
};

struct IncarnationInfo {
  GatewayId gateway;
  storage::Incarnation incarnation;
  UnixMillis first_received;
  UnixMillis last_received;
  std::uint64_t highest = 0;  // batch number
  std::uint64_t batches = 0;
  UnixMillis last_created;  // gateway's clock, of the highest batch
};

// A link of an incarnation's chain, for audit.
struct ChainLink {
  std::uint64_t number = 0;
  forward::Digest hash;
  std::optional<forward::Digest> previous;
  std::string key_id;
  UnixMillis received;
  std::string envelope;  // empty: no longer kept
};

// What was refused, once per gateway and code.
struct RefusedEntry {
  GatewayId gateway;
  std::string code;
  std::string text;  // of the latest
  UnixMillis first;
  UnixMillis last;
  std::uint64_t count = 0;
  std::string payload;  // of the first
};

// One connection; used by one thread at a time. Several processes may work on one store. What the database itself
// reports (disk full, I/O) is thrown as it comes.
class CentreStore {
 public:
  CentreStore() = default;
  CentreStore(const CentreStore&) = delete;
  CentreStore& operator=(const CentreStore&) = delete;
  virtual ~CentreStore() = default;

  // One transaction: all of `work` or, where it throws, nothing of it. Serialised with every other writer.
  virtual void transact(const std::function<void()>& work) = 0;

  // --- Gateways
  virtual void enrol(const GatewayId& gateway, const forward::PublicKey& key, UnixMillis now) = 0;
  [[nodiscard]] virtual std::vector<forward::PublicKey> keys(const GatewayId& gateway) = 0;
  [[nodiscard]] virtual std::vector<EnrolledGateway> gateways() = 0;

  // --- Batches; inside transact()
  [[nodiscard]] virtual bool has_dictionary(const forward::Digest& hash) = 0;
  virtual void put_dictionary(const GatewayId& gateway, const forward::Digest& hash, const std::string& bytes,
                              UnixMillis now) = 0;
  // Whose incarnation it is, if it is known.
  [[nodiscard]] virtual std::optional<GatewayId> owner(const std::string& incarnation) = 0;
  [[nodiscard]] virtual std::optional<forward::Digest> batch_hash(const std::string& incarnation,
                                                                  std::uint64_t number) = 0;
  [[nodiscard]] virtual std::uint64_t highest(const std::string& incarnation) = 0;
  // Merges: per (line, window, incarnation, source) the highest generation stays, each record in one atomic statement;
  // a longer record replaces what lies inside it with a lower generation. What somebody may have been shown as more
  // than a passing state is kept as superseded: versions of windows that ended `settle` ago, and whatever stood when a
  // release was published. A day is final where a record of the line after its end was committed `settle` ago.
  virtual void merge(const SignedBatch& batch, const std::vector<NewRecord>& records, Millis settle,
                     UnixMillis now) = 0;
  virtual void refuse(const GatewayId& gateway, const forward::Refused& why, const std::string& payload,
                      UnixMillis now) = 0;
  // Forgets the envelopes of batches received before then; their chain stays.
  virtual void forget_envelopes(UnixMillis before) = 0;

  // --- Figures. `as_of`: what was stored then; none: now.
  [[nodiscard]] virtual std::vector<LineName> lines() = 0;
  // Lines of which something may have been stored since `mark` was set, which moves on; all of them for a fresh mark.
  struct Mark {
    std::int64_t batch = 0, line_state = 0;
  };
  [[nodiscard]] virtual std::vector<LineName> lines_changed_since(Mark& mark) = 0;
  // Lines of which something may have been stored later than `as_of`: all others are now what they were then.
  [[nodiscard]] virtual std::vector<LineName> lines_changed_after(UnixMillis as_of) = 0;
  // By incarnation, source, window start.
  [[nodiscard]] virtual std::vector<CentreRecord> records(const LineName& line, std::optional<UnixMillis> as_of) = 0;
  // When a record of the window was replaced after its day was final: the first time later than `after`.
  [[nodiscard]] virtual std::optional<UnixMillis> superseded(const LineName& line, Window window, UnixMillis after,
                                                             std::optional<UnixMillis> as_of) = 0;
  [[nodiscard]] virtual std::optional<std::string> dictionary(const forward::Digest& hash) = 0;
  // The dictionary of the incarnation's newest batch.
  [[nodiscard]] virtual std::optional<forward::Digest> newest_dictionary(const std::string& incarnation,
                                                                         std::optional<UnixMillis> as_of) = 0;
  virtual void put_line_state(const LineName& line, const LineState& state, UnixMillis now) = 0;
  // The operator's latest word about the line.
  [[nodiscard]] virtual std::optional<LineState> line_state(const LineName& line, std::optional<UnixMillis> as_of) = 0;

  // --- Settings, releases, decisions, changes
  [[nodiscard]] virtual Archive& archive() = 0;

  // --- Inputs: never changed, only added to
  virtual void put_input(const indicators::InputDocument& document) = 0;
  [[nodiscard]] virtual std::vector<indicators::InputDocument> inputs(std::optional<UnixMillis> as_of) = 0;

  // --- Looking
  [[nodiscard]] virtual std::vector<IncarnationInfo> incarnations() = 0;  // by gateway, first received
  // In the order of their numbers.
  virtual void chain(const std::string& incarnation, const std::function<void(const ChainLink&)>& visit) = 0;
  [[nodiscard]] virtual std::vector<RefusedEntry> refusals() = 0;
  // Rises with every change that figures can depend on: what was computed before may be kept until then.
  [[nodiscard]] virtual std::uint64_t version() = 0;
};

}  // namespace songhua::central
