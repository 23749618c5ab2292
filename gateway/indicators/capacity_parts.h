#pragma once

#include <vector>

#include "indicators/figures.h"

// What capacity utilisation is made of (indicators.md 5.1). Inside the room only.
namespace songhua::indicators {

// A line of the selection: one with rows, or one that the register or the rollups know and that stands still.
struct CapacityLine {
  LineId line;
  const Product* product = nullptr;  // its first of the catalogue
  std::vector<CapacityTerm> terms;   // what it made, by product and price; of a standing line the first product, 0 made
  std::int64_t days = 0;             // of the period, on which it exists
  std::int64_t hours_a_day = 0;      // normal ones
};
std::vector<CapacityLine> capacity_lines(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                         const Period& period);

}  // namespace songhua::indicators
