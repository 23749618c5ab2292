#pragma once

#include <string>

#include "disclosure/disclosure.h"
#include "indicators/indicators.h"
#include "model/calendar.h"
#include "model/result.h"

namespace songhua::central {

// What central.toml says of how figures are made.
struct CentreSettings {
  std::string region;
  TimeZone zone = TimeZone::shanghai();
  Millis settle{600'000};
  indicators::Settings indicators;
  disclosure::Rules disclosure;
};

// As the store keeps them, with the time from which they held: one "key = value" a line, in a fixed order.
std::string to_text(const CentreSettings& settings);
// `now` with what the text says. Errors: a text that this version does not know.
Result<CentreSettings> settings_from(const std::string& text, const CentreSettings& now);
// "growth_method = comparable -> deflated": the lines of the second that differ from the first.
std::string changed_lines(const std::string& before, const std::string& after);

}  // namespace songhua::central
