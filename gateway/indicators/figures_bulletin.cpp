#include "indicators/figures_bulletin.h"

#include "indicators/figures.h"
#include "indicators/presentation.h"

// What a bureau's monthly release has beside the formulas of indicators.md: the change of a rate against the period
// before, counts of what grew and of how many that is out of, growth of energy consumption.
namespace songhua::indicators {
namespace {

// A rate as it is printed: what readers subtract from each other.
Rational printed(const Rational& rate, int decimals) {
  return *parse_exact(present(rate, decimals));
}

// The growth now less the growth of the period before. Printed is the difference of the printed rates, which is what
// releases say and what a reader finds with both at hand; the value stays the exact difference.
Figure growth_change(Evaluation& e, const Ask& ask) {
  Figure figure;
  figure.formula = "g - g of the period before";
  const auto before = period_before(ask.period);
  if (jan_feb_alone(ask.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  if (!before) return figure;
  figure.base = before->name();
  const auto rate = [&](const Period& period) {
    const auto ends = e.growth_ends(e.select(ask.scope, period), period);
    figure.notes.merge(ends.notes);
    return growth(ends.now, ends.base);
  };
  const auto now = rate(ask.period);
  figure.method = e.settings().deflated ? "deflated" : "comparable";
  const auto then = rate(*before);
  if (const auto null = first_null(now, then)) {
    figure.value = *null;
    return figure;
  }
  const int decimals = find_term("value_added_growth")->decimals;
  figure.value = Rational(*now - *then);
  figure.shown = Rational(printed(*now, decimals) - printed(*then, decimals));
  return figure;
}

Figure energy_growth(Evaluation& e, const Ask& ask) {
  Figure figure;
  figure.formula = "(tce_t / tce_{t-12} - 1) * 100";
  if (jan_feb_alone(ask.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  const auto ends = e.ends(Item::energy_tce, e.select(ask.scope, ask.period), ask.period);
  figure.notes = ends.notes;
  figure.value = growth(ends.now, ends.base);
  return figure;
}

}  // namespace

std::optional<Period> period_before(const Period& period) {
  Period before = period;
  const unsigned length = period.months();
  switch (period.kind) {
    case Period::Kind::year:
      --before.year;
      return before;
    case Period::Kind::day:
      return std::nullopt;
    case Period::Kind::months:
      // Cumulative runs lose their last month; January and February, which is both, follows December.
      if (period.first_month != 1) return std::nullopt;
      if (period.last_month <= 2) return Period::of_months(period.year - 1, 12, 12);
      return Period::of_months(period.year, 1, period.last_month - 1);
    case Period::Kind::month:
      // March follows January and February, which have one rate between them.
      if (period.first_month == 3) return Period::of_months(period.year, 1, 2);
      break;
    case Period::Kind::quarter:
    case Period::Kind::half_year:
      break;
  }
  const unsigned first = period.first_month > length ? period.first_month - length : period.first_month + 12 - length;
  if (first > period.first_month) --before.year;
  before.first_month = first;
  before.last_month = first + length - 1;
  return before;
}

Figure bulletin_figure(Evaluation& e, const Ask& ask) {
  return ask.id == "energy_consumption_growth" ? energy_growth(e, ask) : growth_change(e, ask);
}

Figure count_figure(Evaluation& e, const Ask& ask) {
  Figure figure;
  const bool products = ask.id.starts_with("products"), compared = ask.id.ends_with("_compared");
  figure.formula = compared ? "number of parts with a growth rate" : "number of parts whose growth is above 0";
  if (jan_feb_alone(ask.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  Rational grown = 0, known = 0;
  const auto count = [&](const Value& rate, const Notes& notes) {
    figure.notes.merge(notes);
    if (!rate.known()) return;
    known += 1;
    if (*rate > 0) grown += 1;
  };
  const auto parts = parts_of(ask.scope, products ? "product" : "division", e.inputs(), e.last_day(ask.period));
  for (const auto& part : *parts) {
    if (products) {
      const auto rate = product_figure(e, {"product_output_growth", part, part, ask.period});
      count(rate.value, rate.notes);
    } else {
      const auto ends = e.growth_ends(e.select(part, ask.period), ask.period);
      count(growth(ends.now, ends.base), ends.notes);
    }
  }
  if (known > 0) figure.value = compared ? known : grown;
  return figure;
}

}  // namespace songhua::indicators
