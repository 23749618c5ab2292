#include "figures/questions.h"

namespace songhua::figures {

Result<indicators::IndicatorRequest> request_of(const IndicatorOptions& options) {
  const auto period = Period::parse(options.period);
  if (!period) return period.error();
  indicators::IndicatorRequest request;
  request.period = *period;
  request.ids = options.ids;
  request.by = options.by;
  request.cumulative = options.cumulative;
  for (const auto& [key, value] : options.scope) {
    if (!value.empty()) request.scope = request.scope.with(key, value);
  }
  return request;
}

std::string answer(const std::vector<indicators::IndicatorRow>& rows, bool explain, bool exact) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    if (!explain) list.push_back(to_json(row, exact));
    if (explain && row.explanation) list.push_back(to_json(*row.explanation));
  }
  return list.dump();
}

}  // namespace songhua::figures
