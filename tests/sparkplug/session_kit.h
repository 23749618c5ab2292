#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sparkplug/host_session.h"

// A small language for sessions: messages of one edge node in, actions as text out.
namespace songhua::sparkplug::kit {

constexpr auto kStart = unix_millis(1'700'000'000'000);

struct Message {
  MessageType type = MessageType::ndata;
  std::string device;
  Payload payload;
};

inline Message counted(MessageType type, std::string device, std::optional<std::uint64_t> seq, std::uint64_t time) {
  Message m{type, std::move(device), {}};
  if (seq) m.payload.set_seq(*seq);
  m.payload.set_timestamp(time);
  return m;
}
inline Metric& add(Message& m, const std::string& name, std::optional<std::uint64_t> alias) {
  auto& metric = *m.payload.add_metrics();
  if (!name.empty()) metric.set_name(name);
  if (alias) metric.set_alias(*alias);
  metric.set_datatype(pb::Int64);
  metric.set_long_value(1);
  return metric;
}
inline Message nbirth(std::optional<std::uint64_t> bd, std::uint64_t seq = 0, std::uint64_t time = 1000) {
  auto m = counted(MessageType::nbirth, "", seq, time);
  if (bd) add(m, "bdSeq", std::nullopt).set_long_value(*bd);
  add(m, "node metric", 1);
  return m;
}
inline Message dbirth(const std::string& device, std::uint64_t seq, std::uint64_t time = 1000) {
  auto m = counted(MessageType::dbirth, device, seq, time);
  add(m, "metric of " + device, 2 + device.size());
  return m;
}
inline Message ndata(std::optional<std::uint64_t> seq, std::uint64_t time = 2000) {
  auto m = counted(MessageType::ndata, "", seq, time);
  add(m, "", 1);
  return m;
}
inline Message ndata_named(std::uint64_t seq, std::uint64_t time = 2000) {
  auto m = counted(MessageType::ndata, "", seq, time);
  add(m, "node metric", std::nullopt);
  return m;
}
inline Message ddata(const std::string& device, std::uint64_t seq, std::uint64_t time = 2000) {
  auto m = counted(MessageType::ddata, device, seq, time);
  add(m, "", 2 + device.size());
  return m;
}
inline Message ddata_empty(const std::string& device, std::uint64_t seq, std::uint64_t time = 2000) {
  return counted(MessageType::ddata, device, seq, time);
}
inline Message ddeath(const std::string& device, std::uint64_t seq, std::uint64_t time = 2000) {
  return counted(MessageType::ddeath, device, seq, time);
}
inline Message ndeath(std::optional<std::uint64_t> bd) {
  Message m{MessageType::ndeath, "", {}};
  if (bd) add(m, "bdSeq", std::nullopt).set_long_value(*bd);
  return m;
}

inline std::string text_of(const Action& action) {
  struct {
    std::string at(UnixMillis t) { return " @" + std::to_string((t - kStart).count()); }
    std::string operator()(const Apply& a) { return "apply " + std::to_string(a.position) + (a.names ? "" : " bare"); }
    std::string operator()(const Hold& a) { return "hold " + std::to_string(a.position); }
    std::string operator()(const ApplyHeld& a) { return "apply held " + std::to_string(a.position); }
    std::string operator()(const Heard& a) { return "heard " + std::to_string(a.position); }
    std::string operator()(const Quarantine& a) {
      return "quarantine " + std::to_string(a.position) + " " + std::string(to_string(a.reason));
    }
    std::string operator()(const Duplicate& a) { return "duplicate " + std::to_string(a.position); }
    std::string operator()(const Ignored& a) {
      return "ignored " + std::to_string(a.position) + " " + std::string(to_string(a.reason));
    }
    std::string operator()(const RequestRebirth& a) { return "rebirth? " + std::string(to_string(a.reason)); }
    std::string operator()(const NodeOnline& a) { return (a.new_session ? "node new" : "node again") + at(a.time); }
    std::string operator()(const NodeOffline& a) { return "node offline" + at(a.time); }
    std::string operator()(const DeviceOnline& a) { return a.device + " online" + at(a.time); }
    std::string operator()(const DeviceOffline& a) { return a.device + " offline" + at(a.time); }
    std::string operator()(const AllStale& a) { return "all stale" + at(a.time); }
    std::string operator()(const GapOpened& a) { return "gap of " + std::to_string(a.missing); }
  } say;
  return std::visit(say, action);
}

using Lines = std::vector<std::string>;
inline Lines text_of(const Actions& actions) {
  Lines lines;
  for (const auto& action : actions) lines.push_back(text_of(action));
  return lines;
}

// Feeds a session; positions count from 1, times are milliseconds after kStart.
class Host {
 public:
  explicit Host(HostSessionOptions options = {}) : session(options) {}
  Lines get(const Message& m, std::int64_t at = 0) { return event(m.type, m.device, &m.payload, at); }
  Lines undecodable(MessageType type, std::int64_t at = 0) { return event(type, "", nullptr, at); }
  Lines time(std::int64_t at) {
    Actions out;
    session.on_time(kStart + Millis{at}, out);
    return text_of(out);
  }
  Lines lose(std::int64_t at) {
    Actions out;
    session.on_connection_lost(kStart + Millis{at}, out);
    return text_of(out);
  }
  std::string state() const { return std::string(to_string(session.state())); }

  HostSession session;
  Actions last;

 private:
  Lines event(MessageType type, const std::string& device, const Payload* payload, std::int64_t at) {
    last.clear();
    session.on_message({type, device, payload, kStart + Millis{at}, ++position_}, last);
    return text_of(last);
  }
  std::uint64_t position_ = 0;
};

}  // namespace songhua::sparkplug::kit
