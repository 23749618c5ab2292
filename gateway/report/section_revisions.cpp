#include <algorithm>

#include "indicators/presentation.h"
#include "report/sections.h"

// What has changed since it was last published (indicators.md 8).
namespace songhua::report {
namespace {

constexpr std::size_t kMostRows = 40;

Words scope_words(const Material& m, const indicators::Scope& scope) {
  Words text;
  for (const auto& [key, code] : scope.keys) {
    if (key == "region" && scope.keys.size() > 1 && code == m.options.region) continue;
    const auto name = part_words(scope, key, *m.inputs);
    text = text.empty() ? name : text + Words{"、", ", "} + name;
  }
  return text;
}

// A share says of what.
Words figure_words(const Material& m, const std::string& indicator) {
  constexpr std::string_view kShare = "share.";
  auto name = indicator_words(indicator);
  if (!indicator.starts_with(kShare)) return name;
  const auto group = group_words(indicator.substr(kShare.size()), false, *m.inputs);
  return {name.zh + "（" + group.zh + "）", name.en + " (" + group.en + ")"};
}

indicators::Status status_of(const std::string& name) {
  return name == "preliminary" ? indicators::Status::preliminary
         : name == "revised"   ? indicators::Status::revised
                               : indicators::Status::final;
}

bool is_rate(const indicators::IndicatorRow& row) {
  return row.unit == "%" || row.unit == "pp";
}

}  // namespace

Section revision_section(const Material& m) {
  Section section{"revisions", {"修订", "Revisions"}, {}, {}, {}, {}};
  Table table{"revisions", {"与上次公布相比有修订的数据", "Figures revised since they were published"}, {}, {}, {}, {}};
  table.columns = {{"before", {"上次公布", "published before"}, {}, {}},
                   {"now", {"本次", "now"}, {}, {}},
                   {"size", {"修订幅度", "size of the revision"}, {}, {}}};
  for (const auto& row : m.book.rows()) {
    if (!row.previous || !row.revision || !row.revision->known()) continue;
    auto now = cell_of(m, &row);
    if (!is_figure(now)) continue;
    auto before = now, size = now;
    before.text = row.previous->value;
    before.status = status_of(row.previous->status);
    before.flags.clear();  // of what it was made of then nothing is kept
    size.text = indicators::present(**row.revision, is_rate(row) ? 2 : row.decimals);
    if (is_rate(row)) size.unit = "pp";
    auto code = row.indicator + "@" + row.period;
    for (const auto& [key, value] : row.scope.keys) code.append("/").append(key).append("=").append(value);
    table.rows.push_back({code,
                          figure_words(m, row.indicator) + Words{"，", ", "} + scope_words(m, row.scope) +
                              Words{"，" + row.period, ", " + row.period},
                          0,
                          unit_words(row.unit, m.inputs->catalogue, row.scope.get("product")),
                          {before, now, size}});
  }
  // What a reader sees change comes first.
  std::stable_partition(table.rows.begin(), table.rows.end(),
                        [](const Row& row) { return row.cells[0].text != row.cells[1].text; });
  table.notes.push_back({"增速和比重的修订幅度以百分点计；公布数字未变的也列出。",
                         "Revisions of rates and shares are in percentage points; figures whose printed digits are the "
                         "same are listed, too."});
  if (table.rows.size() > kMostRows) {
    const auto count = std::to_string(table.rows.size() - kMostRows);
    table.rows.resize(kMostRows);
    table.notes.push_back({"另有" + count + "项数据有修订。", count + " more figures were revised."});
  }
  if (!table.rows.empty()) section.tables.push_back(std::move(table));
  return section;
}

}  // namespace songhua::report
