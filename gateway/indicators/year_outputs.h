#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indicators/evaluation.h"

// Quantities of whole years, which weight and link the production index (indicators.md 4.4). Inside the room only.
namespace songhua::indicators {

using Outputs = std::map<std::string, Rational>;  // good output by product, base units

void add(Outputs& into, const Outputs& from);

// A part of a year: what base.csv or the own rollup has of it, or what is put in since nothing of it was reported.
struct YearPart {
  Period period;
  std::optional<OutputGuess> guess;
};
// What one enterprise made in a year.
struct YearOutput {
  std::vector<YearPart> parts;  // the year at once, else its months; none: a known zero
  Outputs quantities;
  Notes notes;
};
// None where part of the year is neither known nor estimated. Of the base year the register's weight of 0 says that
// the enterprise did not exist yet.
std::optional<YearOutput> year_output(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                      int year);

// The enterprises of which the year is known, and what they made. The others take no part in the year, on neither side
// of a ratio; they are told in the notes.
struct YearOutputs {
  Selection known;
  Outputs quantities;
  Notes notes;
};
YearOutputs year_outputs(Evaluation& e, const Selection& selection, int year);

// L of a weight year, with the quantities of that year; null where a year is missing.
struct Link {
  Value factor = Rational(100);
  int year = 0;
  YearOutputs weights;
  Notes notes;  // those of all the years that are linked
};
// The year whose prices and quantities weight an index of `year`: the base year, or the year before.
int weight_year(const Evaluation& e, int year);
Link link_for(Evaluation& e, const Selection& selection, int year);
// The enterprises of which both years are known: those that a link compares.
Selection linked_in(Evaluation& e, const Selection& selection, int year);

}  // namespace songhua::indicators
