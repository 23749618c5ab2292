#include "disclosure/rows.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "disclosure/row_tables.h"

namespace songhua::disclosure {
namespace {

using indicators::Family;
using indicators::IndicatorRow;
using indicators::Scope;
using Kind = CellKey::Kind;
using Magnitude = indicators::Microdata::Magnitude;

// Indicators of products take industry and groups as product codes: another set of units than the enterprises'.
bool selects_products(const indicators::Term& term, const std::string& id, const Scope& scope) {
  const bool by_product = term.by_product || term.family == Family::index || id == "nev_share_vehicles";
  return by_product && (scope.has("industry") || scope.has("group") || scope.has("product"));
}

bool is_growth(const indicators::Term& term, const std::string& id) {
  return term.family == Family::growth || term.family == Family::target || term.family == Family::quality ||
         id.ends_with("_growth") || id.ends_with("_change");
}

void add_share_cells(const std::string& id, const Scope& scope, const Period& period, std::vector<CellKey>& cells) {
  if (id == "nev_share_vehicles") {
    const auto vehicles = scope.with("industry", "C361");
    cells.push_back({Kind::products, vehicles, period});
    cells.push_back({Kind::products, vehicles.with("group", "nev"), period});
    return;
  }
  cells.push_back({Kind::figures, scope, period});
  cells.push_back({Kind::figures, scope.with("group", id.substr(std::string_view("share.").size())), period});
}

struct Plan {
  std::vector<Kind> kinds;
  std::vector<Magnitude> magnitudes;
};
// What is looked at together. All magnitudes of a plan share one pattern: one decision per cell and period.
const std::vector<Plan>& plans() {
  static const std::vector<Plan> all{{{Kind::figures, Kind::products}, {Magnitude::output, Magnitude::value_added}},
                                     {{Kind::sales}, {Magnitude::sales}},
                                     {{Kind::exports}, {Magnitude::exports}},
                                     {{Kind::energy}, {Magnitude::energy}},
                                     {{Kind::base}, {Magnitude::value_added}},
                                     {{Kind::product_base}, {Magnitude::output}}};
  return all;
}

// A press office misses the whole first, then sections and groups, industries, regions, other parts of the whole,
// single countries; parts of parts last.
std::size_t rank_of(const Scope& scope) {
  const auto own = scope.get("region").ends_with("0000") ? scope.without("region") : scope;
  if (own.keys.empty()) return 6;
  if (own.keys.size() > 1) return 0;
  const auto& [key, value] = *own.keys.begin();
  if (key == "group" || (key == "industry" && value.size() == 1)) return 5;
  if (key == "industry" && value.size() == 3) return 4;
  if (key == "region" && value.ends_with("00")) return 3;
  if (key == "product" || key == "holding" || key == "ownership" || key == "size" || key == "market_group") return 2;
  return 1;
}

// Further blanks for one magnitude only loosen the bounds of the others, but may leave a single one in their lines: so
// each magnitude goes on from the blanks of the one before until none adds any. As blanks only come, that ends.
void answer(Question& question, const Decisions& earlier, const Rules& rules, RowProtection& result) {
  const auto& own = question.keys;
  auto& tables = question.tables;
  for (auto& table : tables) {
    for (std::size_t i = 0; i < own.size(); ++i) table.cells[i].rank = rank_of(own[i].scope);
    result.linked = link(table, rules) && result.linked;
  }
  std::vector<Code> codes(own.size(), Code::free);
  bool changed = true;
  while (changed) {
    changed = false;
    for (auto& table : tables) {
      for (std::size_t i = 0; i < own.size(); ++i) {
        auto& cell = table.cells[i];
        const auto known = earlier.find(own[i].text());
        if (known != earlier.end() && !known->second) cell.decided = Cell::Decided::given;
        const bool blank = codes[i] != Code::free || (known != earlier.end() && known->second);
        if (blank && !cell.is_zero()) cell.decided = Cell::Decided::blank;
      }
      auto found = protect(table, rules);
      result.exact = result.exact && found.exact;
      result.exposed.insert(result.exposed.end(), found.exposed.begin(), found.exposed.end());
      for (std::size_t i = 0; i < own.size(); ++i) {
        if (found.codes[i] == Code::primary) {
          auto& why = result.why[own[i].text()];
          for (const auto& rule : found.why[i]) {
            if (std::ranges::find(why, rule) == why.end()) why.push_back(rule);
          }
        }
        const bool stricter = found.codes[i] == Code::primary || codes[i] == Code::free;
        if (!stricter || codes[i] == found.codes[i]) continue;
        changed = changed || codes[i] == Code::free;
        codes[i] = found.codes[i];
      }
    }
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    // A zero that nobody is behind decides nothing: of whoever reports late it has said nothing.
    const bool nobody = std::ranges::all_of(tables, [i](const Tables& table) { return table.cells[i].is_zero(); });
    if (!nobody || earlier.contains(own[i].text())) result.codes[own[i].text()] = codes[i];
  }
}

// Contributions and pulls of parts give their whole away.
Code code_of_wholes(const IndicatorRow& row, const RowProtection& protection) {
  if (row.indicator != "contribution" && row.indicator != "pull") return Code::free;
  for (const auto& [key, value] : row.scope.keys) {
    IndicatorRow whole = row;
    whole.scope = row.scope.without(key);
    for (const auto& cell : cells_of(whole)) {
      const auto found = protection.codes.find(cell.text());
      if (found != protection.codes.end() && found->second != Code::free) return Code::secondary;
    }
  }
  return Code::free;
}

Code code_of(const IndicatorRow& row, const RowProtection& protection) {
  Code code = code_of_wholes(row, protection);
  for (const auto& cell : cells_of(row)) {
    const auto found = protection.codes.find(cell.text());
    if (found == protection.codes.end() || found->second == Code::free) continue;
    if (found->second == Code::primary) return Code::primary;
    code = Code::secondary;
  }
  return code;
}

}  // namespace

std::string CellKey::text() const {
  static constexpr std::array<std::string_view, 7> kNames{"figures", "products", "sales",       "exports",
                                                          "energy",  "base",     "product_base"};
  std::string text(kNames.at(static_cast<std::size_t>(kind)));
  text.append("|").append(period.name()).append("|");
  bool first = true;
  for (const auto& [key, value] : scope.keys) {
    text.append(first ? "" : ";").append(key).append("=").append(value);
    first = false;
  }
  return text;
}

std::vector<CellKey> cells_of(const IndicatorRow& row) {
  const auto* term = indicators::find_term(row.indicator);
  const auto parsed = Period::parse(row.period);
  if (term == nullptr || !parsed || term->family == Family::count) return {};
  const auto& id = row.indicator;
  const auto period = *parsed;
  const auto scope = row.scope.get("scale") == "above" ? row.scope.without("scale") : row.scope;
  std::vector<CellKey> cells;
  if (term->family == Family::share) {
    add_share_cells(id, scope, period, cells);
    return cells;
  }
  if (id.starts_with("export_") || id.starts_with("sales_")) {
    const bool exports = id.starts_with("export_");
    const auto kind = exports ? Kind::exports : Kind::sales;
    cells.push_back({kind, scope, period});
    if (is_growth(*term, id)) cells.push_back({kind, scope, period.last_year()});
    if (id == "export_share") cells.push_back({Kind::sales, scope, period});
    if (id.starts_with("sales_output_ratio")) cells.push_back({Kind::figures, scope, period});
    return cells;
  }
  const bool products = selects_products(*term, id, scope);
  const auto add = [&](const Period& of) {
    cells.push_back({products ? Kind::products : Kind::figures, scope, of});
    if (is_growth(*term, id)) cells.push_back({products ? Kind::product_base : Kind::base, scope, of});
  };
  add(period);
  if (id.starts_with("energy_")) cells.push_back({Kind::energy, scope, period});
  // The change of a rate tells of both rates; its row names the period before.
  if (id == "value_added_growth_change") {
    if (const auto before = Period::parse(row.base)) add(*before);
  }
  if (term->family == Family::target) cells.push_back({Kind::base, scope, Period::of_year(period.year)});
  return cells;
}

Decisions RowProtection::decisions() const {
  Decisions all;
  for (const auto& [key, code] : codes) all[key] = code != Code::free;
  return all;
}

std::vector<Question> questions_of(const std::vector<IndicatorRow>& rows, indicators::Microdata& micro,
                                   const Decisions& earlier) {
  std::set<CellKey> keys;
  for (const auto& row : rows) {
    for (auto& key : cells_of(row)) keys.insert(std::move(key));
  }
  add_complements(keys, earlier);
  std::vector<Question> questions;
  for (const auto& plan : plans()) {
    Question question;
    std::ranges::copy_if(keys, std::back_inserter(question.keys), [&](const CellKey& key) {
      return std::ranges::find(plan.kinds, key.kind) != plan.kinds.end();
    });
    if (question.keys.empty()) continue;
    for (const auto magnitude : plan.magnitudes) question.tables.push_back(tables_of(question.keys, micro, magnitude));
    questions.push_back(std::move(question));
  }
  return questions;
}

RowProtection decide(std::vector<Question> questions, const Decisions& earlier, const Rules& rules) {
  RowProtection result;
  for (auto& question : questions) answer(question, earlier, rules, result);
  std::ranges::sort(result.exposed);
  result.exposed.erase(std::unique(result.exposed.begin(), result.exposed.end()), result.exposed.end());
  for (const auto& [key, code] : result.codes) {
    result.primary += code == Code::primary ? 1U : 0U;
    result.secondary += code == Code::secondary ? 1U : 0U;
  }
  return result;
}

RowProtection protect(const std::vector<IndicatorRow>& rows, indicators::Microdata& micro, const Decisions& earlier,
                      const Rules& rules) {
  auto result = decide(questions_of(rows, micro, earlier), earlier, rules);
  for (const auto& row : rows) result.rows.push_back(code_of(row, result));
  return result;
}

void withhold(std::vector<IndicatorRow>& rows, const RowProtection& protection) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& row = rows[i];
    row.explanation.reset();
    row.conf.clear();
    if (row.previous) row.previous->causes.clear();  // they name factories
    for (auto& [kind, warning] : row.warnings) {
      // Enterprises by name are nobody's business outside; the count is.
      if (kind == "no_base" || kind == "not_reporting" || kind == "partly_reporting") warning.items.clear();
    }
    if (protection.rows.at(i) == Code::free) continue;
    row.value = indicators::Reason::confidential;
    row.shown.reset();
    row.flags.clear();
    row.warnings.clear();
    row.base_source.clear();
    row.coverage.reset();
    row.imputed_share.reset();
    row.previous.reset();
    row.revision.reset();
    if (row.status == indicators::Status::revised) row.status = indicators::Status::final;
  }
}

}  // namespace songhua::disclosure
