#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace songhua::edge_node {

// A reading that waits for the host's return.
struct Reading {
  std::int64_t time = 0;
  std::int64_t bits = 0;
  std::uint64_t metric = 0;
};

// The readings of one device while nobody listens, oldest first, in memory that its owner gives. Full: the oldest goes
// (what was made is not lost with it, the totalizers carry it).
class Ring {
 public:
  Ring() = default;
  explicit Ring(std::span<Reading> memory) : memory_(memory) {}

  void push(const Reading& reading) {
    if (memory_.empty()) {
      ++dropped_;
      return;
    }
    if (size_ == memory_.size()) {
      pop(1);
      ++dropped_;
    }
    memory_[(first_ + size_++) % memory_.size()] = reading;
  }
  void pop(std::size_t count) {
    first_ = (first_ + count) % memory_.size();
    size_ -= count;
  }
  [[nodiscard]] const Reading& operator[](std::size_t i) const { return memory_[(first_ + i) % memory_.size()]; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::span<Reading> memory_;
  std::size_t first_ = 0, size_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace songhua::edge_node
