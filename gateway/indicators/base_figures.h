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
  Status status = Status::final;  // preliminary while an own rollup settles
};
struct BaseOutputs {
  std::optional<std::map<std::string, Rational>> quantities;  // good output by product, base units
  std::string source;
  Status status = Status::final;
  std::vector<const BaseRow*> rows;
};

class BaseFigures {
 public:
  BaseFigures(const Inputs& inputs, const Rollups& rollups);

  // The row of the item, else what its measures make at the prices of their time; none where rows leave a hole.
  [[nodiscard]] BaseAmount amount(Item item, const std::string& enterprise, const Period& period,
                                  const RowFilter& filter) const;
  [[nodiscard]] BaseOutputs outputs(const std::string& enterprise, const Period& period, const RowFilter& filter) const;
  // What a row of a measure makes of the item, at the prices of its first day.
  [[nodiscard]] Rational priced(Item item, const BaseRow& row) const;

 private:
  struct Key {
    std::string enterprise, item, product, market;
    auto operator<=>(const Key&) const = default;
  };
  using Rows = std::vector<const BaseRow*>;
  // Rows that together are exactly the period: itself, or runs of months that follow each other.
  [[nodiscard]] static std::optional<Rows> cover(const Rows& rows, const Period& period);
  // The rows of measures that make the enterprise's base of the period: of each product of all markets, else market by
  // market. A product that came or went inside the period counts with the months that it has, where others have rows
  // for the rest; none where they leave a hole.
  [[nodiscard]] std::optional<Rows> of_measures(std::string_view measure, const std::string& enterprise,
                                                const Period& period, const RowFilter& filter) const;
  [[nodiscard]] std::vector<std::pair<Key, const Rows*>> of(const std::string& enterprise,
                                                            std::string_view prefix) const;
  [[nodiscard]] BaseAmount from_measures(Item item, const std::string& enterprise, const Period& period,
                                         const RowFilter& filter) const;
  [[nodiscard]] bool passes(const Key& key, const RowFilter& filter) const;
  [[nodiscard]] static bool lacks_market(const Key& key, const RowFilter& filter);

  const Inputs& inputs_;
  const Rollups& rollups_;
  std::map<Key, Rows> index_;
};

}  // namespace songhua::indicators
