#include "indicators/scope.h"

#include <algorithm>
#include <set>

#include "model/industries.h"

namespace songhua::indicators {
namespace {

Error unknown(const std::string& key, const std::string& value, const std::string& hint) {
  return Error{"scope " + key + ": unknown code '" + value + "'" + hint};
}

Result<void> check_key(const std::string& key, const std::string& value, const Inputs& inputs) {
  if (key == "region") {
    if (!region_prefix(value, inputs.groups.extra_regions)) return unknown(key, value, "; GB/T 2260, 2, 4 or 6 digits");
  } else if (key == "industry") {
    if (find_industry(value) == nullptr) return unknown(key, value, "; GB/T 4754-2017, like C, C36 or C3612");
  } else if (key == "enterprise") {
    if (!inputs.reg.knows(value)) return unknown(key, value, "; the register has no such id");
  } else if (key == "ownership") {
    if (!is_ownership_filter(value))
      return unknown(key, value, "; a type like 159, or domestic, hmt, foreign, foreign_hmt");
  } else if (key == "holding") {
    if (std::find(holdings().begin(), holdings().end(), value) == holdings().end()) {
      return unknown(key, value, suggestion(value, holdings()));
    }
  } else if (key == "size") {
    if (std::find(size_classes().begin(), size_classes().end(), value) == size_classes().end()) {
      return unknown(key, value, "; one of L, M, S, XS");
    }
  } else if (key == "product") {
    if (inputs.catalogue.find(value) == nullptr) return unknown(key, value, "; the catalogue has no such id");
  } else if (key == "market") {
    if (!is_country(value) && value != "ZZ") return unknown(key, value, "; ISO 3166-1 alpha-2, or ZZ for unknown");
  } else if (key == "market_group") {
    if (inputs.groups.find_market(value) == nullptr) return unknown(key, value, "");
  } else if (key == "group") {
    if (inputs.groups.find(value) == nullptr) return unknown(key, value, "");
  } else if (key == "scale") {
    if (value != "above" && value != "all") return unknown(key, value, "; above or all");
  } else if (key != "line") {
    return Error{"unknown scope key '" + key + "'" + suggestion(key, {kScopeKeys.begin(), kScopeKeys.end()})};
  }
  return {};
}

bool in_group(const Enterprise& e, const Group& group, Day day) {
  switch (group.kind) {
    case Group::Kind::industry:
      return group.has(e.industry, day);
    case Group::Kind::region:
      return group.has(e.region, day);
    case Group::Kind::ownership:
      return group.has(e.ownership, day);
    case Group::Kind::product_tag:
    case Group::Kind::market:
      return true;  // selects products or markets, not enterprises
  }
  return false;
}

bool matches(const Enterprise& e, const Scope& scope, const Inputs& inputs, Day day, bool by_product) {
  const auto region = scope.get("region"), industry = scope.get("industry"), ownership = scope.get("ownership");
  if (scope.get("scale") != "all" && !e.above_scale) return false;
  if (scope.has("enterprise") && e.id != scope.get("enterprise")) return false;
  if (!region.empty() && !e.region.starts_with(*region_prefix(region, inputs.groups.extra_regions))) return false;
  if (!industry.empty() && !by_product && !e.industry.starts_with(industry)) return false;
  if (!ownership.empty() && !ownership_matches(e.ownership, ownership)) return false;
  if (scope.has("holding") && e.holding != scope.get("holding")) return false;
  if (scope.has("size") && e.size != scope.get("size")) return false;
  if (!scope.has("group")) return true;
  const auto& group = *inputs.groups.find(scope.get("group"));
  if (by_product && group.kind == Group::Kind::industry) return true;
  return in_group(e, group, day);
}

using Values = std::set<std::string>;

Values codes_of(const std::vector<const Enterprise*>& enterprises, std::string Enterprise::*field, std::size_t digits,
                std::size_t width, char fill) {
  Values values;
  for (const auto* e : enterprises) {
    auto code = (e->*field).substr(0, digits);
    if (code.size() == digits) values.insert(code + std::string(width > digits ? width - digits : 0, fill));
  }
  return values;
}

}  // namespace

std::string Scope::get(std::string_view key) const {
  const auto found = keys.find(std::string(key));
  return found == keys.end() ? std::string{} : found->second;
}

Scope Scope::with(std::string key, std::string value) const {
  Scope scope = *this;
  scope.keys[std::move(key)] = std::move(value);
  return scope;
}

Scope Scope::without(std::string_view key) const {
  Scope scope = *this;
  scope.keys.erase(std::string(key));
  return scope;
}

Result<void> check_scope(const Scope& scope, const Inputs& inputs) {
  for (const auto& [key, value] : scope.keys) {
    if (auto checked = check_key(key, value, inputs); !checked) return checked;
  }
  return {};
}

std::vector<const Enterprise*> select_enterprises(const Scope& scope, const Inputs& inputs, Day day, bool by_product) {
  std::vector<const Enterprise*> selected;
  for (const auto& e : inputs.reg.enterprises()) {
    if (e.validity.holds(day) && matches(e, scope, inputs, day, by_product)) selected.push_back(&e);
  }
  return selected;
}

RowFilter row_filter(const Scope& scope, const Inputs& inputs, Day day, bool by_product) {
  RowFilter filter;
  filter.line = scope.get("line");
  filter.product = scope.get("product");
  filter.market = scope.get("market");
  filter.market_group = scope.get("market_group");
  if (!filter.market_group.empty()) filter.group_day = day;
  if (by_product) filter.industry = scope.get("industry");
  if (!scope.has("group")) return filter;
  const auto& group = *inputs.groups.find(scope.get("group"));
  if (group.kind == Group::Kind::product_tag || (by_product && group.kind == Group::Kind::industry)) {
    filter.product_group = group.id;
    filter.group_day = day;
  }
  return filter;
}

Result<std::vector<Scope>> parts_of(const Scope& scope, std::string_view by, const Inputs& inputs, Day day) {
  if (const auto known = check_scope(scope, inputs); !known) return known.error();
  const auto enterprises = select_enterprises(scope, inputs, day, false);
  std::string key(by);
  Values values;
  if (by == "region" || by == "prefecture" || by == "county") {
    key = "region";
    const auto prefix = scope.has("region") ? *region_prefix(scope.get("region"), inputs.groups.extra_regions) : "22";
    const bool county = by == "county" || (by == "region" && prefix.size() >= 4);
    values = codes_of(enterprises, &Enterprise::region, county ? 6 : 4, 6, '0');
  } else if (by == "industry" || by == "section" || by == "division") {
    key = "industry";
    const auto within = scope.get("industry").size();
    const std::size_t digits = by == "section"                  ? 1
                               : by == "division" || within < 3 ? 3
                                                                : std::min<std::size_t>(within + 1, 5);
    values = codes_of(enterprises, &Enterprise::industry, digits, digits, '0');
  } else if (by == "enterprise") {
    for (const auto* e : enterprises) values.insert(e->id);
  } else if (by == "ownership") {
    values = codes_of(enterprises, &Enterprise::ownership, 3, 3, '0');
  } else if (by == "holding") {
    for (const auto* e : enterprises) values.insert(e->holding);
  } else if (by == "size") {
    for (const auto* e : enterprises) values.insert(e->size);
  } else if (by == "group" || by == "market_group") {
    for (const auto& group : inputs.groups.list) {
      if (group.of_markets() == (by == "market_group") && group.validity.holds(day)) values.insert(group.id);
    }
  } else if (by == "product") {
    for (const auto& product : inputs.catalogue.products) values.insert(product.id);
  } else if (by == "scale") {
    values = {"above", "all"};
  } else {
    return Error{
        "unknown dimension '" + std::string(by) + "'" +
        suggestion(by, {"region", "prefecture", "county", "industry", "section", "division", "enterprise", "line",
                        "ownership", "holding", "size", "product", "market", "market_group", "group", "scale"})};
  }
  std::vector<Scope> parts;
  for (const auto& value : values) parts.push_back(scope.with(key, value));
  return parts;
}

}  // namespace songhua::indicators
