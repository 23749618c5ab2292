#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "lines/mapping.h"
#include "rollup/builder.h"
#include "sparkplug/resolve.h"
#include "sparkplug/topic.h"
#include "storage/store.h"

// From a Sparkplug message to what the rollup sees of it: names resolved, metrics mapped to series, values in base
// units, times within limits. What is refused is told, never dropped in silence.
namespace songhua::ingest {

struct TimeLimits {
  Millis future = std::chrono::minutes{5};          // beyond the receive time
  UnixMillis floor = unix_millis(946'656'000'000);  // 2000-01-01 in Asia/Shanghai
};

struct Refusal {
  std::string reason;  // "future", "past", "negative", "wrong_datatype", "unknown_alias", ...
  std::string detail;  // the metric
  bool operator==(const Refusal&) const = default;
};

// How much of a message is read.
enum class Take : std::uint8_t {
  whole,
  named,      // what says all by itself; the rest waits for a birth
  completed,  // the whole of a message that was taken before its birth was known: takes the place of what counted then
};

struct Translation {
  std::shared_ptr<rollup::SourceMessage> message;
  std::vector<Refusal> refusals;
  bool unknown_metrics = false;  // a wish for a rebirth
};

// Keeps what it learnt of each device's metrics, so that a message costs no name look-ups. Not thread-safe.
class Translator {
 public:
  // `store` must outlive it; new lines and series are written to its dictionary.
  Translator(storage::Store& store, lines::Mapping mapping, TimeLimits limits, Millis gap);

  Translation translate(const sparkplug::Topic& topic, const sparkplug::Payload& payload,
                        const sparkplug::NameTable* names, Take how, UnixMillis received);
  // The same of a message that was translated before and is only read again: nothing is learnt from it.
  Translation again(const sparkplug::Topic& topic, const sparkplug::Payload& payload, const sparkplug::NameTable* names,
                    Take how, UnixMillis received);

  // Every minute that a message may touch, whatever its metrics mean; ascending.
  [[nodiscard]] std::vector<UnixMillis> minutes_of_all(const sparkplug::Payload& payload, UnixMillis received) const;

  [[nodiscard]] const lines::Mapping& mapping() const { return mapping_; }
  // Forgets all it learnt (after a rollback the dictionary may have lost numbers).
  void reset();
  void adopt(lines::Mapping mapping);
  // Every reason that a Refusal may have, and the prefixes of the facts that it keeps in the store.
  [[nodiscard]] static std::vector<std::string> reasons();
  static constexpr const char* kSilenceFact = "silence:";
  static constexpr const char* kBirthFact = "birth:";

 private:
  struct Role {
    lines::Meaning meaning;
    rollup::LineIndex line{};
    bool has_line = false;
    std::vector<rollup::SeriesIndex> series;  // of a SeriesMetric one; of a StateMetric one per derived time
  };
  struct Roles {
    std::vector<Role> metrics;          // by position in the birth's share
    std::set<rollup::LineIndex> lines;  // that have series
  };
  using RolesByShare = std::map<std::uint64_t, std::unique_ptr<Roles>>;  // by content of the birth
  struct Context;                                                        // of one message being translated

  // A counter's width is said by births; of several by the one received last. So is what silence means, by the last
  // that says it.
  struct LastBirth {
    UnixMillis received = UnixMillis::min();
    std::uint64_t share = 0;
  };
  LastBirth& last_birth(const std::string& device);
  void note_birth(const sparkplug::Topic& topic, const sparkplug::DeviceNames& share, UnixMillis received);
  enum class Known : std::uint8_t { stays, is_replaced };  // the width that other births have given a series

  Role role_of(const lines::MetricSource& source, Silence silence, bool datatype_implied, Known known);
  const Roles& roles_of(const sparkplug::Topic& topic, const sparkplug::DeviceNames& share);
  const Role& role_of_name(const sparkplug::Topic& topic, const sparkplug::ResolvedMetric& metric);
  const Role& role_of_metric(const sparkplug::Topic& topic, const sparkplug::DeviceNames* share,
                             const sparkplug::ResolvedMetric& metric, Context& context);
  struct SaidOfSilence {
    Silence silence = Silence::unknown;
    UnixMillis received = UnixMillis::min();  // of the birth that said so
  };
  SaidOfSilence& silence_of(const std::string& device);
  void learn_silence(const sparkplug::Topic& topic, const std::string& value, UnixMillis received);
  void take(const sparkplug::Topic& topic, const sparkplug::DeviceNames* share, const sparkplug::ResolvedMetric& metric,
            Context& context);
  void take_series(const Role& role, const sparkplug::ResolvedMetric& metric, UnixMillis time, Context& context);
  void take_state(const Role& role, const sparkplug::ResolvedMetric& metric, UnixMillis time, Context& context);

  storage::Store& store_;
  lines::Mapping mapping_;
  TimeLimits limits_;
  Millis gap_;
  bool learns_ = true;
  sparkplug::ResolvedMessage resolved_;
  std::unordered_map<std::string, RolesByShare> by_share_;  // by device
  std::map<std::string, std::unique_ptr<Role>> by_name_;
  std::map<std::string, SaidOfSilence> silence_;
  std::unordered_map<std::string, LastBirth> last_births_;  // by device
};

}  // namespace songhua::ingest
