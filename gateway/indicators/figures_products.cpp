#include <algorithm>

#include "indicators/figures.h"
#include "indicators/production_index.h"
#include "model/industries.h"

// Product output and the production index (indicators.md 3.5, 4.4).
namespace songhua::indicators {
namespace {

struct Outputs {
  std::map<std::string, Rational> now;   // base units by product
  std::map<std::string, Rational> base;  // of last year's same period, same enterprises
  bool any_base = false;
  Notes notes;
};

std::map<std::string, Rational> good_of(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                        Window window) {
  std::map<std::string, Rational> good;
  if (const auto* sums = e.sums_of(enterprise, selection, window)) {
    for (const auto& [product, sum] : sums->products) good[product] = Rational(sum.good);
  }
  return good;
}

void add(std::map<std::string, Rational>& into, const std::map<std::string, Rational>& from) {
  for (const auto& [product, quantity] : from) into[product] += quantity;
}

Outputs levels_of(Evaluation& e, const Selection& selection, const Period& period) {
  Outputs outputs;
  for (const auto* enterprise : selection.enterprises) {
    e.note(outputs.notes, *enterprise, selection, e.window(period), Feed::output);
    add(outputs.now, good_of(e, *enterprise, selection, e.window(period)));
  }
  return outputs;
}

// Both ends, over the enterprises with a base.
Outputs ends_of(Evaluation& e, const Selection& selection, const Period& period) {
  Outputs outputs;
  for (const auto* enterprise : selection.enterprises) {
    const auto base = e.base_outputs(*enterprise, selection, period.last_year());
    if (!base.quantities) {
      const auto* sums = e.sums_of(*enterprise, selection, e.window(period));
      if (sums != nullptr && !sums->products.empty()) outputs.notes.warn("no_base", enterprise->id);
      continue;
    }
    outputs.any_base = true;
    outputs.notes.base_sources.insert(base.source);
    e.note(outputs.notes, *enterprise, selection, e.window(period), Feed::output);
    add(outputs.base, *base.quantities);
    add(outputs.now, good_of(e, *enterprise, selection, e.window(period)));
  }
  return outputs;
}

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
  Rational tce = 0;
  for (const auto* enterprise : selection.enterprises) {
    e.note(figure.notes, *enterprise, whole_lines, e.window(ask.period), Feed::energy);
    const auto* sums = e.sums_of(*enterprise, whole_lines, e.window(ask.period));
    if (sums == nullptr) continue;
    for (const auto& [line, own] : sums->lines) {
      Rational part = 0, all = 0;
      for (const auto& [product, sum] : own.products) {
        all += sum.cycle_all;
        if (product == ask.scope.get("product")) part += sum.cycle_all;
      }
      if (all > 0) tce += own.tce * part / all;
    }
  }
  const auto outputs = levels_of(e, selection, ask.period);
  figure.notes.merge(outputs.notes);
  const auto* product = e.inputs().catalogue.find(ask.scope.get("product"));
  figure.formula = "kgce(line) * PRI * PQ(product) / sum PRI * PQ, over GQ";
  if (product == nullptr) {
    figure.value = Reason::mixed_units;
    figure.unit = "kgce";
    return figure;
  }
  figure.unit = "kgce / " + (product->nutrients ? std::string("t") : product->statistical_unit);
  const auto found = outputs.now.find(product->id);
  const Rational good = found == outputs.now.end() ? Rational(0) : physical_output(found->second, *product);
  figure.value = good > 0 ? Value(Rational(tce * 1000 / good)) : Value(Reason::no_output);
  return figure;
}

// p_{p,Y}: the comparable price in the base year, else the year's mean of the current price by days.
Rational price_of_year(const Inputs& inputs, const Product& product, int year) {
  if (year == inputs.catalogue.base_year) {
    const auto fields = inputs.price_at("", "", product, Day{std::chrono::year{year} / 12 / 31});
    if (fields.comparable_price) return rational(*fields.comparable_price);
  }
  const Day first{std::chrono::year{year} / 1 / 1}, end{std::chrono::year{year + 1} / 1 / 1};
  Rational sum = 0;
  for (Day day = first; day < end; day += std::chrono::days{1})
    sum += rational(*inputs.price_at("", "", product, day).price);
  return sum / (end - first).count();
}

// Quantities of a whole year by product, of base.csv or the own rollup.
std::map<std::string, Rational> year_outputs(Evaluation& e, const Selection& selection, int year, Notes& notes) {
  Period period;
  period.year = year;
  std::map<std::string, Rational> outputs;
  for (const auto* enterprise : selection.enterprises) {
    const auto known = e.base_outputs(*enterprise, selection, period);
    if (!known.quantities) {
      notes.warn("no_base", enterprise->id);
      continue;
    }
    notes.base_sources.insert(known.source);
    add(outputs, *known.quantities);
  }
  return outputs;
}

Rational quantity_of(const std::map<std::string, Rational>& quantities, const std::string& product) {
  const auto found = quantities.find(product);
  return found == quantities.end() ? Rational(0) : found->second;
}

std::vector<IndexTerm> terms_of(const Inputs& inputs, const std::map<std::string, Rational>& now,
                                const std::map<std::string, Rational>& base, int price_year,
                                const std::string& division) {
  std::vector<IndexTerm> terms;
  for (const auto& product : inputs.catalogue.products) {
    if (!division.empty() && division_of(product.industry) != division) continue;
    const auto base_quantity = quantity_of(base, product.id);
    if (base_quantity <= 0) continue;
    terms.push_back({quantity_of(now, product.id), base_quantity, price_of_year(inputs, product, price_year)});
  }
  return terms;
}

// w_i: base-year value added at current prices: the row of base.csv, else the register's weight, else what base.csv's
// outputs of that year make (they may be of the main products only, so they come last).
std::map<std::string, Rational> industry_weights(Evaluation& e, const Selection& selection, int year) {
  Period period;
  period.year = year;
  std::map<std::string, Rational> weights;
  for (const auto* enterprise : selection.enterprises) {
    auto& weight = weights[division_of(enterprise->industry)];
    const auto known = e.bases().amount(Item::value_added_current, enterprise->id, period, {});
    const bool stated = known.value && known.rows.front()->item == "va_cur";
    if (known.value && (stated || enterprise->weight.num == 0)) {
      weight += *known.value;
    } else {
      weight += rational(enterprise->weight) * kFenPerTenThousandYuan;
    }
  }
  return weights;
}

struct IndexNow {
  Value value = Reason::no_base;
  Notes notes;
};

// Fixed weights: products to industries, industries to the total.
IndexNow fixed_index(Evaluation& e, const Selection& selection, const std::map<std::string, Rational>& now,
                     const Period& period) {
  IndexNow index;
  const int base_year = e.inputs().catalogue.base_year;
  const auto base = year_outputs(e, selection, base_year, index.notes);
  const auto weights = industry_weights(e, selection, base_year);
  std::set<std::string> divisions;
  for (const auto& [product, quantity] : base)
    divisions.insert(division_of(e.inputs().catalogue.find(product)->industry));
  for (const auto& [product, quantity] : now)
    divisions.insert(division_of(e.inputs().catalogue.find(product)->industry));
  std::vector<WeightedIndex> industries;
  for (const auto& division : divisions) {
    const auto found = weights.find(division);
    const Rational weight = found == weights.end() ? Rational(0) : found->second;
    const auto own = industry_index(terms_of(e.inputs(), now, base, base_year, division), months_of(period));
    if (!own.known()) index.notes.warn("industry_without_index", division);
    // One industry is its own index, whatever its weight.
    industries.push_back({own, divisions.size() == 1 ? Rational(1) : weight});
  }
  index.value = total_index(industries).index;
  return index;
}

// L of a weight year, with the quantities of that year, which are the weights; null where a year is missing.
struct Link {
  Value factor = Rational(100);
  int weight_year = 0;
  std::map<std::string, Rational> weights;
  Notes notes;
};

Link link_for(Evaluation& e, const Selection& selection, int year) {
  const int base_year = e.inputs().catalogue.base_year;
  Link link;
  link.weight_year = std::max(base_year, year - 1);
  link.weights = year_outputs(e, selection, base_year, link.notes);
  for (int y = base_year + 1; y <= link.weight_year; ++y) {
    auto own = year_outputs(e, selection, y, link.notes);
    link.factor = link_factor(link.factor, terms_of(e.inputs(), own, link.weights, y - 1, ""));
    link.weights = std::move(own);
  }
  return link;
}

// Chained: all products of the scope together, linked year by year.
IndexNow chained(Evaluation& e, const Selection& selection, const std::map<std::string, Rational>& now,
                 const Period& period) {
  const auto link = link_for(e, selection, period.year);
  const auto terms = terms_of(e.inputs(), now, link.weights, link.weight_year, "");
  return {chained_index(link.factor, terms, months_of(period)), link.notes};
}

IndexNow index_of(Evaluation& e, const Selection& selection, const std::map<std::string, Rational>& now,
                  const Period& period, bool chain) {
  return chain ? chained(e, selection, now, period) : fixed_index(e, selection, now, period);
}

// Published chained as soon as two years of weights exist, with fixed weights before.
bool two_years_of_weights(Evaluation& e, const Selection& selection, const Period& period) {
  const auto link = link_for(e, selection, period.year);
  return link.weight_year > e.inputs().catalogue.base_year && link.factor.known() &&
         std::any_of(link.weights.begin(), link.weights.end(), [](const auto& own) { return own.second > 0; });
}

}  // namespace

Figure index_figure(Evaluation& e, const Ask& ask) {
  Figure figure;
  const auto selection = e.select(ask.scope, ask.period, true);
  const bool published = ask.id.starts_with("production_index_published");
  const bool chain = published ? two_years_of_weights(e, selection, ask.period) : e.settings().chained;
  figure.index = chain ? "chained" : "fixed";
  figure.base = std::to_string(e.inputs().catalogue.base_year);
  figure.formula = chain ? "L_{Y-1} * sum p_{Y-1} q_t / (sum p_{Y-1} Q_{Y-1} * m/12)" : "sum w_i I_i,t / sum w_i";
  const bool change = ask.id.ends_with("_growth");
  if (change && jan_feb_alone(ask.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  if (!change) {
    const auto outputs = levels_of(e, selection, ask.period);
    const auto index = index_of(e, selection, outputs.now, ask.period, chain);
    figure.notes = outputs.notes;
    figure.notes.merge(index.notes);
    figure.value = index.value;
    return figure;
  }
  const auto outputs = ends_of(e, selection, ask.period);
  const auto now = index_of(e, selection, outputs.now, ask.period, chain);
  const auto base = index_of(e, selection, outputs.base, ask.period.last_year(), chain);
  figure.notes = outputs.notes;
  figure.notes.merge(now.notes);
  figure.value = outputs.any_base ? growth(now.value, base.value) : Value(Reason::no_base);
  return figure;
}

Figure link_figure(Evaluation& e, const Ask& ask) {
  Figure figure;
  const auto selection = e.select(ask.scope, ask.period, true);
  auto link = link_for(e, selection, ask.period.year);
  figure.value = link.factor;
  figure.notes = std::move(link.notes);
  figure.index = "chained";
  figure.base = std::to_string(link.weight_year);
  figure.formula = "L_Y = L_{Y-1} * sum p_{Y-1} Q_Y / sum p_{Y-1} Q_{Y-1}";
  return figure;
}

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
    const auto outputs = ends_of(e, selection, ask.period);
    figure.notes = outputs.notes;
    const auto now = total_output(e.inputs().catalogue, outputs.now, false, figure.unit, decimals);
    const auto base = total_output(e.inputs().catalogue, outputs.base, false, figure.unit, decimals);
    figure.value = outputs.any_base ? growth(now, base) : Value(Reason::no_base);
    figure.unit = "%";
    figure.formula = "(q_t / q_{t-12} - 1) * 100";
    return figure;
  }
  const auto outputs = levels_of(e, selection, ask.period);
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
