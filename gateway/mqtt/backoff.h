#pragma once

#include <cstdint>

#include "model/time.h"

namespace songhua::mqtt {

// How long to wait before the next try: exponential with jitter, so that a thousand nodes whose broker came back do not
// return in one instant. Pure: no clock, randomness from the seed only (take the client id's hash and the start time).
class Backoff {
 public:
  struct Limits {
    Millis first{200};   // the ceiling of the first delay
    Millis max{30'000};  // the ceiling of later ones
  };

  explicit Backoff(Limits limits, std::uint64_t seed) : limits_(limits), random_(seed) { reset(); }

  // Uniform in [ceiling / 2, ceiling]; the ceiling doubles with each call.
  [[nodiscard]] Millis next() {
    const auto ceiling = ceiling_.count();
    ceiling_ = ceiling > limits_.max.count() / 2 ? limits_.max : Millis{ceiling * 2};
    const auto half = ceiling / 2;
    return Millis{half + static_cast<std::int64_t>(draw() % static_cast<std::uint64_t>(ceiling - half + 1))};
  }

  // After a connection that has proved itself (not at CONNACK: a broker that accepts and kicks would be hammered).
  void reset() { ceiling_ = limits_.first < limits_.max ? limits_.first : limits_.max; }

 private:
  // SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
  std::uint64_t draw() {
    std::uint64_t z = (random_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  Limits limits_;
  std::uint64_t random_;
  Millis ceiling_{};
};

}  // namespace songhua::mqtt
