#include <algorithm>

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

std::optional<Rational> Evaluation::rise(Item item, const Enterprise& enterprise, bool all_scales,
                                         const Period& period) {
  const auto& all = province(item, all_scales, period);
  if (std::ranges::find(all, enterprise.id, &Respondent::enterprise) == all.end())
    return std::nullopt;  // not in it yet
  const auto division = division_of(enterprise.industry);
  const auto [found, fresh] = rises_.try_emplace({item, all_scales, period.name(), division});
  if (fresh) found->second = rise_of(all, division);
  return found->second;
}

// The parts of a period of which the enterprise has reported nothing and last year is known: months, or longer runs
// where last year is known only together.
template <typename Known>
std::vector<Period> Evaluation::silent_parts(const Enterprise& enterprise, const Selection& selection,
                                             const Period& period, const Known& known) {
  std::vector<Period> parts;
  // A line has no past of its own: what is put in is the enterprise's.
  const bool none = selection.unestimated.contains(enterprise.id);
  if (!settings_.impute_growth || none || !selection.filter.line.empty()) return parts;
  const auto silent = [&](const Period& part) { return !reports(enterprise.id, window(part)); };
  if (period.kind == Period::Kind::day) {
    if (silent(period) && known(period)) parts.push_back(period);
    return parts;
  }
  for (unsigned month = period.first_month; month <= period.last_month; ++month) {
    for (unsigned last = month; last <= period.last_month; ++last) {
      const auto part = Period::of_months(period.year, month, last);
      if (!silent(Period::of_months(period.year, last, last))) break;
      if (!known(part)) continue;
      parts.push_back(part);
      month = last;
      break;
    }
  }
  return parts;
}

std::vector<Guess> Evaluation::guesses(Item item, const Enterprise& enterprise, const Selection& selection,
                                       const Period& period) {
  const auto base = [&](const Period& part) { return base_of(item, enterprise, selection, part.last_year()).value; };
  std::vector<Guess> guesses;
  for (const auto& part :
       silent_parts(enterprise, selection, period, [&](const Period& p) { return base(p).has_value(); })) {
    // Where nobody has reported yet there is no growth to go by. A part of an enterprise follows the whole's growth, so
    // that parts add up.
    const auto ratio = rise(item, enterprise, selection.all_scales, part);
    const auto before = *base(part);
    if (ratio) guesses.push_back({part, before, *ratio, before * *ratio});
  }
  return guesses;
}

std::vector<OutputGuess> Evaluation::output_guesses(const Enterprise& enterprise, const Selection& selection,
                                                    const Period& period) {
  const auto base = [&](const Period& part) {
    return base_outputs(enterprise, selection, part.last_year()).quantities;
  };
  std::vector<OutputGuess> guesses;
  for (const auto& part :
       silent_parts(enterprise, selection, period, [&](const Period& p) { return base(p).has_value(); })) {
    const auto ratio = rise(Item::gross_output_comparable, enterprise, selection.all_scales, part);
    if (!ratio) continue;
    OutputGuess guess{part, {}, *ratio, {}};
    const auto before = base(part).value();
    for (const auto& [product, quantity] : before) {
      if (quantity == 0 || *ratio == 0) continue;
      guess.base.emplace(product, quantity);
      guess.quantities.emplace(product, quantity * *ratio);
    }
    guesses.push_back(std::move(guess));
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

std::int64_t Evaluation::days_of(const Period& period) const {
  return (last_day(period) - inputs_.day_of(window(period).start)).count() + 1;
}

std::int64_t Evaluation::days_known(const Enterprise& enterprise, const Period& period) {
  const auto span = window(period);
  const bool by_month = period.kind != Period::Kind::day && period.months() > 1;
  if (!by_month && covers(enterprise.id, span, Feed::output)) return days_of(period);
  if (period.kind == Period::Kind::day || !reports(enterprise.id, span)) return 0;
  const auto [found, fresh] = days_known_.try_emplace({enterprise.id, period.name()});
  if (!fresh) return found->second;
  std::int64_t days = 0;
  if (by_month) {
    for (unsigned month = period.first_month; month <= period.last_month; ++month) {
      days += days_known(enterprise, Period::of_months(period.year, month, month));
    }
  } else {
    for (unsigned day = 1; day <= days_of(period); ++day) {
      Period one = period;
      one.kind = Period::Kind::day;
      one.day = day;
      days += days_known(enterprise, one);
    }
  }
  return days_known_[{enterprise.id, period.name()}] = days;
}

bool Evaluation::heard(const std::string& enterprise, const LineId& line, const RowFilter& filter, Window window) {
  if (line.empty()) return reports(enterprise, window);
  const auto& sums = rollups_.sums(window, filter);
  const auto found = sums.find(enterprise);
  return found != sums.end() && found->second.heard_lines.contains(line);
}

std::vector<Day> Evaluation::days_told(const std::string& enterprise, const LineId& line, const RowFilter& filter,
                                       const Period& period) {
  auto first = kLastDay;
  bool seen = false;
  if (const auto lines = presence_.find(enterprise); lines != presence_.end()) {
    for (const auto& own : lines->second) {
      if (!own.first_seen || (!line.empty() && own.line != line)) continue;
      first = std::min(first, inputs_.day_of(*own.first_seen));
      seen = true;
    }
  }
  std::vector<Day> days;
  const auto add = [&](const Period& part) {
    const auto span = window(part);
    if (!heard(enterprise, line, filter, span)) return;
    auto last = last_day(part);
    const auto& sums = rollups_.sums(span, filter);
    const auto own = sums.find(enterprise);
    const bool open = own != sums.end() && own->second.doubts.at(static_cast<std::size_t>(Feed::output)).open;
    const auto start = inputs_.day_of(span.start);
    const auto day_window = [&](Day day) {
      return Window{inputs_.start_of(day), inputs_.start_of(day + std::chrono::days{1})};
    };
    while (open && last > start && !heard(enterprise, line, filter, day_window(last))) last -= std::chrono::days{1};
    for (auto day = start; day <= last; day += std::chrono::days{1}) {
      if (!seen || first <= day) days.push_back(day);
    }
  };
  if (period.kind == Period::Kind::day) {
    add(period);
    return days;
  }
  for (unsigned month = period.first_month; month <= period.last_month; ++month) {
    add(Period::of_months(period.year, month, month));
  }
  return days;
}

std::vector<Respondent> Evaluation::respondents_in_time(const Selection& selection, const Period& period) {
  auto all = respondents(Item::value_added_comparable, selection, period);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].known = Rational(days_known(*selection.enterprises[i], period), days_of(period));
  }
  return all;
}

void Evaluation::note_coverage(Notes& notes, const Selection& selection, const Period& period, bool missing) {
  const auto all = respondents_in_time(selection, period);
  const auto covered = coverage(all), in_time = coverage_in_time(all);
  if (!covered.known()) return;
  if (missing) notes.coverage = *covered;
  if (missing && *covered < settings_.coverage_limit) notes.warn("low_coverage", "coverage");
  if (*in_time < settings_.coverage_limit) notes.warn("low_coverage", "coverage_time");
}

}  // namespace songhua::indicators
