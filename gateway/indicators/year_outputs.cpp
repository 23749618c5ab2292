#include "indicators/year_outputs.h"

#include <algorithm>

#include "indicators/index_parts.h"

namespace songhua::indicators {
namespace {

// A part of the year that is known at once, or that nothing is reported of and an estimate stands for. Only base.csv
// may know months together that it does not know one by one.
std::optional<YearPart> part_of(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                const Period& period, bool run, YearOutput& into) {
  const auto known =
      run ? e.bases().outputs(enterprise.id, period, selection.filter) : e.base_outputs(enterprise, selection, period);
  if (known.quantities) {
    add(into.quantities, *known.quantities);
    into.notes.base_sources.insert(known.source);
    into.notes.doubt(known.status);
    return YearPart{period, std::nullopt};
  }
  const auto guesses = e.output_guesses(enterprise, selection, period);
  if (guesses.size() != 1 || guesses.front().period != period) return std::nullopt;
  add(into.quantities, guesses.front().quantities);
  into.notes.flags.insert("imputed");
  into.notes.doubt(Status::preliminary);
  return YearPart{period, guesses.front()};
}

bool is_new(Evaluation& e, const Enterprise& enterprise, int year) {
  return year == e.inputs().catalogue.base_year && enterprise.weight.num == 0 &&
         !e.bases().amount(Item::value_added_current, enterprise.id, Period::of_year(year), {}).value;
}

// Of base-year value added: the weight of those that take part in an index, where it is not all.
void note_weight(Evaluation& e, const Selection& selection, const Selection& known, Notes& notes) {
  Rational all = 0, part = 0;
  for (const auto& [division, weights] : index_weights(e, selection)) {
    for (const auto& weight : weights) {
      all += weight.value;
      const bool in = std::ranges::find(known.enterprises, weight.enterprise) != known.enterprises.end();
      if (in) part += weight.value;
    }
  }
  if (all <= 0 || part >= all) return;
  const Rational covered = part / all * 100;
  if (!notes.coverage || covered < *notes.coverage) notes.coverage = covered;
}

}  // namespace

void add(Outputs& into, const Outputs& from) {
  for (const auto& [product, quantity] : from) into[product] += quantity;
}

std::optional<YearOutput> year_output(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                      int year) {
  YearOutput output;
  if (auto all = part_of(e, enterprise, selection, Period::of_year(year), false, output)) {
    output.parts.push_back(std::move(*all));
    return output;
  }
  for (unsigned month = 1; month <= 12; ++month) {
    std::optional<YearPart> part;
    // Longer runs where months are known only together.
    for (unsigned last = month; last <= 12 && !part; ++last) {
      part = part_of(e, enterprise, selection, Period::of_months(year, month, last), last > month, output);
    }
    if (!part) return is_new(e, enterprise, year) ? std::optional(YearOutput{}) : std::nullopt;
    month = part->period.last_month;
    output.parts.push_back(std::move(*part));
  }
  return output;
}

YearOutputs year_outputs(Evaluation& e, const Selection& selection, int year) {
  YearOutputs outputs{{{}, selection.filter, selection.all_scales}, {}, {}};
  for (const auto* enterprise : selection.enterprises) {
    if (const auto own = year_output(e, *enterprise, selection, year)) {
      outputs.known.enterprises.push_back(enterprise);
      add(outputs.quantities, own->quantities);
      outputs.notes.merge(own->notes);
      if (own->notes.flags.contains("imputed")) outputs.notes.warn("partly_reporting", enterprise->id);
      continue;
    }
    outputs.notes.warn("no_base", enterprise->id);
    outputs.notes.warn("year_not_known", enterprise->id + " " + std::to_string(year));
    const auto* sums = e.sums_of(*enterprise, selection, e.window(Period::of_year(year)));
    const bool open = sums != nullptr && sums->doubts.at(static_cast<std::size_t>(Feed::output)).open;
    if (open) outputs.notes.doubt(Status::preliminary);  // what is still to come may complete the year
  }
  note_weight(e, selection, outputs.known, outputs.notes);
  return outputs;
}

int weight_year(const Evaluation& e, int year) {
  return std::max(e.inputs().catalogue.base_year, year - 1);
}

Selection linked_in(Evaluation& e, const Selection& selection, int year) {
  Selection linked{{}, selection.filter, selection.all_scales};
  for (const auto* enterprise : selection.enterprises) {
    const bool both = year_output(e, *enterprise, selection, year - 1) && year_output(e, *enterprise, selection, year);
    if (both) linked.enterprises.push_back(enterprise);
  }
  return linked;
}

Link link_for(Evaluation& e, const Selection& selection, int year) {
  const int base_year = e.inputs().catalogue.base_year;
  Link link;
  link.year = weight_year(e, year);
  link.weights = year_outputs(e, selection, base_year);
  link.notes = link.weights.notes;
  for (int y = base_year + 1; y <= link.year; ++y) {
    const auto linked = linked_in(e, selection, y);
    link.factor = link_factor(link.factor, index_terms(e.inputs(), year_outputs(e, linked, y).quantities,
                                                       year_outputs(e, linked, y - 1).quantities, y - 1, ""));
    note_weight(e, selection, linked, link.notes);
    link.weights = year_outputs(e, selection, y);
    link.notes.merge(link.weights.notes);
  }
  return link;
}

}  // namespace songhua::indicators
