#include "posix/catalogue.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "line/families.h"
#include "model/csv.h"

namespace songhua::posix {
namespace {

using line::Carrier;
using line::Family;
using line::Product;

std::string takt(const Product& p) {
  const auto ms = p.cycle_ms;
  if (ms >= 3'600'000) return fmt::format("{} h", ms / 3'600'000);
  if (ms >= 120'000) return fmt::format("{} min", ms / 60'000);
  if (ms >= 1'000) return fmt::format("{} s", ms / 1'000);
  return fmt::format("{} ms", ms);
}

// Thousandths of the carrier's unit, as a decimal without trailing zeros.
std::string amount(std::int64_t milli) {
  auto text = fmt::format("{}.{:03}", milli / 1'000, milli % 1'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string energy(const Product& p) {
  std::string text;
  for (std::size_t c = 0; c < line::kCarriers; ++c) {
    if (p.energy[c] == 0) continue;
    const auto carrier = static_cast<Carrier>(c);
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", amount(p.energy[c]), line::unit(carrier),
                        line::measure_name(carrier));
  }
  return text;
}

std::string markets(const Product& p) {
  std::string text;
  for (const auto& m : p.markets) text += fmt::format("{}{}", text.empty() ? "" : " ", m.country);
  return text;
}

nlohmann::ordered_json json_of(const Family& f) {
  nlohmann::ordered_json json{{"family", f.id}, {"name", f.name_en}, {"name_zh", f.name_zh}, {"stations", f.stations}};
  for (const auto& p : f.products) {
    nlohmann::ordered_json product{
        {"product", p.id}, {"name_zh", p.name_zh}, {"unit", p.unit}, {"takt_ms", p.cycle_ms}};
    for (std::size_t c = 0; c < line::kCarriers; ++c) {
      const auto carrier = static_cast<Carrier>(c);
      if (p.energy[c] != 0) {
        product["energy"][std::string(line::measure_name(carrier))] = {{"per_unit", amount(p.energy[c])},
                                                                       {"unit", line::unit(carrier)}};
      }
    }
    for (const auto& m : p.markets) product["markets"].push_back(m.country);
    json["products"].push_back(product);
  }
  return json;
}

}  // namespace

int show_families(const std::string& format) {
  const bool table = format == "table" || (format.empty() && ::isatty(STDOUT_FILENO) == 1);
  if (format == "json") {
    auto all = nlohmann::ordered_json::array();
    for (const auto& family : line::families()) all.push_back(json_of(family));
    fmt::print("{}\n", all.dump());
    return 0;
  }
  constexpr auto kRow = "{:<11} {:<16} {:<8} {:<8} {:<52} {}\n";
  if (table) fmt::print(kRow, "FAMILY", "PRODUCT", "UNIT", "TAKT", "ENERGY PER UNIT", "MARKETS");
  if (!table) fmt::print("family,product,unit,takt,energy,markets\n");
  for (const auto& family : line::families()) {
    for (const auto& p : family.products) {
      if (table) {
        fmt::print(kRow, family.id, p.id, p.unit, takt(p), energy(p), markets(p));
      } else {
        fmt::print("{},{},{},{},{},{}\n", family.id, csv_field(p.id), p.unit, takt(p), csv_field(energy(p)),
                   markets(p));
      }
    }
  }
  return 0;
}

}  // namespace songhua::posix
