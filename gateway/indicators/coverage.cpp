#include "indicators/coverage.h"

namespace songhua::indicators {
namespace {

struct Ends {
  Rational now = 0;
  Rational base = 0;
};

}  // namespace

Value coverage(const std::vector<Respondent>& respondents) {
  Rational reporting = 0, all = 0;
  for (const auto& r : respondents) {
    if (!r.base.known()) continue;
    all += *r.base;
    if (r.reporting) reporting += *r.base;
  }
  if (all <= 0) return Reason::base_not_positive;
  return Rational(reporting / all * 100);
}

std::map<std::string, Rational> impute(const std::vector<Respondent>& respondents) {
  std::map<std::string, Ends> divisions;
  Ends province;
  for (const auto& r : respondents) {
    if (!r.reporting || !r.base.known()) continue;
    auto& division = divisions[r.division];
    division.now += r.now;
    division.base += *r.base;
    province.now += r.now;
    province.base += *r.base;
  }
  std::map<std::string, Rational> imputed;
  for (const auto& r : respondents) {
    if (r.reporting || !r.base.known()) continue;
    const auto& division = divisions[r.division];
    const auto& ends = division.base > 0 ? division : province;
    if (ends.base > 0) imputed.emplace(r.enterprise, *r.base * (ends.now / ends.base));
  }
  return imputed;
}

}  // namespace songhua::indicators
