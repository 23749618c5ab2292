#include "model/catalogue.h"

#include <algorithm>
#include <set>

#include "model/industries.h"
#include "model/int128.h"
#include "model/register_toml.h"

namespace songhua {
namespace {

constexpr std::int64_t kMostRate = 10'000;  // basis points: all of the output

// Fen per base unit: `key` over `per` units.
std::optional<Fraction> read_price(const TomlTable& table, std::string_view key, std::int64_t per) {
  const auto price = table.fraction(key);
  if (!price) return std::nullopt;
  const std::string name(key);
  if (price->num < 0) {
    table.fail(key, "'" + name + "' is negative; a price cannot be");
    return std::nullopt;
  }
  if (price->num / price->den >= kMostPrice) {
    table.fail(key, "'" + name + "' is above 2^40 fen per unit");
    return std::nullopt;
  }
  const auto exact = Fraction::parse(std::to_string(price->num) + "/" + to_string(int128{price->den} * per));
  if (!exact) table.fail(key, "'" + name + "' over 'per' has too many digits");
  return exact;
}

PriceRow read_price_row(const TomlTable& table) {
  PriceRow row;
  row.place = table.place();
  row.valid_from = table.day("valid_from", kFirstDay);
  std::int64_t per = table.integer("per").value_or(1);
  if (per < 1 || per > 1'000'000'000) {
    table.fail("per", "'per' must be a number of base units from 1 to 1000000000");
    per = 1;
  }
  row.fields.price = read_price(table, "price", per);
  row.fields.comparable_price = read_price(table, "comparable_price", per);
  row.fields.dispatch_price = read_price(table, "dispatch_price", per);
  row.fields.export_price = read_price(table, "export_price", per);
  row.fields.va_rate = table.integer("va_rate");
  if (row.fields.va_rate && std::abs(*row.fields.va_rate) > kMostRate) {
    table.fail("va_rate", "'va_rate' is " + std::to_string(*row.fields.va_rate) +
                              ": basis points between -10000 and 10000 are expected");
  }
  return row;
}

const std::vector<std::string> kPriceKeys{"valid_from", "price", "comparable_price", "dispatch_price", "export_price",
                                          "va_rate",    "per"};

void read_prices(const TomlTable& table, Product& product, Problems& problems) {
  for (const auto& entry : table.tables("price")) {
    entry.only(kPriceKeys);
    auto row = read_price_row(entry);
    for (const auto& earlier : product.prices) {
      if (earlier.valid_from == row.valid_from) {
        problems.add(row.place, "product '" + product.id +
                                    "' has two prices valid from the same day (the other: line " +
                                    std::to_string(earlier.place.line) + ")");
      }
    }
    product.prices.push_back(std::move(row));
  }
  std::stable_sort(product.prices.begin(), product.prices.end(),
                   [](const PriceRow& a, const PriceRow& b) { return a.valid_from < b.valid_from; });
  const auto missing = [&](const char* what) {
    problems.add(product.place,
                 "product '" + product.id + "' has no " + what + "; add it to its first [[product.price]]");
  };
  if (product.prices.empty()) return missing("price");
  const auto& first = product.prices.front().fields;
  if (!first.price) missing("price");
  if (!first.export_price) missing("export_price");
  if (!first.va_rate) missing("va_rate");
}

void read_quantities(const TomlTable& table, Product& product) {
  if (const auto factor = table.fraction("statistical_factor")) product.statistical_factor = *factor;
  if (product.statistical_factor.num <= 0) table.fail("statistical_factor", "'statistical_factor' must be positive");
  product.decimals = static_cast<int>(table.integer("decimals").value_or(2));
  if (product.decimals < 0 || product.decimals > 6) table.fail("decimals", "'decimals' must be from 0 to 6");
  product.capacity_per_hour = table.fraction("capacity_per_hour");
  if (product.capacity_per_hour && product.capacity_per_hour->num <= 0) {
    table.fail("capacity_per_hour", "'capacity_per_hour' must be positive");
    product.capacity_per_hour.reset();
  }
  product.normal_hours = table.integer("normal_hours").value_or(24);
  if (product.normal_hours < 1 || product.normal_hours > 24)
    table.fail("normal_hours", "'normal_hours' must be from 1 to 24");
  if (const auto nutrients = table.table("nutrients")) {
    nutrients->only({"n", "p2o5", "k2o"});
    product.nutrients = Nutrients{nutrients->integer("n").value_or(0), nutrients->integer("p2o5").value_or(0),
                                  nutrients->integer("k2o").value_or(0)};
    const auto& n = *product.nutrients;
    if (n.n < 0 || n.p2o5 < 0 || n.k2o < 0 || n.sum() > 100) {
      table.fail("nutrients", "nutrient shares are percent of mass: from 0, together at most 100");
    }
  }
  if (const auto energy = table.table("energy")) {
    for (const auto& carrier : energy->keys()) {
      if (const auto units = energy->fraction(carrier)) product.energy.emplace(carrier, *units);
    }
  }
}

Product read_product(const TomlTable& table, Problems& problems) {
  table.only({"id", "name_zh", "name_en", "industry", "unit", "statistical_unit", "statistical_unit_zh",
              "statistical_factor", "decimals", "nutrients", "tags", "capacity_per_hour", "normal_hours", "markets",
              "energy", "price"});
  Product product;
  product.place = table.place();
  product.id = table.required("id");
  product.name_zh = table.text("name_zh", product.id);
  product.name_en = table.text("name_en", product.id);
  product.industry = table.required("industry");
  if (!product.industry.empty() && (find_industry(product.industry) == nullptr || product.industry.size() < 3)) {
    table.fail("industry", "unknown industry code '" + product.industry +
                               "'; write a GB/T 4754-2017 division, group or "
                               "class like C3611");
  }
  product.unit = table.required("unit");
  product.statistical_unit = table.text("statistical_unit", product.unit);
  product.statistical_unit_zh = table.text("statistical_unit_zh", product.statistical_unit);
  product.tags = table.texts("tags");
  product.markets = table.texts("markets");
  read_quantities(table, product);
  read_prices(table, product, problems);
  return product;
}

}  // namespace

void PriceFields::fill_from(const PriceFields& below) {
  if (!price) price = below.price;
  if (!comparable_price) comparable_price = below.comparable_price;
  if (!dispatch_price) dispatch_price = below.dispatch_price;
  if (!export_price) export_price = below.export_price;
  if (!va_rate) va_rate = below.va_rate;
}

bool Product::tagged(std::string_view tag) const {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

PriceFields Product::price_at(Day day) const {
  PriceFields fields;
  for (auto row = prices.rbegin(); row != prices.rend(); ++row) {
    if (row->valid_from <= day) fields.fill_from(row->fields);
  }
  if (!prices.empty()) fields.fill_from(prices.front().fields);
  return fields;
}

const Product* Catalogue::find(std::string_view id) const {
  const auto found = std::find_if(products.begin(), products.end(), [&](const Product& p) { return p.id == id; });
  return found == products.end() ? nullptr : &*found;
}

Catalogue parse_catalogue(std::string_view text, std::string_view file, Problems& problems) {
  Catalogue catalogue;
  const auto parsed = parse_toml(text, file, problems);
  if (!parsed) return catalogue;
  const TomlTable root(*parsed, file, problems);
  root.only({"base_year", "product"});
  catalogue.base_year = static_cast<int>(root.integer("base_year").value_or(2018));
  if (catalogue.base_year < 1950 || catalogue.base_year > 2200) root.fail("base_year", "'base_year' is no year");
  std::set<std::string> ids;
  for (const auto& table : root.tables("product")) {
    auto product = read_product(table, problems);
    if (!product.id.empty() && !ids.insert(product.id).second) {
      table.fail("id", "product '" + product.id + "' is defined twice (the other: line " +
                           std::to_string(catalogue.find(product.id)->place.line) + ")");
      continue;
    }
    catalogue.products.push_back(std::move(product));
  }
  return catalogue;
}

}  // namespace songhua
