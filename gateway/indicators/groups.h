#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/register.h"

// Groups that are neither a region nor an industry (indicators.md 3.3, 5.5, 11.2): built in, and from groups.toml.
namespace songhua::indicators {

struct GroupMember {
  std::string code;
  Validity validity;
};

struct Group {
  enum class Kind { industry, region, ownership, product_tag, market };
  std::string id;
  std::string name_zh;
  std::string name_en;
  Kind kind = Kind::industry;
  std::vector<GroupMember> members;  // industry and region: code prefixes; product_tag: tags; market: alpha-2 codes
  Validity validity;

  [[nodiscard]] bool of_markets() const { return kind == Kind::market; }
  // Membership of a code on a day; for industries and regions by prefix.
  [[nodiscard]] bool has(std::string_view code, Day day) const;
};

struct Groups {
  std::vector<Group> list;            // configured ones replace built-in ones of the same id
  std::vector<Region> extra_regions;  // statistical codes of development zones

  // Groups of enterprises and products, and groups of markets, have name spaces of their own: hmt is both.
  [[nodiscard]] const Group* find(std::string_view id) const;
  [[nodiscard]] const Group* find_market(std::string_view id) const;
};

Groups built_in_groups();
// groups.toml (docs/import-files.md) over the built-in groups.
Groups parse_groups(std::string_view text, std::string_view file, Problems& problems);

// ISO 3166-1 alpha-2. Other codes are counted as ZZ, unknown.
bool is_country(std::string_view code);

}  // namespace songhua::indicators
