#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/decimal.h"
#include "model/int128.h"

// A cell's decimal times a unit factor, exactly: the digits are multiplied as integers of any size and rounded once.
// None for text that is no plain decimal ("3.17", "-4", "1.5e3"; at most 400 characters), and where 128 bits do not
// suffice.
namespace songhua::imports {

// The text with '.' as its decimal sign and without what groups its digits (0: nothing does). None where a sign stands
// that is neither, or a group is not of three digits: "1.234" is no number of a file with decimal commas, rather than
// one of two.
[[nodiscard]] std::optional<std::string> plain_number(std::string_view text, char decimal, char thousands);

// floor(text * factor)
[[nodiscard]] std::optional<Quantity> parse_quantity(std::string_view text, Fraction factor);

// text * factor, to the nearest 10^-9, half away from zero.
[[nodiscard]] std::optional<Fixed9> parse_value(std::string_view text, Fraction factor);

}  // namespace songhua::imports
