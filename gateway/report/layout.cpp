#include "report/layout.h"

#include <algorithm>
#include <map>
#include <set>

#include "indicators/presentation.h"

namespace songhua::report {

using indicators::IndicatorRow;
using indicators::Reason;
using indicators::Scope;

namespace {

// Rates that compare two periods: they mislead where many have not reported for one of them.
bool compares_periods(const std::string& id) {
  static const std::set<std::string> others{"pull",
                                            "contribution",
                                            "implicit_deflator",
                                            "divisions_grown",
                                            "products_grown",
                                            "target.gap_pp",
                                            "target.cumulative_growth_pct",
                                            "target.run_rate_pct",
                                            "target.projected_growth_pct",
                                            "target.projected_low_pct",
                                            "target.projected_high_pct",
                                            "target.required_growth_rest_pct"};
  return id.find("growth") != std::string::npos ? id != "target.target_growth_pct"
                                                : id.ends_with("_change") || others.contains(id);
}

Shown shown_of(Reason reason) {
  switch (reason) {
    case Reason::confidential:
      return Shown::confidential;
    case Reason::jan_feb_combined:
    case Reason::base_not_positive:
    case Reason::total_change_zero:
    case Reason::total_not_positive:
    case Reason::mixed_units:
    case Reason::year_complete:
    case Reason::no_output:
      return Shown::not_applicable;
    default:
      return Shown::not_available;
  }
}

const IndicatorRow* row_of(const Material& m, const Measure& measure, const Scope& scope, const Span& span) {
  if (measure.indicator != "share") return m.find(measure.indicator, scope, span);
  return m.find("share." + scope.get("group"), m.whole, span);
}

// Nothing to say: neither a figure nor that one is withheld.
bool is_blank(const Cell& cell) {
  return cell.shown == Shown::not_available || cell.shown == Shown::not_applicable;
}

// Nobody there: levels are a true zero at both ends, so that there is no rate either.
bool is_void(const Row& row) {
  bool no_rate = false;
  for (const auto& cell : row.cells) {
    if (is_blank(cell)) {
      no_rate = no_rate || cell.reason == "no_base" || cell.reason == "base_not_positive";
    } else if (!is_figure(cell) || indicators::parse_exact(cell.text) != indicators::Rational(0)) {
      return false;
    }
  }
  return no_rate;
}

// English row titles begin alike, wherever their names come from.
Words capitalised(Words title) {
  if (!title.en.empty() && title.en.front() >= 'a' && title.en.front() <= 'z') {
    title.en.front() = static_cast<char>(title.en.front() - 'a' + 'A');
  }
  return title;
}

Words listed(const std::vector<Words>& items) {
  Words text;
  for (const auto& item : items) text = text.empty() ? item : text + Words{"、", "; "} + item;
  return text;
}

std::string first_reason(const std::vector<const Cell*>& cells) {
  for (const auto* cell : cells) {
    if (!cell->reason.empty()) return cell->reason;
  }
  return "no_output";
}

}  // namespace

bool is_withheld(const Material& m, const IndicatorRow& row) {
  if (!compares_periods(row.indicator)) return false;
  if (row.warnings.contains("low_coverage")) return true;
  if (row.coverage) return *row.coverage < m.options.coverage_limit;
  // The target's rates are made of levels, which have no coverage of their own.
  const auto below = [&](const char* indicator) {
    const auto* whole = m.book.find(indicator, m.whole, row.period);
    return whole != nullptr && whole->value.known() && *whole->value < m.options.coverage_limit;
  };
  if (row.indicator.starts_with("target.") && below("coverage_time")) return true;
  return row.warnings.contains("not_reporting") && below("coverage");
}

Cell cell_of(const Material& m, const IndicatorRow* row) {
  Cell cell;
  if (row == nullptr) return cell;
  cell.unit = row->unit;
  cell.period = row->period;
  cell.status = row->status;
  cell.flags = row->flags;
  if (!row->value.known()) {
    cell.shown = shown_of(row->value.reason());
    cell.reason = indicators::to_string(row->value.reason());
    return cell;
  }
  if (is_withheld(m, *row)) {
    cell.shown = Shown::withheld;
    cell.reason = "low_coverage";
    return cell;
  }
  cell.shown = Shown::figure;
  cell.text = indicators::present(row->shown ? *row->shown : *row->value, row->decimals);
  return cell;
}

Words money_words(const IndicatorRow& row) {
  const indicators::Rational size = abs(*row.value);  // CNY 10k
  return {indicators::present(indicators::Rational(size / 10000), 2) + "亿元",
          "CNY " + indicators::present(indicators::Rational(size / 100), 2) + " million"};
}

std::string hundred_millions(const IndicatorRow& row) {
  return indicators::present(indicators::Rational(*row.value / 10000), 2);
}

Table table_by_parts(const Material& m, const std::string& id, const Words& title, const std::vector<Part>& parts,
                     const std::vector<Measure>& measures) {
  Table table;
  table.id = id;
  table.title = title;
  for (const auto& span : m.spans) {
    for (const auto& measure : measures) {
      table.columns.push_back({span.id + "." + measure.indicator, measure.title, measure.unit, span.title});
    }
  }
  for (const auto& part : parts) {
    Row row{part.id, part.title, part.level, {}, {}};
    for (const auto& span : m.spans) {
      for (const auto& measure : measures) row.cells.push_back(cell_of(m, row_of(m, measure, part.scope, span)));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table table_of_indicators(const Material& m, const std::string& id, const Words& title,
                          const std::vector<std::string>& indicators, const Scope& scope) {
  Table table;
  table.id = id;
  table.title = title;
  for (const auto& span : m.spans) table.columns.push_back({span.id + ".value", span.title, {}, {}});
  for (const auto& indicator : indicators) {
    Row row{indicator, indicator_words(indicator), 0, {}, {}};
    for (const auto& span : m.spans) {
      row.cells.push_back(cell_of(m, m.find(indicator, scope, span)));
      if (row.unit.empty()) row.unit = unit_words(row.cells.back().unit, m.inputs->catalogue);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

void add_ranks(Table& table, const std::string& indicator, std::size_t ranked_rows) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].id.ends_with("." + indicator)) continue;
    auto column = table.columns[c];
    column.id += "_rank";
    column.title = {"位次", "rank"};
    column.unit = {};
    table.columns.insert(table.columns.begin() + static_cast<std::ptrdiff_t>(c) + 1, column);
    std::vector<indicators::Rational> rates;
    for (std::size_t r = 0; r < ranked_rows; ++r) {
      if (is_figure(table.rows[r].cells[c])) rates.push_back(*indicators::parse_exact(table.rows[r].cells[c].text));
    }
    // The only one that is published is no first.
    if (rates.size() < 2) rates.clear();
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      auto& cells = table.rows[r].cells;
      Cell rank;
      if (r < ranked_rows && is_figure(cells[c]) && !rates.empty()) {
        const auto own = *indicators::parse_exact(cells[c].text);
        const auto better = std::count_if(rates.begin(), rates.end(), [&](const auto& rate) { return rate > own; });
        rank = cells[c];
        rank.text = std::to_string(better + 1);
        rank.unit.clear();
      }
      cells.insert(cells.begin() + static_cast<std::ptrdiff_t>(c) + 1, std::move(rank));
    }
  }
}

void tidy(Table& table) {
  for (auto& row : table.rows) row.title = capitalised(std::move(row.title));
  std::vector<Words> empty_rows;
  std::vector<const Cell*> all;
  for (const auto& row : table.rows) {
    for (const auto& cell : row.cells) all.push_back(&cell);
  }
  if (std::all_of(all.begin(), all.end(), [](const Cell* cell) { return is_blank(*cell); })) {
    const auto why = reason_words(first_reason(all));
    table.missing = {{"本表没有数据：" + why.zh + "。", "There are no figures for this table: " + why.en + "."}};
    table.rows.clear();
    table.columns.clear();
    table.notes.clear();
    return;
  }
  std::map<std::string, std::vector<Words>> empty_columns;  // by reason, so that one line tells all that share it
  for (std::size_t c = table.columns.size(); c-- > 0;) {
    std::vector<const Cell*> cells;
    for (const auto& row : table.rows) cells.push_back(&row.cells[c]);
    if (!std::all_of(cells.begin(), cells.end(), [](const Cell* cell) { return is_blank(*cell); })) continue;
    const auto& column = table.columns[c];
    if (!column.id.ends_with("_rank")) {
      auto& names = empty_columns[first_reason(cells)];
      const auto name = column.group.empty() ? column.title : column.group + Words{" ", ", "} + column.title;
      names.insert(names.begin(), name);
    }
    for (auto& row : table.rows) row.cells.erase(row.cells.begin() + static_cast<std::ptrdiff_t>(c));
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(c));
  }
  for (const auto& [reason, names] : empty_columns) {
    table.missing.push_back(listed(names) + Words{"：", ": "} + reason_words(reason) + Words{"。", "."});
  }
  std::erase_if(table.rows, [&](const Row& row) {
    const bool nobody = is_void(row) && std::any_of(row.cells.begin(), row.cells.end(), is_figure);
    if (!nobody && !std::all_of(row.cells.begin(), row.cells.end(), is_blank)) return false;
    const auto& reason = row.cells.front().reason;
    const auto why = nobody ? Words{"没有企业或没有产销", "no enterprise, or nothing made or sold"}
                            : reason_words(reason.empty() ? "no_output" : reason);
    empty_rows.push_back(row.title + Words{"（" + why.zh + "）", " (" + why.en + ")"});
    return true;
  });
  if (!empty_rows.empty()) {
    table.missing.push_back(Words{"没有数据的项目：", "No figures for: "} + listed(empty_rows) + Words{"。", "."});
  }
}

BarChart bars_of(const Table& table, const std::string& column, const Words& title, const Words& unit) {
  BarChart chart{table.id + "." + column, title, unit, {}};
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.id == column; });
  if (found == table.columns.end()) return chart;
  const auto c = static_cast<std::size_t>(found - table.columns.begin());
  for (const auto& row : table.rows) {
    if (is_figure(row.cells[c])) chart.bars.push_back({row.title, row.cells[c].text});
  }
  return chart;
}

Measure level_measure() {
  return {"industrial_value_added", {"增加值", "value added"}, {"万元", "CNY 10k"}};
}
Measure growth_measure() {
  return {"value_added_growth", {"同比增长", "growth"}, {"%", "%"}};
}
Measure change_measure() {
  return {"value_added_growth_change", {"增速变化", "change of the rate"}, {"百分点", "pp"}};
}
Measure pull_measure() {
  return {"pull", {"拉动", "pull"}, {"百分点", "pp"}};
}

}  // namespace songhua::report
