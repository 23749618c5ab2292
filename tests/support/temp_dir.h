#pragma once

#include <filesystem>
#include <string_view>

namespace songhua::test {

// A fresh folder below the system's temporary one; it goes with the object, unless SONGHUA_KEEP is set, to look into it
// after a failure.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  // Writes a file below the folder (parents are made) and returns its path.
  [[nodiscard]] std::filesystem::path file(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);  // "" when it does not exist

}  // namespace songhua::test
