#pragma once

#include <iconv.h>

#include <optional>
#include <string>
#include <string_view>

#include "imports/import_map.h"

namespace songhua::imports {

// Rows to UTF-8 by the system's iconv. Not thread-safe.
class Transcoder {
 public:
  explicit Transcoder(Encoding encoding);
  ~Transcoder();
  Transcoder(const Transcoder&) = delete;
  Transcoder& operator=(const Transcoder&) = delete;

  // None where the bytes are not of the encoding.
  [[nodiscard]] std::optional<std::string> to_utf8(std::string_view text);

 private:
  iconv_t converter_;
};

}  // namespace songhua::imports
