#include "disclosure/row_tables.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace songhua::disclosure {
namespace {

using indicators::Scope;
using Kind = CellKey::Kind;
using Magnitude = indicators::Microdata::Magnitude;

bool of_months(const Period& period) {
  return period.kind != Period::Kind::day;
}

bool same_months(const Period& a, const Period& b) {
  return std::tie(a.year, a.first_month, a.last_month) == std::tie(b.year, b.first_month, b.last_month);
}

// Months cut at every border of a period that is looked at: what several periods have in common is counted once.
class Spans {
 public:
  explicit Spans(const std::vector<CellKey>& keys) {
    for (const auto& key : keys) {
      if (!of_months(key.period)) continue;
      borders_[key.period.year].insert(key.period.first_month);
      borders_[key.period.year].insert(key.period.last_month + 1);
    }
  }
  [[nodiscard]] std::vector<Period> of(const Period& period) const {
    if (!of_months(period)) return {period};
    std::vector<Period> spans;
    unsigned first = period.first_month;
    for (const auto border : borders_.at(period.year)) {
      if (border <= first || border > period.last_month + 1) continue;
      spans.push_back(Period::of_months(period.year, first, border - 1));
      first = border;
    }
    return spans;
  }

 private:
  std::map<int, std::set<unsigned>> borders_;
};

Rational sum_of(const std::vector<indicators::MicroAmount>& amounts) {
  Rational sum = 0;
  for (const auto& a : amounts) sum += a.amount;
  return sum;
}

Cell cell_of(const CellKey& key, indicators::Microdata& micro, Magnitude magnitude, const Spans& spans) {
  Cell cell;
  cell.id = key.text();
  const auto put = [&](std::vector<indicators::MicroAmount> amounts, const std::string& when) {
    for (auto& a : amounts) {
      cell.contributions.push_back({std::move(a.respondent), std::move(a.unit) + "@" + when, std::move(a.amount)});
    }
  };
  const bool products = key.kind == Kind::products || key.kind == Kind::product_base;
  if (key.kind == Kind::base || key.kind == Kind::product_base) {
    auto whole = micro.base_of(key.scope, key.period, products);
    std::vector<std::pair<std::string, std::vector<indicators::MicroAmount>>> parts;
    for (const auto& span : spans.of(key.period)) {
      parts.emplace_back(span.name(), micro.base_of(key.scope, span, products));
    }
    // Bases of months need not add up to those of their year: base.csv gives each of them.
    Rational sum = 0;
    for (const auto& [when, amounts] : parts) sum += sum_of(amounts);
    if (sum != sum_of(whole)) {
      put(std::move(whole), key.period.name());
      return cell;
    }
    for (auto& [when, amounts] : parts) put(std::move(amounts), when);
    return cell;
  }
  for (const auto& span : spans.of(key.period)) {
    put(micro.of(key.scope, key.period, span, magnitude, products), span.name());
    // An estimate is made of the enterprise's own past: it is protected as what it stands for. Energy is of no product.
    const auto scope = key.kind == Kind::energy ? key.scope.without("product") : key.scope;
    put(micro.imputed_of(scope, key.period, span, magnitude, products), span.name() + " imputed");
  }
  return cell;
}

// GB/T 2260 without the zeros that fill it up.
std::string prefix_of(const std::string& key, std::string value) {
  if (key != "region") return value;
  while (value.size() > 2 && value.ends_with("00")) value.resize(value.size() - 2);
  return value;
}

// Values of a key that part a whole: codes of one length; names are of one kind.
std::size_t level_of(const std::string& key, const std::string& value) {
  if (key == "region" || key == "industry") return prefix_of(key, value).size();
  if (key == "ownership") {
    const bool code = !value.empty() && value.front() >= '0' && value.front() <= '9';
    return code ? 1 : value == "foreign_hmt" ? 2 : 3;
  }
  return 1;
}

bool refines(const std::string& key, const Scope& part, const Scope& whole) {
  if (!part.has(key) || part.without(key) != whole.without(key)) return false;
  if (!whole.has(key)) return true;
  const auto a = prefix_of(key, part.get(key)), b = prefix_of(key, whole.get(key));
  return (key == "region" || key == "industry") && a.size() > b.size() && a.starts_with(b);
}

// The units of a whole that none of its parts has; nothing where the parts overlap or stick out.
std::optional<Cell> rest_of(const Tables& tables, std::size_t whole, const std::vector<std::size_t>& parts) {
  std::map<std::string, const Contribution*> left;
  for (const auto& c : tables.cells[whole].contributions) left.emplace(c.unit, &c);
  Cell rest;
  rest.shown = false;
  rest.id = tables.cells[whole].id + " beside";
  for (const auto part : parts) {
    for (const auto& c : tables.cells[part].contributions) {
      const auto found = left.find(c.unit);
      if (found == left.end() || found->second->amount != c.amount) return std::nullopt;
      left.erase(found);
    }
    rest.id += " " + tables.cells[part].id;
  }
  for (const auto& [unit, contribution] : left) rest.contributions.push_back(*contribution);
  return rest;
}

void add_line(Tables& tables, std::size_t whole, std::vector<std::size_t> parts) {
  auto rest = rest_of(tables, whole, parts);
  if (!rest) return;
  if (!rest->is_zero()) parts.push_back(tables.add(std::move(*rest)));
  tables.lines.push_back({whole, std::move(parts)});
}

void add_scope_lines(Tables& tables, const std::vector<CellKey>& keys) {
  for (std::size_t whole = 0; whole < keys.size(); ++whole) {
    for (const auto name : indicators::kScopeKeys) {
      // Groups overlap: link() looks at each of them and its rest.
      if (name == "group" || name == "market_group" || name == "scale") continue;
      const std::string key(name);
      std::map<std::size_t, std::vector<std::size_t>> levels;
      for (std::size_t part = 0; part < keys.size(); ++part) {
        const bool same = keys[part].kind == keys[whole].kind && keys[part].period == keys[whole].period;
        if (!same || !refines(key, keys[part].scope, keys[whole].scope)) continue;
        levels[level_of(key, keys[part].scope.get(key))].push_back(part);
      }
      for (auto& [level, parts] : levels) add_line(tables, whole, std::move(parts));
    }
  }
}

bool joins(const Period& first, const Period& second, const Period& whole) {
  return first.year == whole.year && second.year == whole.year && first.first_month == whole.first_month &&
         second.first_month == first.last_month + 1 && second.last_month == whole.last_month;
}

void add_period_lines(Tables& tables, const std::vector<CellKey>& keys) {
  std::map<std::pair<Kind, Scope>, std::vector<std::size_t>> by_scope;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (of_months(keys[i].period)) by_scope[{keys[i].kind, keys[i].scope}].push_back(i);
  }
  for (const auto& [scope, cells] : by_scope) {
    for (const auto whole : cells) {
      for (const auto a : cells) {
        if (a != whole && same_months(keys[a].period, keys[whole].period) && a < whole) add_line(tables, whole, {a});
        for (const auto b : cells) {
          if (joins(keys[a].period, keys[b].period, keys[whole].period)) add_line(tables, whole, {a, b});
        }
      }
    }
  }
}

}  // namespace

void add_complements(std::set<CellKey>& keys, const Decisions& earlier) {
  std::vector<CellKey> more;
  for (const auto& whole : keys) {
    if (!of_months(whole.period)) continue;
    for (const auto& part : keys) {
      const auto& p = part.period;
      const auto& w = whole.period;
      if (part.kind != whole.kind || part.scope != whole.scope || !of_months(p) || p.year != w.year) continue;
      CellKey rest = whole;
      if (p.first_month > w.first_month && p.last_month == w.last_month) {
        rest.period = Period::of_months(w.year, w.first_month, p.first_month - 1);
      } else if (p.first_month == w.first_month && p.last_month < w.last_month) {
        rest.period = Period::of_months(w.year, p.last_month + 1, w.last_month);
      } else {
        continue;
      }
      if (earlier.contains(rest.text())) more.push_back(std::move(rest));
    }
  }
  keys.insert(more.begin(), more.end());
}

Tables tables_of(const std::vector<CellKey>& keys, indicators::Microdata& micro, Magnitude magnitude) {
  const Spans spans(keys);
  Tables tables;
  for (const auto& key : keys) tables.add(cell_of(key, micro, magnitude, spans));
  add_scope_lines(tables, keys);
  add_period_lines(tables, keys);
  return tables;
}

}  // namespace songhua::disclosure
