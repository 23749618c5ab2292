#include "indicators/presentation.h"
#include "indicators/target_parts.h"

// The target tracker's rows (indicators.md 6).
namespace songhua::indicators {
namespace {

bool is_money(const std::string& id) {
  return id == "gap_to_date" || id == "remaining_needed" || id == "projected_gap_cny" || id == "path";
}

std::string formula_of(const std::string& id) {
  static const std::map<std::string, std::string> kFormulas{
      {"target_growth_pct", "T = g_L + u"},
      {"cumulative_growth_pct", "g_cum = (C / Bc - 1) * 100"},
      {"gap_pp", "g_cum - T"},
      {"gap_to_date", "C - (1+T) Bc"},
      {"remaining_needed", "(1+T) By - C"},
      {"required_growth_rest_pct", "(((1+T) By - C) / Br - 1) * 100"},
      {"run_rate_pct", "growth of the sum over the last three blocks"},
      {"projected_growth_pct", "((C + (1 + run rate) Br) / By - 1) * 100"},
      {"projected_low_pct", "((C + (1 + lowest block) Br) / By - 1) * 100"},
      {"projected_high_pct", "((C + (1 + highest block) Br) / By - 1) * 100"},
      {"projected_gap_cny", "By * (projected - T)"},
      {"path", "(1+T) * sum_{1..k} B"},
      {"on_target", "1 where g_cum >= T"}};
  return kFormulas.at(id);
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
  const auto parts = target_parts(e, ask);
  const auto& period = parts.period;
  if (!parts.known()) return nothing(parts.notes, period.name());
  const auto tracked = track(parts.in);
  Rows rows;
  const auto put = [&](const std::string& id, const Value& value, const std::string& name) {
    Figure figure;
    figure.value = is_money(id) ? ten_thousand_yuan(value) : value;
    figure.notes = id == "target_growth_pct" || id == "path" ? parts.base_notes : parts.notes;
    figure.period = name;
    figure.formula = formula_of(id);
    const auto own = id == "target_growth_pct" ? parts.goal->differing() : std::nullopt;
    if (own) {
      const int decimals = find_term("value_added_growth")->decimals;
      figure.notes.warn("last_year_growth_differs",
                        "published " + present(*parts.goal->stated->last_year_growth, decimals));
      figure.notes.warn("last_year_growth_differs", "by the bases " + present(*own, decimals));
    }
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
