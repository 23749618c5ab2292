#pragma once

#include <cstdint>

namespace songhua::line {

// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): one word of state
// that can be stored with the line, the same numbers on every machine. Not for secrets.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}
constexpr std::uint64_t hash(std::uint64_t seed, std::uint64_t value) {
  return mix(mix(seed + 0x9E3779B97F4A7C15U) ^ (value + 0x9E3779B97F4A7C15U));
}
constexpr std::uint64_t draw(std::int64_t& state) {
  const auto next = static_cast<std::uint64_t>(state) + 0x9E3779B97F4A7C15U;
  state = static_cast<std::int64_t>(next);
  return mix(next);
}
// Uniform in [low, high] but for a bias below 2^-30 for the ranges used here.
constexpr std::int64_t uniform(std::int64_t& state, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(draw(state) % static_cast<std::uint64_t>(high - low + 1));
}

}  // namespace songhua::line
