#include <algorithm>
#include <set>

#include "indicators/inputs_rows.h"
#include "model/register_toml.h"
#include "model/series.h"

namespace songhua::indicators {
namespace {

// A percentage, possibly negative, as a whole number or a string.
std::optional<Rational> percent(const TomlTable& table, std::string_view key) {
  const auto written = table.number_text(key);
  if (written.empty()) return std::nullopt;
  if (auto value = parse_exact(written)) return value;
  table.fail(key, "'" + std::string(key) + "' is '" + written + "', not a percentage like \"5.0\"");
  return std::nullopt;
}

std::string unit_of_carrier(const std::string& carrier) {
  if (carrier == "heat") return "MJ";
  return std::string(unit_of_measure("energy." + carrier));
}

EnergyCoefficient coefficient(std::string carrier, std::string unit, std::int64_t num, std::int64_t den, bool medium) {
  return {std::move(carrier), std::move(unit), Rational(num, den), {}, "GB/T 2589", medium};
}

EnergyCoefficient read_coefficient(const TomlTable& table) {
  table.only({"carrier", "unit", "tce_per_unit", "kj_per_m3", "valid_from", "valid_to", "source", "medium"});
  EnergyCoefficient c;
  c.carrier = table.required("carrier");
  c.unit = table.text("unit", unit_of_carrier(c.carrier));
  c.source = table.text("source", "energy.toml");
  c.validity = {table.day("valid_from", kFirstDay), table.day("valid_to", kLastDay)};
  c.medium = table.boolean("medium", c.carrier == "water");
  if (c.validity.to <= c.validity.from) table.fail("valid_to", "'valid_to' must be after 'valid_from'");
  const auto key = table.has("kj_per_m3") ? "kj_per_m3" : "tce_per_unit";
  const auto value = parse_exact(table.number_text(key));
  if (!value || *value < 0) {
    table.fail(key,
               "the coefficient is missing or not a number: tce per telemetry unit as \"1229/10000000000\", or "
               "the measured heating value of a gas as kj_per_m3");
  } else {
    // 29,307 kJ are one kgce (indicators.md 11.1); telemetry counts dm3.
    c.tce_per_unit = table.has("kj_per_m3") ? Rational(*value / 29'307 / 1'000'000) : *value;
  }
  return c;
}

}  // namespace

std::vector<EnergyCoefficient> default_energy() {
  constexpr std::int64_t kTenBillion = 10'000'000'000;
  return {coefficient("electricity", "Wh", 1229, kTenBillion, false),
          coefficient("natural_gas", "dm3", 12143, kTenBillion, false),
          coefficient("heat", "MJ", 3412, 100'000'000, false), coefficient("steam", "kg", 1286, 10'000'000, false),
          coefficient("water", "dm3", 2571, kTenBillion, true)};
}

void parse_target(const Decoded& document, Inputs& into, Problems& problems) {
  const auto parsed = parse_toml(document.text, document.file, problems);
  if (!parsed) return;
  const TomlTable root(*parsed, document.file, problems);
  root.only({"target"});
  std::set<int> years;
  for (const auto& table : root.tables("target")) {
    table.only({"year", "growth", "last_year_growth", "uplift"});
    Target target;
    target.place = table.place();
    target.year = static_cast<int>(table.integer("year").value_or(0));
    if (target.year < 1950 || target.year > 2200) table.fail("year", "'year' is missing or no year");
    if (!years.insert(target.year).second) table.fail("year", "the target of this year is set twice");
    target.growth = percent(table, "growth");
    target.last_year_growth = percent(table, "last_year_growth");
    if (const auto uplift = percent(table, "uplift")) target.uplift = *uplift;
    into.targets.push_back(target);
  }
}

void parse_energy(const Decoded& document, Inputs& into, Problems& problems) {
  const auto parsed = parse_toml(document.text, document.file, problems);
  if (!parsed) return;
  const TomlTable root(*parsed, document.file, problems);
  root.only({"count_water", "coefficient"});
  into.count_water = root.boolean("count_water", false);
  std::vector<EnergyCoefficient> read;
  for (const auto& table : root.tables("coefficient")) {
    auto c = read_coefficient(table);
    for (const auto& other : read) {
      if (other.carrier == c.carrier && other.validity.overlaps(c.validity)) {
        table.fail("carrier", "carrier '" + c.carrier + "' has two coefficients with overlapping validity");
      }
    }
    std::erase_if(into.energy, [&](const EnergyCoefficient& e) { return e.carrier == c.carrier; });
    read.push_back(std::move(c));
  }
  into.energy.insert(into.energy.end(), read.begin(), read.end());
}

}  // namespace songhua::indicators
