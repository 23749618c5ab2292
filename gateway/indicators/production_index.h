#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "indicators/value.h"

// Index of industrial production (indicators.md 4.4): a Laspeyres volume index, fixed weights or chained by annual
// overlap. The base year's mean month = 100.
namespace songhua::indicators {

// A product in an industry: quantity in the period, base-year quantity and base price.
struct IndexTerm {
  Rational quantity;
  Rational base_quantity;  // Q_p0; a product without one (0) stays out until the next link
  Rational base_price;     // p_p0
};

// I_i,t = 100 * sum p_p0 q_p,t / (sum p_p0 Q_p0 * m/12), over products with Q_p0 > 0
Value industry_index(const std::vector<IndexTerm>& terms, const Rational& months);

struct WeightedIndex {
  Value index;      // of the industry
  Rational weight;  // its base-year value added
};
struct TotalIndex {
  Value index;
  std::size_t without_index = 0;  // industries left out, their weight dropped from both sums
};
// I_t = sum w_i I_i,t / sum w_i
TotalIndex total_index(const std::vector<WeightedIndex>& industries);

// L_Y = L_{Y-1} * sum p_{Y-1} Q_Y / sum p_{Y-1} Q_{Y-1}; `quantity` of the terms is that of year Y, of twelve months.
Value link_factor(const Value& link_before, const std::vector<IndexTerm>& terms);
// I_{Y,t} = L_{Y-1} * sum p_{Y-1} q_t / (sum p_{Y-1} Q_{Y-1} * m/12)
Value chained_index(const Value& link, const std::vector<IndexTerm>& terms, const Rational& months);

}  // namespace songhua::indicators
