#include "forward/keys.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "forward/digest.h"

namespace songhua::forward {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;
using Memory = std::unique_ptr<BIO, Free>;

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Memory reading(std::string_view text) {
  return Memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string content(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string raw_public(const EVP_PKEY* key) {
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1 ||
      size != raw.size()) {
    throw std::runtime_error("OpenSSL gives no raw Ed25519 key");
  }
  return raw;
}

Key generate() {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> maker(
      EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  if (!maker || EVP_PKEY_keygen_init(maker.get()) != 1 || EVP_PKEY_keygen(maker.get(), &made) != 1) {
    throw std::runtime_error("Ed25519 is not available in this OpenSSL");
  }
  return Key{made};
}

Error file_error(const std::filesystem::path& file, const std::string& what) {
  return Error{file.string() + ": " + what + ": " + std::strerror(errno)};
}

// Whole or not at all, and durable before anybody is told of the key.
Result<void> write_secret(const std::filesystem::path& file, const std::string& text) {
  const auto half = file.string() + ".new";
  ::unlink(half.c_str());
  const int fd = ::open(half.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return file_error(file, "the signing key cannot be written");
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(half.c_str(), file.c_str()) != 0)
    return file_error(file, "the signing key cannot be written");
  const int directory = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {};
}

// The text, or nothing where there is no file yet.
Result<std::optional<std::string>> read_secret(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<std::string>{};
  if (fd < 0) return file_error(file, "the signing key cannot be read");
  struct stat state {};
  std::string text(4096, '\0');
  const auto size = ::read(fd, text.data(), text.size());
  const bool known = ::fstat(fd, &state) == 0;
  ::close(fd);
  if (size < 0 || !known) return file_error(file, "the signing key cannot be read");
  if ((state.st_mode & 077U) != 0) {
    return Error{file.string() +
                 ": the signing key may be read by others; chmod 600 it, and enrol a new one if it was"};
  }
  text.resize(static_cast<std::size_t>(size));
  return std::optional{text};
}

}  // namespace

struct SigningKey::Secret {
  Key key;
};

Result<PublicKey> PublicKey::from_raw(std::string_view raw) {
  if (raw.size() != 32) return Error{"a public key has 32 bytes, not " + std::to_string(raw.size())};
  PublicKey key;
  std::ranges::transform(raw, key.raw_.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return key;
}

Result<PublicKey> PublicKey::parse(std::string_view pem) {
  const auto memory = reading(pem);
  const Key key{PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr)};
  if (!key) return Error{"no public key in PEM form (-----BEGIN PUBLIC KEY-----); print it with songhua-gateway key"};
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    return Error{"a key of another kind than Ed25519; print the gateway's with songhua-gateway key"};
  }
  return from_raw(raw_public(key.get()));
}

std::string PublicKey::pem() const {
  const Key key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_.data(), raw_.size())};
  const Memory memory{BIO_new(BIO_s_mem())};
  if (!key || PEM_write_bio_PUBKEY(memory.get(), key.get()) != 1) throw std::runtime_error("OpenSSL writes no PEM");
  return content(memory.get());
}

std::string PublicKey::id() const {
  return Digest::of(raw()).hex().substr(0, 16);
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  const Key key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_.data(), raw_.size())};
  const Context context{EVP_MD_CTX_new()};
  if (!key || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
}

Result<SigningKey> SigningKey::load_or_create(const std::filesystem::path& directory) {
  const auto file = directory / "forward.key";
  auto stored = read_secret(file);
  if (!stored) return stored.error();
  Key key;
  if (stored->has_value()) {
    const auto memory = reading(**stored);
    key.reset(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
      return Error{file.string() + ": not an Ed25519 private key; restore it, or remove it and enrol the new one"};
    }
  } else {
    key = generate();
    const Memory memory{BIO_new(BIO_s_mem())};
    if (PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
      return Error{file.string() + ": OpenSSL writes no PEM"};
    }
    if (auto written = write_secret(file, content(memory.get())); !written) return written.error();
  }
  auto open = PublicKey::from_raw(raw_public(key.get()));
  if (!open) return open.error();
  return SigningKey{std::make_shared<const Secret>(Secret{std::move(key)}), *open};
}

SigningKey SigningKey::from_seed(std::string_view seed) {
  Key key{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(seed), seed.size())};
  if (!key) throw std::runtime_error("an Ed25519 seed has 32 bytes");
  auto open = PublicKey::from_raw(raw_public(key.get()));
  return {std::make_shared<const Secret>(Secret{std::move(key)}), *open};
}

std::string SigningKey::sign(std::string_view message) const {
  const Context context{EVP_MD_CTX_new()};
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, secret_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(message),
                     message.size()) != 1) {
    throw std::runtime_error("OpenSSL cannot sign");
  }
  return signature;
}

}  // namespace songhua::forward
