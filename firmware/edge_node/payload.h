#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "edge_node/text.h"
#include "edge_node/value.h"

// Sparkplug payloads on the controller: written and read by nanopb, one metric at a time, so that no buffer has to hold
// all metrics of a message. No heap.
namespace songhua::edge_node {

struct MetricOut {
  std::string_view name{};  // empty: left out
  std::optional<std::uint64_t> alias{};
  std::optional<std::uint64_t> timestamp{};
  bool datatype = false;    // births tell it, data leaves it out
  bool historical = false;  // written only when true
  Value value{};
  const Device* described_by = nullptr;  // its properties and description of metric `index` go along
  std::size_t index = 0;
  bool plain = false;                // of the properties only those that are numbers
  std::optional<Quality> quality{};  // the property of that name
};

// Gives the metrics of one payload, in order: fill `metric` and return true, or return false after the last one.
class MetricSource {
 public:
  virtual void rewind() = 0;
  virtual bool next(MetricOut& metric) = 0;

 protected:
  ~MetricSource() = default;
};

// Bytes written into `out`; 0 if it is too small.
std::size_t encode(std::span<std::uint8_t> out, std::optional<std::uint64_t> timestamp,
                   std::optional<std::uint64_t> seq, MetricSource& metrics);

// One metric of an NCMD or DCMD. A string value lives as long as the call.
struct Command {
  Text<96> name;  // truncated: no name of ours is so long
  std::optional<std::uint64_t> alias;
  bool null = false;
  // The value field that was on the wire, and its content.
  enum class Field : std::uint8_t { none, integer, real, boolean, string } field = Field::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
};

class CommandSink {
 public:
  virtual void command(const Command& command) = 0;

 protected:
  ~CommandSink() = default;
};

// False: no Sparkplug payload. Metrics before the fault have been told, so look twice: a caller that wants all or
// nothing decodes into a sink that does nothing first.
bool decode_commands(std::span<const std::uint8_t> payload, CommandSink& sink);

}  // namespace songhua::edge_node
