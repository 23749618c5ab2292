#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rollup/builder.h"
#include "rollup/timeline.h"

// What the rollup must answer, computed slowly from the whole set of messages: no minute, no run, no join, no 128-bit
// arithmetic. Written from the text of 'The rollup' only; it shares no code with the room it checks.
namespace songhua::rollup::oracle {

using BigInt = boost::multiprecision::cpp_int;
using Ratio = boost::multiprecision::cpp_rational;

[[nodiscard]] BigInt big(int128 value);
[[nodiscard]] int128 small(const BigInt& value);
[[nodiscard]] BigInt floor_of(const Ratio& value);

// A reading of one totalizer, its epoch resolved.
struct Seen {
  std::int64_t time = 0;
  std::size_t order = 0;  // the sender's message order, for equal times
  BigInt value;           // as sent
  std::optional<Epoch> epoch;
  std::optional<Epoch> label;  // the epoch as its record alone knows it
  // Records keep the first, second and last reading of a run. In an announced epoch a run may begin below the largest
  // value so far and pass it at a reading that no record keeps; then it passes it at the run's last reading, which is
  // the most that records can know. Everywhere else hidden readings change nothing.
  bool hidden = false;
};

struct Point {
  std::int64_t time = 0;
  BigInt value;
  bool virtual_zero = false;
};

struct OracleLife {
  std::optional<Epoch> epoch;  // none: it began before any was announced
  std::vector<Point> points;
  bool went_on = false;  // into the first announced epoch
};

struct Refusal {
  std::int64_t time = 0;
  BigInt value;
  Implausible::Reason reason{};
};

// All about one totalizer.
struct Totalizer {
  std::vector<OracleLife> lives;
  std::vector<Refusal> refusals;
  std::set<std::int64_t> doubts;  // times of null, refused and implausible values
};

// One line of one source.
class Oracle {
 public:
  // `cell`: length of the records that it is compared with (only for `Seen::hidden`).
  Oracle(const std::vector<SourceMessage>& messages, LineIndex line, const SeriesTable& table, Millis gap_limit,
         Millis cell = kMinute);

  // The row of a window; none where no row exists. `completed` is not answered.
  [[nodiscard]] std::optional<QuantityRow> row(SeriesIndex series, Window window) const;
  // Sum over lives of the last accepted value minus the value at the life's start.
  [[nodiscard]] BigInt total(SeriesIndex series) const;
  [[nodiscard]] const Totalizer& totalizer(SeriesIndex series) const { return totalizers_.at(series); }
  [[nodiscard]] std::optional<std::uint32_t> failures(Window window) const;
  // Gauge readings of the window, by time.
  [[nodiscard]] std::map<std::int64_t, BigInt> gauge(SeriesIndex series, Window window) const;
  [[nodiscard]] std::optional<Window> extent(SeriesIndex series) const;
  [[nodiscard]] std::set<SeriesIndex> series_of(SeriesKind kind) const;

 private:
  struct Announcement {
    std::int64_t time = 0;
    std::size_t order = 0;
    AnnouncedEpoch said;
  };
  struct Chain {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::vector<std::int64_t> live;
    std::int64_t doubtful = std::numeric_limits<std::int64_t>::min();  // a loss within this millisecond went before
  };
  struct Amount {
    std::int64_t start = 0;
    std::int64_t end = 0;
    BigInt quantity;
  };

  void read_line(const std::vector<SourceMessage>& sorted);
  void read_chains(const std::vector<SourceMessage>& sorted);
  void order_epochs();
  void resolve_epochs();
  [[nodiscard]] std::int64_t cell_of(std::int64_t time) const;
  void mark_hidden(std::vector<Seen>& readings, const SeriesSpec& spec) const;
  [[nodiscard]] Totalizer judge(SeriesIndex series, std::vector<Seen> readings) const;
  void place_zeros(std::vector<OracleLife>& lives) const;

  [[nodiscard]] std::optional<std::int64_t> held(SeriesIndex series, const Point& before, const Point& after) const;
  [[nodiscard]] BigInt value_at(SeriesIndex series, const OracleLife& life, std::int64_t border) const;
  [[nodiscard]] std::int64_t gap_at(SeriesIndex series, const OracleLife& life, std::int64_t border) const;
  [[nodiscard]] Ratio integral_at(SeriesIndex series, std::int64_t border) const;
  [[nodiscard]] QuantityRow totalizer_row(SeriesIndex series, Window window) const;
  [[nodiscard]] QuantityRow rate_row(SeriesIndex series, Window window) const;
  [[nodiscard]] QuantityRow amount_row(SeriesIndex series, Window window) const;
  [[nodiscard]] QuantityRow level_row(SeriesIndex series, Window window) const;

  LineIndex line_;
  const SeriesTable& table_;
  std::int64_t gap_limit_;
  std::int64_t cell_;

  std::vector<Announcement> announcements_;  // in time order
  std::map<Epoch, std::int64_t> first_announced_;
  std::map<Epoch, std::int64_t> counter_start_;  // the smallest one
  std::set<Epoch> refused_;
  std::vector<Chain> chains_;
  std::map<SeriesIndex, std::vector<Seen>> readings_;  // totalizers
  std::map<SeriesIndex, std::set<std::int64_t>> voids_;
  std::map<SeriesIndex, std::map<std::int64_t, BigInt>> values_;  // rates, gauges, levels: the larger of equal times
  std::map<SeriesIndex, std::map<std::tuple<std::int64_t, std::int64_t, std::uint32_t>, Amount>> amounts_;
  std::map<std::int64_t, std::int32_t> states_;
  std::map<SeriesIndex, Totalizer> totalizers_;
};

}  // namespace songhua::rollup::oracle
