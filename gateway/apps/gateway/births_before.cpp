#include "births_before.h"

#include <algorithm>
#include <map>
#include <set>

#include "commands.h"
#include "sparkplug/topic.h"

namespace songhua::gateway {
namespace {

using sparkplug::MessageType;
using Node = std::pair<std::uint8_t, std::string>;  // server, "GROUP/NODE"

struct Heard {
  Node node;
  MessageType type{};
  std::string device;
};

std::optional<Heard> heard(const storage::Entry& entry) {
  if (entry.kind != storage::EntryKind::message) return std::nullopt;
  const auto topic = sparkplug::parse_topic(entry.topic);
  if (!topic || topic->node.empty()) return std::nullopt;
  return Heard{{entry.server, std::string(topic->group).append("/").append(topic->node)},
               topic->type,
               std::string(topic->device)};
}

std::vector<storage::Entry> read(const storage::Journal& journal, std::uint64_t segment) {
  auto entries = journal.read(segment);
  if (!entries) throw Failure{kFault, entries.error().message};
  return std::move(*entries);
}

std::set<Node> begun_in_the_middle(const storage::Journal& journal, UnixMillis from, std::optional<UnixMillis> to) {
  std::set<Node> born, wanting;
  for (const auto& segment : journal.segments(from, to)) {
    for (const auto& entry : read(journal, segment.id)) {
      if (entry.received < from || (to && entry.received >= *to)) continue;
      const auto message = heard(entry);
      if (!message || born.contains(message->node)) continue;
      if (message->type == MessageType::nbirth) {
        born.insert(message->node);
      } else {
        wanting.insert(message->node);
      }
    }
  }
  return wanting;
}

}  // namespace

std::vector<storage::Entry> births_before(const storage::Journal& journal, UnixMillis from,
                                          std::optional<UnixMillis> to) {
  auto wanting = begun_in_the_middle(journal, from, to);
  std::vector<storage::Entry> births;  // newest first
  std::set<std::pair<Node, std::string>> seen;
  const auto segments = journal.segments(std::nullopt, from);
  for (auto segment = segments.rbegin(); segment != segments.rend() && !wanting.empty(); ++segment) {
    auto entries = read(journal, segment->id);
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (entry->received >= from || entry->fate != storage::Fate::applied) continue;
      const auto message = heard(*entry);
      if (!message || !wanting.contains(message->node)) continue;
      const bool of_node = message->type == MessageType::nbirth;
      if (!of_node && message->type != MessageType::dbirth) continue;
      if (!of_node && !seen.emplace(message->node, message->device).second) continue;
      if (of_node) wanting.erase(message->node);
      births.push_back(std::move(*entry));
    }
  }
  std::reverse(births.begin(), births.end());
  return births;
}

}  // namespace songhua::gateway
