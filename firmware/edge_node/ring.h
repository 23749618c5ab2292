#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace songhua::edge_node {

// A reading that waits for the host's return, or for its message to leave.
struct Reading {
  std::int64_t time = 0;
  std::int64_t bits = 0;
  std::uint32_t metric = 0;
  std::uint32_t message = 0;  // running number of the message that tells it; 0: none does yet
};

// The readings of one device that nobody has heard for certain, oldest first, in memory that its owner gives. Full: the
// oldest goes (what was made is not lost with it, the totalizers carry it).
class Ring {
 public:
  Ring() = default;
  explicit Ring(std::span<Reading> memory) : memory_(memory) {}

  void push(const Reading& reading) {
    if (memory_.empty()) {
      dropped_ += reading.message == 0 ? 1 : 0;
      return;
    }
    if (size_ == memory_.size()) {
      dropped_ += memory_[first_].message == 0 ? 1 : 0;
      pop(1);
    }
    memory_[(first_ + size_++) % memory_.size()] = reading;
  }
  void pop(std::size_t count) {
    first_ = (first_ + count) % memory_.size();
    size_ -= count;
  }
  // Entries [from, from + count) are told by `message`; 0: they are to be told again.
  void tell(std::size_t from, std::size_t count, std::uint32_t message) {
    for (auto i = from; i < from + count; ++i) memory_[(first_ + i) % memory_.size()].message = message;
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
