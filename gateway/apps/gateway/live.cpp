#include "live.h"

#include <chrono>

namespace songhua::gateway {
namespace {

// The pipeline's loop turns at least ten times a second; a longer wait means a long commit.
constexpr std::chrono::milliseconds kPatience{500};

Live::Device device_of(std::string name, const sparkplug::DeviceState& state, bool node_online) {
  Live::Device device;
  device.name = std::move(name);
  device.online = node_online && state.status == sparkplug::DeviceStatus::online;
  device.since = state.since;
  device.stale_since = state.stale_since;
  return device;
}

}  // namespace

const std::set<LineId>& LiveCamera::lines_of(const lines::Mapping& mapping, const std::string& node,
                                             const sparkplug::DeviceNames& names) {
  const auto [it, added] = lines_.try_emplace({node, names.id()});
  if (!added) return it->second;
  const auto slash = node.find('/');
  const auto group = std::string_view(node).substr(0, slash);
  const auto edge = slash == std::string::npos ? std::string_view{} : std::string_view(node).substr(slash + 1);
  for (const auto& metric : names.all()) {
    const auto match = mapping.match({group, edge, names.device(), metric.name, metric.datatype});
    const bool feeds = std::holds_alternative<lines::SeriesMetric>(match.meaning) ||
                       std::holds_alternative<lines::StateMetric>(match.meaning);
    if (feeds) it->second.insert(match.line);
  }
  return it->second;
}

Live LiveCamera::take(const ingest::Host& host, const ingest::Pipeline& pipeline, UnixMillis now) {
  Live live;
  live.at = now;
  live.host = host.report();
  live.waiting = pipeline.waiting();
  live.waiting_bytes = pipeline.waiting_bytes();
  if (lines_.size() > 4 * pipeline.sessions().size() + 10'000) lines_.clear();  // names that nobody uses any more
  for (const auto& [key, session] : pipeline.sessions()) {
    if (key.first >= live.host.servers.size()) continue;  // of an import: nobody is there
    auto& node = live.nodes.emplace_back();
    node.server = key.first;
    node.name = key.second;
    node.state = to_string(session.state());
    node.online = session.online();
    node.since = session.since();
    node.bd_seq = session.bd_seq();
    node.seq = session.last_seq();
    node.counters = session.counters();
    const auto lines = [this, &pipeline, &session = session, &key = key](std::string_view device) -> std::set<LineId> {
      const auto* names = session.names() ? session.names()->device(device) : nullptr;
      return names != nullptr ? lines_of(pipeline.mapping(), key.second, *names) : std::set<LineId>{};
    };
    if (auto own = lines(""); !own.empty()) {
      node.devices.push_back({"", std::move(own), node.online, node.since, session.stale_since()});
    }
    for (const auto& [name, state] : session.devices()) {
      auto& device = node.devices.emplace_back(device_of(name, state, node.online));
      device.lines = lines(name);
    }
  }
  return live;
}

void LiveBoard::post(Live live) {
  auto fresh = std::make_shared<const Live>(std::move(live));
  {
    const std::lock_guard lock(mutex_);
    newest_ = std::move(fresh);
    ++number_;
    wanted_ = false;
  }
  posted_.notify_all();
}

std::shared_ptr<const Live> LiveBoard::ask() {
  std::unique_lock lock(mutex_);
  const auto before = number_;
  wanted_ = true;
  posted_.wait_for(lock, kPatience, [&] { return number_ != before; });
  return newest_;
}

}  // namespace songhua::gateway
