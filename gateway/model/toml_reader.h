#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"
#include "model/time.h"

// Strict reading of TOML: every fault is told with file, line and key, not only the first; a key that nobody asks for
// is a fault, with a suggestion. Used for all configuration files. Not thread-safe.
namespace songhua {

// Faults found so far in one file, each "FILE:LINE: KEY: what is wrong and what to write".
class TomlFaults {
 public:
  explicit TomlFaults(std::string file) : file_(std::move(file)) {}
  void add(std::size_t line, std::string_view key, std::string_view message);
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  // All of them in the order of their lines, one a line.
  [[nodiscard]] Error error() const;

 private:
  std::string file_;
  std::multimap<std::size_t, std::string> faults_;
};

// One table of the file. The document must outlive it.
class TomlSection {
 public:
  TomlSection(const toml::table& table, std::string path, TomlFaults& faults);

  [[nodiscard]] bool has(std::string_view key);
  [[nodiscard]] std::size_t line() const;                      // where the table begins
  [[nodiscard]] std::size_t line(std::string_view key) const;  // where the key's value begins

  // Each leaves `target` alone and returns false where the key is missing or faulty.
  bool read(std::string_view key, std::string& target);
  bool read(std::string_view key, bool& target);
  bool read(std::string_view key, std::int64_t& target);
  bool read(std::string_view key, Millis& target);  // "15min"
  bool read(std::string_view key, std::vector<std::string>& target);
  // The same for a key that may not be missing (nor be an empty text or list).
  template <typename T>
  bool require(std::string_view key, T& target) {
    if (missing(key)) return false;
    return read(key, target) && filled(key, target);
  }
  // A text that `parse` (Result<T> or std::optional<T> of a std::string_view) understands; `expected` completes the
  // message where it gives an optional: "write ...".
  template <typename T, typename Parse>
  bool read_as(std::string_view key, T& target, Parse parse, std::string_view expected = {}) {
    std::string text;
    return read(key, text) && accept(key, text, target, parse(text), expected);
  }
  template <typename T, typename Parse>
  bool require_as(std::string_view key, T& target, Parse parse, std::string_view expected = {}) {
    return !missing(key) && read_as(key, target, parse, expected);
  }
  // One of the listed words.
  template <typename T>
  bool choose(std::string_view key, T& target, std::initializer_list<std::pair<std::string_view, T>> words) {
    std::string text, list;
    if (!read(key, text)) return false;
    for (const auto& [word, value] : words) {
      if (word == text) {
        target = value;
        return true;
      }
      list += (list.empty() ? "" : ", ") + std::string(word);
    }
    fault(key, "'" + text + "' is not one of " + list);
    return false;
  }

  std::optional<TomlSection> table(std::string_view key);
  std::vector<TomlSection> tables(std::string_view key);       // of [[key]]
  [[nodiscard]] const toml::node* node(std::string_view key);  // for what has no reader here

  void fault(std::string_view key, std::string_view message);  // at the key's line, or the table's where it is missing
  // Faults for all keys that were never asked for. To be called last; tables inside are their own affair.
  void refuse_unknown_keys();

 private:
  [[nodiscard]] std::string path_of(std::string_view key) const;
  bool missing(std::string_view key);
  bool filled(std::string_view key, const std::string& text);
  bool filled(std::string_view key, const std::vector<std::string>& list);
  template <typename T>
  bool filled(std::string_view, const T&) {
    return true;
  }
  bool wrong_type(std::string_view key, std::string_view expected);
  template <typename T, typename U>
  bool accept(std::string_view key, const std::string& text, T& target, const U& parsed, std::string_view expected) {
    if (parsed) {
      target = *parsed;
      return true;
    }
    if constexpr (requires { parsed.error(); }) {
      fault(key, parsed.error().message);
    } else {
      fault(key, "'" + text + "' is not understood: write " + std::string(expected));
    }
    return false;
  }

  const toml::table* table_;
  std::string path_;
  TomlFaults* faults_;
  std::vector<std::string> asked_;
};

// A parsed file.
class TomlDocument {
 public:
  // A syntax error is a fault like any other; the document is then empty.
  TomlDocument(std::string_view text, const std::string& file);
  [[nodiscard]] TomlSection root() { return {*document_, "", *faults_}; }
  [[nodiscard]] TomlFaults& faults() { return *faults_; }
  [[nodiscard]] bool parsed() const { return parsed_; }

 private:
  std::unique_ptr<TomlFaults> faults_;
  std::unique_ptr<toml::table> document_;
  bool parsed_ = false;
};

}  // namespace songhua
