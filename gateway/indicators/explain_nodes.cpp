#include "indicators/explain_nodes.h"

#include <algorithm>
#include <utility>

#include "model/industries.h"

namespace songhua::indicators {
namespace {

std::string_view name_of(Item item) {
  static constexpr std::array<std::string_view, kItems> kNames{
      "gross_output_current", "gross_output_comparable", "va_cur",    "va_cmp",
      "sales_value",          "export_delivery_value",   "energy_tce"};
  return kNames.at(static_cast<std::size_t>(item));
}

// The same in words.
std::string words_of(Item item) {
  static constexpr std::array<std::string_view, kItems> kWords{"gross output at current prices",
                                                               "gross output at comparable prices",
                                                               "value added at current prices",
                                                               "value added at comparable prices",
                                                               "sales value",
                                                               "export delivery value",
                                                               "energy in coal equivalent"};
  return std::string(kWords.at(static_cast<std::size_t>(item)));
}

// By which a whole enterprise's item can be asked for.
std::string_view indicator_of(Item item) {
  if (item == Item::value_added_current) return "industrial_value_added";
  if (item == Item::value_added_comparable) return "industrial_value_added_comparable";
  return item == Item::energy_tce ? "energy_consumption" : name_of(item);
}

std::string unit_of(Item item) {
  return item == Item::energy_tce ? "tce" : "fen";
}

std::optional<Rational> value_by(const std::string& rule, const std::vector<Rational>& values) {
  if (rule == "count") return Rational(values.size());
  if (rule == "count_positive") {
    return Rational(std::ranges::count_if(values, [](const Rational& value) { return value > 0; }));
  }
  if (rule == "min") return *std::ranges::min_element(values);
  if (rule == "max") return *std::ranges::max_element(values);
  if (rule == "not_below") return Rational(values.at(0) >= values.at(1) ? 1 : 0);
  Rational result = rule == "sum" ? Rational(0) : values.front();
  if (rule == "sum") {
    for (const auto& value : values) result += value;
  } else if (rule == "product") {
    for (std::size_t i = 1; i < values.size(); ++i) result *= values[i];
  } else if (rule == "difference") {
    for (std::size_t i = 1; i < values.size(); ++i) result -= values[i];
  } else {
    if (values.at(1) == 0 || (rule == "growth" && values[1] < 0)) return std::nullopt;
    result /= values.at(1);
    if (rule == "percent") result *= 100;
    if (rule == "growth") result = (result - 1) * 100;
  }
  return result;
}

// A sum of what has one unit has it, too.
Explanation with_own_unit(Explanation sum) {
  if (!sum.unit.empty() || sum.children.empty()) return sum;
  const auto& unit = sum.children.front().unit;
  if (std::ranges::all_of(sum.children, [&](const auto& child) { return child.unit == unit; })) sum.unit = unit;
  return sum;
}

// The same unit all the way down: of borders and readings.
void give_unit(Explanation& node, const std::string& unit) {
  node.unit = unit;
  for (auto& child : node.children) give_unit(child, unit);
}

Explanation reading_node(const Evaluation& e, const TracedReading& reading) {
  const auto time = e.inputs().zone.format(reading.time);
  auto node = leaf((reading.virtual_zero ? "the life's start " : "reading ") + time, rational(reading.value));
  node.source = reading.place;
  node.at = reading.time;
  return node;
}

// V(b) = v0 + floor((v1 - v0) * (b - t0) / (t1 - t0)), t0 moved up to where silence says that v0 held.
Explanation border_node(const Evaluation& e, const TracedBorder& border) {
  auto node = leaf("counter at " + e.inputs().zone.format(border.at), rational(border.value));
  node.rule = "border";
  node.at = border.at;
  if (border.before) node.children.push_back(reading_node(e, *border.before));
  if (border.before && border.held) {
    auto held = leaf("unchanged up to " + e.inputs().zone.format(*border.held), rational(border.before->value));
    held.at = border.held;
    node.children.push_back(std::move(held));
  }
  if (border.after) node.children.push_back(reading_node(e, *border.after));
  return node;
}

bool has(const PriceFields& fields, std::string_view field) {
  if (field == "price") return fields.price.has_value();
  if (field == "comparable price") return fields.comparable_price.has_value();
  if (field == "dispatch price") return fields.dispatch_price.has_value();
  if (field == "export price") return fields.export_price.has_value();
  return fields.va_rate.has_value();
}

// What has a price: whose, of which line ("" where that is not known), for which market.
struct Priceable {
  std::string enterprise;
  LineId line;
  std::string market;
};

// In the order of Inputs::price_at: the line's own row, the enterprise's, everybody's, the catalogue.
std::string place_of(const Inputs& inputs, const Priceable& row, const Product& product, Day day,
                     std::string_view field) {
  const auto lines = inputs.reg.rows_of(row.enterprise, row.line);
  for (const auto& of : {product.id, std::string()}) {
    for (auto own = lines.rbegin(); own != lines.rend(); ++own) {
      if ((*own)->product == of && (*own)->validity.holds(day) && has((*own)->fields, field)) {
        return (*own)->place.str();
      }
    }
  }
  for (const auto& who : {row.enterprise, std::string()}) {
    for (auto change = inputs.prices.rbegin(); change != inputs.prices.rend(); ++change) {
      const bool applies = change->product == product.id && change->valid_from <= day && change->enterprise == who;
      if (applies && has(change->fields, field)) return change->place.str();
    }
  }
  return product.place.str();
}

// Prices and rates by which a quantity of that day becomes a level.
void add_factors(Evaluation& e, Item item, const Priceable& row, const Product& product, Day day, Nodes& factors) {
  const auto& inputs = e.inputs();
  const auto priced = e.rollups().priced(row.enterprise, row.line, product, day);
  const auto price = [&](const char* name, const std::optional<Fraction>& value) {
    factors.push_back(leaf(name, rational(*value), "fen", place_of(inputs, row, product, day, name)));
  };
  const auto rate = [&](const char* name, std::int64_t basis_points, Day of) {
    factors.push_back(leaf(name, Rational(basis_points, 10'000), "1", place_of(inputs, row, product, of, "rate")));
  };
  const Day base_day{std::chrono::year{inputs.catalogue.base_year} / 12 / 31};
  switch (item) {
    case Item::gross_output_current:
      price("price", priced.fields.price);
      break;
    case Item::gross_output_comparable:
      price("comparable price", priced.fields.comparable_price);
      break;
    case Item::value_added_current:
      price("price", priced.fields.price);
      rate("value-added rate", *priced.fields.va_rate, day);
      break;
    case Item::value_added_comparable:
      price("comparable price", priced.fields.comparable_price);
      rate("value-added rate of the base year", priced.va_rate_base, base_day);
      break;
    default:
      if (market_of(row.market) == "CN") {
        price("dispatch price", priced.fields.dispatch_price);
      } else {
        price("export price", priced.fields.export_price);
      }
  }
}

Explanation coefficient_node(Evaluation& e, std::string_view measure, Day day) {
  const auto* c = e.rollups().coefficient_of(measure, day);
  if (c == nullptr) return leaf("coefficient", 0, "tce", "energy.toml: a medium that is not counted, or no energy");
  return leaf("coefficient", c->tce_per_unit, "tce", c->source.empty() ? "energy.toml" : c->source);
}

// One row's share of a level; the quantity first.
Explanation term_of(Evaluation& e, Item item, const QuantityRow& row, const Product* product, Window piece) {
  const auto day = e.inputs().day_of(piece.start);
  Nodes factors{row_node(e, row, piece)};
  const auto label = factors.front().label;
  if (item == Item::energy_tce) {
    factors.push_back(coefficient_node(e, row.key.measure, day));
  } else {
    add_factors(e, item, {row.enterprise, row.line, row.key.market}, *product, day, factors);
  }
  return computed(label, unit_of(item), "product", std::move(factors));
}

// The same of a row of base.csv: a level of its own, or a measure at the prices of its first day.
Explanation base_term(Evaluation& e, Item item, const BaseRow& row) {
  const auto label = row.item + (row.product.empty() ? "" : " " + row.product) + " " +
                     (row.market.empty() ? "" : row.market + " ") + row.period.name();
  if (row.item == name_of(item)) return leaf(label, row.value, unit_of(item), row.place.str());
  const auto* product = e.inputs().catalogue.find(row.product);
  Nodes factors{leaf("quantity", row.value, product != nullptr ? product->unit : std::string(unit_of_measure(row.item)),
                     row.place.str())};
  const auto day = e.inputs().day_of(e.window(row.period).start);
  if (item != Item::energy_tce) {
    add_factors(e, item, {row.enterprise, "", row.market}, *product, day, factors);
  } else {
    factors.push_back(coefficient_node(e, row.item, day));
  }
  return computed(label, unit_of(item), "product", std::move(factors));
}

bool feeds(Item item, const QuantityRow& row) {
  switch (feed_of(item)) {
    case Feed::dispatch:
      if (row.key.measure != "dispatch.quantity") return false;
      return item == Item::sales_value || market_of(row.key.market) != "CN";
    case Feed::energy:
      return row.key.measure.starts_with("energy.");
    default:
      return row.key.measure == "output.good";
  }
}

Nodes line_nodes(Evaluation& e, const Enterprise& enterprise, const Selection& selection, Window window,
                 const std::string& unit, const Wanted& wanted, const RowTerm& term) {
  std::map<LineId, Nodes> lines;
  // Of equipment the last value counts.
  std::map<std::pair<LineId, std::string>, std::pair<const QuantityRow*, Window>> levels;
  for (const auto& piece : e.rollups().pieces(window)) {
    for (const auto& row : e.rollups().source().quantities(piece)) {
      if (row.enterprise != enterprise.id || !wanted(row)) continue;
      if (row.key.measure.starts_with("equipment.")) {
        if (e.rollups().passes(row, nullptr, selection.filter)) levels[{row.line, row.key.measure}] = {&row, piece};
        continue;
      }
      if (row.quantity == 0) continue;
      const bool of_product = is_product_measure(row.key.measure);
      const auto* product = of_product ? e.inputs().catalogue.find(row.key.product) : nullptr;
      if (of_product && product == nullptr) continue;
      if (e.rollups().passes(row, product, selection.filter)) lines[row.line].push_back(term(row, product, piece));
    }
  }
  for (const auto& [key, level] : levels) {
    if (level.first->quantity != 0) lines[key.first].push_back(term(*level.first, nullptr, level.second));
  }
  Nodes nodes;
  for (auto& [line, terms] : lines) {
    nodes.push_back(with_own_unit(computed("line " + line, unit, "sum", std::move(terms))));
  }
  return nodes;
}

Nodes item_lines(Evaluation& e, Item item, const Enterprise& enterprise, const Selection& selection,
                 const Period& period, const LineId& only = {}) {
  return line_nodes(
      e, enterprise, selection, e.window(period), unit_of(item),
      [&](const QuantityRow& row) { return feeds(item, row) && (only.empty() || row.line == only); },
      [&](const QuantityRow& row, const Product* product, Window piece) {
        return term_of(e, item, row, product, piece);
      });
}

}  // namespace

std::string enterprise_label(const Enterprise& enterprise) {
  return "enterprise " + enterprise.id + (enterprise.name_zh.empty() ? "" : " ") + enterprise.name_zh;
}

std::string_view status_name(Status status) {
  return status == Status::final ? "final" : status == Status::revised ? "revised" : "preliminary";
}

Explanation leaf(std::string label, const Rational& value, std::string unit, std::string source) {
  Explanation node;
  node.label = std::move(label);
  node.value = exact_text(value);
  node.unit = std::move(unit);
  node.source = std::move(source);
  return node;
}

Explanation null_node(std::string label, Reason reason) {
  Explanation node;
  node.label = std::move(label);
  node.value = to_string(reason);
  return node;
}

Explanation again(const Explanation& node) {
  Explanation copy;
  copy.label = node.label;
  copy.value = node.value;
  copy.unit = node.unit;
  copy.status = node.status;
  copy.source = "shown above";
  return copy;
}

Explanation computed(std::string label, std::string unit, std::string rule, Nodes children) {
  Explanation node;
  node.label = std::move(label);
  node.unit = std::move(unit);
  const bool counts = rule.starts_with("count");  // of those that have a value
  std::vector<Rational> values;
  for (const auto& child : children) {
    const auto value = parse_exact(child.value);
    if (!value && !counts && node.value.empty()) node.value = child.value;
    if (value) values.push_back(*value);
  }
  if (node.value.empty()) {
    const auto value = value_by(rule, values);
    node.value = value ? exact_text(*value) : std::string(to_string(Reason::base_not_positive));
  }
  node.rule = std::move(rule);
  node.children = std::move(children);
  return node;
}

Explanation row_node(Evaluation& e, const QuantityRow& row, Window piece) {
  const auto& zone = e.inputs().zone;
  auto node = leaf(row.key.measure + (row.key.product.empty() ? "" : " " + row.key.product) +
                       (row.key.market.empty() ? "" : " " + row.key.market),
                   rational(row.quantity));
  node.status = status_name(row.status);
  node.source = "rollup " + row.enterprise + " " + row.line + " [" + zone.format(piece.start) + ", " +
                zone.format(piece.end) + ")";
  const auto* product = e.inputs().catalogue.find(row.key.product);
  node.unit = product != nullptr ? product->unit : std::string(unit_of_measure(row.key.measure));
  for (const auto& part : e.rollups().source().trace(row, piece)) {
    if (part.start && part.end) {
      node.children.push_back(
          computed(part.what, node.unit, "difference", {border_node(e, *part.end), border_node(e, *part.start)}));
    } else {
      node.children.push_back(leaf(part.what, rational(part.quantity), node.unit, node.source));
    }
  }
  if (!node.children.empty()) node.rule = "sum";
  for (auto& child : node.children) give_unit(child, node.unit);
  return node;
}

Explanation sum_of_rows(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const std::string& unit, const Wanted& wanted, const RowTerm& term, const More& more) {
  Nodes enterprises;
  for (const auto* enterprise : selection.enterprises) {
    auto lines = line_nodes(e, *enterprise, selection, e.window(period), unit, wanted, term);
    if (more) {
      for (auto& node : more(*enterprise)) lines.push_back(std::move(node));
    }
    if (lines.empty()) continue;
    enterprises.push_back(with_own_unit(computed(enterprise_label(*enterprise), unit, "sum", std::move(lines))));
    enterprises.back().source = enterprise->place.str();
  }
  return with_own_unit(computed(label + " " + period.name(), unit, "sum", std::move(enterprises)));
}

Explanation quantity_of(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const Wanted& wanted) {
  return sum_of_rows(e, selection, period, label, "", wanted,
                     [&](const QuantityRow& row, const Product*, Window piece) { return row_node(e, row, piece); });
}

namespace {

// sum X_t / sum X_{t-12} of the reporting enterprises whose growth an estimate follows.
Explanation rise_node(Evaluation& e, Item item, const Enterprise& enterprise, bool all_scales, const Period& period) {
  Nodes now, base;
  for (const auto& model : e.models(item, enterprise, all_scales, period)) {
    const auto question =
        "explain " + std::string(indicator_of(item)) + " --enterprise " + model.enterprise + " --period ";
    now.push_back(leaf("enterprise " + model.enterprise, model.now, unit_of(item), question + period.name()));
    base.push_back(
        leaf("enterprise " + model.enterprise, *model.base, unit_of(item), question + period.last_year().name()));
  }
  const auto name = words_of(item);
  return computed(
      "growth of those that reported", "1", "quotient",
      {computed("sum of their " + name + " " + period.name(), unit_of(item), "sum", std::move(now)),
       computed("sum of their " + name + " " + period.last_year().name(), unit_of(item), "sum", std::move(base))});
}

Explanation as_guess(Explanation node, const char* formula) {
  node.formula = formula;
  node.status = status_name(Status::preliminary);
  return node;
}

Explanation guess_node(Evaluation& e, Item item, const Enterprise& enterprise, const Selection& selection,
                       const Guess& guess) {
  const auto before = guess.period.last_year();
  auto last_year = enterprise_base(e, item, enterprise, selection, before);
  last_year.label = "the same of last year, " + before.name();
  return as_guess(computed("imputed " + guess.period.name(), unit_of(item), "product",
                           {std::move(last_year), rise_node(e, item, enterprise, selection.all_scales, guess.period)}),
                  "imputed: X_{t-12} * (sum X_t / sum X_{t-12})");
}

}  // namespace

Explanation base_output_node(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                             const Product& product, const Period& period) {
  const auto known = e.base_outputs(enterprise, selection, period);
  const auto label = enterprise_label(enterprise) + " " + product.id + " " + period.name();
  if (known.source == "rollup") {
    auto node = quantity_of(e, selection.of(enterprise), period, label, [&](const QuantityRow& row) {
      return row.key.measure == "output.good" && row.key.product == product.id;
    });
    node.label = label;
    node.unit = product.unit;
    node.status = status_name(known.status);
    return node;
  }
  Nodes rows;
  for (const auto* row : known.rows) {
    if (row->product != product.id) continue;
    rows.push_back(
        leaf(row->item + " " + row->product + (row->market.empty() ? "" : " " + row->market) + " " + row->period.name(),
             row->value, product.unit, row->place.str()));
  }
  auto node = computed(label, product.unit, "sum", std::move(rows));
  node.source = known.source;
  return node;
}

Nodes output_guess_nodes(Evaluation& e, const Enterprise& enterprise, const Selection& selection, const Period& period,
                         const ProductFactor& factor) {
  Nodes nodes;
  for (const auto& guess : e.output_guesses(enterprise, selection, period)) {
    auto rise = rise_node(e, Item::gross_output_comparable, enterprise, selection.all_scales, guess.period);
    const auto shown_again = again(rise);
    for (const auto& [id, quantity] : guess.base) {
      const auto& product = *e.inputs().catalogue.find(id);
      Nodes factors{base_output_node(e, enterprise, selection, product, guess.period.last_year())};
      if (factor) factors.push_back(factor(product));
      factors.push_back(std::exchange(rise, shown_again));
      nodes.push_back(as_guess(computed("imputed " + id + " " + guess.period.name(), factor ? "" : product.unit,
                                        "product", std::move(factors)),
                               "imputed: q_{t-12} * (sum GOV_cmp,t / sum GOV_cmp,t-12)"));
    }
  }
  return nodes;
}

Explanation output_node(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const std::string& product) {
  const auto wanted = [&](const QuantityRow& row) {
    return row.key.measure == "output.good" && (product.empty() || row.key.product == product);
  };
  const auto estimates = [&](const Enterprise& enterprise) {
    auto own = selection;
    if (!product.empty()) own.filter.product = product;
    return output_guess_nodes(e, enterprise, own, period);
  };
  return sum_of_rows(
      e, selection, period, label, "", wanted,
      [&](const QuantityRow& row, const Product*, Window piece) { return row_node(e, row, piece); }, estimates);
}

// What one enterprise adds to a level; an estimate where it has not reported and that is configured.
Explanation enterprise_level(Evaluation& e, Item item, const Enterprise& enterprise, const Selection& selection,
                             const Period& period, bool estimates) {
  const auto own = selection.of(enterprise);
  const auto amount = e.level(item, own, period);
  auto parts = item_lines(e, item, enterprise, own, period);
  if (estimates) {
    for (const auto& guess : e.guesses(item, enterprise, own, period)) {
      if (guess.amount != 0) parts.push_back(guess_node(e, item, enterprise, own, guess));
    }
  }
  auto node = computed(enterprise_label(enterprise), unit_of(item), "sum", std::move(parts));
  node.status = status_name(amount.notes.status);
  node.source = enterprise.place.str();
  return node;
}

Explanation enterprise_base(Evaluation& e, Item item, const Enterprise& enterprise, const Selection& selection,
                            const Period& period) {
  const auto base = e.base_of(item, enterprise, selection, period);
  Explanation node;
  if (base.source == "rollup") {
    const auto own = selection.of(enterprise);
    node = computed(enterprise_label(enterprise), unit_of(item), "sum", item_lines(e, item, enterprise, own, period));
  } else {
    node = leaf(enterprise_label(enterprise), *base.value, unit_of(item), base.source);
    for (const auto* row : base.rows) node.children.push_back(base_term(e, item, *row));
    if (!base.rows.empty()) node.rule = "sum";
    if (base.rows.empty()) node.formula = "a known zero: its rows are of sales at home only";
  }
  node.status = status_name(base.status);
  return node;
}

Explanation line_energy(Evaluation& e, const Enterprise& enterprise, const LineId& line, const Period& period) {
  auto lines = item_lines(e, Item::energy_tce, enterprise, {{&enterprise}, {}, true}, period, line);
  return lines.empty() ? leaf("line " + line, 0, "tce") : std::move(lines.front());
}

Explanation level_node(Evaluation& e, Item item, const Selection& selection, const Period& period, bool estimates) {
  Nodes enterprises;
  for (const auto* enterprise : selection.enterprises) {
    enterprises.push_back(enterprise_level(e, item, *enterprise, selection, period, estimates));
  }
  auto node = computed(words_of(item) + " " + period.name(), unit_of(item), "sum", std::move(enterprises));
  node.status = status_name(e.level(item, selection, period).notes.status);
  return node;
}

EndNodes end_nodes(Evaluation& e, Item item, const Selection& selection, const Period& period) {
  Nodes now, base;
  for (const auto* enterprise : selection.enterprises) {
    if (!e.base_of(item, *enterprise, selection, period.last_year()).value) continue;
    now.push_back(enterprise_level(e, item, *enterprise, selection, period));
    base.push_back(enterprise_base(e, item, *enterprise, selection, period.last_year()));
  }
  const auto label = words_of(item) + " ";
  if (now.empty()) {
    return {null_node(label + period.name(), Reason::no_base),
            null_node(label + period.last_year().name(), Reason::no_base)};
  }
  return {computed(label + period.name(), unit_of(item), "sum", std::move(now)),
          computed(label + period.last_year().name(), unit_of(item), "sum", std::move(base))};
}

EndNodes deflated_nodes(Evaluation& e, const Selection& selection, const Period& period) {
  Nodes now, base;
  for (const auto& [division, part] : by_division(selection)) {
    auto ends = end_nodes(e, Item::value_added_current, part, period);
    if (!parse_exact(ends.base.value)) continue;
    const auto index = e.price_index(division, period);
    auto index_node = index.known() ? leaf("price index " + division + " / 100", *index / 100, "", "ppi.csv")
                                    : null_node("price index " + division, index.reason());
    now.push_back(computed("deflated value added of " + division, "fen", "quotient",
                           {std::move(ends.now), std::move(index_node)}));
    base.push_back(std::move(ends.base));
  }
  if (now.empty())
    return {null_node("deflated value added", Reason::no_base), null_node("value added of last year", Reason::no_base)};
  return {computed("deflated value added " + period.name(), "fen", "sum", std::move(now)),
          computed("value added at current prices " + period.last_year().name(), "fen", "sum", std::move(base))};
}

EndNodes growth_nodes(Evaluation& e, const Selection& selection, const Period& period) {
  return e.settings().deflated ? deflated_nodes(e, selection, period)
                               : end_nodes(e, Item::value_added_comparable, selection, period);
}

}  // namespace songhua::indicators
