#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "line/families.h"
#include "line/packml.h"
#include "line/schedule.h"

// The door of the room: one simulated production line.
//
// A Line is a deterministic function of (family, seed, start, commands and their times): the same inputs give the same
// bytes on every machine, and advance(a), advance(b) is advance(b) for a <= b, whatever the steps. It has no I/O, no
// clock of its own, no heap, no floating point. Everything that it is stands in Memory; what Memory holds at one
// instant is all that must survive a power cut.
//
// Lots pass the stations one place per cycle. At the end each lot is judged: sent round again (Reworked, at most
// twice), Rejected, or Good and so in stock; lorries leave with what is in stock. So at any time
// started = good + rejected + in process, and good = dispatched + stock.
namespace songhua::line {

enum class Measure : std::uint8_t { good, rejected, reworked, dispatched, time, energy, labour, failures };

// What one totalizer counts. `index`: cell (product x market), state or carrier.
struct Totalizer {
  Measure measure;
  std::uint8_t index;
};

struct Cell {
  const Product* product;
  const Market* market;
};

inline constexpr std::size_t kMaxTotalizers = 4 * kMaxCells + (kStates - 1) + kCarriers + 2;

// Only 64-bit integers, without padding: stored as it stands (controller.cpp). A change of the fields is a new
// kMemoryFormat; new ones are added at the end, so that an older memory is the beginning of a newer one.
inline constexpr std::int64_t kMemoryFormat = 2;

// How long the lots took, in percent of their nominal cycle time: below 75, 75 to 80, ... 125 and more.
inline constexpr std::size_t kCycleBins = 12;
inline constexpr std::int64_t kLowestCycleBin = 70, kCycleBinWidth = 5;

struct Memory {
  std::int64_t format = kMemoryFormat;
  std::int64_t family = 0;  // hash of the family's id
  std::int64_t seed = 0;
  std::int64_t random = 0;
  Time now = 0;
  std::int64_t state = 0;
  Time phase_end = 0;  // when the present state has done its work; kNever: it waits for something else
  Time next_border = 0;
  Time next_dispatch = 0;
  std::int64_t departures = 0;
  // Executing time that is left until...
  std::int64_t cycle_left = 0;  // 0: no lot has begun
  std::int64_t failure_left = 0;
  std::int64_t short_stop_left = 0;
  std::int64_t plan_left = 0;  // nominal cycle time still to be made today; below zero: made in advance
  std::int64_t order_cell = 0;
  std::int64_t order_left = 0;  // lots
  std::int64_t changeover_due = 0;
  std::int64_t told_to_stop = 0;
  std::int64_t speed_percent = 100;
  std::int64_t offline_units = 0;
  std::int64_t last_cycle_ms = 0;  // per base unit in thousandths
  std::int64_t started = 0;        // base units
  std::int64_t labour_rest = 0;    // person-ms below a person-second
  std::array<std::int64_t, kCarriers> energy_rest{};
  std::array<std::int64_t, kMaxStations> lots{};  // one per station: quantity << 16 | rework rounds << 8 | cell + 1
  std::array<std::int64_t, kMaxCells> stock{};
  std::array<std::int64_t, kMaxTotalizers> totals{};
  std::array<std::int64_t, kCycleBins> cycles{};  // since format 2
};
inline constexpr std::size_t kMemoryWordsOfFormat1 = sizeof(Memory) / sizeof(std::int64_t) - kCycleBins;

// What stands at a station.
struct Lot {
  const Product* product = nullptr;  // none: the station is empty
  std::int64_t quantity = 0;         // base units
  std::int64_t rework_rounds = 0;
};

class Line {
 public:
  Line(const Family& family, std::uint64_t seed, Time start);
  // Goes on from a stored memory, of an older format too: what that did not hold is as in a new line. False: it belongs
  // to another family or a newer format; the line is as it was.
  [[nodiscard]] bool resume(const Memory& memory);
  [[nodiscard]] const Memory& memory() const { return memory_; }

  // Time passes up to and including `to`; earlier times change nothing.
  void advance(Time to);

  // Commands take effect at now().
  void tell_to_start();
  void tell_to_stop();
  void reset();                                        // ends a repair
  [[nodiscard]] bool set_speed(std::int64_t percent);  // of the nominal takt; 20..200

  [[nodiscard]] const Family& family() const { return *family_; }
  [[nodiscard]] Time now() const { return memory_.now; }
  [[nodiscard]] State state() const { return static_cast<State>(memory_.state); }
  [[nodiscard]] std::int64_t speed_percent() const { return memory_.speed_percent; }
  [[nodiscard]] std::int64_t connected_units() const { return family_->equipment - memory_.offline_units; }
  [[nodiscard]] std::int64_t cycle_time_us() const { return memory_.last_cycle_ms; }  // of the last lot, per base unit
  // A process value in thousandths: its set value and a noise that depends on the time alone.
  [[nodiscard]] std::int64_t gauge_milli(std::size_t index) const;

  [[nodiscard]] Lot lot(std::size_t station) const;
  // Changes whenever lot() does.
  [[nodiscard]] std::int64_t lot_revision(std::size_t station) const { return memory_.lots[station]; }
  [[nodiscard]] std::span<const std::int64_t> cycles() const { return memory_.cycles; }  // lots by kCycleBins

  [[nodiscard]] std::size_t cells() const { return cells_; }
  [[nodiscard]] Cell cell(std::size_t index) const;

  // The totalizers of this line, in the order in which they are born, and what they show now.
  [[nodiscard]] std::size_t totalizers() const { return totalizers_; }
  [[nodiscard]] Totalizer totalizer(std::size_t index) const { return table_[index]; }
  [[nodiscard]] std::int64_t value(std::size_t index) const { return memory_.totals[index]; }
  [[nodiscard]] std::span<const std::int64_t> values() const { return {memory_.totals.data(), totalizers_}; }

  // For the laws.
  [[nodiscard]] std::int64_t started() const { return memory_.started; }
  [[nodiscard]] std::int64_t in_process() const;
  [[nodiscard]] std::int64_t stock() const;

 private:
  enum class Event : std::uint8_t { border, phase, cycle, failure, short_stop, dispatch };

  [[nodiscard]] Time next_event(Event& event) const;
  void handle(Event event);
  void pass(std::int64_t ms);  // time, energy and labour
  void enter(State state);
  [[nodiscard]] bool decide();  // one transition, if one is due
  [[nodiscard]] bool wanted() const;
  [[nodiscard]] std::int64_t duration(State state);
  void new_day();
  void new_order();
  void begin_lot();
  void count_cycle(std::int64_t nominal);
  void finish_cycle();
  void judge(std::int64_t lot);
  void dispatch();
  void set_rates();
  [[nodiscard]] const Product& product_of(std::int64_t lot) const;
  [[nodiscard]] std::int64_t& total(Measure measure, std::size_t index);

  const Family* family_;
  std::size_t cells_ = 0;
  std::size_t totalizers_ = 0;
  std::array<Totalizer, kMaxTotalizers> table_{};
  std::array<std::uint8_t, 8> first_{};            // where a measure's totalizers begin
  std::array<std::uint8_t, kCarriers> carrier_{};  // which carriers this family uses
  std::array<std::int64_t, kCarriers> rate_{};     // thousandths of the unit per hour, now
  bool duty_ = false, break_ = false;              // at now()
  Memory memory_;
};

}  // namespace songhua::line
