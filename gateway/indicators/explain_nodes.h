#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/figures.h"

// What trees of figures are built of. Inside the room only.
namespace songhua::indicators {

using Nodes = std::vector<Explanation>;

Explanation leaf(std::string label, const Rational& value, std::string unit = {}, std::string source = {});
// Its value is what the rule makes of the children; null with the reason of the first child that is.
Explanation computed(std::string label, std::string unit, std::string rule, Nodes children);
Explanation null_node(std::string label, Reason reason);
// The same figure once more in a tree: its value without what it is made of.
Explanation again(const Explanation& node);

std::string_view status_name(Status status);

// A rollup row: its lives, the values at the window's borders and the readings around those.
Explanation row_node(Evaluation& e, const QuantityRow& row, Window piece);

// Rows of the selection that count, by enterprise and line.
using Wanted = std::function<bool(const QuantityRow& row)>;
using RowTerm = std::function<Explanation(const QuantityRow& row, const Product* product, Window piece)>;
// What an enterprise has beside its rows: estimates.
using More = std::function<Nodes(const Enterprise& enterprise)>;
Explanation sum_of_rows(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const std::string& unit, const Wanted& wanted, const RowTerm& term, const More& more = {});
// The sum of their quantities.
Explanation quantity_of(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const Wanted& wanted);

// Good output with what is put in, as quantities; of one product where that is given.
Explanation output_node(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const std::string& product = {});

// What one enterprise adds to a level, an estimate where it has not reported and that is configured; and its base of an
// earlier period, which must be known.
Explanation enterprise_level(Evaluation& e, Item item, const Enterprise& enterprise, const Selection& selection,
                             const Period& period, bool estimates = true);
Explanation enterprise_base(Evaluation& e, Item item, const Enterprise& enterprise, const Selection& selection,
                            const Period& period);
// What is put in for the output of an enterprise: last year's quantities, each times what `factor` gives for its
// product where that is given, times the growth of those that reported.
using ProductFactor = std::function<Explanation(const Product& product)>;
Nodes output_guess_nodes(Evaluation& e, const Enterprise& enterprise, const Selection& selection, const Period& period,
                         const ProductFactor& factor = {});
// Good output of a product in an earlier period, down to the rows of base.csv or to readings.
Explanation base_output_node(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                             const Product& product, const Period& period);
std::string enterprise_label(const Enterprise& enterprise);
// Energy of a line in tce.
Explanation line_energy(Evaluation& e, const Enterprise& enterprise, const LineId& line, const Period& period);

// A level over enterprises, lines and rows, each a quantity times its price and rate; what is imputed says so.
Explanation level_node(Evaluation& e, Item item, const Selection& selection, const Period& period,
                       bool estimates = true);

// Both ends of a comparison, over the enterprises with a base.
struct EndNodes {
  Explanation now, base;
};
EndNodes end_nodes(Evaluation& e, Item item, const Selection& selection, const Period& period);
// The same of the headline growth, by the method that the settings choose.
EndNodes growth_nodes(Evaluation& e, const Selection& selection, const Period& period);
EndNodes deflated_nodes(Evaluation& e, const Selection& selection, const Period& period);

}  // namespace songhua::indicators
