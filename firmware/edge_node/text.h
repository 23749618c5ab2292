#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace songhua::edge_node {

// Text of bounded length without heap. What does not fit is cut off, and truncated() tells.
template <std::size_t kCapacity>
class Text {
 public:
  Text() = default;
  template <typename... Parts>
  explicit Text(const Parts&... parts) {
    (append(parts), ...);
  }

  void append(std::string_view part) {
    for (const char c : part) {
      if (size_ == kCapacity) {
        truncated_ = true;
        return;
      }
      data_[size_++] = c;
    }
  }
  void clear() { size_ = 0; }

  [[nodiscard]] std::string_view view() const { return {data_, size_}; }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  char data_[kCapacity] = {};
  std::size_t size_ = 0;
  bool truncated_ = false;
};

}  // namespace songhua::edge_node
