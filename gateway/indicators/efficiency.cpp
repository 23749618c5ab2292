#include "indicators/efficiency.h"

namespace songhua::indicators {
namespace {

constexpr int kFenPerYuan = 100;
constexpr int kFenPerTenThousandYuan = 1'000'000;
constexpr int kSecondsPerHour = 3600;

}  // namespace

LineCapacity line_capacity(const std::vector<CapacityTerm>& products, const Rational& normal_hours) {
  if (products.empty()) return {0, 0};
  Rational output = 0, hours = 0;  // hours that the output takes at capacity
  for (const auto& p : products) {
    output += p.good * p.comparable_price;
    hours += p.good / p.capacity_per_hour;
  }
  // output / hours = capacity_per_hour * pbar where all products share one capacity; else the value made per hour in
  // the mix that was made, which is what the line sustains of it.
  const auto& first = products.front();
  const Rational per_hour =
      hours > 0 ? Rational(output / hours) : Rational(first.capacity_per_hour * first.comparable_price);
  return {output, per_hour * normal_hours};
}

Value capacity_utilisation(const std::vector<LineCapacity>& lines) {
  Rational output = 0, capacity = 0;
  for (const auto& line : lines) {
    output += line.output;
    capacity += line.capacity;
  }
  if (capacity <= 0) return Reason::no_capacity;
  return Rational(output / capacity * 100);
}

Value energy_intensity(const Value& tce, const Value& value_added) {
  if (const auto null = first_null(tce, value_added)) return *null;
  if (*value_added <= 0) return Reason::total_not_positive;
  return Rational(*tce / (*value_added / kFenPerTenThousandYuan));
}

Value energy_intensity_change(const Value& now, const Value& base) {
  if (const auto null = first_null(now, base)) return *null;
  if (*base <= 0) return Reason::base_not_positive;
  return Rational((*now / *base - 1) * 100);
}

Value labour_productivity(const Value& value_added, const Rational& average_employees, const Rational& months) {
  if (!value_added.known()) return value_added;
  if (average_employees <= 0) return Reason::no_employees;
  return Rational(*value_added / kFenPerYuan / average_employees * 12 / months);
}

Value labour_productivity_hour(const Value& value_added, const BigInt& person_seconds) {
  if (!value_added.known()) return value_added;
  if (person_seconds <= 0) return Reason::no_labour_time;
  return Rational(*value_added / kFenPerYuan / Rational(person_seconds, kSecondsPerHour));
}

Value connection_rate(const BigInt& connected, const BigInt& units) {
  if (units <= 0) return Reason::no_equipment;
  return Rational(Rational(connected, units) * 100);
}

Value nc_rate(const BigInt& nc_key, const BigInt& key) {
  if (key <= 0) return Reason::no_key_processes;
  return Rational(Rational(nc_key, key) * 100);
}

Value share(const Value& part, const Value& total) {
  if (const auto null = first_null(part, total)) return *null;
  if (*total <= 0) return Reason::total_not_positive;
  return Rational(*part / *total * 100);
}

}  // namespace songhua::indicators
