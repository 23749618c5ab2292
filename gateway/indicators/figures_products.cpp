#include <algorithm>

#include "indicators/index_parts.h"
#include "indicators/ratio_sides.h"

// Product output and energy per product (indicators.md 3.5, 5.2).
namespace songhua::indicators {
namespace {

// Sum in one statistical unit; mixed_units where products have different ones.
Value total_output(const Catalogue& catalogue, const std::map<std::string, Rational>& quantities, bool physical,
                   std::string& unit, int& decimals) {
  Rational sum = 0;
  bool first = true;
  for (const auto& [id, quantity] : quantities) {
    const auto& product = *catalogue.find(id);
    // Physical tonnes stand beside nutrient tonnes.
    const auto own = physical && product.nutrients ? std::string("t") : product.statistical_unit;
    if (!first && own != unit) return Reason::mixed_units;
    unit = own;
    decimals = first ? product.decimals : std::max(decimals, product.decimals);
    sum += physical ? physical_output(quantity, product) : product_output(quantity, product);
    first = false;
  }
  return sum;
}

// kgce per statistical unit; a line with several products shares its energy by PRI * PQ.
Figure energy_per_unit(Evaluation& e, const Ask& ask, const Selection& selection) {
  Figure figure;
  Selection whole_lines = selection;
  whole_lines.filter = {};
  whole_lines.filter.line = selection.filter.line;
  // Energy and output are of the same lines: those with meters.
  const auto metered = lines_with_energy(e, whole_lines, ask.period);
  Rational tce = 0, good = 0;
  for (const auto* enterprise : selection.enterprises) {
    e.note(figure.notes, *enterprise, whole_lines, e.window(ask.period), Feed::energy);
    const auto* sums = e.sums_of(*enterprise, whole_lines, e.window(ask.period));
    if (sums == nullptr) continue;
    for (const auto& [line, own] : sums->lines) {
      const auto made = own.products.find(ask.scope.get("product"));
      if (!metered.contains({enterprise->id, line})) {
        if (made != own.products.end() && made->second.good != 0) figure.notes.warn("told_in_part", line);
        continue;
      }
      Rational part = 0, all = 0;
      if (made != own.products.end()) good += Rational(made->second.good);
      for (const auto& [product, sum] : own.products) {
        all += sum.cycle_all;
        if (product == ask.scope.get("product")) part += sum.cycle_all;
      }
      if (all > 0) tce += own.tce * part / all;
    }
  }
  figure.notes.merge(reported_outputs(e, selection, ask.period).notes);
  note_missing(e, selection, ask.period, figure.notes);
  const auto* product = e.inputs().catalogue.find(ask.scope.get("product"));
  figure.formula = "kgce(line) * PRI * PQ(product) / sum PRI * PQ, over GQ";
  if (product == nullptr) {
    figure.value = Reason::mixed_units;
    figure.unit = "kgce";
    return figure;
  }
  figure.unit = "kgce / " + (product->nutrients ? std::string("t") : product->statistical_unit);
  const Rational made = physical_output(good, *product);
  figure.value = made > 0 ? Value(Rational(tce * 1000 / made)) : Value(Reason::no_output);
  return figure;
}

}  // namespace

Figure product_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period, true);
  if (ask.id == "energy_per_unit") return energy_per_unit(e, ask, selection);
  Figure figure;
  int decimals = 2;
  const bool physical = ask.id == "product_output_physical";
  if (ask.id == "product_output_growth") {
    if (jan_feb_alone(ask.period)) {
      figure.value = Reason::jan_feb_combined;
      return figure;
    }
    auto outputs = output_ends(e, selection, ask.period);
    note_guessed(e.inputs(), outputs, e.inputs().catalogue.base_year);
    figure.notes = outputs.notes;
    const auto now = total_output(e.inputs().catalogue, outputs.now, false, figure.unit, decimals);
    const auto base = total_output(e.inputs().catalogue, outputs.base, false, figure.unit, decimals);
    figure.value = outputs.any_base ? growth(now, base) : Value(Reason::no_base);
    figure.unit = "%";
    figure.formula = "(q_t / q_{t-12} - 1) * 100";
    return figure;
  }
  auto outputs = output_levels(e, selection, ask.period);
  note_guessed(e.inputs(), outputs, e.inputs().catalogue.base_year);
  figure.notes = outputs.notes;
  if (const auto* product = e.inputs().catalogue.find(ask.scope.get("product"))) {
    figure.unit = physical && product->nutrients ? "t" : product->statistical_unit;
    decimals = product->decimals;
  }
  figure.value = total_output(e.inputs().catalogue, outputs.now, physical, figure.unit, decimals);
  figure.formula = "sum q(good) / statistical_factor";
  if (ask.id == "daily_output" && figure.value.known()) {
    const auto days = (e.last_day(ask.period) - e.inputs().day_of(e.window(ask.period).start)).count() + 1;
    figure.value = Rational(*figure.value / days);
    figure.unit += " / d";
    decimals = std::max(decimals, 2);
  }
  figure.decimals = decimals;
  return figure;
}

}  // namespace songhua::indicators
