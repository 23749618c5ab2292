#pragma once

#include <optional>

#include "model/calendar.h"

namespace songhua::indicators {

// The period whose rate a release compares with: the month before (of March: January and February together; of those:
// December), the cumulative run without its last month, the quarter, half-year or year before. None for days and for
// runs of months that do not begin in January.
std::optional<Period> period_before(const Period& period);

}  // namespace songhua::indicators
