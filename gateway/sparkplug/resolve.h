#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/time.h"
#include "sparkplug/names.h"
#include "sparkplug/value.h"

// A payload's metrics with their names, datatypes and values: what the rest of the gateway works with.
namespace songhua::sparkplug {

enum class Problem : std::uint8_t {
  none,
  no_name,                // neither name nor alias
  unknown_alias,          // no birth explains it
  alias_of_other_device,  // the alias belongs to another device of the node
  unknown_name,           // the births are known and do not list it; still usable by its name
  no_value,               // no value field, and not null
  wrong_datatype,         // the value field does not fit the birth's datatype
  out_of_range,
  unknown_datatype,
  bad_array,
  invalid_utf8,  // name or text value
  nan_or_inf,
  bad_time,  // beyond the year 9999
  too_deep,  // Template or PropertySet nested deeper than the limit
};
std::string_view to_string(Problem problem);  // "unknown_alias"

struct ResolvedMetric {
  std::string_view name;  // of the birth, or the message's own; empty where unknown; may be no UTF-8 (see problem)
  const MetricDef* def = nullptr;  // position in its share: def - share->all().data()
  std::uint32_t datatype = 0;      // of the birth, else of the message, else by the field
  bool datatype_implied = false;   // neither birth nor message name it
  std::optional<UnixMillis> time;  // the metric's, else the payload's
  bool is_historical = false;
  bool is_transient = false;
  bool is_null = false;
  Problem problem = Problem::none;
  Value value;              // monostate for null, and where a problem leaves none
  std::uint32_t index = 0;  // of the metric in the payload

  [[nodiscard]] bool usable() const { return problem == Problem::none || problem == Problem::unknown_name; }
};

// Views point into the payload and the name table; both must outlive it. Reuse one object: it keeps its memory.
struct ResolvedMessage {
  std::vector<ResolvedMetric> metrics;
  std::optional<UnixMillis> time;      // of the payload
  std::uint32_t alias_name_clash = 0;  // metrics whose alias and name disagree: the alias won
  std::uint32_t datatype_clash = 0;    // metrics whose datatype differs from the birth's: the birth's was kept
  std::uint32_t unknown = 0;           // unknown_alias, alias_of_other_device and unknown_name
};

struct ResolveOptions {
  // Of a held message: what says all by itself, not what only a birth explains.
  bool only_named = false;
  bool is_birth = false;  // its own names and datatypes count
  int max_depth = 16;
};

// Does only a birth tell what this metric says? Such metrics of a held message wait: those that carry an alias alone,
// and numbers whose highest bit is set, which are a large counter to one datatype and negative to another.
inline bool waits_for_birth(const Metric& metric) {
  constexpr std::uint32_t kHighestOf32 = 0x8000'0000;
  constexpr std::uint64_t kHighestOf64 = 0x8000'0000'0000'0000;
  if (metric.has_alias() && metric.name().empty()) return true;
  return !metric.has_datatype() && !metric.is_null() &&
         (metric.int_value() >= kHighestOf32 || metric.long_value() >= kHighestOf64);
}

// `names` null: no birth known, only what carries a name is usable. Faulty metrics never disturb their neighbours.
void resolve(const Payload& payload, std::string_view device, const NameTable* names, const ResolveOptions& options,
             ResolvedMessage& out);

}  // namespace songhua::sparkplug
