#include "indicators/input_changes.h"

#include <map>

namespace songhua::indicators {
namespace {

// A row with all that it says as text: two rows say the same if their texts are equal.
struct Row {
  InputChange change;  // without `what`
  std::string says;
};
using Rows = std::map<std::string, Row>;  // by kind and what the row is about

template <typename T>
void say(std::string& text, std::string_view name, const std::optional<T>& value) {
  if (!value) return;
  text.append(text.empty() ? "" : ", ").append(name).append(" ");
  if constexpr (std::is_integral_v<T>) {
    text.append(std::to_string(*value));
  } else {
    text.append(value->str());
  }
}

std::string text_of(const PriceFields& fields) {
  std::string text;
  say(text, "price", fields.price);
  say(text, "comparable", fields.comparable_price);
  say(text, "dispatch", fields.dispatch_price);
  say(text, "export", fields.export_price);
  say(text, "rate", fields.va_rate);
  return text;
}

std::string text_of(const Validity& validity) {
  return (validity.from == kFirstDay ? std::string() : " from " + format_day(validity.from)) +
         (validity.to == kLastDay ? std::string() : " to " + format_day(validity.to));
}

void put(Rows& rows, const std::string& about, InputChange change, const std::string& says) {
  auto& row = rows[change.kind + "|" + about];
  row.says.append(row.says.empty() ? "" : " | ").append(says);
  change.what = about;
  row.change = std::move(change);
}

void add_prices(Rows& rows, const Inputs& inputs) {
  for (const auto& product : inputs.catalogue.products) {
    std::string own = product.industry + " " + product.unit + " " + product.statistical_unit + " " +
                      product.statistical_factor.str() + " hours " + std::to_string(product.normal_hours);
    say(own, "capacity", product.capacity_per_hour);
    if (product.nutrients) own += " nutrients " + std::to_string(product.nutrients->sum());
    for (const auto& tag : product.tags) own += " " + tag;
    put(rows, "product " + product.id, {"price", "", product.place, "", product.id, std::nullopt}, own);
    for (const auto& price : product.prices) {
      const auto from = text_of(Validity{price.valid_from, kLastDay});
      put(rows, "price of " + product.id + from, {"price", "", price.place, "", product.id, std::nullopt},
          text_of(price.fields));
    }
  }
  for (const auto& price : inputs.prices) {
    const auto whose = price.enterprise.empty() ? std::string() : " of " + price.enterprise;
    put(rows, "price of " + price.product + whose + text_of(Validity{price.valid_from, kLastDay}),
        {"price", "", price.place, price.enterprise, price.product, std::nullopt}, text_of(price.fields));
  }
}

void add_register(Rows& rows, const Inputs& inputs) {
  for (const auto& e : inputs.reg.enterprises()) {
    put(rows, "enterprise " + e.id + text_of(Validity{e.validity.from, kLastDay}),
        {"register", "", e.place, e.id, "", std::nullopt},
        "region " + e.region + ", industry " + e.industry + ", ownership " + e.ownership + ", holding " + e.holding +
            ", size " + e.size + (e.above_scale ? ", above scale" : ", below scale") + ", employees " +
            std::to_string(e.employees) + ", weight " + e.weight.str() +
            (e.parent.empty() ? std::string() : ", parent " + e.parent) + text_of(e.validity));
  }
  for (const auto& line : inputs.reg.lines()) {
    auto says = text_of(line.fields);
    say(says, "capacity", line.capacity_per_hour);
    say(says, "hours", line.normal_hours);
    put(rows, "line " + line.enterprise + " " + line.line + (line.product.empty() ? "" : " ") + line.product,
        {"register", "", line.place, line.enterprise, line.product, std::nullopt}, says + text_of(line.validity));
  }
}

void add_figures(Rows& rows, const Inputs& inputs) {
  for (const auto& row : inputs.base) {
    auto about = row.item + " of " + row.enterprise + " in " + row.period.name();
    if (!row.product.empty()) about += " " + row.product;
    if (!row.market.empty()) about += " " + row.market;
    put(rows, about, {"base", "", row.place, row.enterprise, row.product, row.period}, exact_text(row.value));
  }
  for (const auto& row : inputs.ppi) {
    put(rows, "price index of " + row.industry + " in " + row.period.name(), {"ppi", "", row.place, "", "", row.period},
        exact_text(row.index));
  }
  for (const auto& target : inputs.targets) {
    std::string says = "uplift " + exact_text(target.uplift);
    if (target.growth) says += ", growth " + exact_text(*target.growth);
    if (target.last_year_growth) says += ", last year " + exact_text(*target.last_year_growth);
    put(rows, "target of " + std::to_string(target.year), {"target", "", target.place, "", "", std::nullopt}, says);
  }
}

void add_rules(Rows& rows, const Inputs& inputs) {
  for (const auto& group : inputs.groups.list) {
    std::string says = text_of(group.validity);
    for (const auto& member : group.members) says += " " + member.code + text_of(member.validity);
    put(rows, "group " + group.id + (group.of_markets() ? " of markets" : ""),
        {"groups", "", {"groups.toml", 0}, "", "", std::nullopt}, says);
  }
  std::string days;
  for (const auto& [day, working] : inputs.working_days) days += format_day(day) + (working ? "+" : "-");
  if (!days.empty()) put(rows, "working days", {"calendar", "", {"calendar.csv", 0}, "", "", std::nullopt}, days);
  for (const auto& c : inputs.energy) {
    put(rows, "coefficient of " + c.carrier + text_of(c.validity),
        {"energy", "", {"energy.toml", 0}, "", "", std::nullopt},
        exact_text(c.tce_per_unit) + " tce per " + c.unit + (c.medium && !inputs.count_water ? ", not counted" : ""));
  }
}

Rows rows_of(const Inputs& inputs) {
  Rows rows;
  add_prices(rows, inputs);
  add_register(rows, inputs);
  add_figures(rows, inputs);
  add_rules(rows, inputs);
  return rows;
}

// Long lists are not for sentences.
std::string shortened(const std::string& says) {
  constexpr std::size_t kLongest = 120;
  return says.size() <= kLongest ? says : std::string("(changed)");
}

}  // namespace

std::vector<InputChange> changes_between(const Inputs& then, const Inputs& now) {
  const auto before = rows_of(then), after = rows_of(now);
  std::vector<InputChange> changes;
  const auto note = [&](const Row& row, const std::string& how) {
    changes.push_back(row.change);
    changes.back().what.append(": ").append(how);
  };
  for (const auto& [about, row] : after) {
    const auto known = before.find(about);
    if (known == before.end()) {
      note(row, "new, " + shortened(row.says));
    } else if (known->second.says != row.says) {
      note(row, shortened(known->second.says) + " -> " + shortened(row.says));
    }
  }
  for (const auto& [about, row] : before) {
    if (!after.contains(about)) note(row, "no longer, was " + shortened(row.says));
  }
  return changes;
}

}  // namespace songhua::indicators
