#include "indicators/explain.h"

#include <algorithm>

#include "indicators/explain_trees.h"
#include "indicators/figures_bulletin.h"
#include "indicators/index_parts.h"
#include "indicators/ratio_sides.h"

namespace songhua::indicators {
namespace {

Item item_of_level(const std::string& id) {
  if (id == "gross_output_current") return Item::gross_output_current;
  if (id == "gross_output_comparable") return Item::gross_output_comparable;
  if (id == "sales_value") return Item::sales_value;
  if (id == "export_delivery_value") return Item::export_delivery_value;
  if (id == "industrial_value_added") return Item::value_added_current;
  return Item::value_added_comparable;
}

Wanted measure(std::string name) {
  return [name = std::move(name)](const QuantityRow& row) { return row.key.measure == name; };
}

Explanation energy_intensity_node(const std::string& label, Explanation energy, Explanation value_added) {
  auto money = computed("value added in CNY 10k", "CNY 10k", "quotient",
                        {std::move(value_added), number("fen per CNY 10k", kFenPerTenThousandYuan)});
  return computed(label, "tce / CNY 10k", "quotient", {std::move(energy), std::move(money)});
}

class Trees {
 public:
  Trees(Evaluation& e, const Ask& ask)
      : e_(e), ask_(ask), selection_(e.select(ask.scope, ask.period, by_product(ask))) {}

  Tree of(Family family, const IndicatorRow& row) {
    switch (family) {
      case Family::level:
        return level();
      case Family::sales_ratio:
        return sales_ratio();
      case Family::growth:
        return growth();
      case Family::energy:
        return energy();
      case Family::labour:
        return labour();
      case Family::digital:
        return digital();
      case Family::share:
        return share();
      case Family::kpi:
        return kpi_tree(e_, ask_);
      case Family::product:
        return product();
      case Family::quality:
        return coverage();
      case Family::target:
        return target_tree(e_, ask_, row);
      case Family::capacity:
        return capacity_tree(e_, ask_);
      case Family::index:
        return index_tree(e_, ask_);
      case Family::count:
        return counted();
      default:
        return bulletin();
    }
  }

 private:
  static bool by_product(const Ask& ask) {
    return find_term(ask.id)->by_product || ask.id == "products_grown" || ask.id == "products_compared";
  }

  Explanation level_of(Item item) { return level_node(e_, item, selection_, ask_.period); }

  Tree level() {
    const bool adjusted = e_.settings().calendar_adjusted && !e_.inputs().working_days.empty();
    return {adjusted ? "" : "quotient",
            {level_of(item_of_level(ask_.id)), number("fen per CNY 10k", kFenPerTenThousandYuan)}};
  }

  Tree sales_ratio() {
    if (ask_.id != "sales_output_ratio_change") {
      const bool exports = ask_.id == "export_share";
      const auto other = exports ? Item::export_delivery_value : Item::gross_output_current;
      const auto sides = level_sides(e_, selection_, ask_.period, Item::sales_value, other).selection;
      auto sales = level_node(e_, Item::sales_value, sides, ask_.period);
      auto node = level_node(e_, other, sides, ask_.period);
      if (exports) std::swap(sales, node);
      return {"percent", {std::move(sales), std::move(node)}};
    }
    const auto both = with_both_bases(e_, selection_, ask_.period, Item::sales_value, Item::gross_output_current);
    auto sales = end_nodes(e_, Item::sales_value, both, ask_.period);
    auto output = end_nodes(e_, Item::gross_output_current, both, ask_.period);
    return {"difference",
            {computed("sales ratio", "%", "percent", {std::move(sales.now), std::move(output.now)}),
             computed("sales ratio of last year", "%", "percent", {std::move(sales.base), std::move(output.base)})}};
  }

  Tree growth() {
    const auto period = ask_.id == "value_added_growth_cumulative" ? ask_.period.cumulative() : ask_.period;
    const auto selection = e_.select(ask_.scope, period);
    if (ask_.id == "contribution" || ask_.id == "pull") return part_of_growth(selection);
    if (ask_.id == "implicit_deflator") {
      auto nominal = end_nodes(e_, Item::value_added_current, selection, period);
      return {"percent", {std::move(nominal.now), deflated_nodes(e_, selection, period).now}};
    }
    auto ends = ask_.id == "nominal_growth"           ? end_nodes(e_, Item::value_added_current, selection, period)
                : ask_.id == "export_delivery_growth" ? end_nodes(e_, Item::export_delivery_value, selection, period)
                                                      : growth_nodes(e_, selection, period);
    return {"growth", {std::move(ends.now), std::move(ends.base)}};
  }

  Tree part_of_growth(const Selection& selection) {
    auto part = growth_nodes(e_, selection, ask_.period);
    auto whole = growth_nodes(e_, e_.select(ask_.whole, ask_.period), ask_.period);
    auto change = computed("change of the part", "fen", "difference", {std::move(part.now), std::move(part.base)});
    if (ask_.id == "pull") return {"percent", {std::move(change), std::move(whole.base)}};
    return {"percent",
            {std::move(change),
             computed("change of the whole", "fen", "difference", {std::move(whole.now), std::move(whole.base)})}};
  }

  Tree energy() {
    if (ask_.id == "energy_consumption") return {"sum", {level_of(Item::energy_tce)}};
    if (ask_.id == "energy_intensity") {
      const auto sides = energy_sides(e_, selection_, ask_.period).selection;
      auto node = energy_intensity_node("", level_node(e_, Item::energy_tce, sides, ask_.period),
                                        level_node(e_, Item::value_added_comparable, sides, ask_.period));
      return {node.rule, std::move(node.children)};
    }
    const auto both = with_both_bases(e_, selection_, ask_.period, Item::energy_tce, Item::value_added_comparable);
    auto tce = end_nodes(e_, Item::energy_tce, both, ask_.period);
    auto value_added = end_nodes(e_, Item::value_added_comparable, both, ask_.period);
    return {"growth",
            {energy_intensity_node("intensity", std::move(tce.now), std::move(value_added.now)),
             energy_intensity_node("intensity of last year", std::move(tce.base), std::move(value_added.base))}};
  }

  Tree labour() {
    const bool by_hour = ask_.id == "labour_productivity_hour";
    const auto sides = by_hour ? hour_sides(e_, selection_, ask_.period).selection : selection_;
    auto yuan =
        computed("value added in CNY", "CNY", "quotient",
                 {level_node(e_, Item::value_added_current, sides, ask_.period, !by_hour), number("fen per CNY", 100)});
    if (by_hour) {
      return {"quotient",
              {std::move(yuan), computed("hours worked", "h", "quotient",
                                         {quantity_of(e_, sides, ask_.period, "labour.time", measure("labour.time")),
                                          number("seconds per hour", 3600)})}};
    }
    return {"quotient",
            {computed("value added of twelve times the period", "CNY", "product", {std::move(yuan), number("12", 12)}),
             computed("person-months", "person", "product", {employees(), number("months", months_of(ask_.period))})}};
  }

  // Person-days of the register, on the days that are told or estimated, over the days of the period.
  Explanation employees() {
    Nodes all;
    for (const auto& staff : staff_of(e_, selection_, ask_.period)) {
      all.push_back(computed(enterprise_label(*staff.row), "person-days", "product",
                             {leaf("employees", staff.row->employees, "person", staff.row->place.str()),
                              number("days told or estimated", staff.days)}));
    }
    return computed("average employees", "person", "quotient",
                    {computed("person-days", "person-days", "sum", std::move(all)),
                     number("days of the period", e_.days_of(ask_.period))});
  }

  Tree digital() {
    const bool connection = ask_.id == "connection_rate";
    const std::string above = connection ? "equipment.connected" : "equipment.nc_key_processes";
    const std::string below = connection ? "equipment.units" : "equipment.key_processes";
    Notes notes;
    const auto lines = lines_with(e_, selection_, ask_.period, above, below, notes);
    const auto sum = [&](const std::string& name) {
      return quantity_of(e_, selection_, ask_.period, name, [&](const QuantityRow& row) {
        return row.key.measure == name && lines.contains({row.enterprise, row.line});
      });
    };
    return {"percent", {sum(above), sum(below)}};
  }

  Tree share() {
    if (ask_.id == "nev_share_vehicles") {
      const auto vehicles = [&](const Scope& scope, const char* label) {
        const auto selection = e_.select(scope, ask_.period, true);
        return output_node(e_, selection, ask_.period, label);
      };
      const auto all = ask_.scope.with("industry", "C361");
      return {"percent", {vehicles(all.with("group", "nev"), "new-energy vehicles"), vehicles(all, "vehicles")}};
    }
    const auto group = ask_.id.substr(std::string_view("share.").size());
    const auto part = e_.select(ask_.scope.with("group", group), ask_.period);
    return {"percent",
            {level_node(e_, Item::value_added_current, part, ask_.period), level_of(Item::value_added_current)}};
  }

  // --- Products
  Explanation output(const Selection& selection, const Period& period, bool physical, bool with_estimates = true,
                     const Wanted& wanted = measure("output.good")) {
    const auto factor = [&](const Product& product) {
      return leaf("statistical units per base unit",
                  physical ? physical_output(1, product) : product_output(1, product), "", product.place.str());
    };
    const auto term = [&](const QuantityRow& row, const Product* product, Window piece) {
      return computed(row.key.measure + " " + product->id + " " + row.key.market, "", "product",
                      {row_node(e_, row, piece), factor(*product)});
    };
    const auto estimates = [&](const Enterprise& enterprise) {
      return with_estimates ? output_guess_nodes(e_, enterprise, selection, period, factor) : Nodes{};
    };
    return sum_of_rows(e_, selection, period, "output", "", wanted, term, estimates);
  }

  Tree product() {
    if (ask_.id == "energy_per_unit") return energy_per_unit();
    if (ask_.id == "product_output_growth") return output_growth();
    auto sum = output(selection_, ask_.period, ask_.id == "product_output_physical");
    if (ask_.id != "daily_output") return {"sum", {std::move(sum)}};
    const auto days = (e_.last_day(ask_.period) - e_.inputs().day_of(e_.window(ask_.period).start)).count() + 1;
    return {"quotient", {std::move(sum), number("days", days)}};
  }

  Tree output_growth() {
    const auto with_base = with_output_base(e_, selection_, ask_.period);
    Nodes base;
    for (const auto* enterprise : with_base.enterprises) {
      const auto known = e_.base_outputs(*enterprise, selection_, ask_.period.last_year());
      for (const auto& [id, quantity] : *known.quantities) {
        const auto& product = *e_.inputs().catalogue.find(id);
        base.push_back(
            computed("enterprise " + enterprise->id + " " + id, "", "product",
                     {base_output_node(e_, *enterprise, selection_, product, ask_.period.last_year()),
                      leaf("statistical units per base unit", product_output(1, product), "", product.place.str())}));
      }
    }
    return {"growth",
            {output(with_base, ask_.period, false),
             computed("output " + ask_.period.last_year().name(), "", "sum", std::move(base))}};
  }

  // A line with several products shares its energy by PRI * PQ.
  Tree energy_per_unit() {
    const auto* product = e_.inputs().catalogue.find(ask_.scope.get("product"));
    if (product == nullptr) return {"", {quantity_of(e_, selection_, ask_.period, "output", measure("output.good"))}};
    Selection whole_lines = selection_;
    whole_lines.filter = {};
    whole_lines.filter.line = selection_.filter.line;
    const auto metered = lines_with_energy(e_, whole_lines, ask_.period);
    Nodes shares;
    for (const auto* enterprise : selection_.enterprises) {
      const auto* sums = e_.sums_of(*enterprise, whole_lines, e_.window(ask_.period));
      if (sums == nullptr) continue;
      for (const auto& [line, own] : sums->lines) {
        const auto made = own.products.find(product->id);
        if (metered.contains({enterprise->id, line}) && made != own.products.end() && made->second.cycle_all != 0) {
          shares.push_back(share_of_energy(*enterprise, line, *product, whole_lines));
        }
      }
    }
    return {"quotient",
            {computed("energy of the product", "kgce", "product",
                      {computed("energy", "tce", "sum", std::move(shares)), number("kgce per tce", 1000)}),
             output(selection_, ask_.period, true, false, [&](const QuantityRow& row) {
               return row.key.measure == "output.good" && metered.contains({row.enterprise, row.line});
             })}};
  }

  Explanation share_of_energy(const Enterprise& enterprise, const LineId& line, const Product& product,
                              const Selection& selection) {
    const auto own = selection.of(enterprise);
    const auto cycles = [&](const std::string& label, bool all) {
      return cycles_node(e_, own, ask_.period, label, [&, all](const QuantityRow& row) {
        const bool made = row.key.measure == "output.good" || row.key.measure == "output.rejected";
        return made && row.line == line && (all || row.key.product == product.id);
      });
    };
    return computed(enterprise_label(enterprise) + " line " + line, "tce", "product",
                    {line_energy(e_, enterprise, line, ask_.period),
                     computed("share of " + product.id, "1", "quotient",
                              {cycles("sum PRI * PQ of " + product.id, false), cycles("sum PRI * PQ", true)})});
  }

  Tree coverage() {
    const bool in_time = ask_.id == "coverage_time";
    const auto days = e_.days_of(ask_.period);
    Nodes reporting, all;
    for (const auto* enterprise : selection_.enterprises) {
      const auto own = selection_.of(*enterprise);
      const auto r = e_.respondents(Item::value_added_comparable, own, ask_.period).front();
      if (!r.base.known()) continue;
      auto node = enterprise_base(e_, Item::value_added_comparable, *enterprise, own, ask_.period.last_year());
      node.label += " " + ask_.period.last_year().name();
      all.push_back(again(node));
      if (in_time) {
        auto part = computed("known part of the period", "1", "quotient",
                             {number("days of which all is in", e_.days_known(*enterprise, ask_.period)),
                              number("days of the period", days)});
        const auto label = node.label;
        reporting.push_back(computed(label, "fen", "product", {std::move(node), std::move(part)}));
      } else if (r.reporting) {
        reporting.push_back(std::move(node));
      } else {
        all.back() = std::move(node);
      }
    }
    return {"percent",
            {computed(in_time ? "last year's value added times the known part"
                              : "last year's value added of those that report",
                      "fen", "sum", std::move(reporting)),
             computed("last year's value added of all", "fen", "sum", std::move(all))}};
  }

  // A product's or a division's own growth.
  Explanation growth_of_part(const Ask& part) {
    if (part.id == "product_output_growth") {
      if (!product_figure(e_, part).value.known()) return null_node(part.scope.get("product"), Reason::no_base);
      auto tree = Trees(e_, part).output_growth();
      return computed("growth of " + part.scope.get("product"), "%", tree.rule, std::move(tree.children));
    }
    auto ends = growth_nodes(e_, e_.select(part.scope, part.period), part.period);
    return computed("growth of " + part.scope.get("industry"), "%", "growth",
                    {std::move(ends.now), std::move(ends.base)});
  }

  Tree counted() {
    const bool products = ask_.id.starts_with("products");
    Nodes rates;
    const auto parts = parts_of(ask_.scope, products ? "product" : "division", e_.inputs(), e_.last_day(ask_.period));
    for (const auto& part : *parts) {
      rates.push_back(
          growth_of_part({products ? "product_output_growth" : "value_added_growth", part, part, ask_.period}));
    }
    return {ask_.id.ends_with("_compared") ? "count" : "count_positive", std::move(rates)};
  }

  Tree bulletin() {
    if (ask_.id == "production_index_link") return index_tree(e_, ask_);
    if (ask_.id == "energy_consumption_growth") {
      auto ends = end_nodes(e_, Item::energy_tce, selection_, ask_.period);
      return {"growth", {std::move(ends.now), std::move(ends.base)}};
    }
    const auto rate = [&](const Period& period) {
      auto ends = growth_nodes(e_, e_.select(ask_.scope, period), period);
      return computed("growth " + period.name(), "%", "growth", {std::move(ends.now), std::move(ends.base)});
    };
    const auto before = period_before(ask_.period);
    Nodes rates{rate(ask_.period)};
    if (before) rates.push_back(rate(*before));
    return {"difference", std::move(rates)};
  }

  Evaluation& e_;
  const Ask& ask_;
  Selection selection_;
};

// ", industry C36, region 220100"; nothing where all enterprises above designated size are meant.
std::string scope_words(const Scope& scope) {
  std::string words;
  for (const auto& [key, value] : scope.keys) words.append(", ").append(key).append(" ").append(value);
  return words.empty() ? words : words + ",";
}

}  // namespace

Explanation explain(Evaluation& e, const Ask& ask, Family family, const IndicatorRow& row, const std::string& formula) {
  Explanation node;
  node.label = row.indicator + " (" + find_term(ask.id)->name_en + ")" + scope_words(ask.scope) + " " + row.period;
  node.formula = formula;
  node.value = row.value.known() ? exact_text(*row.value) : std::string(to_string(row.value.reason()));
  node.unit = row.unit;
  node.status = status_name(row.status);
  auto tree = Trees(e, ask).of(family, row);
  if (row.value.known()) node.rule = std::move(tree.rule);
  node.children = std::move(tree.children);
  return node;
}

}  // namespace songhua::indicators
