#include "model/measures.h"

#include <algorithm>
#include <array>
#include <vector>

#include "model/suggest.h"

namespace songhua {
namespace {

constexpr std::array<std::string_view, 10> kListed{
    "output.good",    "output.rejected", "output.reworked",     "dispatch.quantity",       "labour.time",
    "event.failures", "equipment.units", "equipment.connected", "equipment.key_processes", "equipment.nc_key_processes",
};
constexpr std::array<std::string_view, 3> kFree{kTimePrefix, kEnergyPrefix, kProcessPrefix};

bool has_name_after(std::string_view measure, std::string_view prefix) {
  return measure.starts_with(prefix) && measure.size() > prefix.size();
}

}  // namespace

std::string measure_suffix(std::string_view name) {
  std::string suffix(name);
  for (char& c : suffix) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ') c = '_';
  }
  return suffix;
}

Result<void> check_measure(std::string_view measure) {
  if (std::find(kListed.begin(), kListed.end(), measure) != kListed.end()) return {};
  for (const std::string_view prefix : kFree) {
    if (!has_name_after(measure, prefix)) continue;
    const std::string suffix(measure.substr(prefix.size()));
    if (prefix == kProcessPrefix || measure_suffix(suffix) == suffix) return {};
    return Error{"'" + std::string(measure) + "' is not a measure: did you mean '" + std::string(prefix) +
                 measure_suffix(suffix) + "'?"};
  }
  const std::vector<std::string> candidates(kListed.begin(), kListed.end());
  const auto nearest = nearest_word(measure, candidates);
  return Error{"'" + std::string(measure) + "' is not a measure: " +
               (nearest ? "did you mean '" + *nearest + "'?"
                        : "write output.good, output.rejected, output.reworked, dispatch.quantity, time.STATE, "
                          "energy.CARRIER, labour.time, event.failures, equipment.units or process.NAME")};
}

SeriesKind natural_kind(std::string_view measure) {
  if (measure.starts_with(kProcessPrefix)) return SeriesKind::gauge;
  if (measure.starts_with(kEquipmentPrefix)) return SeriesKind::level;
  return SeriesKind::totalizer;
}

Result<void> check_kind(std::string_view measure, SeriesKind kind) {
  const SeriesKind natural = natural_kind(measure);
  const bool special = natural != SeriesKind::totalizer;
  const bool sum = kind != SeriesKind::gauge && kind != SeriesKind::level;
  if (special ? kind == natural : sum) return {};
  const std::string name = "'" + std::string(measure) + "'";
  if (!special)
    return Error{name + " cannot be a " + std::string(to_string(kind)) + ": gauges are called process.NAME"};
  return Error{name + " is a " + std::string(to_string(natural)) + " and cannot be a " + std::string(to_string(kind))};
}

}  // namespace songhua
