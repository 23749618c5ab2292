#include <algorithm>

#include "indicators/index_parts.h"

// The production index and its link factor (indicators.md 4.4).
namespace songhua::indicators {
namespace {

struct IndexNow {
  Value value = Reason::no_base;
  Notes notes;
};

Rational sum_of(const std::map<std::string, std::vector<IndexWeight>>& weights, const std::string& division) {
  Rational sum = 0;
  if (const auto found = weights.find(division); found != weights.end()) {
    for (const auto& weight : found->second) sum += weight.value;
  }
  return sum;
}

// The enterprises that an index compares: those of which the year of its weights is known. Of the others nothing is in
// the period, either: a plant on one side only would be taken for growth.
struct Weights {
  Link link;  // fixed weights: of the base year
  bool chained = false;
};
Weights weights_for(Evaluation& e, const Selection& selection, int year, bool chain) {
  return {link_for(e, selection, chain ? year : e.inputs().catalogue.base_year), chain};
}

// Fixed weights: products to industries, industries to the total.
IndexNow fixed_index(Evaluation& e, const Selection& selection, const Link& link, const Outputs& now,
                     const Period& period) {
  IndexNow index{Reason::no_base, link.notes};
  const auto& base = link.weights.quantities;
  const auto weights = index_weights(e, selection);
  const auto divisions = index_divisions(e.inputs(), now, base);
  std::vector<WeightedIndex> industries;
  for (const auto& division : divisions) {
    const auto own = industry_index(index_terms(e.inputs(), now, base, link.year, division), months_of(period));
    if (!own.known()) index.notes.warn("industry_without_index", division);
    // One industry is its own index, whatever its weight.
    industries.push_back({own, divisions.size() == 1 ? Rational(1) : sum_of(weights, division)});
  }
  index.value = total_index(industries).index;
  return index;
}

// Chained: all products of the scope together, linked year by year.
IndexNow index_of(Evaluation& e, const Selection& selection, const Weights& weights, const Outputs& now,
                  const Period& period) {
  const auto& link = weights.link;
  if (!weights.chained) return fixed_index(e, selection, link, now, period);
  const auto terms = index_terms(e.inputs(), now, link.weights.quantities, link.year, "");
  return {chained_index(link.factor, terms, months_of(period)), link.notes};
}

// The notes of an index: those of its outputs, of its weights, and the lesser coverage of both. Whoever takes no part
// since a year is not known is waited for, too: what they send may make it known.
Notes notes_of(Evaluation& e, const Selection& selection, const Weights& weights, const Period& period,
               const Notes& outputs, const Notes& index) {
  auto notes = outputs;
  notes.merge(index);
  if (index.coverage && *index.coverage < *notes.coverage) notes.coverage = index.coverage;
  const auto& known = weights.link.weights.known.enterprises;
  for (const auto* enterprise : selection.enterprises) {
    if (std::ranges::find(known, enterprise) == known.end()) e.await(notes, *enterprise, selection, e.window(period));
  }
  return notes;
}

}  // namespace

Figure index_figure(Evaluation& e, const Ask& ask) {
  Figure figure;
  const auto selection = e.select(ask.scope, ask.period, true);
  const bool chain = index_is_chained(e, selection, ask);
  figure.index = chain ? "chained" : "fixed";
  figure.base = std::to_string(e.inputs().catalogue.base_year);
  figure.formula = chain ? "I_t = L_{Y-1} * sum p_{Y-1} q_t / (sum p_{Y-1} Q_{Y-1} * m/12)"
                         : "I_t = sum w_i I_i,t / sum w_i, I_i,t = 100 * sum p_0 q_t / (sum p_0 Q_0 * m/12)";
  const bool change = ask.id.ends_with("_growth");
  if (change) figure.formula = "(I_t / I_{t-12} - 1) * 100, " + figure.formula;
  if (change && jan_feb_alone(ask.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  const auto weights = weights_for(e, selection, ask.period.year, chain);
  if (!change) {
    auto outputs = output_levels(e, weights.link.weights.known, ask.period);
    note_guessed(e.inputs(), outputs, weights.link.year);
    const auto index = index_of(e, selection, weights, outputs.now, ask.period);
    figure.notes = notes_of(e, selection, weights, ask.period, outputs.notes, index.notes);
    figure.value = index.value;
    return figure;
  }
  auto outputs = output_ends(e, weights.link.weights.known, ask.period);
  note_guessed(e.inputs(), outputs, weights.link.year);
  const auto now = index_of(e, selection, weights, outputs.now, ask.period);
  figure.notes = notes_of(e, selection, weights, ask.period, outputs.notes, now.notes);
  const auto before = weights_for(e, selection, ask.period.year - 1, chain);
  const auto bases = output_ends(e, before.link.weights.known, ask.period).base;
  const auto base = index_of(e, selection, before, bases, ask.period.last_year());
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
  figure.base = std::to_string(link.year);
  figure.formula = "L_Y = L_{Y-1} * sum p_{Y-1} Q_Y / sum p_{Y-1} Q_{Y-1}";
  return figure;
}

}  // namespace songhua::indicators
