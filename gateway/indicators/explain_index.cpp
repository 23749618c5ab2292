#include "indicators/explain_trees.h"
#include "indicators/index_parts.h"

// Trees of the production index and of its link factors (indicators.md 4.4).
namespace songhua::indicators {
namespace {

Period whole_year(int year) {
  Period period;
  period.year = year;
  return period;
}

// One period's index of a selection. `compared` are the enterprises whose quantities count in the period.
class IndexTree {
 public:
  IndexTree(Evaluation& e, const Selection& selection, Selection compared, const Period& period, bool from_base)
      : e_(e), selection_(selection), compared_(std::move(compared)), period_(period), from_base_(from_base) {}

  Explanation fixed(const Outputs& now) {
    Notes notes;
    const int base_year = e_.inputs().catalogue.base_year;
    const auto base = year_outputs(e_, selection_, base_year, notes);
    const auto weights = index_weights(e_, selection_);
    const auto divisions = index_divisions(e_.inputs(), now, base);
    Nodes weighted, all_weights;
    for (const auto& division : divisions) {
      if (index_products(e_.inputs(), base, division).empty()) continue;  // has no index, its weight is dropped
      auto weight = divisions.size() == 1 ? number("weight of the only industry", 1) : weight_node(weights, division);
      all_weights.push_back(again(weight));
      auto index = computed("index of " + division, "index", "percent",
                            {output_at(base, base_year, division), base_output(base, base_year, base_year, division)});
      weighted.push_back(
          computed("weighted index of " + division, "", "product", {std::move(weight), std::move(index)}));
    }
    if (weighted.empty()) return null_node("index " + period_.name(), Reason::no_base);
    return computed("index " + period_.name(), "index", "quotient",
                    {computed("sum w_i I_i", "", "sum", std::move(weighted)),
                     computed("sum w_i", "", "sum", std::move(all_weights))});
  }

  Explanation chained() {
    const auto link = link_for(e_, selection_, period_.year);
    if (index_products(e_.inputs(), link.weights, "").empty() || !link.factor.known()) {
      return null_node("index " + period_.name(), Reason::no_base);
    }
    auto volume =
        computed("volume at prices of " + std::to_string(link.year), "", "quotient",
                 {output_at(link.weights, link.year, ""), base_output(link.weights, link.year, link.year, "")});
    return computed("index " + period_.name(), "index", "product", {link_node(link.year), std::move(volume)});
  }

  // L_Y, year by year from 100.
  Explanation link_node(int year) {
    const int base_year = e_.inputs().catalogue.base_year;
    const auto label = "link factor of " + std::to_string(year);
    if (year <= base_year) return leaf(label, 100, "index");
    Notes notes;
    const auto weights = year_outputs(e_, selection_, year - 1, notes);
    if (index_products(e_.inputs(), weights, "").empty()) return null_node(label, Reason::no_base);
    auto rise = computed("volume of " + std::to_string(year) + " at prices of " + std::to_string(year - 1), "",
                         "quotient", {year_value(weights, year, year - 1), year_value(weights, year - 1, year - 1)});
    return computed(label, "index", "product", {link_node(year - 1), std::move(rise)});
  }

 private:
  // sum p q over the products of the weights, in the period.
  Explanation output_at(const Outputs& weights, int price_year, const std::string& division) {
    Nodes terms;
    for (const auto* product : index_products(e_.inputs(), weights, division)) {
      terms.push_back(valued(*product, price_year, quantity_now(*product)));
    }
    return computed("output of " + period_.name(), "fen", "sum", std::move(terms));
  }

  // sum p Q * m/12
  Explanation base_output(const Outputs& weights, int year, int price_year, const std::string& division) {
    return computed("mean output of " + std::to_string(year) + " for so long", "fen", "product",
                    {year_value(weights, year, price_year, division),
                     number("share of the year", Rational(months_of(period_) / 12))});
  }

  // sum p Q of a year, of the products that the weights have.
  Explanation year_value(const Outputs& weights, int year, int price_year, const std::string& division = {}) {
    Nodes terms;
    for (const auto* product : index_products(e_.inputs(), weights, division)) {
      terms.push_back(valued(*product, price_year, quantity_of_year(*product, year)));
    }
    return computed("output of " + std::to_string(year), "fen", "sum", std::move(terms));
  }

  Explanation valued(const Product& product, int price_year, Explanation quantity) {
    return computed(
        product.id, "fen", "product",
        {std::move(quantity), leaf("price of " + std::to_string(price_year),
                                   price_of_year(e_.inputs(), product, price_year), "fen", product.place.str())});
  }

  Explanation quantity_now(const Product& product) {
    if (from_base_) return bases(product, compared_, period_);
    auto node = output_node(e_, compared_, period_, product.id, product.id);
    node.unit = product.unit;
    return node;
  }

  Explanation quantity_of_year(const Product& product, int year) {
    return bases(product, selection_, whole_year(year));
  }

  // Good output of an earlier period, of base.csv or of the rollups.
  Explanation bases(const Product& product, const Selection& selection, const Period& period) {
    Nodes parts;
    for (const auto* enterprise : selection.enterprises) {
      const auto known = e_.base_outputs(*enterprise, selection, period);
      if (!known.quantities) continue;
      if (!known.quantities->contains(product.id)) continue;
      parts.push_back(base_output_node(e_, *enterprise, selection, product, period));
    }
    return computed("output.good " + product.id + " " + period.name(), product.unit, "sum", std::move(parts));
  }

  static Explanation weight_node(const std::map<std::string, std::vector<IndexWeight>>& weights,
                                 const std::string& division) {
    Nodes parts;
    if (const auto found = weights.find(division); found != weights.end()) {
      for (const auto& weight : found->second) {
        parts.push_back(leaf(enterprise_label(*weight.enterprise), weight.value, "fen", weight.source));
      }
    }
    return computed("weight of " + division, "fen", "sum", std::move(parts));
  }

  Evaluation& e_;
  const Selection& selection_;
  Selection compared_;
  Period period_;
  bool from_base_;  // quantities of the period are bases, of a year ago
};

}  // namespace

Tree index_tree(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period, true);
  if (ask.id == "production_index_link") {
    auto node = IndexTree(e, selection, selection, ask.period, false).link_node(weight_year(e, ask.period.year));
    if (node.rule.empty()) return {"sum", {std::move(node)}};
    return {node.rule, std::move(node.children)};
  }
  const bool chain = index_is_chained(e, selection, ask);
  if (!ask.id.ends_with("_growth")) {
    const auto outputs = output_levels(e, selection, ask.period);
    IndexTree tree(e, selection, selection, ask.period, false);
    return {"sum", {chain ? tree.chained() : tree.fixed(outputs.now)}};
  }
  const auto outputs = output_ends(e, selection, ask.period);
  const auto compared = with_output_base(e, selection, ask.period);
  IndexTree now(e, selection, compared, ask.period, false);
  IndexTree base(e, selection, compared, ask.period.last_year(), true);
  return {"growth",
          {chain ? now.chained() : now.fixed(outputs.now), chain ? base.chained() : base.fixed(outputs.base)}};
}

}  // namespace songhua::indicators
