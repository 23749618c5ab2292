#include "model/register_toml.h"

namespace songhua {
namespace {

std::size_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

}  // namespace

std::optional<toml::table> parse_toml(std::string_view text, std::string_view file, Problems& problems) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    problems.add(Place{std::string(file), error.source().begin.line}, std::string(error.description()));
    return std::nullopt;
  }
}

void TomlTable::only(const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table_) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      problems_.add(Place{file_, line_of(node)},
                    "unknown key '" + std::string(key.str()) + "'" + suggestion(key.str(), known));
    }
  }
}

Place TomlTable::place(std::string_view key) const {
  const auto* node = table_.get(key);
  return {file_, node != nullptr ? line_of(*node) : line_of(table_)};
}

std::string TomlTable::text(std::string_view key, std::string otherwise) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return otherwise;
  if (const auto* value = node->as_string()) return value->get();
  fail(key, "'" + std::string(key) + "' must be a string");
  return otherwise;
}

std::string TomlTable::required(std::string_view key) const {
  if (!has(key)) {
    fail(key, "'" + std::string(key) + "' is missing");
    return {};
  }
  auto value = text(key);
  if (value.empty() && table_.get(key)->is_string()) fail(key, "'" + std::string(key) + "' is empty");
  return value;
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_integer()) return value->get();
  fail(key, "'" + std::string(key) + "' must be a whole number");
  return std::nullopt;
}

bool TomlTable::boolean(std::string_view key, bool otherwise) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return otherwise;
  if (const auto* value = node->as_boolean()) return value->get();
  fail(key, "'" + std::string(key) + "' must be true or false");
  return otherwise;
}

std::string TomlTable::number_text(std::string_view key) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return {};
  if (const auto* value = node->as_integer()) return std::to_string(value->get());
  if (const auto* value = node->as_string()) return value->get();
  fail(key,
       "'" + std::string(key) + "' must be a whole number or a string like \"2.5\" or \"1/6\" (a float is not exact)");
  return {};
}

std::optional<Fraction> TomlTable::fraction(std::string_view key) const {
  const auto written = number_text(key);
  if (written.empty()) return std::nullopt;
  if (const auto value = Fraction::parse(written)) return value;
  fail(key, "'" + std::string(key) + "' is '" + written + "', not a number like 60, \"2.5\" or \"1/6\"");
  return std::nullopt;
}

Day TomlTable::day(std::string_view key, Day otherwise) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return otherwise;
  if (const auto* value = node->as_date()) {
    const auto d = value->get();
    return Day{std::chrono::year{d.year} / std::chrono::month{d.month} / std::chrono::day{d.day}};
  }
  if (const auto* value = node->as_string()) {
    if (const auto day = parse_day(value->get())) return *day;
  }
  fail(key, "'" + std::string(key) + "' must be a date like 2019-03-01");
  return otherwise;
}

std::vector<std::string> TomlTable::texts(std::string_view key) const {
  std::vector<std::string> values;
  const auto* node = table_.get(key);
  if (node == nullptr) return values;
  const auto* array = node->as_array();
  if (array == nullptr) {
    fail(key, "'" + std::string(key) + "' must be a list of strings");
    return values;
  }
  for (const auto& element : *array) {
    if (const auto* value = element.as_string()) {
      values.push_back(value->get());
    } else {
      problems_.add(Place{file_, line_of(element)}, "'" + std::string(key) + "' must hold strings");
    }
  }
  return values;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
  std::vector<TomlTable> found;
  const auto* node = table_.get(key);
  if (node == nullptr) return found;
  const auto* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
    fail(key, "write [[" + std::string(key) + "]] for each entry");
    return found;
  }
  for (const auto& element : *array) found.emplace_back(*element.as_table(), file_, problems_);
  return found;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_table()) return std::make_optional<TomlTable>(*value, file_, problems_);
  fail(key, "'" + std::string(key) + "' must be a table, like { a = 1 }");
  return std::nullopt;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, node] : table_) names.emplace_back(key.str());
  return names;
}

}  // namespace songhua
