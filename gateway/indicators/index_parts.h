#pragma once

#include <map>
#include <string>
#include <vector>

#include "indicators/figures.h"
#include "indicators/production_index.h"
#include "indicators/year_outputs.h"

// What the production index is made of (indicators.md 4.4): quantities of years, prices, weights, links. Inside the
// room only; figures compute from it, explanations show it.
namespace songhua::indicators {

// Good output of the selection: in the period, and at both ends of a comparison, over the enterprises with a base.
struct OutputEnds {
  Outputs now, base;
  Outputs guessed;  // what of `now` is put in for enterprises that have not reported
  bool any_base = false;
  Notes notes;
};
OutputEnds output_levels(Evaluation& e, const Selection& selection, const Period& period);
OutputEnds output_ends(Evaluation& e, const Selection& selection, const Period& period);
// What was reported alone: for ratios to what is not estimated, like energy of a product.
OutputEnds reported_outputs(Evaluation& e, const Selection& selection, const Period& period);
// "imputed", with the share in the value of all at prices of a year; nothing where nothing is put in.
void note_guessed(const Inputs& inputs, OutputEnds& outputs, int price_year);
// The enterprises that output_ends() compares.
Selection with_output_base(Evaluation& e, const Selection& selection, const Period& period);

// p_{p,Y}: the comparable price in the base year, else the year's mean of the current price by days.
Rational price_of_year(const Inputs& inputs, const Product& product, int year);
// Products of the division ("" for all) with a base quantity, in the order of the catalogue.
std::vector<const Product*> index_products(const Inputs& inputs, const Outputs& base, const std::string& division);
std::vector<IndexTerm> index_terms(const Inputs& inputs, const Outputs& now, const Outputs& base, int price_year,
                                   const std::string& division);
// Divisions of the products of the base year and of the period.
std::set<std::string> index_divisions(const Inputs& inputs, const Outputs& now, const Outputs& base);

// w_i: base-year value added at current prices: the row of base.csv, else the register's weight, else what base.csv's
// outputs of that year make (they may be of the main products only, so they come last).
struct IndexWeight {
  const Enterprise* enterprise = nullptr;
  Rational value;  // fen
  std::string source;
};
std::map<std::string, std::vector<IndexWeight>> index_weights(Evaluation& e, const Selection& selection);

// Is the index of that id chained? What is published is, as soon as two years of weights exist.
bool index_is_chained(Evaluation& e, const Selection& selection, const Ask& ask);

}  // namespace songhua::indicators
