#pragma once

#include <string>
#include <string_view>
#include <vector>

// Names, units and decimals of all indicators (indicators.md 1).
namespace songhua::indicators {

enum class Family {
  level,
  sales_ratio,
  growth,
  structure,
  product,
  index,
  capacity,
  energy,
  labour,
  digital,
  share,
  kpi,
  target,
  quality,
  count,
  bulletin  // what a monthly release has beside (figures_bulletin.cpp)
};

struct Term {
  std::string id;
  std::string name_zh;
  std::string name_en;
  std::string unit;  // "" where the product decides
  int decimals = 2;  // product indicators: the catalogue's
  Family family = Family::level;
  bool by_product = false;  // an indicator of products: one row a product, product codes serve the scope
};

// In the order in which rows are given.
const std::vector<Term>& vocabulary();
const Term* find_term(std::string_view id);  // share.<group> for any group is found as the family's term

}  // namespace songhua::indicators
