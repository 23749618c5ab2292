#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/series.h"
#include "model/time.h"

// What the centre must remember of itself so that a figure can be shown again as it was shown: settings by the time at
// which they began to hold, releases with their values, what disclosure control decided, and what changed when.
namespace songhua::central {

struct LineName {
  std::string enterprise;
  LineId line;
  auto operator<=>(const LineName&) const = default;
};

// A frozen release. Never changed once stored.
struct Publication {
  std::string name;    // "2019-03/1": the first of its period
  std::string period;  // "2019-03"
  UnixMillis at;
  std::string document;  // JSON: release.h
};

// A version of a record that was replaced, or came where none had been.
struct RecordChange {
  LineName line;
  Window window;
  UnixMillis at;
  bool after_final = false;  // its day was final
};

// A cell that disclosure control has decided on: it stays so in every later release (indicators.md 12).
struct StoredDecision {
  std::string code;  // F, C or D
  UnixMillis stored;
};

// Part of the store; the same rules of use. `as_of`: what was stored then; none: now.
class Archive {
 public:
  Archive() = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  virtual ~Archive() = default;

  // Nothing is stored where the same text holds already.
  virtual void put_settings(const std::string& text, UnixMillis now) = 0;
  [[nodiscard]] virtual std::optional<std::string> settings(std::optional<UnixMillis> as_of) = 0;

  virtual void put_publication(const Publication& publication) = 0;
  [[nodiscard]] virtual std::vector<Publication> publications(std::optional<UnixMillis> as_of) = 0;  // oldest first
  // Rises with every publication; 0: none yet.
  [[nodiscard]] virtual std::int64_t publication_count() = 0;

  // By cell. A cell that is known keeps its first decision.
  virtual void put_decisions(const std::map<std::string, std::string>& codes, UnixMillis now) = 0;
  [[nodiscard]] virtual std::map<std::string, StoredDecision> decisions(std::optional<UnixMillis> as_of) = 0;

  // When the first record was committed; none: there is none.
  [[nodiscard]] virtual std::optional<UnixMillis> first_record() = 0;
  // Changes of records whose windows begin inside `span`, stored in (from, to]; by line and time.
  [[nodiscard]] virtual std::vector<RecordChange> record_changes(UnixMillis from, UnixMillis to, Window span) = 0;
  // Times at which what figures depend on was changed or added to, after `from`, ascending: records of final days in
  // `span`, inputs, settings, the operator's words about lines.
  [[nodiscard]] virtual std::vector<UnixMillis> change_times(UnixMillis from, Window span) = 0;
  // Operator's words about lines stored in (from, to].
  struct LineWord {
    LineName line;
    UnixMillis stored;
    UnixMillis at;
    bool gone = false;
  };
  [[nodiscard]] virtual std::vector<LineWord> line_words(UnixMillis from, UnixMillis to) = 0;
};

}  // namespace songhua::central
