#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// What the simulated lines make and how: products, markets, takts and energies of indicators.md 13 (illustrative
// orders of magnitude for a demonstration, no statistics), and the habits of each kind of line. All facts of the six
// families stand in families.cpp and nowhere else.
namespace songhua::line {

enum class Carrier : std::uint8_t { electricity, natural_gas, steam, water };
inline constexpr std::size_t kCarriers = 4;
std::string_view metric_name(Carrier carrier);   // "Natural Gas"
std::string_view measure_name(Carrier carrier);  // "natural_gas"
std::string_view unit(Carrier carrier);          // "dm3"

// A customer's country (ISO 3166-1 alpha-2; CN is domestic) and its share in the orders of a product.
struct Market {
  std::string_view country;
  std::int64_t weight;
};

struct Product {
  std::string_view id;
  std::string_view name_zh;
  std::string_view unit;
  std::int64_t cycle_ms;                       // nominal cycle time (PRI) per base unit
  std::array<std::int64_t, kCarriers> energy;  // thousandths of the carrier's unit per base unit
  std::int64_t weight;                         // share in the orders of the line
  std::span<const Market> markets;
};

struct Range {
  std::int64_t low;
  std::int64_t high;
};

// Minutes of the local day, [start, end).
struct Interval {
  std::int64_t start;
  std::int64_t end;
};

struct Gauge {
  std::string_view name;  // the metric is Process/<name>
  std::int64_t running;   // thousandths of the unit: the set value while the line executes
  std::int64_t resting;   // ... and while it does not
  std::int64_t noise;     // largest distance from it
  std::string_view unit;
};

struct Family {
  std::string_view id;
  std::string_view name_zh;
  std::string_view name_en;
  std::span<const Product> products;
  std::span<const std::string_view> stations;  // in the order in which a lot passes them
  std::span<const Interval> duty;              // working time of the local day, breaks included
  std::span<const Interval> breaks;
  std::uint8_t rest_days;  // bit 0 Sunday ... bit 6 Saturday
  Range lot;               // base units that pass the stations together
  Range order;             // lots of one order
  Range jitter;            // of a cycle, thousandths of the nominal one
  Range changeover_ms;     // between two products
  std::int64_t mtbf_ms;    // executing time between failures, mean
  Range repair_ms;
  std::int64_t mtbs_ms;  // executing time between short stops (starved, blocked), mean
  Range short_stop_ms;
  std::int64_t reject_bp;  // of the lots that reach the end
  std::int64_t rework_bp;
  std::int64_t crew;         // persons on duty
  std::int64_t truck;        // base units of one shipment
  std::int64_t dispatch_ms;  // between two departures
  std::int64_t equipment, key_processes, nc_key_processes;
  std::array<Gauge, 2> gauges;
};

inline constexpr std::size_t kMaxCells = 12;  // product x market
inline constexpr std::size_t kMaxStations = 12;

std::span<const Family> families();
const Family* find_family(std::string_view id);

}  // namespace songhua::line
