#pragma once

#include <nlohmann/json.hpp>

#include "model/catalogue.h"

namespace songhua::figures {

// What people call the products: an array of {"product","name_zh","name_en","unit","statistical_unit",
// "statistical_unit_zh"}, sorted by product; empty texts where the catalogue has none.
nlohmann::json products_json(const Catalogue& catalogue);

}  // namespace songhua::figures
