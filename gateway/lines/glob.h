#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace songhua::lines {

// What the {names} of a pattern took.
using Captures = std::map<std::string, std::string, std::less<>>;

// A pattern over names of levels "a/b/c". In a level `*` takes any text and `{x}` any text that is not empty, and keeps
// it; a level `**` takes any number of levels. Where a level holds several, the earlier one takes as little as it can.
// No regular expressions: names come from the network, and matching is linear in pattern times name.
class Glob {
 public:
  static Result<Glob> parse(std::string_view pattern);

  [[nodiscard]] bool match(std::string_view name, Captures& captures) const;
  [[nodiscard]] const std::vector<std::string>& captures() const { return names_; }
  // Levels of the names that it can match; none where it has a `**`.
  [[nodiscard]] std::optional<std::size_t> levels() const;

 private:
  struct Token {
    bool wildcard = false;
    std::string text;  // of a literal; the capture's name of a wildcard ("" for `*`)
  };
  struct Level {
    bool any_number = false;  // `**`
    std::vector<Token> tokens;
  };
  [[nodiscard]] static Result<Level> parse_level(std::string_view text);
  [[nodiscard]] static bool match_level(const Level& level, std::string_view text, Captures& captures);

  std::vector<Level> levels_;
  std::vector<std::string> names_;
};

// A text with {x} for what patterns took: "line-{x}", or a literal.
class Template {
 public:
  static Result<Template> parse(std::string_view text);

  // Every {x} is in `captures`, which the reader of the rules has checked; `transform` is applied to each.
  [[nodiscard]] std::string expand(const Captures& captures, std::string (*transform)(std::string_view)) const;
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool is_literal() const { return names_.empty(); }

 private:
  struct Part {
    bool capture = false;
    std::string text;
  };
  std::vector<Part> parts_;
  std::vector<std::string> names_;
};

}  // namespace songhua::lines
