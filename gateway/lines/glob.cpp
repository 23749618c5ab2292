#include "lines/glob.h"

#include <algorithm>

namespace songhua::lines {
namespace {

std::vector<std::string_view> split_levels(std::string_view name) {
  std::vector<std::string_view> levels;
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/')) {
    levels.push_back(name.substr(0, slash));
    name.remove_prefix(slash + 1);
  }
  levels.push_back(name);
  return levels;
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Takes "{name}" off the front of `text`.
Result<std::string> take_name(std::string_view& text) {
  const auto close = text.find('}');
  const std::string_view name = close == std::string_view::npos ? std::string_view{} : text.substr(1, close - 1);
  if (!is_name(name)) return Error{"braces hold a name of letters, digits and '_', like {product}"};
  text.remove_prefix(close + 1);
  return std::string(name);
}

constexpr std::string_view kStrayBrace = "'}' without '{'";

}  // namespace

Result<Glob::Level> Glob::parse_level(std::string_view text) {
  Level level;
  if (text == "**") {
    level.any_number = true;
    return level;
  }
  while (!text.empty()) {
    Token token;
    token.wildcard = text.front() == '*' || text.front() == '{';
    if (token.wildcard && !level.tokens.empty() && level.tokens.back().wildcard) {
      return Error{"two wildcards side by side: nothing says where the first one ends"};
    }
    if (text.front() == '*') {
      text.remove_prefix(1);
    } else if (text.front() == '{') {
      auto name = take_name(text);
      if (!name) return name.error();
      token.text = *name;
    } else {
      token.text = text.substr(0, text.find_first_of("*{"));
      text.remove_prefix(token.text.size());
      if (token.text.find('}') != std::string::npos) return Error{std::string(kStrayBrace)};
    }
    level.tokens.push_back(std::move(token));
  }
  return level;
}

Result<Glob> Glob::parse(std::string_view pattern) {
  if (pattern.empty()) return Error{"must not be empty"};
  Glob glob;
  for (const std::string_view text : split_levels(pattern)) {
    auto level = parse_level(text);
    if (!level) return level.error();
    for (const Token& token : level->tokens) {
      if (!token.wildcard || token.text.empty()) continue;
      if (std::find(glob.names_.begin(), glob.names_.end(), token.text) != glob.names_.end()) {
        return Error{"{" + token.text + "} stands twice: give each its own name"};
      }
      glob.names_.push_back(token.text);
    }
    glob.levels_.push_back(std::move(*level));
  }
  return glob;
}

std::optional<std::size_t> Glob::levels() const {
  if (std::any_of(levels_.begin(), levels_.end(), [](const Level& l) { return l.any_number; })) return std::nullopt;
  return levels_.size();
}

// Each literal is looked for as far left as possible, the last one at the end: that leaves most to what follows, so
// nothing has to be tried twice.
bool Glob::match_level(const Level& level, std::string_view text, Captures& captures) {
  const auto& tokens = level.tokens;
  if (tokens.empty()) return text.empty();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].wildcard) {
      if (!text.starts_with(tokens[i].text)) return false;
      text.remove_prefix(tokens[i].text.size());
      continue;
    }
    const std::size_t least = tokens[i].text.empty() ? 0 : 1;
    std::size_t length = text.size();
    if (i + 1 < tokens.size()) {
      const std::string& literal = tokens[i + 1].text;
      const bool last = i + 2 == tokens.size();
      if (last && !text.ends_with(literal)) return false;
      length = last ? text.size() - literal.size() : text.find(literal, least);
    }
    if (length == std::string_view::npos || length < least) return false;
    if (least > 0) captures.insert_or_assign(tokens[i].text, std::string(text.substr(0, length)));
    text.remove_prefix(length);
  }
  return text.empty();
}

// The usual glob walk: on a mismatch the last `**` takes one level more.
bool Glob::match(std::string_view name, Captures& captures) const {
  const auto names = split_levels(name);
  std::size_t i = 0, j = 0;
  std::optional<std::size_t> star, resume;
  while (j < names.size()) {
    if (i < levels_.size() && levels_[i].any_number) {
      star = i++;
      resume = j;
    } else if (i < levels_.size() && match_level(levels_[i], names[j], captures)) {
      ++i;
      ++j;
    } else if (star) {
      i = *star + 1;
      j = ++*resume;
    } else {
      return false;
    }
  }
  while (i < levels_.size() && levels_[i].any_number) ++i;
  return i == levels_.size();
}

Result<Template> Template::parse(std::string_view text) {
  if (text.empty()) return Error{"must not be empty"};
  Template result;
  while (!text.empty()) {
    Part part;
    if (text.front() == '{') {
      auto name = take_name(text);
      if (!name) return name.error();
      part = {true, *name};
      result.names_.push_back(*name);
    } else {
      part = {false, std::string(text.substr(0, text.find('{')))};
      text.remove_prefix(part.text.size());
      if (part.text.find('}') != std::string::npos) return Error{std::string(kStrayBrace)};
    }
    result.parts_.push_back(std::move(part));
  }
  return result;
}

std::string Template::expand(const Captures& captures, std::string (*transform)(std::string_view)) const {
  std::string text;
  for (const Part& part : parts_) {
    const auto found = captures.find(part.text);
    text += part.capture && found != captures.end() ? transform(found->second) : part.text;
  }
  return text;
}

}  // namespace songhua::lines
