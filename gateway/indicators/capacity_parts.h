#pragma once

#include <map>
#include <vector>

#include "indicators/figures.h"

// What capacity utilisation is made of (indicators.md 5.1). Inside the room only.
namespace songhua::indicators {

// Days of the period on which a line exists and has so many normal hours.
struct NormalHours {
  std::int64_t hours_a_day = 0;
  std::int64_t days = 0;
};

// A line of the selection that has reported in the period. Its days are those that it has told of.
struct CapacityLine {
  LineId line;
  const Product* product = nullptr;  // its first of the catalogue
  std::vector<CapacityTerm> terms;   // what it made, by product and price; standing: the first product, 0 made
  std::vector<NormalHours> normal;   // by hours a day
  std::map<std::string, Rational> capacities;  // an hour, by product: the mean over the normal hours of the period

  [[nodiscard]] Rational hours() const;
};
struct CapacityLines {
  std::vector<CapacityLine> told;
  std::vector<LineId> silent;  // expected, and not heard of in the period: on neither side
  std::vector<LineId> partly;  // of those told: not to the end, or not in every month
};
CapacityLines capacity_lines(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                             const Period& period);

}  // namespace songhua::indicators
