#include "raw_node.h"

#include <stdexcept>

namespace songhua::test {

Voice::Voice(const std::string& broker_uri, const std::string& client_id) {
  mqtt::ConnectOptions options;
  options.uri = broker_uri;
  options.client_id = client_id;
  options.max_in_flight = 1'000;
  if (!probe_.connect(options)) throw std::runtime_error("no connection to the broker: " + probe_.story());
}

void Voice::say(const std::string& topic, const std::string& payload) {
  auto result = probe_.client().publish(topic, payload, mqtt::Qos::kAtLeastOnce, false);
  const bool taken = eventually([&] {
    if (result.status == mqtt::Publish::kWindowFull) {
      result = probe_.client().publish(topic, payload, mqtt::Qos::kAtLeastOnce, false);
    }
    return result.status != mqtt::Publish::kWindowFull;
  });
  if (!taken || !result) throw std::runtime_error("cannot publish on " + topic + ": " + probe_.story());
}

sparkplug::Metric& add_metric(sparkplug::Payload& payload, std::optional<std::uint64_t> alias,
                              const std::string& name) {
  auto& metric = *payload.add_metrics();
  if (!name.empty()) metric.set_name(name);
  if (alias) metric.set_alias(*alias);
  return metric;
}

void add_total(sparkplug::Payload& payload, std::int64_t value) {
  add_metric(payload, RawNode::kGoodAlias).set_long_value(static_cast<std::uint64_t>(value));
}

sparkplug::Payload RawNode::next(UnixMillis time) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(time)));
  payload.set_seq(seq_);
  seq_ = (seq_ + 1) % 256;
  return payload;
}

std::string RawNode::topic(const std::string& type, const std::string& device) const {
  return "spBv1.0/" + group_ + "/" + type + "/" + node_ + (device.empty() ? "" : "/" + device);
}

void RawNode::send(const std::string& type, const std::string& device, const sparkplug::Payload& payload) {
  send_raw(type, device, payload.SerializeAsString());
}

void RawNode::birth(UnixMillis time, std::int64_t good) {
  seq_ = 0;
  ++bd_seq_;
  auto node = next(time);
  auto& session = add_metric(node, std::nullopt, "bdSeq");
  session.set_datatype(sparkplug::pb::Int64);
  session.set_long_value(bd_seq_);
  auto& rebirth = add_metric(node, std::nullopt, "Node Control/Rebirth");
  rebirth.set_datatype(sparkplug::pb::Boolean);
  rebirth.set_boolean_value(false);
  send("NBIRTH", "", node);
  auto device = next(time);
  auto& total = add_metric(device, kGoodAlias, kGood);
  total.set_datatype(sparkplug::pb::Int64);
  total.set_long_value(static_cast<std::uint64_t>(good));
  auto& gauge = add_metric(device, kTemperatureAlias, "Process/temperature");
  gauge.set_datatype(sparkplug::pb::Double);
  gauge.set_double_value(20.5);
  send("DBIRTH", "L", device);
}

void RawNode::data(UnixMillis time, std::int64_t good) {
  auto payload = next(time);
  add_total(payload, good);
  send("DDATA", "L", payload);
}

void RawNode::death(std::uint64_t bd_seq) {
  sparkplug::Payload payload;
  auto& session = add_metric(payload, std::nullopt, "bdSeq");
  session.set_datatype(sparkplug::pb::Int64);
  session.set_long_value(bd_seq);
  send("NDEATH", "", payload);
}

}  // namespace songhua::test
