#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// 128-bit integers with checked helpers. Quantities on the way to an official figure are exact integers.
namespace songhua {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

// An amount in a product's base unit, Wh, dm3, kg, ms or person-seconds. Signed: corrections may be negative.
using Quantity = int128;

[[nodiscard]] constexpr std::optional<int128> checked_add(int128 a, int128 b) {
  int128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}
[[nodiscard]] constexpr std::optional<int128> checked_sub(int128 a, int128 b) {
  int128 difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return difference;
}
[[nodiscard]] constexpr std::optional<int128> checked_mul(int128 a, int128 b) {
  int128 product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}
// Quotient rounded towards minus infinity; d > 0.
[[nodiscard]] constexpr int128 floor_div(int128 n, int128 d) {
  return n / d - ((n % d != 0 && n < 0) ? 1 : 0);
}
// floor(a * b / d) with a product of up to 256 bits; 0 <= b <= d, d > 0, so the result is no wider than a.
[[nodiscard]] int128 floor_mul_div(int128 a, std::int64_t b, std::int64_t d);

std::string to_string(int128 value);
std::optional<int128> parse_int128(std::string_view text);

}  // namespace songhua
