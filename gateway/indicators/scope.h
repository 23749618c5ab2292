#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/inputs.h"

// Which enterprises and products a figure is of (interfaces.md: scope keys; indicators.md 0).
namespace songhua::indicators {

inline constexpr std::array<std::string_view, 12> kScopeKeys{"region",    "industry",     "enterprise", "line",
                                                             "ownership", "holding",      "size",       "product",
                                                             "market",    "market_group", "group",      "scale"};

// Keys that are set, their intersection. `scale` is "above" where it is not set; "all" takes both.
struct Scope {
  std::map<std::string, std::string> keys;

  [[nodiscard]] std::string get(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return keys.contains(std::string(key)); }
  [[nodiscard]] Scope with(std::string key, std::string value) const;
  [[nodiscard]] Scope without(std::string_view key) const;
  auto operator<=>(const Scope&) const = default;
};

// Unknown keys and codes are errors.
Result<void> check_scope(const Scope& scope, const Inputs& inputs);

// Register rows of the enterprises that the scope selects on `day`, by id. `industry`, a `product_tag` group, `product`
// and markets select products or terms for indicators of products: those pass `by_product`.
std::vector<const Enterprise*> select_enterprises(const Scope& scope, const Inputs& inputs, Day day, bool by_product);

// What of a selected enterprise's rows counts.
struct RowFilter {
  std::string line;
  std::string product;
  std::string industry;       // prefix of the product's code, for indicators of products
  std::string product_group;  // the same by a group of product tags or industries
  std::string market;
  std::string market_group;  // members count as of `group_day`
  Day group_day = kFirstDay;

  [[nodiscard]] bool narrows_products() const {
    return !line.empty() || !product.empty() || !industry.empty() || !product_group.empty() || narrows_markets();
  }
  [[nodiscard]] bool narrows_markets() const { return !market.empty() || !market_group.empty(); }
  auto operator<=>(const RowFilter&) const = default;
};
RowFilter row_filter(const Scope& scope, const Inputs& inputs, Day day, bool by_product);

// The parts of a scope along a dimension: a scope key, or section | division | county | prefecture. Lines and markets
// are known from the rollups only: compute() finds those.
Result<std::vector<Scope>> parts_of(const Scope& scope, std::string_view by, const Inputs& inputs, Day day);

}  // namespace songhua::indicators
