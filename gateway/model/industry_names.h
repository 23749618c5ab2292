#pragma once

#include <string_view>

// The codes and names of GB/T 4754-2017, sections B, C and D, as text. Inside the room only; industries.h reads it.
namespace songhua {

std::string_view industry_names();

}  // namespace songhua
