#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "indicators/evaluation.h"

// One function per family of the vocabulary: a figure's value with its notes, from an evaluation. Inside the room only.
namespace songhua::indicators {

struct Figure {
  Value value = Reason::no_base;  // in the row's unit
  Notes notes;
  std::string unit;  // where the product decides
  std::optional<int> decimals;
  std::string method;
  std::string index;
  std::string base;
  std::string period;             // where it is not the request's
  std::string formula;            // for explanations
  std::optional<Rational> shown;  // what is printed where it is not the value, rounded
};

// What a figure is asked for.
struct Ask {
  std::string id;
  Scope scope;
  Scope whole;  // the total of which a part contributes
  Period period;
};

// Mean over the days of the period of the employees that the register gives, of whom something is told or estimated.
Rational average_employees(Evaluation& e, const Selection& selection, const Period& period);

Figure level_figure(Evaluation& e, const Ask& ask);
Figure sales_figure(Evaluation& e, const Ask& ask);
Figure growth_figure(Evaluation& e, const Ask& ask);
Figure index_figure(Evaluation& e, const Ask& ask);
Figure link_figure(Evaluation& e, const Ask& ask);
Figure capacity_figure(Evaluation& e, const Ask& ask);
Figure energy_figure(Evaluation& e, const Ask& ask);
Figure labour_figure(Evaluation& e, const Ask& ask);
Figure digital_figure(Evaluation& e, const Ask& ask);
Figure share_figure(Evaluation& e, const Ask& ask);
Figure quality_figure(Evaluation& e, const Ask& ask);
Figure count_figure(Evaluation& e, const Ask& ask);
Figure bulletin_figure(Evaluation& e, const Ask& ask);
Figure product_figure(Evaluation& e, const Ask& ask);
// All KPIs of a scope at once, by id; all target figures with the path as target.path of twelve periods.
std::map<std::string, Figure> kpi_figures(Evaluation& e, const Ask& ask);
std::vector<std::pair<std::string, Figure>> target_figures(Evaluation& e, const Ask& ask);

inline const Rational kFenPerTenThousandYuan = 1'000'000;
// A level in fen as CNY 10k.
inline Value ten_thousand_yuan(const Value& fen) {
  return fen.known() ? Value(Rational(*fen / kFenPerTenThousandYuan)) : fen;
}

}  // namespace songhua::indicators
