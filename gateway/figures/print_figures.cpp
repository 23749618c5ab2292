#include "figures/print_figures.h"

#include <algorithm>
#include <array>
#include <string>

namespace songhua::figures {
namespace {

constexpr std::size_t kColumns = 7;
using Cells = std::array<std::string, kColumns>;

// Code points: names of products and lines are UTF-8.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string scope_text(const indicators::Scope& scope) {
  std::string text;
  for (const auto& [key, value] : scope.keys) {
    if (!text.empty()) text += ' ';
    text += key;
    text += '=';
    text += value;
  }
  return text;
}

Cells cells_of(const nlohmann::ordered_json& row, const indicators::Scope& scope) {
  const auto text = [&](const char* key) { return row.value(key, std::string{}); };
  const bool none = row.at("value").is_null();
  std::string notes = text("status");
  if (row.contains("flags")) {
    for (const auto& flag : row.at("flags")) notes += " " + flag.get<std::string>();
  }
  return {text("indicator"),
          scope_text(scope),
          text("period"),
          none ? std::string(1, '-') : text("value"),
          text("unit"),
          notes,
          none ? text("reason") : std::string{}};
}

void print_table(std::ostream& out, const std::vector<Cells>& table) {
  std::array<std::size_t, kColumns> widths{};
  for (const auto& row : table) {
    for (std::size_t i = 0; i < kColumns; ++i) widths.at(i) = std::max(widths.at(i), length(row.at(i)));
  }
  constexpr std::size_t kValue = 3;
  for (const auto& row : table) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      const std::string blanks(widths.at(i) - length(row.at(i)), ' ');
      line += i == kValue ? blanks + row.at(i) : row.at(i) + blanks;
      if (widths.at(i) > 0) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace

void print_indicators(std::ostream& out, const std::vector<indicators::IndicatorRow>& rows, query::Format format,
                      bool exact) {
  if (format == query::Format::csv) {
    out << indicators::to_csv(rows, exact);
    return;
  }
  auto list = nlohmann::ordered_json::array();
  std::vector<Cells> table{{"indicator", "scope", "period", "value", "unit", "status", "reason"}};
  for (const auto& row : rows) {
    list.push_back(to_json(row, exact));
    table.push_back(cells_of(list.back(), row.scope));
    if (exact && list.back().contains("exact")) table.back().back() = list.back().at("exact").get<std::string>();
  }
  if (format == query::Format::json) {
    out << list.dump(2) << '\n';
    return;
  }
  if (exact) table.front().back() = "exact or reason";
  print_table(out, table);
}

}  // namespace songhua::figures
