#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lines/glob.h"
#include "lines/mapping.h"
#include "model/result.h"

namespace songhua::lines {

enum class RuleKind : std::uint8_t { totalizer, rate, state, amount, gauge, ignore };

// What rules say about a series beside its measure. For each, the first rule that says it counts.
struct Traits {
  std::optional<LineId> line;
  std::optional<Fraction> factor;
  std::optional<std::uint8_t> width;
  std::optional<RateLimit> rate_limit;
  std::optional<Silence> silence;
  std::optional<Millis> gap;
  std::optional<bool> official;
  std::optional<bool> trapezoid;

  void fill_in_from(const Traits& other);
};

// One [[rule]] of lines.toml.
struct Rule {
  std::string where;  // "lines.toml:12"
  std::optional<Glob> device;
  std::optional<Glob> metric;
  std::optional<Template> line;  // becomes traits.line where the rule matches
  std::optional<Template> measure;
  std::optional<Template> product;
  std::optional<Template> market;
  std::optional<RuleKind> kind;
  std::vector<std::pair<std::string, std::string>> states;  // value sent, name
  Traits traits;

  [[nodiscard]] bool matches(const MetricSource& source, Captures& captures) const;
  // Does it say what a metric is? Otherwise it only adds traits, and the search goes on.
  [[nodiscard]] bool decides() const { return measure || kind == RuleKind::state || kind == RuleKind::ignore; }
};

// All rules of a file in their order, or every fault of it.
Result<std::vector<Rule>> read_rules(std::string_view toml, std::string_view file);

// "A%2FB" -> "A/B", "50%25" -> "50%"; nothing else is an escape.
[[nodiscard]] std::string decode_product(std::string_view text);

}  // namespace songhua::lines
