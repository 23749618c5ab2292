#pragma once

#include <string>
#include <vector>

#include "indicators/value.h"

// Capacity, energy, labour, digital indicators and shares (indicators.md 5).
namespace songhua::indicators {

// 5.1: one line's output at comparable prices and its sustainable capacity, both in fen.
struct LineCapacity {
  Rational output;    // GOV_cmp,l
  Rational capacity;  // C_l
};
// C_l = capacity_per_hour * H_l * pbar_l, with pbar_l the mean comparable price of the line's good output, or without
// output the comparable price of its first catalogue product.
struct CapacityTerm {
  Rational good;               // of one product, base units
  Rational comparable_price;   // fen per base unit
  Rational capacity_per_hour;  // base units
};
LineCapacity line_capacity(const std::vector<CapacityTerm>& products, const Rational& normal_hours);
// CU = sum GOV_cmp,l / sum C_l * 100
Value capacity_utilisation(const std::vector<LineCapacity>& lines);

// 5.2: tce per CNY 10k of value added at comparable prices; `value_added` in fen.
Value energy_intensity(const Value& tce, const Value& value_added);
Value energy_intensity_change(const Value& now, const Value& base);  // %

// 5.3: `value_added` in fen; annualised by 12 / months.
Value labour_productivity(const Value& value_added, const Rational& average_employees, const Rational& months);
Value labour_productivity_hour(const Value& value_added, const BigInt& person_seconds);

// 5.4, in %
Value connection_rate(const BigInt& connected, const BigInt& units);
Value nc_rate(const BigInt& nc_key, const BigInt& key);

// 5.5, in %
Value share(const Value& part, const Value& total);

}  // namespace songhua::indicators
