#include "indicators/exact.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

constexpr std::size_t kMostDigits = 200;  // of an input; a longer "number" is a mistake, not a figure

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

BigInt power_of_ten(std::size_t exponent) {
  return boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(exponent));
}

// Digits without sign, leading zeros allowed (cpp_int would read them as octal).
BigInt integer(std::string_view digits) {
  const auto first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return BigInt(std::string(digits.substr(first)));
}

std::optional<Rational> parse_decimal(std::string_view text) {
  const auto point = text.find('.');
  if (point == std::string_view::npos) {
    if (!all_digits(text)) return std::nullopt;
    return Rational(integer(text));
  }
  const auto whole = text.substr(0, point), places = text.substr(point + 1);
  if (!all_digits(whole) || !all_digits(places)) return std::nullopt;
  return Rational(integer(whole) * power_of_ten(places.size()) + integer(places), power_of_ten(places.size()));
}

}  // namespace

BigInt big(int128 value) {
  const auto high = static_cast<std::int64_t>(value >> 64);
  const auto low = static_cast<std::uint64_t>(static_cast<uint128>(value));
  return BigInt(high) * (BigInt(1) << 64) + BigInt(low);
}

std::optional<Rational> parse_exact(std::string_view text) {
  if (text.size() > kMostDigits) return std::nullopt;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto slash = text.find('/');
  auto value = parse_decimal(text.substr(0, slash));
  if (slash != std::string_view::npos) {
    const auto den = text.substr(slash + 1);
    if (!value || !all_digits(den) || integer(den) == 0) return std::nullopt;
    value = *value / Rational(integer(den));
  }
  if (!value) return std::nullopt;
  return negative ? Rational(-*value) : *value;
}

std::string integer_text(const BigInt& value) {
  constexpr std::int64_t kBlock = 1'000'000'000'000'000'000;
  constexpr std::size_t kBlockDigits = 18;
  std::string text;
  BigInt rest = abs(value);
  while (rest >= kBlock) {
    const auto low = std::to_string(static_cast<std::int64_t>(rest % kBlock));
    text.insert(0, std::string(kBlockDigits - low.size(), '0') + low);
    rest /= kBlock;
  }
  text.insert(0, std::to_string(static_cast<std::int64_t>(rest)));
  return value < 0 ? "-" + text : text;
}

std::string exact_text(const Rational& value) {
  const auto den = denominator(value);
  const auto num = integer_text(numerator(value));
  return den == 1 ? num : num + "/" + integer_text(den);
}

void FractionSum::add(const BigInt& num, std::int64_t den) {
  for (auto& [known, sum] : parts_) {
    if (known == den) {
      sum += num;
      return;
    }
  }
  parts_.emplace_back(den, num);
}

Rational FractionSum::value() const {
  Rational total = rest_;
  for (const auto& [den, sum] : parts_) total += Rational(sum, BigInt(den));
  return total;
}

}  // namespace songhua::indicators
