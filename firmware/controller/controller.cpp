#include "controller/controller.h"

#include <algorithm>
#include <bit>

#include "line/random.h"

namespace songhua::controller {
namespace {

// The image, in 64-bit words:
//   magic, format, lines, time, next bdSeq, ledger bytes, live, reserved
//   per line: hash of the device id, epoch, epoch start, words of memory, line::Memory, booked totalizers
// Format 1 has the shorter line::Memory of its time; it is read, and written as format 2.
constexpr std::int64_t kMagic = 0x4E4C41554847'4E53, kFormat = 2;
constexpr std::size_t kHead = 8, kUnitHead = 4;
constexpr std::size_t kMemoryWords = sizeof(line::Memory) / sizeof(std::int64_t);
using MemoryWords = std::array<std::int64_t, kMemoryWords>;

std::uint64_t text_hash(std::string_view text) {
  std::uint64_t h = 0;
  for (const char c : text) h = line::hash(h, static_cast<unsigned char>(c));
  return h;
}

std::string_view output_measure(line::Measure measure) {
  switch (measure) {
    case line::Measure::good:
      return "output.good";
    case line::Measure::rejected:
      return "output.rejected";
    case line::Measure::reworked:
      return "output.reworked";
    case line::Measure::dispatched:
      return "dispatch.quantity";
    case line::Measure::labour:
      return "labour.time";
    case line::Measure::failures:
      return "event.failures";
    default:
      return {};
  }
}

}  // namespace

edge_node::Metric NodeDevice::metric(std::size_t index) const {
  if (index == 0) return {.name = "Node Control/Report Period", .type = edge_node::DataType::int64, .writable = true};
  if (index == 1) return {.name = kStationType, .type = edge_node::DataType::template_, .birth_only = true};
  return {.name = "Properties/Uptime", .type = edge_node::DataType::int64};
}

edge_node::Value NodeDevice::value(std::size_t index) const {
  if (index == 1) return edge_node::Value::of_template(station_, 0);
  return edge_node::Value::int64(index == 0 ? report_period : uptime_s);
}

bool NodeDevice::write(std::size_t index, const edge_node::Value& value) {
  if (index != 0 || value.integer() < 100 || value.integer() > line::kDayMs) return false;
  report_period = value.integer();
  return true;
}

Controller::Unit::Unit(const LineSpec& spec, std::string_view prefix, std::uint64_t seed, line::Time start, Life life)
    : line(*spec.family, seed ^ text_hash(spec.device), start),
      device(line, spec.device, life),
      id(prefix, spec.device) {}

Controller::Controller(std::string_view site, std::string_view name, std::span<const LineSpec> lines,
                       std::uint64_t seed, line::Time start, std::int64_t epoch)
    : count_(std::min(lines.size(), units_.size())), now_(start) {
  const edge_node::Text<136> prefix(site, "/", name, "/");
  const auto own = line::hash(seed, text_hash(prefix));
  for (std::size_t i = 0; i < count_; ++i) units_[i].emplace(lines[i], prefix, own, start, Life{epoch, start});
}

std::optional<Kept> Controller::resume(std::span<const std::int64_t> image) {
  if (image.size() < kHead || image[0] != kMagic || image[1] < 1 || image[1] > kFormat) return std::nullopt;
  const auto lines = static_cast<std::size_t>(image[2]);
  const auto memory_words = image[1] == 1 ? line::kMemoryWordsOfFormat1 : kMemoryWords;
  const auto unit_words = kUnitHead + memory_words + line::kMaxTotalizers;
  if (lines > edge_node::kMaxDevices || image.size() < kHead + lines * unit_words) return std::nullopt;
  now_ = image[3];
  for (std::size_t i = 0; i < count_; ++i) {
    auto& unit = *units_[i];
    const auto key = static_cast<std::int64_t>(text_hash(unit.device.id()));
    bool found = false;
    for (std::size_t n = 0; n < lines && !found; ++n) {
      const auto words = image.subspan(kHead + n * unit_words, unit_words);
      if (words[0] != key) continue;
      MemoryWords raw{};
      if (words[3] != static_cast<std::int64_t>(memory_words)) return std::nullopt;
      std::copy_n(words.begin() + kUnitHead, memory_words, raw.begin());
      if (!unit.line.resume(std::bit_cast<line::Memory>(raw))) return std::nullopt;
      unit.device.set_life({words[1], words[2]});
      std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(kUnitHead + memory_words), line::kMaxTotalizers,
                  unit.booked.begin());
      found = true;
    }
    if (!found) {  // a line that is new on this controller begins now
      const Life life{unit.device.life().epoch, now_};
      unit.line = line::Line(unit.line.family(), static_cast<std::uint64_t>(key), now_);
      unit.device.set_life(life);
    }
  }
  return Kept{image[4], image[5], image[6]};
}

std::size_t Controller::save(std::span<std::int64_t, kMaxImageWords> image, const Kept& kept) const {
  const std::array<std::int64_t, kHead> head{
      kMagic, kFormat, static_cast<std::int64_t>(count_), now_, kept.next_bd_seq, kept.ledger_bytes, kept.was_live, 0};
  auto out = std::copy(head.begin(), head.end(), image.begin());
  for (std::size_t i = 0; i < count_; ++i) {
    const auto& unit = *units_[i];
    const auto life = unit.device.life();
    *out++ = static_cast<std::int64_t>(text_hash(unit.device.id()));
    *out++ = life.epoch;
    *out++ = life.start;
    *out++ = static_cast<std::int64_t>(kMemoryWords);
    const auto words = std::bit_cast<MemoryWords>(unit.line.memory());
    out = std::copy(words.begin(), words.end(), out);
    out = std::copy(unit.booked.begin(), unit.booked.end(), out);
  }
  return static_cast<std::size_t>(out - image.begin());
}

void Controller::advance(line::Time to, Ledger& ledger) {
  for (;;) {
    const auto border = (now_ / line::kMinuteMs + 1) * line::kMinuteMs;
    advance_unbooked(std::min(border, to));
    if (border > to) return;
    book(ledger);
  }
}

void Controller::advance_unbooked(line::Time to) {
  if (to <= now_) return;
  for (std::size_t i = 0; i < count_; ++i) units_[i]->line.advance(to);
  now_ = to;
}

void Controller::book(Ledger& ledger) {
  for (std::size_t i = 0; i < count_; ++i) {
    rows(*units_[i], ledger);
    const auto values = units_[i]->line.values();
    std::copy(values.begin(), values.end(), units_[i]->booked.begin());
  }
}

void Controller::preview(Ledger& ledger) const {
  for (std::size_t i = 0; i < count_; ++i) rows(*units_[i], ledger);
}

// What was made up to a border belongs to the minute that ends there.
void Controller::rows(const Unit& unit, Ledger& ledger) const {
  const auto minute = (now_ - 1) / line::kMinuteMs * line::kMinuteMs;
  for (std::size_t t = 0; t < unit.line.totalizers(); ++t) {
    const auto quantity = unit.line.value(t) - unit.booked[t];
    if (quantity == 0) continue;
    const auto totalizer = unit.line.totalizer(t);
    Ledger::Row row{minute, unit.id, output_measure(totalizer.measure), {}, {}, quantity};
    edge_node::Text<48> measure;
    if (totalizer.measure <= line::Measure::dispatched) {
      const auto cell = unit.line.cell(totalizer.index);
      row.product = cell.product->id;
      row.market = cell.market->country;
    } else if (totalizer.measure == line::Measure::time) {
      measure = edge_node::Text<48>("time.", line::measure_name(static_cast<line::State>(totalizer.index)));
      row.measure = measure;
    } else if (totalizer.measure == line::Measure::energy) {
      measure = edge_node::Text<48>("energy.", line::measure_name(static_cast<line::Carrier>(totalizer.index)));
      row.measure = measure;
    }
    ledger.row(row);
  }
}

}  // namespace songhua::controller
