#pragma once

#include <optional>
#include <string>
#include <vector>

#include "indicators/quantities.h"
#include "indicators/value.h"

// Coverage by weight and imputation (indicators.md 9).
namespace songhua::indicators {

// What one enterprise has at both ends of a comparison.
struct Respondent {
  std::string enterprise;
  std::string division;  // two digits of its industry
  bool reporting = false;
  Rational now = 0;  // 0 where it does not report
  Value base = Reason::no_base;
  Status base_status = Status::final;  // preliminary while an own rollup settles
  Rational known = 1;                  // the part of the period of which all is in, where that was asked for
};

// Last year's value of those that report / that of all * 100; enterprises without a base count in neither.
Value coverage(const std::vector<Respondent>& respondents);
// The same with each weight times the part of the period that is known: one day of a month is no month.
Value coverage_in_time(const std::vector<Respondent>& respondents);

// Whose growth an enterprise of the division that is missing is taken to have: the reporting enterprises of the
// division with a base, or of all divisions where that base is not positive. None where both are not.
std::vector<Respondent> models_of(const std::vector<Respondent>& respondents, const std::string& division);

// sum X_t / sum X_{t-12} of the models of a division, which an enterprise of it that is missing is taken to share:
// X_t = X_{t-12} * that. None where there are no models.
std::optional<Rational> rise_of(const std::vector<Respondent>& respondents, const std::string& division);

}  // namespace songhua::indicators
