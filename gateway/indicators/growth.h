#pragma once

#include <vector>

#include "indicators/value.h"
#include "model/calendar.h"

// Growth, contribution and pull (indicators.md 4.1 to 4.3). Rates in percent, pull in percentage points.
namespace songhua::indicators {

// g = (X_t / X_{t-12} - 1) * 100
Value growth(const Value& now, const Value& base);

// January or February alone: monthly rates of change are null `jan_feb_combined`, levels are not published. So is the
// cumulative rate after January, which is the same figure.
bool jan_feb_alone(const Period& period);

// One industry's part of a total: the same level at both ends.
struct GrowthPart {
  Value now;
  Value base;
};
// pull_i = (X_i,t - X_i,0) / X_0 * 100
Value pull(const GrowthPart& part, const GrowthPart& total);
// contribution_i = (X_i,t - X_i,0) / (X_t - X_0) * 100
Value contribution(const GrowthPart& part, const GrowthPart& total);

// R_i = VA_cur,i / (PPI_i / 100)
Value deflated(const Value& value_added_current, const Value& price_index);
// sum VA_cur,i / sum R_i * 100
Value implicit_deflator(const Value& value_added_current, const Value& deflated_sum);

}  // namespace songhua::indicators
