#include "model/toml_reader.h"

#include <algorithm>

#include "model/suggest.h"

namespace songhua {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

void TomlFaults::add(std::size_t line, std::string_view key, std::string_view message) {
  std::string fault = file_ + ":" + std::to_string(line) + ": ";
  if (!key.empty()) fault += std::string(key) + ": ";
  faults_.emplace(line, fault + std::string(message));
}

Error TomlFaults::error() const {
  std::string all;
  for (const auto& [line, fault] : faults_) all += (all.empty() ? "" : "\n") + fault;
  return Error{all};
}

TomlSection::TomlSection(const toml::table& table, std::string path, TomlFaults& faults)
    : table_(&table), path_(std::move(path)), faults_(&faults) {}

std::string TomlSection::path_of(std::string_view key) const {
  return path_.empty() || key.empty() ? path_ + std::string(key) : path_ + "." + std::string(key);
}

std::size_t TomlSection::line() const {
  return std::max<std::size_t>(1, table_->source().begin.line);
}

std::size_t TomlSection::line(std::string_view key) const {
  const toml::node* found = table_->get(key);
  return found != nullptr && found->source().begin.line > 0 ? found->source().begin.line : line();
}

const toml::node* TomlSection::node(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  return table_->get(key);
}

bool TomlSection::has(std::string_view key) {
  return node(key) != nullptr;
}

void TomlSection::fault(std::string_view key, std::string_view message) {
  faults_->add(line(key), path_of(key), message);
}

bool TomlSection::wrong_type(std::string_view key, std::string_view expected) {
  fault(key, "must be " + std::string(expected) + ", but is " + std::string(type_name(*table_->get(key))));
  return false;
}

bool TomlSection::missing(std::string_view key) {
  if (has(key)) return false;
  fault(key, "is missing and required");
  return true;
}

bool TomlSection::filled(std::string_view key, const std::string& text) {
  if (text.empty()) fault(key, "must not be empty");
  return !text.empty();
}

bool TomlSection::filled(std::string_view key, const std::vector<std::string>& list) {
  if (list.empty()) fault(key, "must not be empty");
  return !list.empty();
}

bool TomlSection::read(std::string_view key, std::string& target) {
  const toml::node* found = node(key);
  if (found == nullptr) return false;
  const auto value = found->value_exact<std::string>();
  if (!value) return wrong_type(key, "a text");
  target = *value;
  return true;
}

bool TomlSection::read(std::string_view key, bool& target) {
  const toml::node* found = node(key);
  if (found == nullptr) return false;
  const auto value = found->value_exact<bool>();
  if (!value) return wrong_type(key, "true or false");
  target = *value;
  return true;
}

bool TomlSection::read(std::string_view key, std::int64_t& target) {
  const toml::node* found = node(key);
  if (found == nullptr) return false;
  const auto value = found->value_exact<std::int64_t>();
  if (!value) return wrong_type(key, "a whole number");
  target = *value;
  return true;
}

bool TomlSection::read(std::string_view key, Millis& target) {
  const toml::node* found = node(key);
  if (found == nullptr) return false;
  if (!found->is_string()) return wrong_type(key, "a duration like \"15min\"");
  return read_as(key, target, parse_duration);
}

bool TomlSection::read(std::string_view key, std::vector<std::string>& target) {
  const toml::node* found = node(key);
  if (found == nullptr) return false;
  const toml::array* list = found->as_array();
  if (list == nullptr) return wrong_type(key, "a list of texts");
  std::vector<std::string> texts;
  for (const toml::node& element : *list) {
    const auto text = element.value_exact<std::string>();
    if (!text) {
      fault(key, "must be a list of texts, but holds " + std::string(type_name(element)));
      return false;
    }
    texts.push_back(*text);
  }
  target = std::move(texts);
  return true;
}

std::optional<TomlSection> TomlSection::table(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  if (const toml::table* inner = found->as_table()) return TomlSection{*inner, path_of(key), *faults_};
  wrong_type(key, "a table: write [" + path_of(key) + "]");
  return std::nullopt;
}

std::vector<TomlSection> TomlSection::tables(std::string_view key) {
  std::vector<TomlSection> tables;
  const toml::node* found = node(key);
  if (found == nullptr) return tables;
  const toml::array* list = found->as_array();
  const bool all =
      list != nullptr && std::all_of(list->begin(), list->end(), [](const toml::node& n) { return n.is_table(); });
  if (!all) {
    wrong_type(key, "a list of tables: write [[" + path_of(key) + "]]");
    return tables;
  }
  for (const toml::node& element : *list) {
    tables.emplace_back(*element.as_table(), path_of(key) + "[" + std::to_string(tables.size() + 1) + "]", *faults_);
  }
  return tables;
}

void TomlSection::refuse_unknown_keys() {
  for (const auto& [key, value] : *table_) {
    if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
    const auto nearest = nearest_word(key.str(), asked_);
    std::string message = "is not a known key";
    if (nearest) message += ": did you mean '" + *nearest + "'?";
    const auto at = key.source().begin.line;
    faults_->add(at > 0 ? at : line(key.str()), path_of(key.str()), message);
  }
}

TomlDocument::TomlDocument(std::string_view text, const std::string& file)
    : faults_(std::make_unique<TomlFaults>(file)), document_(std::make_unique<toml::table>()) {
  try {
    *document_ = toml::parse(text, file);
    parsed_ = true;
  } catch (const toml::parse_error& e) {
    faults_->add(std::max<std::size_t>(1, e.source().begin.line), "",
                 "not valid TOML: " + std::string(e.description()));
  }
}

}  // namespace songhua
