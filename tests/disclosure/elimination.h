#pragma once

#include <cstdint>
#include <map>
#include <vector>

// Linear algebra for tables that are too large for the attacker's rationals: which sums of pieces follow from others.
// Reckons modulo a prime of 61 bits. What follows exactly follows modulo the prime, too, unless the prime divides a
// denominator of the solution: what is not known here is not known.
namespace songhua::disclosure::test {

class Elimination {
 public:
  // The sum of these pieces is given out.
  void learn(const std::vector<std::size_t>& pieces) {
    auto row = reduced(pieces);
    if (row.empty()) return;
    const auto [pivot, lead] = *row.begin();
    const auto inverse = power(lead, kPrime - 2);
    for (auto& [piece, factor] : row) factor = times(factor, inverse);
    rows_.emplace(pivot, std::move(row));
  }
  [[nodiscard]] bool knows(const std::vector<std::size_t>& pieces) const { return reduced(pieces).empty(); }

 private:
  using Row = std::map<std::size_t, std::uint64_t>;  // by piece; none is zero
  static constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;

  static std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    __extension__ typedef unsigned __int128 wide;
    return static_cast<std::uint64_t>(static_cast<wide>(a) * b % kPrime);
  }
  static std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
    std::uint64_t result = 1;
    for (; exponent > 0; exponent >>= 1U) {
      if ((exponent & 1U) != 0) result = times(result, base);
      base = times(base, base);
    }
    return result;
  }
  // Pivots are the smallest pieces of their rows, so one pass upwards takes all of them out.
  [[nodiscard]] Row reduced(const std::vector<std::size_t>& pieces) const {
    Row row;
    for (const auto piece : pieces) row[piece] = 1;
    for (auto at = row.begin(); at != row.end();) {
      const auto piece = at->first;
      const auto known = rows_.find(piece);
      if (known == rows_.end()) {
        ++at;
        continue;
      }
      const auto factor = at->second;
      for (const auto& [other, own] : known->second) {
        auto& entry = row[other];
        entry = (entry + kPrime - times(factor, own)) % kPrime;
        if (entry == 0 && other != piece) row.erase(other);
      }
      at = row.erase(row.find(piece));
    }
    return row;
  }

  std::map<std::size_t, Row> rows_;  // by pivot
};

}  // namespace songhua::disclosure::test
