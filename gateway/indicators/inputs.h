#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/exact.h"
#include "indicators/groups.h"
#include "model/calendar.h"
#include "model/catalogue.h"
#include "model/register.h"

// Everything the formulas read besides quantities, as imported documents with two times: the period each row speaks
// of, and when it was stored. Inputs as of T are what load_inputs makes of the documents stored up to T.
namespace songhua::indicators {

enum class InputKind { catalogue, enterprises, lines, base, prices, ppi, target, groups, calendar, energy };
std::string_view to_string(InputKind kind);
std::optional<InputKind> parse_input_kind(std::string_view text);
// The kind of a file by its name: "…/base.csv", "base-2018.csv", "catalogue.toml".
std::optional<InputKind> kind_of_file(std::string_view file_name);

// One import, as it came. The store keeps these; a later one of the same kind replaces the earlier whole, but for
// base, prices and ppi, whose rows add up and replace each other by key.
struct InputDocument {
  InputKind kind = InputKind::catalogue;
  std::string name;        // of the file, for messages and explanations
  std::string text;        // bytes as read: UTF-8 or GB18030, with or without byte order mark
  UnixMillis stored_at{};  // none: a file of a folder, as the edge reads it
};

// base.csv: a figure of an earlier period on the current scope.
struct BaseRow {
  std::string enterprise;
  Period period;
  std::string item;     // a rollup measure or va_cmp va_cur gross_output_current (base_levels)
  std::string product;  // for measures that have one
  std::string market;
  Rational value;  // fen; tce; base units of the product or measure
  Place place;
  UnixMillis stored_at{};
};

// prices.csv: new prices from a day on, for every enterprise ("") or one.
struct PriceChange {
  std::string enterprise;
  std::string product;
  Day valid_from = kFirstDay;
  PriceFields fields;
  Place place;
  UnixMillis stored_at{};
};

// ppi.csv: price index of an industry, same period last year = 100.
struct PpiRow {
  std::string industry;  // a division, C36
  Period period;
  Rational index;
  Place place;
  UnixMillis stored_at{};
};

// target.toml: growth of a year's value added at comparable prices.
struct Target {
  int year = 0;
  std::optional<Rational> growth;            // percent; goes before the two below
  std::optional<Rational> last_year_growth;  // percent, as published
  Rational uplift = 1;                       // percentage points
  Place place;
};

// energy.toml: tce per telemetry unit of a carrier.
struct EnergyCoefficient {
  std::string carrier;  // suffix of the measure: electricity, natural_gas, steam, water, ...
  std::string unit;     // Wh, dm3, kg, MJ
  Rational tce_per_unit;
  Validity validity;
  std::string source;
  bool medium = false;  // water: an energy-consuming medium, counted only with count_water
};

// Items of base.csv that are levels rather than rollup measures: va_cmp va_cur gross_output_current
// gross_output_comparable sales_value energy_tce.
const std::vector<std::string>& base_levels();

struct Inputs {
  Catalogue catalogue;
  Register reg;
  std::vector<BaseRow> base;
  std::vector<PriceChange> prices;
  std::vector<PpiRow> ppi;
  std::vector<Target> targets;
  Groups groups;
  std::map<Day, bool> working_days;  // official calendar; empty: none was imported
  std::vector<EnergyCoefficient> energy;
  bool count_water = false;
  TimeZone zone = TimeZone::shanghai();

  // Prices of a product for one line on a day: lines.csv, else prices.csv of the enterprise, else of all, else the
  // catalogue, field by field. Products that the catalogue lacks have none.
  [[nodiscard]] PriceFields price_at(std::string_view enterprise, std::string_view line, const Product& product,
                                     Day day) const;
  // Days inside (window.start, window.end) at whose 00:00 a price, rate, capacity or energy coefficient changes.
  [[nodiscard]] std::vector<Day> changes_in(Window window) const;
  [[nodiscard]] Day day_of(UnixMillis time) const;
  [[nodiscard]] UnixMillis start_of(Day day) const;
};

struct LoadedInputs {
  Inputs inputs;
  std::vector<std::string> errors;  // "file:line: ..."; with any, `inputs` must not be used

  [[nodiscard]] bool ok() const { return errors.empty(); }
};

// Parses and cross-checks all documents stored up to `as_of` (all of them where none is given). `documents` in order
// of storing. A missing catalogue or register is an empty one; groups and energy have built-in defaults.
LoadedInputs load_inputs(const std::vector<InputDocument>& documents, std::optional<UnixMillis> as_of = std::nullopt);

}  // namespace songhua::indicators
