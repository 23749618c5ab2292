#include "indicators/figures.h"
#include "indicators/target.h"

// The target tracker's inputs from bases and rollups (indicators.md 6).
namespace songhua::indicators {
namespace {

Period whole_year(int year) {
  Period period;
  period.year = year;
  return period;
}

struct BaseMonths {
  std::array<Rational, 12> months;
  bool combined = false;
};

// B_1..B_12 of one enterprise; January and February may be known together only.
std::optional<BaseMonths> base_months(Evaluation& e, const Enterprise& enterprise, const Selection& selection, int year,
                                      Notes& notes) {
  BaseMonths base;
  const auto value = [&](unsigned first, unsigned last) {
    const auto amount =
        e.base_of(Item::value_added_comparable, enterprise, selection, Period::of_months(year, first, last));
    if (amount.value) notes.base_sources.insert(amount.source);
    return amount.value;
  };
  for (unsigned m = 1; m <= 12; ++m) {
    if (const auto own = value(m, m)) {
      base.months.at(m - 1) = *own;
      continue;
    }
    const auto both = m <= 2 ? value(1, 2) : std::nullopt;
    if (!both) return std::nullopt;
    base.months = {0, *both};
    base.combined = true;
    m = 2;
  }
  return base;
}

// T in percent: set by configuration, else last year's published growth plus the uplift, else that growth computed.
std::optional<Rational> goal(Evaluation& e, const Selection& selection, int year) {
  const Target* target = nullptr;
  for (const auto& candidate : e.inputs().targets) {
    if (candidate.year == year) target = &candidate;
  }
  if (target != nullptr && target->growth) return target->growth;
  const Rational uplift = target != nullptr ? target->uplift : Rational(1);
  if (target != nullptr && target->last_year_growth) return target_growth(*target->last_year_growth, uplift);
  Rational last = 0, before = 0;
  for (const auto* enterprise : selection.enterprises) {
    const auto now = e.base_of(Item::value_added_comparable, *enterprise, selection, whole_year(year - 1));
    const auto base = e.base_of(Item::value_added_comparable, *enterprise, selection, whole_year(year - 2));
    if (!now.value || !base.value) continue;
    last += *now.value;
    before += *base.value;
  }
  if (before <= 0) return std::nullopt;
  return target_growth(*growth(last, before), uplift);
}

bool is_money(const std::string& id) {
  return id == "gap_to_date" || id == "remaining_needed" || id == "projected_gap_cny" || id == "path";
}

using Rows = std::vector<std::pair<std::string, Figure>>;

Rows nothing(const Notes& notes, const std::string& period) {
  Rows rows;
  for (const auto& term : vocabulary()) {
    if (term.family != Family::target || term.id == "target.path") continue;
    Figure figure;
    figure.notes = notes;
    figure.period = period;
    rows.emplace_back(term.id, figure);
  }
  return rows;
}

}  // namespace

Rows target_figures(Evaluation& e, const Ask& ask) {
  const auto period = ask.period.cumulative();
  const auto selection = e.select(ask.scope, period);
  const unsigned m = period.last_month;
  TargetInputs in;
  Notes notes;
  bool any = false;
  in.current.resize(m);
  for (const auto* enterprise : selection.enterprises) {
    const auto base = base_months(e, *enterprise, selection, period.year - 1, notes);
    if (!base) {
      notes.warn("no_base", enterprise->id);
      continue;
    }
    any = true;
    in.jan_feb_combined_base = in.jan_feb_combined_base || base->combined;
    for (std::size_t k = 0; k < 12; ++k) in.base.at(k) += base->months.at(k);
    const Selection own{{enterprise}, selection.filter, selection.all_scales};
    for (unsigned k = 1; k <= m; ++k) {
      const auto month = Period::of_months(period.year, k, k);
      if (e.inputs().reg.find(enterprise->id, e.last_day(month)) == nullptr) continue;  // not yet of the scope
      auto amount = e.level(Item::value_added_comparable, own, month);
      in.current.at(k - 1) += amount.value;
      notes.merge(amount.notes);
    }
  }
  notes.imputed_share.reset();  // of one enterprise's month; the tracker has none of its own
  const auto growth_goal = goal(e, selection, period.year);
  if (!any || !growth_goal) return nothing(notes, period.name());
  in.target_growth = *growth_goal;
  const auto tracked = track(in);
  Rows rows;
  const auto put = [&](const std::string& id, const Value& value, const std::string& name) {
    Figure figure;
    figure.value = is_money(id) ? ten_thousand_yuan(value) : value;
    figure.notes = notes;
    figure.period = name;
    rows.emplace_back("target." + id, std::move(figure));
  };
  for (const auto& term : vocabulary()) {
    if (term.family != Family::target) continue;
    const auto id = term.id.substr(std::string_view("target.").size());
    if (id != "path") {
      put(id, tracked.figures.at(id), period.name());
      continue;
    }
    for (unsigned k = 1; k <= 12; ++k)
      put(id, tracked.path.at(k - 1), Period::of_months(period.year, 1, k).cumulative().name());
  }
  return rows;
}

}  // namespace songhua::indicators
