#include "report/words.h"

#include <algorithm>
#include <array>
#include <map>

#include "model/industries.h"

namespace songhua::report {
namespace {

constexpr std::array<const char*, 12> kMonths{"January", "February", "March",     "April",   "May",      "June",
                                              "July",    "August",   "September", "October", "November", "December"};

std::string month_en(unsigned month) {
  return kMonths.at(month - 1);
}

const Region* region_of(const std::string& code, const indicators::Inputs& inputs) {
  if (const auto* known = find_region(code)) return known;
  const auto& extra = inputs.groups.extra_regions;
  const auto found = std::find_if(extra.begin(), extra.end(), [&](const Region& r) { return r.code == code; });
  return found == extra.end() ? nullptr : &*found;
}

const std::map<std::string, Words>& units() {
  static const std::map<std::string, Words> all{{"CNY 10k", {"万元", "CNY 10k"}},
                                                {"%", {"%", "%"}},
                                                {"pp", {"个百分点", "pp"}},
                                                {"index", {"指数", "index"}},
                                                {"tce", {"吨标准煤", "tce"}},
                                                {"tce / CNY 10k", {"吨标准煤/万元", "tce / CNY 10k"}},
                                                {"CNY / person", {"元/人", "CNY / person"}},
                                                {"CNY / h", {"元/工时", "CNY / h"}},
                                                {"products", {"种", "products"}},
                                                {"divisions", {"个", "divisions"}},
                                                {"t", {"吨", "t"}},
                                                {"1", {"", ""}}};
  return all;
}

const std::map<std::string, Words>& reasons() {
  static const std::map<std::string, Words> all{
      {"no_base", {"没有上年同期基数", "nothing is known of the same period last year"}},
      {"base_not_positive", {"基数不为正", "the base is not positive"}},
      {"total_change_zero", {"总量没有变化", "the total has not changed"}},
      {"total_not_positive", {"总量不为正", "the total is not positive"}},
      {"no_output", {"本期没有产量", "nothing was made"}},
      {"no_equipment", {"没有设备数据", "no equipment is known"}},
      {"no_key_processes", {"没有关键工序数据", "no key processes are known"}},
      {"no_employees", {"名录没有从业人员数", "the register has no employees"}},
      {"no_labour_time", {"没有工时数据", "no hours were reported"}},
      {"no_capacity", {"没有产能数据", "no capacities are known"}},
      {"mixed_units", {"计量单位不同", "units differ"}},
      {"jan_feb_combined", {"1月和2月合并发布", "January and February have one rate between them"}},
      {"year_complete", {"全年已结束", "the year is complete"}},
      {"confidential", {"为保护单个调查对象，数据不予公布", "withheld to protect single respondents"}},
      {"low_coverage", {"覆盖率低于规定下限", "coverage is below the limit"}}};
  return all;
}

}  // namespace

Words period_in_year(const Period& p) {
  switch (p.kind) {
    case Period::Kind::year:
      return {"全年", "the year"};
    case Period::Kind::half_year:
      return p.first_month == 1 ? Words{"上半年", "the first half"} : Words{"下半年", "the second half"};
    case Period::Kind::quarter: {
      static constexpr std::array<const char*, 4> kZh{"一季度", "二季度", "三季度", "四季度"};
      static constexpr std::array<const char*, 4> kEn{"the first quarter", "the second quarter", "the third quarter",
                                                      "the fourth quarter"};
      return {kZh.at(p.last_month / 3 - 1), kEn.at(p.last_month / 3 - 1)};
    }
    default:
      break;
  }
  if (p.first_month == p.last_month) return {std::to_string(p.last_month) + "月", month_en(p.last_month)};
  return {std::to_string(p.first_month) + "—" + std::to_string(p.last_month) + "月",
          month_en(p.first_month) + (p.last_month == p.first_month + 1 ? " and " : " to ") + month_en(p.last_month)};
}

Words period_words(const Period& p) {
  const auto year = std::to_string(p.year);
  if (p.kind == Period::Kind::year) return {year + "年", year};
  const auto part = period_in_year(p);
  const bool of = part.en.starts_with("the ");
  return {year + "年" + part.zh, part.en + (of ? " of " : " ") + year};
}

Words when_words(const Period& p) {
  const auto name = period_words(p);
  return {name.zh, (name.en.find(" to ") == std::string::npos ? "In " : "From ") + name.en};
}

Words grew_words(const std::string& rate) {
  const bool falls = rate.starts_with("-");
  const auto size = falls ? rate.substr(1) : rate;
  return falls ? Words{"下降" + size + "%", "fell by " + size + " %"}
               : Words{"增长" + size + "%", "grew by " + size + " %"};
}

Words indicator_words(const std::string& id) {
  const auto* term = indicators::find_term(id);
  return term == nullptr ? plain(id) : Words{term->name_zh, term->name_en};
}

Words unit_words(const std::string& unit, const Catalogue& catalogue, const std::string& product) {
  if (const auto found = units().find(unit); found != units().end()) return found->second;
  if (unit.ends_with(" / d")) {
    return unit_words(unit.substr(0, unit.size() - 4), catalogue, product) + Words{"/日", " / day"};
  }
  const auto named = [&](const Product& p) { return p.statistical_unit == unit && !p.statistical_unit_zh.empty(); };
  if (const auto* own = catalogue.find(product); own != nullptr && named(*own)) return {own->statistical_unit_zh, unit};
  const auto other = std::ranges::find_if(catalogue.products, named);
  if (other != catalogue.products.end()) return {other->statistical_unit_zh, unit};
  return plain(unit);
}

Words reason_words(const std::string& reason) {
  const auto found = reasons().find(reason);
  return found == reasons().end() ? plain(reason) : found->second;
}

Words region_words(const std::string& code, const indicators::Inputs& inputs) {
  const auto* region = region_of(code, inputs);
  return region == nullptr ? plain(code) : Words{region->name_zh, region->name_en};
}

Words industry_words(const std::string& code) {
  const auto* industry = find_industry(code);
  return industry == nullptr ? plain(code) : Words{industry->name_zh, industry->name_en};
}

Words group_words(const std::string& id, bool of_markets, const indicators::Inputs& inputs) {
  const auto* group = of_markets ? inputs.groups.find_market(id) : inputs.groups.find(id);
  return group == nullptr ? plain(id) : Words{group->name_zh, group->name_en};
}

Words product_words(const Product& product) {
  return {product.name_zh.empty() ? product.id : product.name_zh,
          product.name_en.empty() ? product.id : product.name_en};
}

Words holding_words(const std::string& holding) {
  static const std::map<std::string, Words> all{{"state", {"国有控股", "State-held"}},
                                                {"collective", {"集体控股", "Collectively held"}},
                                                {"private", {"私人控股", "Privately held"}},
                                                {"foreign", {"外商控股", "Foreign-held"}},
                                                {"hmt", {"港澳台商控股", "Held from Hong Kong, Macao and Taiwan"}},
                                                {"other", {"其他控股", "Other"}}};
  const auto found = all.find(holding);
  return found == all.end() ? Words{"未登记", "Not registered"} : found->second;
}

Words size_words(const std::string& size) {
  static const std::map<std::string, Words> all{{"L", {"大型企业", "Large enterprises"}},
                                                {"M", {"中型企业", "Medium-sized enterprises"}},
                                                {"S", {"小型企业", "Small enterprises"}},
                                                {"XS", {"微型企业", "Micro enterprises"}}};
  const auto found = all.find(size);
  return found == all.end() ? Words{"未登记", "Not registered"} : found->second;
}

Words part_words(const indicators::Scope& part, const std::string& key, const indicators::Inputs& inputs) {
  const auto code = part.get(key);
  if (key == "region") return region_words(code, inputs);
  if (key == "industry") return industry_words(code);
  if (key == "group") return group_words(code, false, inputs);
  if (key == "market_group") return group_words(code, true, inputs);
  if (key == "market") return country_words(code);
  if (key == "holding") return holding_words(code);
  if (key == "size") return size_words(code);
  const auto* product = inputs.catalogue.find(code);
  return product == nullptr ? plain(code) : product_words(*product);
}

}  // namespace songhua::report
