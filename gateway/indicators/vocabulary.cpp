#include "indicators/vocabulary.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

constexpr const char* kMoney = "CNY 10k";

std::vector<Term> table() {
  using enum Family;
  return {
      {"gross_output_current", "工业总产值(现价)", "gross industrial output value (current prices)", kMoney, 2, level,
       false},
      {"gross_output_comparable", "工业总产值(可比价)", "gross industrial output value (comparable prices)", kMoney, 2,
       level, false},
      {"sales_value", "工业销售产值", "industrial sales value", kMoney, 2, level, false},
      {"sales_output_ratio", "产品销售率", "sales ratio of products", "%", 1, sales_ratio, false},
      {"sales_output_ratio_change", "产品销售率升降", "change of the sales ratio", "pp", 2, sales_ratio, false},
      {"export_delivery_value", "出口交货值", "export delivery value", kMoney, 2, level, false},
      {"export_delivery_growth", "出口交货值增速(现价)", "growth of export delivery value (current prices)", "%", 1,
       growth, false},
      {"export_share", "出口交货值占销售产值比重", "share of exports in sales value", "%", 1, sales_ratio, false},
      {"industrial_value_added", "工业增加值", "value added of industry", kMoney, 2, level, false},
      {"industrial_value_added_comparable", "工业增加值(可比价)", "value added at comparable prices", kMoney, 2, level,
       false},
      {"value_added_growth", "工业增加值增速(可比价)", "growth rate of value added, real", "%", 1, growth, false},
      {"value_added_growth_change", "增速比上期变化", "change of the growth rate against the period before", "pp", 1,
       bulletin, false},
      {"value_added_growth_cumulative", "累计增速", "accumulated growth rate", "%", 1, growth, false},
      {"contribution", "贡献率", "contribution share", "%", 1, growth, false},
      {"pull", "拉动", "contribution to growth", "pp", 2, growth, false},
      {"nominal_growth", "名义增速(现价)", "growth at current prices", "%", 1, growth, false},
      {"implicit_deflator", "隐含价格指数", "implicit price index", "index", 1, growth, false},
      {"product_output", "产品产量", "output of products", "", 2, product, true},
      {"product_output_physical", "产品产量(实物量)", "output of products, physical", "", 2, product, true},
      {"product_output_growth", "产量增速", "growth of output", "%", 1, product, true},
      {"daily_output", "日均产量", "average daily output", "", 2, product, true},
      {"products_compared", "有可比基数的产品数", "products with a growth rate", "products", 0, count, false},
      {"products_grown", "产量增长的产品数", "products with growing output", "products", 0, count, false},
      {"divisions_compared", "有可比基数的行业大类数", "divisions with a growth rate", "divisions", 0, count, false},
      {"divisions_grown", "增长的行业大类数", "divisions with growing value added", "divisions", 0, count, false},
      {"production_index", "工业生产指数", "index of industrial production", "index", 2, index, false},
      {"production_index_growth", "工业生产指数增速", "growth of the production index", "%", 1, index, false},
      {"production_index_published", "工业生产指数(发布)", "index of industrial production as published", "index", 2,
       index, false},
      {"production_index_published_growth", "工业生产指数增速(发布)", "growth of the index as published", "%", 1, index,
       false},
      {"production_index_link", "链接系数", "link factor of the chained index", "index", 2, bulletin, false},
      {"capacity_utilisation", "产能利用率", "capacity utilization rate", "%", 1, capacity, false},
      {"energy_consumption", "综合能源消费量", "total energy consumption", "tce", 2, energy, false},
      {"energy_consumption_growth", "综合能源消费量增速", "growth of total energy consumption", "%", 1, bulletin,
       false},
      {"energy_intensity", "单位工业增加值能耗", "energy consumption per unit of value added", "tce / CNY 10k", 4,
       energy, false},
      {"energy_intensity_change", "单位工业增加值能耗升降", "change of energy intensity", "%", 2, energy, false},
      {"energy_per_unit", "单位产品能耗", "energy per unit of product", "", 2, product, true},
      {"labour_productivity", "全员劳动生产率", "overall labour productivity", "CNY / person", 0, labour, false},
      {"labour_productivity_hour", "每工时增加值", "value added per hour worked", "CNY / h", 2, labour, false},
      {"connection_rate", "设备联网率", "equipment connection rate", "%", 1, digital, false},
      {"nc_rate", "关键工序数控化率", "numerical-control rate of key processes", "%", 1, digital, false},
      {"nev_share_vehicles", "新能源汽车占汽车产量比重", "share of new-energy vehicles in vehicle output", "%", 1,
       share, false},
      {"availability", "可用率", "availability", "%", 2, kpi, false},
      {"effectiveness", "有效性", "effectiveness", "%", 2, kpi, false},
      {"quality_ratio", "质量率", "quality ratio", "%", 2, kpi, false},
      {"oee", "设备综合效率", "overall equipment effectiveness", "%", 2, kpi, false},
      {"nee", "设备净效率", "net equipment effectiveness", "%", 2, kpi, false},
      {"utilisation_efficiency", "利用效率", "utilisation efficiency", "%", 2, kpi, false},
      {"technical_efficiency", "技术效率", "technical efficiency", "%", 2, kpi, false},
      {"allocation_efficiency", "分配效率", "allocation efficiency", "%", 2, kpi, false},
      {"setup_ratio", "设置率", "setup ratio", "%", 2, kpi, false},
      {"scrap_ratio", "报废率", "scrap ratio", "%", 2, kpi, false},
      {"rework_ratio", "返工率", "rework ratio", "%", 2, kpi, false},
      {"first_pass_yield", "一次合格率", "first pass yield", "%", 2, kpi, false},
      {"throughput_per_hour", "生产率", "throughput rate", "1/h", 2, kpi, false},
      {"mtbf_s", "平均故障间隔时间", "mean time between failures", "s", 2, kpi, false},
      {"mttr_s", "平均修复时间", "mean time to repair", "s", 2, kpi, false},
      {"target.target_growth_pct", "目标增速", "target growth", "%", 1, target, false},
      {"target.cumulative_growth_pct", "累计增速", "cumulative growth", "%", 1, target, false},
      {"target.gap_pp", "与目标差距", "gap to the target", "pp", 2, target, false},
      {"target.gap_to_date", "至今差额", "gap to date", kMoney, 2, target, false},
      {"target.remaining_needed", "尚需增加值", "value added still needed", kMoney, 2, target, false},
      {"target.required_growth_rest_pct", "后期所需增速", "growth required in the rest of the year", "%", 1, target,
       false},
      {"target.run_rate_pct", "近期增速", "run rate", "%", 1, target, false},
      {"target.projected_growth_pct", "预计全年增速", "projected growth", "%", 1, target, false},
      {"target.projected_low_pct", "预计下限", "projected growth, low", "%", 1, target, false},
      {"target.projected_high_pct", "预计上限", "projected growth, high", "%", 1, target, false},
      {"target.projected_gap_cny", "预计差额", "projected gap", kMoney, 2, target, false},
      {"target.path", "目标路径", "path of the target", kMoney, 2, target, false},
      {"target.on_target", "达到目标", "on target (1 or 0)", "1", 0, target, false},
      {"coverage", "覆盖率", "coverage by weight", "%", 1, quality, false},
      {"coverage_time", "覆盖率(按时间折算)", "coverage by weight and time", "%", 1, quality, false},
  };
}

}  // namespace

const std::vector<Term>& vocabulary() {
  static const std::vector<Term> all = table();
  return all;
}

const Term* find_term(std::string_view id) {
  const auto& all = vocabulary();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Term& term) { return term.id == id; });
  if (found != all.end()) return &*found;
  static const Term share{"share", "占比", "share in value added", "%", 1, Family::share, false};
  return id.starts_with("share.") ? &share : nullptr;
}

}  // namespace songhua::indicators
