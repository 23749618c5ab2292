#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "forward/outbox.h"
#include "ingest/host.h"
#include "ingest/last_births.h"
#include "ingest/pipeline.h"
#include "sparkplug/host_session.h"

// The state of a gateway as `status` tells it: sessions with every metric, servers, forwarding, quarantine; of a
// running one, or what its store knows while none runs. A view is a copy that shares only what never changes, so it can
// be put into words on another thread.
namespace songhua::gateway {

struct MetricView {  // beside its name, which is in DeviceView::names
  bool stale = false;
  UnixMillis since;
};

struct DeviceView {
  std::string device;  // empty: the edge node's own metrics
  LineId line;
  bool online = false;
  UnixMillis since;
  std::optional<UnixMillis> stale_since;
  std::optional<UnixMillis> born;                       // when its newest birth came
  std::shared_ptr<const sparkplug::DeviceNames> names;  // of its newest birth; may be null
  std::map<std::size_t, UnixMillis> heard_again;        // since stale_since, by position in names->all()

  [[nodiscard]] MetricView metric(std::size_t position) const;
};

struct NodeView {
  std::string node;  // "GROUP/NODE"
  std::uint8_t server = 0;
  sparkplug::SessionState state{};
  bool online = false;
  UnixMillis since;
  std::optional<std::uint64_t> bd_seq;
  std::optional<std::uint8_t> seq;
  std::size_t held = 0;
  sparkplug::SessionCounters counters;
  DeviceView own;
  std::vector<DeviceView> devices;
};

struct StatusView {
  UnixMillis at;
  bool running = false;  // otherwise servers are not asked and `host` says nothing
  std::vector<NodeView> nodes;
  ingest::HostStatusReport host;
  std::optional<forward::OutboxStatus> outbox;  // none: nothing is forwarded
  std::string forward_error;                    // of the connection to the centre; empty while all is well
  std::map<std::string, std::uint64_t> quarantine, counts;
  std::vector<LineId> lines;
  std::string store_error;  // why what the store knows is missing here
};

// Which line a device feeds: that of its first metric that is mapped to a series, else the default.
class LineNames {
 public:
  explicit LineNames(lines::Mapping mapping) : mapping_(std::move(mapping)) {}
  const LineId& of(const std::string& node, const DeviceView& device);
  void adopt(lines::Mapping mapping);  // forgets what the old one said

 private:
  struct Known {
    std::uint64_t names = 0;
    LineId line;
  };
  lines::Mapping mapping_;
  std::map<std::pair<std::string, std::string>, Known> known_;  // node and device
};

// Of a running gateway; the pipeline's thread.
[[nodiscard]] std::vector<NodeView> nodes_of(const ingest::Pipeline& pipeline, const ingest::LastBirths& births,
                                             LineNames& lines);
// What a store knows while nothing runs.
[[nodiscard]] StatusView view_of_store(storage::Store& store, const Context& context);
// Quarantine, counters, lines and outbox of a store into a view.
void fill_from_store(StatusView& view, storage::Store& store, bool forwards);

// As interfaces.md has it. Without metrics it is short.
[[nodiscard]] nlohmann::json status_json(const StatusView& view, const config::GatewayConfig& config,
                                         bool with_metrics);
// The same for a person, lined up.
[[nodiscard]] std::string status_table(const nlohmann::json& status);

}  // namespace songhua::gateway
