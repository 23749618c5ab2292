#pragma once

#include <string>
#include <vector>

#include "indicators/inputs.h"

namespace songhua::indicators {

// A row of an input that was added, taken away or says something else.
struct InputChange {
  std::string kind;              // price | base | register | ppi | target | groups | calendar | energy
  std::string what;              // "price of car-ice-sedan from 2019-03-01: 11000000 -> 11500000"
  Place place;                   // where it stands now, else where it stood
  std::string enterprise;        // whom it concerns; empty: everybody
  std::string product;           // empty: all
  std::optional<Period> period;  // of base figures and price indices
};

// In a fixed order: by kind and row.
std::vector<InputChange> changes_between(const Inputs& then, const Inputs& now);

}  // namespace songhua::indicators
