#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "indicators/base_figures.h"
#include "indicators/coverage.h"
#include "indicators/growth.h"
#include "indicators/notes.h"
#include "indicators/sums.h"

// Levels and both ends of comparisons for a selection of enterprises, with everything that is to be said about them.
// One object serves one computation and caches what it asked the rollups for. Inside the room only.
namespace songhua::indicators {

struct Selection {
  std::vector<const Enterprise*> enterprises;  // register rows that hold on the period's last day
  RowFilter filter;
  bool all_scales = false;
  std::set<std::string> unestimated{};  // enterprises for which nothing is put in

  [[nodiscard]] Selection of(const Enterprise& enterprise) const {
    return {{&enterprise}, filter, all_scales, unestimated};
  }
};

// The selection's parts by two-digit division, each with its own deflator.
std::map<std::string, Selection> by_division(const Selection& selection);

struct Amount {
  Rational value = 0;
  Notes notes;
};

// What is put in for an enterprise for a part of a period: a month, more where last year is known only together.
struct Guess {
  Period period;
  Rational base;  // the same of last year
  Rational rise;  // of those whose growth it follows
  Rational amount;
};
// The same of its good output by product, in base units: last year's quantities times the rise of gross output at
// comparable prices, so that at those prices they are the gross output that is put in.
struct OutputGuess {
  Period period;
  std::map<std::string, Rational> base;
  Rational rise;
  std::map<std::string, Rational> quantities;
};

// The same level now and a year before, over the enterprises that have a base.
struct Ends {
  Value now = Reason::no_base;
  Value base = Reason::no_base;
  Notes notes;
  Notes base_notes;      // those of the base alone
  bool missing = false;  // somebody has not reported at all ...
  bool partial = false;  // ... or not to the end
};

class Evaluation {
 public:
  Evaluation(const Inputs& inputs, QuantitySource& source, const Settings& settings);

  [[nodiscard]] Selection select(const Scope& scope, const Period& period, bool by_product = false) const;
  [[nodiscard]] Day last_day(const Period& period) const;
  [[nodiscard]] Window window(const Period& period) const { return period.window(inputs_.zone); }

  Amount level(Item item, const Selection& selection, const Period& period);
  // Without estimates: for ratios to what nobody estimates.
  Amount reported_level(Item item, const Selection& selection, const Period& period);
  Ends ends(Item item, const Selection& selection, const Period& period);
  // The ends of the headline growth: comparable prices, or deflated by industry.
  Ends growth_ends(const Selection& selection, const Period& period);
  // R = sum of deflated industries, with VA_cur now and a year before.
  Ends deflated_ends(const Selection& selection, const Period& period);

  // Of a division for exactly that period, same period of last year = 100.
  [[nodiscard]] Value price_index(const std::string& division, const Period& period) const;

  // Sums of one enterprise under the selection's filter; null without rows.
  const EnterpriseSums* sums_of(const Enterprise& enterprise, const Selection& selection, Window window);
  // Preliminary, with a warning, while the enterprise or a line of it has not reported; false where it has not at all,
  // although the selection may hold something of it.
  // Also for enterprises that a rate leaves out since they have no base: what they send may bring one.
  bool await(Notes& notes, const Enterprise& enterprise, const Selection& selection, Window window);
  // The same, and the status, flags and warnings of its rows of a feed.
  bool note(Notes& notes, const Enterprise& enterprise, const Selection& selection, Window window, Feed feed);
  // What is put in for an enterprise for what it has not reported of the period (settings: imputation): month by month,
  // so that months add up to longer periods; none, and zero, where nothing is.
  std::vector<Guess> guesses(Item item, const Enterprise& enterprise, const Selection& selection, const Period& period);
  Rational guess_of(Item item, const Enterprise& enterprise, const Selection& selection, const Period& period);
  std::vector<OutputGuess> output_guesses(const Enterprise& enterprise, const Selection& selection,
                                          const Period& period);
  // The respondents whose growth a guess of the enterprise follows.
  std::vector<Respondent> models(Item item, const Enterprise& enterprise, bool all_scales, const Period& period);
  // X of the enterprises of a period, for coverage and imputation.
  std::vector<Respondent> respondents(Item item, const Selection& selection, const Period& period);
  // The coverage of the selection where somebody is missing, with a warning where it, or that in time, is below the
  // limit.
  void note_coverage(Notes& notes, const Selection& selection, const Period& period, bool missing);
  // The same with `known`, for coverage in time.
  std::vector<Respondent> respondents_in_time(const Selection& selection, const Period& period);
  // Days of the period of which all of the enterprise's output is in: whole months where they are, else single days.
  std::int64_t days_known(const Enterprise& enterprise, const Period& period);
  [[nodiscard]] std::int64_t days_of(const Period& period) const;
  // Days of the period that the enterprise, or a line of it, has told of: all days of a month in which it was heard,
  // from the first that was ever heard of it on; of a month that is not all in, up to the last day of which there is
  // something. A line under `filter` may be one that is not official.
  std::vector<Day> days_told(const std::string& enterprise, const LineId& line, const RowFilter& filter,
                             const Period& period);
  // Lines that should have reported in the window and have no row, by enterprise.
  [[nodiscard]] std::vector<LineId> missing_lines(const std::string& enterprise, Window window);
  // Was it shut down before the window: it had lines, and all of them were declared gone? Then it reports nothing any
  // more, and that is a known zero.
  [[nodiscard]] bool closed(const std::string& enterprise, Window window);
  // Time of declaration, for lines declared gone.
  [[nodiscard]] std::optional<UnixMillis> gone_since(const std::string& enterprise, const LineId& line);
  // Since when a line is known from its readings.
  [[nodiscard]] std::optional<UnixMillis> first_seen(const std::string& enterprise, const LineId& line);

  [[nodiscard]] const Inputs& inputs() const { return inputs_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  Rollups& rollups() { return rollups_; }
  BaseFigures& bases() { return bases_; }
  // A base from base.csv, else from the own rollup where every expected line covers the period.
  BaseAmount base_of(Item item, const Enterprise& enterprise, const Selection& selection, const Period& period);
  BaseOutputs base_outputs(const Enterprise& enterprise, const Selection& selection, const Period& period);

 private:
  [[nodiscard]] const LinePresence* presence(const std::string& enterprise, const LineId& line) const;
  bool reports(const std::string& enterprise, Window window);
  bool heard(const std::string& enterprise, const LineId& line, const RowFilter& filter, Window window);
  bool may_feed(const Enterprise& enterprise, const Selection& selection, Window window);
  bool covers(const std::string& enterprise, Window window, Feed feed);
  Status settled(const std::string& enterprise, Window window, Feed feed);
  const std::vector<Respondent>& province(Item item, bool all_scales, const Period& period);
  std::optional<Rational> rise(Item item, const Enterprise& enterprise, bool all_scales, const Period& period);
  template <typename Known>
  std::vector<Period> silent_parts(const Enterprise& enterprise, const Selection& selection, const Period& period,
                                   const Known& known);

  const Inputs& inputs_;
  Settings settings_;
  Rollups rollups_;
  BaseFigures bases_;
  std::map<std::string, std::vector<LinePresence>, std::less<>> presence_;
  std::map<std::tuple<Item, bool, std::string>, std::vector<Respondent>> province_;
  std::map<std::tuple<Item, bool, std::string, std::string>, std::optional<Rational>> rises_;
  std::map<std::pair<std::string, std::string>, std::int64_t> days_known_;
};

// 12 parts of a year for a month; a day is its share of the year's days.
Rational months_of(const Period& period);

}  // namespace songhua::indicators
