#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "model/decimal.h"
#include "model/int128.h"
#include "model/series.h"
#include "model/time.h"

// What is kept of a line in a window: a pure function of the messages that touch the window (design.md, The rollup).
// Nothing here depends on neighbours; silence, lives, plausibility and borders are decided by timeline.h when
// records are joined, at the edge and at the centre by the same code.
namespace songhua::rollup {

enum class SeriesIndex : std::uint32_t {};  // into the store's series dictionary
enum class LineIndex : std::uint32_t {};    // into the store's line dictionary

// `Properties/Counter Epoch`: grows with each life of a line's counters.
using Epoch = std::int64_t;

struct Reading {
  UnixMillis time;
  Quantity value = 0;
  auto operator<=>(const Reading&) const = default;
};

// A stretch of readings without a fall, without a jump above the series' rate limit and without a change of epoch.
struct Run {
  std::optional<Epoch> epoch;  // its own, or the one announced before it in the record
  Reading first;
  std::optional<Reading> second;  // none where the run is a single reading
  Reading last;
  std::optional<UnixMillis> void_after;  // first null or refused value after `last`, whatever run it lies in
  bool operator==(const Run&) const = default;
};

struct TotalizerPart {
  std::vector<Run> runs;                 // in time order
  std::optional<UnixMillis> first_void;  // first null or refused value in the record
  bool operator==(const TotalizerPart&) const = default;
};

struct RatePoint {
  UnixMillis time;
  Fixed9 per_hour;
  bool operator==(const RatePoint&) const = default;
};

// A rate or a state, integrated. Twice the integral, so that a trapezoid stays an integer. Unit: 10^-9 units * ms / h.
struct RatePart {
  RatePoint first;
  RatePoint last;
  int128 twice_integral = 0;  // between first and last
  bool operator==(const RatePart&) const = default;
};

// Amounts keyed by (instant, ordinal); an interval that crosses the record's border gives each side its piece.
struct AmountPart {
  std::uint64_t count = 0;  // amounts that end in the record (an interval's end is exclusive: 24:00 is the day before)
  Quantity sum = 0;
  UnixMillis first;  // extent of the amounts inside the record
  UnixMillis last;
  bool operator==(const AmountPart&) const = default;
};

struct GaugePoint {
  UnixMillis time;
  Fixed9 value;
  bool operator==(const GaugePoint&) const = default;
};

// How many readings fell into each bucket of a quantile sketch (sketch.h), ascending by bucket. In one piece: a gauge
// has a few dozen, which are gone through with every commit.
class GaugeBuckets {
 public:
  using Entry = std::pair<std::int32_t, std::uint64_t>;
  void add(std::int32_t bucket, std::uint64_t count);
  void add(const GaugeBuckets& other);
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  bool operator==(const GaugeBuckets&) const = default;

 private:
  std::vector<Entry> entries_;
};

struct GaugePart {
  std::uint64_t count = 0;
  int128 sum = 0;  // unit 10^-9
  Fixed9 min;
  Fixed9 max;
  GaugePoint first;
  GaugePoint last;
  GaugeBuckets buckets;
  bool operator==(const GaugePart&) const = default;
};

// The last value counts, carried forward.
struct LevelPart {
  Reading first;
  Reading last;
  bool operator==(const LevelPart&) const = default;
};

using SeriesData = std::variant<TotalizerPart, RatePart, AmountPart, GaugePart, LevelPart>;

struct SeriesPart {
  SeriesIndex series{};
  SeriesData data;
  bool operator==(const SeriesPart&) const = default;
};

struct EpochAnnouncement {
  Epoch epoch = 0;
  UnixMillis first;                         // first time it was announced
  std::optional<UnixMillis> counter_start;  // smallest one announced with it
  bool operator==(const EpochAnnouncement&) const = default;
};

// An unbroken stretch of an edge node's sequence numbers, by payload time, and where the line was heard live in it.
struct Stretch {
  UnixMillis first_time;
  UnixMillis last_time;
  std::uint8_t first_seq = 0;
  std::uint8_t last_seq = 0;
  std::optional<UnixMillis> first_live;
  std::optional<UnixMillis> last_live;
  bool operator==(const Stretch&) const = default;
};

// The stretches of a line that was not heard for a while brought up to those of its source: of what it knows only the
// newest one can have grown.
void catch_up(std::vector<Stretch>& of_line, const std::vector<Stretch>& of_source);

struct StatePoint {
  UnixMillis time;
  std::int32_t code = 0;  // PackML
  bool operator==(const StatePoint&) const = default;
};

// PackML state codes seen, and the entries into {Aborting, Aborted} between two of them (indicators.md 7).
struct StatePart {
  StatePoint first;
  StatePoint last;
  std::uint32_t failures = 0;
  bool operator==(const StatePart&) const = default;
};

// When the line itself was heard, whatever its messages carried.
struct HeardPart {
  UnixMillis first;
  UnixMillis last;
  Millis observed{0};  // sum of the spans between messages that are no longer than the gap limit
  bool operator==(const HeardPart&) const = default;
};

struct Record {
  Window window;
  std::vector<SeriesPart> series;         // ascending by index
  std::vector<EpochAnnouncement> epochs;  // ascending by epoch
  std::optional<Epoch> last_epoch;        // the one announced last in time order
  std::vector<Stretch> stretches;         // in time order
  std::optional<HeardPart> heard;
  std::optional<StatePart> state;

  [[nodiscard]] const SeriesData* find(SeriesIndex index) const;
  // Does it say anything of the line itself (not only of its node's sequence numbers)?
  [[nodiscard]] bool has_content() const;
  bool operator==(const Record&) const = default;
};

// What a record's makers and readers must know of a series. Implemented by the store's dictionary.
class SeriesTable {
 public:
  virtual ~SeriesTable() = default;
  [[nodiscard]] virtual const SeriesSpec& spec(SeriesIndex index) const = 0;
};

// May `next` follow `previous` in one run?
[[nodiscard]] bool fits(const Reading& previous, const Reading& next, const SeriesSpec& spec);

// Is a reading of `code` whose predecessor was `previous` a failure?
[[nodiscard]] bool enters_failure(std::int32_t previous, std::int32_t code);

// The record of two adjacent windows of one line and one source; `a` is the earlier one. Associative.
[[nodiscard]] Record join(const Record& a, const Record& b, const SeriesTable& table, Millis gap_limit);

}  // namespace songhua::rollup
