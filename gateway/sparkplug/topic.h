#pragma once

#include <string>
#include <string_view>

#include "model/result.h"
#include "sparkplug/message.h"

namespace songhua::sparkplug {

inline constexpr std::string_view kNamespace = "spBv1.0";

// spBv1.0/GROUP/TYPE/NODE[/DEVICE], or spBv1.0/STATE/HOST_ID. Views into the text that was parsed.
struct Topic {
  MessageType type = MessageType::state;
  std::string_view group;
  std::string_view node;
  std::string_view device;   // empty for messages of the node
  std::string_view host_id;  // STATE only
};

// Refused with the reason: other namespaces (also the obsolete spAv1.0), wrong number of levels, unknown message types,
// empty ids, ids that are no UTF-8 or hold '+', '#' or NUL. Serves tck-id-topic-structure and its relatives.
Result<Topic> parse_topic(std::string_view topic);

// May this be a group, edge node, device or host id: not empty, UTF-8, none of + / # and NUL?
bool is_valid_id(std::string_view id);

std::string node_topic(MessageType type, std::string_view group, std::string_view node);
std::string device_topic(MessageType type, std::string_view group, std::string_view node, std::string_view device);
std::string state_topic(std::string_view host_id);

}  // namespace songhua::sparkplug
