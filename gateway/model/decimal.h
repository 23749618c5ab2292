#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/int128.h"

namespace songhua {

// An exact decimal with nine places (unit 10^-9) in 128 bits: gauge values, rates, and their sums.
struct Fixed9 {
  int128 units = 0;

  static constexpr std::int64_t kOne = 1'000'000'000;
  // Nearest, half away from zero. None for text that is no plain decimal ("12", "-3.50", "1e3" is allowed) or too
  // large.
  static std::optional<Fixed9> parse(std::string_view text);
  // The exact binary value, rounded as above. None for NaN, infinities and what 128 bits cannot hold.
  static std::optional<Fixed9> from_double(double value);
  // Shortest decimal that is exactly this value ("73.96732207", "-1", "0").
  [[nodiscard]] std::string str() const;

  auto operator<=>(const Fixed9&) const = default;
};

// A positive or negative fraction in lowest terms, den > 0: unit factors ("1000", "a/b"), prices, cycle times.
struct Fraction {
  std::int64_t num = 0;
  std::int64_t den = 1;

  // "1000", "0.5", "3/2". None for anything else, or where 64 bits do not suffice.
  static std::optional<Fraction> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool is_one() const { return num == den; }
  auto operator<=>(const Fraction&) const = default;
};

// floor(value * factor); none where 128 bits overflow.
std::optional<int128> scale_floor(int128 value, Fraction factor);

}  // namespace songhua
