#include "world.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <utility>

namespace songhua::rollup {
namespace {

// 2019-02-28T23:50 in Shanghai: a day's and a month's border is near.
constexpr std::int64_t kStart = 1'551'369'600'000 - 600'000;

struct LineState {
  std::array<std::int64_t, 2> counters{};
  Epoch epoch = 10;
  std::int64_t counter_start = kStart - 1000;
  std::array<bool, 2> silent{};  // still says 0
  std::int32_t state = 6;
  std::vector<MappedReading> kept;
};

class Player {
 public:
  explicit Player(const World& world) : world_(world), lines_(world.lines.size()) {
    for (std::size_t l = 0; l < world.lines.size(); ++l) {
      out_.lines.push_back(static_cast<LineIndex>(l));
      const auto& traits = world.lines[l];
      for (std::size_t c = 0; c < 2; ++c) {
        lines_[l].counters[c] = traits.counters[c].start;
        lines_[l].silent[c] = traits.counters[c].zero_first;
      }
      lines_[l].counter_start += traits.late_start;
      add_specs(traits);
    }
  }

  History run() {
    for (const auto& step : world_.steps) take(step);
    return std::move(out_);
  }

 private:
  void add_specs(const LineTraits& traits) {
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
      SeriesSpec spec;
      if (slot == rate) spec.kind = SeriesKind::rate;
      if (slot == gauge) spec.kind = SeriesKind::gauge;
      if (slot == level) spec.kind = SeriesKind::level;
      if (slot == amounts) spec.kind = SeriesKind::amount;
      spec.trapezoid = traits.trapezoid;
      if (slot <= counter_b) {
        spec.width = traits.counters[slot].width;
        spec.factor = traits.counters[slot].factor;
        spec.rate_limit = traits.counters[slot].limit;
        spec.silence = traits.silence_unchanged ? Silence::unchanged : Silence::unknown;
      }
      out_.table.specs.push_back(spec);
    }
  }

  [[nodiscard]] std::int64_t sent_value(std::size_t line, std::size_t counter) {
    if (std::exchange(lines_[line].silent[counter], false)) return 0;
    const auto& traits = world_.lines[line].counters[counter];
    const auto value = lines_[line].counters[counter];
    return (traits.width == 0 ? value : value % (std::int64_t{1} << traits.width)) * traits.factor.num /
           traits.factor.den;
  }

  [[nodiscard]] MappedReading reading(std::size_t line, Slot slot, std::int64_t time, int128 value) const {
    MappedReading reading;
    reading.series = series_of(line, slot);
    reading.time = reading.interval_start = unix_millis(time);
    reading.value = value;
    return reading;
  }

  [[nodiscard]] std::vector<MappedReading> readings(std::size_t line, const Step& step, std::int64_t time) {
    std::vector<MappedReading> found;
    if (step.mask & 1U) found.push_back(reading(line, counter_a, time, sent_value(line, 0)));
    if (step.mask & 2U) found.push_back(reading(line, counter_b, time, sent_value(line, 1)));
    if (step.mask & 4U) found.push_back(reading(line, rate, time, int128{step.amount} * 1'234'567'891));
    if (step.mask & 8U) found.push_back(reading(line, gauge, time, (int128{step.amount} - 300) * 987'654'321));
    if (step.mask & 16U) found.push_back(reading(line, level, time, step.amount % 7));
    return found;
  }

  // A payload time of its own for every message.
  std::int64_t payload_time() {
    while (!used_.insert(now_).second) ++now_;
    return now_;
  }

  SourceMessage& begin_message(std::int64_t time) {
    SourceMessage message;
    message.time = unix_millis(time);
    message.seq = seq_++;
    message.digest = ++digest_;
    out_.messages.push_back(message);
    return out_.messages.back();
  }

  // Lost messages have used their number.
  void end_message() {
    if (!lose_next_ || out_.messages.empty()) return;
    out_.messages.pop_back();
    lose_next_ = false;
  }

  void send(std::size_t line, std::int64_t time, std::vector<MappedReading> readings, bool live, bool with_epoch,
            const Step& step) {
    auto& state = lines_[line];
    LineMessage said;
    said.line = static_cast<LineIndex>(line);
    said.live = live;
    said.readings = std::move(readings);
    if (with_epoch) said.epoch = announcement(line, time);
    if (live && (step.mask & 32U)) {
      static constexpr std::array<std::int32_t, 8> kCodes{6, 9, 1, 15, 6, 8, 11, 9};
      state.state = kCodes[step.amount % kCodes.size()];
      said.states.push_back({unix_millis(time), state.state});
    }
    begin_message(time).lines.push_back(std::move(said));
    end_message();
  }

  [[nodiscard]] AnnouncedEpoch announcement(std::size_t line, std::int64_t time) const {
    AnnouncedEpoch epoch{lines_[line].epoch, unix_millis(time), std::nullopt};
    if (world_.lines[line].counter_start) epoch.counter_start = unix_millis(std::min(lines_[line].counter_start, time));
    return epoch;
  }

  [[nodiscard]] bool always(std::size_t line) const { return world_.lines[line].epochs == EpochHabit::always; }

  void advance(std::size_t line, const Step& step) {
    lines_[line].counters[0] += step.amount % 50;
    lines_[line].counters[1] += step.amount % 3;
  }

  void birth(const Step& step) {
    seq_ = 0;
    begin_message(payload_time()).starts_session = true;
    end_message();
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      ++now_;
      Step all = step;
      all.mask = 63;
      const auto time = payload_time();
      send(line, time, readings(line, all, time), true, world_.lines[line].epochs != EpochHabit::never, all);
    }
  }

  void reset(std::size_t line, const Step& step, bool above) {
    auto& state = lines_[line];
    for (auto& counter : state.counters) counter = above ? counter + step.amount : step.amount % 4;
    ++state.epoch;
    state.counter_start = now_;
    // A line that announces epochs in births only must send one now.
    if (world_.lines[line].epochs == EpochHabit::in_births && step.amount % 4 != 1) birth(step);
  }

  void spike(std::size_t line, const Step& step) {
    const auto time = payload_time();
    auto found = readings(line, step, time);
    for (auto& reading : found) {
      if (reading.series == series_of(line, rate) || reading.series == series_of(line, gauge)) continue;
      reading.value = step.amount % 2 == 0 ? reading.value / 2 : reading.value + step.amount * 10;
      const auto& spec = out_.table.spec(reading.series);
      if (spec.width != 0) reading.value %= (int128{1} << spec.width) * spec.factor.num / spec.factor.den;
    }
    send(line, time, std::move(found), true, always(line), step);
  }

  void null_value(std::size_t line, const Step& step) {
    const auto time = payload_time();
    auto lost = reading(line, step.amount % 2 == 0 ? counter_a : counter_b, time, 0);
    lost.is_void = true;
    send(line, time, {lost}, true, always(line), Step{});
  }

  void lower_epoch(std::size_t line, const Step& step) {
    if (world_.lines[line].epochs == EpochHabit::never) return;
    const auto now = lines_[line].epoch;
    lines_[line].epoch -= 1 + step.amount % 2;
    const auto time = payload_time();
    send(line, time, readings(line, step, time), true, true, step);
    lines_[line].epoch = now;
  }

  void interval(std::size_t line, const Step& step) {
    const auto time = payload_time();
    auto piece = reading(line, amounts, time, int128{step.amount} - 20);
    piece.interval_start = unix_millis(time - (step.amount % 3) * 70'000);
    piece.ordinal = ++ordinal_;
    send(line, time, {piece}, true, false, Step{.mask = 0});
  }

  void take(const Step& step) {
    const std::size_t line = step.line % lines_.size();
    now_ += step.wait;
    if (step.to_border) now_ = count_of(floor_to(unix_millis(now_), kMinute)) + kMinute.count();
    switch (step.act) {
      case Act::report: {
        advance(line, step);
        const auto time = payload_time();
        const auto measured = time - (step.amount % 5 == 4 ? 150 : 0);  // a metric may be older than its payload
        return send(line, time, readings(line, step, measured), true, always(line), step);
      }
      case Act::heartbeat: {
        Step silent = step;
        silent.mask &= 8U | 32U;
        const auto time = payload_time();
        return send(line, time, readings(line, silent, time), true, always(line) && step.amount % 2 == 0, silent);
      }
      case Act::pause:
        now_ += std::int64_t{step.amount} * 5000;
        return;
      case Act::keep: {
        advance(line, step);
        const auto found = readings(line, step, now_);
        lines_[line].kept.insert(lines_[line].kept.end(), found.begin(), found.end());
        return;
      }
      case Act::flush:
        if (lines_[line].kept.empty()) return;
        send(line, payload_time(), std::move(lines_[line].kept), false, always(line), step);
        lines_[line].kept.clear();
        return;
      case Act::birth:
        return birth(step);
      case Act::reset:
        return reset(line, step, false);
      case Act::hidden:
        return reset(line, step, true);
      case Act::spike:
        return spike(line, step);
      case Act::null_value:
        return null_value(line, step);
      case Act::lose:
        lose_next_ = true;
        return;
      case Act::step_back:
        now_ -= std::int64_t{step.amount} * 200;
        return;
      case Act::lower_epoch:
        return lower_epoch(line, step);
      case Act::repeat:
        if (!out_.messages.empty()) out_.messages.push_back(out_.messages.back());
        return;
      case Act::amount:
        return interval(line, step);
    }
  }

  const World& world_;
  std::vector<LineState> lines_;
  History out_;
  std::int64_t now_ = kStart;
  std::uint8_t seq_ = 250;  // wraps soon
  std::uint64_t digest_ = 0;
  std::uint32_t ordinal_ = 0;
  bool lose_next_ = false;
  std::set<std::int64_t> used_;
};

}  // namespace

History play(const World& world) {
  return Player{world}.run();
}

std::ostream& operator<<(std::ostream& out, const World& world) {
  for (const auto& line : world.lines) {
    out << "line: epochs " << static_cast<int>(line.epochs) << (line.counter_start ? " with start" : "")
        << (line.silence_unchanged ? " unchanged" : "") << (line.trapezoid ? " trapezoid" : "");
    for (const auto& counter : line.counters) {
      out << " [" << counter.start << " w" << static_cast<int>(counter.width) << ' '
          << (counter.limit ? counter.limit->str() : "-") << ']';
    }
    out << '\n';
  }
  return out << play(world);
}

std::ostream& operator<<(std::ostream& out, const History& history) {
  const auto short_time = [](UnixMillis time) { return count_of(time) - kStart; };
  for (const auto& message : history.messages) {
    out << short_time(message.time) << " seq " << (message.seq ? static_cast<int>(*message.seq) : -1)
        << (message.starts_session ? " NBIRTH" : "");
    for (const auto& said : message.lines) {
      out << " line " << static_cast<unsigned>(said.line) << (said.live ? " live" : " historical");
      if (said.epoch) {
        out << " epoch " << said.epoch->epoch << '@' << short_time(said.epoch->time);
        if (said.epoch->counter_start) out << " from " << short_time(*said.epoch->counter_start);
      }
      for (const auto& state : said.states) out << " state " << state.code;
      for (const auto& reading : said.readings) {
        out << " s" << static_cast<unsigned>(reading.series) << '@' << short_time(reading.time) << '=';
        if (reading.interval_start != reading.time) out << "from " << short_time(reading.interval_start) << ' ';
        out << (reading.is_void ? "null" : songhua::to_string(reading.value));
      }
    }
    out << '\n';
  }
  return out << "(times are ms since " << kStart << ")\n";
}

}  // namespace songhua::rollup
