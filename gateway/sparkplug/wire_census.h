#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace songhua::sparkplug {

// What parsing would allocate, counted on the wire without allocating: a two-byte field may become an object of some
// hundred bytes, so a payload within its size limit can still be a bomb.
struct Census {
  std::size_t metrics = 0;   // of the payload itself
  std::size_t elements = 0;  // messages, texts and unknown fields at any depth
};

// Stops as soon as a count is above its limit. What cannot be walked is left to the parser to refuse.
Census take_census(std::string_view payload, std::size_t max_metrics, std::size_t max_elements);

}  // namespace songhua::sparkplug
