#pragma once

#include "indicators/explain_nodes.h"

// Trees of whole figures, one function per family that has a file of its own. Inside the room only.
namespace songhua::indicators {

// How a figure follows from its children; without a rule they only say what went into it.
struct Tree {
  std::string rule;
  Nodes children;
};

inline Explanation number(std::string label, const Rational& value) {
  return leaf(std::move(label), value, "1");
}

Tree index_tree(Evaluation& e, const Ask& ask);
Tree target_tree(Evaluation& e, const Ask& ask, const IndicatorRow& row);
Tree capacity_tree(Evaluation& e, const Ask& ask);
Tree kpi_tree(Evaluation& e, const Ask& ask);

// Sums of PRI * q over the rows that are wanted, PRI = 3,600,000 ms / capacity.
Explanation cycles_node(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const Wanted& wanted);

}  // namespace songhua::indicators
