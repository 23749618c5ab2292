#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/decimal.h"
#include "model/register_text.h"

// Products, their prices, value-added rates and capacities, as data with validity (indicators.md 2 and 13).
namespace songhua {

// What a price row or an override may set; what it does not set comes from the row below it (price_at).
struct PriceFields {
  std::optional<Fraction> price;             // current, ex VAT, fen per base unit
  std::optional<Fraction> comparable_price;  // mean of the base year, fen per base unit
  std::optional<Fraction> dispatch_price;    // domestic sales; the current price where absent
  std::optional<Fraction> export_price;      // export sales, in CNY
  std::optional<std::int64_t> va_rate;       // value added per gross output in basis points, signed

  // Takes what `this` lacks from `below`.
  void fill_from(const PriceFields& below);
  bool operator==(const PriceFields&) const = default;
};

struct PriceRow {
  Day valid_from = kFirstDay;
  PriceFields fields;
  Place place;
};

struct Nutrients {  // percent of mass
  std::int64_t n = 0;
  std::int64_t p2o5 = 0;
  std::int64_t k2o = 0;
  [[nodiscard]] std::int64_t sum() const { return n + p2o5 + k2o; }
};

struct Product {
  std::string id;
  std::string name_zh;
  std::string name_en;
  std::string industry;          // GB/T 4754 class
  std::string unit;              // base unit of the totalizers
  std::string statistical_unit;  // "t", "t nutrient", "vehicle"
  std::string statistical_unit_zh;
  Fraction statistical_factor{1, 1};  // base units per statistical unit
  int decimals = 2;                   // of the published output
  std::optional<Nutrients> nutrients;
  std::vector<std::string> tags;
  std::optional<Fraction> capacity_per_hour;  // base units; the nominal cycle time (PRI) follows from it
  std::int64_t normal_hours = 24;             // a day
  std::vector<std::string> markets;           // usual customers; for labels and demonstrations
  std::map<std::string, Fraction> energy;     // carrier -> telemetry units per base unit; for demonstrations
  std::vector<PriceRow> prices;               // by valid_from, at least one
  Place place;

  [[nodiscard]] bool tagged(std::string_view tag) const;
  // Rows up to `day`, the newest first to say something; before the first row that one.
  [[nodiscard]] PriceFields price_at(Day day) const;
};

struct Catalogue {
  int base_year = 2018;           // whose mean prices are the comparable prices
  std::vector<Product> products;  // in the order of the file

  [[nodiscard]] const Product* find(std::string_view id) const;
};

// catalogue.toml (docs/import-files.md). What is wrong is added to `problems`.
Catalogue parse_catalogue(std::string_view text, std::string_view file, Problems& problems);

}  // namespace songhua
