#include "imports/number.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cstdint>

namespace songhua::imports {
namespace {

// Any size: a double printed in full has up to 1,074 digits, and real exports hold such things.
using boost::multiprecision::cpp_int;

constexpr std::size_t kLongestNumber = 400;
constexpr int kLargestExponent = 400;

struct Ratio {
  cpp_int num;
  cpp_int den;  // > 0
};

std::optional<int> parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(text.size() > 2 && text[1] == '+' && text[2] != '-' ? 2 : 1);
  int exponent = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (exponent < -kLargestExponent || exponent > kLargestExponent) return std::nullopt;
  return exponent;
}

std::optional<Ratio> parse_ratio(std::string_view text) {
  if (text.size() > kLongestNumber) return std::nullopt;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits;
  int places = 0;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      digits.push_back(text[i]);
      if (point) ++places;
    } else if (text[i] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  const auto exponent = parse_exponent(text.substr(i));
  if (digits.empty() || !exponent) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));  // cpp_int reads a leading 0 as octal
  const int scale = *exponent - places;
  const cpp_int power = boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(scale < 0 ? -scale : scale));
  Ratio ratio{cpp_int(digits), 1};
  (scale < 0 ? ratio.den : ratio.num) *= power;
  if (negative) ratio.num = -ratio.num;
  return ratio;
}

std::optional<int128> to_int128(const cpp_int& value) {
  return parse_int128(value.str());
}

}  // namespace

std::optional<std::string> plain_number(std::string_view text, char decimal, char thousands) {
  const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::string plain;
  std::size_t group = 0;  // digits since the last sign
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == decimal) {
      plain += '.';
      thousands = 0;  // no groups behind it
    } else if (c == thousands && c != 0) {
      const bool three = is_digit(i + 1) && is_digit(i + 2) && is_digit(i + 3) && !is_digit(i + 4);
      if (group == 0 || group > 3 || !three) return std::nullopt;
      group = 0;
    } else if (c == '.') {
      return std::nullopt;
    } else {
      plain += c;
      group = is_digit(i) ? group + 1 : 0;
    }
  }
  return plain;
}

std::optional<Quantity> parse_quantity(std::string_view text, Fraction factor) {
  auto ratio = parse_ratio(text);
  if (!ratio) return std::nullopt;
  const cpp_int num = ratio->num * factor.num, den = ratio->den * factor.den;
  cpp_int floor = num / den;
  if (num < 0 && floor * den != num) --floor;
  return to_int128(floor);
}

std::optional<Fixed9> parse_value(std::string_view text, Fraction factor) {
  auto ratio = parse_ratio(text);
  if (!ratio) return std::nullopt;
  const cpp_int num = ratio->num * factor.num * Fixed9::kOne, den = ratio->den * factor.den;
  const cpp_int nearest = (2 * boost::multiprecision::abs(num) + den) / (2 * den);
  const auto units = to_int128(num < 0 ? cpp_int(-nearest) : nearest);
  if (!units) return std::nullopt;
  return Fixed9{*units};
}

}  // namespace songhua::imports
