#pragma once

#include <map>
#include <string>
#include <vector>

#include "indicators/indicators.h"

namespace songhua::figures {

// A question for indicators as people put it: the long options of the command line, which are the parameters of HTTP.
struct IndicatorOptions {
  std::string period, by, as_of;
  std::vector<std::string> ids;
  bool cumulative = false, exact = false;
  std::map<std::string, std::string> scope;  // by key of indicators::kScopeKeys; "" is not set
};

// Errors: a period that is none.
Result<indicators::IndicatorRequest> request_of(const IndicatorOptions& options);

// Who answers: the edge knows no other state of its store than the present one.
enum class AsOf { refused, known };

// The options in the parameters of an HTTP request, whose type this room need not know. Errors name the parameter.
template <typename Params>
Result<IndicatorOptions> options_of(const Params& params, AsOf as_of) {
  auto known = params.only(
      {"period", "cumulative", "indicator", "by", "exact", "as-of", "region", "industry", "enterprise", "line",
       "ownership", "holding", "size", "product", "market", "market_group", "market-group", "group", "scale"},
      "indicator");
  if (!known) return known.error();
  if (as_of == AsOf::refused && params.has("as-of")) {
    return Error{"as-of: an edge box shows its store as it is; the centre keeps what was stored when"};
  }
  IndicatorOptions options;
  options.period = params.get("period").value_or("");
  options.by = params.get("by").value_or("");
  options.as_of = params.get("as-of").value_or("");
  options.ids = params.all("indicator");
  const auto cumulative = params.flag("cumulative");
  if (!cumulative) return cumulative.error();
  const auto exact = params.flag("exact");
  if (!exact) return exact.error();
  options.cumulative = *cumulative;
  options.exact = *exact;
  for (const auto key : indicators::kScopeKeys) {
    if (const auto value = params.get(key)) options.scope[std::string(key)] = *value;
  }
  if (const auto group = params.get("market-group")) options.scope["market_group"] = *group;
  return options;
}

// A request over HTTP, read as a whole. Errors: a parameter or a period that is none, `explain` without a figure.
struct Question {
  indicators::IndicatorRequest request;
  std::string as_of;
  bool explain = false, exact = false;
};
Result<Question> question_of(const IndicatorOptions& options, bool explain);
// `otherwise`: the period where none is asked for.
template <typename Params>
Result<Question> question_of(const Params& params, AsOf as_of, bool explain, const Period& otherwise) {
  auto options = options_of(params, as_of);
  if (!options) return options.error();
  if (!params.has("period")) options->period = otherwise.name();
  return question_of(*options, explain);
}
// The last month that has ended.
Period last_month(UnixMillis now, const TimeZone& zone);

// What HTTP answers with: rows, or the trees behind them, as one JSON array.
std::string answer(const std::vector<indicators::IndicatorRow>& rows, const Question& question);

}  // namespace songhua::figures
