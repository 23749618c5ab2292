// `rollup`: quantities by window.
#include <unistd.h>

#include <iostream>

#include "edge_figures.h"

namespace songhua::gateway {

query::Format format_of(const std::string& text) {
  const auto format = query::parse_format(text.empty() ? (isatty(STDOUT_FILENO) != 0 ? "table" : "csv") : text);
  if (!format) throw Failure{kUsage, "--format: " + format.error().message};
  return *format;
}

std::vector<query::RollupRow> rollup_of(storage::Store& store, const Context& context,
                                        const query::RollupRequest& request) {
  return EdgeFigures(store, context.config).rollup(request, wall_clock());
}

int rollup(const Place& place, const RollupFlags& flags) {
  const auto context = load_context(place);
  const auto request = rollup_request(flags, context.config.time_zone);
  if (!request) throw Failure{kUsage, "--" + request.error().message};
  const auto format = format_of(flags.format);
  auto store = open_store(context, storage::Access::read_only);
  query::print_rows(std::cout, rollup_of(*store, context, *request), format, context.config.time_zone);
  return kDone;
}

}  // namespace songhua::gateway
