#include <algorithm>

#include "indicators/capacity_parts.h"

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

// Only enterprises with both bases are compared.
Selection with_bases(Evaluation& e, const Selection& selection, const Period& period) {
  Selection both{{}, selection.filter, selection.all_scales};
  for (const auto* enterprise : selection.enterprises) {
    const bool known = e.base_of(Item::energy_tce, *enterprise, selection, period.last_year()).value &&
                       e.base_of(Item::value_added_comparable, *enterprise, selection, period.last_year()).value;
    if (known) both.enterprises.push_back(enterprise);
  }
  return both;
}

void merge_kpis(KpiSums& into, const KpiSums& from, bool mixed) {
  for (const auto field : {&KpiSums::production, &KpiSums::setup, &KpiSums::delay, &KpiSums::failure, &KpiSums::down,
                           &KpiSums::good, &KpiSums::rejected, &KpiSums::reworked, &KpiSums::failures}) {
    into.*field += from.*field;
  }
  into.cycle_good += from.cycle_good;
  into.cycle_all += from.cycle_all;
  into.mixed_units = into.mixed_units || from.mixed_units || mixed;
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

Rational average_employees(const Evaluation& e, const Selection& selection, const Period& period) {
  const auto first = e.inputs().day_of(e.window(period).start), last = e.last_day(period);
  BigInt person_days = 0;
  for (const auto* selected : selection.enterprises) {
    for (const auto& row : e.inputs().reg.enterprises()) {
      if (row.id != selected->id) continue;
      const auto from = std::max(first, row.validity.from), to = std::min(last + std::chrono::days{1}, row.validity.to);
      if (from < to) person_days += BigInt(row.employees) * (to - from).count();
    }
  }
  return Rational(person_days, (last - first).count() + 1);
}

Figure capacity_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  std::vector<LineCapacity> lines;
  for (const auto* enterprise : selection.enterprises) {
    e.note(figure.notes, *enterprise, selection, e.window(ask.period), Feed::output);
    for (const auto& line : capacity_lines(e, *enterprise, selection, ask.period)) {
      lines.push_back(line_capacity(line.terms, line.hours()));
    }
  }
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
    const auto both = with_bases(e, selection, ask.period);
    const auto energy = e.ends(Item::energy_tce, both, ask.period);
    const auto value_added = e.ends(Item::value_added_comparable, both, ask.period);
    figure.notes = energy.notes;
    figure.notes.merge(value_added.notes);
    for (const auto* enterprise : selection.enterprises) {
      if (std::find(both.enterprises.begin(), both.enterprises.end(), enterprise) == both.enterprises.end()) {
        figure.notes.warn("no_base", enterprise->id);
        e.await(figure.notes, *enterprise, selection, e.window(ask.period));
      }
    }
    figure.value = energy_intensity_change(intensity(energy, value_added, true), intensity(energy, value_added, false));
    figure.formula = "(intensity_t / intensity_{t-12} - 1) * 100";
    return figure;
  }
  const auto energy = e.level(Item::energy_tce, selection, ask.period);
  figure.notes = energy.notes;
  figure.value = energy.value;
  figure.formula = "tce = sum quantity * coefficient";
  if (ask.id == "energy_consumption") return figure;
  const auto value_added = e.level(Item::value_added_comparable, selection, ask.period);
  figure.notes.merge(value_added.notes);
  figure.value = energy_intensity(energy.value, value_added.value);
  figure.formula = "tce / (VA_cmp / 10^6 fen)";
  return figure;
}

Figure labour_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  const bool by_hour = ask.id == "labour_productivity_hour";
  // Nobody estimates hours, so that estimates must not be in the value added either.
  const auto value_added = by_hour ? e.reported_level(Item::value_added_current, selection, ask.period)
                                   : e.level(Item::value_added_current, selection, ask.period);
  Figure figure;
  figure.notes = value_added.notes;
  if (!by_hour) {
    figure.value =
        labour_productivity(value_added.value, average_employees(e, selection, ask.period), months_of(ask.period));
    figure.formula = "VA_cur[fen]/100 / average employees * 12 / months";
  } else {
    const auto seconds = measure_sum(e, selection, ask.period, "labour.time", Feed::labour, figure.notes);
    figure.value = labour_productivity_hour(value_added.value, seconds);
    figure.formula = "VA_cur[fen]/100 / (person_seconds / 3600)";
  }
  return figure;
}

Figure digital_figure(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  Figure figure;
  const auto sum = [&](const char* measure) {
    return measure_sum(e, selection, ask.period, measure, Feed::equipment, figure.notes);
  };
  if (ask.id == "connection_rate") {
    figure.value = connection_rate(sum("equipment.connected"), sum("equipment.units"));
    figure.formula = "sum connected / sum units * 100";
  } else {
    figure.value = nc_rate(sum("equipment.nc_key_processes"), sum("equipment.key_processes"));
    figure.formula = "sum nc_key / sum key * 100";
  }
  return figure;
}

std::map<std::string, Figure> kpi_figures(Evaluation& e, const Ask& ask) {
  const auto selection = e.select(ask.scope, ask.period);
  const auto window = e.window(ask.period);
  KpiSums sums;
  Notes notes;
  std::set<std::string> units;
  for (const auto* enterprise : selection.enterprises) {
    for (const auto feed : {Feed::time, Feed::output, Feed::failures})
      e.note(notes, *enterprise, selection, window, feed);
    const auto* own = e.sums_of(*enterprise, selection, window);
    if (own == nullptr) continue;
    for (const auto& [id, product] : own->products) {
      if (product.good != 0 || product.rejected != 0 || product.reworked != 0)
        units.insert(e.inputs().catalogue.find(id)->unit);
    }
    merge_kpis(sums, own->kpi, units.size() > 1);
  }
  std::map<std::string, Figure> figures;
  const bool iso = e.settings().mtbf == MtbfMethod::iso;
  for (auto& [id, value] : kpis(sums, iso)) {
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
