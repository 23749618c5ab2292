#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/result.h"
#include "model/series.h"

// The door of the room: which metric of which device is which series of which line. `lines.toml` comes first
// (docs/lines-toml.md), then the built-in rules for the names of a Songhua line, whoever sends them. Pure.
namespace songhua::lines {

// A metric as its birth names it; `device` is empty for a metric of the edge node itself. `datatype` is the Sparkplug
// code, 0 where it is not known: unsigned ones wrap, and it guides suggestions.
struct MetricSource {
  std::string_view group;
  std::string_view node;
  std::string_view device;
  std::string_view metric;
  std::uint32_t datatype = 0;
};

// "G/E/D", or "G/E" of a node: the line id where no rule gives another.
[[nodiscard]] LineId default_line(const MetricSource& source);

// What holds where no rule says otherwise: silence from the birth's `Properties/Silence`, gap from the configuration.
struct SeriesDefaults {
  Silence silence = Silence::unknown;
  Millis gap = kQuarterHour;
};

// The metric is this series. `spec.unit` is empty where the catalogue's product decides (else "1").
struct SeriesMetric {
  SeriesSpec spec;
};

// The metric is the line's state. Every value sent is one of `states`, or implausible (quarantine; its time is not
// observed). Failures and the last state are told by the PackML code. `times` are the derived series of
// `time.<state>` (kind rate), empty for the built-in `State/Current`, whose lines send Time/<State> totalizers.
struct StateMetric {
  // Rate of a `time.<state>` series while the line is in that state: it gains 3,600,000 ms an hour.
  static constexpr std::int64_t kMillisPerHour = 3'600'000;
  static constexpr std::size_t kNoTime = static_cast<std::size_t>(-1);

  struct State {
    std::string sent;            // integers and booleans as decimal ("6", "1"), texts as sent
    std::string name;            // "execute"
    std::int32_t packml = 0;     // indicators.md 11.5; 0 (Undefined) for states that PackML does not know
    std::size_t time = kNoTime;  // index into `times`
  };
  std::vector<State> states;  // by `sent`
  std::vector<SeriesSpec> times;

  // None: the value is implausible. The pointers live as long as this object.
  [[nodiscard]] const State* find(std::string_view sent) const;
  [[nodiscard]] const State* find(std::int64_t sent) const;
};

struct CounterEpochMetric {};  // Properties/Counter Epoch
struct CounterStartMetric {};  // Properties/Counter Start
struct SilenceMetric {};       // Properties/Silence
struct PropertyMetric {        // any other Properties/...: shown, never summed
  std::string name;            // without "Properties/"
};
struct IgnoredMetric {};  // bdSeq, Node Control/..., Device Control/..., and what a rule says to ignore
// No rule knows the metric: it is journaled, listed, and costs nothing else.
struct UnmappedMetric {
  std::string suggestion;  // a [[rule]] that would map it, to be pasted into lines.toml
};

using Meaning = std::variant<UnmappedMetric, SeriesMetric, StateMetric, CounterEpochMetric, CounterStartMetric,
                             SilenceMetric, PropertyMetric, IgnoredMetric>;

struct Match {
  LineId line;
  Meaning meaning;
  std::string rule;  // "lines.toml:12", or "built in"; empty for an unmapped metric

  // Every series that the metric feeds.
  [[nodiscard]] std::vector<const SeriesSpec*> series() const;
};

// A metric seen somewhere, with its own texts.
struct SeenMetric {
  std::string group;
  std::string node;
  std::string device;
  std::string metric;
  std::uint32_t datatype = 0;

  [[nodiscard]] MetricSource source() const { return {group, node, device, metric, datatype}; }
  [[nodiscard]] std::string name() const;  // "G/E/D metric"
};

// Two or more metrics that would feed one series.
struct Clash {
  LineId line;
  SeriesKey key;
  std::vector<std::string> metrics;  // SeenMetric::name(), in the order given
};

// A compiled lines.toml. Immutable, cheap to copy, thread-safe. match() is meant to be called once per metric of a
// birth, not per message: its cost is linear in rules, and in the length of pattern times name.
class Mapping {
 public:
  Mapping();  // the built-in rules only: no lines.toml
  // An error holds every fault, one a line, each with file, line and key.
  static Result<Mapping> parse(std::string_view toml, std::string_view file);

  [[nodiscard]] Match match(const MetricSource& source, const SeriesDefaults& defaults = {}) const;
  [[nodiscard]] std::vector<Clash> clashes(const std::vector<SeenMetric>& metrics) const;
  // "lines.toml:12" of every rule that none of the metrics has met.
  [[nodiscard]] std::vector<std::string> idle_rules(const std::vector<SeenMetric>& metrics) const;

 private:
  struct Rules;
  explicit Mapping(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const Rules> rules_;
};

}  // namespace songhua::lines
