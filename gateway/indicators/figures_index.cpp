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

// Fixed weights: products to industries, industries to the total.
IndexNow fixed_index(Evaluation& e, const Selection& selection, const Outputs& now, const Period& period) {
  IndexNow index;
  const int base_year = e.inputs().catalogue.base_year;
  const auto base = year_outputs(e, selection, base_year, index.notes);
  const auto weights = index_weights(e, selection);
  const auto divisions = index_divisions(e.inputs(), now, base);
  std::vector<WeightedIndex> industries;
  for (const auto& division : divisions) {
    const auto own = industry_index(index_terms(e.inputs(), now, base, base_year, division), months_of(period));
    if (!own.known()) index.notes.warn("industry_without_index", division);
    // One industry is its own index, whatever its weight.
    industries.push_back({own, divisions.size() == 1 ? Rational(1) : sum_of(weights, division)});
  }
  index.value = total_index(industries).index;
  return index;
}

// Chained: all products of the scope together, linked year by year.
IndexNow chained(Evaluation& e, const Selection& selection, const Outputs& now, const Period& period) {
  const auto link = link_for(e, selection, period.year);
  const auto terms = index_terms(e.inputs(), now, link.weights, link.year, "");
  return {chained_index(link.factor, terms, months_of(period)), link.notes};
}

IndexNow index_of(Evaluation& e, const Selection& selection, const Outputs& now, const Period& period, bool chain) {
  return chain ? chained(e, selection, now, period) : fixed_index(e, selection, now, period);
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
  const int price_year = chain ? weight_year(e, ask.period.year) : e.inputs().catalogue.base_year;
  const bool change = ask.id.ends_with("_growth");
  if (change) figure.formula = "(I_t / I_{t-12} - 1) * 100, " + figure.formula;
  if (change && jan_feb_alone(ask.period)) {
    figure.value = Reason::jan_feb_combined;
    return figure;
  }
  if (!change) {
    auto outputs = output_levels(e, selection, ask.period);
    note_guessed(e.inputs(), outputs, price_year);
    const auto index = index_of(e, selection, outputs.now, ask.period, chain);
    figure.notes = outputs.notes;
    figure.notes.merge(index.notes);
    figure.value = index.value;
    return figure;
  }
  auto outputs = output_ends(e, selection, ask.period);
  note_guessed(e.inputs(), outputs, price_year);
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
  figure.base = std::to_string(link.year);
  figure.formula = "L_Y = L_{Y-1} * sum p_{Y-1} Q_Y / sum p_{Y-1} Q_{Y-1}";
  return figure;
}

}  // namespace songhua::indicators
