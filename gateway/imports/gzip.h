#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "model/result.h"

namespace songhua::imports {

[[nodiscard]] bool is_gzip(std::string_view first_bytes);

// Inflates a .gz file (also several members one after another) in chunks. Memory is bounded whatever comes: output is
// handed on in pieces of at most 64 KiB, and `max_bytes` of output in all. Not thread-safe.
class GzipReader {
 public:
  using Output = std::function<Result<void>(std::string_view piece)>;  // an error ends the reading

  GzipReader(std::uint64_t max_bytes, Output output);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  Result<void> feed(std::string_view chunk);
  Result<void> finish();  // an error where the file is cut off

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The whole of a small file.
[[nodiscard]] Result<std::string> gunzip(std::string_view data, std::uint64_t max_bytes);

}  // namespace songhua::imports
