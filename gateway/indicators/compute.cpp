#include <algorithm>

#include "indicators/explain.h"
#include "indicators/figures.h"

namespace songhua::indicators {
namespace {

// Without a register (an edge box without the centre's files) every enterprise that the rollups know is one of its own,
// above scale, without codes: its own levels and KPIs need none.
Inputs with_implicit_register(const Inputs& inputs, QuantitySource& source) {
  Inputs own = inputs;
  std::set<std::string> ids;
  for (const auto& line : source.lines()) ids.insert(line.enterprise);
  std::vector<Enterprise> enterprises;
  for (const auto& id : ids) {
    Enterprise enterprise;
    enterprise.id = enterprise.name_zh = enterprise.name_en = id;
    enterprise.place = {"(no register)", 0};
    enterprises.push_back(std::move(enterprise));
  }
  own.reg = Register(std::move(enterprises), inputs.reg.lines());
  return own;
}

bool knows_products(Family family) {
  return family == Family::level || family == Family::sales_ratio || family == Family::growth ||
         family == Family::product || family == Family::index;
}

// The scope key that narrows products and that the family's inputs do not have; "" where all apply.
std::string foreign_key(const Scope& scope, const Term& term, const Inputs& inputs) {
  if (knows_products(term.family)) return {};
  for (const char* key : {"product", "market", "market_group"}) {
    if (scope.has(key)) return key;
  }
  const auto* group = inputs.groups.find(scope.get("group"));
  if (group != nullptr && group->kind == Group::Kind::product_tag) return "group";
  return {};
}

std::vector<std::string> all_ids(const Inputs& inputs) {
  std::vector<std::string> ids;
  for (const auto& term : vocabulary()) {
    ids.push_back(term.id);
    if (term.id != "nev_share_vehicles") continue;
    for (const auto& group : inputs.groups.list) {
      if (!group.of_markets()) ids.push_back("share." + group.id);
    }
  }
  return ids;
}

Result<void> check_ids(const IndicatorRequest& request, const Inputs& inputs) {
  std::vector<std::string> known = all_ids(inputs);
  for (const auto& id : request.ids) {
    if (std::find(known.begin(), known.end(), id) == known.end()) {
      return Error{"unknown indicator '" + id + "'" + suggestion(id, known)};
    }
    const auto not_by = [&id](const std::string& key) {
      std::string text = "indicator '";
      return Error{text.append(id).append("' is not computed by ").append(key).append(": its inputs have none")};
    };
    if (const auto key = foreign_key(request.scope, *find_term(id), inputs); !key.empty()) return not_by(key);
    const bool narrowing = request.by == "product" || request.by == "market" || request.by == "market_group";
    if (narrowing && !knows_products(find_term(id)->family)) {
      return not_by(request.by);
    }
  }
  return {};
}

// Markets of what is put in for an enterprise: those of its last year.
void add_guessed_markets(Evaluation& e, const Enterprise& enterprise, const Selection& selection, const Period& period,
                         std::set<std::string>& markets) {
  for (const auto& guess : e.guesses(Item::sales_value, enterprise, selection, period)) {
    if (guess.amount == 0) continue;
    const auto before = guess.period.last_year();
    const auto base = e.base_of(Item::sales_value, enterprise, selection, before);
    for (const auto* row : base.rows) {
      if (!row->market.empty()) markets.insert(market_of(row->market));
    }
    if (base.source != "rollup") continue;
    for (const auto& piece : e.rollups().pieces(e.window(before))) {
      for (const auto& row : e.rollups().source().quantities(piece)) {
        const bool sold = row.enterprise == enterprise.id && row.key.measure == "dispatch.quantity";
        if (sold && row.quantity != 0) markets.insert(market_of(row.key.market));
      }
    }
  }
}

// Lines and markets as the rollups of the period show them, inside the scope.
std::vector<Scope> seen_parts(Evaluation& e, const Scope& scope, const std::string& by, const Period& period) {
  std::set<Scope> parts;
  const auto selection = e.select(scope, period);
  if (by == "market") {
    std::set<std::string> markets;
    for (const auto* enterprise : selection.enterprises) {
      add_guessed_markets(e, *enterprise, selection, period, markets);
    }
    for (const auto& market : markets) parts.insert(scope.with("market", market));
  }
  for (const auto& piece : e.rollups().pieces(e.window(period))) {
    for (const auto& row : e.rollups().source().quantities(piece)) {
      const bool selected = std::any_of(selection.enterprises.begin(), selection.enterprises.end(),
                                        [&](const auto* enterprise) { return enterprise->id == row.enterprise; });
      if (!selected) continue;
      if (by == "line") {
        parts.insert(scope.with("line", row.line).with("enterprise", row.enterprise));
      } else if (is_product_measure(row.key.measure)) {
        parts.insert(scope.with("market", market_of(row.key.market)));
      }
    }
  }
  return {parts.begin(), parts.end()};
}

// Products made in the period by the enterprises of the scope, in the order of the catalogue.
std::vector<Scope> product_parts(Evaluation& e, const Scope& scope, const Period& period) {
  std::vector<Scope> parts;
  const auto selection = e.select(scope, period, true);
  for (const auto& product : e.inputs().catalogue.products) {
    const bool made =
        std::any_of(selection.enterprises.begin(), selection.enterprises.end(), [&](const auto* enterprise) {
          const auto* sums = e.sums_of(*enterprise, selection, e.window(period));
          if (sums != nullptr && sums->products.contains(product.id)) return true;
          const auto guesses = e.output_guesses(*enterprise, selection, period);
          return std::ranges::any_of(guesses, [&](const auto& guess) { return guess.base.contains(product.id); });
        });
    if (made) parts.push_back(scope.with("product", product.id));
  }
  return parts;
}

Figure figure_of(Evaluation& e, const Ask& ask, Family family) {
  switch (family) {
    case Family::level:
      return level_figure(e, ask);
    case Family::sales_ratio:
      return sales_figure(e, ask);
    case Family::growth:
      return growth_figure(e, ask);
    case Family::product:
      return product_figure(e, ask);
    case Family::count:
      return count_figure(e, ask);
    case Family::index:
      return index_figure(e, ask);
    case Family::capacity:
      return capacity_figure(e, ask);
    case Family::energy:
      return energy_figure(e, ask);
    case Family::labour:
      return labour_figure(e, ask);
    case Family::digital:
      return digital_figure(e, ask);
    case Family::share:
      return share_figure(e, ask);
    case Family::bulletin:
      return ask.id == "production_index_link" ? link_figure(e, ask) : bulletin_figure(e, ask);
    default:
      return quality_figure(e, ask);
  }
}

bool is_level(Family family) {
  return family == Family::level || family == Family::product || family == Family::energy;
}

std::string joined(const std::set<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : "+") + part;
  return text;
}

// Status and revision against what was published (indicators.md 8): revised if its own exact value has changed.
void compare(IndicatorRow& row, const PublishedLookup& published) {
  if (!published) return;
  const auto before = published(row.indicator, row.scope, row.period);
  const std::optional<Rational> now = row.value.known() ? std::optional(*row.value) : std::nullopt;
  const bool changed = before && before->exact != now;
  if (row.status != Status::preliminary) row.status = changed ? Status::revised : Status::final;
  if (!changed) return;
  row.previous = before;
  if (now && before->exact) row.revision = Value(Rational(*now - *before->exact));
}

class Rows {
 public:
  Rows(Evaluation& e, const IndicatorRequest& request, const Period& period, const PublishedLookup& published)
      : e_(e), request_(request), period_(period), published_(published) {}

  void add(const std::string& id, const Scope& scope, const Scope& whole) {
    const auto& term = *find_term(id);
    if (!foreign_key(scope, term, e_.inputs()).empty()) return;  // asked for by name it was an error before
    const Ask ask{id, scope, whole, period_};
    if (term.family == Family::kpi) {
      add_row(term, ask, kpis_of(ask).at(id));
    } else if (term.family == Family::target) {
      for (const auto& [figure_id, figure] : target_of(ask)) {
        if (figure_id == id) add_row(term, ask, figure);
      }
    } else {
      add_row(term, ask, figure_of(e_, ask, term.family));
    }
  }

  std::vector<IndicatorRow> take() { return std::move(rows_); }

 private:
  const std::map<std::string, Figure>& kpis_of(const Ask& ask) {
    const auto found = kpis_.find(ask.scope);
    return found != kpis_.end() ? found->second : kpis_.emplace(ask.scope, kpi_figures(e_, ask)).first->second;
  }
  const std::vector<std::pair<std::string, Figure>>& target_of(const Ask& ask) {
    const auto found = targets_.find(ask.scope);
    return found != targets_.end() ? found->second : targets_.emplace(ask.scope, target_figures(e_, ask)).first->second;
  }

  void add_row(const Term& term, const Ask& ask, const Figure& figure) {
    IndicatorRow row;
    row.indicator = ask.id;
    row.scope = ask.scope;
    row.period = figure.period.empty() ? period_.name() : figure.period;
    row.value = figure.value;
    row.shown = figure.shown;
    row.unit = figure.unit.empty() ? term.unit : figure.unit;
    row.decimals = figure.decimals.value_or(term.decimals);
    row.status = figure.notes.status;
    row.flags = figure.notes.flags;
    row.warnings = figure.notes.warnings;
    row.method = figure.method;
    row.index = figure.index;
    row.base = figure.base;
    row.base_source = joined(figure.notes.base_sources);
    row.coverage = figure.notes.coverage;
    row.imputed_share = figure.notes.imputed_share;
    // What is imputed stays preliminary until data comes.
    if (row.flags.contains("imputed")) row.status = Status::preliminary;
    if (is_level(term.family) && jan_feb_alone(period_)) row.published = false;
    compare(row, published_);
    if (request_.explain) {
      row.explanation = std::make_shared<Explanation>(explain(e_, ask, term.family, row, figure.formula));
    }
    rows_.push_back(std::move(row));
  }

  Evaluation& e_;
  const IndicatorRequest& request_;
  Period period_;
  const PublishedLookup& published_;
  std::vector<IndicatorRow> rows_;
  std::map<Scope, std::map<std::string, Figure>> kpis_;
  std::map<Scope, std::vector<std::pair<std::string, Figure>>> targets_;
};

// The total of which a part contributes: the scope without the dimension, or else everything of its scale.
Scope whole_of(const IndicatorRequest& request) {
  if (!request.by.empty()) return request.scope;
  Scope whole;
  if (request.scope.has("scale")) whole = whole.with("scale", request.scope.get("scale"));
  return whole;
}

Result<std::vector<Scope>> parts(Evaluation& e, const IndicatorRequest& request, const Period& period) {
  if (request.by.empty()) return std::vector<Scope>{request.scope};
  if (request.by == "line" || request.by == "market") return seen_parts(e, request.scope, request.by, period);
  return parts_of(request.scope, request.by, e.inputs(), e.last_day(period));
}

}  // namespace

Result<std::vector<IndicatorRow>> compute(const IndicatorRequest& request, const Inputs& inputs, QuantitySource& source,
                                          const Settings& settings, UnixMillis now, const PublishedLookup& published) {
  if (inputs.reg.enterprises().empty() && !source.lines().empty()) {
    const auto own = with_implicit_register(inputs, source);
    return compute(request, own, source, settings, now, published);
  }
  const Period period = request.cumulative ? request.period.cumulative() : request.period;
  if (period.window(inputs.zone).start > now) {
    return Error{"period " + period.name() + " has not begun: it lies in the future"};
  }
  if (auto checked = check_scope(request.scope, inputs); !checked) return checked.error();
  if (auto checked = check_ids(request, inputs); !checked) return checked.error();
  Evaluation evaluation(inputs, source, settings);
  const auto scopes = parts(evaluation, request, period);
  if (!scopes) return scopes.error();
  const auto whole = whole_of(request);
  Rows rows(evaluation, request, period, published);
  const bool everything = request.ids.empty();
  for (const auto& id : everything ? all_ids(inputs) : request.ids) {
    for (const auto& scope : *scopes) {
      const bool spread = everything && find_term(id)->by_product && !scope.has("product");
      if (!spread) {
        rows.add(id, scope, whole);
        continue;
      }
      for (const auto& product : product_parts(evaluation, scope, period)) rows.add(id, product, whole);
    }
  }
  return rows.take();
}

}  // namespace songhua::indicators
