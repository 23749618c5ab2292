// A record's bytes, format 1. All numbers are LEB128 varints; signed ones are zigzag-coded first; 128-bit ones take up
// to 19 bytes. Times are differences to the window's start in ms. `opt X` is a byte 0, or 1 and X.
//
//   record    = format:u8 start:signed(ms) length:u (ms) flags:u8
//               [heard: signed first, u last-first, u observed]                        flag 1
//               [state: point first, point last, u failures]                           flag 2
//               [last_epoch: signed]                                                   flag 4
//               u count, epoch*        epoch   = signed epoch, signed first, opt signed counter_start
//               u count, stretch*      stretch = signed first, u last-first, u8 seq, u8 seq, live:u8
//                                                [signed first_live, u last_live-first_live]   live = 1
//               u count, series*       series  = u index difference, u8 kind, data
//   totalizer = opt signed first_void, u count, run*
//   run       = bits:u8 (1 epoch, 2 second, 4 void_after, 8 last differs from first)
//               [signed epoch] reading first [reading second] [reading last] [signed void_after]
//   rate      = signed time, signed units (twice), signed twice_integral
//   amount    = u count, signed sum, signed first, signed last
//   gauge     = u count, signed sum, min, max, first (time, units), last (time, units), u n, n * (signed bucket, u
//   count) level     = reading first, reading last
#include "rollup/codec.h"

#include <limits>
#include <stdexcept>

namespace songhua::rollup {
namespace {

enum Flag : std::uint8_t { kHeard = 1, kState = 2, kLastEpoch = 4 };
enum RunBit : std::uint8_t { kEpoch = 1, kSecond = 2, kVoidAfter = 4, kLast = 8 };

class Writer {
 public:
  explicit Writer(UnixMillis base) : base_(base) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u(uint128 value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void s(int128 value) { u((static_cast<uint128>(value) << 1) ^ static_cast<uint128>(value >> 127)); }
  void time(UnixMillis t) { s((t - base_).count()); }
  void opt_time(std::optional<UnixMillis> t) {
    byte(t ? 1 : 0);
    if (t) time(*t);
  }
  void reading(const Reading& r) {
    time(r.time);
    s(r.value);
  }
  std::string take() { return std::move(out_); }

 private:
  UnixMillis base_;
  std::string out_;
};

struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  void set_base(UnixMillis base) { base_ = base; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  std::uint8_t byte() {
    if (rest_.empty()) throw Malformed("the record ends too early");
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint8_t byte_below(std::uint8_t limit) {
    const auto value = byte();
    if (value >= limit) throw Malformed("the record holds a field that this version does not know");
    return value;
  }
  uint128 u() {
    uint128 value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t b = byte();
      const uint128 bits = b & 0x7FU;
      if (shift > 126 || (shift == 126 && bits > 3)) throw Malformed("a number in the record is too long");
      value |= bits << shift;
      if ((b & 0x80U) == 0) {
        if (b == 0 && shift > 0) throw Malformed("a number in the record is not in its shortest form");
        return value;
      }
    }
  }
  int128 s() {
    const uint128 z = u();
    return static_cast<int128>((z >> 1) ^ (~(z & 1) + 1));
  }
  template <typename T>
  T u_as() {
    const uint128 value = u();
    if (value > static_cast<uint128>(std::numeric_limits<T>::max()))
      throw Malformed("a number in the record is too large");
    return static_cast<T>(value);
  }
  template <typename T>
  T s_as() {
    const int128 value = s();
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
      throw Malformed("a number in the record is too large");
    }
    return static_cast<T>(value);
  }
  UnixMillis time() { return after(base_, s_as<std::int64_t>()); }
  UnixMillis time_after(UnixMillis t) { return after(t, u_as<std::int64_t>()); }
  std::optional<UnixMillis> opt_time() { return byte_below(2) == 1 ? std::optional(time()) : std::nullopt; }
  Reading reading() {
    const auto t = time();
    return {t, s()};
  }
  // A count of things that take at least one byte each: never reserves more than the record can hold.
  std::size_t count() {
    const auto n = u();
    if (n > rest_.size()) throw Malformed("a count in the record exceeds its size");
    return static_cast<std::size_t>(n);
  }

 private:
  static UnixMillis after(UnixMillis base, std::int64_t offset) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(count_of(base), offset, &sum)) throw Malformed("a time in the record is out of range");
    return unix_millis(sum);
  }
  std::string_view rest_;
  UnixMillis base_{};
};

void write(Writer& w, const TotalizerPart& part) {
  w.opt_time(part.first_void);
  w.u(part.runs.size());
  for (const auto& run : part.runs) {
    const bool last_differs = run.last != run.first;
    w.byte(static_cast<std::uint8_t>((run.epoch ? kEpoch : 0) | (run.second ? kSecond : 0) |
                                     (run.void_after ? kVoidAfter : 0) | (last_differs ? kLast : 0)));
    if (run.epoch) w.s(*run.epoch);
    w.reading(run.first);
    if (run.second) w.reading(*run.second);
    if (last_differs) w.reading(run.last);
    if (run.void_after) w.time(*run.void_after);
  }
}
void write(Writer& w, const RatePart& part) {
  for (const auto& point : {part.first, part.last}) {
    w.time(point.time);
    w.s(point.per_hour.units);
  }
  w.s(part.twice_integral);
}
void write(Writer& w, const AmountPart& part) {
  w.u(part.count);
  w.s(part.sum);
  w.time(part.first);
  w.time(part.last);
}
void write(Writer& w, const GaugePart& part) {
  w.u(part.count);
  w.s(part.sum);
  w.s(part.min.units);
  w.s(part.max.units);
  for (const auto& point : {part.first, part.last}) {
    w.time(point.time);
    w.s(point.value.units);
  }
  w.u(part.buckets.size());
  for (const auto& [bucket, n] : part.buckets) {
    w.s(bucket);
    w.u(n);
  }
}
void write(Writer& w, const LevelPart& part) {
  w.reading(part.first);
  w.reading(part.last);
}

TotalizerPart read_totalizer(Reader& r) {
  TotalizerPart part;
  part.first_void = r.opt_time();
  const auto runs = r.count();
  for (std::size_t i = 0; i < runs; ++i) {
    const auto bits = r.byte_below(16);
    Run run;
    if (bits & kEpoch) run.epoch = r.s_as<Epoch>();
    run.first = r.reading();
    if (bits & kSecond) run.second = r.reading();
    run.last = bits & kLast ? r.reading() : run.first;
    if (bits & kVoidAfter) run.void_after = r.time();
    part.runs.push_back(run);
  }
  return part;
}
RatePart read_rate(Reader& r) {
  RatePart part;
  for (auto* point : {&part.first, &part.last}) {
    point->time = r.time();
    point->per_hour.units = r.s();
  }
  part.twice_integral = r.s();
  return part;
}
AmountPart read_amount(Reader& r) {
  AmountPart part;
  part.count = r.u_as<std::uint64_t>();
  part.sum = r.s();
  part.first = r.time();
  part.last = r.time();
  return part;
}
GaugePart read_gauge(Reader& r) {
  GaugePart part;
  part.count = r.u_as<std::uint64_t>();
  part.sum = r.s();
  part.min.units = r.s();
  part.max.units = r.s();
  for (auto* point : {&part.first, &part.last}) {
    point->time = r.time();
    point->value.units = r.s();
  }
  const auto buckets = r.count();
  std::optional<std::int32_t> before;
  for (std::size_t i = 0; i < buckets; ++i) {
    const auto bucket = r.s_as<std::int32_t>();
    if (before && bucket <= *before) throw Malformed("the buckets of a gauge do not ascend");
    before = bucket;
    part.buckets.add(bucket, r.u_as<std::uint64_t>());
  }
  return part;
}
LevelPart read_level(Reader& r) {
  const auto first = r.reading();
  return {first, r.reading()};
}

SeriesData read_data(Reader& r, std::uint8_t kind) {
  switch (kind) {
    case 0:
      return read_totalizer(r);
    case 1:
      return read_rate(r);
    case 2:
      return read_amount(r);
    case 3:
      return read_gauge(r);
    default:
      return read_level(r);
  }
}

void write_stretches(Writer& w, const std::vector<Stretch>& stretches) {
  w.u(stretches.size());
  for (const auto& stretch : stretches) {
    w.time(stretch.first_time);
    w.u(static_cast<uint128>((stretch.last_time - stretch.first_time).count()));
    w.byte(stretch.first_seq);
    w.byte(stretch.last_seq);
    w.byte(stretch.first_live ? 1 : 0);
    if (!stretch.first_live) continue;
    w.time(*stretch.first_live);
    w.u(static_cast<uint128>((*stretch.last_live - *stretch.first_live).count()));
  }
}

void write_line(Writer& w, const Record& record) {
  if (record.heard) {
    w.time(record.heard->first);
    w.u(static_cast<uint128>((record.heard->last - record.heard->first).count()));
    w.u(static_cast<uint128>(record.heard->observed.count()));
  }
  if (record.state) {
    for (const auto& point : {record.state->first, record.state->last}) {
      w.time(point.time);
      w.s(point.code);
    }
    w.u(record.state->failures);
  }
  if (record.last_epoch) w.s(*record.last_epoch);
  w.u(record.epochs.size());
  for (const auto& announced : record.epochs) {
    w.s(announced.epoch);
    w.time(announced.first);
    w.opt_time(announced.counter_start);
  }
  write_stretches(w, record.stretches);
}

std::vector<Stretch> read_stretches(Reader& r) {
  std::vector<Stretch> stretches;
  const auto count = r.count();
  for (std::size_t i = 0; i < count; ++i) {
    Stretch stretch;
    stretch.first_time = r.time();
    stretch.last_time = r.time_after(stretch.first_time);
    stretch.first_seq = r.byte();
    stretch.last_seq = r.byte();
    if (r.byte_below(2) == 1) {
      stretch.first_live = r.time();
      stretch.last_live = r.time_after(*stretch.first_live);
    }
    stretches.push_back(stretch);
  }
  return stretches;
}

void read_line(Reader& r, Record& record, std::uint8_t flags) {
  if (flags & kHeard) {
    HeardPart heard;
    heard.first = r.time();
    heard.last = r.time_after(heard.first);
    heard.observed = Millis{r.u_as<std::int64_t>()};
    record.heard = heard;
  }
  if (flags & kState) {
    StatePart state;
    for (auto* point : {&state.first, &state.last}) {
      point->time = r.time();
      point->code = r.s_as<std::int32_t>();
    }
    state.failures = r.u_as<std::uint32_t>();
    record.state = state;
  }
  if (flags & kLastEpoch) record.last_epoch = r.s_as<Epoch>();
  const auto epochs = r.count();
  for (std::size_t i = 0; i < epochs; ++i) {
    EpochAnnouncement announced;
    announced.epoch = r.s_as<Epoch>();
    announced.first = r.time();
    announced.counter_start = r.opt_time();
    record.epochs.push_back(announced);
  }
  record.stretches = read_stretches(r);
}

Record read_record(std::string_view bytes) {
  Reader r(bytes);
  if (const auto format = r.byte(); format != kRecordFormat) {
    throw Malformed("record format " + std::to_string(format) + " is newer than this program's " +
                    std::to_string(kRecordFormat));
  }
  Record record;
  record.window.start = r.time();
  record.window.end = r.time_after(record.window.start);
  r.set_base(record.window.start);
  read_line(r, record, r.byte_below(8));
  const auto series = r.count();
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < series; ++i) {
    const auto step = r.u_as<std::uint32_t>();
    if (step > std::numeric_limits<std::uint32_t>::max() - 1 - next) throw Malformed("a series number is out of range");
    const auto index = next + step;
    record.series.push_back({SeriesIndex{index}, read_data(r, r.byte_below(5))});
    next = index + 1;
  }
  if (!r.at_end()) throw Malformed("bytes follow the end of the record");
  return record;
}

}  // namespace

std::string encode(const Record& record) {
  Writer w(UnixMillis{});
  w.byte(kRecordFormat);
  w.time(record.window.start);
  w.u(static_cast<uint128>((record.window.end - record.window.start).count()));
  std::string head = w.take();

  Writer body(record.window.start);
  body.byte(static_cast<std::uint8_t>((record.heard ? kHeard : 0) | (record.state ? kState : 0) |
                                      (record.last_epoch ? kLastEpoch : 0)));
  write_line(body, record);
  body.u(record.series.size());
  std::uint32_t next = 0;
  for (const auto& part : record.series) {
    const auto index = static_cast<std::uint32_t>(part.series);
    body.u(index - next);
    body.byte(static_cast<std::uint8_t>(part.data.index()));
    std::visit([&](const auto& data) { write(body, data); }, part.data);
    next = index + 1;
  }
  return head + body.take();
}

std::string encode_stretches(const std::vector<Stretch>& stretches, UnixMillis start) {
  Writer w(start);
  write_stretches(w, stretches);
  return w.take();
}

Result<std::vector<Stretch>> decode_stretches(std::string_view bytes, UnixMillis start) {
  try {
    Reader r(bytes);
    r.set_base(start);
    auto stretches = read_stretches(r);
    if (!r.at_end()) return Error{"bytes follow the end of the stretches"};
    return stretches;
  } catch (const Malformed& problem) {
    return Error{problem.what()};
  }
}

Result<Record> decode(std::string_view bytes) {
  try {
    return read_record(bytes);
  } catch (const Malformed& problem) {
    return Error{problem.what()};
  }
}

}  // namespace songhua::rollup
