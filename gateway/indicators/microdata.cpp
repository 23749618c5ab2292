#include "indicators/microdata.h"

#include <algorithm>
#include <array>

#include "indicators/evaluation.h"

namespace songhua::indicators {
namespace {

constexpr std::size_t kMagnitudes = 5;

// One series of one enterprise in a span, priced.
struct Unit {
  std::string enterprise;
  QuantityRow row;  // line, product and market, for filters
  const Product* product = nullptr;
  std::array<Rational, kMagnitudes> amounts;
};

std::string unit_name(const std::string& enterprise, const std::string& product, const std::string& market) {
  return enterprise + "/" + product + "/" + (product.empty() ? std::string() : market_of(market));
}

std::string respondent_of(const Enterprise& enterprise) {
  return enterprise.parent.empty() ? enterprise.id : enterprise.parent;
}

}  // namespace

struct Microdata::Impl {
  Impl(const Inputs& inputs, QuantitySource& source, const Settings& settings) : evaluation(inputs, source, settings) {}

  Unit priced(const QuantityRow& row, Day day) {
    auto& rollups = evaluation.rollups();
    const auto& inputs = evaluation.inputs();
    Unit unit{row.enterprise, row, inputs.catalogue.find(row.key.product), {}};
    LevelSums sums;
    if (unit.product != nullptr) {
      const auto price = rollups.priced(row.enterprise, row.line, *unit.product, day);
      if (row.key.measure == "output.good") {
        sums.add_good(big(row.quantity), price.fields, price.va_rate_base);
      } else if (row.key.measure == "dispatch.quantity") {
        sums.add_dispatch(big(row.quantity), price.fields, market_of(row.key.market) == "CN");
      }
    }
    unit.amounts = {sums.gross_output_current.value(), sums.value_added_current.value(), sums.sales_value.value(),
                    sums.export_delivery_value.value(), rollups.energy_of(row, day)};
    return unit;
  }

  const std::vector<Unit>& units(const Period& span) {
    const auto window = evaluation.window(span);
    const auto [it, fresh] = known.try_emplace(window);
    if (!fresh) return it->second;
    auto& rollups = evaluation.rollups();
    for (const auto& piece : rollups.pieces(window)) {
      const auto day = evaluation.inputs().day_of(piece.start);
      for (const auto& row : rollups.source().quantities(piece)) it->second.push_back(priced(row, day));
    }
    return it->second;
  }

  // What an estimate is made of, by unit as of() names them: what the enterprise had last year of each product in each
  // market; all of it together where base.csv gives a level.
  std::map<std::string, Rational> past_of(Item item, const Enterprise& enterprise, const Selection& selection,
                                          const Guess& guess, Magnitude magnitude) {
    const auto before = guess.period.last_year();
    const auto base = evaluation.base_of(item, enterprise, selection, before);
    std::map<std::string, Rational> parts;
    for (const auto* row : base.rows) {
      const bool level = std::ranges::find(base_levels(), row->item) != base_levels().end();
      parts[unit_name(enterprise.id, row->product, row->market)] +=
          level ? row->value : evaluation.bases().priced(item, *row);
    }
    if (base.source != "rollup") return parts;
    for (const auto& unit : units(before)) {
      const auto& amount = unit.amounts.at(static_cast<std::size_t>(magnitude));
      if (amount == 0 || unit.enterprise != enterprise.id) continue;
      if (!evaluation.rollups().passes(unit.row, unit.product, selection.filter)) continue;
      parts[unit_name(unit.enterprise, unit.row.key.product, unit.row.key.market)] += amount;
    }
    return parts;
  }

  Evaluation evaluation;
  std::map<Window, std::vector<Unit>> known;
};

Microdata::Microdata(const Inputs& inputs, QuantitySource& source, const Settings& settings)
    : impl_(std::make_unique<Impl>(inputs, source, settings)) {}
Microdata::~Microdata() = default;

std::vector<MicroAmount> Microdata::of(const Scope& scope, const Period& period, const Period& span,
                                       Magnitude magnitude, bool by_product) {
  const auto selection = impl_->evaluation.select(scope, period, by_product);
  std::map<std::string, const Enterprise*> selected;
  for (const auto* enterprise : selection.enterprises) selected.emplace(enterprise->id, enterprise);
  std::map<std::pair<std::string, std::string>, Rational> sums;  // by enterprise and unit
  for (const auto& unit : impl_->units(span)) {
    const auto& amount = unit.amounts.at(static_cast<std::size_t>(magnitude));
    if (amount == 0 || !selected.contains(unit.enterprise)) continue;
    if (!impl_->evaluation.rollups().passes(unit.row, unit.product, selection.filter)) continue;
    const auto& key = unit.row.key;
    sums[{unit.enterprise, unit_name(unit.enterprise, key.product, key.market)}] += amount;
  }
  std::vector<MicroAmount> amounts;
  amounts.reserve(sums.size());
  for (const auto& [key, amount] : sums) {
    amounts.push_back({key.first, respondent_of(*selected.at(key.first)), key.second, amount});
  }
  return amounts;
}

std::vector<MicroAmount> Microdata::imputed_of(const Scope& scope, const Period& period, const Period& span,
                                               Magnitude magnitude, bool by_product) {
  static constexpr std::array<Item, kMagnitudes> kItemOf{Item::gross_output_current, Item::value_added_current,
                                                         Item::sales_value, Item::export_delivery_value,
                                                         Item::energy_tce};
  const auto item = kItemOf.at(static_cast<std::size_t>(magnitude));
  const auto selection = impl_->evaluation.select(scope, period, by_product);
  std::vector<MicroAmount> amounts;
  for (const auto* enterprise : selection.enterprises) {
    std::map<std::string, Rational> sums;  // by unit
    for (const auto& guess : impl_->evaluation.guesses(item, *enterprise, selection, span)) {
      for (const auto& [unit, base] : impl_->past_of(item, *enterprise, selection, guess, magnitude)) {
        sums[unit] += base * guess.rise;
      }
    }
    for (const auto& [unit, amount] : sums) {
      if (amount != 0) amounts.push_back({enterprise->id, respondent_of(*enterprise), unit, amount});
    }
  }
  return amounts;
}

std::vector<MicroAmount> Microdata::base_of(const Scope& scope, const Period& period, bool by_product) {
  auto& e = impl_->evaluation;
  const auto selection = e.select(scope, period, by_product);
  const auto before = period.last_year();
  std::vector<MicroAmount> amounts;
  for (const auto* enterprise : selection.enterprises) {
    Rational amount = 0;
    if (by_product) {
      const auto outputs = e.base_outputs(*enterprise, selection, before);
      for (const auto& [product, quantity] : outputs.quantities.value_or(std::map<std::string, Rational>{})) {
        amount += quantity;
      }
    } else {
      amount = e.base_of(Item::value_added_comparable, *enterprise, selection, before).value.value_or(Rational(0));
    }
    if (amount != 0) amounts.push_back({enterprise->id, respondent_of(*enterprise), enterprise->id, amount});
  }
  return amounts;
}

}  // namespace songhua::indicators
