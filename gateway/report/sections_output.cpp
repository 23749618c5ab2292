#include <algorithm>

#include "report/sections.h"

// The overview, products, exports, energy and digital indicators.
namespace songhua::report {
namespace {

// "复混肥料制造" makes "复混肥料": a family of products is named by what it is.
Words family_words(const Material& m, const indicators::Scope& scope) {
  if (scope.has("group")) return group_words(scope.get("group"), false, *m.inputs);
  if (scope.get("industry") == "C361") return {"汽车", "Motor vehicles"};
  auto name = industry_words(scope.get("industry"));
  const std::string making = "制造";
  if (name.zh.ends_with(making)) name.zh.resize(name.zh.size() - making.size());
  return name;
}

struct OutputColumns {
  const Material& m;

  // Output, growth and daily output for each span; `physical` for what is also published by nutrient.
  [[nodiscard]] Row row(const Part& part, bool physical) const {
    Row row{part.id, part.title, part.level, {}, {}};
    for (const auto& span : m.spans) {
      const auto output = cell_of(m, m.find(physical ? "product_output_physical" : "product_output", part.scope, span));
      if (row.unit.empty()) row.unit = unit_words(output.unit, m.inputs->catalogue, part.scope.get("product"));
      row.cells.push_back(output);
      row.cells.push_back(physical ? Cell{} : cell_of(m, m.find("product_output_growth", part.scope, span)));
      row.cells.push_back(physical ? Cell{} : cell_of(m, m.find("daily_output", part.scope, span)));
    }
    return row;
  }
};

bool never_made(const Row& row) {
  return std::all_of(row.cells.begin(), row.cells.end(),
                     [](const Cell& cell) {
                       return !is_figure(cell) || indicators::parse_exact(cell.text) == indicators::Rational(0);
                     }) &&
         std::none_of(row.cells.begin(), row.cells.end(), [](const Cell& cell) {
           return cell.shown == Shown::confidential || cell.shown == Shown::withheld;
         });
}

Table product_table(const Material& m) {
  Table table{"products", {"主要产品产量", "Output of main products"}, {}, {}, {}, {}};
  for (const auto& span : m.spans) {
    table.columns.push_back({span.id + ".product_output", {"产量", "output"}, {}, span.title});
    table.columns.push_back({span.id + ".product_output_growth", {"同比增长", "growth"}, plain("%"), span.title});
    table.columns.push_back({span.id + ".daily_output", {"日均产量", "daily average"}, {}, span.title});
  }
  const OutputColumns columns{m};
  const auto add = [&](const Part& part, bool nutrients) {
    auto row = columns.row(part, false);
    if (never_made(row)) return;
    table.rows.push_back(std::move(row));
    if (!nutrients) return;
    auto physical = part;
    physical.id += ".physical";
    physical.title = part.title + Words{"（实物量）", " (physical)"};
    table.rows.push_back(columns.row(physical, true));
  };
  for (const auto& scope : m.book.parts("family")) {
    const auto code = scope.has("group") ? scope.get("group") : scope.get("industry");
    add({code, family_words(m, scope), 0, scope}, false);
  }
  for (const auto& product : m.inputs->catalogue.products) {
    add({product.id, product_words(product), 1, m.whole.with("product", product.id)}, product.nutrients.has_value());
  }
  table.notes.push_back(
      {"产量为合格品产量，不论是否销售。肥料按折纯量，另列实物量。日均产量按日历天数平均。",
       "Good output, sold or not. Fertilizers in nutrient terms, with the physical quantity beside. Daily averages are "
       "by calendar days."});
  return table;
}

Table exports_by(const Material& m, const std::string& key, const std::string& id, const Words& title) {
  std::vector<Part> parts;
  for (const auto& scope : m.book.parts(key)) {
    if (scope.get(key) == "CN") continue;  // domestic
    parts.push_back({scope.get(key), part_words(scope, key, *m.inputs), 0, scope});
  }
  return table_by_parts(m, id, title, parts,
                        {{"export_delivery_value", {"出口交货值", "export delivery value"}, {"万元", "CNY 10k"}},
                         {"export_delivery_growth", {"同比增长", "growth"}, {"%", "%"}}});
}

std::vector<Part> divisions_of(const Material& m) {
  std::vector<Part> parts{{"total", {"规模以上工业", "Industry above designated size"}, 0, m.whole}};
  for (const auto& scope : m.book.parts("division")) {
    parts.push_back({scope.get("industry"), part_words(scope, "industry", *m.inputs), 1, scope});
  }
  return parts;
}

}  // namespace

Section overview_section(const Material& m) {
  Section section{"overview", {"主要指标", "Main indicators"}, {}, {}, {}, {}};
  auto table =
      table_of_indicators(m, "overview", {"规模以上工业主要指标", "Main indicators of industry above designated size"},
                          {"industrial_value_added",
                           "value_added_growth",
                           "value_added_growth_change",
                           "nominal_growth",
                           "implicit_deflator",
                           "gross_output_current",
                           "gross_output_comparable",
                           "sales_value",
                           "sales_output_ratio",
                           "sales_output_ratio_change",
                           "export_delivery_value",
                           "export_delivery_growth",
                           "export_share",
                           "production_index_published",
                           "production_index_published_growth",
                           "production_index_link",
                           "capacity_utilisation",
                           "labour_productivity",
                           "labour_productivity_hour",
                           "divisions_compared",
                           "divisions_grown",
                           "products_compared",
                           "products_grown",
                           "nev_share_vehicles",
                           "coverage",
                           "coverage_time"},
                          m.whole);
  if (m.has_before && m.spans.size() > 1) {
    const auto before = period_words(m.before);
    table.notes.push_back(
        {"“增速比上期变化”：" + m.span().title.zh + "与" + before.zh + "比，累计与截至上月的累计比；为公布增速之差。",
         "Change of the rate: " + m.span().title.en + " against " + before.en +
             ", the year so far against the year to the month before; the difference of printed rates."});
  }
  section.tables = {std::move(table)};
  return section;
}

Section product_section(const Material& m) {
  Section section{"products", {"主要产品产量", "Output of main products"}, {}, {}, {}, {}};
  for (const auto& span : m.spans) {
    const auto grown = cell_of(m, m.find("products_grown", m.whole, span));
    const auto all = cell_of(m, m.find("products_compared", m.whole, span));
    if (!is_figure(grown) || !is_figure(all)) continue;
    section.sentences.push_back(
        {span.title.zh + "，" + all.text + "种有可比基数的产品中，" + grown.text + "种产量同比增长。",
         when_words(span.period).en + ", output of " + grown.text + " of " + all.text +
             " products with a comparable base grew."});
  }
  section.tables = {product_table(m)};
  return section;
}

Section export_section(const Material& m) {
  Section section{"exports", {"出口交货值", "Export delivery value"}, {}, {}, {}, {}};
  auto groups = exports_by(m, "market_group", "export_groups", {"按伙伴集团", "By group of partners"});
  groups.notes.push_back(
      {"集团有交叉，不可相加；成员按本期最后一日。按现价，含对港澳台销售。",
       "Groups overlap and do not add up; members as of the period's last day. Current prices; sales to "
       "Hong Kong, Macao and Taiwan are exports."});
  auto countries = exports_by(m, "market", "export_countries", {"按国家和地区", "By country and territory"});
  section.charts.push_back(bars_of(
      groups, m.cumulative().id + ".export_delivery_value",
      Words{"对伙伴集团出口交货值，", "Export delivery value by group, "} + m.cumulative().title, {"万元", "CNY 10k"}));
  section.tables = {std::move(groups), std::move(countries)};
  return section;
}

Section energy_section(const Material& m) {
  Section section{"energy", {"能源消费", "Energy"}, {}, {}, {}, {}};
  auto table = table_by_parts(
      m, "energy", {"综合能源消费量和单位增加值能耗", "Energy consumption and intensity"}, divisions_of(m),
      {{"energy_consumption", {"综合能源消费量", "consumption"}, {"吨标准煤", "tce"}},
       {"energy_consumption_growth", {"同比增长", "growth"}, plain("%")},
       {"energy_intensity", {"单位增加值能耗", "per value added"}, {"吨标准煤/万元", "tce / CNY 10k"}},
       {"energy_intensity_change", {"升降", "change"}, plain("%")}});
  table.notes.push_back(
      {"电力按当量值；水为耗能工质，不计入。单位增加值能耗按可比价增加值。",
       "Electricity at its equivalent value; water is a medium and not counted. Intensity by value added "
       "at comparable prices."});
  section.tables = {std::move(table)};
  return section;
}

Section digital_section(const Material& m) {
  Section section{"digital", {"数字化指标", "Digital indicators"}, {}, {}, {}, {}};
  auto table = table_by_parts(
      m, "digital", {"设备联网率和关键工序数控化率", "Connection rate and numerical-control rate"}, divisions_of(m),
      {{"connection_rate", {"设备联网率", "connection rate"}, plain("%")},
       {"nc_rate", {"关键工序数控化率", "NC rate of key processes"}, plain("%")}});
  // The last reading of the period is also that of the year so far: one column group says it.
  std::erase_if(table.columns, [&](const Column& c) { return m.spans.size() > 1 && c.id.starts_with("cumulative."); });
  for (auto& row : table.rows) row.cells.resize(table.columns.size());
  table.notes.push_back(
      {"由设备上报的期末读数计算，不是企业填报的调查结果。",
       "From the last readings that equipment sent in the period, not from a survey of enterprises."});
  section.tables = {std::move(table)};
  return section;
}

}  // namespace songhua::report
