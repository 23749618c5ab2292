#include <algorithm>

#include "report/sections.h"

// Sections, divisions, key industries, control and type: growth side by side for the period and the year so far.
namespace songhua::report {
namespace {

std::vector<Measure> growth_measures() {
  return {level_measure(), growth_measure(), change_measure(), pull_measure()};
}

Part part(const Material& m, const indicators::Scope& scope, const std::string& key, int level = 0) {
  return {scope.get(key), part_words(scope, key, *m.inputs), level, scope};
}

// Mining, manufacturing, utilities, and under each its divisions.
std::vector<Part> industries_of(const Material& m) {
  std::vector<Part> parts{{"total", {"规模以上工业", "Industry above designated size"}, 0, m.whole}};
  for (const auto& section : m.book.parts("section")) {
    parts.push_back(part(m, section, "industry", 1));
    for (const auto& division : m.book.parts("division")) {
      if (division.get("industry").starts_with(section.get("industry"))) {
        parts.push_back(part(m, division, "industry", 2));
      }
    }
  }
  return parts;
}

std::vector<Part> groups_of(const Material& m, const std::vector<std::string>& ids) {
  std::vector<Part> parts;
  for (const auto& id : ids) {
    if (m.inputs->groups.find(id) == nullptr) continue;
    const auto scope = m.whole.with("group", id);
    parts.push_back(part(m, scope, "group"));
  }
  return parts;
}

std::vector<Measure> group_measures() {
  return {level_measure(), growth_measure(), pull_measure(), {"share", {"占比", "share"}, {"%", "%"}}};
}

// "5 of 7 divisions grew"; empty where the counts are not known.
Words grown_sentence(const Material& m, const Span& span, const std::string& kind, const Words& of, const Words& what) {
  const auto grown = cell_of(m, m.find(kind + "_grown", m.whole, span));
  const auto all = cell_of(m, m.find(kind + "_compared", m.whole, span));
  if (!is_figure(grown) || !is_figure(all)) return {};
  return {span.title.zh + "，" + all.text + of.zh + "中，" + grown.text + what.zh + "同比增长。",
          when_words(span.period).en + ", " + grown.text + " of " + all.text + " " + of.en + " " + what.en + "."};
}

}  // namespace

Section industry_section(const Material& m) {
  Section section{"industries", {"分行业增加值", "Value added by industry"}, {}, {}, {}, {}};
  for (const auto& span : m.spans) {
    section.sentences.push_back(grown_sentence(m, span, "divisions", {"个有可比基数的行业大类", "divisions"},
                                               {"个行业增加值", "with a comparable base grew in value added"}));
  }
  auto industries = table_by_parts(m, "industries", {"门类和行业大类", "Sections and divisions"}, industries_of(m),
                                   growth_measures());
  industries.notes.push_back(
      {"行业按 GB/T "
       "4754-2017。拉动为该行业对全部工业增速的贡献（百分点）；各行业拉动之和等于总增速，四舍五入后可能不等。",
       "Industries by GB/T 4754-2017. Pull is what an industry adds to the growth of the total, in points; exact pulls "
       "add up to the total's growth, printed ones need not."});
  Table divisions = industries;
  std::erase_if(divisions.rows, [](const Row& row) { return row.level != 2; });
  section.charts.push_back(bars_of(divisions, m.span().id + ".value_added_growth",
                                   Words{"行业大类增加值增速，", "Growth of divisions, "} + m.span().title,
                                   plain("%")));
  auto pillars =
      table_by_parts(m, "key_industries", {"重点产业", "Key industries"},
                     groups_of(m, {"pillar", "auto", "transport_equipment", "railway", "aerospace", "chemicals",
                                   "synthetic_rubber", "fertilizer", "electronics", "laser", "nev"}),
                     group_measures());
  pillars.notes.push_back({"重点产业相互包含，不可相加。", "Key industries contain each other and do not add up."});
  auto special = table_by_parts(
      m, "special_groups", {"高技术、装备和高耗能制造业", "High-tech, equipment and energy-intensive manufacturing"},
      groups_of(m, {"high_tech", "equipment", "energy_intensive", "digital_products"}), group_measures());
  auto sales =
      table_by_parts(m, "sales", {"产销率和出口交货值", "Sales ratio and export delivery value"}, industries_of(m),
                     {{"sales_output_ratio", {"产销率", "sales ratio"}, {"%", "%"}},
                      {"sales_output_ratio_change", {"同比变化", "change on last year"}, {"百分点", "pp"}},
                      {"export_delivery_value", {"出口交货值", "export delivery value"}, {"万元", "CNY 10k"}},
                      {"export_delivery_growth", {"同比增长", "growth"}, {"%", "%"}}});
  std::erase_if(sales.rows, [](const Row& row) { return row.level == 1; });
  section.tables = {std::move(industries), std::move(pillars), std::move(special), std::move(sales)};
  return section;
}

Section ownership_section(const Material& m) {
  Section section{"ownership", {"分经济类型和企业规模", "By control, type and size"}, {}, {}, {}, {}};
  std::vector<Part> types;
  const auto state = m.whole.with("holding", "state");
  types.push_back({"state", holding_words("state"), 0, state});
  for (auto& group : groups_of(m, {"joint_stock", "foreign_hmt", "hmt", "foreign", "private"})) {
    group.level = group.id == "hmt" || group.id == "foreign" ? 1 : 0;
    types.push_back(std::move(group));
  }
  auto ownership = table_by_parts(m, "control_and_type", {"分控股和登记类型", "By control and registration type"},
                                  types, {level_measure(), growth_measure(), change_measure(), pull_measure()});
  ownership.notes.push_back(
      {"国有控股按控股情况，其他各类按企业登记注册类型（国统字〔2011〕86号）；各类有交叉，不可相加。",
       "State-held by control, the others by registration type (list of 2011); the types overlap and do not add up."});
  std::vector<Part> sizes;
  for (const char* size : {"L", "M", "S", "XS"}) {
    const auto scope = m.whole.with("size", size);
    if (m.find("industrial_value_added", scope, m.span()) != nullptr) {
      sizes.push_back({size, size_words(size), 0, scope});
    }
  }
  auto size_table = table_by_parts(m, "size", {"分企业规模", "By size of enterprise"}, sizes,
                                   {level_measure(), growth_measure(), change_measure(), pull_measure()});
  section.tables = {std::move(ownership), std::move(size_table)};
  return section;
}

Section region_section(const Material& m) {
  Section section{"regions", {"分地区增加值", "Value added by region"}, {}, {}, {}, {}};
  std::vector<Part> parts;
  for (const auto& prefecture : m.book.parts("prefecture")) parts.push_back(part(m, prefecture, "region"));
  const auto ranked = parts.size();
  parts.push_back({"changjitu", group_words("changjitu", false, *m.inputs), 0, m.whole.with("group", "changjitu")});
  auto table = table_by_parts(m, "regions", {"市州和长吉图", "Prefectures and Chang-Ji-Tu"}, parts,
                              {level_measure(), growth_measure(), change_measure()});
  section.charts.push_back(bars_of(table, m.span().id + ".value_added_growth",
                                   Words{"地区增加值增速，", "Growth of regions, "} + m.span().title, plain("%")));
  add_ranks(table, "value_added_growth", ranked);
  table.notes.push_back(
      {"位次按公布的增速在已公布的市州中排列，增速相同的位次相同。长吉图由跨市州的县区组成，不参加排位，不可与市州相加"
       "。",
       "Ranks go by the printed rates among the prefectures that are published; equal rates share a place. Chang-Ji-Tu "
       "lies across prefectures: it has no rank and does not add up with them."});
  section.tables = {std::move(table)};
  return section;
}

}  // namespace songhua::report
