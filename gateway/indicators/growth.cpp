#include "indicators/growth.h"

namespace songhua::indicators {

Value growth(const Value& now, const Value& base) {
  if (const auto null = first_null(now, base)) return *null;
  if (*base <= 0) return Reason::base_not_positive;
  return Rational((*now / *base - 1) * 100);
}

bool jan_feb_alone(const Period& period) {
  return period.kind != Period::Kind::day && period.first_month == period.last_month && period.last_month <= 2;
}

Value pull(const GrowthPart& part, const GrowthPart& total) {
  if (const auto null = first_null(part.now, part.base, total.base)) return *null;
  if (*total.base <= 0) return Reason::base_not_positive;
  return Rational((*part.now - *part.base) / *total.base * 100);
}

Value contribution(const GrowthPart& part, const GrowthPart& total) {
  if (const auto null = first_null(part.now, part.base, total.now, total.base)) return *null;
  if (*total.base <= 0) return Reason::base_not_positive;
  if (*total.now == *total.base) return Reason::total_change_zero;
  return Rational((*part.now - *part.base) / (*total.now - *total.base) * 100);
}

Value deflated(const Value& value_added_current, const Value& price_index) {
  if (const auto null = first_null(value_added_current, price_index)) return *null;
  if (*price_index <= 0) return Reason::base_not_positive;
  return Rational(*value_added_current / (*price_index / 100));
}

Value implicit_deflator(const Value& value_added_current, const Value& deflated_sum) {
  if (const auto null = first_null(value_added_current, deflated_sum)) return *null;
  if (*deflated_sum <= 0) return Reason::total_not_positive;
  return Rational(*value_added_current / *deflated_sum * 100);
}

}  // namespace songhua::indicators
