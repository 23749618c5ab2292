#include "figures/first_final.h"

#include "indicators/presentation.h"

namespace songhua::figures {
namespace {

indicators::PublishedFigure figure_of(const indicators::IndicatorRow& row, UnixMillis at) {
  indicators::PublishedFigure figure;
  if (row.value.known()) {
    figure.exact = *row.value;
    figure.value = indicators::present(row.shown.value_or(*row.value), row.decimals);
  }
  figure.status = row.status == indicators::Status::revised ? "revised" : "final";
  figure.at = at;
  return figure;
}

}  // namespace

const indicators::IndicatorRow* FirstFinal::final_row(std::size_t time, const Key& key) {
  const auto [state, fresh] = known_.try_emplace(time);
  if (fresh) {
    for (auto& row : rows_at_(times_[time])) {
      auto own = std::make_tuple(row.indicator, row.scope, row.period);
      state->second.emplace(std::move(own), std::move(row));
    }
  }
  const auto found = state->second.find(key);
  const bool known = found != state->second.end() && found->second.status != indicators::Status::preliminary;
  return known ? &found->second : nullptr;
}

std::optional<indicators::PublishedFigure> FirstFinal::of(const std::string& indicator, const indicators::Scope& scope,
                                                          const std::string& period) {
  const auto key = std::make_tuple(indicator, scope, period);
  // What is final stays so: half of the states need not be looked at.
  std::size_t low = 0, high = times_.size();
  while (low < high) {
    const auto middle = (low + high) / 2;
    if (final_row(middle, key) != nullptr) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low == times_.size()) return std::nullopt;
  return figure_of(*final_row(low, key), times_[low]);
}

}  // namespace songhua::figures
