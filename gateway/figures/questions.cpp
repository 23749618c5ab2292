#include "figures/questions.h"

#include "model/register_text.h"

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
    const auto text = decode_text(value);
    if (!text || *text != value) return Error{key + ": the value is no UTF-8"};  // JSON could not tell of it
    if (!value.empty()) request.scope = request.scope.with(key, value);
  }
  return request;
}

Result<Question> question_of(const IndicatorOptions& options, bool explain) {
  auto request = request_of(options);
  if (!request) return request.error();
  if (explain && request->ids.empty()) return Error{"explain: name the figure with indicator=ID"};
  request->explain = explain;
  return Question{std::move(*request), options.as_of, explain, options.exact};
}

Period last_month(UnixMillis now, const TimeZone& zone) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now + zone.offset_at(now))};
  const auto month = today.year() / today.month() - std::chrono::months{1};
  return Period::of_months(static_cast<int>(month.year()), static_cast<unsigned>(month.month()),
                           static_cast<unsigned>(month.month()));
}

std::string answer(const std::vector<indicators::IndicatorRow>& rows, const Question& question) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    if (!question.explain) list.push_back(to_json(row, question.exact));
    if (question.explain && row.explanation) list.push_back(to_json(*row.explanation));
  }
  return list.dump();
}

}  // namespace songhua::figures
