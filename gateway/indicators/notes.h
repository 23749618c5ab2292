#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "indicators/indicators.h"

// What goes with a value on its way through the formulas: doubt, flags, warnings, sources. Inside the room only.
namespace songhua::indicators {

struct Notes {
  Status status = Status::final;
  std::set<std::string> flags;
  std::map<std::string, Warning> warnings;
  std::set<std::string> base_sources;
  std::optional<Rational> coverage;
  std::optional<Rational> imputed_share;

  void warn(const std::string& kind, const std::string& item);
  void doubt(Status other) { status = std::max(status, other); }
  void merge(const Notes& other);
};

}  // namespace songhua::indicators
