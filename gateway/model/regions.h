#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/register_text.h"

// GB/T 2260 codes of Jilin Province (indicators.md 11.2), with the days between which a code is valid.
namespace songhua {

struct Region {
  std::string code;  // six digits
  std::string name_zh;
  std::string name_en;
  Validity validity;
};

const std::vector<Region>& regions();
const Region* find_region(std::string_view code);

// "22", "2201", "220102"; six digits that end in zeros stand for all below ("220000" -> "22", "220100" -> "2201").
// None where no region of the table (or of `extra`) is meant.
std::optional<std::string> region_prefix(std::string_view code, const std::vector<Region>& extra = {});

// Chang-Ji-Tu pilot zone (2009 outline): Changchun city proper, Dehui, Jiutai, Nong'an; Jilin city proper, Jiaohe,
// Yongji; all of Yanbian. Statistical codes of development zones (22017x, 22027x) count as city proper.
bool in_changjitu(std::string_view code);

}  // namespace songhua
