#pragma once

#include <map>
#include <string>
#include <string_view>

#include "indicators/value.h"

// ISO 22400 KPIs from PackML states (indicators.md 7). Ratios in %, mean times in s, throughput in 1/h.
namespace songhua::indicators {

enum class IsoTime { production, setup, delay, failure, down, rest, unobserved };
// Of a state as it stands in measure names: "execute" of "time.execute". Unknown states are unobserved.
IsoTime iso_time(std::string_view packml_state);

// Sums over the lines and products of a scope. Times in ms.
struct KpiSums {
  BigInt production = 0;     // APT
  BigInt setup = 0;          // AUST
  BigInt delay = 0;          // ADET, failures included
  BigInt failure = 0;        // FT
  BigInt down = 0;           // ADOT
  BigInt good = 0;           // GQ
  BigInt rejected = 0;       // SQ
  BigInt reworked = 0;       // RQ
  BigInt failures = 0;       // FE
  Rational cycle_good = 0;   // sum PRI * GQ, ms
  Rational cycle_all = 0;    // sum PRI * PQ, ms
  bool mixed_units = false;  // products of different base units

  void add_time(std::string_view packml_state, const BigInt& ms);
};

// All KPIs by their ids of the vocabulary; `iso_means`: mean times divide by FE + 1.
std::map<std::string, Value> kpis(const KpiSums& sums, bool iso_means);

}  // namespace songhua::indicators
