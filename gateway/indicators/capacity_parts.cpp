#include "indicators/capacity_parts.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

// Days of the period on which a line exists: inside its register rows, until it is declared gone.
std::int64_t days_of_line(Evaluation& e, const std::string& enterprise, const LineId& line, const Period& period) {
  const auto first = e.inputs().day_of(e.window(period).start);
  auto last = e.last_day(period);
  if (const auto gone = e.gone_since(enterprise, line))
    last = std::min(last, e.inputs().day_of(*gone) - std::chrono::days{1});
  const auto rows = e.inputs().reg.rows_of(enterprise, line);
  std::int64_t days = 0;
  for (auto day = first; day <= last; day += std::chrono::days{1}) {
    const bool valid =
        rows.empty() || std::any_of(rows.begin(), rows.end(), [&](const auto* r) { return r->validity.holds(day); });
    days += valid ? 1 : 0;
  }
  return days;
}

// Normal hours a day: of the line, else of its product.
std::int64_t normal_hours(const Evaluation& e, const std::string& enterprise, const LineId& line,
                          const Product& product) {
  for (const auto* row : e.inputs().reg.rows_of(enterprise, line)) {
    if (row->normal_hours && (row->product.empty() || row->product == product.id)) return *row->normal_hours;
  }
  return product.normal_hours;
}

// The first catalogue product of a line: by the register, else the first that it made or could have made.
const Product* first_product(const Evaluation& e, const std::string& enterprise, const LineId& line,
                             const LineSum* sums) {
  for (const auto* row : e.inputs().reg.rows_of(enterprise, line)) {
    if (!row->product.empty()) return e.inputs().catalogue.find(row->product);
  }
  if (sums == nullptr) return nullptr;
  for (const auto& product : e.inputs().catalogue.products) {
    if (sums->products.contains(product.id)) return &product;
  }
  return nullptr;
}

// Lines with rows, and lines that the register or the rollups know and that stand still.
std::map<LineId, const LineSum*> lines_of(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                          Window window) {
  std::map<LineId, const LineSum*> lines;
  for (const auto& line : e.missing_lines(enterprise.id, window)) {
    if (selection.filter.line.empty() || selection.filter.line == line) lines.emplace(line, nullptr);
  }
  if (const auto* sums = e.sums_of(enterprise, selection, window)) {
    for (const auto& [line, sum] : sums->lines) lines[line] = &sum;
  }
  return lines;
}

}  // namespace

std::vector<CapacityLine> capacity_lines(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                         const Period& period) {
  std::vector<CapacityLine> lines;
  for (const auto& [id, sums] : lines_of(e, enterprise, selection, e.window(period))) {
    const auto* product = first_product(e, enterprise.id, id, sums);
    if (product == nullptr) continue;
    CapacityLine line{
        id, product, {}, days_of_line(e, enterprise.id, id, period), normal_hours(e, enterprise.id, id, *product)};
    if (sums != nullptr) {
      for (const auto& [key, term] : sums->capacity) {
        if (term.good != 0) line.terms.push_back(term);
      }
    }
    if (line.terms.empty()) {
      const auto priced = e.rollups().priced(enterprise.id, id, *product, e.last_day(period));
      if (!priced.capacity_per_hour) continue;
      line.terms.push_back({0, rational(*priced.fields.comparable_price), rational(*priced.capacity_per_hour)});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace songhua::indicators
