#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/result.h"

namespace songhua::sparkplug {

enum class Wrapping { zlib, gzip };

// Expands one whole stream. Refused: corrupt or cut streams, bytes after the end, more than `max_bytes`, and more than
// `max_ratio` times the input once 64 KiB have come out. Never holds more than max_bytes.
Result<std::string> inflate_bytes(std::string_view compressed, Wrapping wrapping, std::size_t max_bytes,
                                  std::size_t max_ratio);

}  // namespace songhua::sparkplug
