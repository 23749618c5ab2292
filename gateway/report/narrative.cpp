#include "indicators/presentation.h"
#include "report/sections.h"

// The communiqué in sentences, and the figures of its head. Every number in them is a printed figure of a table.
namespace songhua::report {
namespace {

Words unsigned_change(const std::string& text, const Words& up, const Words& down, const Words& unit) {
  const bool falls = text.starts_with("-");
  const auto size = falls ? text.substr(1) : text;
  return (falls ? down : up) + plain(size) + unit;
}

Words moved(const std::string& points) {
  if (indicators::parse_exact(points) == indicators::Rational(0)) return {"持平", "unchanged"};
  const bool falls = points.starts_with("-");
  const auto size = falls ? points.substr(1) : points;
  return falls ? Words{"回落" + size + "个百分点", size + " points down"}
               : Words{"加快" + size + "个百分点", size + " points up"};
}

// The difference of two printed rates, with one decimal.
std::string printed_difference(const std::string& a, const std::string& b) {
  const auto x = indicators::parse_exact(a), y = indicators::parse_exact(b);
  if (!x || !y) return {};
  return indicators::present(indicators::Rational(*x - *y), 1);
}

Words against_country(const std::string& own, const std::string& national) {
  const auto difference = printed_difference(own, national);
  if (difference.empty()) return {};
  if (indicators::parse_exact(difference) == indicators::Rational(0)) {
    return {"，与全国（" + national + "%）持平", ", the same as the country's " + national + " %"};
  }
  return unsigned_change(difference, {"，高于全国", ", "}, {"，低于全国", ", "}, {}) +
         (difference.starts_with("-")
              ? Words{"个百分点（全国" + national + "%）", " points below the country's " + national + " %"}
              : Words{"个百分点（全国" + national + "%）", " points above the country's " + national + " %"});
}

Words growth_sentence(const Material& m) {
  const auto& span = m.span();
  const auto place = region_words(m.options.region, *m.inputs);
  const auto growth = cell_of(m, m.find("value_added_growth", m.whole, span));
  Words text{span.title.zh + "，" + place.zh + "规模以上工业增加值",
             when_words(span.period).en + " the value added of industry above designated size in " + place.en + " "};
  if (growth.shown == Shown::withheld) {
    return text +
           Words{"增速因覆盖率低于规定下限暂不公布。", "is not given a growth rate: coverage is below the limit."};
  }
  if (growth.shown == Shown::confidential) {
    return text + Words{"增速为保护单个调查对象不予公布。", "is withheld to protect single respondents."};
  }
  if (!is_figure(growth)) {
    const auto why = reason_words(growth.reason);
    return text + Words{"没有同比增速（" + why.zh + "）。", "has no growth rate (" + why.en + ")."};
  }
  text = text + Words{"同比", ""} + grew_words(growth.text) +
         Words{"（可比价）", " over the same period last year at comparable prices"};
  text = text + against_country(growth.text, m.options.national_month);
  const auto change = cell_of(m, m.find("value_added_growth_change", m.whole, span));
  if (m.has_before && is_figure(change)) {
    const auto before = period_words(m.before);
    const auto how = moved(change.text);
    text = text + Words{"，增速比" + before.zh + how.zh, "; " + how.en + " on " + before.en};
  }
  return text + Words{"。", "."};
}

Words cumulative_sentence(const Material& m) {
  if (m.spans.size() < 2) return {};
  const auto growth = cell_of(m, m.find("value_added_growth", m.whole, m.cumulative()));
  if (!is_figure(growth)) return {};
  return when_words(m.cumulative().period) + Words{"累计", " it "} + grew_words(growth.text) +
         against_country(growth.text, m.options.national_cumulative) + Words{"。", "."};
}

Words sales_sentence(const Material& m) {
  const auto& span = m.span();
  const auto ratio = cell_of(m, m.find("sales_output_ratio", m.whole, span));
  if (!is_figure(ratio)) return {};
  Words text{"产品销售率为" + ratio.text + "%", "The sales ratio was " + ratio.text + " %"};
  const auto change = cell_of(m, m.find("sales_output_ratio_change", m.whole, span));
  if (is_figure(change)) {
    text = text + unsigned_change(change.text, {"，同比提高", ", "}, {"，同比下降", ", "},
                                  {"个百分点", change.text.starts_with("-") ? " points below last year's"
                                                                            : " points above last year's"});
  }
  const auto* exports = m.find("export_delivery_value", m.whole, span);
  if (exports != nullptr && is_figure(cell_of(m, exports))) {
    const auto value = money_words(*exports);
    text = text + Words{"；出口交货值" + value.zh, "; export delivery value came to " + value.en};
    const auto growth = cell_of(m, m.find("export_delivery_growth", m.whole, span));
    if (is_figure(growth)) {
      const auto how = grew_words(growth.text);
      text = text + Words{"，同比" + how.zh + "（现价）", " and " + how.en + " at current prices"};
    }
  }
  return text + Words{"。", "."};
}

Headline headline(const Material& m, const std::string& id, const Span& span, const Words& title) {
  const auto cell = cell_of(m, m.find(id, m.whole, span));
  return {title, cell, unit_words(cell.unit, m.inputs->catalogue), {}};
}

}  // namespace

std::vector<Words> opening(const Material& m) {
  std::vector<Words> all{growth_sentence(m), cumulative_sentence(m), target_sentence(m), sales_sentence(m)};
  std::erase_if(all, [](const Words& words) { return words.empty(); });
  return all;
}

std::vector<Headline> headlines(const Material& m) {
  std::vector<Headline> all;
  const auto level = m.find("industrial_value_added", m.whole, m.cumulative());
  Headline money = headline(m, "industrial_value_added", m.cumulative(), {"工业增加值，", "Value added, "});
  if (level != nullptr && is_figure(money.cell)) {
    money.cell.text = hundred_millions(*level);
    money.cell.unit = "CNY 100 million";
    money.unit = {"亿元", "CNY 100 million"};
  }
  money.title = money.title + m.cumulative().title;
  auto growth = headline(m, "value_added_growth", m.span(), Words{"增速，", "Growth, "} + m.span().title);
  const auto change = cell_of(m, m.find("value_added_growth_change", m.whole, m.span()));
  if (m.has_before && is_figure(change)) {
    const auto how = moved(change.text);
    growth.remark = {"比" + period_words(m.before).zh + how.zh, how.en + " on " + period_words(m.before).en};
  }
  all.push_back(growth);
  if (m.spans.size() > 1) {
    all.push_back(headline(m, "value_added_growth", m.cumulative(),
                           Words{"累计增速，", "Cumulative growth, "} + m.cumulative().title));
  }
  const auto tracked = [&](const char* id) {
    return cell_of(m, m.book.find(id, m.whole, m.options.period.cumulative().name()));
  };
  const auto gap = tracked("target.gap_pp"), target = tracked("target.target_growth_pct");
  if (is_figure(target)) {
    Headline tracker{{"与全年目标差距", "Gap to the year's target"}, gap, unit_words("pp", m.inputs->catalogue), {}};
    tracker.remark = {"目标" + target.text + "%", "target " + target.text + " %"};
    all.push_back(tracker);
  }
  all.push_back(money);
  all.push_back(headline(m, "sales_output_ratio", m.span(), Words{"产品销售率，", "Sales ratio, "} + m.span().title));
  return all;
}

}  // namespace songhua::report
