#pragma once

#include <optional>
#include <string_view>

#include "model/decimal.h"
#include "model/int128.h"

// A cell's decimal times a unit factor, exactly: the digits are multiplied as integers of any size and rounded once.
// None for text that is no plain decimal ("3.17", "-4", "1.5e3"; at most 400 characters), and where 128 bits do not
// suffice.
namespace songhua::imports {

// floor(text * factor)
[[nodiscard]] std::optional<Quantity> parse_quantity(std::string_view text, Fraction factor);

// text * factor, to the nearest 10^-9, half away from zero.
[[nodiscard]] std::optional<Fixed9> parse_value(std::string_view text, Fraction factor);

}  // namespace songhua::imports
