#pragma once

#include <mutex>
#include <set>

#include "edge_figures.h"
#include "forward/outbox.h"
#include "implausible.h"
#include "line_states.h"
#include "live.h"
#include "web/server.h"

namespace songhua::gateway {

// What has been committed since the program started.
struct Tally {
  std::uint64_t commits = 0, messages = 0, records = 0, generation = 0;
};

// What HTTP answers, from the board and from two read-only connections: one for questions that may take long (rollups,
// indicators), one for all that a person or a monitor asks all the time. Thread-safe.
class EdgeAnswers {
 public:
  // Opens the store twice; throws Failure. `board` must outlive it.
  EdgeAnswers(const config::GatewayConfig& config, LiveBoard& board);

  web::Handlers handlers();

  // From the pipeline's thread; waits for no question.
  void note(const ingest::CommitResult& result);

  // For events.
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] std::set<LineId> take_lines_for_events();
  struct Looks {
    std::map<std::string, std::uint64_t> quarantine;
    std::map<std::string, std::uint64_t> implausible;  // readings that joins refuse, as of count_implausible()
    std::optional<forward::OutboxStatus> outbox;
  };
  [[nodiscard]] Looks look();
  // Judges lines that have changed, for a while; called now and then from a thread of its own.
  void count_implausible();

 private:
  nlohmann::json status();
  nlohmann::json lines();
  nlohmann::json quarantine();
  nlohmann::json products();
  Result<std::string> rollup(const web::Params& params);
  Result<std::string> indicators(const web::Params& params, bool explain);  // rows, or the trees behind them
  web::Readiness ready();
  std::string metrics();
  std::shared_ptr<const Live> live();
  [[nodiscard]] std::string time(UnixMillis t) const { return config_.time_zone.format(t); }
  nlohmann::json line_json(const LineId& id, const Live::Device* device);
  void take_changes();
  std::uint64_t journal_bytes();

  config::GatewayConfig config_;
  LiveBoard& board_;

  mutable std::mutex notes_mutex_;  // of what follows
  Tally tally_;
  std::set<LineId> changed_lines_;  // not yet known to figures_
  std::set<LineId> event_lines_;
  std::set<LineId> unjudged_lines_;
  std::map<std::string, std::uint64_t> implausible_;

  std::mutex figures_mutex_;  // of the connection for long questions
  std::unique_ptr<storage::Store> figures_store_;
  EdgeFigures figures_;

  std::unique_ptr<storage::Store> judged_store_;  // of count_implausible() alone
  ImplausibleCounts judged_;

  std::mutex looks_mutex_;  // of the other one
  std::unique_ptr<storage::Store> looks_store_;
  LineStates states_;
  struct JournalSize {
    std::uint64_t first = 0, next = 0, bytes = 0;  // of segments [first, next)
  } journal_;
};

// Prometheus text of a gateway; `free_bytes` of the store's disk, `store_bytes` of its files.
struct MetricsInput {
  std::shared_ptr<const Live> live;
  Tally tally;
  EdgeAnswers::Looks looks;
  std::uint64_t store_bytes = 0, free_bytes = 0, journal_bytes = 0;
  UnixMillis now;
};
std::string metrics_text(const MetricsInput& input);

// Below this free space on the store's disk the gateway says that it is not ready: it will soon have to leave.
inline constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{64} << 20U;

}  // namespace songhua::gateway
