// The file: two slots of equal size (a multiple of 4096 bytes, chosen when the file is made), written in turn.
//   slot   = magic, generation, slot size in bytes, words, CRC-32 of all other words of the slot, image
// all as 64-bit little-endian words. The slot with the highest generation whose CRC is right holds; the other one is
// the next to be written, so a torn write never touches what holds.
#include "posix/nvram.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace songhua::posix {
namespace {

static_assert(std::endian::native == std::endian::little, "the file holds little-endian words");
constexpr std::int64_t kMagic = 0x314D41524E484753;
constexpr std::size_t kHead = 5, kCrc = 4;

std::int64_t crc_of(std::span<const std::int64_t> slot) {
  const auto bytes = [](std::span<const std::int64_t> words) {
    return std::pair{reinterpret_cast<const Bytef*>(words.data()), static_cast<uInt>(words.size_bytes())};
  };
  const auto head = bytes(slot.first(kCrc)), rest = bytes(slot.subspan(kHead));
  return static_cast<std::int64_t>(crc32(crc32(0, head.first, head.second), rest.first, rest.second));
}

Error fault(const std::string& path, const char* what) {
  return {fmt::format("{}: {}: {}", path, what, std::strerror(errno))};
}

bool sync_directory_of(const std::string& path) {
  const auto parent = std::filesystem::absolute(path).parent_path();
  const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return false;
  const bool done = ::fsync(directory) == 0;
  ::close(directory);
  return done;
}

}  // namespace

Nvram::Nvram(std::string path, int file, std::size_t slot_bytes)
    : path_(std::move(path)), file_(file), slot_bytes_(slot_bytes), buffer_(slot_bytes / sizeof(std::int64_t)) {}

Nvram::Nvram(Nvram&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      slot_bytes_(other.slot_bytes_),
      generation_(other.generation_),
      image_(std::move(other.image_)),
      buffer_(std::move(other.buffer_)) {}

Nvram::~Nvram() {
  if (file_ >= 0) ::close(file_);
}

Result<Nvram> Nvram::open(const std::string& path, std::size_t words) {
  const auto slot = ((kHead + words) * sizeof(std::int64_t) + 4095) / 4096 * 4096;
  if (path.empty()) return Nvram({}, -1, slot);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return fault(path, "cannot open the non-volatile memory");
  Nvram nvram(path, file, slot);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    return Error{
        fmt::format("{}: another songhua-line works with this file; give each controller its own --nvram", path)};
  }
  struct stat info {};
  if (::fstat(file, &info) != 0) return fault(path, "cannot be read");
  if (info.st_size == 0) {
    if (::ftruncate(file, static_cast<off_t>(2 * slot)) != 0 || ::fsync(file) != 0 || !sync_directory_of(path)) {
      return fault(path, "cannot make the non-volatile memory");
    }
  } else if (info.st_size != static_cast<off_t>(2 * slot)) {
    return Error{
        fmt::format("{}: is no memory of this program ({} bytes, {} expected); take it away to begin a new life "
                    "of the counters",
                    path, info.st_size, 2 * slot)};
  }
  nvram.load();
  return nvram;
}

void Nvram::load() {
  for (int slot = 0; slot < 2; ++slot) {
    const auto got =
        ::pread(file_, buffer_.data(), slot_bytes_, static_cast<off_t>(slot) * static_cast<off_t>(slot_bytes_));
    const auto words = static_cast<std::uint64_t>(buffer_[3]);
    if (got != static_cast<ssize_t>(slot_bytes_) || buffer_[0] != kMagic || words > buffer_.size() - kHead) continue;
    const std::span whole{buffer_.data(), kHead + words};
    const auto generation = static_cast<std::uint64_t>(buffer_[1]);
    if (crc_of(whole) != buffer_[kCrc] || generation <= generation_) continue;
    generation_ = generation;
    image_.emplace(whole.begin() + kHead, whole.end());
  }
}

Result<void> Nvram::write(std::span<const std::int64_t> image) {
  if (file_ < 0) return {};
  const auto generation = generation_ + 1;
  buffer_[0] = kMagic;
  buffer_[1] = static_cast<std::int64_t>(generation);
  buffer_[2] = static_cast<std::int64_t>(slot_bytes_);
  buffer_[3] = static_cast<std::int64_t>(image.size());
  std::copy(image.begin(), image.end(), buffer_.begin() + kHead);
  const std::span whole{buffer_.data(), kHead + image.size()};
  buffer_[kCrc] = crc_of(whole);
  const auto at = static_cast<off_t>(generation % 2) * static_cast<off_t>(slot_bytes_);
  if (::pwrite(file_, whole.data(), whole.size_bytes(), at) != static_cast<ssize_t>(whole.size_bytes()) ||
      ::fdatasync(file_) != 0) {
    return fault(path_, "cannot keep the counters");
  }
  generation_ = generation;
  return {};
}

}  // namespace songhua::posix
