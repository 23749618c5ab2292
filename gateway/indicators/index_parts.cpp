#include "indicators/index_parts.h"

#include <algorithm>

#include "model/industries.h"

namespace songhua::indicators {
namespace {

Outputs good_of(Evaluation& e, const Enterprise& enterprise, const Selection& selection, Window window) {
  Outputs good;
  if (const auto* sums = e.sums_of(enterprise, selection, window)) {
    for (const auto& [product, sum] : sums->products) good[product] = Rational(sum.good);
  }
  return good;
}

// What the enterprise made in the period, and what is put in for what it has not reported. False where it has reported
// nothing.
bool add_now(Evaluation& e, const Enterprise& enterprise, const Selection& selection, const Period& period,
             OutputEnds& outputs) {
  const bool reporting = e.note(outputs.notes, enterprise, selection, e.window(period), Feed::output);
  add(outputs.now, good_of(e, enterprise, selection, e.window(period)));
  for (const auto& guess : e.output_guesses(enterprise, selection, period)) {
    if (guess.quantities.empty()) continue;
    if (reporting) outputs.notes.warn("partly_reporting", enterprise.id);
    add(outputs.now, guess.quantities);
    add(outputs.guessed, guess.quantities);
  }
  return reporting;
}

Rational quantity_of(const Outputs& quantities, const std::string& product) {
  const auto found = quantities.find(product);
  return found == quantities.end() ? Rational(0) : found->second;
}

// Published chained as soon as two years of weights exist, with fixed weights before.
bool two_years_of_weights(Evaluation& e, const Selection& selection, const Period& period) {
  const auto link = link_for(e, selection, period.year);
  return link.year > e.inputs().catalogue.base_year && link.factor.known() &&
         std::ranges::any_of(link.weights.quantities, [](const auto& own) { return own.second > 0; });
}

}  // namespace

OutputEnds reported_outputs(Evaluation& e, const Selection& selection, const Period& period) {
  OutputEnds outputs;
  for (const auto* enterprise : selection.enterprises) {
    e.note(outputs.notes, *enterprise, selection, e.window(period), Feed::output);
    add(outputs.now, good_of(e, *enterprise, selection, e.window(period)));
  }
  return outputs;
}

OutputEnds output_levels(Evaluation& e, const Selection& selection, const Period& period) {
  OutputEnds outputs;
  for (const auto* enterprise : selection.enterprises) add_now(e, *enterprise, selection, period, outputs);
  return outputs;
}

void note_guessed(const Inputs& inputs, OutputEnds& outputs, int price_year) {
  Rational guessed = 0, all = 0;
  for (const auto& [id, quantity] : outputs.guessed) {
    guessed += quantity * price_of_year(inputs, *inputs.catalogue.find(id), price_year);
  }
  for (const auto& [id, quantity] : outputs.now) {
    all += quantity * price_of_year(inputs, *inputs.catalogue.find(id), price_year);
  }
  if (guessed == 0) return;
  outputs.notes.flags.insert("imputed");
  if (all > 0) outputs.notes.imputed_share = Rational(guessed / all * 100);
}

OutputEnds output_ends(Evaluation& e, const Selection& selection, const Period& period) {
  OutputEnds outputs;
  bool missing = false, partial = false;
  for (const auto* enterprise : selection.enterprises) {
    const auto base = e.base_outputs(*enterprise, selection, period.last_year());
    if (!base.quantities) {
      const auto* sums = e.sums_of(*enterprise, selection, e.window(period));
      if (sums != nullptr && !sums->products.empty()) outputs.notes.warn("no_base", enterprise->id);
      e.await(outputs.notes, *enterprise, selection, e.window(period));
      continue;
    }
    outputs.any_base = true;
    outputs.notes.base_sources.insert(base.source);
    outputs.notes.doubt(base.status);
    missing = !add_now(e, *enterprise, selection, period, outputs) || missing;
    partial = partial || e.days_known(*enterprise, period) < e.days_of(period);
    add(outputs.base, *base.quantities);
  }
  if (missing || partial) e.note_coverage(outputs.notes, selection, period, missing);
  return outputs;
}

Selection with_output_base(Evaluation& e, const Selection& selection, const Period& period) {
  Selection compared{{}, selection.filter, selection.all_scales};
  for (const auto* enterprise : selection.enterprises) {
    if (e.base_outputs(*enterprise, selection, period.last_year()).quantities) {
      compared.enterprises.push_back(enterprise);
    }
  }
  return compared;
}

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

std::vector<const Product*> index_products(const Inputs& inputs, const Outputs& base, const std::string& division) {
  std::vector<const Product*> products;
  for (const auto& product : inputs.catalogue.products) {
    if (!division.empty() && division_of(product.industry) != division) continue;
    if (quantity_of(base, product.id) > 0) products.push_back(&product);
  }
  return products;
}

std::vector<IndexTerm> index_terms(const Inputs& inputs, const Outputs& now, const Outputs& base, int price_year,
                                   const std::string& division) {
  std::vector<IndexTerm> terms;
  for (const auto* product : index_products(inputs, base, division)) {
    terms.push_back(
        {quantity_of(now, product->id), quantity_of(base, product->id), price_of_year(inputs, *product, price_year)});
  }
  return terms;
}

std::set<std::string> index_divisions(const Inputs& inputs, const Outputs& now, const Outputs& base) {
  std::set<std::string> divisions;
  for (const auto* outputs : {&base, &now}) {
    for (const auto& [id, quantity] : *outputs) divisions.insert(division_of(inputs.catalogue.find(id)->industry));
  }
  return divisions;
}

std::map<std::string, std::vector<IndexWeight>> index_weights(Evaluation& e, const Selection& selection) {
  const auto base_year = Period::of_year(e.inputs().catalogue.base_year);
  std::map<std::string, std::vector<IndexWeight>> weights;
  for (const auto* enterprise : selection.enterprises) {
    IndexWeight weight{enterprise, 0, enterprise->place.str()};
    const auto known = e.bases().amount(Item::value_added_current, enterprise->id, base_year, {});
    const bool stated = known.value && known.rows.front()->item == "va_cur";
    if (known.value && (stated || enterprise->weight.num == 0)) {
      weight.value = *known.value;
      weight.source = known.rows.front()->place.str();
    } else {
      weight.value = rational(enterprise->weight) * kFenPerTenThousandYuan;
    }
    weights[division_of(enterprise->industry)].push_back(std::move(weight));
  }
  return weights;
}

bool index_is_chained(Evaluation& e, const Selection& selection, const Ask& ask) {
  if (ask.id.starts_with("production_index_published")) return two_years_of_weights(e, selection, ask.period);
  return e.settings().chained;
}

}  // namespace songhua::indicators
