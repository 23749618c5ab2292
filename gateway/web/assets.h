#pragma once

#include <span>
#include <string_view>

namespace songhua::web {

// A file of the page that is part of the program. The table is generated at build time from assets/ and from the
// chart library's package.
struct Asset {
  std::string_view name;  // "index.html", "chart.min.js"
  std::string_view media_type;
  std::string_view etag;  // quoted, changes with the content
  std::string_view content;
};

std::span<const Asset> assets();

}  // namespace songhua::web
