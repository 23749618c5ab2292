#include <algorithm>

#include "indicators/capacity_parts.h"
#include "indicators/ratio_sides.h"

// Capacity, energy, labour, digital indicators and KPIs (indicators.md 5.1 to 5.4, 7).
namespace songhua::indicators {
namespace {

// Sums of a measure over the selection, with the notes of its feed.
BigInt measure_sum(Evaluation& e, const Selection& selection, const Period& period, const std::string& measure,
                   Feed feed, Notes& notes) {
  BigInt sum = 0;
  for (const auto* enterprise : selection.enterprises) {
    e.note(notes, *enterprise, selection, e.window(period), feed);
    const auto* sums = e.sums_of(*enterprise, selection, e.window(period));
    if (sums == nullptr) continue;
    if (const auto found = sums->measures.find(measure); found != sums->measures.end()) sum += found->second;
  }
  return sum;
}

Value intensity(const Ends& energy, const Ends& value_added, bool now) {
  return now ? energy_intensity(energy.now, value_added.now) : energy_intensity(energy.base, value_added.base);
}

void merge_kpis(KpiSums& into, const KpiSums& from) {
  for (const auto field : {&KpiSums::production, &KpiSums::setup, &KpiSums::delay, &KpiSums::failure, &KpiSums::down,
                           &KpiSums::good, &KpiSums::rejected, &KpiSums::reworked, &KpiSums::failures}) {
    into.*field += from.*field;
  }
  into.cycle_good += from.cycle_good;
  into.cycle_all += from.cycle_all;
}

// KPIs over lines of the selection; over all of them where none are given.
KpiSums kpi_sums(Evaluation& e, const Selection& selection, const Period& period, const Lines* only = nullptr) {
  KpiSums sums;
  std::set<std::string> units;
  for (const auto* enterprise : selection.enterprises) {
    const auto* own = e.sums_of(*enterprise, selection, e.window(period));
    if (own == nullptr) continue;
    for (const auto& [line, kpis] : own->kpis) {
      if (only != nullptr && !only->contains({enterprise->id, line})) continue;
      merge_kpis(sums, kpis.sums);
      const auto made = own->lines.find(line);
      if (made == own->lines.end()) continue;
      for (const auto& [id, product] : made->second.products) {
        if (product.good != 0 || product.rejected != 0 || product.reworked != 0)
          units.insert(e.inputs().catalogue.find(id)->unit);
      }
    }
  }
  sums.mixed_units = units.size() > 1;
  return sums;
}

std::string kpi_formula(const std::string& id, bool iso) {
  static const std::map<std::string, std::string> kFormulas{
      {"availability", "APT / PBT * 100"},
      {"effectiveness", "sum PRI * PQ / APT * 100"},
      {"quality_ratio", "sum PRI * GQ / sum PRI * PQ * 100"},
      {"oee", "A * E * Q = sum PRI * GQ / PBT * 100"},
      {"nee", "AUPT / PBT * E * Q = AUPT * sum PRI * GQ / (PBT * APT) * 100"},
      {"utilisation_efficiency", "APT / AUBT * 100"},
      {"technical_efficiency", "APT / (APT + ADET) * 100"},
      {"allocation_efficiency", "AUBT / PBT * 100"},
      {"setup_ratio", "AUST / AUPT * 100"},
      {"scrap_ratio", "SQ / PQ * 100"},
      {"rework_ratio", "RQ / PQ * 100"},
      {"first_pass_yield", "max(0, GQ - RQ) / PQ * 100"},
      {"throughput_per_hour", "PQ / AUBT"},
      {"mtbf_s", "APT / FE"},
      {"mttr_s", "FT / FE"}};
  if (iso && id == "mtbf_s") return "AUPT / (FE + 1)";
  if (iso && id == "mttr_s") return "FT / (FE + 1)";
  return kFormulas.at(id);
}

}  // namespace

Rational average_employees(Evaluation& e, const Selection& selection, const Period& period) {
  BigInt person_days = 0;
  for (const auto& staff : staff_of(e, selection, period)) person_days += BigInt(staff.row->employees) * staff.days;
  return Rational(person_days, e.days_of(period));
}

Figure capacity_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  std::vector<LineCapacity> lines;
  for (const auto* enterprise : selection.enterprises) {
    e.note(figure.notes, *enterprise, selection, e.window(ask.period), Feed::output);
    const auto own = capacity_lines(e, *enterprise, selection, ask.period);
    for (const auto& line : own.told) lines.push_back(line_capacity(line.terms, line.hours()));
    for (const auto& line : own.silent) figure.notes.warn("line_not_reporting", line);
    for (const auto& line : own.partly) figure.notes.warn("line_partly_reporting", line);
  }
  note_missing(e, selection, ask.period, figure.notes);
  figure.value = capacity_utilisation(lines);
  if (figure.value.known() && *figure.value > 100) figure.notes.flags.insert("over_100");
  figure.formula = "sum GOV_cmp,l / sum (capacity_per_hour * H_l * pbar_l) * 100";
  return figure;
}

Figure energy_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  if (ask.id == "energy_intensity_change") {
    if (jan_feb_alone(ask.period)) {
      figure.value = Reason::jan_feb_combined;
      return figure;
    }
    const auto both = with_both_bases(e, selection, ask.period, Item::energy_tce, Item::value_added_comparable);
    const auto energy = e.ends(Item::energy_tce, both, ask.period);
    const auto value_added = e.ends(Item::value_added_comparable, both, ask.period);
    figure.notes = energy.notes;
    figure.notes.merge(value_added.notes);
    note_without_base(e, selection, both, ask.period, figure.notes);
    figure.value = energy_intensity_change(intensity(energy, value_added, true), intensity(energy, value_added, false));
    figure.formula = "(intensity_t / intensity_{t-12} - 1) * 100";
    return figure;
  }
  if (ask.id == "energy_consumption") {
    const auto energy = e.level(Item::energy_tce, selection, ask.period);
    figure.notes = energy.notes;
    figure.value = energy.value;
    figure.formula = "tce = sum quantity * coefficient";
    return figure;
  }
  const auto sides = energy_sides(e, selection, ask.period);
  const auto energy = e.level(Item::energy_tce, sides.selection, ask.period);
  const auto value_added = e.level(Item::value_added_comparable, sides.selection, ask.period);
  figure.notes = energy.notes;
  figure.notes.merge(value_added.notes);
  figure.notes.merge(sides.notes);
  figure.value = energy_intensity(energy.value, value_added.value);
  figure.formula = "tce / (VA_cmp / 10^6 fen)";
  return figure;
}

Figure labour_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  const bool by_hour = ask.id == "labour_productivity_hour";
  Figure figure;
  if (by_hour) {
    // Nobody estimates hours, so that estimates must not be in the value added either.
    const auto sides = hour_sides(e, selection, ask.period);
    const auto value_added = e.reported_level(Item::value_added_current, sides.selection, ask.period);
    figure.notes = value_added.notes;
    figure.notes.merge(sides.notes);
    const auto seconds = measure_sum(e, sides.selection, ask.period, "labour.time", Feed::labour, figure.notes);
    figure.value = labour_productivity_hour(value_added.value, seconds);
    figure.formula = "VA_cur[fen]/100 / (person_seconds / 3600)";
    return figure;
  }
  const auto value_added = e.level(Item::value_added_current, selection, ask.period);
  figure.notes = value_added.notes;
  note_missing(e, selection, ask.period, figure.notes);
  figure.value =
      labour_productivity(value_added.value, average_employees(e, selection, ask.period), months_of(ask.period));
  figure.formula = "VA_cur[fen]/100 / average employees * 12 / months";
  return figure;
}

Figure digital_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  const bool connection = ask.id == "connection_rate";
  const std::string above = connection ? "equipment.connected" : "equipment.nc_key_processes";
  const std::string below = connection ? "equipment.units" : "equipment.key_processes";
  const auto lines = lines_with(e, selection, ask.period, above, below, figure.notes);
  BigInt part = 0, all = 0;
  for (const auto* enterprise : selection.enterprises) {
    e.note(figure.notes, *enterprise, selection, e.window(ask.period), Feed::equipment);
    const auto* sums = e.sums_of(*enterprise, selection, e.window(ask.period));
    if (sums == nullptr) continue;
    for (const auto& [line, kpis] : sums->kpis) {
      if (!lines.contains({enterprise->id, line})) continue;
      part += kpis.equipment.at(above);
      all += kpis.equipment.at(below);
    }
  }
  note_missing(e, selection, ask.period, figure.notes);
  figure.value = connection ? connection_rate(part, all) : nc_rate(part, all);
  figure.formula = connection ? "sum connected / sum units * 100" : "sum nc_key / sum key * 100";
  return figure;
}

std::map<std::string, Figure> kpi_figures(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Notes notes;
  for (const auto* enterprise : selection.enterprises) {
    for (const auto feed : {Feed::time, Feed::output, Feed::failures})
      e.note(notes, *enterprise, selection, e.window(ask.period), feed);
  }
  note_missing(e, selection, ask.period, notes);
  std::map<std::string, Figure> figures;
  const bool iso = e.settings().mtbf == MtbfMethod::iso;
  // What is divided by times takes lines that tell their times; mean times, lines that tell their failures.
  const auto timed = lines_with_times(e, selection, ask.period);
  const auto failing = lines_with_failures(e, selection, ask.period);
  auto values = kpis(kpi_sums(e, selection, ask.period), iso);
  const auto of_timed = kpis(kpi_sums(e, selection, ask.period, &timed), iso);
  const auto of_failing = kpis(kpi_sums(e, selection, ask.period, &failing), iso);
  for (const char* id : {"effectiveness", "oee", "nee", "throughput_per_hour"}) values.at(id) = of_timed.at(id);
  for (const char* id : {"mtbf_s", "mttr_s"}) values.at(id) = of_failing.at(id);
  for (auto& [id, value] : values) {
    Figure figure;
    figure.value = value;
    figure.notes = notes;
    figure.formula = kpi_formula(id, iso);
    if (iso && (id == "mtbf_s" || id == "mttr_s")) figure.method = "iso";
    figures.emplace(id, std::move(figure));
  }
  const auto& effectiveness = figures.at("effectiveness").value;
  if (effectiveness.known() && *effectiveness > 100) {
    for (const char* id : {"effectiveness", "oee", "nee"}) figures.at(id).notes.flags.insert("nominal_cycle_too_long");
  }
  return figures;
}

}  // namespace songhua::indicators
