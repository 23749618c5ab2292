#pragma once

#include <cstdint>
#include <numeric>
#include <stdexcept>

namespace songhua::disclosure {

// A factor of an equation between pieces. Equations say what adds up to what, so that factors are 1 and -1 at first and
// hardly grow: fractions of one word are exact for all that was ever seen, fifty times as fast as rationals of
// unlimited width, and checked. Inside of the room.
class Factor {
 public:
  struct TooWide : std::overflow_error {
    TooWide() : std::overflow_error("a factor of an equation is wider than 64 bits") {}
  };

  Factor(std::int64_t whole = 0) : num_(whole) {}  // NOLINT(google-explicit-constructor): a number like any other

  [[nodiscard]] std::int64_t num() const { return num_; }
  [[nodiscard]] std::int64_t den() const { return den_; }
  [[nodiscard]] bool zero() const { return num_ == 0; }
  [[nodiscard]] bool positive() const { return num_ > 0; }

  friend Factor operator-(const Factor& a) { return made(times(a.num_, -1), a.den_); }
  friend Factor operator*(const Factor& a, const Factor& b) {
    if (a.den_ == 1 && b.den_ == 1) return Factor(times(a.num_, b.num_));
    return made(times(a.num_, b.num_), times(a.den_, b.den_));
  }
  friend Factor operator/(const Factor& a, const Factor& b) {  // b is not zero
    const std::int64_t sign = b.num_ < 0 ? -1 : 1;
    return made(times(a.num_, times(sign, b.den_)), times(a.den_, times(sign, b.num_)));
  }
  friend Factor operator+(const Factor& a, const Factor& b) {
    if (a.den_ == 1 && b.den_ == 1) return Factor(sum(a.num_, b.num_));
    return made(sum(times(a.num_, b.den_), times(b.num_, a.den_)), times(a.den_, b.den_));
  }
  bool operator==(const Factor&) const = default;  // lowest terms

 private:
  static std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) throw TooWide{};
    return product;
  }
  static std::int64_t sum(std::int64_t a, std::int64_t b) {
    std::int64_t total = 0;
    if (__builtin_add_overflow(a, b, &total)) throw TooWide{};
    return total;
  }
  static Factor made(std::int64_t num, std::int64_t den) {
    if (num == INT64_MIN) throw TooWide{};
    const auto common = std::gcd(num, den);
    Factor factor(num / common);
    factor.den_ = den / common;
    return factor;
  }

  std::int64_t num_ = 0;
  std::int64_t den_ = 1;  // positive
};

}  // namespace songhua::disclosure
