#include "lines/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "model/int128.h"

namespace songhua::lines {
namespace {

enum class Guess { count, rate, energy, state, gauge, none };

struct Hint {
  std::initializer_list<std::string_view> words;  // one of them stands in the name
  std::string_view measure;
  Guess guess;
  std::string_view factor = {};
};

// The first hint that fits counts, so the narrower words come first.
const std::array<Hint, 14> kHints{{
    {{"rework"}, "output.reworked", Guess::count},
    {{"reject", "scrap", "waste", "defect", "faulty", "nok", "bad"}, "output.rejected", Guess::count},
    {{"dispatch", "shipped", "shipment", "deliver"}, "dispatch.quantity", Guess::count},
    {{"kwh"}, "energy.electricity", Guess::energy, "1000"},
    {{"mwh"}, "energy.electricity", Guess::energy, "1000000"},
    {{"power", "kw"}, "energy.electricity", Guess::rate, "1000"},
    {{"natural gas", "gas"}, "energy.natural_gas", Guess::energy},
    {{"steam"}, "energy.steam", Guess::energy},
    {{"water"}, "energy.water", Guess::energy},
    {{"energy", "electric", "wh"}, "energy.electricity", Guess::energy},
    {{"state", "status", "mode"}, "", Guess::state},
    {{"fault", "failure", "alarm"}, "event.failures", Guess::count},
    {{"labour", "labor"}, "labour.time", Guess::count},
    {{"good", "count", "cnt", "produced", "parts", "pieces", "total", "output"}, "output.good", Guess::count},
}};

// Sparkplug datatype codes (sparkplug.md).
bool is_integer(std::uint32_t datatype) {
  return datatype >= 1 && datatype <= 8;
}
bool is_real(std::uint32_t datatype) {
  return datatype == 9 || datatype == 10;
}
bool is_text(std::uint32_t datatype) {
  return datatype == 12 || datatype == 14;
}
bool is_boolean_or_text(std::uint32_t datatype) {
  return datatype == 11 || is_text(datatype);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

bool fits_datatype(Guess guess, std::uint32_t datatype) {
  if (guess == Guess::state) return !is_real(datatype);
  if (guess == Guess::count) return !is_real(datatype) && !is_boolean_or_text(datatype);
  return !is_boolean_or_text(datatype);
}

// The product whose id stands in the metric's name; of several the longest id. Null where there is none.
const Product* product_named(std::string_view metric, const Catalogue* catalogue) {
  const Product* found = nullptr;
  if (catalogue == nullptr) return found;
  const std::string name = lower(metric);
  for (const Product& product : catalogue->products) {
    const bool longer = found == nullptr || product.id.size() > found->id.size();
    if (!product.id.empty() && longer && name.find(lower(product.id)) != std::string::npos) found = &product;
  }
  return found;
}

// The product's id tells what is made, not what is measured: "Count/car_electric" is no energy.
Hint hint_for(const MetricSource& source, const Product* product) {
  std::string name = lower(source.metric);
  if (product != nullptr) name.erase(name.find(lower(product->id)), product->id.size());
  for (const Hint& hint : kHints) {
    const bool named = std::any_of(hint.words.begin(), hint.words.end(),
                                   [&name](std::string_view word) { return name.find(word) != std::string::npos; });
    if (named && fits_datatype(hint.guess, source.datatype)) return hint;
  }
  if (is_integer(source.datatype)) return {{}, "output.good", Guess::count};
  if (is_text(source.datatype)) return {{}, "", Guess::none};  // a name, a serial number
  if (is_boolean_or_text(source.datatype)) return {{}, "", Guess::state};
  return {{}, "", Guess::gauge};
}

// As a TOML basic string. Characters that a pattern takes for its own become `*`, a run of them one.
std::string quoted(std::string_view text, bool pattern) {
  std::string result = "\"";
  for (const char c : text) {
    if (pattern && (c == '*' || c == '{' || c == '}')) {
      if (result.back() != '*') result += '*';
    } else if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string last_level(std::string_view name) {
  const auto slash = name.rfind('/');
  const std::string_view level = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return std::string(level.empty() ? "Value" : level);
}

std::string what_it_is(const Hint& hint, const MetricSource& source, const Product* product) {
  switch (hint.guess) {
    case Guess::none:
      return "kind = \"ignore\"\n";
    case Guess::state:
      return "kind = \"state\"\nstates = { 0 = \"stopped\", 1 = \"execute\" }\n";
    case Guess::gauge: {
      std::string name = last_level(source.metric);
      std::replace_if(
          name.begin(), name.end(), [](char c) { return c == '{' || c == '}'; }, '_');
      return fmt::format("measure = {}\nkind = \"gauge\"\n", quoted("process." + name, false));
    }
    default:
      break;
  }
  std::string text = fmt::format("measure = \"{}\"\n", hint.measure);
  if (hint.guess == Guess::rate) text += "kind = \"rate\"\n";
  if (!hint.factor.empty()) text += fmt::format("factor = \"{}\"\n", hint.factor);
  const bool of_product = hint.measure.starts_with("output.") || hint.measure.starts_with("dispatch.");
  if (!of_product) return text;
  text +=
      fmt::format("product = {}\nmarket = \"CN\"\n", product == nullptr ? "\"PRODUCT\"" : quoted(product->id, false));
  if (product != nullptr && product->capacity_per_hour)
    text += fmt::format("rate_limit = \"{}\"\n", rate_limit_of(*product));
  return text;
}

std::string where_it_is(const MetricSource& source) {
  return fmt::format("[[rule]]\ndevice = {}\nmetric = {}\n", quoted(default_line(source), true),
                     quoted(source.metric.empty() ? "*" : source.metric, true));
}

}  // namespace

std::string suggest_rule(const MetricSource& source, const Catalogue* catalogue) {
  const Product* product = product_named(source.metric, catalogue);
  return where_it_is(source) + what_it_is(hint_for(source, product), source, product);
}

std::string rate_limit_of(const Product& product) {
  if (!product.capacity_per_hour) return "";
  const auto twice = int128{product.capacity_per_hour->num} * 2;
  const auto up = floor_div(twice + product.capacity_per_hour->den - 1, product.capacity_per_hour->den);
  return up > 0 && up <= INT64_MAX ? to_string(up) + "/h" : "";
}

std::string suggest_rate_limit(const MetricSource& source, const Product& product) {
  const auto limit = rate_limit_of(product);
  return limit.empty() ? "" : where_it_is(source) + fmt::format("rate_limit = \"{}\"\n", limit);
}

}  // namespace songhua::lines
