#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "rollup/builder.h"
#include "rollup/timeline.h"

// A small simulated edge node: a configuration and a script of steps, which `play` turns into the messages that a
// gateway would have received. Scripts are plain numbers, so that a failing one shrinks to a few lines.
namespace songhua::rollup {

// A dictionary for tests: one SeriesSpec per index.
class TestTable : public SeriesTable {
 public:
  std::vector<SeriesSpec> specs;
  [[nodiscard]] const SeriesSpec& spec(SeriesIndex index) const override {
    return specs.at(static_cast<std::size_t>(index));
  }
};

enum class EpochHabit : std::uint8_t { never, in_births, always };

struct CounterTraits {
  std::uint8_t width = 0;  // bits of what is sent; 0: never wraps
  Fraction factor{1, 1};   // quantity per unit sent
  std::optional<RateLimit> limit;
  std::int64_t start = 0;
  bool zero_first = false;  // says 0 once before it has read its meter
};

struct LineTraits {
  EpochHabit epochs = EpochHabit::never;
  bool counter_start = false;
  std::uint32_t late_start = 0;  // ms by which the first epoch's announced start is late
  bool silence_unchanged = false;
  bool trapezoid = false;
  std::array<CounterTraits, 2> counters;
};

enum class Act : std::uint8_t {
  report,       // some totalizers and other series
  heartbeat,    // a live message without any of its totalizers
  pause,        // a long silence
  keep,         // a reading kept at the node...
  flush,        // ...and what was kept, as one historical message
  birth,        // NBIRTH and a DBIRTH per line
  reset,        // the line's counters begin again, announced if the line announces epochs
  hidden,       // the same, but to a value above the last one
  spike,        // one wrong value
  null_value,   // a totalizer that is null
  lose,         // the next message is lost
  step_back,    // the node's clock
  lower_epoch,  // a message under an epoch below the current one
  repeat,       // the last message arrives again
  amount,       // an interval's quantity
};

struct Step {
  Act act = Act::report;
  std::uint8_t line = 0;
  std::uint8_t mask = 1;
  std::uint32_t wait = 1000;  // ms before the step
  bool to_border = false;     // wait for the next full minute instead
  std::uint16_t amount = 0;
};

struct World {
  std::vector<LineTraits> lines;
  std::vector<Step> steps;
};

// Series of a line, in its block of the dictionary.
enum Slot : std::uint32_t { counter_a, counter_b, rate, gauge, level, amounts, slots };
[[nodiscard]] constexpr SeriesIndex series_of(std::size_t line, Slot slot) {
  return static_cast<SeriesIndex>(line * slots + slot);
}

struct History {
  TestTable table;
  std::vector<LineIndex> lines;
  std::vector<SourceMessage> messages;  // in the order of sending, repetitions included
};

[[nodiscard]] History play(const World& world);

std::ostream& operator<<(std::ostream& out, const World& world);
std::ostream& operator<<(std::ostream& out, const History& history);

}  // namespace songhua::rollup
