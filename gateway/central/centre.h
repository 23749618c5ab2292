#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "central/line_book.h"
#include "central/store.h"
#include "indicators/indicators.h"
#include "model/calendar.h"
#include "query/rollup_rows.h"

// The door of the room for whoever asks: rollups, indicators, who is missing, what was received. The command line and
// HTTP both go through here.
namespace songhua::central {

struct CentreSettings {
  std::string region;
  TimeZone zone = TimeZone::shanghai();
  Millis settle{600'000};
  indicators::Settings indicators;
};

// When a question is asked, and of which state of the store.
struct Moment {
  UnixMillis now;
  std::optional<UnixMillis> as_of;  // what was stored then; none: all
  [[nodiscard]] UnixMillis clock() const { return as_of.value_or(now); }
};

struct ImportOutcome {
  std::vector<std::string> stored;     // names of documents
  std::vector<std::string> unchanged;  // the same text is what holds already
  std::vector<std::string> errors;     // "file:line: ..."; with any, nothing is stored
};

// One state of the store for many questions: quantities that were added up for one serve the next. Valid until the store
// changes or another state is asked for.
struct Study {
  const indicators::Inputs* inputs = nullptr;
  std::unique_ptr<indicators::QuantitySource> source;
  std::function<Result<std::vector<indicators::IndicatorRow>>(const indicators::IndicatorRequest&)> indicators;
};

// Used by one thread at a time. Keeps what it has read until the store changes.
class Centre {
 public:
  Centre(CentreStore& store, CentreSettings settings);
  ~Centre();

  // `scope` narrows enterprises, by the register of the first day asked for (else today).
  Result<std::vector<query::RollupRow>> rollup(const query::RollupRequest& request, const indicators::Scope& scope,
                                               const Moment& moment);
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

  [[nodiscard]] const CentreSettings& settings() const { return settings_; }
  CentreStore& store() { return store_; }

 private:
  struct Snapshot;  // the lines and inputs of one state of the store
  const Snapshot& snapshot(std::optional<UnixMillis> as_of);

  CentreStore& store_;
  CentreSettings settings_;
  std::unique_ptr<Snapshot> snapshot_;
};

// {"role":"central","region":...,"gateways":[...],"refused":[...]}: docs/page.md.
nlohmann::ordered_json status_json(Centre& centre, UnixMillis now);
// [{"enterprise","line","first","last","gone_since"}]
nlohmann::ordered_json lines_json(Centre& centre, UnixMillis now);
// [{"enterprise","gateway","reason","detail","count","first","last"}]
nlohmann::ordered_json refused_json(Centre& centre);

}  // namespace songhua::central
