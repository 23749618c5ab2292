#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "model/decimal.h"
#include "model/int128.h"

// Exact numbers of unlimited width: what an indicator is until presentation.h prints it. Nothing here rounds, nothing
// here can overflow, so the reason `overflow` of indicators.md 0 has no case.
namespace songhua::indicators {

using BigInt = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;  // lowest terms, denominator > 0

BigInt big(int128 value);
inline Rational rational(int128 value) {
  return Rational(big(value));
}
inline Rational rational(Fraction value) {
  return Rational(BigInt(value.num), BigInt(value.den));
}

// "12", "-3.50", "1229/10000000000". None for anything else: no exponents, no thousands separators.
std::optional<Rational> parse_exact(std::string_view text);
// Digits only, with a sign where it is negative. Not BigInt::str: that one asks the global locale for separators.
std::string integer_text(const BigInt& value);
// "53/10", or "90" where the denominator is 1.
std::string exact_text(const Rational& value);

// Sums products of integers over few denominators: prices are whole fen or fen per N units, so that nearly all terms
// add as integers and the one reduction comes at the end.
class FractionSum {
 public:
  void add(const BigInt& num, std::int64_t den = 1);
  void add_exact(const Rational& part) { rest_ += part; }
  [[nodiscard]] Rational value() const;

 private:
  std::vector<std::pair<std::int64_t, BigInt>> parts_;  // by denominator
  Rational rest_ = 0;
};

}  // namespace songhua::indicators
