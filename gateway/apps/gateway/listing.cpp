#include "listing.h"

#include <algorithm>

#include "commands.h"
#include "model/csv.h"

namespace songhua::gateway {
namespace {

using nlohmann::json;

std::string cell(const json& row, const std::string& key) {
  const auto it = row.find(key);
  if (it == row.end() || it->is_null()) return "";
  return it->is_string() ? it->get<std::string>() : it->dump();
}

// Control characters come from the network and must not reach a terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

void print_table(const json& list, const std::vector<std::string>& keys, std::ostream& out) {
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& key : keys) rows.front().push_back(upper(key));
  for (const auto& row : list) {
    auto& cells = rows.emplace_back();
    for (const auto& key : keys) cells.push_back(printable(cell(row, key)));
  }
  out << lined_up(rows);
}

void print_csv(const json& list, const std::vector<std::string>& keys, std::ostream& out) {
  for (const auto& key : keys) out << (&key == &keys.front() ? "" : ",") << key;
  out << '\n';
  for (const auto& row : list) {
    for (const auto& key : keys) out << (&key == &keys.front() ? "" : ",") << csv_field(cell(row, key));
    out << '\n';
  }
}

}  // namespace

std::string lined_up(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& cells : rows) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], width_of(cells[i]));
  }
  std::string out;
  for (const auto& cells : rows) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += cells[i];
      if (i + 1 < cells.size()) line.append(widths[i] - width_of(cells[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

void print_list(const json& list, const std::vector<std::string>& keys, const std::string& format, std::ostream& out) {
  switch (format_of(format)) {
    case query::Format::json:
      out << list.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
      return;
    case query::Format::csv:
      return print_csv(list, keys, out);
    case query::Format::table:
      return print_table(list, keys, out);
  }
}

}  // namespace songhua::gateway
