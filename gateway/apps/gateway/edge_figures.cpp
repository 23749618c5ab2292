#include "edge_figures.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "figures/first_final.h"
#include "figures/products.h"
#include "figures/questions.h"

namespace songhua::gateway {
namespace {

// A window turns final by the clock alone: sums are kept no longer than this.
constexpr Millis kSharedFor{10'000};

using Changes = std::vector<std::pair<LineId, storage::Replacement>>;

// Replacements after the period's end of what its figures look at: the period, those before it in the year, and the
// same of the year before. By time.
Changes changes_of(const indicators::IndicatorRequest& request, Changes all, const TimeZone& zone) {
  const auto period = request.cumulative ? request.period.cumulative() : request.period;
  Period year_before;
  year_before.year = period.year - 1;
  const Window span{year_before.window(zone).start, period.window(zone).end};
  std::erase_if(all, [&](const auto& change) {
    const auto& window = change.second.window;
    return change.second.at <= span.end || window.end <= span.start || span.end <= window.start;
  });
  std::ranges::stable_sort(all, {}, [](const auto& change) { return change.second.at; });
  return all;
}

std::vector<indicators::Cause> late_data(const Changes& changes, UnixMillis since,
                                         const config::GatewayConfig& config) {
  struct Stretch {
    Window window;
    std::size_t records = 0;
    UnixMillis at;
  };
  std::map<LineId, Stretch> lines;
  for (const auto& [line, change] : changes) {
    if (change.at <= since) continue;
    auto& stretch = lines.try_emplace(line, Stretch{change.window, 0, change.at}).first->second;
    stretch.window = {std::min(stretch.window.start, change.window.start),
                      std::max(stretch.window.end, change.window.end)};
    stretch.at = std::max(stretch.at, change.at);
    ++stretch.records;
  }
  std::vector<indicators::Cause> causes;
  causes.reserve(lines.size());
  for (const auto& [line, stretch] : lines) {
    causes.push_back({"late_data",
                      config.enterprise + " " + line + " [" + config.time_zone.format(stretch.window.start) + ", " +
                          config.time_zone.format(stretch.window.end) + "): " + std::to_string(stretch.records) +
                          " records",
                      "", stretch.at});
  }
  return causes;
}

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

nlohmann::json EdgeFigures::products() {
  const auto inputs = files_.inputs();
  return inputs ? figures::products_json((*inputs)->catalogue) : nlohmann::json::array();
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

figures::LineQuantities& EdgeFigures::past(const indicators::Inputs& inputs, UnixMillis time) {
  if (past_loads_ != files_.loads()) past_.clear();
  past_loads_ = files_.loads();
  const auto known = std::ranges::find(past_, time, [](const auto& state) { return state.first; });
  if (known != past_.end()) return *known->second;
  constexpr std::size_t kKept = 4;
  if (past_.size() >= kKept) past_.erase(past_.begin());
  past_.emplace_back(time, std::make_unique<figures::LineQuantities>(lines_.figure_lines_at(config_.enterprise, time),
                                                                     context_of(&inputs.catalogue, time)));
  return *past_.back().second;
}

// A figure that was final and whose own value has changed since is revised, as at the centre (indicators.md 8).
Result<std::vector<indicators::IndicatorRow>> EdgeFigures::indicators(const indicators::IndicatorRequest& request,
                                                                      UnixMillis now) {
  const auto inputs = files_.inputs();
  if (!inputs) return Error{"the register's files cannot be used: " + inputs.error().message};
  const auto changes = changes_of(request, lines_.replacements(), config_.time_zone);
  const indicators::Settings settings;
  if (changes.empty()) return indicators::compute(request, **inputs, quantities(**inputs, now), settings, now);
  auto plain = request;
  plain.explain = false;
  std::vector<UnixMillis> times;
  for (const auto& change : changes) {
    const auto before = change.second.at - Millis{1};
    if (times.empty() || times.back() < before) times.push_back(before);
  }
  figures::FirstFinal first(times, [&](UnixMillis time) {
    auto rows = indicators::compute(plain, **inputs, past(**inputs, time), settings, time);
    return rows ? std::move(*rows) : std::vector<indicators::IndicatorRow>{};
  });
  auto rows = indicators::compute(
      request, **inputs, quantities(**inputs, now), settings, now,
      [&](const auto& indicator, const auto& scope, const auto& period) { return first.of(indicator, scope, period); });
  if (!rows) return rows;
  for (auto& row : *rows) {
    if (row.previous) row.previous->causes = late_data(changes, row.previous->at, config_);
  }
  return rows;
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
