#include "indicators/ratio_sides.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

bool told(const EnterpriseSums& sums, Feed feed) {
  return sums.told.at(static_cast<std::size_t>(feed));
}

// Of the enterprise as a whole, or of the line that is asked for.
Selection whole_lines(const Selection& selection) {
  auto whole = selection;
  whole.filter = {};
  whole.filter.line = selection.filter.line;
  return whole;
}

Sides told_of_both(Evaluation& e, const Selection& selection, const Period& period, Feed above, Feed below) {
  Sides sides{selection, {}};
  sides.selection.enterprises.clear();
  const auto whole = whole_lines(selection);
  for (const auto* enterprise : selection.enterprises) {
    const auto* sums = e.sums_of(*enterprise, whole, e.window(period));
    const bool both = sums == nullptr || told(*sums, above) == told(*sums, below);
    if (both) {
      sides.selection.enterprises.push_back(enterprise);
    } else {
      sides.notes.warn("told_in_part", enterprise->id);
    }
  }
  note_missing(e, sides.selection, period, sides.notes);
  return sides;
}

std::vector<Period> parts_of(const std::vector<Guess>& guesses) {
  std::vector<Period> parts;
  parts.reserve(guesses.size());
  for (const auto& guess : guesses) parts.push_back(guess.period);
  return parts;
}

void estimate_both_or_none(Evaluation& e, Selection& selection, const Period& period, Item above, Item below) {
  for (const auto* enterprise : selection.enterprises) {
    const auto parts = [&](Item item) { return parts_of(e.guesses(item, *enterprise, selection, period)); };
    if (parts(above) != parts(below)) selection.unestimated.insert(enterprise->id);
  }
}

// Lines of the selection of which something holds.
template <typename Holds>
Lines lines_where(Evaluation& e, const Selection& selection, const Period& period, const Holds& holds) {
  Lines lines;
  for (const auto* enterprise : selection.enterprises) {
    const auto* sums = e.sums_of(*enterprise, selection, e.window(period));
    if (sums == nullptr) continue;
    for (const auto& [line, kpis] : sums->kpis) {
      if (holds(line, kpis, *sums)) lines.emplace(enterprise->id, line);
    }
  }
  return lines;
}

}  // namespace

void note_missing(Evaluation& e, const Selection& selection, const Period& period, Notes& notes) {
  Notes own;
  for (const auto* enterprise : selection.enterprises) e.await(own, *enterprise, selection, e.window(period));
  if (own.warnings.contains("not_reporting")) e.note_coverage(notes, selection, period, true);
}

Sides energy_sides(Evaluation& e, const Selection& selection, const Period& period) {
  auto sides = told_of_both(e, selection, period, Feed::energy, Feed::output);
  estimate_both_or_none(e, sides.selection, period, Item::energy_tce, Item::value_added_comparable);
  return sides;
}

Sides hour_sides(Evaluation& e, const Selection& selection, const Period& period) {
  return told_of_both(e, selection, period, Feed::labour, Feed::output);
}

Sides level_sides(Evaluation& e, const Selection& selection, const Period& period, Item above, Item below) {
  Sides sides{selection, {}};
  estimate_both_or_none(e, sides.selection, period, above, below);
  note_missing(e, selection, period, sides.notes);
  return sides;
}

Selection with_both_bases(Evaluation& e, const Selection& selection, const Period& period, Item above, Item below) {
  auto both = selection;
  std::erase_if(both.enterprises, [&](const Enterprise* enterprise) {
    const auto known = [&](Item item) {
      return e.base_of(item, *enterprise, selection, period.last_year()).value.has_value();
    };
    return !known(above) || !known(below);
  });
  estimate_both_or_none(e, both, period, above, below);
  return both;
}

void note_without_base(Evaluation& e, const Selection& selection, const Selection& compared, const Period& period,
                       Notes& notes) {
  for (const auto* enterprise : selection.enterprises) {
    if (std::ranges::find(compared.enterprises, enterprise) != compared.enterprises.end()) continue;
    notes.warn("no_base", enterprise->id);
    e.await(notes, *enterprise, selection, e.window(period));
  }
}

std::vector<Staff> staff_of(Evaluation& e, const Selection& selection, const Period& period) {
  std::vector<Staff> staff;
  for (const auto* selected : selection.enterprises) {
    const auto told = e.days_told(selected->id, {}, {}, period);
    std::set<Day> days(told.begin(), told.end());
    for (const auto& guess : e.guesses(Item::value_added_current, *selected, selection, period)) {
      const auto last = e.last_day(guess.period);
      for (auto day = e.inputs().day_of(e.window(guess.period).start); day <= last; day += std::chrono::days{1}) {
        days.insert(day);
      }
    }
    for (const auto& row : e.inputs().reg.enterprises()) {
      if (row.id != selected->id) continue;
      const auto held = std::ranges::count_if(days, [&](Day day) { return row.validity.holds(day); });
      if (held > 0) staff.push_back({&row, held});
    }
  }
  return staff;
}

Lines lines_with(Evaluation& e, const Selection& selection, const Period& period, const std::string& above,
                 const std::string& below, Notes& notes) {
  return lines_where(e, selection, period, [&](const LineId& line, const LineKpis& kpis, const EnterpriseSums&) {
    const bool first = kpis.equipment.contains(above), second = kpis.equipment.contains(below);
    if (first != second) notes.warn("told_in_part", line);
    return first && second;
  });
}

Lines lines_with_times(Evaluation& e, const Selection& selection, const Period& period) {
  return lines_where(e, selection, period,
                     [](const LineId&, const LineKpis& kpis, const EnterpriseSums&) { return kpis.times; });
}

Lines lines_with_failures(Evaluation& e, const Selection& selection, const Period& period) {
  auto lines = lines_where(e, selection, period, [](const LineId&, const LineKpis& kpis, const EnterpriseSums&) {
    return kpis.failures && kpis.times;
  });
  return lines.empty() ? lines_with_times(e, selection, period) : lines;
}

Lines lines_with_energy(Evaluation& e, const Selection& selection, const Period& period) {
  return lines_where(e, selection, period, [](const LineId& line, const LineKpis&, const EnterpriseSums& sums) {
    const auto own = sums.lines.find(line);
    if (own == sums.lines.end() || !own->second.metered) return false;
    return std::ranges::any_of(own->second.products, [](const auto& made) { return made.second.cycle_all != 0; });
  });
}

}  // namespace songhua::indicators
