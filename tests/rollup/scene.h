#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "harness.h"

// A few messages of one line with one totalizer, told in order of sending; times are ms from a border.
namespace songhua::rollup {

inline constexpr std::int64_t kBorder = 1'551'369'600'000;  // 2019-03-01T00:00 in Shanghai, of indicators.md W14

struct Said {
  std::optional<Epoch> epoch = std::nullopt;
  std::optional<std::int64_t> counter_start = std::nullopt;
};

class Scene {
 public:
  explicit Scene(SeriesSpec spec = {}, std::int64_t origin = kBorder) : origin_(origin) {
    history_.lines = {LineIndex{0}};
    history_.table.specs = {std::move(spec)};
  }

  Scene& reads(std::int64_t time, int128 value, Said said = {}) {
    auto& line = message(time).lines.back();
    line.readings.push_back({.series = SeriesIndex{0},
                             .time = at(time),
                             .value = value,
                             .is_void = false,
                             .interval_start = at(time),
                             .ordinal = 0});
    announce(line, time, said);
    return *this;
  }
  // A live message that does not carry the totalizer.
  Scene& is_heard(std::int64_t time, Said said = {}) {
    announce(message(time).lines.back(), time, said);
    return *this;
  }
  Scene& is_null(std::int64_t time) {
    reads(time, 0);
    history_.messages.back().lines.back().readings.back().is_void = true;
    return *this;
  }
  Scene& in_state(std::int64_t time, std::int32_t code) {
    message(time).lines.back().states.push_back({at(time), code});
    return *this;
  }
  Scene& loses_a_message() {
    ++seq_;
    return *this;
  }
  Scene& next_seq(std::uint8_t seq) {
    seq_ = seq;
    return *this;
  }
  Scene& as_birth() {
    history_.messages.back().starts_session = true;
    return *this;
  }

  [[nodiscard]] UnixMillis at(std::int64_t time) const { return unix_millis(origin_ + time); }
  [[nodiscard]] const History& history() const { return history_; }

  [[nodiscard]] Timeline timeline() const { return over(minute_records(history_)); }
  [[nodiscard]] Timeline compacted() const {
    return over(joined_records(minute_records(history_), kQuarterHour, history_.table));
  }
  [[nodiscard]] oracle::Oracle oracle() const {
    return oracle::Oracle{history_.messages, LineIndex{0}, history_.table, kQuarterHour};
  }

  // The row of a window; checks that the oracle and, where its borders allow, compacted records say the same.
  [[nodiscard]] QuantityRow row(std::int64_t from, std::int64_t to) const {
    const Window window{at(from), at(to)};
    const auto rows = timeline().rows(SeriesIndex{0}, {window});
    EXPECT_EQ(rows.size(), 1U);
    if (rows.empty()) return {};
    const auto expected = oracle().row(SeriesIndex{0}, window);
    EXPECT_TRUE(expected.has_value());
    if (expected) {
      EXPECT_EQ(difference(rows.front(), *expected), "");
    }
    if (floor_to(window.start, kQuarterHour) == window.start && floor_to(window.end, kQuarterHour) == window.end) {
      const auto coarse = compacted().rows(SeriesIndex{0}, {window});
      EXPECT_EQ(coarse.size(), 1U);
      if (!coarse.empty()) {
        EXPECT_EQ(difference(coarse.front(), rows.front()), "");
      }
    }
    return rows.front();
  }
  [[nodiscard]] std::int64_t quantity(std::int64_t from, std::int64_t to) const {
    return static_cast<std::int64_t>(row(from, to).quantity);
  }
  // Everything, in one window of whole days around the border.
  [[nodiscard]] std::int64_t total() const {
    constexpr std::int64_t kYear = std::int64_t{366} * 86'400'000;
    return quantity(-kYear, kYear);
  }
  [[nodiscard]] std::vector<Implausible::Reason> refusals() const {
    std::vector<Implausible::Reason> reasons;
    for (const auto& refused : timeline().implausible()) reasons.push_back(refused.reason);
    return reasons;
  }

 private:
  SourceMessage& message(std::int64_t time) {
    SourceMessage message;
    message.time = at(time);
    message.seq = seq_++;
    message.digest = ++digest_;
    message.lines.emplace_back();
    message.lines.back().line = LineIndex{0};
    message.lines.back().live = true;
    history_.messages.push_back(std::move(message));
    return history_.messages.back();
  }
  void announce(LineMessage& line, std::int64_t time, const Said& said) const {
    if (!said.epoch) return;
    line.epoch = AnnouncedEpoch{*said.epoch, at(time), std::nullopt};
    if (said.counter_start) line.epoch->counter_start = at(*said.counter_start);
  }
  [[nodiscard]] Timeline over(RecordsOfLines records) const {
    return timeline_of({records[LineIndex{0}]}, history_.table);
  }

  History history_;
  std::int64_t origin_;
  std::uint8_t seq_ = 0;
  std::uint64_t digest_ = 0;
};

}  // namespace songhua::rollup
