#include "lines/survey.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "lines/suggestion.h"

namespace songhua::lines {
namespace {

auto order_of(const SeenMetric& metric) {
  return std::tie(metric.group, metric.node, metric.device, metric.metric);
}

// The first time that a metric is given counts.
void sort_out(std::vector<SeenMetric>& metrics) {
  std::stable_sort(metrics.begin(), metrics.end(),
                   [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  metrics.erase(std::unique(metrics.begin(), metrics.end(),
                            [](const auto& a, const auto& b) { return order_of(a) == order_of(b); }),
                metrics.end());
}

std::string suggestion_for(const SeenMetric& metric, const Match& match, const Catalogue& catalogue) {
  if (std::holds_alternative<UnmappedMetric>(match.meaning)) return suggest_rule(metric.source(), &catalogue);
  const auto* series = std::get_if<SeriesMetric>(&match.meaning);
  if (series == nullptr || series->spec.kind != SeriesKind::totalizer || series->spec.rate_limit) return "";
  if (!series->spec.key.measure.starts_with("output.")) return "";
  const auto* product = catalogue.find(series->spec.key.product);
  return product == nullptr ? "" : suggest_rate_limit(metric.source(), *product);
}

}  // namespace

Survey survey(const Mapping& mapping, std::vector<SeenMetric> metrics, const Catalogue& catalogue) {
  sort_out(metrics);
  Survey result;
  result.clashes = mapping.clashes(metrics);
  result.idle_rules = mapping.idle_rules(metrics);
  std::set<std::string> clashing;
  for (const auto& clash : result.clashes) clashing.insert(clash.metrics.begin(), clash.metrics.end());
  for (auto& metric : metrics) {
    Surveyed row;
    row.match = mapping.match(metric.source());
    row.clash = clashing.contains(metric.name());
    row.suggestion = suggestion_for(metric, row.match, catalogue);
    row.metric = std::move(metric);
    result.metrics.push_back(std::move(row));
  }
  return result;
}

std::string_view role_name(const Meaning& meaning) {
  if (std::holds_alternative<SeriesMetric>(meaning)) return "series";
  if (std::holds_alternative<StateMetric>(meaning)) return "state";
  if (std::holds_alternative<CounterEpochMetric>(meaning) || std::holds_alternative<CounterStartMetric>(meaning))
    return "epoch";
  if (std::holds_alternative<PropertyMetric>(meaning) || std::holds_alternative<SilenceMetric>(meaning))
    return "property";
  return std::holds_alternative<IgnoredMetric>(meaning) ? "ignored" : "unmapped";
}

}  // namespace songhua::lines
