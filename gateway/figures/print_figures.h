#pragma once

#include <ostream>
#include <vector>

#include "indicators/indicators.h"
#include "query/rollup_rows.h"

namespace songhua::figures {

// Indicator rows as interfaces.md has them; the table holds what a person reads, csv and json hold all.
void print_indicators(std::ostream& out, const std::vector<indicators::IndicatorRow>& rows, query::Format format,
                      bool exact);

}  // namespace songhua::figures
