#include "sparkplug/topic.h"

#include <array>
#include <optional>

namespace songhua::sparkplug {
namespace {

std::optional<MessageType> parse_type(std::string_view text) {
  for (auto t : {MessageType::nbirth, MessageType::ndeath, MessageType::ndata, MessageType::ncmd, MessageType::dbirth,
                 MessageType::ddeath, MessageType::ddata, MessageType::dcmd})
    if (text == to_string(t)) return t;
  return std::nullopt;
}

// At most five levels matter; a sixth is counted to be refused.
struct Levels {
  std::array<std::string_view, 5> at{};
  std::size_t count = 0;
};

Levels split(std::string_view topic) {
  Levels levels;
  for (std::size_t begin = 0;;) {
    const auto slash = topic.find('/', begin);
    if (levels.count < levels.at.size()) levels.at[levels.count] = topic.substr(begin, slash - begin);
    ++levels.count;
    if (slash == std::string_view::npos || levels.count > levels.at.size()) return levels;
    begin = slash + 1;
  }
}

Error refuse(const char* why) {
  return Error{std::string("topic refused: ") + why};
}

}  // namespace

bool is_valid_id(std::string_view id) {
  return !id.empty() && id.find_first_of(std::string_view("+/#\0", 4)) == std::string_view::npos && is_utf8(id);
}

Result<Topic> parse_topic(std::string_view text) {
  const auto levels = split(text);
  if (levels.at[0] == "spAv1.0") return refuse("payload A (spAv1.0) is obsolete");
  if (levels.at[0] != kNamespace) return refuse("not in the namespace spBv1.0");
  Topic topic;
  if (levels.count >= 2 && levels.at[1] == "STATE") {
    // A group may not be told from STATE by its name: STATE is the only topic of three levels.
    if (levels.count == 3) {
      if (!is_valid_id(levels.at[2])) return refuse("host id is empty, no UTF-8, or holds + # or NUL");
      topic.host_id = levels.at[2];
      return topic;
    }
  }
  if (levels.count < 4 || levels.count > 5) return refuse("wrong number of levels");
  const auto type = parse_type(levels.at[2]);
  if (!type) return refuse("unknown message type");
  if (is_of_device(*type) && levels.count != 5) return refuse("message of a device without device id");
  if (!is_of_device(*type) && levels.count != 4) return refuse("message of a node with a device id");
  if (!is_valid_id(levels.at[1])) return refuse("group id is empty, no UTF-8, or holds + # or NUL");
  if (!is_valid_id(levels.at[3])) return refuse("edge node id is empty, no UTF-8, or holds + # or NUL");
  if (levels.count == 5 && !is_valid_id(levels.at[4]))
    return refuse("device id is empty, no UTF-8, or holds + # or NUL");
  topic.type = *type;
  topic.group = levels.at[1];
  topic.node = levels.at[3];
  if (levels.count == 5) topic.device = levels.at[4];
  return topic;
}

std::string node_topic(MessageType type, std::string_view group, std::string_view node) {
  std::string topic(kNamespace);
  for (auto level : {group, to_string(type), node}) topic.append("/").append(level);
  return topic;
}

std::string device_topic(MessageType type, std::string_view group, std::string_view node, std::string_view device) {
  return node_topic(type, group, node).append("/").append(device);
}

std::string state_topic(std::string_view host_id) {
  return std::string(kNamespace).append("/STATE/").append(host_id);
}

}  // namespace songhua::sparkplug
