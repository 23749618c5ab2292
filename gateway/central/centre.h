#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "central/line_book.h"
#include "central/settings.h"
#include "central/store.h"
#include "indicators/indicators.h"
#include "model/calendar.h"
#include "query/rollup_rows.h"

// The door of the room for whoever asks: rollups, indicators, who is missing, what was received. The command line and
// HTTP both go through here.
namespace songhua::central {

// When a question is asked, and of which state of the store.
struct Moment {
  UnixMillis now;
  std::optional<UnixMillis> as_of;  // what was stored then; none: all
  [[nodiscard]] UnixMillis clock() const { return as_of.value_or(now); }
};

// Before the name of a file in errors: of one that is in force, not of those that are imported.
inline constexpr std::string_view kStoredFile = "the stored ";

struct ImportOutcome {
  std::vector<std::string> stored;     // names of documents
  std::vector<std::string> unchanged;  // the same text is what holds already
  std::vector<std::string> errors;     // "file:line: ..."; with any, nothing is stored
};

// One state of the store for many questions. Valid until the centre is asked for another moment.
struct Study {
  std::shared_ptr<const void> held;  // what the others point into
  CentreSettings settings;           // that held then
  const indicators::Inputs* inputs = nullptr;
  indicators::QuantitySource* source = nullptr;
  using Compute = std::function<Result<std::vector<indicators::IndicatorRow>>(const indicators::IndicatorRequest&)>;
  Compute indicators;  // the figures alone: what is not preliminary is final
  Compute compared;    // and what they were when they were first final or published (revisions.h)
};

// Used by one thread at a time. Keeps what it has read and added up: a question after a change of the store costs the
// lines that have changed, and what turned final since by the clock alone.
class Centre {
 public:
  Centre(CentreStore& store, CentreSettings settings);
  ~Centre();

  // `scope` narrows enterprises, by the register of the first day asked for (else today).
  Result<std::vector<query::RollupRow>> rollup(const query::RollupRequest& request, const indicators::Scope& scope,
                                               const Moment& moment);
  // With what the figures were before (revisions.h) and what disclosure control decided on them.
  Result<std::vector<indicators::IndicatorRow>> indicators(const indicators::IndicatorRequest& request,
                                                           const Moment& moment);
  Result<Study> study(const Moment& moment);
  // All documents of one call, or none; cross-checked with all that is stored.
  ImportOutcome import(std::vector<indicators::InputDocument> documents, UnixMillis now);

  struct Missing {
    std::string enterprise;
    LineId line;                      // empty: the enterprise has no line at all
    std::string weight;               // of the enterprise in the production index, CNY 10k
    std::optional<UnixMillis> since;  // last heard; none: never
  };
  // Expected lines not heard up to the end of the period (or up to now), and enterprises of the register without any.
  Result<std::vector<Missing>> missing(const Period& period, const Moment& moment);

  // The lines as they stand now; valid until the store changes or another state is asked for.
  const std::vector<std::shared_ptr<const LineBook>>& lines();

  // Those of central.toml, and those that held then.
  [[nodiscard]] const CentreSettings& settings() const { return settings_; }
  CentreSettings settings_at(std::optional<UnixMillis> as_of);
  // Settings are inputs with two times, too: whoever shows figures notes first which he shows them with.
  [[nodiscard]] bool settings_noted();
  void note_settings(UnixMillis now);

  // Frozen releases up to then, oldest first; kept until another is published.
  const std::vector<Publication>& releases();
  // Figures of a release, by indicator, scope and period.
  using Frozen = std::map<std::tuple<std::string, indicators::Scope, std::string>, indicators::PublishedFigure>;
  const Frozen& released(const Publication& release);
  // What a request gave at a past time, or would have; empty where nothing could be computed. Kept: it never changes.
  std::vector<indicators::IndicatorRow> past_rows(const indicators::IndicatorRequest& request, UnixMillis at,
                                                  UnixMillis now);
  CentreStore& store() { return store_; }

 private:
  struct Snapshot;  // the lines, inputs and settings of one state of the store
  std::shared_ptr<Snapshot> snapshot(const Moment& moment);
  std::shared_ptr<Snapshot> read(const Moment& moment, std::uint64_t version);

  CentreStore& store_;
  CentreSettings settings_;
  Bookshelf shelf_;
  std::shared_ptr<Snapshot> now_;
  std::vector<std::shared_ptr<Snapshot>> past_;  // the last few; what was stored then never changes
  std::vector<Publication> releases_;
  std::int64_t release_count_ = -1;
  std::map<std::string, Frozen> released_;  // by name
  std::map<std::string, std::vector<indicators::IndicatorRow>> past_rows_;
};

// {"role":"central","region":...,"gateways":[...],"refused":[...]}: docs/page.md.
nlohmann::ordered_json status_json(Centre& centre, UnixMillis now);
// [{"enterprise","line","first","last","gone_since"}]
nlohmann::ordered_json lines_json(Centre& centre, UnixMillis now);
// [{"enterprise","gateway","reason","detail","count","first","last"}]
nlohmann::ordered_json refused_json(Centre& centre);

}  // namespace songhua::central
