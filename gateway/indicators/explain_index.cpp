#include "indicators/explain_trees.h"
#include "indicators/index_parts.h"

// Trees of the production index and of its link factors (indicators.md 4.4).
namespace songhua::indicators {
namespace {

Period next_year(Period period) {
  ++period.year;
  return period;
}

// What a tree is of: a level, or an end of a growth.
enum class IndexEnd { level, now, base };

// One period's index of a selection.
class IndexTree {
 public:
  IndexTree(Evaluation& e, const Selection& selection, const Period& period, bool chain, IndexEnd end)
      : e_(e),
        selection_(selection),
        link_(link_for(e, selection, chain ? period.year : e.inputs().catalogue.base_year)),
        compared_(end == IndexEnd::level
                      ? link_.weights.known
                      : with_output_base(e, link_.weights.known, end == IndexEnd::now ? period : next_year(period))),
        period_(period),
        chain_(chain),
        from_base_(end == IndexEnd::base) {}

  Explanation index() { return chain_ ? chained() : fixed(); }

  // L_Y, year by year from 100.
  Explanation link_node(int year) {
    const int base_year = e_.inputs().catalogue.base_year;
    const auto label = "link factor of " + std::to_string(year);
    if (year <= base_year) return leaf(label, 100, "index");
    const auto linked = linked_in(e_, selection_, year);
    const auto weights = year_outputs(e_, linked, year - 1).quantities;
    if (index_products(e_.inputs(), weights, "").empty()) return null_node(label, Reason::no_base);
    auto rise =
        computed("volume of " + std::to_string(year) + " at prices of " + std::to_string(year - 1), "", "quotient",
                 {year_value(linked, weights, year, year - 1), year_value(linked, weights, year - 1, year - 1)});
    return computed(label, "index", "product", {link_node(year - 1), std::move(rise)});
  }

 private:
  Explanation fixed() {
    const auto& base = link_.weights.quantities;
    const auto outputs = from_base_ ? output_ends(e_, link_.weights.known, next_year(period_)).base
                                    : output_levels(e_, compared_, period_).now;
    const auto weights = index_weights(e_, selection_);
    const auto divisions = index_divisions(e_.inputs(), outputs, base);
    Nodes weighted, all_weights;
    for (const auto& division : divisions) {
      if (index_products(e_.inputs(), base, division).empty()) continue;  // has no index, its weight is dropped
      auto weight = divisions.size() == 1 ? number("weight of the only industry", 1) : weight_node(weights, division);
      all_weights.push_back(again(weight));
      auto index = computed("index of " + division, "index", "percent", {output_at(division), base_output(division)});
      weighted.push_back(
          computed("weighted index of " + division, "", "product", {std::move(weight), std::move(index)}));
    }
    if (weighted.empty()) return null_node("index " + period_.name(), Reason::no_base);
    return computed("index " + period_.name(), "index", "quotient",
                    {computed("sum w_i I_i", "", "sum", std::move(weighted)),
                     computed("sum w_i", "", "sum", std::move(all_weights))});
  }

  Explanation chained() {
    if (index_products(e_.inputs(), link_.weights.quantities, "").empty() || !link_.factor.known()) {
      return null_node("index " + period_.name(), Reason::no_base);
    }
    auto volume =
        computed("volume at prices of " + std::to_string(link_.year), "", "quotient", {output_at(""), base_output("")});
    return computed("index " + period_.name(), "index", "product", {link_node(link_.year), std::move(volume)});
  }

  // sum p q over the products of the weights, in the period.
  Explanation output_at(const std::string& division) {
    Nodes terms;
    for (const auto* product : index_products(e_.inputs(), link_.weights.quantities, division)) {
      terms.push_back(valued(*product, link_.year, quantity_now(*product)));
    }
    return computed("output of " + period_.name(), "fen", "sum", std::move(terms));
  }

  // sum p Q * m/12
  Explanation base_output(const std::string& division) {
    return computed("mean output of " + std::to_string(link_.year) + " for so long", "fen", "product",
                    {year_value(link_.weights.known, link_.weights.quantities, link_.year, link_.year, division),
                     number("share of the year", Rational(months_of(period_) / 12))});
  }

  // sum p Q of a year, of the products that the weights have.
  Explanation year_value(const Selection& known, const Outputs& weights, int year, int price_year,
                         const std::string& division = {}) {
    Nodes terms;
    for (const auto* product : index_products(e_.inputs(), weights, division)) {
      terms.push_back(valued(*product, price_year, quantity_of_year(*product, known, year)));
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
    if (from_base_) return bases(product);
    auto node = output_node(e_, compared_, period_, product.id, product.id);
    node.unit = product.unit;
    return node;
  }

  // Of last year's same period: of base.csv or of the rollups.
  Explanation bases(const Product& product) {
    Nodes parts;
    for (const auto* enterprise : compared_.enterprises) {
      add_known(*enterprise, product, period_, parts);
    }
    return computed(label(product, period_), product.unit, "sum", std::move(parts));
  }

  // Of a whole year: the same, with what is put in for months of which nothing was reported.
  Explanation quantity_of_year(const Product& product, const Selection& known, int year) {
    auto own = selection_;
    own.filter.product = product.id;
    Nodes parts;
    for (const auto* enterprise : known.enterprises) {
      const auto output = year_output(e_, *enterprise, selection_, year);
      for (const auto& part : output ? output->parts : std::vector<YearPart>{}) {
        if (!part.guess) {
          add_known(*enterprise, product, part.period, parts);
          continue;
        }
        for (auto& node : output_guess_nodes(e_, *enterprise, own, part.period)) parts.push_back(std::move(node));
      }
    }
    return computed(label(product, Period::of_year(year)), product.unit, "sum", std::move(parts));
  }

  void add_known(const Enterprise& enterprise, const Product& product, const Period& period, Nodes& parts) {
    const auto known = e_.base_outputs(enterprise, selection_, period);
    if (!known.quantities || !known.quantities->contains(product.id)) return;
    parts.push_back(base_output_node(e_, enterprise, selection_, product, period));
  }

  static std::string label(const Product& product, const Period& period) {
    return "output.good " + product.id + " " + period.name();
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
  Link link_;           // with fixed weights: of the base year
  Selection compared_;  // whose quantities count in the period
  Period period_;
  bool chain_;
  bool from_base_;  // quantities of the period are bases, of a year ago
};

}  // namespace

Tree index_tree(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period, true);
  if (ask.id == "production_index_link") {
    auto node = IndexTree(e, selection, ask.period, true, IndexEnd::level).link_node(weight_year(e, ask.period.year));
    if (node.rule.empty()) return {"sum", {std::move(node)}};
    return {node.rule, std::move(node.children)};
  }
  const bool chain = index_is_chained(e, selection, ask);
  if (!ask.id.ends_with("_growth"))
    return {"sum", {IndexTree(e, selection, ask.period, chain, IndexEnd::level).index()}};
  return {"growth",
          {IndexTree(e, selection, ask.period, chain, IndexEnd::now).index(),
           IndexTree(e, selection, ask.period.last_year(), chain, IndexEnd::base).index()}};
}

}  // namespace songhua::indicators
