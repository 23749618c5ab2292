#include "indicators/presentation.h"

namespace songhua::indicators {

std::string present(const Rational& value, int decimals) {
  const BigInt num = abs(numerator(value)), den = denominator(value);
  const BigInt scale = boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(decimals));
  const BigInt k = (2 * num * scale + den) / (2 * den);  // floor: all parts are positive
  std::string digits = integer_text(k);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  return (value < 0 && k != 0 ? "-" : "") + digits;
}

}  // namespace songhua::indicators
