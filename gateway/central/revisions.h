#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "central/centre.h"
#include "figures/first_final.h"

// What a figure was before, and why it changed (indicators.md 8; design.md: Inputs have two times). A figure counts as
// published once it is final or in a frozen release; nothing but releases is stored, so what was final is computed
// again from what was stored then.
namespace songhua::central {

// Answers for one request at one moment. Used by one thread at a time; `centre` must outlive it.
class History {
 public:
  History(Centre& centre, const indicators::IndicatorRequest& request, const Moment& moment);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // The figure as of its first final or published time; none: it never was.
  std::optional<indicators::PublishedFigure> first(const std::string& indicator, const indicators::Scope& scope,
                                                   const std::string& period);
  // The same, computed: the state in which it was final first. None: it was never final, or has not changed since.
  std::optional<indicators::PublishedFigure> first_final(const std::string& indicator, const indicators::Scope& scope,
                                                         const std::string& period) {
    return first_final_->of(indicator, scope, period);
  }
  // Its values in releases by their names, oldest first.
  [[nodiscard]] std::vector<std::pair<std::string, indicators::PublishedFigure>> releases_of(
      const std::string& indicator, const indicators::Scope& scope, const std::string& period) const;

 private:
  Centre& centre_;
  indicators::IndicatorRequest request_;
  Moment moment_;
  std::optional<figures::FirstFinal> first_final_;
  std::vector<Publication> releases_;  // that hold the period
};

// What changed between two times that a figure of the scope and period may depend on.
std::vector<indicators::Cause> causes_between(Centre& centre, const indicators::Scope& scope, const Period& period,
                                              UnixMillis from, const Moment& moment);

struct RevisionQuery {
  std::optional<Period> from, to;  // none: the periods of all releases
  std::vector<std::string> ids;    // none: the headline figures
  indicators::Scope scope;
};

// A line of the table that statistical offices have.
struct Vintage {
  std::string value;  // as printed; empty: there was none
  std::optional<indicators::Rational> exact;
  std::string status;
  std::string release;  // empty: not of a release
  std::optional<UnixMillis> at;
};
struct RevisionLine {
  std::string indicator, period, unit;
  indicators::Scope scope;
  Vintage first, second, final, latest;
  std::optional<indicators::Value> revision;  // latest - first
  int decimals = 2;
  std::vector<indicators::Cause> causes;
};
// Over the periods of an indicator, first published against latest: how many figures, mean and mean absolute revision.
struct RevisionSummary {
  std::string indicator, unit;
  int decimals = 2;
  std::size_t count = 0;
  indicators::Rational mean = 0, mean_absolute = 0;
};
struct RevisionTable {
  std::vector<RevisionLine> lines;
  std::vector<RevisionSummary> summary;
};
Result<RevisionTable> revisions(Centre& centre, const RevisionQuery& query, const Moment& moment);
// {"revisions":[...],"summary":[...]}
nlohmann::ordered_json to_json(const RevisionTable& table, const TimeZone& zone);

}  // namespace songhua::central
