#pragma once

#include <string_view>

#include "indicators/inputs.h"

// Parsers of the single files; inside the room only. Each adds what it read to `into` and what is wrong to `problems`.
namespace songhua::indicators {

// A document decoded to UTF-8.
struct Decoded {
  std::string_view text;
  std::string_view file;
  UnixMillis stored_at{};
};

void parse_base(const Decoded& document, Inputs& into, Problems& problems);
void parse_prices(const Decoded& document, Inputs& into, Problems& problems);
void parse_ppi(const Decoded& document, Inputs& into, Problems& problems);
void parse_calendar(const Decoded& document, Inputs& into, Problems& problems);
void parse_target(const Decoded& document, Inputs& into, Problems& problems);
void parse_energy(const Decoded& document, Inputs& into, Problems& problems);
// Coefficients of GB/T 2589 (indicators.md 11.1), which energy.toml replaces carrier by carrier.
std::vector<EnergyCoefficient> default_energy();

}  // namespace songhua::indicators
