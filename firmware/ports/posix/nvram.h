#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/result.h"

namespace songhua::posix {

// A file that plays the controller's non-volatile memory. write() returns when the image would survive a power cut; a
// cut at any moment leaves either the image before or the new one. One process at a time (a lock on the file).
// Not thread-safe.
class Nvram {
 public:
  // `words`: the largest image. An empty path: nothing is kept.
  static Result<Nvram> open(const std::string& path, std::size_t words);
  Nvram(Nvram&& other) noexcept;
  Nvram& operator=(Nvram&&) = delete;
  ~Nvram();

  // The newest whole image, if there is one.
  [[nodiscard]] const std::optional<std::vector<std::int64_t>>& image() const { return image_; }
  Result<void> write(std::span<const std::int64_t> image);

 private:
  Nvram(std::string path, int file, std::size_t slot_bytes);
  void load();

  std::string path_;
  int file_ = -1;
  std::size_t slot_bytes_ = 0;
  std::uint64_t generation_ = 0;
  std::optional<std::vector<std::int64_t>> image_;
  std::vector<std::int64_t> buffer_;
};

}  // namespace songhua::posix
