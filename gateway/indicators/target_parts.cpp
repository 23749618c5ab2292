#include "indicators/target_parts.h"

#include "indicators/presentation.h"

namespace songhua::indicators {
namespace {

std::optional<BaseMonths> base_months(Evaluation& e, const Enterprise& enterprise, const Selection& selection, int year,
                                      Notes& notes) {
  BaseMonths base;
  const auto value = [&](unsigned first, unsigned last) {
    const auto amount =
        e.base_of(Item::value_added_comparable, enterprise, selection, Period::of_months(year, first, last));
    if (amount.value) notes.base_sources.insert(amount.source);
    if (amount.value) notes.doubt(amount.status);
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

// Is the enterprise of the scope in that month? Its months before count for nothing.
bool in_scope(const Evaluation& e, const Enterprise& enterprise, const Period& month) {
  return e.inputs().reg.find(enterprise.id, e.last_day(month)) != nullptr;
}

std::optional<TargetGoal> goal_of(Evaluation& e, const Selection& selection, int year, Notes& notes) {
  TargetGoal goal;
  for (const auto& candidate : e.inputs().targets) {
    if (candidate.year == year) goal.stated = &candidate;
  }
  if (goal.stated != nullptr) goal.uplift = goal.stated->uplift;
  const auto of_year = [&](const Enterprise& enterprise, int of) {
    const auto base = e.base_of(Item::value_added_comparable, enterprise, selection, Period::of_year(of));
    notes.doubt(base.status);
    return *base.value;
  };
  for (const auto* enterprise : goal_enterprises(e, selection, year)) {
    goal.last += of_year(*enterprise, year - 1);
    goal.before += of_year(*enterprise, year - 2);
  }
  if (goal.stated != nullptr && goal.stated->growth) {
    goal.growth = *goal.stated->growth;
  } else if (goal.stated != nullptr && goal.stated->last_year_growth) {
    goal.growth = target_growth(*goal.stated->last_year_growth, goal.uplift);
  } else if (const auto own = goal.of_bases()) {
    goal.growth = target_growth(*own, goal.uplift);
  } else {
    return std::nullopt;
  }
  return goal;
}

}  // namespace

std::optional<Rational> TargetGoal::of_bases() const {
  if (before <= 0) return std::nullopt;
  return *indicators::growth(last, before);
}

std::optional<Rational> TargetGoal::differing() const {
  const auto own = of_bases();
  if (!own || stated == nullptr || !stated->last_year_growth) return std::nullopt;
  const int decimals = find_term("value_added_growth")->decimals;
  return present(*own, decimals) == present(*stated->last_year_growth, decimals) ? std::nullopt : own;
}

std::optional<Period> current_span(const Evaluation& e, const TargetParts& parts, const Enterprise& enterprise,
                                   const BaseMonths& base, unsigned month) {
  const auto span = [&](unsigned first, unsigned last) { return Period::of_months(parts.period.year, first, last); };
  if (!in_scope(e, enterprise, span(month, month))) return std::nullopt;
  const bool together =
      base.combined && month <= 2 && parts.period.last_month >= 2 && in_scope(e, enterprise, span(1, 1));
  if (!together) return span(month, month);
  return month == 1 ? std::nullopt : std::optional(span(1, 2));
}

std::vector<const Enterprise*> goal_enterprises(Evaluation& e, const Selection& selection, int year) {
  std::vector<const Enterprise*> both;
  for (const auto* enterprise : selection.enterprises) {
    const auto known = [&](int of) {
      return e.base_of(Item::value_added_comparable, *enterprise, selection, Period::of_year(of)).value.has_value();
    };
    if (known(year - 1) && known(year - 2)) both.push_back(enterprise);
  }
  return both;
}

TargetParts target_parts(Evaluation& e, const Ask& ask) {
  TargetParts parts;
  parts.period = ask.period.cumulative();
  parts.selection = e.select(ask.scope, parts.period);
  const unsigned m = parts.period.last_month;
  auto& in = parts.in;
  in.current.resize(m);
  for (const auto* enterprise : parts.selection.enterprises) {
    const auto base = base_months(e, *enterprise, parts.selection, parts.period.year - 1, parts.base_notes);
    if (!base) {
      parts.base_notes.warn("no_base", enterprise->id);
      e.await(parts.notes, *enterprise, parts.selection, e.window(parts.period));
      continue;
    }
    parts.compared.emplace_back(enterprise, *base);
    in.jan_feb_combined_base = in.jan_feb_combined_base || base->combined;
    for (std::size_t k = 0; k < 12; ++k) in.base.at(k) += base->months.at(k);
    const auto own = parts.selection.of(*enterprise);
    for (unsigned k = 1; k <= m; ++k) {
      const auto span = current_span(e, parts, *enterprise, *base, k);
      if (!span) continue;
      const auto amount = e.level(Item::value_added_comparable, own, *span);
      in.current.at(k - 1) += amount.value;
      parts.notes.merge(amount.notes);
    }
  }
  parts.notes.imputed_share.reset();  // of one enterprise's month; the tracker has none of its own
  parts.goal = goal_of(e, parts.selection, parts.period.year, parts.base_notes);
  parts.notes.merge(parts.base_notes);
  if (parts.goal) in.target_growth = parts.goal->growth;
  return parts;
}

}  // namespace songhua::indicators
