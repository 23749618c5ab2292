#include "indicators/explain.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

std::string_view name_of(Item item) {
  static constexpr std::array<std::string_view, kItems> kNames{
      "gross_output_current", "gross_output_comparable", "va_cur",    "va_cmp",
      "sales_value",          "export_delivery_value",   "energy_tce"};
  return kNames.at(static_cast<std::size_t>(item));
}

std::string_view status_name(Status status) {
  return status == Status::final ? "final" : status == Status::revised ? "revised" : "preliminary";
}

std::string span_of(const TimeZone& zone, Window window) {
  return "[" + zone.format(window.start) + ", " + zone.format(window.end) + ")";
}

// Measures whose rows feed a family, as prefixes.
std::vector<std::string_view> measures_of(Family family) {
  switch (family) {
    case Family::labour:
      return {"labour.", "output.good"};
    case Family::digital:
      return {"equipment."};
    case Family::kpi:
      return {"time.", "output.", "event.failures"};
    case Family::energy:
      return {"energy.", "output.good"};
    case Family::sales_ratio:
      return {"dispatch.", "output.good"};
    default:
      return {"output.good"};
  }
}

Explanation row_node(Evaluation& e, const QuantityRow& row, Window piece) {
  Explanation node;
  node.label = row.key.measure + (row.key.product.empty() ? "" : " " + row.key.product) +
               (row.key.market.empty() ? "" : " " + row.key.market);
  node.value = songhua::to_string(row.quantity);
  node.status = status_name(row.status);
  node.source = "rollup " + row.enterprise + " " + row.line + " " + span_of(e.inputs().zone, piece);
  const auto* product = e.inputs().catalogue.find(row.key.product);
  node.unit = product != nullptr ? product->unit : std::string(unit_of_measure(row.key.measure));
  return node;
}

// Rows of an enterprise whose measure has one of the prefixes, under the selection's filter.
std::vector<Explanation> row_nodes(Evaluation& e, const Enterprise& enterprise, const Selection& selection,
                                   Window window, const std::vector<std::string_view>& prefixes) {
  std::vector<Explanation> nodes;
  for (const auto& piece : e.rollups().pieces(window)) {
    for (const auto& row : e.rollups().source().quantities(piece)) {
      const bool wanted =
          std::any_of(prefixes.begin(), prefixes.end(), [&](auto p) { return row.key.measure.starts_with(p); });
      if (row.enterprise != enterprise.id || !wanted) continue;
      const auto* product = e.inputs().catalogue.find(row.key.product);
      if (!e.rollups().passes(row, product, selection.filter)) continue;
      auto node = row_node(e, row, piece);
      if (product != nullptr) {
        const auto price = e.rollups().priced(row.enterprise, row.line, *product, e.inputs().day_of(piece.start));
        node.formula = "price " + price.fields.price->str() + ", comparable " + price.fields.comparable_price->str() +
                       ", dispatch " + price.fields.dispatch_price->str() + ", export " +
                       price.fields.export_price->str() + " fen; rate " + std::to_string(*price.fields.va_rate) +
                       " bp, base year " + std::to_string(price.va_rate_base) + " bp (" + product->place.str() + ")";
      }
      nodes.push_back(std::move(node));
    }
  }
  return nodes;
}

std::vector<std::string_view> measures_of(Item item) {
  switch (feed_of(item)) {
    case Feed::dispatch:
      return {"dispatch."};
    case Feed::energy:
      return {"energy."};
    default:
      return {"output.good"};
  }
}

Explanation enterprise_node(const Enterprise& enterprise) {
  Explanation node;
  node.label = "enterprise " + enterprise.id + " " + enterprise.name_zh;
  node.source = enterprise.place.str();
  return node;
}

Explanation level_node(Evaluation& e, Item item, const Selection& selection, const Period& period) {
  Explanation node;
  const auto amount = e.level(item, selection, period);
  node.label = std::string(name_of(item)) + " " + period.name();
  node.value = exact_text(amount.value);
  node.unit = item == Item::energy_tce ? "tce" : "fen";
  node.status = status_name(amount.notes.status);
  for (const auto* enterprise : selection.enterprises) {
    auto child = enterprise_node(*enterprise);
    const Selection own{{enterprise}, selection.filter, selection.all_scales};
    const auto part = e.level(item, own, period);
    child.value = exact_text(part.value);
    child.unit = node.unit;
    child.status = status_name(part.notes.status);
    if (part.notes.flags.contains("imputed"))
      child.formula = "imputed: X_{t-12} * (sum X_t / sum X_{t-12}) of its industry";
    child.children = row_nodes(e, *enterprise, selection, e.window(period), measures_of(item));
    node.children.push_back(std::move(child));
  }
  return node;
}

Explanation base_node(Evaluation& e, Item item, const Selection& selection, const Period& period) {
  Explanation node;
  node.label = std::string(name_of(item)) + " " + period.name();
  node.unit = item == Item::energy_tce ? "tce" : "fen";
  Rational total = 0;
  for (const auto* enterprise : selection.enterprises) {
    auto child = enterprise_node(*enterprise);
    const auto base = e.base_of(item, *enterprise, selection, period);
    child.value = base.value ? exact_text(*base.value) : "no_base";
    child.unit = node.unit;
    child.status = "final";
    total += base.value.value_or(0);
    for (const auto* row : base.rows) {
      Explanation leaf;
      leaf.label = row->item + (row->product.empty() ? "" : " " + row->product) + " " + row->period.name();
      leaf.value = exact_text(row->value);
      leaf.source = row->place.str();
      child.children.push_back(std::move(leaf));
    }
    if (base.source == "rollup")
      child.children = row_nodes(e, *enterprise, selection, e.window(period), measures_of(item));
    node.children.push_back(std::move(child));
  }
  node.value = exact_text(total);
  return node;
}

Item item_of_growth(const Evaluation& e, const std::string& id) {
  if (id == "export_delivery_growth") return Item::export_delivery_value;
  if (id == "nominal_growth" || id == "implicit_deflator" || e.settings().deflated) return Item::value_added_current;
  return Item::value_added_comparable;
}

std::vector<Explanation> children_of(Evaluation& e, const Ask& ask, Family family) {
  const auto selection = e.select(ask.scope, ask.period, find_term(ask.id)->by_product || family == Family::index);
  const auto level = [&](Item item) { return level_node(e, item, selection, ask.period); };
  switch (family) {
    case Family::level:
      if (ask.id == "gross_output_current") return {level(Item::gross_output_current)};
      if (ask.id == "gross_output_comparable") return {level(Item::gross_output_comparable)};
      if (ask.id == "sales_value") return {level(Item::sales_value)};
      if (ask.id == "export_delivery_value") return {level(Item::export_delivery_value)};
      if (ask.id == "industrial_value_added") return {level(Item::value_added_current)};
      return {level(Item::value_added_comparable)};
    case Family::sales_ratio:
      return {level(Item::sales_value),
              level(ask.id == "export_share" ? Item::export_delivery_value : Item::gross_output_current)};
    case Family::growth: {
      const auto item = item_of_growth(e, ask.id);
      const auto period = ask.id == "value_added_growth_cumulative" ? ask.period.cumulative() : ask.period;
      return {level_node(e, item, selection, period), base_node(e, item, selection, period.last_year())};
    }
    case Family::energy:
      return {level(Item::energy_tce), level(Item::value_added_comparable)};
    case Family::share:
      if (ask.id == "nev_share_vehicles") break;
      return {
          level_node(e, Item::value_added_current,
                     e.select(ask.scope.with("group", ask.id.substr(std::string_view("share.").size())), ask.period),
                     ask.period),
          level(Item::value_added_current)};
    case Family::target:
    case Family::quality:
      return {level_node(e, Item::value_added_comparable, selection, ask.period.cumulative()),
              base_node(e, Item::value_added_comparable, selection, ask.period.cumulative().last_year())};
    default:
      break;
  }
  std::vector<Explanation> children;
  for (const auto* enterprise : selection.enterprises) {
    auto child = enterprise_node(*enterprise);
    child.children = row_nodes(e, *enterprise, selection, e.window(ask.period), measures_of(family));
    children.push_back(std::move(child));
  }
  return children;
}

}  // namespace

Explanation explain(Evaluation& e, const Ask& ask, Family family, const IndicatorRow& row, const std::string& formula) {
  Explanation node;
  node.label = row.indicator + " " + row.period;
  node.formula = formula;
  node.value = row.value.known() ? exact_text(*row.value) : std::string(to_string(row.value.reason()));
  node.unit = row.unit;
  node.status = status_name(row.status);
  node.children = children_of(e, ask, family);
  return node;
}

}  // namespace songhua::indicators
