// What an edge node does when a host writes to it: rebirth, and writable metrics.
#include <limits>

#include "edge_node/node.h"
#include "edge_node/sources.h"

namespace songhua::edge_node {
namespace {

// The value as the metric's type wants it; DataType::none where it does not fit.
Value convert(const Command& command, DataType type) {
  using Field = Command::Field;
  if (command.null) return {};
  const bool integer = command.field == Field::integer;
  switch (type) {
    case DataType::int32:
      if (!integer || command.integer < std::numeric_limits<std::int32_t>::min() ||
          command.integer > std::numeric_limits<std::int32_t>::max()) {
        return {};
      }
      return Value::int32(static_cast<std::int32_t>(command.integer));
    case DataType::int64:
      return integer ? Value::int64(command.integer) : Value{};
    case DataType::float64:
      return command.field == Field::real ? Value::float64(command.real) : Value{};
    case DataType::boolean:
      return command.field == Field::boolean ? Value::boolean(command.integer != 0) : Value{};
    case DataType::string:
      return command.field == Field::string ? Value::string(command.text) : Value{};
    default:
      break;  // tables, templates and arrays are told, not written
  }
  return {};
}

class Nothing final : public CommandSink {
 public:
  void command(const Command&) override {}
};

}  // namespace

class Node::Commands final : public CommandSink {
 public:
  Commands(Node& node, Slot& slot) : node_(node), slot_(slot) {}

  void command(const Command& command) override {
    const bool own = &slot_ == &node_.own_;
    if (own && !command.alias && command.name.view() == kRebirth) {
      if (!command.null && command.field == Command::Field::boolean && command.integer != 0) {
        node_.rebirth_wanted_ = true;
      }
      return;
    }
    for (std::size_t i = 0; i < slot_.device->metrics(); ++i) {
      const auto metric = slot_.device->metric(i);
      const bool meant = command.alias ? *command.alias == node_.alias(slot_, i)
                                       : !command.name.truncated() && command.name.view() == metric.name;
      if (!meant) continue;
      const auto value = convert(command, metric.type);
      if (!metric.writable || value.type() == DataType::none || !slot_.device->write(i, value)) {
        ++node_.counters_.refused_writes;
      }
      return;
    }
    ++node_.counters_.ignored_commands;
  }

 private:
  Node& node_;
  Slot& slot_;
};

// All or nothing: a payload that breaks off is obeyed in no part. The outcome shows in the next sample.
void Node::command(std::string_view topic, std::span<const std::uint8_t> payload) {
  const Text<256> ncmd("spBv1.0/", config_.group, "/NCMD/", config_.node);
  const Text<256> dcmd("spBv1.0/", config_.group, "/DCMD/", config_.node, "/");
  Slot* target = nullptr;
  if (topic == ncmd.view()) target = &own_;
  if (topic.starts_with(dcmd.view())) target = find(topic.substr(dcmd.view().size()));
  Nothing nothing;
  if (target == nullptr || !decode_commands(payload, nothing)) {
    ++counters_.ignored_commands;
    return;
  }
  Commands commands(*this, *target);
  decode_commands(payload, commands);
  obey_rebirth();
}

}  // namespace songhua::edge_node
