#include "indicators/value.h"

#include <array>

namespace songhua::indicators {

std::string_view to_string(Reason reason) {
  static constexpr std::array<std::string_view, 19> kNames{"no_base",
                                                           "base_not_positive",
                                                           "total_change_zero",
                                                           "total_not_positive",
                                                           "no_output",
                                                           "no_busy_time",
                                                           "no_production_time",
                                                           "no_processing_time",
                                                           "no_failure",
                                                           "no_equipment",
                                                           "no_key_processes",
                                                           "no_employees",
                                                           "no_labour_time",
                                                           "no_capacity",
                                                           "mixed_units",
                                                           "jan_feb_combined",
                                                           "year_complete",
                                                           "confidential",
                                                           "overflow"};
  return kNames.at(static_cast<std::size_t>(reason));
}

}  // namespace songhua::indicators
