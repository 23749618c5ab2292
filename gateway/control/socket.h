#pragma once

#include <filesystem>
#include <utility>

#include "model/result.h"

namespace songhua::control {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// A socket connected to whoever listens at `path`; not open where nobody does.
[[nodiscard]] Result<Descriptor> connect_to(const std::filesystem::path& path);
// A non-blocking listening socket with file mode 0600 at `path`.
[[nodiscard]] Result<Descriptor> listen_at(const std::filesystem::path& path);

}  // namespace songhua::control
