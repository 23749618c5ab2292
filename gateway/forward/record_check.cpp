// Whether a record may stand in a store: values that its makers cannot have meant would make later sums overflow.
#include "forward/batch.h"
#include "rollup/codec.h"

namespace songhua::forward {
namespace {

using namespace rollup;

// Joins multiply values by spans of up to 2^35 ms (a year), and add a few bits for sums and factors of two.
constexpr int128 kLargestQuantity = int128{1} << 88U;
constexpr int128 kLargestRate = int128{1} << 84U;
constexpr int128 kLargestSum = int128{1} << 118U;
constexpr std::int64_t kLargestTime = std::int64_t{1} << 53U;

bool within(int128 value, int128 bound) {
  return -bound <= value && value <= bound;
}

struct PartCheck {
  Window window;

  [[nodiscard]] bool inside(UnixMillis t) const { return window.contains(t); }
  // An interval's end is exclusive: it may be the window's.
  [[nodiscard]] bool inside_or_end(UnixMillis t) const { return window.start <= t && t <= window.end; }
  [[nodiscard]] bool counter(const Reading& r) const {
    return inside(r.time) && r.value >= 0 && within(r.value, kLargestQuantity);
  }

  bool operator()(const TotalizerPart& part) const {
    if (part.first_void && !inside(*part.first_void)) return false;
    for (const auto& run : part.runs) {
      const auto& second = run.second.value_or(run.last);
      if (!counter(run.first) || !counter(second) || !counter(run.last)) return false;
      if (second.time < run.first.time || run.last.time < second.time) return false;
      if (run.void_after && !inside(*run.void_after)) return false;
    }
    return true;
  }
  bool operator()(const RatePart& part) const {
    return inside(part.first.time) && inside(part.last.time) && part.first.time <= part.last.time &&
           within(part.first.per_hour.units, kLargestRate) && within(part.last.per_hour.units, kLargestRate) &&
           within(part.twice_integral, kLargestSum);
  }
  bool operator()(const AmountPart& part) const {
    return inside_or_end(part.first) && inside_or_end(part.last) && part.first <= part.last &&
           within(part.sum, kLargestQuantity);
  }
  bool operator()(const GaugePart& part) const {
    return part.count > 0 && inside(part.first.time) && inside(part.last.time) && part.first.time <= part.last.time &&
           within(part.sum, kLargestSum) && within(part.min.units, kLargestSum) && within(part.max.units, kLargestSum);
  }
  bool operator()(const LevelPart& part) const {
    return inside(part.first.time) && inside(part.last.time) && part.first.time <= part.last.time &&
           within(part.first.value, kLargestQuantity) && within(part.last.value, kLargestQuantity);
  }
};

bool kind_matches(const SeriesData& data, SeriesKind kind) {
  return data.index() == static_cast<std::size_t>(kind);
}

bool plausible_time(UnixMillis t) {
  return within(count_of(t), kLargestTime);
}

bool plausible_head(const Record& record, Window window) {
  for (const auto& epoch : record.epochs) {
    if (!plausible_time(epoch.first)) return false;
    if (epoch.counter_start && !within(count_of(*epoch.counter_start), int128{1} << 61U)) return false;
  }
  for (const auto& stretch : record.stretches) {
    for (const auto t : {stretch.first_time, stretch.last_time, stretch.first_live.value_or(window.start),
                         stretch.last_live.value_or(window.start)}) {
      if (!plausible_time(t)) return false;
    }
  }
  if (record.heard && (!plausible_time(record.heard->first) || !plausible_time(record.heard->last))) return false;
  return !record.state || (window.contains(record.state->first.time) && window.contains(record.state->last.time));
}

std::optional<std::string> wrong_part(const SeriesPart& part, const Record& record, const LineId& line,
                                      const WireDictionary& dictionary) {
  const auto index = static_cast<std::size_t>(part.series);
  const auto name = "series " + std::to_string(index);
  if (index >= dictionary.series.size()) return name + " is not in its dictionary";
  const auto& spec = dictionary.series[index];
  if (spec.line != line) return name + " is another line's";
  if (!kind_matches(part.data, spec.kind)) return name + " is of another kind than its dictionary says";
  if (!std::visit(PartCheck{record.window}, part.data)) return name + " has times or values out of range";
  return std::nullopt;
}

}  // namespace

std::optional<Refused> check_record(const BatchRecord& record, const WireDictionary& dictionary) {
  const auto refused = [&](const std::string& why) {
    return Refused{Refusal::bad_record, "record of line " + std::to_string(static_cast<std::uint32_t>(record.line)) +
                                            " at " + format_utc(record.window.start) + ": " + why};
  };
  const auto line = static_cast<std::size_t>(record.line);
  if (line >= dictionary.lines.size()) return refused("the line is not in its dictionary");
  if (static_cast<std::size_t>(record.source) >= dictionary.sources.size()) {
    return refused("the source is not in its dictionary");
  }
  if (record.content.empty()) return std::nullopt;
  if (static_cast<std::uint8_t>(record.content.front()) > kRecordFormat) {
    return Refused{Refusal::newer_format, "a record of format " +
                                              std::to_string(static_cast<std::uint8_t>(record.content.front())) +
                                              "; this centre reads " + std::to_string(kRecordFormat)};
  }
  const auto content = decode(record.content);
  if (!content) return refused(content.error().message);
  if (content->window != record.window) return refused("its content is of another window");
  if (!plausible_head(*content, record.window)) return refused("it has times out of range");
  for (const auto& part : content->series) {
    if (auto wrong = wrong_part(part, *content, dictionary.lines[line].id, dictionary)) return refused(*wrong);
  }
  return std::nullopt;
}

}  // namespace songhua::forward
