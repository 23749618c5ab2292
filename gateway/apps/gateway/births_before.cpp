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
  const auto wanting = begun_in_the_middle(journal, from, to);
  struct Births {
    std::optional<UnixMillis> node;  // receipt of the NBIRTH in force
    std::vector<std::pair<std::string, storage::Entry>> all;
  };
  std::map<Node, Births> found;
  for (const auto& node : wanting) found[node];
  auto segments = journal.segments(std::nullopt, from);
  // A piece that was merged stands behind what is newer than it.
  std::ranges::sort(segments, std::greater{}, &storage::SegmentInfo::last_received);
  for (const auto& segment : segments) {
    const bool done = std::ranges::all_of(
        found, [&](const auto& node) { return node.second.node && *node.second.node > segment.last_received; });
    if (done) break;
    for (auto& entry : read(journal, segment.id)) {
      const bool counts = entry.fate == storage::Fate::applied || entry.fate == storage::Fate::held;
      if (entry.received >= from || !counts) continue;
      const auto message = heard(entry);
      if (!message || (message->type != MessageType::nbirth && message->type != MessageType::dbirth)) continue;
      const auto node = found.find(message->node);
      if (node == found.end()) continue;
      if (message->type == MessageType::nbirth)
        node->second.node = std::max(node->second.node.value_or(entry.received), entry.received);
      node->second.all.emplace_back(message->device, std::move(entry));
    }
  }
  std::vector<storage::Entry> births;
  for (auto& [node, of_node] : found) {
    if (!of_node.node) continue;
    std::map<std::string, storage::Entry> newest;  // the node's own under the empty name
    std::ranges::stable_sort(of_node.all, {}, [](const auto& birth) { return birth.second.received; });
    for (auto& [device, entry] : of_node.all) {
      if (entry.received >= *of_node.node) newest.insert_or_assign(device, std::move(entry));
    }
    for (auto& [device, entry] : newest) births.push_back(std::move(entry));
  }
  // Within one millisecond a node is born before its devices, which the map's order has kept.
  std::ranges::stable_sort(births, {}, &storage::Entry::received);
  return births;
}

}  // namespace songhua::gateway
