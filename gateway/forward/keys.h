#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "model/result.h"

// Who signs batches: one Ed25519 key pair (RFC 8032) a gateway. The private key never leaves the store's directory.
namespace songhua::forward {

class PublicKey {
 public:
  // A PEM file's text ("-----BEGIN PUBLIC KEY-----", as `songhua-gateway key` prints it). Other kinds of keys are
  // errors.
  static Result<PublicKey> parse(std::string_view pem);
  static Result<PublicKey> from_raw(std::string_view raw);  // 32 bytes

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string raw() const { return {raw_.begin(), raw_.end()}; }
  // First 16 hex digits of SHA-256 of the raw key.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;
  auto operator<=>(const PublicKey&) const = default;

 private:
  std::array<std::uint8_t, 32> raw_{};
};

// Thread-safe once made.
class SigningKey {
 public:
  // DIRECTORY/forward.key, made at the first start with mode 0600. A file that others may read is refused.
  static Result<SigningKey> load_or_create(const std::filesystem::path& directory);
  // From 32 secret bytes: for tests.
  static SigningKey from_seed(std::string_view seed);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] std::string sign(std::string_view message) const;  // 64 bytes

 private:
  struct Secret;
  SigningKey(std::shared_ptr<const Secret> secret, PublicKey key) : secret_(std::move(secret)), public_key_(key) {}
  std::shared_ptr<const Secret> secret_;
  PublicKey public_key_;
};

}  // namespace songhua::forward
