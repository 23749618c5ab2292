// From a line's timeline to its rows: one row for each series key and window (docs/interfaces.md, rollup row).
#include "query/rollup_rows.h"

#include <algorithm>
#include <map>
#include <utility>

namespace songhua::query {
namespace {

using rollup::SeriesIndex;
using rollup::Timeline;

constexpr std::string_view kFailures = "event.failures";

// What is told of one window: the sum of the kinds that share a key (a totalizer and its corrections by hand).
struct Cell {
  RollupRow row;
  bool open = false;  // a part of it has no reading at or after the window's end
  UnixMillis completed = UnixMillis::min();
};
using Cells = std::map<Window, Cell>;

Window widened(Window extent, Millis length) {
  const auto end = floor_to(extent.end, length);
  return {floor_to(extent.start, length), end == extent.end ? end : end + length};
}

std::vector<Window> windows_of(Window extent, const RollupRequest& request, const RollupContext& context) {
  const Window whole = widened(extent, kMinute);
  if (request.grain == Grain::total) {
    // Events, amounts and gauges of a quarter-hour record count where the whole record is inside the window.
    const Window quarters = widened(extent, kQuarterHour);
    const Window all{request.from.value_or(quarters.start), request.to.value_or(quarters.end)};
    return all.start < all.end ? std::vector{all} : std::vector<Window>{};
  }
  const Window range{std::max(request.from.value_or(whole.start), whole.start),
                     std::min(request.to.value_or(whole.end), whole.end)};
  return windows_in(range, request.grain, *context.zone, context.shifts);
}

void add_flag(RollupRow& row, const std::string& flag) {
  if (std::find(row.flags.begin(), row.flags.end(), flag) == row.flags.end()) row.flags.push_back(flag);
}

void note_completed(Cell& cell, const std::optional<UnixMillis>& completed) {
  if (!completed) cell.open = true;
  cell.completed = std::max(cell.completed, completed.value_or(cell.completed));
}

void add_quantity(Cells& cells, const rollup::QuantityRow& part) {
  auto [it, added] = cells.try_emplace(part.window);
  Cell& cell = it->second;
  cell.row.quantity += part.quantity;
  cell.row.lives = added ? part.lives : std::max(cell.row.lives, part.lives);
  cell.row.estimated |= part.estimated;
  cell.row.gap = std::max(cell.row.gap, part.longest_gap);
  if (part.out_of_order) add_flag(cell.row, "out_of_order");
  note_completed(cell, part.completed);
}

bool wanted(const SeriesKey& key, const RollupRequest& request) {
  return (request.measure.empty() || request.measure == key.measure) &&
         (request.product.empty() || request.product == key.product) &&
         (request.market.empty() || request.market == key.market);
}

class LineRows {
 public:
  LineRows(const LineHistory& line, const Timeline& timeline, const RollupRequest& request,
           const RollupContext& context)
      : line_(line), timeline_(timeline), request_(request), context_(context) {}

  std::vector<RollupRow> all() {
    std::map<SeriesKey, std::vector<SeriesIndex>> by_key;
    bool counts_failures = false;  // corrections by hand alone are no failure counter
    for (const auto series : timeline_.series()) {
      const auto& spec = line_.table->spec(series);
      if (spec.key.measure == kFailures && spec.kind != SeriesKind::amount) counts_failures = true;
      if (wanted(spec.key, request_)) by_key[spec.key].push_back(series);
    }
    const SeriesKey failures{std::string(kFailures), "", ""};
    from_states_ = !counts_failures && timeline_.state_extent() && wanted(failures, request_);
    if (from_states_) by_key.try_emplace(failures);
    std::vector<RollupRow> rows;
    for (const auto& [key, series] : by_key) add_key(key, series, rows);
    return rows;
  }

 private:
  void add_key(const SeriesKey& key, const std::vector<SeriesIndex>& series, std::vector<RollupRow>& rows) {
    const bool states = from_states_ && key.measure == kFailures && key.product.empty() && key.market.empty();
    std::optional<Window> extent = states ? timeline_.state_extent() : std::nullopt;
    for (const auto index : series) {
      const auto own = timeline_.extent(index);
      if (!own) continue;
      extent = extent ? Window{std::min(extent->start, own->start), std::max(extent->end, own->end)} : *own;
    }
    if (!extent) return;
    const auto windows = windows_of(*extent, request_, context_);
    Cells cells;
    for (const auto index : series) collect(index, windows, cells);
    if (states) {
      for (const auto& part : timeline_.failure_rows(windows)) add_quantity(cells, part);
    }
    const SeriesSpec* spec = series.empty() ? nullptr : &line_.table->spec(series.front());
    for (auto& [window, cell] : cells) {
      const bool final_once = !cell.open && context_.now >= cell.completed + context_.settle;
      const auto final_at = cell.completed + context_.settle;
      auto& row = rows.emplace_back(finish(key, spec, window, std::move(cell)));
      if (final_once && !row.gauge) note_revision(row, series, states, final_at);
    }
  }

  void note_revision(RollupRow& row, const std::vector<SeriesIndex>& series, bool states, UnixMillis final_at) const {
    const bool day_or_longer = request_.grain >= Grain::day && request_.grain <= Grain::year;
    const auto* then = day_or_longer && line_.as_final ? line_.as_final(row.window, final_at) : nullptr;
    if (then == nullptr) return;
    Quantity before = 0;
    for (const auto index : series) {
      for (const auto& part : then->rows(index, {row.window})) before += part.quantity;
    }
    if (states) {
      for (const auto& part : then->failure_rows({row.window})) before += part.quantity;
    }
    if (before == row.quantity) return;
    row.previous = before;
    row.status = RollupRow::Status::revised;
  }

  void collect(SeriesIndex index, const std::vector<Window>& windows, Cells& cells) const {
    if (line_.table->spec(index).kind != SeriesKind::gauge) {
      for (const auto& part : timeline_.rows(index, windows)) add_quantity(cells, part);
      return;
    }
    for (auto& part : timeline_.gauge_rows(index, windows)) {
      Cell& cell = cells[part.window];
      cell.row.gauge = std::move(part.gauge);
      note_completed(cell, part.completed);
    }
  }

  RollupRow finish(const SeriesKey& key, const SeriesSpec* spec, const Window& window, Cell cell) {
    RollupRow row = std::move(cell.row);
    row.enterprise = line_.enterprise;
    row.line = line_.line;
    row.key = key;
    row.window = window;
    row.observed_ms = observed(window).count();
    if (!cell.open) {
      const auto final_at = cell.completed + context_.settle;
      if (context_.now >= final_at) row.status = RollupRow::Status::final_;
      if (context_.now < final_at) row.turns_final = final_at;
    }
    if (line_.revised && line_.revised(window)) row.status = RollupRow::Status::revised;
    row.unit = spec ? spec->unit : "1";
    if (row.unit.empty()) {
      row.unit = context_.product_unit ? context_.product_unit(key.product) : "";
      row.uncatalogued = context_.product_unit && row.unit.empty();
      if (row.unit.empty()) row.unit = std::string(1, '1');
    }
    row.official = !spec || spec->official;
    if (!row.official) add_flag(row, "not_official");
    return row;
  }

  Millis observed(const Window& window) {
    const auto [it, added] = observed_.try_emplace(window);
    if (added) it->second = timeline_.observed(window);
    return it->second;
  }

  const LineHistory& line_;
  const Timeline& timeline_;
  const RollupRequest& request_;
  const RollupContext& context_;
  bool from_states_ = false;
  std::map<Window, Millis> observed_;  // of the line, so the same for all its series
};

}  // namespace

bool needs_minutes(const RollupRequest& request) {
  const auto cuts_quarter = [](const std::optional<UnixMillis>& t) { return t && floor_to(*t, kQuarterHour) != *t; };
  return request.grain == Grain::minute ||
         (request.grain == Grain::total && (cuts_quarter(request.from) || cuts_quarter(request.to)));
}

std::vector<RollupRow> rollup_rows(const LineHistory& line, const RollupRequest& request,
                                   const RollupContext& context) {
  if (!request.line.empty() && request.line != line.line) return {};
  if (!request.enterprise.empty() && request.enterprise != line.enterprise) return {};
  const bool fine = needs_minutes(request) && (line.minutes || request.grain == Grain::minute);
  const auto* timeline = fine ? line.minutes : line.quarters;
  return timeline ? LineRows(line, *timeline, request, context).all() : std::vector<RollupRow>{};
}

}  // namespace songhua::query
