#include "disclosure/parts.h"

namespace songhua::disclosure {
namespace {

using indicators::big;
using indicators::BigInt;

// Sums of pieces stay far from 128 bits, and so do their products with factors.
constexpr unsigned kBits = 80;

// Towards minus infinity.
BigInt floor_of(const Rational& value) {
  BigInt quotient, rest;
  divide_qr(numerator(value), denominator(value), quotient, rest);
  return rest < 0 ? BigInt(quotient - 1) : quotient;
}

int128 narrow(const BigInt& value) {
  const BigInt size = abs(value);
  if ((size >> 126) != 0) throw TooWide{};
  const auto high = static_cast<std::uint64_t>(size >> 64);
  const auto low = static_cast<std::uint64_t>(size & BigInt(UINT64_MAX));
  const auto whole = (static_cast<int128>(high) << 64) + static_cast<int128>(low);
  return value < 0 ? -whole : whole;
}

}  // namespace

Parts::Parts(const std::vector<Piece>& pieces) {
  BigInt whole = 1;
  Rational all = 0;
  for (const auto& piece : pieces) {
    all += abs(piece.amount);
    if ((whole >> kBits) == 0) whole = lcm(whole, denominator(piece.amount));
  }
  const BigInt limit = BigInt(1) << kBits;
  if (all * whole < limit) {
    scale_ = whole;
    return;
  }
  scale_ = Rational(limit) / all;
  slack_ = static_cast<int128>(pieces.size());
}

Amount Parts::of(const Rational& amount) const {
  return narrow(floor_of(amount * scale_));
}

Amount Parts::distance(const Rational& amount) const {
  return Amount(narrow(-floor_of(-amount * scale_))) + Amount(slack_);
}

Rational Parts::rational(const Amount& amount) const {
  return Rational(big(amount.num()), big(amount.den())) / scale_;
}

}  // namespace songhua::disclosure
