#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "edge_node/text.h"
#include "edge_node/value.h"
#include "line/line.h"

// What a line tells beside numbers: a table of its losses, and its stations as instances of one template.
namespace songhua::controller {

// What the line lost since its counters began, by cause: time (ms) from the totalizers of its states, units from those
// of its output. One row a cause.
class LossTable final : public edge_node::DataSet {
 public:
  explicit LossTable(const line::Line& line) : line_(&line) {}
  [[nodiscard]] std::size_t columns() const override { return 3; }
  [[nodiscard]] std::string_view header(std::size_t column) const override;
  [[nodiscard]] edge_node::DataType type(std::size_t column) const override;
  [[nodiscard]] std::size_t rows() const override;
  [[nodiscard]] edge_node::Value cell(std::size_t row, std::size_t column) const override;
  // Every cell only grows, so their sum tells a change.
  [[nodiscard]] std::int64_t revision() const;

 private:
  const line::Line* line_;
};

inline constexpr std::string_view kStationType = "Types/Station", kStationVersion = "1";

// The definition: names and types, with the values of an empty station.
class StationType final : public edge_node::Template {
 public:
  [[nodiscard]] std::string_view version() const override { return kStationVersion; }
  [[nodiscard]] std::string_view reference() const override { return {}; }
  [[nodiscard]] std::size_t parameters() const override { return 2; }
  [[nodiscard]] edge_node::Named parameter(std::size_t index) const override;
  [[nodiscard]] std::size_t members() const override { return 4; }
  [[nodiscard]] edge_node::Named member(std::size_t index) const override;
};

// One station of a line: where it is in the order of work, and the lot that stands there.
class Station final : public edge_node::Template {
 public:
  Station() = default;
  Station(const line::Line& line, std::size_t index) : line_(&line), index_(index) {}
  [[nodiscard]] std::string_view version() const override { return kStationVersion; }
  [[nodiscard]] std::string_view reference() const override { return kStationType; }
  [[nodiscard]] std::size_t parameters() const override { return 2; }
  [[nodiscard]] edge_node::Named parameter(std::size_t index) const override;
  [[nodiscard]] std::size_t members() const override { return 4; }
  [[nodiscard]] edge_node::Named member(std::size_t index) const override;
  [[nodiscard]] std::int64_t revision() const { return line_->lot_revision(index_); }

 private:
  const line::Line* line_ = nullptr;
  std::size_t index_ = 0;
};

}  // namespace songhua::controller
