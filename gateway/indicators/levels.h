#pragma once

#include <string>

#include "indicators/exact.h"
#include "indicators/value.h"
#include "model/catalogue.h"

// Levels (indicators.md 3): money in fen, output in statistical units.
namespace songhua::indicators {

// Sums of q * price over terms. Quantities of one product and price add as integers; the money is divided once.
struct LevelSums {
  FractionSum gross_output_current;
  FractionSum gross_output_comparable;
  FractionSum value_added_current;
  FractionSum value_added_comparable;
  FractionSum sales_value;
  FractionSum export_delivery_value;

  // 3.1 and 3.4. `va_rate_base` is the rate of the base year.
  void add_good(const BigInt& quantity, const PriceFields& fields, std::int64_t va_rate_base);
  // 3.2 and 3.3: `domestic` is market CN.
  void add_dispatch(const BigInt& quantity, const PriceFields& fields, bool domestic);
};

Value sales_output_ratio(const Value& sales, const Value& gross_output_current);  // %
Value export_share(const Value& exports, const Value& sales);                     // %

// 3.5: physical quantity in the statistical unit; fertilizer in nutrient terms.
Rational physical_output(const Rational& quantity, const Product& product);
Rational product_output(const Rational& quantity, const Product& product);

}  // namespace songhua::indicators
