#include <unistd.h>

#include <iostream>

#include "commands.h"
#include "model/catalogue.h"
#include "storage/line_view.h"

namespace songhua::gateway {
namespace {

std::optional<UnixMillis> time_of(const std::string& text, const TimeZone& zone, const char* option) {
  if (text.empty()) return std::nullopt;
  const auto time = zone.parse(text);
  if (!time) throw Failure{kUsage, std::string(option) + ": " + time.error().message};
  if (floor_to(*time, kMinute) != *time) throw Failure{kUsage, std::string(option) + ": borders are whole minutes"};
  return *time;
}

std::optional<Catalogue> catalogue_of(const Context& context) {
  if (!std::filesystem::exists(context.config.catalogue)) return std::nullopt;
  Problems problems;
  auto catalogue = parse_catalogue(read_file(context.config.catalogue), context.config.catalogue.string(), problems);
  return catalogue;
}

}  // namespace

std::vector<query::RollupRow> rollup_of(storage::Store& store, const Context& context,
                                        const query::RollupRequest& request) {
  query::RollupContext how;
  how.zone = &context.config.time_zone;
  how.shifts = context.config.shifts;
  how.now = wall_clock();
  how.settle = context.config.rules.settle;
  const auto catalogue = catalogue_of(context);
  if (catalogue) {
    how.product_unit = [&](const std::string& product) {
      const auto* known = catalogue->find(product);
      return known ? known->unit : std::string();
    };
  }
  std::vector<query::RollupRow> rows;
  const auto gap = context.config.rules.gap;
  for (std::uint32_t i = 0; i < store.dictionary().line_count(); ++i) {
    const rollup::LineIndex line{i};
    const auto& id = store.dictionary().line_id(line);
    if (!request.line.empty() && request.line != id) continue;
    storage::LineView view(store, line, gap);
    query::LineHistory history;
    history.line = id;
    history.minutes = &view.minutes();
    history.quarters = &view.quarters();
    history.table = &store.dictionary();
    history.as_final = [&](Window window, UnixMillis final_at) { return view.as_final(window, final_at); };
    auto part = query::rollup_rows(history, request, how);
    std::move(part.begin(), part.end(), std::back_inserter(rows));
  }
  return rows;
}

int rollup(const Place& place, const RollupFlags& flags) {
  const auto context = load_context(place);
  query::RollupRequest request;
  request.from = time_of(flags.from, context.config.time_zone, "--from");
  request.to = time_of(flags.to, context.config.time_zone, "--to");
  const auto grain = parse_grain(flags.grain);
  if (!grain) throw Failure{kUsage, grain.error().message};
  request.grain = *grain;
  request.line = flags.line;
  request.measure = flags.measure;
  request.product = flags.product;
  request.market = flags.market;
  const auto format = query::parse_format(flags.format.empty() ? (isatty(STDOUT_FILENO) ? "table" : "csv") : flags.format);
  if (!format) throw Failure{kUsage, format.error().message};
  auto store = open_store(context, storage::Access::read_only);
  query::print_rows(std::cout, rollup_of(*store, context, request), *format, context.config.time_zone);
  return kDone;
}

}  // namespace songhua::gateway
