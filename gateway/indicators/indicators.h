#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "indicators/inputs.h"
#include "indicators/quantities.h"
#include "indicators/scope.h"
#include "indicators/value.h"
#include "indicators/vocabulary.h"

// The door of the room: official indicators from rollups and registers, at the edge and at the centre by the same code
// (indicators.md). Pure: no files, no clock, no threads; one computation is used by one thread at a time.
namespace songhua::indicators {

enum class MtbfMethod { between_failures, iso };

// central.toml [rules] and what goes with it.
struct Settings {
  bool deflated = false;         // growth_method: "comparable" | "deflated"
  bool chained = false;          // index: "fixed" | "chained"
  bool impute_growth = false;    // imputation: "none" | "growth"
  Rational coverage_limit = 90;  // percent; growth below it carries the warning low_coverage
  MtbfMethod mtbf = MtbfMethod::between_failures;
  bool calendar_adjusted = false;  // levels per mean working day of the year, flagged; needs calendar.csv
};

// An input that changed between two times.
struct Cause {
  std::string
      kind;  // late_data | price | base | register | ppi | target | groups | calendar | energy | settings | line
  std::string what;   // which factory, window, row
  std::string place;  // "prices.csv:2", where the input has one
  UnixMillis at{};    // when it was stored
};

// A figure that was published before, for the status `revised` and the size of the revision.
struct PublishedFigure {
  std::optional<Rational> exact;  // in the figure's unit; none where it was null
  std::string value;
  std::string status;
  UnixMillis at{};  // a moment at which it stood so: --as-of shows it
  std::vector<Cause> causes{};
};
// By indicator, scope and period name; none where it was never final nor frozen.
using PublishedLookup = std::function<std::optional<PublishedFigure>(const std::string& indicator, const Scope& scope,
                                                                     const std::string& period)>;

struct IndicatorRequest {
  std::vector<std::string> ids;  // empty: the whole vocabulary
  Period period;
  bool cumulative = false;  // the period from 1 January to its end
  Scope scope;
  std::string by;        // dimension, "" for one row an indicator
  bool explain = false;  // fills IndicatorRow::explanation
};

// The tree of a figure: formula, inputs with their own values and status, down to rollup rows, and from there to the
// readings at the borders of their windows.
struct Explanation {
  std::string label;    // "industrial_value_added", "enterprise E1", "output.good car-ice-sedan CN"
  std::string formula;  // as in indicators.md
  std::string value;    // exact
  std::string unit;
  std::string status;
  std::string source;  // "base.csv:17", "catalogue.toml:12", "rollup E1/L1 [start, end)", where a reading is kept
  // How the value follows from those of the children: sum, product, difference, quotient, percent (of the first of the
  // second), growth (in percent, of the first over the second), min, max, count (of those that have a value),
  // count_positive, not_below (1 or 0) or border (docs/data-formats.md). "": it does not; children only say more.
  std::string rule;
  std::optional<UnixMillis> at;  // of borders and readings
  std::vector<Explanation> children;
};

struct Warning {
  std::size_t count = 0;
  std::set<std::string> items;  // products, enterprises, markets
};

struct IndicatorRow {
  std::string indicator;
  Scope scope;
  std::string period;
  Value value = Reason::no_base;  // in `unit`
  // Printed in place of the value, rounded: a difference of printed rates, whose exact difference the value stays.
  std::optional<Rational> shown;
  std::string unit;
  int decimals = 2;
  Status status = Status::final;
  std::set<std::string> flags;
  std::map<std::string, Warning> warnings;
  std::string method;                     // comparable | deflated | iso | ...
  std::string index;                      // fixed | chained
  std::string base;                       // reference of an index: "2018"
  std::string base_source;                // base.csv | rollup | base.csv+rollup
  std::optional<Rational> coverage;       // percent, where below 100 matters
  std::optional<Rational> imputed_share;  // percent
  std::optional<bool> published;          // false for January and February alone
  std::optional<PublishedFigure> previous;
  std::optional<Value> revision;
  std::string conf;  // F, C or D, where disclosure control has decided; for the role that may see it
  std::shared_ptr<Explanation> explanation;
};

// All rows asked for, in the order of the vocabulary, then of the parts. Errors: unknown indicator, scope key or code,
// a period that has not begun at `now`, a scope key that an indicator asked for by name does not know.
Result<std::vector<IndicatorRow>> compute(const IndicatorRequest& request, const Inputs& inputs, QuantitySource& source,
                                          const Settings& settings, UnixMillis now,
                                          const PublishedLookup& published = {});

// The row as interfaces.md shows it; `exact` adds "exact": "n/d".
nlohmann::ordered_json to_json(const IndicatorRow& row, bool exact);
nlohmann::ordered_json to_json(const Explanation& explanation);
nlohmann::ordered_json to_json(const Cause& cause);
// The same keys as CSV, header first; objects as JSON text, flags joined by ';'.
std::string to_csv(const std::vector<IndicatorRow>& rows, bool exact);

}  // namespace songhua::indicators
