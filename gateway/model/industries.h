#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// GB/T 4754-2017: sections B, C, D, all their divisions, and the groups and classes that products and groups of
// industries name (indicators.md 5.5, 11.3). A code that is not here is an error, never a guess.
namespace songhua {

struct Industry {
  std::string code;  // section letter, then 0, 2, 3 or 4 digits: C, C36, C361, C3612
  std::string name_zh;
  std::string name_en;
};

inline constexpr std::string_view kIndustryEdition = "GB/T 4754-2017";

const std::vector<Industry>& industries();
const Industry* find_industry(std::string_view code);
// The two-digit division of a code ("C3612" -> "C36"); "" for a section.
std::string division_of(std::string_view code);

}  // namespace songhua
