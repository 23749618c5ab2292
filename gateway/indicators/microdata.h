#pragma once

#include <memory>
#include <string>
#include <vector>

#include "indicators/indicators.h"

namespace songhua::indicators {

// What one enterprise adds to a cell: disclosure control looks at these, nobody else does.
struct MicroAmount {
  std::string enterprise;
  std::string respondent;  // the group of companies that it belongs to, else itself
  std::string unit;        // "E1/car-ice-sedan/RU": the same unit is the same amount wherever it is counted
  Rational amount;         // fen; tce
};

// Used by one thread at a time; keeps what it has added up. `inputs` and `source` must outlive it.
class Microdata {
 public:
  enum class Magnitude { output, value_added, sales, exports, energy };

  Microdata(const Inputs& inputs, QuantitySource& source, const Settings& settings);
  ~Microdata();

  // What the enterprises that the scope selects on the last day of `period` have in `span`, a part of it. `by_product`:
  // the scope's industry and groups select products.
  std::vector<MicroAmount> of(const Scope& scope, const Period& period, const Period& span, Magnitude magnitude,
                              bool by_product);
  // What is put in for those of them that have not reported in `span`: estimates of single enterprises, from their own
  // past.
  std::vector<MicroAmount> imputed_of(const Scope& scope, const Period& period, const Period& span, Magnitude magnitude,
                                      bool by_product);
  // What a growth rate of `period` compares with: value added of the year before, of scopes of products their output.
  // One unit an enterprise.
  std::vector<MicroAmount> base_of(const Scope& scope, const Period& period, bool by_product);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace songhua::indicators
