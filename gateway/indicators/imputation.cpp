#include "indicators/evaluation.h"
#include "model/industries.h"

// Coverage, and what is put in for enterprises that have not reported (indicators.md 9).
namespace songhua::indicators {

std::vector<Respondent> Evaluation::respondents(Item item, const Selection& selection, const Period& period) {
  std::vector<Respondent> all;
  const auto span = window(period);
  for (const auto* enterprise : selection.enterprises) {
    const auto* sums = sums_of(*enterprise, selection, span);
    const auto base = base_of(item, *enterprise, selection, period.last_year());
    all.push_back({enterprise->id, division_of(enterprise->industry), reports(enterprise->id, span),
                   sums == nullptr ? Rational(0) : sums->items.at(static_cast<std::size_t>(item)),
                   base.value ? Value(*base.value) : Value(Reason::no_base), base.status});
  }
  return all;
}

const std::vector<Respondent>& Evaluation::province(Item item, bool all_scales, const Period& period) {
  const auto key = std::make_tuple(item, all_scales, period.name());
  if (const auto found = province_.find(key); found != province_.end()) return found->second;
  // Ratios are those of the province, whatever is asked for, so that parts add up to the whole.
  Scope everywhere;
  if (all_scales) everywhere = everywhere.with("scale", "all");
  return province_.emplace(key, respondents(item, select(everywhere, period), period)).first->second;
}

const std::map<std::string, Rational>& Evaluation::imputed(Item item, bool all_scales, const Period& period) {
  const auto key = std::make_tuple(item, all_scales, period.name());
  if (const auto found = imputed_.find(key); found != imputed_.end()) return found->second;
  return imputed_.emplace(key, impute(province(item, all_scales, period))).first->second;
}

std::vector<Guess> Evaluation::guesses(Item item, const Enterprise& enterprise, const Selection& selection,
                                       const Period& period) {
  std::vector<Guess> guesses;
  if (!settings_.impute_growth || selection.filter.narrows_products()) return guesses;
  const auto silent = [&](const Period& part) { return !reports(enterprise.id, window(part)); };
  // False where there is nothing to start from. Where nobody has reported yet there is no growth to go by.
  const auto guess = [&](const Period& part) {
    const auto base = base_of(item, enterprise, selection, part.last_year());
    if (!base.value) return false;
    const auto& amounts = imputed(item, selection.all_scales, part);
    const auto found = amounts.find(enterprise.id);
    if (found != amounts.end() && found->second != 0) guesses.push_back({part, *base.value, found->second});
    return true;
  };
  if (period.kind == Period::Kind::day) {
    if (silent(period)) guess(period);
    return guesses;
  }
  for (unsigned month = period.first_month; month <= period.last_month; ++month) {
    for (unsigned last = month; last <= period.last_month; ++last) {
      if (!silent(Period::of_months(period.year, last, last))) break;
      if (!guess(Period::of_months(period.year, month, last))) continue;
      month = last;
      break;
    }
  }
  return guesses;
}

Rational Evaluation::guess_of(Item item, const Enterprise& enterprise, const Selection& selection,
                              const Period& period) {
  Rational sum = 0;
  for (const auto& guess : guesses(item, enterprise, selection, period)) sum += guess.amount;
  return sum;
}

std::vector<Respondent> Evaluation::models(Item item, const Enterprise& enterprise, bool all_scales,
                                           const Period& period) {
  return models_of(province(item, all_scales, period), division_of(enterprise.industry));
}

void Evaluation::note_coverage(Notes& notes, const Selection& selection, const Period& period) {
  const auto covered = coverage(respondents(Item::value_added_comparable, selection, period));
  if (!covered.known()) return;
  notes.coverage = *covered;
  if (*covered < settings_.coverage_limit) notes.warn("low_coverage", "coverage");
}

}  // namespace songhua::indicators
