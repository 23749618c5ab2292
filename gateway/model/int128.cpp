#include "model/int128.h"

#include <algorithm>

namespace songhua {

int128 floor_mul_div(int128 a, std::int64_t b, std::int64_t d) {
  // a = q*d + r with 0 <= r < d, so a*b/d = q*b + r*b/d; r*b fits 126 bits and q*b is at most |a| (b <= d).
  const int128 q = floor_div(a, d);
  const int128 r = a - q * d;
  return q * b + r * b / d;
}

std::string to_string(int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  auto rest = negative ? uint128{0} - static_cast<uint128>(value) : static_cast<uint128>(value);
  std::string digits;
  for (; rest != 0; rest /= 10) digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<int128> parse_int128(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (negative || text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto scaled = checked_mul(value, 10);
    if (!scaled) return std::nullopt;
    const auto next = checked_sub(*scaled, c - '0');
    if (!next) return std::nullopt;
    value = *next;
  }
  if (negative) return value;
  return checked_sub(0, value);
}

}  // namespace songhua
