#include "ingest/last_births.h"

namespace songhua::ingest {

std::optional<UnixMillis> LastBirths::stale_since(const Pipeline::SessionKey& key, std::string_view device) const {
  const auto session = pipeline_.sessions().find(key);
  if (session == pipeline_.sessions().end()) return std::nullopt;
  if (device.empty()) return session->second.stale_since();
  const auto it = session->second.devices().find(device);
  return it == session->second.devices().end() ? std::nullopt : it->second.stale_since;
}

void LastBirths::message(const Observed& observed, const sparkplug::Topic& topic, const sparkplug::Payload& payload,
                         const std::shared_ptr<const sparkplug::NameTable>& names) {
  if (!names) return;
  const Pipeline::SessionKey key{observed.server, std::string(topic.group) + "/" + std::string(topic.node)};
  auto& devices = devices_[key];
  auto it = devices.find(topic.device);
  if (it == devices.end()) it = devices.emplace(std::string(topic.device), Device{}).first;
  Device& device = it->second;
  if (sparkplug::is_birth(topic.type) || !device.names) {
    if (auto share = names->share(topic.device)) device.names = std::move(share);
  }
  const auto stale = stale_since(key, topic.device);
  if (stale != device.stale_since) {
    device.stale_since = stale;
    device.heard.clear();
  }
  if (stale && sparkplug::is_data(topic.type)) hear(device, payload, observed.received);
}

// Historical values tell of the past: they clear nothing (sparkplug.md 3).
void LastBirths::hear(Device& device, const sparkplug::Payload& payload, UnixMillis received) const {
  if (!device.names) return;
  for (const auto& metric : payload.metrics()) {
    if (metric.is_historical()) continue;
    const auto* def =
        metric.has_alias() ? device.names->by_alias(metric.alias()) : device.names->by_name(metric.name());
    if (def != nullptr) device.heard[static_cast<std::size_t>(def - device.names->all().data())] = received;
  }
}

std::shared_ptr<const sparkplug::DeviceNames> LastBirths::of(const Pipeline::SessionKey& key,
                                                             const std::string& device) const {
  if (const auto session = pipeline_.sessions().find(key); session != pipeline_.sessions().end()) {
    if (const auto& names = session->second.names()) {
      if (auto share = names->share(device)) return share;
    }
  }
  const auto node = devices_.find(key);
  if (node == devices_.end()) return nullptr;
  const auto it = node->second.find(device);
  return it == node->second.end() ? nullptr : it->second.names;
}

std::map<std::size_t, UnixMillis> LastBirths::heard_again(const Pipeline::SessionKey& key,
                                                          const std::string& device) const {
  const auto node = devices_.find(key);
  if (node == devices_.end()) return {};
  const auto it = node->second.find(device);
  if (it == node->second.end() || it->second.stale_since != stale_since(key, device)) return {};
  return it->second.heard;
}

}  // namespace songhua::ingest
