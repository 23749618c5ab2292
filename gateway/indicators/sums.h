#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "indicators/efficiency.h"
#include "indicators/inputs.h"
#include "indicators/kpi.h"
#include "indicators/levels.h"
#include "indicators/quantities.h"
#include "indicators/scope.h"

// Rollup rows of a window, priced and added up by enterprise: what all indicators are computed from. Inside the room.
namespace songhua::indicators {

// Levels in money, and energy: what has a value per enterprise at both ends of a comparison.
enum class Item {
  gross_output_current,
  gross_output_comparable,
  value_added_current,
  value_added_comparable,
  sales_value,
  export_delivery_value,
  energy_tce
};
inline constexpr std::size_t kItems = 7;

// Which rows feed a figure, so that its status is that of its own inputs.
enum class Feed { output, dispatch, energy, labour, equipment, time, failures };
inline constexpr std::size_t kFeeds = 7;
Feed feed_of(Item item);

// Of the rows of one feed.
struct Doubt {
  Status status = Status::final;
  bool open = false;  // something of it is not in yet
  bool estimated = false;
  bool from_start = true;
};

struct ProductSum {
  BigInt good = 0;
  BigInt rejected = 0;
  BigInt reworked = 0;
  Rational cycle_all = 0;  // PRI * PQ, ms
};

struct LineSum {
  std::map<std::string, ProductSum> products;
  std::map<std::pair<std::string, std::string>, CapacityTerm> capacity;  // by product and comparable price
  Rational tce = 0;
  BigInt electricity_wh = 0;
  bool metered = false;  // has rows of energy
};

// Of a line, also where it said nothing in the window: levels and counters hold on.
struct LineKpis {
  KpiSums sums;
  bool times = false, failures = false;     // has rows of states, of failures
  std::map<std::string, BigInt> equipment;  // by measure
};

struct EnterpriseSums {
  std::array<Rational, kItems> items;
  std::map<std::string, ProductSum> products;
  std::map<std::string, BigInt> measures;  // energy.*, labour.time, equipment.*
  std::map<LineId, LineSum> lines;
  std::map<LineId, LineKpis> kpis;
  std::array<Doubt, kFeeds> doubts;
  std::set<std::string> uncatalogued;
  std::set<std::string> unknown_markets;
  bool price_imputed = false;
  bool heard = false;               // has rows that are more than levels carried forward
  std::set<LineId> heard_lines;     // the same of its lines
  std::array<bool, kFeeds> told{};  // the same of its feeds
};
using Sums = std::map<std::string, EnterpriseSums, std::less<>>;  // by enterprise; without rows there is no entry

// A price as it applies to one series, and where it comes from.
struct Priced {
  PriceFields fields;
  std::int64_t va_rate_base = 0;
  bool imputed = false;  // the comparable price
  std::optional<Fraction> capacity_per_hour;
};

class Rollups {
 public:
  Rollups(const Inputs& inputs, QuantitySource& source) : inputs_(inputs), source_(source) {}

  const Sums& sums(Window window, const RowFilter& filter);
  // The window cut at the days on which a price, rate or coefficient changes.
  [[nodiscard]] std::vector<Window> pieces(Window window) const;
  [[nodiscard]] Priced priced(const std::string& enterprise, const std::string& line, const Product& product,
                              Day day) const;
  // Of the line for the product, of the line, else of the product.
  [[nodiscard]] std::optional<Fraction> capacity_at(const std::string& enterprise, const std::string& line,
                                                    const Product& product, Day day) const;
  // Does a row count under the filter? `product` is null for rows without one and for uncatalogued ones.
  [[nodiscard]] bool passes(const QuantityRow& row, const Product* product, const RowFilter& filter) const;
  // By which a measure of energy counts on a day; none: it is shown and not counted.
  [[nodiscard]] const EnergyCoefficient* coefficient_of(std::string_view measure, Day day) const;
  // tce of a row of energy that counts; 0 of any other row.
  [[nodiscard]] Rational energy_of(const QuantityRow& row, Day day) const;
  // Enterprises of which the window has more than levels carried forward: those with EnterpriseSums::heard.
  const std::set<std::string, std::less<>>& heard(Window window);
  QuantitySource& source() { return source_; }

 private:
  struct Building;
  void add_row(const QuantityRow& row, Day day, const RowFilter& filter, Building& into);
  void add_product_row(const QuantityRow& row, const Product& product, Day day, Building& into);
  void add_energy(const QuantityRow& row, Day day, Building& into);

  const Inputs& inputs_;
  QuantitySource& source_;
  std::map<std::pair<Window, RowFilter>, Sums> cache_;
  std::map<Window, std::set<std::string, std::less<>>> heard_;
};

// "CN", another country, or "ZZ" for what is none.
std::string market_of(const std::string& market);
bool is_product_measure(std::string_view measure);

}  // namespace songhua::indicators
