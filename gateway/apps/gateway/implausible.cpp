#include "implausible.h"

#include <chrono>

#include "storage/line_view.h"

namespace songhua::gateway {

std::map<std::string, std::uint64_t> ImplausibleCounts::count(rollup::LineIndex line) const {
  std::map<std::string, std::uint64_t> counts;
  storage::LineView view(store_, line, gap_limit_);
  for (const auto& refused : view.minutes().implausible()) ++counts[std::string(to_string(refused.reason))];
  return counts;
}

void ImplausibleCounts::look(Millis budget) {
  const auto end = std::chrono::steady_clock::now() + budget;
  auto& dictionary = store_.dictionary();
  dictionary.reload();
  for (; known_lines_ < dictionary.line_count(); ++known_lines_) {
    waiting_.insert(dictionary.line_id(rollup::LineIndex{known_lines_}));
  }
  while (!waiting_.empty()) {
    const auto id = waiting_.extract(waiting_.begin()).value();
    const auto line = dictionary.find_line(id);
    auto counts = line ? count(*line) : std::map<std::string, std::uint64_t>{};
    if (counts.empty())
      by_line_.erase(id);
    else
      by_line_[id] = std::move(counts);
    if (std::chrono::steady_clock::now() >= end) return;
  }
}

std::map<std::string, std::uint64_t> ImplausibleCounts::by_reason() const {
  std::map<std::string, std::uint64_t> all;
  for (const auto& [line, counts] : by_line_) {
    for (const auto& [reason, n] : counts) all[reason] += n;
  }
  return all;
}

}  // namespace songhua::gateway
