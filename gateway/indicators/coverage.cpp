#include "indicators/coverage.h"

namespace songhua::indicators {
namespace {

struct Ends {
  Rational now = 0;
  Rational base = 0;
};

Ends ends_of(const std::vector<Respondent>& respondents) {
  Ends ends;
  for (const auto& r : respondents) {
    ends.now += r.now;
    ends.base += *r.base;
  }
  return ends;
}

template <typename Part>
Value covered_by(const std::vector<Respondent>& respondents, const Part& part) {
  Rational covered = 0, all = 0;
  for (const auto& r : respondents) {
    if (!r.base.known()) continue;
    all += *r.base;
    covered += *r.base * part(r);
  }
  if (all <= 0) return Reason::base_not_positive;
  return Rational(covered / all * 100);
}

}  // namespace

Value coverage(const std::vector<Respondent>& respondents) {
  return covered_by(respondents, [](const Respondent& r) { return Rational(r.reporting ? 1 : 0); });
}

Value coverage_in_time(const std::vector<Respondent>& respondents) {
  return covered_by(respondents, [](const Respondent& r) { return r.known; });
}

std::vector<Respondent> models_of(const std::vector<Respondent>& respondents, const std::string& division) {
  for (const bool everywhere : {false, true}) {
    std::vector<Respondent> models;
    for (const auto& r : respondents) {
      if (r.reporting && r.base.known() && (everywhere || r.division == division)) models.push_back(r);
    }
    if (ends_of(models).base > 0) return models;
  }
  return {};
}

std::optional<Rational> rise_of(const std::vector<Respondent>& respondents, const std::string& division) {
  const auto ends = ends_of(models_of(respondents, division));
  if (ends.base <= 0) return std::nullopt;
  return Rational(ends.now / ends.base);
}

}  // namespace songhua::indicators
