#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// GB/T 4754-2017: sections B, C and D with all their divisions, groups and classes. A code that is not here is an
// error, never a guess.
namespace songhua {

struct Industry {
  std::string code;  // section letter, then 0, 2, 3 or 4 digits: C, C36, C361, C3612
  std::string name_zh;
  std::string name_en;  // the code, where a group or class has no English name here
};

inline constexpr std::string_view kIndustryEdition = "GB/T 4754-2017";

// In the order of their codes.
const std::vector<Industry>& industries();
const Industry* find_industry(std::string_view code);
// The two-digit division of a code ("C3612" -> "C36"); "" for a section.
std::string division_of(std::string_view code);

}  // namespace songhua
