#include "model/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace songhua {
namespace {

constexpr int kPlaces = 9;
constexpr int kMaxExponent = 400;  // beyond any double; keeps the arithmetic on positions small

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A plain decimal taken apart: value = (negative ? -1 : 1) * 0.DIGITS * 10^point, DIGITS without leading zeros.
struct Decimal {
  bool negative = false;
  std::string digits;
  int point = 0;
};

std::optional<int> parse_exponent(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(text.starts_with("+-") ? 0 : 1);
  int exponent = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (text.empty() || end != text.data() + text.size() || status != std::errc{}) return std::nullopt;
  return exponent;
}

std::optional<Decimal> take_apart(std::string_view text) {
  Decimal decimal;
  if (text.starts_with('-') || text.starts_with('+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  bool any = false, fraction = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !fraction)); ++i) {
    if (text[i] == '.') {
      fraction = true;
      continue;
    }
    any = true;
    const bool leading_zero = decimal.digits.empty() && text[i] == '0';
    if (!leading_zero) decimal.digits.push_back(text[i]);
    if (!fraction && !leading_zero) ++decimal.point;
    if (fraction && leading_zero) --decimal.point;
  }
  if (!any) return std::nullopt;
  if (i == text.size()) return decimal;
  if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
  const auto exponent = parse_exponent(text.substr(i + 1));
  if (!exponent) return std::nullopt;
  decimal.point += std::clamp(*exponent, -kMaxExponent, kMaxExponent);
  return decimal;
}

// The first `count` digits as an integer, with zeros behind where there are fewer.
std::optional<int128> leading_integer(const std::string& digits, int count) {
  int128 value = 0;
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const auto scaled = checked_mul(value, 10);
    if (!scaled) return std::nullopt;
    const auto next = checked_add(*scaled, index < digits.size() ? digits[index] - '0' : 0);
    if (!next) return std::nullopt;
    value = *next;
  }
  return value;
}

std::optional<std::int64_t> to_int64(int128 value) {
  if (value < std::numeric_limits<std::int64_t>::min() || value > std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(value);
}

int128 gcd128(int128 a, int128 b) {
  while (b != 0) {
    const int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

// In lowest terms, den > 0; none where 64 bits do not suffice.
std::optional<Fraction> reduced(int128 num, int128 den) {
  if (den == 0) return std::nullopt;
  const int128 divisor = gcd128(num, den) * (den < 0 ? -1 : 1);
  const auto n = to_int64(num / divisor), d = to_int64(den / divisor);
  if (!n || !d) return std::nullopt;
  return Fraction{*n, *d};
}

std::optional<Fraction> parse_decimal_fraction(std::string_view text) {
  if (text.find_first_of("eE") != std::string_view::npos) return std::nullopt;
  const auto decimal = take_apart(text);
  if (!decimal) return std::nullopt;
  const int places = std::max(0, static_cast<int>(decimal->digits.size()) - decimal->point);
  const auto num = leading_integer(decimal->digits, decimal->point + places);
  if (!num || places > 36) return std::nullopt;  // 10^36 is well inside 128 bits
  int128 den = 1;
  for (int i = 0; i < places; ++i) den *= 10;
  return reduced(decimal->negative ? -*num : *num, den);
}

}  // namespace

std::optional<Fixed9> Fixed9::parse(std::string_view text) {
  const auto decimal = take_apart(text);
  if (!decimal) return std::nullopt;
  if (decimal->digits.empty()) return Fixed9{};
  const int kept = decimal->point + kPlaces;  // digits down to 10^-9; what follows decides the rounding
  if (kept < 0) return Fixed9{};
  auto units = leading_integer(decimal->digits, kept);
  const auto next = static_cast<std::size_t>(kept);
  if (units && next < decimal->digits.size() && decimal->digits[next] >= '5') units = checked_add(*units, 1);
  if (!units) return std::nullopt;
  return Fixed9{decimal->negative ? -*units : *units};
}

std::optional<Fixed9> Fixed9::from_double(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  int exponent = 0;
  const double mantissa = std::frexp(std::fabs(value), &exponent);  // |value| = mantissa * 2^exponent, mantissa < 1
  constexpr int kBits = std::numeric_limits<double>::digits;
  const int128 scaled = static_cast<int128>(std::ldexp(mantissa, kBits)) * kOne;  // exact: 53 + 30 bits
  const int shift = exponent - kBits;
  int128 units = 0;
  if (shift >= 0) {
    if (shift >= 127 || scaled > (~(int128{1} << 127) >> shift)) return std::nullopt;
    units = scaled << shift;
  } else if (shift > -127) {  // below that |value| * 10^9 is less than one half: scaled has at most 83 bits
    units = (scaled >> -shift) + ((scaled >> (-shift - 1)) & 1);
  }
  return Fixed9{std::signbit(value) ? -units : units};
}

std::string Fixed9::str() const {
  const bool negative = units < 0;
  std::string digits = to_string(units);
  if (negative) digits.erase(0, 1);
  if (digits.size() <= kPlaces) digits.insert(0, kPlaces + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - kPlaces);
  digits.resize(digits.size() - kPlaces);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return (negative ? "-" : "") + digits + (fraction.empty() ? "" : "." + fraction);
}

std::optional<Fraction> Fraction::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return parse_decimal_fraction(text);
  const auto num = parse_int128(text.substr(0, slash));
  const auto den = parse_int128(text.substr(slash + 1));
  if (!num || !den || !to_int64(*num) || !to_int64(*den)) return std::nullopt;
  return reduced(*num, *den);
}

std::string Fraction::str() const {
  return std::to_string(num) + (den == 1 ? "" : "/" + std::to_string(den));
}

std::optional<int128> scale_floor(int128 value, Fraction factor) {
  // value = q*den + r with 0 <= r < den, so value*num/den = q*num + r*num/den, and r*num fits 126 bits.
  const int128 q = floor_div(value, factor.den);
  const int128 r = value - q * factor.den;
  const auto whole = checked_mul(q, factor.num);
  if (!whole) return std::nullopt;
  return checked_add(*whole, floor_div(r * factor.num, factor.den));
}

}  // namespace songhua
