#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indicators/value.h"

// The target tracker (indicators.md 6): last year's months and this year's, in one unit of money at comparable prices.
namespace songhua::indicators {

struct TargetInputs {
  std::array<Rational, 12> base;  // B_1..B_12; where the base knows January and February only together: 0 and the sum
  bool jan_feb_combined_base = false;
  std::vector<Rational> current;  // C_1..C_m, m = 1..12
  Rational target_growth;         // T * 100: percent
};

// T = (g_L + u) / 100
inline Rational target_growth(const Rational& last_year_growth, const Rational& uplift) {
  return last_year_growth + uplift;
}

struct TargetFigures {
  std::map<std::string, Value> figures;  // by id without "target.": target_growth_pct, gap_pp, ...
  std::vector<Value> path;               // path_k, k = 1..12
};
TargetFigures track(const TargetInputs& inputs);

}  // namespace songhua::indicators
