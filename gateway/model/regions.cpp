#include "model/regions.h"

#include <algorithm>
#include <array>

namespace songhua {
namespace {

using namespace std::chrono_literals;

Day day(int year, unsigned month, unsigned d) {
  return Day{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{d}};
}

std::vector<Region> table() {
  // Jiutai became a district in 2014, Gongzhuling moved from Siping to Changchun in 2020 (the day is recalled, not
  // seen): the register keeps the code that was valid at the date.
  const Validity always{};
  const Day jiutai = day(2014, 10, 20), gongzhuling = day(2020, 6, 1);
  return {
      {"220000", "吉林省", "Jilin Province", always},
      {"220100", "长春市", "Changchun", always},
      {"220102", "南关区", "Nanguan", always},
      {"220103", "宽城区", "Kuancheng", always},
      {"220104", "朝阳区", "Chaoyang", always},
      {"220105", "二道区", "Erdao", always},
      {"220106", "绿园区", "Luyuan", always},
      {"220112", "双阳区", "Shuangyang", always},
      {"220113", "九台区", "Jiutai", {jiutai, kLastDay}},
      {"220122", "农安县", "Nong'an", always},
      {"220181", "九台市", "Jiutai (city)", {kFirstDay, jiutai}},
      {"220182", "榆树市", "Yushu", always},
      {"220183", "德惠市", "Dehui", always},
      {"220184", "公主岭市", "Gongzhuling", {gongzhuling, kLastDay}},
      {"220200", "吉林市", "Jilin city", always},
      {"220202", "昌邑区", "Changyi", always},
      {"220203", "龙潭区", "Longtan", always},
      {"220204", "船营区", "Chuanying", always},
      {"220211", "丰满区", "Fengman", always},
      {"220221", "永吉县", "Yongji", always},
      {"220281", "蛟河市", "Jiaohe", always},
      {"220282", "桦甸市", "Huadian", always},
      {"220283", "舒兰市", "Shulan", always},
      {"220284", "磐石市", "Panshi", always},
      {"220300", "四平市", "Siping", always},
      {"220302", "铁西区", "Tiexi", always},
      {"220303", "铁东区", "Tiedong", always},
      {"220322", "梨树县", "Lishu", always},
      {"220323", "伊通满族自治县", "Yitong", always},
      {"220381", "公主岭市", "Gongzhuling", {kFirstDay, gongzhuling}},
      {"220382", "双辽市", "Shuangliao", always},
      {"220400", "辽源市", "Liaoyuan", always},
      {"220402", "龙山区", "Longshan", always},
      {"220403", "西安区", "Xi'an", always},
      {"220421", "东丰县", "Dongfeng", always},
      {"220422", "东辽县", "Dongliao", always},
      {"220500", "通化市", "Tonghua", always},
      {"220502", "东昌区", "Dongchang", always},
      {"220503", "二道江区", "Erdaojiang", always},
      {"220521", "通化县", "Tonghua county", always},
      {"220523", "辉南县", "Huinan", always},
      {"220524", "柳河县", "Liuhe", always},
      {"220581", "梅河口市", "Meihekou", always},
      {"220582", "集安市", "Ji'an", always},
      {"220600", "白山市", "Baishan", always},
      {"220602", "浑江区", "Hunjiang", always},
      {"220605", "江源区", "Jiangyuan", always},
      {"220621", "抚松县", "Fusong", always},
      {"220622", "靖宇县", "Jingyu", always},
      {"220623", "长白朝鲜族自治县", "Changbai", always},
      {"220681", "临江市", "Linjiang", always},
      {"220700", "松原市", "Songyuan", always},
      {"220702", "宁江区", "Ningjiang", always},
      {"220721", "前郭尔罗斯蒙古族自治县", "Qian Gorlos", always},
      {"220722", "长岭县", "Changling", always},
      {"220723", "乾安县", "Qian'an", always},
      {"220781", "扶余市", "Fuyu", always},
      {"220800", "白城市", "Baicheng", always},
      {"220802", "洮北区", "Taobei", always},
      {"220821", "镇赉县", "Zhenlai", always},
      {"220822", "通榆县", "Tongyu", always},
      {"220881", "洮南市", "Taonan", always},
      {"220882", "大安市", "Da'an", always},
      {"222400", "延边朝鲜族自治州", "Yanbian", always},
      {"222401", "延吉市", "Yanji", always},
      {"222402", "图们市", "Tumen", always},
      {"222403", "敦化市", "Dunhua", always},
      {"222404", "珲春市", "Hunchun", always},
      {"222405", "龙井市", "Longjing", always},
      {"222406", "和龙市", "Helong", always},
      {"222424", "汪清县", "Wangqing", always},
      {"222426", "安图县", "Antu", always},
  };
}

// indicators.md 11.2; 220181 is Jiutai before 2014.
constexpr std::array<std::string_view, 19> kChangjitu{
    "220102", "220103", "220104", "220105", "220106", "220112", "220113", "220181", "220122", "220183",
    "220202", "220203", "220204", "220211", "220221", "220281", "2224",   "22017",  "22027"};

}  // namespace

const std::vector<Region>& regions() {
  static const std::vector<Region> all = table();
  return all;
}

const Region* find_region(std::string_view code) {
  const auto& all = regions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Region& r) { return r.code == code; });
  return found == all.end() ? nullptr : &*found;
}

std::optional<std::string> region_prefix(std::string_view code, const std::vector<Region>& extra) {
  if (code.size() != 2 && code.size() != 4 && code.size() != 6) return std::nullopt;
  std::string prefix(code);
  while (prefix.size() > 2 && prefix.ends_with("00")) prefix.resize(prefix.size() - 2);
  const std::string full = prefix + std::string(6 - prefix.size(), '0');
  const bool configured = std::any_of(extra.begin(), extra.end(), [&](const Region& r) { return r.code == full; });
  if (!configured && find_region(full) == nullptr) return std::nullopt;
  return prefix;
}

bool in_changjitu(std::string_view code) {
  return std::any_of(kChangjitu.begin(), kChangjitu.end(), [&](std::string_view p) { return code.starts_with(p); });
}

}  // namespace songhua
