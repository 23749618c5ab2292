// `indicators`: this factory's official figures, by the formulas that the centre uses.
#include <iostream>

#include "edge_figures.h"
#include "figures/print_figures.h"

namespace songhua::gateway {

int indicators_of(const Place& place, const IndicatorFlags& flags) {
  const auto context = load_context(place);
  const auto request = indicator_request(flags);
  if (!request) throw Failure{kUsage, request.error().message};
  const auto format = format_of(flags.format);
  auto store = open_store(context, storage::Access::read_only);
  const auto rows = EdgeFigures(*store, context.config).indicators(*request, wall_clock());
  if (!rows) throw Failure{kUsage, rows.error().message};
  figures::print_indicators(std::cout, *rows, format, flags.exact);
  return kDone;
}

}  // namespace songhua::gateway
