#include "indicators/capacity_parts.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

using LineRows = std::vector<const LineRow*>;

// Days of the period that a line has told of and on which it exists, until it is declared gone: those of its register
// rows, and those since it was heard first, since a row may begin or end for what it overrides only.
std::vector<Day> days_of_line(Evaluation& e, const std::string& enterprise, const LineId& line, const LineRows& rows,
                              const std::vector<Day>& told, const Period& period) {
  auto last = e.last_day(period);
  if (const auto gone = e.gone_since(enterprise, line))
    last = std::min(last, e.inputs().day_of(*gone) - std::chrono::days{1});
  const auto seen = e.first_seen(enterprise, line);
  const auto heard_from = seen ? e.inputs().day_of(*seen) : kLastDay;
  std::vector<Day> days;
  for (const auto day : told) {
    if (day > last) break;
    const bool valid = rows.empty() || heard_from <= day ||
                       std::any_of(rows.begin(), rows.end(), [&](const auto* r) { return r->validity.holds(day); });
    if (valid) days.push_back(day);
  }
  return days;
}

// Normal hours of a day: of the line, else of its product.
std::int64_t normal_hours(const LineRows& rows, const Product& product, Day day) {
  for (const auto* row : rows) {
    const bool applies = row->product.empty() || row->product == product.id;
    if (row->normal_hours && applies && row->validity.holds(day)) return *row->normal_hours;
  }
  return product.normal_hours;
}

// The first catalogue product of a line: by the register rows that hold last in the period, else the first that it made
// or could have made.
const Product* first_product(const Evaluation& e, const LineRows& rows, const std::vector<Day>& days,
                             const LineSum& sums) {
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    for (const auto* row : rows) {
      if (!row->product.empty() && row->validity.holds(*day)) return e.inputs().catalogue.find(row->product);
    }
  }
  for (const auto& product : e.inputs().catalogue.products) {
    if (sums.products.contains(product.id)) return &product;
  }
  return nullptr;
}

// Capacity an hour, each day weighted by its normal hours; none where it has none on any day.
std::optional<Rational> mean_capacity(Evaluation& e, const std::string& enterprise, const LineId& line,
                                      const LineRows& rows, const Product& product, const std::vector<Day>& days) {
  Rational sum = 0;
  std::int64_t hours = 0;
  for (const auto day : days) {
    const auto capacity = e.rollups().capacity_at(enterprise, line, product, day);
    if (!capacity) continue;
    const auto of_day = normal_hours(rows, product, day);
    sum += rational(*capacity) * of_day;
    hours += of_day;
  }
  return hours == 0 ? std::nullopt : std::optional<Rational>(sum / hours);
}

std::vector<NormalHours> normal_hours_of(const LineRows& rows, const Product& product, const std::vector<Day>& days) {
  std::map<std::int64_t, std::int64_t> by_hours;
  for (const auto day : days) ++by_hours[normal_hours(rows, product, day)];
  std::vector<NormalHours> normal;
  normal.reserve(by_hours.size());
  for (const auto& [hours, count] : by_hours) normal.push_back({hours, count});
  return normal;
}

}  // namespace

Rational CapacityLine::hours() const {
  Rational sum = 0;
  for (const auto& part : normal) sum += part.hours_a_day * part.days;
  return sum;
}

CapacityLines capacity_lines(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                             const Period& period) {
  CapacityLines lines;
  RowFilter of_line;
  of_line.line = selection.filter.line;
  for (const auto& line : e.missing_lines(enterprise.id, e.window(period))) {
    if (of_line.line.empty() || of_line.line == line) lines.silent.push_back(line);
  }
  const auto* sums = e.sums_of(enterprise, selection, e.window(period));
  if (sums == nullptr) return lines;
  for (const auto& [id, own] : sums->lines) {
    const auto rows = e.inputs().reg.rows_of(enterprise.id, id);
    const auto told = e.days_told(enterprise.id, id, of_line, period);
    const auto days = days_of_line(e, enterprise.id, id, rows, told, period);
    const auto* product = first_product(e, rows, days, own);
    if (product == nullptr || days.empty()) continue;
    const auto gone = e.gone_since(enterprise.id, id);
    const auto end = std::min(e.window(period).end, gone.value_or(e.window(period).end));
    const bool to_the_end = e.inputs().day_of(end - Millis{1}) <= told.back();
    if (!to_the_end || static_cast<std::int64_t>(told.size()) < (told.back() - told.front()).count() + 1) {
      lines.partly.push_back(id);
    }
    CapacityLine line{id, product, {}, normal_hours_of(rows, *product, days), {}};
    const auto capacity_of = [&, &at = id](const Product& of) {
      auto mean = mean_capacity(e, enterprise.id, at, rows, of, days);
      if (mean) line.capacities.emplace(of.id, *mean);
      return mean;
    };
    for (const auto& [key, term] : own.capacity) {
      if (term.good == 0) continue;
      const auto mean = capacity_of(*e.inputs().catalogue.find(key.first));
      line.terms.push_back({term.good, term.comparable_price, mean.value_or(term.capacity_per_hour)});
    }
    if (line.terms.empty()) {
      const auto mean = capacity_of(*product);
      if (!mean) continue;
      const auto priced = e.rollups().priced(enterprise.id, id, *product, e.last_day(period));
      line.terms.push_back({0, rational(*priced.fields.comparable_price), *mean});
    }
    lines.told.push_back(std::move(line));
  }
  return lines;
}

}  // namespace songhua::indicators
