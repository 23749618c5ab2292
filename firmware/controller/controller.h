#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "controller/line_device.h"
#include "edge_node/value.h"
#include "line/line.h"

// The door of the room: one controller with its lines, and what of it must survive a power cut.
//
// The order that keeps law 1 over any crash: advance the lines (the ledger is written), make the ledger's bytes
// durable, save() the image with the ledger's length and make it durable, and only then publish readings of that
// instant. After a crash the image says from where all three go on: lines, totalizers, ledger (cut to the length that
// the image holds). So no reading is ever above what a restart begins with, and the ledger stays the truth.
namespace songhua::controller {

// Where the lines write down what they made: their own truth, independent of telemetry. Quantities made up to and
// including a border belong to the interval that ends there; `minute` is the start of its last minute.
class Ledger {
 public:
  struct Row {
    line::Time minute;
    std::string_view line;  // SITE/CONTROLLER/DEVICE
    std::string_view measure, product, market;
    std::int64_t quantity;
  };
  virtual void row(const Row& row) = 0;

 protected:
  ~Ledger() = default;
};

struct LineSpec {
  const line::Family* family = nullptr;
  std::string_view device;
};

// The node's own metrics.
class NodeDevice final : public edge_node::Device {
 public:
  [[nodiscard]] std::string_view id() const override { return {}; }
  [[nodiscard]] std::size_t metrics() const override { return tell_uptime ? 3 : 2; }
  [[nodiscard]] edge_node::Metric metric(std::size_t index) const override;
  [[nodiscard]] edge_node::Value value(std::size_t index) const override;
  [[nodiscard]] bool write(std::size_t index, const edge_node::Value& value) override;

  std::int64_t report_period = 10'000;  // ms of line time; 100 ms .. 1 day
  bool tell_uptime = false;             // a node metric that changes with every report, for conformance runs
  std::int64_t uptime_s = 0;

 private:
  StationType station_;
};

// What the image carries beside the lines.
struct Kept {
  std::int64_t next_bd_seq = 0;
  std::int64_t ledger_bytes = 0;  // up to the last whole minute that is booked
  std::int64_t was_live = 0;      // the line time was the clock's
};

class Controller {
 public:
  static constexpr std::size_t kMaxImageWords =
      8 + edge_node::kMaxDevices * (4 + sizeof(line::Memory) / 8 + line::kMaxTotalizers);

  // New lines at `start`, their counters at zero in a life of that epoch. At most kMaxDevices lines.
  Controller(std::string_view site, std::string_view name, std::span<const LineSpec> lines, std::uint64_t seed,
             line::Time start, std::int64_t epoch);
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // Goes on from an image. Lines that it does not hold begin a life of their own at its time; what it holds of lines
  // that are no more is left behind. None: no image of this format, or of another family under the same name.
  [[nodiscard]] std::optional<Kept> resume(std::span<const std::int64_t> image);
  // Words written.
  [[nodiscard]] std::size_t save(std::span<std::int64_t, kMaxImageWords> image, const Kept& kept) const;

  // Time passes; each whole minute of UTC on the way is booked.
  void advance(line::Time to, Ledger& ledger);
  // Time passes without a booking on the way (years of history).
  void advance_unbooked(line::Time to);
  // Books what was made since the last booking, up to now().
  void book(Ledger& ledger);
  // The same rows, but the next booking will tell them again: for an end in the middle of a minute.
  void preview(Ledger& ledger) const;

  [[nodiscard]] line::Time now() const { return now_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] const line::Line& line(std::size_t i) const { return units_[i]->line; }
  [[nodiscard]] LineDevice& device(std::size_t i) { return units_[i]->device; }
  [[nodiscard]] NodeDevice& node() { return node_; }

 private:
  struct Unit {
    Unit(const LineSpec& spec, std::string_view prefix, std::uint64_t seed, line::Time start, Life life);
    line::Line line;
    LineDevice device;
    edge_node::Text<200> id;
    std::array<std::int64_t, line::kMaxTotalizers> booked{};
  };
  void rows(const Unit& unit, Ledger& ledger) const;

  std::array<std::optional<Unit>, edge_node::kMaxDevices> units_;
  std::size_t count_ = 0;
  NodeDevice node_;
  line::Time now_ = 0;
};

}  // namespace songhua::controller
