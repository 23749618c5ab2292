#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "indicators/inputs_rows.h"
#include "model/industries.h"
#include "model/series.h"

namespace songhua::indicators {
namespace {

// Base units per written unit, for the item of a base row.
std::optional<Rational> unit_scale(const std::string& item, const Product* product, const std::string& unit) {
  if (item == "energy_tce") return unit == "tce" ? std::optional<Rational>(1) : std::nullopt;
  const auto& levels = base_levels();
  if (std::find(levels.begin(), levels.end(), item) != levels.end()) {
    if (unit == "fen") return Rational(1);
    if (unit == "CNY") return Rational(100);
    if (unit == "CNY 10k" || unit == "万元") return Rational(1'000'000);
    if (unit == "CNY 100 million" || unit == "亿元") return Rational(10'000'000'000);
    return std::nullopt;
  }
  if (product != nullptr) {
    if (unit == product->unit) return Rational(1);
    // A nutrient tonne says nothing of the mass without the shares; the physical one is meant by "t" alone.
    if (!product->nutrients && (unit == product->statistical_unit || unit == product->statistical_unit_zh)) {
      return rational(product->statistical_factor);
    }
    if (product->unit == "kg" && unit == "t") return Rational(1000);
    return std::nullopt;
  }
  const auto base = std::string(unit_of_measure(item));
  if (unit == base) return Rational(1);
  static const std::map<std::pair<std::string, std::string>, std::int64_t> kScaled{
      {{"Wh", "kWh"}, 1000}, {{"Wh", "MWh"}, 1'000'000}, {{"dm3", "m3"}, 1000},           {{"kg", "t"}, 1000},
      {{"ms", "s"}, 1000},   {{"ms", "h"}, 3'600'000},   {{"person_s", "person_h"}, 3600}};
  const auto found = kScaled.find({base, unit});
  return found == kScaled.end() ? std::nullopt : std::optional<Rational>(found->second);
}

std::string units_for(const std::string& item, const Product* product) {
  if (item == "energy_tce") return "tce";
  const auto& levels = base_levels();
  if (std::find(levels.begin(), levels.end(), item) != levels.end()) return "CNY 10k, CNY 100 million, CNY or fen";
  if (product != nullptr) {
    return product->unit + (product->unit == "kg"                        ? " or t"
                            : product->unit == product->statistical_unit ? ""
                                                                         : " or " + product->statistical_unit);
  }
  return std::string(unit_of_measure(item));
}

bool of_product(std::string_view item) {
  return item.starts_with("output.") || item.starts_with("dispatch.");
}

bool known_measure(std::string_view item) {
  static constexpr std::array<std::string_view, 6> kPrefixes{"time.",       "energy.",        "equipment.",
                                                             "labour.time", "event.failures", "dispatch.quantity"};
  static constexpr std::array<std::string_view, 3> kOutputs{"output.good", "output.rejected", "output.reworked"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view p) { return item.starts_with(p); }) ||
         std::find(kOutputs.begin(), kOutputs.end(), item) != kOutputs.end();
}

// A figure of a period can be known once the period is over. Files that lie in a folder have no time of storing; they
// come from a centre that has looked.
std::optional<Period> read_period(TableRow& row, const Decoded& document, const TimeZone& zone) {
  const auto& text = row.required("period");
  if (text.empty()) return std::nullopt;
  const auto period = Period::parse(text);
  if (!period) {
    row.fail(period.error().message);
    return std::nullopt;
  }
  if (document.stored_at == UnixMillis{} || period->window(zone).end <= document.stored_at) return *period;
  row.fail("period " + text + " lies in the future: it is not over, so nobody can know its figures");
  return std::nullopt;
}

// Only value added may lie below zero: its rate may (indicators.md 3.4).
bool may_be_negative(const std::string& item) {
  return item == "va_cmp" || item == "va_cur";
}

bool is_known_item(const std::string& item) {
  const auto& levels = base_levels();
  return known_measure(item) || std::find(levels.begin(), levels.end(), item) != levels.end();
}

void check_base_item(TableRow& row, const BaseRow& base, const Product* product) {
  if (!is_known_item(base.item) && !base.item.empty()) {
    auto known = base_levels();
    known.insert(known.end(), {"output.good", "dispatch.quantity", "labour.time"});
    row.fail("unknown item '" + base.item + "'" + suggestion(base.item, known));
  }
  if (of_product(base.item) && base.product.empty()) row.fail("item '" + base.item + "' needs a product");
  if (!of_product(base.item) && !(base.product.empty() && base.market.empty())) {
    row.fail("item '" + base.item + "' has no product and no market; leave both empty");
  }
  if (of_product(base.item) && !base.market.empty() && base.market != "ZZ" && !is_country(base.market)) {
    row.fail("unknown market '" + base.market + "'; write an ISO 3166-1 alpha-2 code like RU, CN for domestic sales");
  }
  if (!base.product.empty() && product == nullptr) {
    row.fail("unknown product '" + base.product + "'; the catalogue has no such id");
  }
}

std::optional<BaseRow> read_base(TableRow& row, const Decoded& document, const Inputs& inputs) {
  BaseRow base;
  base.place = row.place();
  base.stored_at = document.stored_at;
  base.enterprise = row.required("enterprise");
  base.item = row.required("item");
  base.product = row.text("product");
  base.market = row.text("market");
  if (!base.enterprise.empty() && !inputs.reg.knows(base.enterprise)) {
    row.fail("unknown enterprise '" + base.enterprise + "'; enterprises.csv has no such id");
  }
  const auto* product = base.product.empty() ? nullptr : inputs.catalogue.find(base.product);
  check_base_item(row, base, product);
  const auto period = read_period(row, document, inputs.zone);
  const auto& written = row.required("value");
  const auto value = parse_exact(written);
  if (!value && !written.empty()) row.fail("'value' is '" + written + "', not a number like 1234.56");
  const bool item_known = is_known_item(base.item) && (base.product.empty() || product != nullptr);
  if (value && *value < 0 && item_known && !may_be_negative(base.item)) {
    row.fail("'value' is '" + written + "', but item '" + base.item + "' cannot be negative");
  }
  const auto& unit = row.required("unit");
  const auto scale = unit_scale(base.item, product, unit);
  if (!scale && !unit.empty() && item_known) {
    row.fail("unit '" + unit + "' does not fit item '" + base.item + "'; write " + units_for(base.item, product));
  }
  if (!period || !value || !scale) return std::nullopt;
  base.period = *period;
  base.value = *value * *scale;
  return base;
}

using BaseKey = std::array<std::string, 5>;
BaseKey key_of(const BaseRow& row) {
  return {row.enterprise, row.period.name(), row.item, row.product, row.market};
}

// Rows of a later document replace those of earlier ones by key; within one document a key occurs once.
template <typename Row, typename Key>
class Merge {
 public:
  Merge(std::vector<Row>& rows, Key (*key)(const Row&)) : rows_(rows), key_(key) {
    for (std::size_t i = 0; i < rows_.size(); ++i) places_.emplace(key_(rows_[i]), i);
  }
  void add(Row row, TableRow& at) {
    const auto key = key_(row);
    if (const auto [first, fresh] = fresh_.emplace(key, row.place.line); !fresh) {
      at.fail("the same row occurs twice (the other: line " + std::to_string(first->second) + ")");
      return;
    }
    const auto [found, added] = places_.emplace(key, rows_.size());
    if (added) {
      rows_.push_back(std::move(row));
    } else {
      rows_[found->second] = std::move(row);
    }
  }

 private:
  std::vector<Row>& rows_;
  Key (*key_)(const Row&);
  std::map<Key, std::size_t> places_;
  std::map<Key, std::size_t> fresh_;
};

std::optional<std::int64_t> read_rate(TableRow& row) {
  const auto& text = row.text("va_rate");
  if (text.empty()) return std::nullopt;
  const auto value = parse_int128(text);
  if (value && *value >= -10'000 && *value <= 10'000) return static_cast<std::int64_t>(*value);
  row.fail("'va_rate' is '" + text + "', not basis points between -10000 and 10000");
  return std::nullopt;
}

PriceChange read_price_change(TableRow& row, const Inputs& inputs) {
  PriceChange change;
  change.place = row.place();
  change.enterprise = row.text("enterprise");
  change.product = row.required("product");
  if (row.required("valid_from").empty()) {
    change.valid_from = kFirstDay;
  } else {
    change.valid_from = row.day("valid_from", kFirstDay);
  }
  if (!change.enterprise.empty() && !inputs.reg.knows(change.enterprise)) {
    row.fail("unknown enterprise '" + change.enterprise + "'; enterprises.csv has no such id");
  }
  if (!change.product.empty() && inputs.catalogue.find(change.product) == nullptr) {
    row.fail("unknown product '" + change.product + "'; the catalogue has no such id");
  }
  auto& fields = change.fields;
  fields.price = row.price("price");
  fields.comparable_price = row.price("comparable_price");
  fields.dispatch_price = row.price("dispatch_price");
  fields.export_price = row.price("export_price");
  fields.va_rate = read_rate(row);
  static const std::vector<std::string> kFields{"price", "comparable_price", "dispatch_price", "export_price",
                                                "va_rate"};
  if (std::all_of(kFields.begin(), kFields.end(), [&](const auto& column) { return row.text(column).empty(); })) {
    row.fail("the price is missing: the row sets nothing");
  }
  return change;
}

std::array<std::string, 3> price_key(const PriceChange& row) {
  return {row.enterprise, row.product, std::to_string(row.valid_from.time_since_epoch().count())};
}
std::array<std::string, 2> ppi_key(const PpiRow& row) {
  return {row.industry, row.period.name()};
}

}  // namespace

const std::vector<std::string>& base_levels() {
  static const std::vector<std::string> all{
      "va_cmp", "va_cur", "gross_output_current", "gross_output_comparable", "sales_value", "energy_tce"};
  return all;
}

void parse_base(const Decoded& document, Inputs& into, Problems& problems) {
  Merge<BaseRow, BaseKey> merge(into.base, key_of);
  read_table(document.text, document.file, {"enterprise", "period", "item", "product", "market", "value", "unit"}, {},
             problems, [&](TableRow& row) {
               auto base = read_base(row, document, into);
               if (!base) return;
               merge.add(*std::move(base), row);
             });
}

void parse_prices(const Decoded& document, Inputs& into, Problems& problems) {
  Merge<PriceChange, std::array<std::string, 3>> merge(into.prices, price_key);
  read_table(document.text, document.file, {"product", "valid_from"},
             {"enterprise", "price", "comparable_price", "dispatch_price", "export_price", "va_rate"}, problems,
             [&](TableRow& row) {
               auto change = read_price_change(row, into);
               if (row.failed()) return;
               change.stored_at = document.stored_at;
               merge.add(std::move(change), row);
             });
}

void parse_ppi(const Decoded& document, Inputs& into, Problems& problems) {
  Merge<PpiRow, std::array<std::string, 2>> merge(into.ppi, ppi_key);
  read_table(document.text, document.file, {"industry", "period", "index"}, {}, problems, [&](TableRow& row) {
    PpiRow ppi;
    ppi.place = row.place();
    ppi.stored_at = document.stored_at;
    ppi.industry = row.required("industry");
    if (!ppi.industry.empty() && (find_industry(ppi.industry) == nullptr || ppi.industry.size() != 3)) {
      row.fail("unknown industry code '" + ppi.industry + "'; price indices are by division, like C36");
    }
    const auto period = read_period(row, document, into.zone);
    const auto& written = row.required("index");
    const auto index = parse_exact(written);
    if (!written.empty() && (!index || *index <= 0)) {
      row.fail("'index' is '" + written + "', not a positive index like 102.3 (same period last year = 100)");
    }
    if (!period || !index || *index <= 0) return;
    ppi.period = *period;
    ppi.index = *index;
    merge.add(std::move(ppi), row);
  });
}

void parse_calendar(const Decoded& document, Inputs& into, Problems& problems) {
  read_table(document.text, document.file, {"date", "working"}, {"name"}, problems, [&](TableRow& row) {
    if (row.required("date").empty()) return;
    const auto day = parse_day(row.text("date"));
    const auto& working = row.required("working");
    if (!day) {
      row.fail("'date' is '" + row.text("date") + "', not a date like 2019-03-01");
    } else if (working != "0" && working != "1") {
      row.fail("'working' is '" + working + "'; write 1 for a working day, 0 for a day off");
    } else if (!into.working_days.emplace(*day, working == "1").second) {
      row.fail("day " + format_day(*day) + " occurs twice");
    }
  });
}

}  // namespace songhua::indicators
