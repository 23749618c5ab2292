#include <map>

#include "indicators/figures.h"
#include "indicators/index_parts.h"
#include "indicators/ratio_sides.h"

// Levels, ratios of levels, growth, contribution and pull, shares and coverage (indicators.md 3, 4.1 to 4.3, 5.5, 9).
namespace songhua::indicators {
namespace {

Item item_of(const std::string& id) {
  static const std::map<std::string, Item> kItemsById{
      {"gross_output_current", Item::gross_output_current},
      {"gross_output_comparable", Item::gross_output_comparable},
      {"sales_value", Item::sales_value},
      {"export_delivery_value", Item::export_delivery_value},
      {"industrial_value_added", Item::value_added_current},
      {"industrial_value_added_comparable", Item::value_added_comparable}};
  return kItemsById.at(id);
}

std::string formula_of(Item item) {
  switch (item) {
    case Item::gross_output_current:
      return "GOV_cur = sum q(good) * price";
    case Item::gross_output_comparable:
      return "GOV_cmp = sum q(good) * comparable_price";
    case Item::sales_value:
      return "SV = sum q(dispatch, CN) * dispatch_price + sum q(dispatch, not CN) * export_price";
    case Item::export_delivery_value:
      return "EDV = sum q(dispatch, not CN) * export_price";
    case Item::value_added_current:
      return "VA_cur = sum q(good) * price * rate / 10000";
    case Item::value_added_comparable:
      return "VA_cmp = sum q(good) * comparable_price * rate(base year) / 10000";
    case Item::energy_tce:
      return "tce = sum quantity * coefficient";
  }
  return {};
}

std::string method_name(const Evaluation& e) {
  return e.settings().deflated ? "deflated" : "comparable";
}

// X * D_mean / D_month over the working days of the official calendar.
std::optional<Rational> calendar_factor(const Evaluation& e, const Period& period) {
  const auto& calendar = e.inputs().working_days;
  if (!e.settings().calendar_adjusted || calendar.empty()) return std::nullopt;
  Rational year = 0, own = 0;
  const auto first = e.inputs().day_of(e.window(period).start), last = e.last_day(period);
  for (const auto& [day, working] : calendar) {
    if (!working || static_cast<int>(std::chrono::year_month_day{day}.year()) != period.year) continue;
    year += 1;
    if (first <= day && day <= last) own += 1;
  }
  if (own == 0) return std::nullopt;
  return Rational(year * months_of(period) / 12 / own);
}

// Growth of the sales ratio in percentage points, over enterprises with both bases.
Figure ratio_change(Evaluation& e, const Ask& ask) {
  if (jan_feb_alone(ask.period)) {
    Figure combined;
    combined.value = Reason::jan_feb_combined;
    return combined;
  }
  const auto selection = e.select(ask.scope, ask.period);
  const auto both = with_both_bases(e, selection, ask.period, Item::sales_value, Item::gross_output_current);
  const auto sales = e.ends(Item::sales_value, both, ask.period);
  const auto output = e.ends(Item::gross_output_current, both, ask.period);
  Figure figure;
  figure.notes = sales.notes;
  figure.notes.merge(output.notes);
  note_without_base(e, selection, both, ask.period, figure.notes);
  const auto now = sales_output_ratio(sales.now, output.now), base = sales_output_ratio(sales.base, output.base);
  const auto null = first_null(now, base);
  figure.value = null ? Value(*null) : Value(Rational(*now - *base));
  figure.formula = "SV/GOV_cur * 100 - the same of last year";
  return figure;
}

Figure part_of_growth(Evaluation& e, const Ask& ask) {
  const auto part = e.growth_ends(e.select(ask.scope, ask.period), ask.period);
  const auto whole = e.growth_ends(e.select(ask.whole, ask.period), ask.period);
  Figure figure;
  figure.notes = part.notes;
  // A pull divides by the whole's base: what the whole still waits for this year is not in it.
  figure.notes.merge(ask.id == "pull" ? whole.base_notes : whole.notes);
  figure.method = method_name(e);
  const GrowthPart x{part.now, part.base}, total{whole.now, whole.base};
  figure.value = ask.id == "pull" ? pull(x, total) : contribution(x, total);
  figure.formula = ask.id == "pull" ? "(X_i,t - X_i,0) / X_0 * 100" : "(X_i,t - X_i,0) / (X_t - X_0) * 100";
  return figure;
}

Figure price_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  const auto nominal = e.ends(Item::value_added_current, selection, ask.period);
  figure.notes = nominal.notes;
  if (ask.id == "nominal_growth") {
    figure.value = growth(nominal.now, nominal.base);
    figure.formula = "(sum VA_cur / sum VA_cur last year - 1) * 100";
    return figure;
  }
  const auto real = e.deflated_ends(selection, ask.period);
  figure.notes.merge(real.notes);
  figure.value = implicit_deflator(nominal.now, real.now);
  figure.formula = "sum VA_cur,i / sum R_i * 100";
  return figure;
}

}  // namespace

Figure level_figure(Evaluation& e, const Ask& ask) {
  const auto item = item_of(ask.id);
  auto amount = e.level(item, e.select(ask.scope, ask.period), ask.period);
  Figure figure;
  figure.notes = std::move(amount.notes);
  figure.value = ten_thousand_yuan(amount.value);
  figure.formula = formula_of(item);
  if (const auto factor = calendar_factor(e, ask.period)) {
    figure.value = Rational(*figure.value * *factor);
    figure.notes.flags.insert("calendar_adjusted");
  }
  return figure;
}

Figure sales_figure(Evaluation& e, const Ask& ask) {
  if (ask.id == "sales_output_ratio_change") return ratio_change(e, ask);
  const auto selection = e.select(ask.scope, ask.period);
  const bool exports = ask.id == "export_share";
  const auto item = exports ? Item::export_delivery_value : Item::gross_output_current;
  const auto sides = level_sides(e, selection, ask.period, Item::sales_value, item);
  const auto sales = e.level(Item::sales_value, sides.selection, ask.period);
  const auto other = e.level(item, sides.selection, ask.period);
  Figure figure;
  figure.notes = sales.notes;
  figure.notes.merge(other.notes);
  figure.notes.merge(sides.notes);
  figure.value = exports ? export_share(other.value, sales.value) : sales_output_ratio(sales.value, other.value);
  figure.formula = exports ? "EDV / SV * 100" : "SV / GOV_cur * 100";
  return figure;
}

Figure growth_figure(Evaluation& e, const Ask& ask) {
  Ask of = ask;
  Figure figure;
  if (ask.id == "value_added_growth_cumulative") {
    of.period = ask.period.cumulative();
    figure.period = of.period.name();
  }
  if (jan_feb_alone(of.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  if (ask.id == "contribution" || ask.id == "pull") return part_of_growth(e, of);
  if (ask.id == "nominal_growth" || ask.id == "implicit_deflator") return price_figure(e, of);
  const auto selection = e.select(of.scope, of.period);
  const bool exports = ask.id == "export_delivery_growth";
  const auto ends =
      exports ? e.ends(Item::export_delivery_value, selection, of.period) : e.growth_ends(selection, of.period);
  figure.notes = ends.notes;
  figure.method = exports ? "" : method_name(e);
  figure.value = growth(ends.now, ends.base);
  figure.formula = "(X_t / X_{t-12} - 1) * 100";
  return figure;
}

Figure share_figure(Evaluation& e, const Ask& ask) {
  Figure figure;
  if (ask.id == "nev_share_vehicles") {
    const auto good = [&](const Scope& scope) {
      Rational sum = 0;
      auto outputs = output_levels(e, e.select(scope, ask.period, true), ask.period);
      note_guessed(e.inputs(), outputs, e.inputs().catalogue.base_year);
      for (const auto& [product, quantity] : outputs.now) sum += quantity;
      figure.notes.merge(outputs.notes);
      return sum;
    };
    const Rational vehicles = good(ask.scope.with("industry", "C361"));
    const Rational nev = good(ask.scope.with("industry", "C361").with("group", "nev"));
    figure.value = vehicles > 0 ? share(nev, vehicles) : Value(Reason::no_output);
    figure.formula = "NEV good / C361 good * 100";
    return figure;
  }
  const auto group = ask.id.substr(std::string_view("share.").size());
  const auto total = e.level(Item::value_added_current, e.select(ask.scope, ask.period), ask.period);
  const auto part =
      e.level(Item::value_added_current, e.select(ask.scope.with("group", group), ask.period), ask.period);
  figure.notes = total.notes;
  figure.notes.merge(part.notes);
  figure.value = share(part.value, total.value);
  figure.formula = "VA_cur(" + group + ") / VA_cur(total) * 100";
  return figure;
}

Figure quality_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  for (const auto* enterprise : selection.enterprises) {
    e.note(figure.notes, *enterprise, selection, e.window(ask.period), Feed::output);
  }
  const bool in_time = ask.id == "coverage_time";
  const auto respondents = in_time ? e.respondents_in_time(selection, ask.period)
                                   : e.respondents(Item::value_added_comparable, selection, ask.period);
  for (const auto& respondent : respondents) figure.notes.doubt(respondent.base_status);
  figure.value = in_time ? coverage_in_time(respondents) : coverage(respondents);
  figure.formula = in_time ? "VA_cmp last year * known part of the period, of all / VA_cmp last year of all * 100"
                           : "VA_cmp last year of those that report / of all * 100";
  return figure;
}

}  // namespace songhua::indicators
