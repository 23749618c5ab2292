#include "edge_figures.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "figures/questions.h"

namespace songhua::gateway {
namespace {

// A window turns final by the clock alone: sums are kept no longer than this.
constexpr Millis kSharedFor{10'000};

}  // namespace

query::RollupContext EdgeFigures::context_of(const Catalogue* catalogue, UnixMillis now) const {
  query::RollupContext context;
  context.zone = &config_.time_zone;
  context.shifts = config_.shifts;
  context.now = now;
  context.settle = config_.rules.settle;
  if (catalogue != nullptr && !catalogue->products.empty()) {
    context.product_unit = [catalogue](const std::string& product) {
      const auto* known = catalogue->find(product);
      return known != nullptr ? known->unit : std::string();
    };
  }
  return context;
}

std::vector<query::RollupRow> EdgeFigures::rollup(const query::RollupRequest& request, UnixMillis now) {
  const auto inputs = files_.inputs();
  // Quantities need no register: with a faulty one they are shown, only without the units that the catalogue names.
  if (!inputs) spdlog::warn("register: {}", inputs.error().message);
  const auto context = context_of(inputs ? &(*inputs)->catalogue : nullptr, now);
  std::vector<query::RollupRow> rows;
  for (const auto& line : lines_.histories(request.line, query::needs_minutes(request))) {
    auto part = query::rollup_rows(line, request, context);
    std::move(part.begin(), part.end(), std::back_inserter(rows));
  }
  return rows;
}

figures::LineQuantities& EdgeFigures::quantities(const indicators::Inputs& inputs, UnixMillis now) {
  auto lines = lines_.figure_lines(config_.enterprise);
  const bool same = shared_.source && shared_.readings == lines_.readings() && shared_.loads == files_.loads();
  if (!same || now - shared_.now >= kSharedFor) {
    shared_.source = std::make_unique<figures::LineQuantities>(std::move(lines), context_of(&inputs.catalogue, now));
    shared_.readings = lines_.readings();
    shared_.loads = files_.loads();
    shared_.now = now;
  }
  return *shared_.source;
}

Result<std::vector<indicators::IndicatorRow>> EdgeFigures::indicators(const indicators::IndicatorRequest& request,
                                                                      UnixMillis now) {
  const auto inputs = files_.inputs();
  if (!inputs) return Error{"the register's files cannot be used: " + inputs.error().message};
  return indicators::compute(request, **inputs, quantities(**inputs, now), indicators::Settings{}, now);
}

Result<query::RollupRequest> rollup_request(const RollupFlags& flags, const TimeZone& zone) {
  query::RollupRequest request;
  const auto border = [&](const std::string& text, const char* option,
                          std::optional<UnixMillis>& target) -> Result<void> {
    if (text.empty()) return {};
    const auto time = zone.parse(text);
    if (!time) return Error{option + (": " + time.error().message)};
    if (floor_to(*time, kMinute) != *time) return Error{std::string(option) + ": borders are whole minutes"};
    target = *time;
    return {};
  };
  if (auto from = border(flags.from, "from", request.from); !from) return from.error();
  if (auto to = border(flags.to, "to", request.to); !to) return to.error();
  const auto grain = parse_grain(flags.grain);
  if (!grain) return Error{std::string("grain: ") + grain.error().message};
  request.grain = *grain;
  request.line = flags.line;
  request.measure = flags.measure;
  request.product = flags.product;
  request.market = flags.market;
  return request;
}

Result<indicators::IndicatorRequest> indicator_request(const IndicatorFlags& flags) {
  return figures::request_of({flags.period, flags.by, {}, flags.ids, flags.cumulative, flags.exact, flags.scope});
}

}  // namespace songhua::gateway
