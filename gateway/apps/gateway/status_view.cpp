#include "status_view.h"

#include "ingest/stored_names.h"
#include "storage/rebuild.h"

namespace songhua::gateway {
namespace {

using nlohmann::json;

DeviceView own_view(const sparkplug::HostSession& session) {
  DeviceView view;
  view.online = session.online();
  view.since = session.since();
  view.stale_since = session.stale_since();
  view.born = session.born();
  return view;
}

std::vector<DeviceView> device_views(const sparkplug::HostSession& session) {
  std::vector<DeviceView> views;
  for (const auto& [name, device] : session.devices()) {
    DeviceView view;
    view.device = name;
    // While the node itself is lost nobody knows: its devices are not shown as online either.
    view.online = device.status == sparkplug::DeviceStatus::online && session.online();
    view.since = device.since;
    view.stale_since = device.stale_since;
    view.born = device.born;
    views.push_back(std::move(view));
  }
  return views;
}

NodeView node_view(const ingest::Pipeline::SessionKey& key, const sparkplug::HostSession& session) {
  NodeView node;
  node.node = key.second;
  node.server = key.first;
  node.state = session.state();
  node.online = session.online();
  node.since = session.since();
  node.bd_seq = session.bd_seq();
  node.seq = session.last_seq();
  node.held = session.held();
  node.counters = session.counters();
  node.own = own_view(session);
  node.devices = device_views(session);
  return node;
}

json metrics_json(const DeviceView& device, const TimeZone& zone) {
  json metrics = json::array();
  if (!device.names) return metrics;
  const auto& all = device.names->all();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto metric = device.metric(i);
    metrics.push_back({{"name", all[i].name}, {"stale", metric.stale}, {"since", zone.format(metric.since)}});
  }
  return metrics;
}

// What births told: when, and of how many metrics.
void add_birth(json& out, const DeviceView& device, const TimeZone& zone) {
  out["last_birth"] = device.born ? json(zone.format(*device.born)) : json(nullptr);
  out["metric_count"] = device.names ? device.names->all().size() : 0;
}

json device_json(const DeviceView& device, const TimeZone& zone, bool with_metrics) {
  json out{{"device", device.device},
           {"line", device.line},
           {"online", device.online},
           {"since", zone.format(device.since)},
           {"stale", device.stale_since.has_value()}};
  add_birth(out, device, zone);
  if (with_metrics) out["metrics"] = metrics_json(device, zone);
  return out;
}

std::string server_name(std::uint8_t server, const config::GatewayConfig& config) {
  if (server < config.sparkplug.servers.size()) return config.sparkplug.servers[server];
  return server >= 0x80 ? "import" : "server " + std::to_string(server);
}

json node_json(const NodeView& node, const config::GatewayConfig& config, bool with_metrics) {
  const auto& zone = config.time_zone;
  json devices = json::array();
  for (const auto& device : node.devices) devices.push_back(device_json(device, zone, with_metrics));
  const auto& counters = node.counters;
  json out{{"node", node.node},
           {"server", server_name(node.server, config)},
           {"state", std::string(to_string(node.state))},
           {"online", node.online},
           {"since", zone.format(node.since)},
           {"line", node.own.line},
           {"stale", node.own.stale_since.has_value()},
           {"held", node.held},
           {"messages", counters.messages},
           {"gaps", counters.gaps},
           {"missed", counters.missed},
           {"births", counters.births},
           {"rebirths", counters.rebirths},
           {"rebirth_wishes", counters.rebirth_wishes},
           {"ignored_ndeath", counters.ignored_ndeath},
           {"duplicates", counters.duplicates},
           {"deviations", counters.deviations},
           {"devices", std::move(devices)}};
  out["bdseq"] = node.bd_seq ? json(*node.bd_seq) : json(nullptr);
  out["seq"] = node.seq ? json(*node.seq) : json(nullptr);
  add_birth(out, node.own, zone);
  if (with_metrics) out["metrics"] = metrics_json(node.own, zone);
  return out;
}

json servers_json(const StatusView& view, const config::GatewayConfig& config) {
  json servers = json::array();
  for (const auto& server : view.host.servers) {
    servers.push_back({{"uri", server.uri}, {"up", server.up}, {"last_error", server.last_error}});
  }
  if (view.running) return servers;
  for (const auto& uri : config.sparkplug.servers) servers.push_back({{"uri", uri}, {"up", false}, {"last_error", ""}});
  return servers;
}

json forward_json(const StatusView& view, const TimeZone& zone) {
  if (!view.outbox) return {{"enabled", false}, {"pending", 0}, {"lag_ms", 0}};
  json refused = json::array();
  for (const auto& batch : view.outbox->refused) {
    refused.push_back({{"batch", batch.number}, {"created", zone.format(batch.created)}, {"reason", batch.reason}});
  }
  return {{"enabled", true},
          {"pending", view.outbox->pending},
          {"lag_ms", view.outbox->lag(view.at).count()},
          {"dirty", view.outbox->dirty},
          {"bytes", view.outbox->bytes},
          {"last_error", view.forward_error},
          {"refused", std::move(refused)}};
}

}  // namespace

MetricView DeviceView::metric(std::size_t position) const {
  const auto heard = heard_again.find(position);
  if (heard != heard_again.end()) return {false, heard->second};
  return {stale_since.has_value(), stale_since.value_or(since)};
}

const LineId& LineNames::of(const std::string& node, const DeviceView& device) {
  auto& known = known_[{node, device.device}];
  const auto id = device.names ? device.names->id() : 0;
  if (!known.line.empty() && known.names == id) return known.line;
  const auto slash = node.find('/');
  lines::MetricSource source;
  source.group = std::string_view(node).substr(0, slash);
  source.node = slash == std::string::npos ? std::string_view() : std::string_view(node).substr(slash + 1);
  source.device = device.device;
  known = {id, lines::default_line(source)};
  if (!device.names) return known.line;
  for (const auto& def : device.names->all()) {
    source.metric = def.name;
    source.datatype = def.datatype;
    const auto match = mapping_.match(source);
    if (match.series().empty()) continue;
    known.line = match.line;
    break;
  }
  return known.line;
}

void LineNames::adopt(lines::Mapping mapping) {
  mapping_ = std::move(mapping);
  known_.clear();
}

std::vector<NodeView> nodes_of(const ingest::Pipeline& pipeline, const ingest::LastBirths& births, LineNames& lines) {
  std::vector<NodeView> nodes;
  for (const auto& session : pipeline.sessions()) {
    const auto& key = session.first;
    auto node = node_view(key, session.second);
    const auto complete = [&](DeviceView& device) {
      device.names = births.of(key, device.device);
      device.heard_again = births.heard_again(key, device.device);
      device.line = lines.of(node.node, device);
    };
    complete(node.own);
    for (auto& device : node.devices) complete(device);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

void fill_from_store(StatusView& view, storage::Store& store, bool forwards) {
  if (forwards) view.outbox = forward::outbox_status(store);
  view.quarantine = store.quarantine_counts();
  view.counts = store.counts();
  const auto& dictionary = store.dictionary();
  for (std::uint32_t i = 0; i < dictionary.line_count(); ++i) {
    const auto& line = dictionary.line_id(rollup::LineIndex{i});
    if (!store.fact(storage::unfed_fact(line))) view.lines.push_back(line);
  }
}

StatusView view_of_store(storage::Store& store, const Context& context) {
  StatusView view;
  view.at = wall_clock();
  LineNames lines(context.mapping);
  store.for_each_session([&](std::uint8_t server, const std::string& name, const std::string& bytes) {
    const auto session =
        sparkplug::HostSession::restore(bytes, {}, [&](std::uint64_t id) { return ingest::stored_names(store, id); });
    if (!session) return;
    auto node = node_view({server, name}, *session);
    const auto complete = [&](DeviceView& device) {
      if (session->names()) device.names = session->names()->share(device.device);
      device.line = lines.of(name, device);
    };
    complete(node.own);
    for (auto& device : node.devices) complete(device);
    view.nodes.push_back(std::move(node));
  });
  fill_from_store(view, store, context.config.forward.has_value());
  return view;
}

json status_json(const StatusView& view, const config::GatewayConfig& config, bool with_metrics) {
  json nodes = json::array();
  for (const auto& node : view.nodes) nodes.push_back(node_json(node, config, with_metrics));
  const auto count = [&view](const std::string& name) {
    const auto found = view.counts.find(name);
    return found == view.counts.end() ? 0 : found->second;
  };
  json status{{"role", "gateway"},
              {"gateway", config.id},
              {"id", config.id},
              {"enterprise", config.enterprise},
              {"at", config.time_zone.format(view.at)},
              {"running", view.running},
              {"away", view.host.away},
              {"away_reason", view.host.away_reason},
              {"servers", servers_json(view, config)},
              {"missed", count("missed_overload") + count("missed_flood")},
              {"nodes", std::move(nodes)},
              {"lines", view.lines},
              {"forward", forward_json(view, config.time_zone)},
              {"quarantine", view.quarantine},
              {"counts", view.counts}};
  if (!view.store_error.empty()) status["store_error"] = view.store_error;
  return status;
}

}  // namespace songhua::gateway
