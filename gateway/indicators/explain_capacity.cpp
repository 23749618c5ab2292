#include "indicators/capacity_parts.h"
#include "indicators/explain_trees.h"

// The tree of capacity utilisation (indicators.md 5.1).
namespace songhua::indicators {
namespace {

class CapacityTree {
 public:
  CapacityTree(Evaluation& e, const Ask& ask) : e_(e), ask_(ask), selection_(e.select(ask.scope, ask.period)) {}

  Tree of() {
    Nodes outputs, capacities;
    for (const auto* enterprise : selection_.enterprises) {
      for (const auto& line : capacity_lines(e_, *enterprise, selection_, ask_.period).told) {
        auto output = made(*enterprise, line, "good output at comparable prices", true);
        capacities.push_back(capacity(*enterprise, line, output));
        outputs.push_back(std::move(output));
      }
    }
    return {"percent",
            {computed("output at comparable prices", "fen", "sum", std::move(outputs)),
             computed("sustainable capacity", "fen", "sum", std::move(capacities))}};
  }

 private:
  // The good output of a line in fen, or in hours at capacity.
  Explanation made(const Enterprise& enterprise, const CapacityLine& line, const std::string& label, bool in_fen) {
    const auto own = selection_.of(enterprise);
    const std::string unit = in_fen ? "fen" : "h";
    const auto term = [&](const QuantityRow& row, const Product* product, Window piece) {
      const auto capacity = line.capacities.find(product->id);
      if (capacity == line.capacities.end()) return leaf(product->id + ", without a capacity", 0, unit);
      const auto priced = e_.rollups().priced(row.enterprise, row.line, *product, e_.inputs().day_of(piece.start));
      const auto place = product->place.str();
      auto factor = in_fen ? leaf("comparable price", rational(*priced.fields.comparable_price), "fen", place)
                           : leaf("capacity per hour", capacity->second, product->unit + " / h", place);
      return computed(product->id, unit, in_fen ? "product" : "quotient",
                      {row_node(e_, row, piece), std::move(factor)});
    };
    const auto wanted = [&](const QuantityRow& row) {
      return row.key.measure == "output.good" && row.line == line.line;
    };
    return sum_of_rows(e_, own, ask_.period, label + " of " + line.line, unit, wanted, term);
  }

  // C_l = value made per hour at capacity * H_l; of a standing line the value that its first product would have.
  Explanation capacity(const Enterprise& enterprise, const CapacityLine& line, const Explanation& output) {
    auto hours = made(enterprise, line, "hours at capacity", false);
    const auto taken = parse_exact(hours.value);
    const auto& first = line.terms.front();
    auto per_hour =
        taken && *taken > 0
            ? computed("value per hour", "fen", "quotient", {again(output), std::move(hours)})
            : computed("value per hour", "fen", "product",
                       {leaf("capacity per hour", first.capacity_per_hour, line.product->unit + " / h",
                             line.product->place.str()),
                        leaf("comparable price", first.comparable_price, "fen", line.product->place.str())});
    Nodes normal;
    for (const auto& part : line.normal) {
      normal.push_back(computed("normal hours", "h", "product",
                                {leaf("days", part.days, "d"),
                                 leaf("normal hours a day", part.hours_a_day, "h", line.product->place.str())}));
    }
    return computed("capacity of " + enterprise.id + " " + line.line, "fen", "product",
                    {std::move(per_hour), computed("normal hours", "h", "sum", std::move(normal))});
  }

  Evaluation& e_;
  const Ask& ask_;
  Selection selection_;
};

}  // namespace

Tree capacity_tree(Evaluation& e, const Ask& ask) {
  return CapacityTree(e, ask).of();
}

}  // namespace songhua::indicators
