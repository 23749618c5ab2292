#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "model/int128.h"

// Numbers of the equations between pieces. Equations say what adds up to what, so that factors are 1 and -1 at first
// and hardly grow; amounts are whole, counted in parts that are small enough (reach.h). Fractions of fixed width are
// exact for all that was ever seen, a hundred times as fast as rationals of unlimited width, and checked. Inside of the
// room.
namespace songhua::disclosure {

struct TooWide : std::overflow_error {
  TooWide() : std::overflow_error("a number of an equation is wider than its type") {}
};

// In lowest terms, over a positive denominator. Every operation throws TooWide rather than wrap.
template <typename Integer>
class Checked {
 public:
  Checked(Integer whole = 0) : num_(whole) {}  // NOLINT(google-explicit-constructor): a number like any other
  Checked(Integer num, Integer den) {          // den is not zero
    const Integer sign = den < 0 ? -1 : 1;
    *this = made(times(num, sign), times(den, sign));
  }

  [[nodiscard]] Integer num() const { return num_; }
  [[nodiscard]] Integer den() const { return den_; }
  [[nodiscard]] bool zero() const { return num_ == 0; }
  [[nodiscard]] bool positive() const { return num_ > 0; }

  friend Checked operator-(const Checked& a) {
    Checked negative(times(a.num_, -1));
    negative.den_ = a.den_;
    return negative;
  }
  friend Checked operator*(const Checked& a, const Checked& b) {
    if (a.den_ == 1 && b.den_ == 1) return Checked(times(a.num_, b.num_));
    return made(times(a.num_, b.num_), times(a.den_, b.den_));
  }
  friend Checked operator/(const Checked& a, const Checked& b) {  // b is not zero
    return Checked(times(a.num_, b.den_), times(a.den_, b.num_));
  }
  friend Checked operator+(const Checked& a, const Checked& b) {
    if (a.den_ == b.den_) {
      const auto total = sum(a.num_, b.num_);
      return a.den_ == 1 ? Checked(total) : made(total, a.den_);
    }
    return made(sum(times(a.num_, b.den_), times(b.num_, a.den_)), times(a.den_, b.den_));
  }
  friend Checked operator-(const Checked& a, const Checked& b) { return a + -b; }
  friend bool operator==(const Checked& a, const Checked& b) = default;  // lowest terms
  friend std::strong_ordering operator<=>(const Checked& a, const Checked& b) {
    if (a.den_ == b.den_) return a.num_ <=> b.num_;
    return times(a.num_, b.den_) <=> times(b.num_, a.den_);
  }

 private:
  static Integer times(Integer a, Integer b) {
    Integer product = 0;
    if (__builtin_mul_overflow(a, b, &product)) throw TooWide{};
    return product;
  }
  static Integer sum(Integer a, Integer b) {
    Integer total = 0;
    if (__builtin_add_overflow(a, b, &total)) throw TooWide{};
    return total;
  }
  static Checked made(Integer num, Integer den) {
    Integer a = num < 0 ? times(num, -1) : num, b = den;
    while (b != 0) {
      const Integer rest = a % b;
      a = b;
      b = rest;
    }
    Checked lowest(num / a);  // a > 0, since den is
    lowest.den_ = den / a;
    return lowest;
  }

  Integer num_ = 0;
  Integer den_ = 1;
};

using Factor = Checked<std::int64_t>;
using Amount = Checked<int128>;

inline Amount operator*(const Amount& amount, const Factor& factor) {
  if (factor == Factor(1)) return amount;
  if (factor == Factor(-1)) return -amount;
  return amount * Amount(factor.num(), factor.den());
}

}  // namespace songhua::disclosure
