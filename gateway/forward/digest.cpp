#include "forward/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace songhua::forward {

Digest Digest::of(std::string_view content) {
  Digest digest;
  unsigned length = 0;
  if (EVP_Digest(content.data(), content.size(), digest.bytes.data(), &length, EVP_sha256(), nullptr) != 1 ||
      length != digest.bytes.size()) {
    throw std::runtime_error("SHA-256 is not available in this OpenSSL");
  }
  return digest;
}

std::optional<Digest> Digest::from_raw(std::string_view raw) {
  Digest digest;
  if (raw.size() != digest.bytes.size()) return std::nullopt;
  std::ranges::transform(raw, digest.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

std::string Digest::hex() const {
  return to_hex(raw());
}

std::string to_hex(std::string_view raw) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(raw.size() * 2);
  for (const char c : raw) {
    const auto byte = static_cast<std::uint8_t>(c);
    hex.push_back(kDigits[byte >> 4U]);
    hex.push_back(kDigits[byte & 0xFU]);
  }
  return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string raw;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    raw.push_back(static_cast<char>(high * 16 + low));
  }
  return raw;
}

}  // namespace songhua::forward
