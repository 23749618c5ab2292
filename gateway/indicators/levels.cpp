#include "indicators/levels.h"

namespace songhua::indicators {
namespace {

constexpr std::int64_t kBasisPoints = 10'000;

void add_term(FractionSum& sum, const BigInt& quantity, const Fraction& price) {
  sum.add(quantity * price.num, price.den);
}

// q * price * rate / 10000
void add_rated(FractionSum& sum, const BigInt& quantity, const Fraction& price, std::int64_t rate) {
  if (price.den == 1) {
    sum.add(quantity * price.num * rate, kBasisPoints);
    return;
  }
  const Rational part = Rational(quantity * price.num * rate, BigInt(price.den) * kBasisPoints);
  sum.add_exact(part);
}

}  // namespace

void LevelSums::add_good(const BigInt& quantity, const PriceFields& fields, std::int64_t va_rate_base) {
  add_term(gross_output_current, quantity, *fields.price);
  add_term(gross_output_comparable, quantity, *fields.comparable_price);
  add_rated(value_added_current, quantity, *fields.price, *fields.va_rate);
  add_rated(value_added_comparable, quantity, *fields.comparable_price, va_rate_base);
}

void LevelSums::add_dispatch(const BigInt& quantity, const PriceFields& fields, bool domestic) {
  if (domestic) {
    add_term(sales_value, quantity, *fields.dispatch_price);
  } else {
    add_term(sales_value, quantity, *fields.export_price);
    add_term(export_delivery_value, quantity, *fields.export_price);
  }
}

Value sales_output_ratio(const Value& sales, const Value& gross_output_current) {
  if (const auto null = first_null(sales, gross_output_current)) return *null;
  if (*gross_output_current == 0) return Reason::no_output;
  return Rational(*sales / *gross_output_current * 100);
}

Value export_share(const Value& exports, const Value& sales) {
  if (const auto null = first_null(exports, sales)) return *null;
  if (*sales <= 0) return Reason::total_not_positive;
  return Rational(*exports / *sales * 100);
}

Rational physical_output(const Rational& quantity, const Product& product) {
  return quantity / rational(product.statistical_factor);
}

Rational product_output(const Rational& quantity, const Product& product) {
  const Rational physical = physical_output(quantity, product);
  // N + P2O5 + K2O = q * (n + p + k) / 100
  return product.nutrients ? Rational(physical * product.nutrients->sum() / 100) : physical;
}

}  // namespace songhua::indicators
