#pragma once

#include <string>
#include <string_view>

#include "model/result.h"
#include "model/series.h"

// Names of measures (interfaces.md, 'Measures'). Units: series.h, unit_of_measure().
namespace songhua {

inline constexpr std::string_view kProcessPrefix = "process.";
inline constexpr std::string_view kEquipmentPrefix = "equipment.";
inline constexpr std::string_view kTimePrefix = "time.";
inline constexpr std::string_view kEnergyPrefix = "energy.";

// "Natural Gas" -> "natural_gas": how a carrier, state or kind of equipment becomes part of a measure.
[[nodiscard]] std::string measure_suffix(std::string_view name);

// Is it a measure? States and carriers are free, what follows "process." is kept as sent, all others are listed. The
// error names the nearest measure.
[[nodiscard]] Result<void> check_measure(std::string_view measure);

// What a series of this measure is where nobody says otherwise: gauge for process.*, level for equipment.*, else
// totalizer.
[[nodiscard]] SeriesKind natural_kind(std::string_view measure);

// May a series of this measure be of this kind? Gauges are process.*, levels equipment.*, both and no others.
[[nodiscard]] Result<void> check_kind(std::string_view measure, SeriesKind kind);

}  // namespace songhua
