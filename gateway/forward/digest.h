#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace songhua::forward {

// SHA-256 of something: names batches and dictionaries.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  static Digest of(std::string_view content);
  // From 32 raw bytes; none for any other length.
  static std::optional<Digest> from_raw(std::string_view raw);
  [[nodiscard]] std::string raw() const { return {bytes.begin(), bytes.end()}; }
  [[nodiscard]] std::string hex() const;
  auto operator<=>(const Digest&) const = default;
};

std::string to_hex(std::string_view raw);
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace songhua::forward
