#include "indicators/disclosure.h"

#include <algorithm>
#include <functional>

namespace songhua::indicators {

std::vector<std::string> primary_suppression(const std::vector<Rational>& contributions, const SuppressionRule& rule) {
  std::vector<Rational> x;  // absolute values of the contributors, the largest first
  Rational X = 0;
  for (const auto& value : contributions) {
    if (value == 0) continue;
    x.push_back(abs(value));
    X += x.back();
  }
  std::vector<std::string> why;
  const auto n = x.size();
  if (n == 0) return why;
  std::sort(x.begin(), x.end(), std::greater<>());
  const Rational& x1 = x[0];
  const Rational x2 = n >= 2 ? x[1] : Rational(0);
  if (n < static_cast<std::size_t>(rule.minimum_contributors)) {
    why.push_back("frequency<" + std::to_string(rule.minimum_contributors));
  }
  if (rule.p_percent) {
    if ((X - x1 - x2) * 100 < x1 * rule.p) why.push_back("p%(" + std::to_string(rule.p) + ")");
    return why;
  }
  if (x1 * 100 > X * rule.largest_percent) why.push_back("dominance(1," + std::to_string(rule.largest_percent) + ")");
  if (n >= 2 && (x1 + x2) * 100 > X * rule.two_largest_percent) {
    why.push_back("dominance(2," + std::to_string(rule.two_largest_percent) + ")");
  }
  return why;
}

}  // namespace songhua::indicators
