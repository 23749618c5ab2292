#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "indicators/evaluation.h"

// Both sides of a ratio are of the same factories, lines and days: whoever is on one side only would bend it. Figures
// and their trees take their selections from here. Inside the room only.
namespace songhua::indicators {

struct Sides {
  Selection selection;
  Notes notes;  // who is left out, and how much is covered
};
// Whoever has reported one of both feeds and not the other is left out, with the warning `told_in_part`; an estimate
// stands on both sides or on none.
Sides energy_sides(Evaluation& e, const Selection& selection, const Period& period);
Sides hour_sides(Evaluation& e, const Selection& selection, const Period& period);
// Of two levels: estimates on both sides or on none.
Sides level_sides(Evaluation& e, const Selection& selection, const Period& period, Item above, Item below);
// Of two levels at both ends: enterprises with both bases.
Selection with_both_bases(Evaluation& e, const Selection& selection, const Period& period, Item above, Item below);
// "no_base" for those that are not in `compared`, and whether they may still report.
void note_without_base(Evaluation& e, const Selection& selection, const Selection& compared, const Period& period,
                       Notes& notes);

// A register row's employees and the days of the period on which they count: those that the enterprise has told of, or
// an estimate stands for.
struct Staff {
  const Enterprise* row = nullptr;
  std::int64_t days = 0;
};
std::vector<Staff> staff_of(Evaluation& e, const Selection& selection, const Period& period);

// Lines by enterprise.
using Lines = std::set<std::pair<std::string, LineId>>;
// Lines with rows of both measures of equipment; those with one of them only are told in the notes.
Lines lines_with(Evaluation& e, const Selection& selection, const Period& period, const std::string& above,
                 const std::string& below, Notes& notes);
// Lines with rows of states; and lines with rows of failures, all where nobody has any.
Lines lines_with_times(Evaluation& e, const Selection& selection, const Period& period);
Lines lines_with_failures(Evaluation& e, const Selection& selection, const Period& period);
// Lines with rows of energy and something made.
Lines lines_with_energy(Evaluation& e, const Selection& selection, const Period& period);

// The coverage of the selection, where somebody in it has not reported.
void note_missing(Evaluation& e, const Selection& selection, const Period& period, Notes& notes);

}  // namespace songhua::indicators
