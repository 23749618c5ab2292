#pragma once

#include <string>
#include <vector>

#include "indicators/exact.h"

// Primary suppression of a cell (indicators.md 12). Secondary suppression is a matter of whole tables.
namespace songhua::indicators {

struct SuppressionRule {
  int minimum_contributors = 3;
  int largest_percent = 75;      // dominance(1, k)
  int two_largest_percent = 90;  // dominance(2, k)
  bool p_percent = false;        // the p% rule in place of the two dominance rules
  int p = 15;
};

// Why a cell with these contributions may not be shown: "frequency<3", "dominance(1,75)", "dominance(2,90)", "p%(15)",
// all that apply in this order; empty: it may. Contributions are those of respondents (a group of companies is one,
// with its signed sum); zeros are no contributors, and a cell of none is a true zero.
std::vector<std::string> primary_suppression(const std::vector<Rational>& contributions, const SuppressionRule& rule);

}  // namespace songhua::indicators
