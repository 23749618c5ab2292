#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "indicators/indicators.h"

namespace songhua::figures {

// What figures were in the first state in which they were final: nothing stores that, it is computed again from what
// was stored then. Used by one thread at a time.
class FirstFinal {
 public:
  using RowsAt = std::function<std::vector<indicators::IndicatorRow>(UnixMillis)>;
  // `times` ascend, each just before a change: the states that could be shown.
  FirstFinal(std::vector<UnixMillis> times, RowsAt rows_at) : times_(std::move(times)), rows_at_(std::move(rows_at)) {}

  // None: it was never final before a change.
  std::optional<indicators::PublishedFigure> of(const std::string& indicator, const indicators::Scope& scope,
                                                const std::string& period);

 private:
  using Key = std::tuple<std::string, indicators::Scope, std::string>;
  const indicators::IndicatorRow* final_row(std::size_t time, const Key& key);

  std::vector<UnixMillis> times_;
  RowsAt rows_at_;
  std::map<std::size_t, std::map<Key, indicators::IndicatorRow>> known_;
};

}  // namespace songhua::figures
