#include <cstdint>
#include <cstdlib>

#include "sparkplug/topic.h"

// Any topic is refused with a reason, or is exactly what its parts format to.
using namespace songhua::sparkplug;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto topic = parse_topic(text);
  if (!topic) return topic.error().message.empty() ? std::abort(), 0 : 0;
  const auto again = topic->type == MessageType::state ? state_topic(topic->host_id)
                     : is_of_device(topic->type) ? device_topic(topic->type, topic->group, topic->node, topic->device)
                                                 : node_topic(topic->type, topic->group, topic->node);
  if (again != text || !is_utf8(text)) std::abort();
  return 0;
}
