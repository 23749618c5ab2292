#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace songhua {

// The candidate that a mistyped word most likely meant (Levenshtein distance of at most a third of its length), for
// messages. None where nothing is near.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> candidates);

}  // namespace songhua
