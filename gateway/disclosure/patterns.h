#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "disclosure/disclosure.h"

// The search for what else must be blank. Inside of the room.
namespace songhua::disclosure {

// Why the cells, taken together, may not be given out: primary_suppression of their respondents' sums.
std::vector<std::string> sensitivity(const std::vector<const Cell*>& cells, const Rules& rules);

// Tables that nothing links can be looked at one by one; contributions of a component are those of pieces.
struct Component {
  Tables tables;
  std::vector<std::size_t> cells;  // their numbers in the whole
};
std::vector<Component> components_of(const Tables& tables);

struct Found {
  std::vector<bool> blank;  // hidden cells included
  bool exact = true;
  std::vector<std::size_t> exposed;
  std::vector<std::size_t> narrow;
};
Found cheapest_pattern(const Tables& tables, const Rules& rules);

}  // namespace songhua::disclosure
