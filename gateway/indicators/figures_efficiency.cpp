#include <algorithm>

#include "indicators/figures.h"

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

// Days of the period on which a line exists: inside its register rows, until it is declared gone.
std::int64_t days_of_line(Evaluation& e, const std::string& enterprise, const LineId& line, const Period& period) {
  const auto first = e.inputs().day_of(e.window(period).start);
  auto last = e.last_day(period);
  if (const auto gone = e.gone_since(enterprise, line))
    last = std::min(last, e.inputs().day_of(*gone) - std::chrono::days{1});
  const auto rows = e.inputs().reg.rows_of(enterprise, line);
  std::int64_t days = 0;
  for (auto day = first; day <= last; day += std::chrono::days{1}) {
    const bool valid =
        rows.empty() || std::any_of(rows.begin(), rows.end(), [&](const auto* r) { return r->validity.holds(day); });
    days += valid ? 1 : 0;
  }
  return days;
}

// Normal hours a day: of the line, else of its product.
std::int64_t normal_hours(const Evaluation& e, const std::string& enterprise, const LineId& line,
                          const Product& product) {
  for (const auto* row : e.inputs().reg.rows_of(enterprise, line)) {
    if (row->normal_hours && (row->product.empty() || row->product == product.id)) return *row->normal_hours;
  }
  return product.normal_hours;
}

// The first catalogue product of a line: by the register, else the first that it made or could have made.
const Product* first_product(const Evaluation& e, const std::string& enterprise, const LineId& line,
                             const LineSum* sums) {
  for (const auto* row : e.inputs().reg.rows_of(enterprise, line)) {
    if (!row->product.empty()) return e.inputs().catalogue.find(row->product);
  }
  if (sums == nullptr) return nullptr;
  for (const auto& product : e.inputs().catalogue.products) {
    if (sums->products.contains(product.id)) return &product;
  }
  return nullptr;
}

std::optional<LineCapacity> capacity_of(Evaluation& e, const Enterprise& enterprise, const LineId& line,
                                        const LineSum* sums, const Period& period) {
  const auto* product = first_product(e, enterprise.id, line, sums);
  if (product == nullptr) return std::nullopt;
  std::vector<CapacityTerm> terms;
  if (sums != nullptr) {
    for (const auto& [key, term] : sums->capacity) {
      if (term.good != 0) terms.push_back(term);
    }
  }
  if (terms.empty()) {
    const auto priced = e.rollups().priced(enterprise.id, line, *product, e.last_day(period));
    if (!priced.capacity_per_hour) return std::nullopt;
    terms.push_back({0, rational(*priced.fields.comparable_price), rational(*priced.capacity_per_hour)});
  }
  const Rational hours = days_of_line(e, enterprise.id, line, period) * normal_hours(e, enterprise.id, line, *product);
  return line_capacity(terms, hours);
}

// Lines with rows, and lines that the register or the rollups know and that stand still.
std::map<LineId, const LineSum*> lines_of(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                          Window window) {
  std::map<LineId, const LineSum*> lines;
  for (const auto& line : e.missing_lines(enterprise.id, window)) {
    if (selection.filter.line.empty() || selection.filter.line == line) lines.emplace(line, nullptr);
  }
  if (const auto* sums = e.sums_of(enterprise, selection, window)) {
    for (const auto& [line, sum] : sums->lines) lines[line] = &sum;
  }
  return lines;
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
    for (const auto& [line, sums] : lines_of(e, *enterprise, selection, e.window(ask.period))) {
      if (const auto capacity = capacity_of(e, *enterprise, line, sums, ask.period)) lines.push_back(*capacity);
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
  const auto value_added = e.level(Item::value_added_current, selection, ask.period);
  Figure figure;
  figure.notes = value_added.notes;
  if (ask.id == "labour_productivity") {
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
