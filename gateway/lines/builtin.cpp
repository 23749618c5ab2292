#include "lines/builtin.h"

#include <array>
#include <string>
#include <utility>

#include "lines/rules.h"
#include "lines/states.h"
#include "model/measures.h"

namespace songhua::lines {
namespace {

using Names = std::array<std::pair<std::string_view, std::string_view>, 4>;
constexpr Names kOutputs{
    {{"Good", "output.good"}, {"Rejected", "output.rejected"}, {"Reworked", "output.reworked"}, {}}};
constexpr Names kDispatches{{{"Quantity", "dispatch.quantity"}, {}, {}, {}}};
constexpr Names kEquipment{{{"Units", "equipment.units"},
                            {"Connected", "equipment.connected"},
                            {"Key Processes", "equipment.key_processes"},
                            {"NC Key Processes", "equipment.nc_key_processes"}}};

std::optional<std::string> find(const Names& names, std::string_view name) {
  for (const auto& [sent, measure] : names) {
    if (!sent.empty() && sent == name) return std::string(measure);
  }
  return std::nullopt;
}

Meaning series(std::string measure, std::string product = {}, std::string market = {}) {
  SeriesSpec spec;
  spec.key = {std::move(measure), std::move(product), std::move(market)};
  spec.kind = natural_kind(spec.key.measure);
  spec.unit = unit_of_measure(spec.key.measure);
  return SeriesMetric{std::move(spec)};
}

// "<product>/<market>/<leaf>"
std::optional<Meaning> product_series(std::string_view rest, const Names& leaves) {
  const auto first = rest.find('/');
  const auto second = first == std::string_view::npos ? first : rest.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto measure = find(leaves, rest.substr(second + 1));
  const std::string_view product = rest.substr(0, first), market = rest.substr(first + 1, second - first - 1);
  if (!measure || product.empty() || market.empty()) return std::nullopt;
  return series(*measure, decode_product(product), std::string(market));
}

// "<Name>" or, where `leaf` is given, "<Name><leaf>", the name being one level.
std::optional<Meaning> named_series(std::string_view rest, std::string_view prefix, std::string_view leaf = {}) {
  if (!rest.ends_with(leaf)) return std::nullopt;
  rest.remove_suffix(leaf.size());
  if (rest.empty() || rest.find('/') != std::string_view::npos) return std::nullopt;
  return series(std::string(prefix) + measure_suffix(rest));
}

Meaning property(std::string_view name) {
  if (name == "Counter Epoch") return CounterEpochMetric{};
  if (name == "Counter Start") return CounterStartMetric{};
  if (name == "Silence") return SilenceMetric{};
  return PropertyMetric{std::string(name)};
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

bool is_protocol_metric(std::string_view metric) {
  return metric == "bdSeq" || metric.starts_with("Node Control/") || metric.starts_with("Device Control/");
}

std::optional<Meaning> builtin_meaning(std::string_view metric) {
  std::string_view rest = metric;
  if (take_prefix(rest, "Output/")) return product_series(rest, kOutputs);
  if (take_prefix(rest, "Dispatch/")) return product_series(rest, kDispatches);
  if (take_prefix(rest, "Time/")) return named_series(rest, kTimePrefix);
  if (take_prefix(rest, "Energy/")) return named_series(rest, kEnergyPrefix, "/Consumed");
  if (take_prefix(rest, "Properties/")) return property(rest);
  if (take_prefix(rest, "Process/")) {
    if (rest.empty()) return std::nullopt;
    return series(std::string(kProcessPrefix) + std::string(rest));
  }
  if (take_prefix(rest, "Equipment/")) {
    const auto measure = find(kEquipment, rest);
    if (!measure) return std::nullopt;
    return series(*measure);
  }
  if (metric == "State/Current") return StateMetric{packml_states(), {}};
  if (metric == "Labour/Time") return series("labour.time");
  if (metric == "Failures/Count") return series("event.failures");
  return std::nullopt;
}

}  // namespace songhua::lines
