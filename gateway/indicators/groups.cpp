#include "indicators/groups.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "model/industries.h"
#include "model/register_toml.h"

namespace songhua::indicators {
namespace {

Day day(int year, unsigned month, unsigned d) {
  return Day{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{d}};
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

std::vector<GroupMember> members(const std::string& codes, Validity validity = {}) {
  std::vector<GroupMember> all;
  for (auto& code : words(codes)) all.push_back({std::move(code), validity});
  return all;
}

std::vector<GroupMember> operator+(std::vector<GroupMember> a, const std::vector<GroupMember>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Sources and their certainty: indicators.md 5.5.
std::vector<Group> industry_groups() {
  using enum Group::Kind;
  return {
      {"high_tech",
       "高技术制造业",
       "High-tech manufacturing",
       industry,
       members("C27 C374 C4343 C3562 C3563 C3569 C3832 C3833 C3841 C392 C393 C394 C395 C396 C397 C398 C399 "
               "C391 C3474 C3475 C358 C401 C402 C404 C409 C2664 C2665"),
       {}},
      {"equipment", "装备制造业", "Equipment manufacturing", industry, members("C33 C34 C35 C36 C37 C38 C39 C40"), {}},
      {"energy_intensive",
       "六大高耗能行业",
       "Six energy-intensive industries",
       industry,
       members("C25 C26 C30 C31 C32 D44"),
       {}},
      {"auto", "汽车制造业", "Automobile industry", industry, members("C36"), {}},
      {"transport_equipment",
       "铁路、航空航天等运输设备",
       "Railway, aerospace and other transport equipment",
       industry,
       members("C37"),
       {}},
      {"chemicals", "化学工业", "Chemical industry", industry, members("C26"), {}},
      {"electronics", "电子制造业", "Electronics", industry, members("C39"), {}},
      {"pillar", "支柱产业", "Pillar industries", industry, members("C26 C36 C37 C39"), {}},
      {"railway", "轨道交通装备", "Railway and urban rail equipment", industry, members("C371 C372"), {}},
      {"aerospace", "航空航天", "Aerospace", industry, members("C374"), {}},
      {"laser", "激光及光电子", "Lasers and optoelectronics", industry, members("C3976"), {}},
      {"synthetic_rubber", "合成橡胶", "Synthetic rubber", industry, members("C2652"), {}},
      {"fertilizer", "肥料", "Fertilizers", industry, members("C262"), {}},
      {"nev", "新能源汽车", "New-energy vehicles", product_tag, members("nev"), {}},
      {"domestic", "内资企业", "Domestic funded", ownership, members("domestic"), {}},
      {"hmt", "港澳台商投资企业", "Hong Kong, Macao and Taiwan funded", ownership, members("hmt"), {}},
      {"foreign", "外商投资企业", "Foreign funded", ownership, members("foreign"), {}},
      {"foreign_hmt",
       "外商及港澳台商投资企业",
       "Foreign, Hong Kong, Macao and Taiwan funded",
       ownership,
       members("foreign_hmt"),
       {}},
      // The releases' joint-stock enterprises and private enterprises, by registration type; they overlap.
      {"joint_stock", "股份制企业", "Joint-stock enterprises", ownership, members("150 151 159 160 173 174"), {}},
      {"private", "私营企业", "Private enterprises", ownership, members("170 171 172 173 174 175 179"), {}},
      {"changjitu",
       "长吉图开发开放先导区",
       "Chang-Ji-Tu pilot zone",
       region,
       members("220102 220103 220104 220105 220106 220112 220113 220181 220122 220183 220202 220203 220204 220211 "
               "220221 220281 2224 22017 22027"),
       {}},
  };
}

// indicators.md 3.3. Membership counts on the last day of a period.
std::vector<Group> market_groups() {
  using enum Group::Kind;
  const Day greece = day(2019, 4, 12), lithuania = day(2021, 5, 22), baltic = day(2022, 8, 11);
  const std::string eu27 = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE";
  const Day brexit = day(2020, 2, 1);  // the United Kingdom left at the end of 2020-01-31
  return {
      {"northeast_asia", "东北亚", "Northeast Asia", market, members("JP KR KP MN RU"), {}},
      {"cee",
       "中东欧",
       "Central and Eastern Europe",
       market,
       members("AL BA BG HR CZ HU ME MK PL RO RS SK SI") + members("GR", {greece, kLastDay}) +
           members("LT", {kFirstDay, lithuania}) + members("EE LV", {kFirstDay, baltic}),
       {}},
      {"eu28", "欧盟28国", "EU-28", market, members(eu27 + " GB"), {kFirstDay, brexit}},
      {"eu27", "欧盟27国", "EU-27", market, members(eu27), {brexit, kLastDay}},
      {"asean",
       "东盟",
       "ASEAN",
       market,
       members("BN KH ID LA MY MM PH SG TH VN") + members("TL", {day(2025, 10, 26), kLastDay}),
       {}},
      {"hmt", "港澳台", "Hong Kong, Macao and Taiwan", market, members("HK MO TW"), {}},
  };
}

std::optional<Group::Kind> parse_kind(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Group::Kind>, 5> kKinds{
      {{"industry", Group::Kind::industry},
       {"region", Group::Kind::region},
       {"ownership", Group::Kind::ownership},
       {"product_tag", Group::Kind::product_tag},
       {"market", Group::Kind::market}}};
  for (const auto& [name, kind] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

bool known_code(Group::Kind kind, const std::string& code, const std::vector<Region>& extra) {
  switch (kind) {
    case Group::Kind::industry:
      return find_industry(code) != nullptr;
    case Group::Kind::region:
      return region_prefix(code, extra).has_value();
    case Group::Kind::ownership:
      return is_ownership_filter(code);
    case Group::Kind::market:
      return is_country(code);
    case Group::Kind::product_tag:
      return !code.empty();
  }
  return false;
}

void add_member(Group& group, const TomlTable& table, std::string_view key, const std::string& code, Validity validity,
                const std::vector<Region>& extra) {
  if (!known_code(group.kind, code, extra)) {
    table.fail(key, "group '" + group.id + "': unknown code '" + code + "'");
    return;
  }
  const bool is_region = group.kind == Group::Kind::region;
  group.members.push_back({is_region ? *region_prefix(code, extra) : code, validity});
}

Group read_group(const TomlTable& table, const std::vector<Region>& extra) {
  table.only({"id", "name_zh", "name_en", "kind", "members", "member", "valid_from", "valid_to"});
  Group group;
  group.id = table.required("id");
  group.name_zh = table.text("name_zh", group.id);
  group.name_en = table.text("name_en", group.id);
  group.validity = {table.day("valid_from", kFirstDay), table.day("valid_to", kLastDay)};
  const auto kind = parse_kind(table.required("kind"));
  if (!kind) {
    table.fail("kind", "'kind' must be industry, region, ownership, product_tag or market");
    return group;
  }
  group.kind = *kind;
  for (const auto& code : table.texts("members")) add_member(group, table, "members", code, {}, extra);
  for (const auto& entry : table.tables("member")) {
    entry.only({"code", "valid_from", "valid_to"});
    const Validity validity{entry.day("valid_from", kFirstDay), entry.day("valid_to", kLastDay)};
    add_member(group, entry, "code", entry.required("code"), validity, extra);
  }
  if (!table.has("members") && !table.has("member")) table.fail("members", "group '" + group.id + "' has no members");
  return group;
}

Region read_region(const TomlTable& table) {
  table.only({"code", "name_zh", "name_en", "valid_from", "valid_to"});
  Region region{table.required("code"),
                table.text("name_zh"),
                table.text("name_en"),
                {table.day("valid_from", kFirstDay), table.day("valid_to", kLastDay)}};
  const bool digits = region.code.size() == 6 && region.code.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || find_region(region.code.substr(0, 4) + "00") == nullptr) {
    table.fail("code", "region code '" + region.code + "' must have six digits and lie in a known prefecture");
  }
  return region;
}

}  // namespace

bool Group::has(std::string_view code, Day day) const {
  if (!validity.holds(day)) return false;
  return std::any_of(members.begin(), members.end(), [&](const GroupMember& member) {
    if (!member.validity.holds(day)) return false;
    if (kind == Kind::industry || kind == Kind::region) return code.starts_with(member.code);
    return kind == Kind::ownership ? ownership_matches(code, member.code) : code == member.code;
  });
}

const Group* Groups::find(std::string_view id) const {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Group& g) { return g.id == id && !g.of_markets(); });
  return found == list.end() ? nullptr : &*found;
}

const Group* Groups::find_market(std::string_view id) const {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Group& g) { return g.id == id && g.of_markets(); });
  return found == list.end() ? nullptr : &*found;
}

Groups built_in_groups() {
  Groups groups{industry_groups(), {}};
  auto markets = market_groups();
  groups.list.insert(groups.list.end(), markets.begin(), markets.end());
  return groups;
}

Groups parse_groups(std::string_view text, std::string_view file, Problems& problems) {
  auto groups = built_in_groups();
  const auto parsed = parse_toml(text, file, problems);
  if (!parsed) return groups;
  const TomlTable root(*parsed, file, problems);
  root.only({"group", "region"});
  for (const auto& table : root.tables("region")) groups.extra_regions.push_back(read_region(table));
  std::set<std::string> ids;
  for (const auto& table : root.tables("group")) {
    auto group = read_group(table, groups.extra_regions);
    if (!ids.insert(group.id).second) table.fail("id", "group '" + group.id + "' is defined twice");
    std::erase_if(groups.list,
                  [&](const Group& g) { return g.id == group.id && g.of_markets() == group.of_markets(); });
    groups.list.push_back(std::move(group));
  }
  return groups;
}

bool is_country(std::string_view code) {
  static const auto codes = words(
      "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
      "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
      "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
      "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
      "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
      "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
      "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW");
  return std::binary_search(codes.begin(), codes.end(), code);
}

}  // namespace songhua::indicators
