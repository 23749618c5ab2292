// A tapped message as JSON; its grammar stands in tap.h.
#include <cmath>
#include <nlohmann/json.hpp>

#include "ingest/entries.h"
#include "ingest/tap.h"
#include "sparkplug/payload_json.h"
#include "sparkplug/resolve.h"

namespace songhua::ingest {
namespace {

using nlohmann::json;
using sparkplug::ResolvedMetric;

std::string utf8_or_note(std::string_view text) {
  return sparkplug::is_utf8(text) ? std::string(text) : "(no UTF-8)";
}

// Arrays, data sets, templates and bytes: as `decode` shows them, with the datatype that the birth gave.
json structured(const sparkplug::Payload& payload, const ResolvedMetric& metric) {
  sparkplug::Payload one;
  auto& copy = *one.add_metrics();
  copy = payload.metrics(static_cast<int>(metric.index));
  copy.set_datatype(metric.datatype);
  const auto shown = sparkplug::to_json(one).at("metrics").at(0);
  return shown.contains("value") ? shown["value"] : shown.value("wire_value", json());
}

json value_json(const sparkplug::Payload& payload, const ResolvedMetric& metric) {
  if (metric.is_null) return nullptr;
  if (const auto* i = std::get_if<std::int64_t>(&metric.value)) return *i;
  if (const auto* u = std::get_if<std::uint64_t>(&metric.value)) return *u;
  if (const auto* b = std::get_if<bool>(&metric.value)) return *b;
  if (const auto* t = std::get_if<std::string_view>(&metric.value)) return utf8_or_note(*t);
  if (const auto* d = std::get_if<double>(&metric.value)) {
    if (std::isfinite(*d)) return *d;
    return std::isnan(*d) ? "NaN" : *d > 0 ? "Infinity" : "-Infinity";
  }
  return structured(payload, metric);
}

json metric_json(const sparkplug::Payload& payload, const ResolvedMetric& metric) {
  const auto& wire = payload.metrics(static_cast<int>(metric.index));
  json out{{"name", metric.name.empty() ? json(nullptr) : json(utf8_or_note(metric.name))}};
  if (wire.has_alias()) out["alias"] = wire.alias();
  out["type"] = sparkplug::datatype_name(metric.datatype);
  if (metric.time) out["time"] = format_utc(*metric.time);
  if (metric.is_historical) out["historical"] = true;
  if (metric.is_transient) out["transient"] = true;
  if (metric.problem != sparkplug::Problem::none) out["problem"] = std::string(to_string(metric.problem));
  if (metric.usable()) out["value"] = value_json(payload, metric);
  return out;
}

bool wanted(const TapFilter& filter, const sparkplug::Topic& topic) {
  if (!filter.node.empty() && node_of(topic) != filter.node) return false;
  return filter.device.empty() || topic.device == filter.device;
}

bool wanted(const TapFilter& filter, const ResolvedMetric& metric) {
  lines::Captures captures;
  return !filter.metric || filter.metric->match(metric.name, captures);
}

}  // namespace

json tap_json(const TappedMessage& message, const TapFilter& filter) {
  const auto topic = sparkplug::parse_topic(message.topic);
  if (!topic || !wanted(filter, *topic)) return nullptr;
  sparkplug::PayloadDecoder decoder;
  const auto payload = decoder.decode(message.payload);
  if (!payload) return nullptr;
  sparkplug::ResolvedMessage resolved;
  sparkplug::ResolveOptions options;
  options.is_birth = sparkplug::is_birth(topic->type);
  resolve(**payload, topic->device, message.names.get(), options, resolved);

  json metrics = json::array();
  for (const auto& metric : resolved.metrics) {
    if (wanted(filter, metric)) metrics.push_back(metric_json(**payload, metric));
  }
  if (filter.metric && metrics.empty()) return nullptr;
  json out{{"received", format_utc(message.received)},
           {"server", message.server},
           {"topic", message.topic},
           {"type", std::string(to_string(topic->type))},
           {"node", node_of(*topic)},
           {"device", std::string(topic->device)},
           {"metrics", std::move(metrics)}};
  if ((*payload)->has_seq()) out["seq"] = (*payload)->seq();
  if (resolved.time) out["time"] = format_utc(*resolved.time);
  return out;
}

}  // namespace songhua::ingest
