#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "model/calendar.h"
#include "model/series.h"
#include "rollup/timeline.h"

// Rollup rows as people and scripts see them (docs/interfaces.md): the same at the edge and at the centre.
namespace songhua::query {

struct RollupRequest {
  std::optional<UnixMillis> from;  // whole minutes; none: everything
  std::optional<UnixMillis> to;
  Grain grain = Grain::day;
  std::string enterprise, line, measure, product, market;  // empty: all
};

struct RollupRow {
  std::string enterprise;  // only at the centre
  LineId line;
  SeriesKey key;
  Window window;
  Quantity quantity = 0;
  std::optional<rollup::GaugePart> gauge;  // gauges have this instead of a quantity
  std::string unit;
  enum class Status { final_, preliminary, revised } status = Status::preliminary;
  std::optional<UnixMillis> turns_final;  // by the clock alone, where all is in and only the settle delay is not over
  std::int64_t observed_ms = 0;           // completeness = observed / window length
  bool estimated = false;
  Millis gap{0};
  std::uint32_t lives = 1;
  bool uncatalogued = false;
  bool official = true;
  std::optional<Quantity> previous;  // before the revision
  std::vector<std::string> flags;
};

struct RollupContext {
  const TimeZone* zone = nullptr;
  std::vector<Shift> shifts;
  UnixMillis now;  // the store's clock
  Millis settle{600'000};
  // Unit of a product's output, "" where the catalogue lacks the product. May be empty: no catalogue.
  std::function<std::string(const std::string& product)> product_unit;
};

struct LineHistory {
  std::string enterprise;
  LineId line;
  const rollup::Timeline* minutes = nullptr;   // from records as stored; may be null (the centre has quarters only)
  const rollup::Timeline* quarters = nullptr;  // from quarter-hour joins
  const rollup::SeriesTable* table = nullptr;
  std::function<bool(Window)> revised;  // may be empty
  // The line as it was at `final_at`, where something inside the window has changed since; else null. With it, windows
  // of a day or longer whose quantity differs from then are revised and tell the value before. May be empty.
  std::function<const rollup::Timeline*(Window window, UnixMillis final_at)> as_final;
  // Where the reading of that time is kept, for explanations. May be empty.
  std::function<std::string(UnixMillis)> place;
};

// Does the request cut quarter hours? Else `minutes` of a history is not looked at.
[[nodiscard]] bool needs_minutes(const RollupRequest& request);

// Rows of one line in the documented order (measure, product, market, start). Includes event.failures counted from
// states where the line sends no failure counter.
std::vector<RollupRow> rollup_rows(const LineHistory& line, const RollupRequest& request, const RollupContext& context);

enum class Format { table, csv, json };
Result<Format> parse_format(std::string_view text);

// Sorted as documented; `zone` writes start and end.
void print_rows(std::ostream& out, std::vector<RollupRow> rows, Format format, const TimeZone& zone);

}  // namespace songhua::query
