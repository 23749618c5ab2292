#pragma once

#include <map>
#include <string>
#include <vector>

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
};

// Last year's value of those that report / that of all * 100; enterprises without a base count in neither.
Value coverage(const std::vector<Respondent>& respondents);

// X_t = X_{t-12} * (sum X_t / sum X_{t-12}) for every missing enterprise that has a base: the ratio is that of the
// reporting enterprises of its division, or of all where that base is not positive. Nothing where both are not.
std::map<std::string, Rational> impute(const std::vector<Respondent>& respondents);

}  // namespace songhua::indicators
