#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/decimal.h"
#include "model/register_text.h"

// Reads the register's TOML files: every value with its line, unknown keys as errors, numbers exact (a TOML float would
// be binary: fractions are written as strings).
namespace songhua {

// Parses; a syntax error is a problem with its line.
std::optional<toml::table> parse_toml(std::string_view text, std::string_view file, Problems& problems);

class TomlTable {
 public:
  TomlTable(const toml::table& table, std::string_view file, Problems& problems)
      : table_(table), file_(file), problems_(problems) {}

  // Keys outside `known` are problems.
  void only(const std::vector<std::string>& known) const;
  [[nodiscard]] Place place(std::string_view key = {}) const;
  void fail(std::string_view key, const std::string& message) const { problems_.add(place(key), message); }
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }

  [[nodiscard]] std::string text(std::string_view key, std::string otherwise = {}) const;
  [[nodiscard]] std::string required(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] bool boolean(std::string_view key, bool otherwise) const;
  // An integer, or a string like "2.5" or "1/6".
  [[nodiscard]] std::optional<Fraction> fraction(std::string_view key) const;
  // The exact text of an integer or string number; "" where absent.
  [[nodiscard]] std::string number_text(std::string_view key) const;
  // A TOML date or a string.
  [[nodiscard]] Day day(std::string_view key, Day otherwise) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  [[nodiscard]] std::vector<TomlTable> tables(std::string_view key) const;   // [[key]]
  [[nodiscard]] std::optional<TomlTable> table(std::string_view key) const;  // [key] or { ... }
  [[nodiscard]] std::vector<std::string> keys() const;

 private:
  const toml::table& table_;
  std::string file_;
  Problems& problems_;
};

}  // namespace songhua
