#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "rollup/record.h"

// A line's history: its records joined, judged and cut at borders (design.md: Epochs, Lives, Plausibility, Silence,
// Borders, Gaps, Status). The same code runs at the edge and at the centre.
namespace songhua::rollup {

// A record with what its store knows of it. `committed` is the store's own clock at the first commit of the record.
struct StoredRecord {
  Record record;
  UnixMillis committed;
};

struct TimelineRules {
  Millis gap_limit = kQuarterHour;       // for observed time; interpolation takes each series' own gap
  std::optional<UnixMillis> gone_since;  // the line was declared gone then
};

// One row of a totalizer, derived totalizer, amount or level.
struct QuantityRow {
  Window window;
  Quantity quantity = 0;
  std::uint32_t lives = 1;
  bool estimated = false;
  Millis longest_gap{0};                // of the interpolated stretches that make it estimated
  std::optional<UnixMillis> completed;  // store time at which all up to window.end was in; none: still open
  bool out_of_order = false;            // a reading below the epoch's largest was seen in the window
};

struct GaugeRow {
  Window window;
  GaugePart gauge;
  std::optional<UnixMillis> completed;
};

// A reading that the join refuses; a view, not an entry (design.md, Plausibility).
struct Implausible {
  SeriesIndex series{};
  Reading reading;
  std::optional<Epoch> epoch;
  enum class Reason { candidate_rejected, open_candidate, refused_epoch, out_of_order, first_before_jump } reason{};
};
std::string_view to_string(Implausible::Reason reason);

// An accepted reading of a life, or its virtual zero.
struct LifePoint {
  UnixMillis time;
  Quantity value = 0;  // counted on over wraps
  bool virtual_zero = false;
  std::size_t record = 0;  // which of the line's records it came from
};

struct Life {
  std::optional<Epoch> epoch;
  std::vector<LifePoint> points;  // by time, values never falling
};

// The value of a life at a border, and the points that it lies between.
struct BorderValue {
  UnixMillis at;
  Quantity value = 0;
  std::optional<LifePoint> before, after;  // the last one before `at`, the first one at or after it
  std::optional<UnixMillis> held;          // the time up to which silence says that the value before held
};
struct LifeBorders {
  std::optional<Epoch> epoch;
  BorderValue start, end;
};

// Immutable once built; safe to read from several threads. `table` must outlive it.
class Timeline {
 public:
  // `sources`: per source (edge node or import; at the centre also per incarnation) its records in time order.
  Timeline(std::vector<std::vector<StoredRecord>> sources, const SeriesTable& table, TimelineRules rules);

  // Series with at least one accepted reading, ascending.
  [[nodiscard]] std::vector<SeriesIndex> series() const;
  // Rows of the windows that meet the series' extent; `windows` ascending, not overlapping. Not for gauges.
  [[nodiscard]] std::vector<QuantityRow> rows(SeriesIndex series, const std::vector<Window>& windows) const;
  [[nodiscard]] std::vector<GaugeRow> gauge_rows(SeriesIndex series, const std::vector<Window>& windows) const;
  // Entries into {Aborting, Aborted} counted from state codes, for lines without a failure counter.
  [[nodiscard]] std::vector<QuantityRow> failure_rows(const std::vector<Window>& windows) const;
  // From the first accepted reading (virtual zeros included) to the last one; none where there is no row.
  [[nodiscard]] std::optional<Window> extent(SeriesIndex series) const;  // end is exclusive: last reading + 1 ms
  [[nodiscard]] std::optional<Window> state_extent() const;
  // From the first to the last time the line was heard, whatever its messages carried; end is exclusive.
  [[nodiscard]] std::optional<Window> heard_extent() const;

  [[nodiscard]] std::vector<Life> lives(SeriesIndex series) const;  // totalizers
  // Of each life that adds to the window's quantity, which is the sum of V(end) - V(start). Totalizers.
  [[nodiscard]] std::vector<LifeBorders> borders(SeriesIndex series, Window window) const;
  [[nodiscard]] std::vector<Implausible> implausible() const;
  [[nodiscard]] bool refused_epochs() const { return refused_epochs_; }
  // Time inside the window between messages of the line that are no further apart than the gap limit.
  [[nodiscard]] Millis observed(Window window) const;

 private:
  struct Place {
    std::size_t source = 0;
    const StoredRecord* stored = nullptr;
    std::optional<Epoch> epoch_before;  // announced last before the record
  };
  struct Heard {
    UnixMillis time;
    UnixMillis committed;
  };
  struct Chain {  // an unbroken run of sequence numbers across records
    UnixMillis first;
    UnixMillis last;
    bool begins_with_birth = false;  // with seq 0
    std::vector<Heard> live;
  };

  // By time: the earliest commit of anything at or after it.
  struct Commits {
    std::vector<Heard> by_time;
    void add(UnixMillis time, UnixMillis committed) { by_time.push_back({time, committed}); }
    void seal();  // sorts, and makes each entry's `committed` the earliest of it and all later ones
    [[nodiscard]] std::optional<UnixMillis> first_at_or_after(UnixMillis time) const;
  };
  // How a series was judged: lives, and what they refuse. Computed once per series and kept.
  struct Judged {
    std::vector<Life> lives;
    std::vector<Implausible> implausible;
    std::vector<UnixMillis> voids;  // null, refused or implausible values, ascending
    Commits commits;                // of the lives' readings
  };
  struct HeardRecord {
    const StoredRecord* stored = nullptr;
    std::optional<UnixMillis> before;  // when the line was heard last before the record
  };

  void collect_epochs();
  void collect_chains();
  void collect_heard();
  void collect_extents();
  void shed();
  [[nodiscard]] Judged judge(SeriesIndex series) const;
  [[nodiscard]] std::optional<UnixMillis> held(UnixMillis t0, std::optional<UnixMillis> t1,
                                               const std::vector<UnixMillis>& voids, Silence silence) const;
  [[nodiscard]] std::optional<UnixMillis> heard_by(UnixMillis end) const;
  [[nodiscard]] std::optional<UnixMillis> completed_totalizer(const Judged& judged, UnixMillis end,
                                                              Silence silence) const;
  [[nodiscard]] std::vector<QuantityRow> totalizer_rows(SeriesIndex series, const std::vector<Window>& windows) const;
  [[nodiscard]] std::vector<QuantityRow> rate_rows(SeriesIndex series, const std::vector<Window>& windows) const;
  [[nodiscard]] std::vector<QuantityRow> amount_rows(SeriesIndex series, const std::vector<Window>& windows) const;
  [[nodiscard]] std::vector<QuantityRow> level_rows(SeriesIndex series, const std::vector<Window>& windows) const;

  std::vector<std::vector<StoredRecord>> sources_;  // what rows still need of the records: no totalizers
  const SeriesTable& table_;
  TimelineRules rules_;
  std::vector<Place> records_;  // of all sources, by window start
  std::vector<EpochAnnouncement> epochs_;
  std::vector<Epoch> refused_;
  std::optional<Epoch> first_epoch_;
  std::vector<Chain> chains_;
  std::map<SeriesIndex, Judged> judged_;
  std::map<SeriesIndex, Window> extents_;
  std::vector<HeardRecord> heard_;  // records in which the line was heard, by window start
  Commits heard_commits_;
  Commits live_commits_;
  bool refused_epochs_ = false;
};

}  // namespace songhua::rollup
