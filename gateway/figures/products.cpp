#include "figures/products.h"

#include <map>

namespace songhua::figures {

nlohmann::json products_json(const Catalogue& catalogue) {
  std::map<std::string, nlohmann::json> sorted;
  for (const auto& product : catalogue.products) {
    sorted[product.id] = {{"product", product.id},
                          {"name_zh", product.name_zh},
                          {"name_en", product.name_en},
                          {"unit", product.unit},
                          {"statistical_unit", product.statistical_unit},
                          {"statistical_unit_zh", product.statistical_unit_zh}};
  }
  auto list = nlohmann::json::array();
  for (auto& [id, product] : sorted) list.push_back(std::move(product));
  return list;
}

}  // namespace songhua::figures
