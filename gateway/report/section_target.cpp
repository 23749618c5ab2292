#include "indicators/presentation.h"
#include "report/sections.h"

// The year's target: where the year stands against it, what is needed and where it is heading (indicators.md 6).
namespace songhua::report {
namespace {

std::string tracker_period(const Material& m) {
  return m.options.period.cumulative().name();
}

Cell tracked(const Material& m, const std::string& id) {
  return cell_of(m, m.book.find("target." + id, m.whole, tracker_period(m)));
}

Period year_to(const Material& m, unsigned month) {
  Period period;
  period.kind = Period::Kind::month;
  period.year = m.options.period.year;
  period.first_month = period.last_month = month;
  return period.cumulative();
}

Cell growth_to(const Material& m, unsigned month) {
  return cell_of(m, m.book.find("value_added_growth", m.whole, year_to(m, month).name()));
}

// Money made less money on the path, exactly, where both may be shown.
Cell ahead_of_path(const Material& m, const indicators::IndicatorRow* made, const indicators::IndicatorRow* path) {
  auto shown = cell_of(m, made), planned = cell_of(m, path);
  if (!is_figure(shown)) return shown;
  if (!is_figure(planned)) return planned;
  Cell cell = shown;
  cell.text = indicators::present(indicators::Rational(*made->value - *path->value), made->decimals);
  return cell;
}

Table path_table(const Material& m) {
  Table table{"target_path", {"目标路径", "Path of the target"}, {}, {}, {}, {}};
  const Words money{"万元", "CNY 10k"};
  table.columns = {{"path", {"目标路径（累计）", "path, cumulative"}, money, {}},
                   {"actual", {"实际（累计）", "actual, cumulative"}, money, {}},
                   {"ahead", {"超出或不足", "ahead or behind"}, money, {}},
                   {"growth", {"累计增速", "cumulative growth"}, plain("%"), {}}};
  for (unsigned month = 2; month <= 12; ++month) {
    const auto period = year_to(m, month);
    const bool past = month <= m.months;
    const auto* path = m.book.find("target.path", m.whole, period.name());
    const auto* made = past ? m.book.find("industrial_value_added_comparable", m.whole, period.name()) : nullptr;
    Row row{period.name(), period_in_year(period), 0, {}, {}};
    row.cells = {cell_of(m, path), cell_of(m, made), past ? ahead_of_path(m, made, path) : Cell{},
                 past ? growth_to(m, month) : Cell{}};
    table.rows.push_back(std::move(row));
  }
  table.notes.push_back({"按可比价。路径 = （1 + 目标增速） × 上年同期累计增加值，季节性由上年各月反映。",
                         "At comparable prices. Path = (1 + target) × last year's cumulative value added, so that the "
                         "seasons are last year's."});
  return table;
}

// Both growths of last year where the bases do not give what was published; the target rests on the published one.
std::optional<Words> differing_growths(const Material& m) {
  const auto* row = m.book.find("target.target_growth_pct", m.whole, tracker_period(m));
  if (!is_figure(cell_of(m, row))) return std::nullopt;
  const auto warning = row->warnings.find("last_year_growth_differs");
  if (warning == row->warnings.end()) return std::nullopt;
  const auto value = [&](std::string_view start) {
    for (const auto& item : warning->second.items) {
      if (item.starts_with(start)) return item.substr(start.size());
    }
    return std::string();
  };
  const auto published = value("published "), bases = value("by the bases ");
  return Words{"上年增速公布为" + published + "%，按现行范围的基期数据计算为" + bases + "%；目标以公布数为准。",
               "Growth of last year was published as " + published + " %; the bases on this year's scope give " +
                   bases + " %. The target rests on the published one."};
}

}  // namespace

Words target_sentence(const Material& m) {
  const auto target = tracked(m, "target_growth_pct"), growth = tracked(m, "cumulative_growth_pct");
  const auto gap = tracked(m, "gap_pp");
  if (!is_figure(target) || !is_figure(growth) || !is_figure(gap)) return {};
  const bool behind = gap.text.starts_with("-");
  const auto size = behind ? gap.text.substr(1) : gap.text;
  const auto when = when_words(m.options.period.cumulative());
  const auto how = grew_words(growth.text);
  Words text{
      "全年增长目标为" + target.text + "%。" + when.zh + "累计" + how.zh + "，",
      "The target for the year is growth of " + target.text + " %. " + when.en + " value added " + how.en + ", "};
  text = text + (behind ? Words{"低于目标" + size + "个百分点", size + " points below it"}
                        : Words{"高于目标" + size + "个百分点", size + " points above it"});
  const auto* money = m.book.find("target.gap_to_date", m.whole, tracker_period(m));
  if (is_figure(cell_of(m, money))) {
    const auto amount = money_words(*money);
    text = text + (behind ? Words{"，折合增加值少" + amount.zh, ", or " + amount.en + " of value added short"}
                          : Words{"，折合增加值多" + amount.zh, ", or " + amount.en + " of value added ahead"});
  }
  return text + Words{"。", "."};
}

Section target_section(const Material& m) {
  Section section{"target", {"年度目标", "Target of the year"}, {}, {}, {}, {}};
  section.sentences.push_back(target_sentence(m));
  const auto rest = tracked(m, "required_growth_rest_pct"), run = tracked(m, "run_rate_pct");
  if (is_figure(rest) && is_figure(run)) {
    const auto recent = grew_words(run.text);
    section.sentences.push_back({"要完成目标，后期各月合计增速需达到" + rest.text + "%；最近三期" + recent.zh + "。",
                                 "To reach it, the rest of the year needs growth of " + rest.text +
                                     " %; the last three periods " + recent.en + "."});
  }
  Table table{"target", {"目标跟踪", "Target tracker"}, {}, {}, {}, {}};
  const auto span = period_words(m.options.period.cumulative());
  table.columns.push_back({"value", span, {}, {}});
  for (const char* id : {"target_growth_pct", "cumulative_growth_pct", "gap_pp", "gap_to_date", "remaining_needed",
                         "required_growth_rest_pct", "run_rate_pct", "projected_growth_pct", "projected_low_pct",
                         "projected_high_pct", "projected_gap_cny"}) {
    const auto name = std::string("target.") + id;
    const auto cell = tracked(m, id);
    table.rows.push_back({name, indicator_words(name), 0, unit_words(cell.unit, m.inputs->catalogue), {cell}});
  }
  table.notes.push_back(
      {"近期增速为最近三期（1—2月合为一期）合计的同比增速。预计全年增速以此推算余下各月；上下限取今年各期增速的最高和最"
       "低，"
       "是今年各月的范围，不是置信区间。",
       "Run rate: growth of the last three periods together, January and February being one. The projection lets the "
       "rest "
       "of the year grow by it; low and high take the lowest and highest growth of this year's periods: a range of "
       "months "
       "seen, not a confidence interval."});
  if (const auto both = differing_growths(m)) table.notes.push_back(*both);
  TargetChart chart;
  chart.title = {"累计增速与年度目标", "Cumulative growth against the year's target"};
  chart.year = m.options.period.year;
  bool any = false;
  for (unsigned month = 1; month <= m.months; ++month) {
    const auto cell = growth_to(m, month);
    chart.actual.push_back(cell.text);
    any = any || is_figure(cell);
  }
  chart.target = tracked(m, "target_growth_pct").text;
  chart.gap = tracked(m, "gap_pp").text;
  chart.projected = tracked(m, "projected_growth_pct").text;
  chart.low = tracked(m, "projected_low_pct").text;
  chart.high = tracked(m, "projected_high_pct").text;
  if (any && !chart.target.empty()) section.target = std::move(chart);
  section.tables = {std::move(table), path_table(m)};
  return section;
}

}  // namespace songhua::report
