#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/pipeline.h"

// What each device's newest birth listed, kept for people after its session has ended (the session itself forgets it,
// so that nothing of an ended session explains an alias), and which of its metrics were heard again since they went
// stale.
namespace songhua::ingest {

class LastBirths final : public Observer {
 public:
  // `pipeline` must outlive it. Same thread.
  explicit LastBirths(const Pipeline& pipeline) : pipeline_(pipeline) {}

  void message(const Observed& observed, const sparkplug::Topic& topic, const sparkplug::Payload& payload,
               const std::shared_ptr<const sparkplug::NameTable>& names) override;

  // Null where no birth was seen since this program started and the session knows none either.
  [[nodiscard]] std::shared_ptr<const sparkplug::DeviceNames> of(const Pipeline::SessionKey& session,
                                                                 const std::string& device) const;
  // When a metric was heard again, by its position in of(...)->all(); empty where none was since the device went stale.
  [[nodiscard]] std::map<std::size_t, UnixMillis> heard_again(const Pipeline::SessionKey& session,
                                                              const std::string& device) const;

 private:
  struct Device {
    std::shared_ptr<const sparkplug::DeviceNames> names;
    std::optional<UnixMillis> stale_since;  // to which `heard` belongs
    std::map<std::size_t, UnixMillis> heard;
  };
  void hear(Device& device, const sparkplug::Payload& payload, UnixMillis received) const;
  [[nodiscard]] std::optional<UnixMillis> stale_since(const Pipeline::SessionKey& session,
                                                      std::string_view device) const;

  const Pipeline& pipeline_;
  std::map<Pipeline::SessionKey, std::map<std::string, Device, std::less<>>> devices_;
};

}  // namespace songhua::ingest
