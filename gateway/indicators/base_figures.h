#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indicators/sums.h"

// What base.csv says of earlier periods (indicators.md 4.1; interfaces.md: base.csv). Inside the room only.
namespace songhua::indicators {

struct BaseAmount {
  std::optional<Rational> value;
  std::string source;  // "base.csv" | "rollup"
  std::vector<const BaseRow*> rows;
};
struct BaseOutputs {
  std::optional<std::map<std::string, Rational>> quantities;  // good output by product, base units
  std::string source;
};

class BaseFigures {
 public:
  BaseFigures(const Inputs& inputs, const Rollups& rollups);

  // The row of the item, else what its measures make at the prices of their time; none where rows leave a hole.
  [[nodiscard]] BaseAmount amount(Item item, const std::string& enterprise, const Period& period,
                                  const RowFilter& filter) const;
  [[nodiscard]] BaseOutputs outputs(const std::string& enterprise, const Period& period, const RowFilter& filter) const;

 private:
  struct Key {
    std::string enterprise, item, product, market;
    auto operator<=>(const Key&) const = default;
  };
  using Rows = std::vector<const BaseRow*>;
  // Rows that together are exactly the period: itself, or runs of months that follow each other.
  [[nodiscard]] static std::optional<Rows> cover(const Rows& rows, const Period& period);
  [[nodiscard]] std::vector<std::pair<Key, const Rows*>> of(const std::string& enterprise,
                                                            std::string_view prefix) const;
  [[nodiscard]] BaseAmount from_measures(Item item, const std::string& enterprise, const Period& period,
                                         const RowFilter& filter) const;
  [[nodiscard]] Rational priced(Item item, const BaseRow& row) const;
  [[nodiscard]] bool passes(const Key& key, const RowFilter& filter) const;

  const Inputs& inputs_;
  const Rollups& rollups_;
  std::map<Key, Rows> index_;
};

}  // namespace songhua::indicators
