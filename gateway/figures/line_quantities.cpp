#include "figures/line_quantities.h"

namespace songhua::figures {
namespace {

// Rows of all lines for so many windows are kept from one question to the next.
constexpr std::size_t kKeptWindows = 128;

std::vector<std::shared_ptr<LineSums>> shared(std::vector<FigureLine> lines) {
  std::vector<std::shared_ptr<LineSums>> sums;
  sums.reserve(lines.size());
  for (auto& line : lines) sums.push_back(std::make_shared<LineSums>(std::move(line)));
  return sums;
}

}  // namespace

LineQuantities::LineQuantities(std::vector<FigureLine> lines, query::RollupContext context)
    : LineQuantities(shared(std::move(lines)), std::move(context)) {}

LineQuantities::LineQuantities(std::vector<std::shared_ptr<LineSums>> lines, query::RollupContext context)
    : lines_(std::move(lines)), context_(std::move(context)) {
  for (const auto& line : lines_) presences_.push_back(line->presence());
}

const std::vector<indicators::QuantityRow>& LineQuantities::quantities(Window window) {
  const auto [it, added] = known_.try_emplace(window, Known{{}, UnixMillis::max()});
  auto& known = it->second;
  if (added) {
    for (const auto& line : lines_) line->add(window, context_, known.rows, known.until);
  }
  return known.rows;
}

std::vector<indicators::TracedPart> LineQuantities::trace(const indicators::QuantityRow& row, Window window) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& known = presences_[i];
    if (known.enterprise == row.enterprise && known.line == row.line) return lines_[i]->trace(row.key, window);
  }
  return {};
}

void LineQuantities::move_to(UnixMillis now) {
  if (now < context_.now || known_.size() > kKeptWindows) known_.clear();
  std::erase_if(known_, [&](const auto& known) { return known.second.until <= now; });
  context_.now = now;
}

}  // namespace songhua::figures
