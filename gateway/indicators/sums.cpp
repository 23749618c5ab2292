#include "indicators/sums.h"

#include <algorithm>
#include <tuple>

#include "model/industries.h"

namespace songhua::indicators {
namespace {

constexpr std::int64_t kMillisPerHour = 3'600'000;

std::optional<Feed> feed_of_measure(std::string_view measure) {
  if (measure.starts_with("output.")) return Feed::output;
  if (measure.starts_with("dispatch.")) return Feed::dispatch;
  if (measure.starts_with("energy.")) return Feed::energy;
  if (measure.starts_with("labour.")) return Feed::labour;
  if (measure.starts_with("equipment.")) return Feed::equipment;
  if (measure.starts_with("time.")) return Feed::time;
  if (measure == "event.failures") return Feed::failures;
  return std::nullopt;  // process values and what others send: no indicator reads them
}

const EnergyCoefficient* coefficient(const Inputs& inputs, std::string_view carrier, Day day) {
  for (const auto& c : inputs.energy) {
    if (c.carrier == carrier && c.validity.holds(day) && (!c.medium || inputs.count_water)) return &c;
  }
  return nullptr;
}

bool in_product_group(const Product& product, const Group& group, Day day) {
  if (group.kind == Group::Kind::industry) return group.has(product.industry, day);
  return std::any_of(product.tags.begin(), product.tags.end(), [&](const auto& tag) { return group.has(tag, day); });
}

Day last_day_of(int year) {
  return Day{std::chrono::year{year} / std::chrono::December / std::chrono::day{31}};
}

// Price index of a division from the base year to the year of `day`, as a ratio; none where a year is missing.
std::optional<Rational> price_rise(const Inputs& inputs, const std::string& division, Day day) {
  const int year = static_cast<int>(std::chrono::year_month_day{day}.year());
  Rational rise = 1;
  for (int y = inputs.catalogue.base_year + 1; y <= year; ++y) {
    const auto found = std::find_if(inputs.ppi.begin(), inputs.ppi.end(), [&](const PpiRow& row) {
      return row.industry == division && row.period.kind == Period::Kind::year && row.period.year == y;
    });
    if (found == inputs.ppi.end()) return std::nullopt;
    rise *= found->index / 100;
  }
  return rise;
}

// The first day of the first full month from `day` on.
Day first_full_month(Day day) {
  const std::chrono::year_month_day ymd{day};
  if (ymd.day() == std::chrono::day{1}) return day;
  return Day{(ymd.year() / ymd.month() + std::chrono::months{1}) / std::chrono::day{1}};
}

// A price within 64 bits over 64 bits: what is wider is cut to millionths of a fen.
Fraction narrow(const Rational& value) {
  const BigInt millionths = numerator(value) * 1'000'000 / denominator(value);
  return Fraction::parse(integer_text(millionths) + "/1000000").value_or(Fraction{0, 1});
}

}  // namespace

struct Rollups::Building {
  struct Enterprise {
    LevelSums levels;
    Rational tce = 0;
  };
  Sums sums;
  std::map<std::string, Enterprise> levels;
  std::map<std::tuple<std::string, std::string, std::string, Day>, Priced> prices;
};

Feed feed_of(Item item) {
  switch (item) {
    case Item::sales_value:
    case Item::export_delivery_value:
      return Feed::dispatch;
    case Item::energy_tce:
      return Feed::energy;
    default:
      return Feed::output;
  }
}

std::string market_of(const std::string& market) {
  return is_country(market) ? market : "ZZ";
}

bool is_product_measure(std::string_view measure) {
  return measure.starts_with("output.") || measure.starts_with("dispatch.");
}

std::vector<Window> Rollups::pieces(Window window) const {
  std::vector<Window> parts;
  UnixMillis start = window.start;
  for (const auto day : inputs_.changes_in(window)) {
    parts.push_back({start, inputs_.start_of(day)});
    start = inputs_.start_of(day);
  }
  parts.push_back({start, window.end});
  return parts;
}

Priced Rollups::priced(const std::string& enterprise, const std::string& line, const Product& product, Day day) const {
  Priced priced;
  priced.fields = inputs_.price_at(enterprise, line, product, day);
  const auto base_year_fields = inputs_.price_at(enterprise, line, product, last_day_of(inputs_.catalogue.base_year));
  priced.va_rate_base = base_year_fields.va_rate.value_or(*priced.fields.va_rate);
  if (!priced.fields.comparable_price) {
    // A new product: the price of its first full month at the base year's price level, else as it is. One that has
    // been there always has the price of the base year itself.
    const auto from = product.prices.front().valid_from;
    const auto day_of_price = from == kFirstDay ? last_day_of(inputs_.catalogue.base_year) : first_full_month(from);
    const auto price = inputs_.price_at(enterprise, line, product, day_of_price).price;
    const auto rise = price_rise(inputs_, division_of(product.industry), day_of_price);
    const Rational comparable = rise ? Rational(rational(*price) / *rise) : rational(*price);
    const auto exact = Fraction::parse(exact_text(comparable));
    priced.fields.comparable_price = exact ? *exact : narrow(comparable);
    priced.imputed = !rise || !exact;
  }
  priced.capacity_per_hour = capacity_at(enterprise, line, product, day);
  return priced;
}

std::optional<Fraction> Rollups::capacity_at(const std::string& enterprise, const std::string& line,
                                             const Product& product, Day day) const {
  std::optional<Fraction> of_line;
  for (const auto* row : inputs_.reg.rows_of(enterprise, line)) {
    if (!row->validity.holds(day) || !row->capacity_per_hour) continue;
    if (row->product == product.id) return row->capacity_per_hour;
    if (row->product.empty()) of_line = row->capacity_per_hour;
  }
  return of_line ? of_line : product.capacity_per_hour;
}

bool Rollups::passes(const QuantityRow& row, const Product* product, const RowFilter& filter) const {
  // What is not official shows on its own line only.
  if (filter.line.empty() ? !row.official : row.line != filter.line) return false;
  if (!is_product_measure(row.key.measure)) return true;
  if (!filter.product.empty() && row.key.product != filter.product) return false;
  if (!filter.industry.empty() && (product == nullptr || !product->industry.starts_with(filter.industry))) return false;
  if (!filter.product_group.empty() &&
      (product == nullptr ||
       !in_product_group(*product, *inputs_.groups.find(filter.product_group), filter.group_day))) {
    return false;
  }
  const auto market = market_of(row.key.market);
  if (!filter.market.empty() && market != filter.market) return false;
  if (filter.market_group.empty()) return true;
  const auto* group = inputs_.groups.find_market(filter.market_group);
  return group != nullptr && group->has(market, filter.group_day);
}

void Rollups::add_product_row(const QuantityRow& row, const Product& product, Day day, Building& into) {
  const auto key = std::make_tuple(row.enterprise, row.line, product.id, day);
  auto found = into.prices.find(key);
  if (found == into.prices.end()) {
    found = into.prices.emplace(key, priced(row.enterprise, row.line, product, day)).first;
  }
  const auto& price = found->second;
  auto& sums = into.sums[row.enterprise];
  auto& building = into.levels[row.enterprise];
  auto& kpi = sums.kpis[row.line].sums;
  const BigInt quantity = big(row.quantity);
  if (row.key.measure == "dispatch.quantity") {
    const auto market = market_of(row.key.market);
    if (market == "ZZ" && quantity != 0) sums.unknown_markets.insert(row.key.market);
    building.levels.add_dispatch(quantity, price.fields, market == "CN");
    return;
  }
  auto& line = sums.lines[row.line].products[product.id];
  auto& total = sums.products[product.id];
  // PRI = 3,600,000 ms / capacity
  const Rational pri =
      price.capacity_per_hour ? Rational(kMillisPerHour / rational(*price.capacity_per_hour)) : Rational(0);
  const auto add = [&](BigInt ProductSum::*field) {
    line.*field += quantity;
    total.*field += quantity;
  };
  if (row.key.measure == "output.good") {
    building.levels.add_good(quantity, price.fields, price.va_rate_base);
    sums.price_imputed = sums.price_imputed || price.imputed;
    add(&ProductSum::good);
    kpi.good += quantity;
    kpi.cycle_good += pri * quantity;
    if (price.capacity_per_hour) {
      auto& term = sums.lines[row.line].capacity[{product.id, price.fields.comparable_price->str()}];
      term.good += quantity;
      term.comparable_price = rational(*price.fields.comparable_price);
      term.capacity_per_hour = rational(*price.capacity_per_hour);
    }
  } else if (row.key.measure == "output.rejected") {
    add(&ProductSum::rejected);
    kpi.rejected += quantity;
  } else if (row.key.measure == "output.reworked") {
    add(&ProductSum::reworked);
    kpi.reworked += quantity;
    return;
  } else {
    return;
  }
  kpi.cycle_all += pri * quantity;
  line.cycle_all += pri * quantity;
}

const EnergyCoefficient* Rollups::coefficient_of(std::string_view measure, Day day) const {
  constexpr std::string_view kEnergy = "energy.";
  return measure.starts_with(kEnergy) ? coefficient(inputs_, measure.substr(kEnergy.size()), day) : nullptr;
}

Rational Rollups::energy_of(const QuantityRow& row, Day day) const {
  const auto* c = coefficient_of(row.key.measure, day);
  return c == nullptr ? Rational(0) : Rational(rational(row.quantity) * c->tce_per_unit);
}

void Rollups::add_energy(const QuantityRow& row, Day day, Building& into) {
  const std::string carrier = row.key.measure.substr(std::string_view("energy.").size());
  auto& sums = into.sums[row.enterprise];
  sums.lines[row.line].metered = true;
  if (carrier == "electricity") sums.lines[row.line].electricity_wh += big(row.quantity);
  const Rational tce = energy_of(row, day);  // what has no coefficient is shown as a measure, not counted as energy
  into.levels[row.enterprise].tce += tce;
  sums.lines[row.line].tce += tce;
}

void Rollups::add_row(const QuantityRow& row, Day day, const RowFilter& filter, Building& into) {
  const auto feed = feed_of_measure(row.key.measure);
  if (!feed) return;
  const bool of_product = is_product_measure(row.key.measure);
  const auto* product = of_product ? inputs_.catalogue.find(row.key.product) : nullptr;
  if (!passes(row, product, filter)) return;
  auto& sums = into.sums[row.enterprise];
  auto& doubt = sums.doubts.at(static_cast<std::size_t>(*feed));
  doubt.status = std::max(doubt.status, row.status);
  doubt.open = doubt.open || (row.status == Status::preliminary && !row.settling);
  doubt.estimated = doubt.estimated || row.estimated;
  doubt.from_start = doubt.from_start && row.from_start;
  if (!row.carried) {
    sums.heard = true;
    sums.heard_lines.insert(row.line);
    sums.told.at(static_cast<std::size_t>(*feed)) = true;
    sums.lines.try_emplace(row.line);
  }
  if (of_product) {
    if (product != nullptr) return add_product_row(row, *product, day, into);
    if (row.quantity != 0) sums.uncatalogued.insert(row.key.product);
    return;
  }
  if (feed == Feed::energy) add_energy(row, day, into);
  auto& kpis = sums.kpis[row.line];
  if (feed == Feed::time) {
    kpis.times = true;
    kpis.sums.add_time(std::string_view(row.key.measure).substr(std::string_view("time.").size()), big(row.quantity));
  } else if (feed == Feed::failures) {
    kpis.failures = true;
    kpis.sums.failures += big(row.quantity);
  } else {
    const auto quantity = big(row.quantity);
    auto& measure = sums.measures[row.key.measure];
    measure += quantity;
    if (feed != Feed::equipment) return;
    // The last value counts: of the last piece that has one, since a line may be gone before the window ends.
    auto& level = kpis.equipment[row.key.measure];
    measure -= level;
    level = quantity;
  }
}

const std::set<std::string, std::less<>>& Rollups::heard(Window window) {
  const auto [found, fresh] = heard_.try_emplace(window);
  if (!fresh) return found->second;
  for (const auto& piece : pieces(window)) {
    for (const auto& row : source_.quantities(piece)) {
      if (feed_of_measure(row.key.measure) && !row.carried && row.official) found->second.insert(row.enterprise);
    }
  }
  return found->second;
}

const Sums& Rollups::sums(Window window, const RowFilter& filter) {
  const auto key = std::make_pair(window, filter);
  if (const auto found = cache_.find(key); found != cache_.end()) return found->second;
  Building building;
  const auto parts = pieces(window);
  for (const auto& piece : parts) {
    const auto day = inputs_.day_of(piece.start);
    for (const auto& row : source_.quantities(piece)) add_row(row, day, filter, building);
  }
  for (auto& [enterprise, sums] : building.sums) {
    const auto& built = building.levels[enterprise];
    const auto& l = built.levels;
    sums.items = {l.gross_output_current.value(),
                  l.gross_output_comparable.value(),
                  l.value_added_current.value(),
                  l.value_added_comparable.value(),
                  l.sales_value.value(),
                  l.export_delivery_value.value(),
                  built.tce};
  }
  return cache_.emplace(key, std::move(building.sums)).first->second;
}

}  // namespace songhua::indicators
