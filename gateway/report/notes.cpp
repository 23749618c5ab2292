#include <algorithm>
#include <map>

#include "indicators/presentation.h"
#include "report/sections.h"

// What a reader must know to use the figures: scope, prices, rounding, gaps, and what nobody here can know.
namespace songhua::report {
namespace {

Day last_day(const Material& m) {
  return m.inputs->day_of(m.options.period.window(m.inputs->zone).end - Millis{1});
}

std::size_t enterprises_in_scope(const Material& m) {
  return select_enterprises(m.whole, *m.inputs, last_day(m), false).size();
}

std::size_t not_reporting(const Material& m) {
  const auto* row = m.find("coverage", m.whole, m.span());
  if (row == nullptr) return 0;
  const auto found = row->warnings.find("not_reporting");
  return found == row->warnings.end() ? 0 : found->second.count;
}

Note scope_note(const Material& m) {
  const auto all = std::to_string(enterprises_in_scope(m)), missing = std::to_string(not_reporting(m));
  return {{"统计范围", "Scope"},
          {"规模以上工业企业，即年主营业务收入2000万元及以上的工业企业；期末名录中有" + all + "家，其中" + missing +
               "家本期没有上报。数据由企业生产线的累计计数器直接计算，不经企业填报。",
           "Industrial enterprises with annual main-business revenue of at least CNY 20 million: " + all +
               " in the register at the period's end, of which " + missing +
               " did not report in the period. Figures are computed from the counters of production lines, not from "
               "returns."}};
}

Note price_note(const Material& m) {
  const auto year = std::to_string(m.inputs->catalogue.base_year);
  const Words method =
      m.options.deflated
          ? Words{"增加值增速按可比价，由分行业价格指数缩减后加总。",
                  "Growth of value added is real: deflated by the price index of each industry, then added up."}
          : Words{"增加值增速按可比价，以" + year + "年平均价格计算。",
                  "Growth of value added is at comparable prices: the mean prices of " + year + "."};
  return {
      {"价格", "Prices"},
      method + Words{"总产值、销售产值、出口交货值和增加值绝对额按现价（不含增值税），出口交货值增速为现价增速。"
                     "增加值按产品产量、价格和增加值率计算，因中间投入不在遥测数据之内。",
                     " Output, sales, exports and levels of value added are at current prices without VAT; growth of "
                     "exports is nominal. Value added is output by price by value-added rate, since intermediate "
                     "consumption is not in telemetry."}};
}

Note base_note(const Material& m) {
  std::string sources;
  if (const auto* row = m.find("value_added_growth", m.whole, m.span())) sources = row->base_source;
  Words source;
  if (sources == "rollup")
    source = {"本期基数为中心自己的上年汇总。", " This period's base is the centre's own record of last year."};
  if (sources == "base.csv")
    source = {"本期基数为导入的上年数据。", " This period's base is last year's data as imported."};
  return {
      {"同比", "Growth"},
      Words{"与上年同期相比，上年数按本年统计范围计算，因此不能由以往公布的绝对额推算。没有上年数据的企业不参与增速计算"
            "。",
            "Against the same period last year, which is taken on this year's scope: rates do not follow from levels "
            "published earlier. Enterprises whose last year is not known take no part in rates."} +
          source};
}

Note january_note() {
  return {{"1—2月", "January and February"},
          {"因春节时间不固定，1月和2月合并公布增速，不单独公布1月、2月增速。增速变化为公布增速之差；3月与1—2月相比，"
           "1—2月与上年12月相比。",
           "The Spring Festival moves between them, so they have one rate between them and none each. A change of the "
           "rate is "
           "the difference of printed rates; March compares with January and February, those with December."}};
}

Note rounding_note() {
  return {{"进位", "Rounding"},
          {"全部数据由精确值一次四舍五入得到，分项之和可能不等于合计。",
           "Each figure is rounded once, half away from zero, from its exact value; parts need not add up to totals."}};
}

Note status_note(const Material& m) {
  Words text{"初步数（p）在全部生产线上报到期末后成为最终数；此后如有变化即为修订数（r）。",
             "Preliminary figures (p) become final when every line has reported up to the period's end; a later change "
             "makes a "
             "figure revised (r)."};
  if (!m.options.as_of.empty()) {
    text = text + Words{"本公报按" + m.options.as_of + "时的数据。",
                        " This bulletin shows what was stored at " + m.options.as_of + "."};
  }
  return {{"数据状态和修订", "Status and revisions"}, text};
}

Note coverage_note(const Material& m) {
  const auto limit = indicators::present(m.options.coverage_limit, 1);
  const auto own = cell_of(m, m.find("coverage", m.whole, m.span()));
  const auto in_time = cell_of(m, m.find("coverage_time", m.whole, m.span()));
  Words text{
      "覆盖率为已上报企业占全部企业上年增加值的比重，按时间折算时再乘以各企业数据齐全天数占本期天数的比例；任一低于" +
          limit + "%时不公布增速（以“…”表示）。",
      "Coverage is the weight of those that have reported, by last year's value added; by time, each weight "
      "times the part of the period's days of which the enterprise's data are in. Where either is below " +
          limit + " % no growth rate is given (…)."};
  if (is_figure(own) && is_figure(in_time)) {
    text = text + Words{"本期为" + own.text + "%，按时间折算为" + in_time.text + "%。",
                        " This period: " + own.text + " %, by time " + in_time.text + " %."};
  }
  // What is put in, of the period and of the year so far.
  const auto share_in = [&](const Span& span) {
    const auto* growth = m.find("value_added_growth", m.whole, span);
    const auto share = growth == nullptr ? std::nullopt : growth->imputed_share;
    if (!share) return Words{};
    const auto printed = indicators::present(*share, 2);
    return Words{span.title.zh + "占" + printed + "%，", " " + printed + " % of " + span.title.en + ","};
  };
  auto shares = share_in(m.span());
  if (m.spans.size() > 1) shares = shares + share_in(m.cumulative());
  if (!shares.zh.empty()) {
    text = text +
           Words{"未上报企业的月份按同行业已上报企业的增速推算（上年同月乘以增速，逐月计入累计），" + shares.zh +
                     "数据到位后修订。产品产量、分国别（地区）出口和生产指数含同样的推算，产品和国别结构取上年同月；"
                     "单位产品能耗、每工时增加值、产能利用率和数字化指标只含已上报部分。",
                 " Months that an enterprise has not reported are estimated by the growth of its industry (the "
                 "same month of last year times that growth; the year so far adds up its months):" +
                     shares.en +
                     " revised when data comes. Output of products, exports by country and the production "
                     "index hold the same estimates, with the enterprise's products and countries of that month "
                     "of last year. Energy per product, value added per hour, capacity utilization and digital "
                     "indicators hold what was reported only."};
  }
  return {{"覆盖率和推算", "Coverage and estimates"}, text};
}

Note disclosure_note(const Material& m) {
  Words text{"(c) 为保护单个调查对象，数据不予公布。", "(c) withheld to protect single respondents."};
  for (const auto& more : m.protection.notes) text = text + Words{"", " "} + more;
  return {{"数据保密", "Confidentiality"}, text};
}

Note index_note(const Material& m) {
  const auto* row = m.find("production_index_published", m.whole, m.span());
  if (row == nullptr || row->index.empty()) return {};
  const auto year = std::to_string(m.inputs->catalogue.base_year);
  Words text = row->index == "chained" ? Words{"链式指数，权数每年更新，按年重叠法链接，",
                                               "Chained: weights renewed each year, linked by annual overlap; "}
                                       : Words{"固定权数指数（有两年权数后改为链式），",
                                               "Fixed weights (chained as soon as two years of weights exist); "};
  text = text + Words{year + "年月平均=100，未作工作日调整。",
                      "the mean month of " + year + " = 100, not adjusted for working days."};
  const auto* link = m.find("production_index_link", m.whole, m.span());
  const auto cell = cell_of(m, link);
  if (row->index == "chained" && is_figure(cell)) {
    text = text + Words{"到" + link->base + "年的链接系数为" + cell.text + "。",
                        " Link factor up to " + link->base + ": " + cell.text + "."};
  }
  if (const auto left_out = row->warnings.find("no_base"); left_out != row->warnings.end()) {
    const auto count = std::to_string(left_out->second.count);
    text = text + Words{"有" + count + "家企业因权数年份产量不全，不参与指数计算（两端均不计入）。",
                        " " + count +
                            " enterprises take no part, on either side, since a year of weights is not known "
                            "of them as a whole."};
    if (row->coverage) {
      const auto part = indicators::present(*row->coverage, 1);
      text = text + Words{"参与计算的企业占基年增加值的" + part + "%。",
                          " Those that do have " + part + " % of the base year's value added."};
    }
  }
  return {{"工业生产指数", "Production index"}, text};
}

Words energy_name(const std::string& carrier) {
  if (carrier == "electricity") return {"电力", "electricity"};
  if (carrier == "natural_gas") return {"天然气", "natural gas"};
  if (carrier == "steam") return {"蒸汽", "steam"};
  if (carrier == "heat") return {"热力", "heat"};
  if (carrier == "water") return {"水", "water"};
  return plain(carrier);
}

// As tables of coefficients have it: kgce per kWh, m3, kg or MJ; else as it is counted.
Words coefficient_words(const indicators::EnergyCoefficient& c) {
  struct Customary {
    int kgce;  // per tce, in that unit
    Words unit;
  };
  static const std::map<std::string, Customary> kCustomary{{"Wh", {1'000'000, {"千克标准煤/千瓦时", " kgce/kWh"}}},
                                                           {"dm3", {1'000'000, {"千克标准煤/立方米", " kgce/m3"}}},
                                                           {"kg", {1'000, {"千克标准煤/千克", " kgce/kg"}}},
                                                           {"MJ", {1'000, {"千克标准煤/兆焦", " kgce/MJ"}}}};
  const auto found = kCustomary.find(c.unit);
  if (found == kCustomary.end()) return plain(" " + indicators::exact_text(c.tce_per_unit) + " tce/" + c.unit);
  const indicators::Rational value = c.tce_per_unit * found->second.kgce;
  auto printed = indicators::present(value, 5);
  if (indicators::parse_exact(printed) != value) printed = indicators::exact_text(value);
  while (printed.find('.') != std::string::npos && printed.ends_with("0")) printed.pop_back();
  return Words{printed, " " + printed} + found->second.unit;
}

Note energy_note(const Material& m) {
  Words list;
  for (const auto& c : m.inputs->energy) {
    if (!c.validity.holds(last_day(m)) || (c.medium && !m.inputs->count_water)) continue;
    list = (list.empty() ? list : list + Words{"；", "; "}) + energy_name(c.carrier) + coefficient_words(c);
  }
  if (list.empty()) return {};
  return {{"能源折标系数", "Energy coefficients"}, Words{"本期采用：", "Used here: "} + list + Words{"。", "."}};
}

Note classification_note(const Material& m) {
  const auto region = region_words(m.options.region, *m.inputs);
  return {{"分类", "Classifications"},
          {"行业按 GB/T 4754-2017，以企业主营行业归类；地区按 GB/T 2260，以期末代码为准。高技术制造业按2017年分类；"
           "装备制造业为 C33—C40；六大高耗能行业为 "
           "C25、C26、C30、C31、C32、D44。长吉图按2009年规划纲要的范围。产品按目录代码，不按企业行业。",
           "Industries by GB/T 4754-2017, each enterprise in its main one; regions by GB/T 2260 at the period's end. "
           "High-tech "
           "by the 2017 list; equipment is C33 to C40; energy-intensive C25, C26, C30, C31, C32 and D44. Chang-Ji-Tu "
           "as in the "
           "outline of 2009. Products go by their own codes, not by the enterprise's."}};
}

Note unknown_note() {
  return {{"本系统不掌握的情况", "What this system cannot know"},
          {"利润、营业收入、实际成交价格、订单、库存、投资，以及规模以下企业和未联网生产线的生产，均不在遥测数据之内，"
           "本公报不作任何推断。"
           "在制品没有计数器，长周期产品（动车组、卫星）完工时才计入，月度波动较大。",
           "Profit, revenue, prices actually paid, orders, stocks and investment, and whatever enterprises below the "
           "size limit "
           "or lines that are not connected make, are not in telemetry; nothing here guesses at them. Work in progress "
           "has no "
           "counter: long-cycle goods (train sets, satellites) count when they are finished, so months are uneven."}};
}

Note symbol_note() {
  return {{"符号", "Symbols"},
          {"0 为真实的零；“-” 不适用；“…” 没有数据或未公布；(c) 保密；p 初步数；r 修订数；e 含估计；i 含推算。",
           "0 a real zero; - not applicable; … not available or not given; (c) confidential; p preliminary; r revised; "
           "e partly "
           "estimated; i partly imputed."}};
}

}  // namespace

Protection protection_notes(std::size_t withheld) {
  Protection protection;
  if (withheld == 0) return protection;
  const auto count = std::to_string(withheld);
  protection.notes.push_back(
      {"本期共有" + count +
           "个单元不公布，包括会由其他数据推算出不公布单元的单元；由其派生的增速、比重、指数等一并不公布。",
       count + " cells are withheld, among them those from which a withheld one could be computed; whatever derives "
               "from them "
               "(rates, shares, indices) is withheld, too."});
  // Said of every bulletin: one whose cells an earlier document has decided searches for none, and must say the same.
  protection.notes.push_back({"单元由精确搜索选定，搜索过大时由启发式方法选定。",
                              "The cells are chosen by an exact search, or by a heuristic where that is too large."});
  return protection;
}

std::vector<Note> notes(const Material& m) {
  std::vector<Note> all{scope_note(m),          price_note(m),    base_note(m),       january_note(), rounding_note(),
                        status_note(m),         coverage_note(m), disclosure_note(m), index_note(m),  energy_note(m),
                        classification_note(m), unknown_note(),   symbol_note()};
  std::erase_if(all, [](const Note& note) { return note.text.empty(); });
  return all;
}

Words subtitle(const Material& m, bool& all_preliminary) {
  std::size_t preliminary = 0, revised = 0, all = 0;
  for (const auto& row : m.book.rows()) {
    if (!row.value.known()) continue;
    ++all;
    if (row.status == indicators::Status::preliminary) ++preliminary;
    if (row.status == indicators::Status::revised) ++revised;
  }
  all_preliminary = all > 0 && preliminary == all;
  if (all_preliminary) return {"初步数", "Preliminary figures"};
  if (preliminary > 0) return {"含初步数（标注 p）", "Partly preliminary (marked p)"};
  if (revised > 0) return {"最终数，含修订数（标注 r）", "Final figures, some revised (marked r)"};
  return {"最终数", "Final figures"};
}

}  // namespace songhua::report
