#pragma once

#include <memory>
#include <set>
#include <vector>

#include "commands.h"
#include "edge_lines.h"
#include "indicators/indicators.h"
#include "register_files.h"

namespace songhua::gateway {

// What an edge box answers about its lines: rollup rows, and indicators by the centre's own formulas. The store must
// outlive it and be opened by this thread alone. Used by one thread at a time; keeps what it has read.
class EdgeFigures {
 public:
  EdgeFigures(storage::Store& store, const config::GatewayConfig& config)
      : config_(config), lines_(store, config.rules.gap), files_(config) {}

  // Commits have changed these lines since they were read.
  void note_changed(const std::set<LineId>& lines) { lines_.note_changed(lines); }

  std::vector<query::RollupRow> rollup(const query::RollupRequest& request, UnixMillis now);
  // See figures/products.h; none where the register's files are faulty.
  nlohmann::json products();
  Result<std::vector<indicators::IndicatorRow>> indicators(const indicators::IndicatorRequest& request, UnixMillis now);

 private:
  figures::LineQuantities& quantities(const indicators::Inputs& inputs, UnixMillis now);
  figures::LineQuantities& past(const indicators::Inputs& inputs, UnixMillis time);
  [[nodiscard]] query::RollupContext context_of(const Catalogue* catalogue, UnixMillis now) const;

  config::GatewayConfig config_;
  EdgeLines lines_;
  RegisterFiles files_;
  // Sums of windows, shared by the many figures of one page.
  struct Shared {
    std::unique_ptr<figures::LineQuantities> source;
    std::uint64_t readings = 0, loads = 0;  // of the lines, of the register's files
    UnixMillis now;
  } shared_;
  // The same as of a few earlier times, oldest first.
  std::vector<std::pair<UnixMillis, std::unique_ptr<figures::LineQuantities>>> past_;
  std::uint64_t past_loads_ = 0;
};

// Long options and HTTP parameters as a request; the error names the option.
Result<query::RollupRequest> rollup_request(const RollupFlags& flags, const TimeZone& zone);
Result<indicators::IndicatorRequest> indicator_request(const IndicatorFlags& flags);

}  // namespace songhua::gateway
