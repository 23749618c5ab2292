#include "indicators/production_index.h"

namespace songhua::indicators {
namespace {

// sum p0 q / (sum p0 Q0 * m/12) over products with Q0 > 0
Value volume_ratio(const std::vector<IndexTerm>& terms, const Rational& months) {
  Rational now = 0, base = 0;
  for (const auto& term : terms) {
    if (term.base_quantity <= 0) continue;
    now += term.base_price * term.quantity;
    base += term.base_price * term.base_quantity;
  }
  if (base <= 0) return Reason::no_base;
  return Rational(now / (base * months / 12));
}

Value scaled(const Value& factor, const Value& ratio) {
  if (const auto null = first_null(factor, ratio)) return *null;
  return Rational(*factor * *ratio);
}

}  // namespace

Value industry_index(const std::vector<IndexTerm>& terms, const Rational& months) {
  return scaled(Rational(100), volume_ratio(terms, months));
}

TotalIndex total_index(const std::vector<WeightedIndex>& industries) {
  TotalIndex total{Reason::no_base, 0};
  Rational weighted = 0, weights = 0;
  for (const auto& industry : industries) {
    if (!industry.index.known()) {
      ++total.without_index;
      continue;
    }
    weighted += industry.weight * *industry.index;
    weights += industry.weight;
  }
  if (weights > 0) total.index = Rational(weighted / weights);
  return total;
}

Value link_factor(const Value& link_before, const std::vector<IndexTerm>& terms) {
  return scaled(link_before, volume_ratio(terms, 12));
}

Value chained_index(const Value& link, const std::vector<IndexTerm>& terms, const Rational& months) {
  return scaled(link, volume_ratio(terms, months));
}

}  // namespace songhua::indicators
