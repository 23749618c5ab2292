#include "lines/rules.h"

namespace songhua::lines {
namespace {

template <typename T>
void fill(std::optional<T>& target, const std::optional<T>& source) {
  if (!target) target = source;
}

}  // namespace

void Traits::fill_in_from(const Traits& other) {
  fill(line, other.line);
  fill(factor, other.factor);
  fill(width, other.width);
  fill(rate_limit, other.rate_limit);
  fill(silence, other.silence);
  fill(gap, other.gap);
  fill(official, other.official);
  fill(trapezoid, other.trapezoid);
}

bool Rule::matches(const MetricSource& source, Captures& captures) const {
  if (device && !device->match(default_line(source), captures)) return false;
  return !metric || metric->match(source.metric, captures);
}

std::string decode_product(std::string_view text) {
  std::string product;
  for (; !text.empty(); text.remove_prefix(1)) {
    const bool slash = text.starts_with("%2F") || text.starts_with("%2f");
    if (slash || text.starts_with("%25")) {
      product.push_back(slash ? '/' : '%');
      text.remove_prefix(2);
    } else {
      product.push_back(text.front());
    }
  }
  return product;
}

}  // namespace songhua::lines
