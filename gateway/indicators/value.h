#pragma once

#include <optional>
#include <string_view>

#include "indicators/exact.h"

// A figure's value: an exact number, or null with its reason (indicators.md 0).
namespace songhua::indicators {

enum class Reason {
  no_base,
  base_not_positive,
  total_change_zero,
  total_not_positive,
  no_output,
  no_busy_time,
  no_production_time,
  no_processing_time,
  no_failure,
  no_equipment,
  no_key_processes,
  no_employees,
  no_labour_time,
  no_capacity,
  mixed_units,
  jan_feb_combined,
  year_complete,
  confidential,
  overflow
};
std::string_view to_string(Reason reason);

class Value {
 public:
  Value(Rational number) : number_(std::move(number)) {}  // NOLINT(google-explicit-constructor)
  Value(Reason reason) : reason_(reason) {}               // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool known() const { return number_.has_value(); }
  [[nodiscard]] const Rational& operator*() const { return number_.value(); }
  [[nodiscard]] Reason reason() const { return reason_; }
  bool operator==(const Value& other) const = default;

 private:
  std::optional<Rational> number_;
  Reason reason_ = Reason::no_base;
};

// The first null of the inputs, in the order in which a formula names them; none where all are known.
template <typename... Values>
std::optional<Reason> first_null(const Values&... values) {
  std::optional<Reason> first;
  ((first = first ? first : (values.known() ? std::nullopt : std::optional(values.reason()))), ...);
  return first;
}

}  // namespace songhua::indicators
