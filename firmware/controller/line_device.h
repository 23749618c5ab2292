#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "controller/complex.h"
#include "edge_node/text.h"
#include "edge_node/value.h"
#include "line/line.h"

namespace songhua::controller {

// One life of a line's counters, announced with them: a store that starts empty begins a higher one.
struct Life {
  std::int64_t epoch = 0;
  line::Time start = 0;
};

// A line as a Sparkplug device: the metric names of a Songhua line, and commands. Not copied: it keeps views into
// itself.
class LineDevice final : public edge_node::Device {
 public:
  LineDevice(line::Line& line, std::string_view id, Life life);
  LineDevice(const LineDevice&) = delete;
  LineDevice& operator=(const LineDevice&) = delete;

  [[nodiscard]] std::string_view id() const override { return id_; }
  [[nodiscard]] std::size_t metrics() const override { return count_; }
  [[nodiscard]] edge_node::Metric metric(std::size_t index) const override;
  [[nodiscard]] edge_node::Value value(std::size_t index) const override;
  [[nodiscard]] std::size_t properties(std::size_t index) const override;
  [[nodiscard]] edge_node::Named property(std::size_t index, std::size_t number) const override;
  [[nodiscard]] std::string_view description(std::size_t index) const override;
  [[nodiscard]] edge_node::Quality quality(std::size_t index) const override;
  [[nodiscard]] bool write(std::size_t index, const edge_node::Value& value) override;

  [[nodiscard]] Life life() const { return life_; }
  void set_life(Life life) { life_ = life; }

 private:
  enum class What : std::uint8_t {
    family,
    nominal_cycle,
    capacity,
    silence,
    epoch,
    epoch_start,
    state,
    totalizer,
    units,
    connected,
    key_processes,
    nc_key_processes,
    cycle_time,
    gauge,
    losses,
    histogram,
    station,
    takt,  // from here on: writable
    start,
    stop,
    reset
  };
  struct Entry {
    edge_node::Text<72> name;
    What what{};
    std::uint8_t index = 0;
    edge_node::DataType type{};
  };

  void add(What what, edge_node::DataType type, const edge_node::Text<72>& name, std::size_t index = 0);
  void add_totalizers();
  [[nodiscard]] std::string_view unit(const Entry& entry) const;

  line::Line* line_;
  edge_node::Text<64> id_;
  Life life_;
  std::array<Entry, edge_node::kMaxMetrics> entries_;
  std::size_t count_ = 0;
  LossTable losses_;
  std::array<Station, line::kMaxStations> stations_{};
};

}  // namespace songhua::controller
