#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/decimal.h"
#include "model/time.h"

// What a series of readings is: the vocabulary of design.md, 'Telemetry is totalizers' and 'What a series can be'.
namespace songhua {

// Stable id of a production line: SITE/CONTROLLER/DEVICE, SITE/CONTROLLER, or what lines.toml gives.
using LineId = std::string;

// Which quantity of a line. Product and market are empty where the measure has none. Market: ISO 3166-1 alpha-2.
struct SeriesKey {
  std::string measure;  // "output.good", "time.execute", "energy.electricity", "process.Temperature", ...
  std::string product;
  std::string market;

  auto operator<=>(const SeriesKey&) const = default;
};

enum class SeriesKind : std::uint8_t {
  totalizer,  // (time, counter): an integer that only grows within a life
  rate,  // (time, units per hour): integrated over time; a state code is one such series per state, 3,600,000 ms/h or 0
  amount,  // (interval or instant, ordinal, quantity)
  gauge,   // (time, value): process values
  level,   // (time, integer): equipment counts; the last value is the quantity, carried forward
};
std::string_view to_string(SeriesKind kind);
std::optional<SeriesKind> parse_series_kind(std::string_view text);

// At most `units` in `per`: "100/min". A jump above it is implausible.
struct RateLimit {
  std::int64_t units = 0;
  Millis per{0};

  // "100/min", "3600/h"
  static std::optional<RateLimit> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  // May a counter rise by `rise` in `time`?
  [[nodiscard]] bool allows(Quantity rise, Millis time) const {
    return rise * per.count() <= Quantity{units} * time.count();
  }
  auto operator<=>(const RateLimit&) const = default;
};

// What a missing metric means while the line is heard (design.md, Silence).
enum class Silence : std::uint8_t { unknown, unchanged };

// Everything a join needs to know of a series; travels to the centre in the dictionary.
struct SeriesSpec {
  LineId line;
  SeriesKey key;
  SeriesKind kind = SeriesKind::totalizer;
  std::string unit = "1";  // base unit of the quantity: Wh, dm3, kg, ms, person_s, a product's unit, or 1
  Fraction factor{1, 1};   // quantity = floor(wire value * factor)
  std::uint8_t width = 0;  // bits of an unsigned counter that wraps; 0: it does not
  std::optional<RateLimit> rate_limit;
  Silence silence = Silence::unknown;
  Millis gap = kQuarterHour;  // a longer silence makes what was interpolated across it 'estimated'
  bool trapezoid = false;     // rates: integrate by trapezoid instead of holding the last value
  bool official = true;       // false: shown on its line, left out of every sum above it

  auto operator<=>(const SeriesSpec&) const = default;
};

// Unit of a measure by its name; "" where the catalogue's product decides (output, dispatch), "1" for unknown ones.
std::string_view unit_of_measure(std::string_view measure);

}  // namespace songhua
