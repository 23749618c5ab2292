#include "indicators/base_figures.h"

#include <algorithm>
#include <set>

namespace songhua::indicators {
namespace {

std::string_view name_in_base(Item item) {
  switch (item) {
    case Item::gross_output_current:
      return "gross_output_current";
    case Item::gross_output_comparable:
      return "gross_output_comparable";
    case Item::value_added_current:
      return "va_cur";
    case Item::value_added_comparable:
      return "va_cmp";
    case Item::sales_value:
      return "sales_value";
    case Item::export_delivery_value:
      return "";  // from dispatch.quantity rows only
    case Item::energy_tce:
      return "energy_tce";
  }
  return "";
}

bool same_period(const Period& a, const Period& b) {
  return a.year == b.year && a.first_month == b.first_month && a.last_month == b.last_month && a.day == b.day;
}

Rational level_value(Item item, const LevelSums& sums) {
  switch (item) {
    case Item::gross_output_current:
      return sums.gross_output_current.value();
    case Item::gross_output_comparable:
      return sums.gross_output_comparable.value();
    case Item::value_added_current:
      return sums.value_added_current.value();
    case Item::value_added_comparable:
      return sums.value_added_comparable.value();
    case Item::sales_value:
      return sums.sales_value.value();
    case Item::export_delivery_value:
      return sums.export_delivery_value.value();
    case Item::energy_tce:
      break;
  }
  return 0;
}

// Rows inside the period that do not overlap, from its start on, the longest first.
std::vector<const BaseRow*> inside(const std::vector<const BaseRow*>& rows, const Period& period) {
  std::vector<const BaseRow*> chosen;
  for (unsigned month = period.first_month; month <= period.last_month;) {
    const BaseRow* longest = nullptr;
    for (const auto* row : rows) {
      const auto& p = row->period;
      const bool fits =
          p.day == 0 && p.year == period.year && p.first_month == month && p.last_month <= period.last_month;
      if (fits && (longest == nullptr || longest->period.last_month < p.last_month)) longest = row;
    }
    if (longest != nullptr) chosen.push_back(longest);
    month = longest == nullptr ? month + 1 : longest->period.last_month + 1;
  }
  return chosen;
}

std::string_view measures_of(Item item) {
  return feed_of(item) == Feed::output     ? "output.good"
         : feed_of(item) == Feed::dispatch ? "dispatch.quantity"
                                           : "energy.";
}

}  // namespace

BaseFigures::BaseFigures(const Inputs& inputs, const Rollups& rollups) : inputs_(inputs), rollups_(rollups) {
  for (const auto& row : inputs.base) index_[{row.enterprise, row.item, row.product, row.market}].push_back(&row);
}

std::optional<BaseFigures::Rows> BaseFigures::cover(const Rows& rows, const Period& period) {
  for (const auto* row : rows) {
    if (same_period(row->period, period)) return Rows{row};
  }
  if (period.kind == Period::Kind::day) return std::nullopt;
  // Month by month, the longest run first; a run that leads nowhere is given up.
  Rows chosen;
  const auto from = [&](const auto& self, unsigned month) -> bool {
    if (month > period.last_month) return true;
    Rows starts;
    for (const auto* row : rows) {
      const auto& p = row->period;
      if (p.day == 0 && p.year == period.year && p.first_month == month && p.last_month <= period.last_month) {
        starts.push_back(row);
      }
    }
    std::sort(starts.begin(), starts.end(),
              [](const BaseRow* a, const BaseRow* b) { return a->period.last_month > b->period.last_month; });
    for (const auto* row : starts) {
      chosen.push_back(row);
      if (self(self, row->period.last_month + 1)) return true;
      chosen.pop_back();
    }
    return false;
  };
  if (!from(from, period.first_month)) return std::nullopt;
  return chosen;
}

std::optional<BaseFigures::Rows> BaseFigures::of_measures(std::string_view measure, const std::string& enterprise,
                                                          const Period& period, const RowFilter& filter) const {
  Rows chosen;
  std::set<std::pair<std::string, std::string>> whole;  // products told of for all markets, by item
  std::set<unsigned> told;
  bool covered = false;
  for (const auto& [key, rows] : of(enterprise, measure)) {  // without market first
    if (!passes(key, filter) || whole.contains({key.item, key.product})) continue;
    const auto all = cover(*rows, period);
    auto part = all ? *all : period.kind == Period::Kind::day ? Rows{} : inside(*rows, period);
    auto is_all = all.has_value();
    if (lacks_market(key, filter)) {
      is_all = std::erase_if(part, [](const BaseRow* row) { return row->value != 0; }) == 0 && is_all;
    } else if (!part.empty() && key.market.empty()) {
      whole.emplace(key.item, key.product);
    }
    covered = covered || is_all;
    for (const auto* row : part) {
      chosen.push_back(row);
      for (unsigned month = row->period.first_month; month <= row->period.last_month; ++month) told.insert(month);
    }
  }
  const bool holes = told.size() < period.last_month - period.first_month + 1;
  if (!covered && (chosen.empty() || holes)) return std::nullopt;
  return chosen;
}

std::vector<std::pair<BaseFigures::Key, const BaseFigures::Rows*>> BaseFigures::of(const std::string& enterprise,
                                                                                   std::string_view prefix) const {
  std::vector<std::pair<Key, const Rows*>> found;
  for (auto it = index_.lower_bound(Key{enterprise, std::string(prefix), "", ""});
       it != index_.end() && it->first.enterprise == enterprise && it->first.item.starts_with(prefix); ++it) {
    found.emplace_back(it->first, &it->second);
  }
  return found;
}

bool BaseFigures::passes(const Key& key, const RowFilter& filter) const {
  if (!filter.line.empty()) return false;  // base.csv knows no lines
  QuantityRow row;
  row.key = {key.item, key.product, key.market};
  auto of_all_markets = filter;
  if (key.market.empty()) of_all_markets.market = of_all_markets.market_group = "";
  return rollups_.passes(row, inputs_.catalogue.find(key.product), of_all_markets);
}

// A base without market is one of all markets, which says nothing of a single one, and nothing of prices: sales at home
// and exports have their own. Only nothing in all of them is nothing in each.
bool BaseFigures::lacks_market(const Key& key, const RowFilter& filter) {
  return key.market.empty() && (filter.narrows_markets() || key.item.starts_with("dispatch."));
}

Rational BaseFigures::priced(Item item, const BaseRow& row) const {
  const auto day = inputs_.day_of(row.period.window(inputs_.zone).start);
  if (item == Item::energy_tce) {
    const auto carrier = row.item.substr(std::string_view("energy.").size());
    for (const auto& c : inputs_.energy) {
      if (c.carrier == carrier && c.validity.holds(day) && (!c.medium || inputs_.count_water)) {
        return row.value * c.tce_per_unit;
      }
    }
    return 0;
  }
  const auto& product = *inputs_.catalogue.find(row.product);
  const auto price = rollups_.priced(row.enterprise, "", product, day);
  LevelSums sums;
  const auto quantity = numerator(row.value);
  if (feed_of(item) == Feed::output) {
    sums.add_good(quantity, price.fields, price.va_rate_base);
  } else {
    sums.add_dispatch(quantity, price.fields, market_of(row.market) == "CN");
  }
  return level_value(item, sums) / Rational(denominator(row.value));
}

BaseAmount BaseFigures::from_measures(Item item, const std::string& enterprise, const Period& period,
                                      const RowFilter& filter) const {
  const auto rows = of_measures(measures_of(item), enterprise, period, filter);
  if (!rows) return {};
  BaseAmount amount{Rational(0), "base.csv", {}};
  for (const auto* row : *rows) {
    if (item == Item::export_delivery_value && market_of(row->market) == "CN") continue;  // a known nothing
    *amount.value += priced(item, *row);
    amount.rows.push_back(row);
  }
  return amount;
}

BaseAmount BaseFigures::amount(Item item, const std::string& enterprise, const Period& period,
                               const RowFilter& filter) const {
  if (const auto name = name_in_base(item); !name.empty() && !filter.narrows_products()) {
    const auto found = index_.find(Key{enterprise, std::string(name), "", ""});
    const auto covering = found == index_.end() ? std::nullopt : cover(found->second, period);
    if (covering) {
      BaseAmount amount{Rational(0), "base.csv", *covering};
      for (const auto* row : *covering) *amount.value += row->value;
      return amount;
    }
  }
  return from_measures(item, enterprise, period, filter);
}

BaseOutputs BaseFigures::outputs(const std::string& enterprise, const Period& period, const RowFilter& filter) const {
  const auto rows = of_measures("output.good", enterprise, period, filter);
  if (!rows) return {};
  BaseOutputs outputs{std::map<std::string, Rational>{}, "base.csv", Status::final, *rows};
  for (const auto* row : *rows) (*outputs.quantities)[row->product] += row->value;
  return outputs;
}

}  // namespace songhua::indicators
