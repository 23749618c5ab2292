#include "edge_node/node.h"

#include <algorithm>

#include "edge_node/sources.h"

namespace songhua::edge_node {

// The session of sparkplug.md 4.1. What is not in the table changes nothing.
const Node::Row Node::kTable[] = {
    // A new CONNECT with the next bdSeq in its will, to one server of the list:
    // tck_id_message_flow_edge_node_birth_publish_will_message_payload_bdSeq, topics_nbirth_bdseq_increment,
    // operational_behavior_primary_application_state_with_multiple_servers_single_server
    {Session::offline, Event::due, &Node::dial},
    // NCMD, DCMD and STATE before anything is published: message_flow_edge_node_ncmd_subscribe,
    // message_flow_device_dcmd_subscribe
    {Session::connecting, Event::connected, &Node::subscribe},
    {Session::connecting, Event::failed, &Node::walk},
    {Session::connecting, Event::due, &Node::walk},
    // Births at once, or wait for the primary host: message_flow_edge_node_birth_publish_phid_wait,
    // operational_behavior_edge_node_birth_sequence_wait
    {Session::subscribing, Event::subscribed, &Node::after_subscribing},
    {Session::waiting, Event::host_online, &Node::bear},
    // Nothing was born, so nothing dies; with one server stay, with several go on
    {Session::waiting, Event::host_offline, &Node::keep_waiting_or_walk},
    {Session::waiting, Event::due, &Node::wait_no_longer},
    // What was kept back after births
    {Session::online, Event::due, &Node::break_silence},
    // NDEATH, DISCONNECT, next server: operational_behavior_edge_node_termination_host_offline, ..._reconnect,
    // operational_behavior_primary_application_state_with_multiple_servers_walk
    {Session::online, Event::host_offline, &Node::leave_host},
    // The broker publishes the will; keep sampling, come back
    {Session::subscribing, Event::lost, &Node::reconnect_later},
    {Session::waiting, Event::lost, &Node::reconnect_later},
    {Session::online, Event::lost, &Node::reconnect_later},
    {Session::connecting, Event::lost, &Node::walk},
    {Session::leaving, Event::lost, &Node::left},
    {Session::leaving, Event::failed, &Node::left},
};

std::string_view name(Session session) {
  constexpr std::string_view kNames[] = {"stopped", "offline", "connecting", "subscribing",
                                         "waiting", "online",  "leaving"};
  return kNames[static_cast<std::size_t>(session)];
}

Node::Node(const Config& config, Sink& sink, Device& own, std::span<Device* const> devices, std::span<Reading> buffer)
    : config_(config), sink_(sink), next_bd_seq_(config.next_bd_seq) {
  count_ = std::min(devices.size(), kMaxDevices);
  config_.servers = std::clamp<std::size_t>(config.servers, 1, kMaxServers);
  const auto share = count_ == 0 ? 0 : buffer.size() / count_;
  for (std::size_t i = 0; i < count_; ++i) {
    slots_[i].device = devices[i];
    slots_[i].ring = Ring(buffer.subspan(i * share, share));
  }
  own_.device = &own;
}

void Node::happen(Event event) {
  for (const auto& row : kTable) {
    if (row.session == session_ && row.event == event) {
      (this->*row.action)();
      return;
    }
  }
}

void Node::start(Clock clock) {
  clock_ = clock;
  stopping_ = false;
  if (session_ != Session::stopped) return;
  offline_for(0);
  on_time(clock);
}

void Node::on_connected(Clock clock) {
  clock_ = clock;
  happen(Event::connected);
}

void Node::on_connect_failed(Clock clock, bool may_have_left) {
  clock_ = clock;
  may_have_left_ = may_have_left;
  happen(Event::failed);
}

void Node::on_subscribed(Clock clock) {
  clock_ = clock;
  happen(Event::subscribed);
}

void Node::on_lost(Clock clock) {
  clock_ = clock;
  may_have_left_ = true;
  happen(Event::lost);
}

void Node::on_time(Clock clock) {
  clock_ = clock;
  obey_rebirth();
  if (due_ < 0 || clock.real < due_) return;
  due_ = -1;
  happen(Event::due);
}

// --- the way in

void Node::dial() {
  bd_seq_ = next_bd_seq_;
  next_bd_seq_ = static_cast<std::uint8_t>(bd_seq_ + 1);
  sink_.keep_bd_seq(next_bd_seq_);
  news_ = HostNews::none;
  born_at_ = -1;
  ++counters_.connects;
  become(Session::connecting);
  const Text<256> topic("spBv1.0/", config_.group, "/NDEATH/", config_.node);
  const auto size = encode_death();
  sink_.connect(server_, {topic, {out_.data(), size}, 1, false});
}

void Node::subscribe() {
  const Text<256> ncmd("spBv1.0/", config_.group, "/NCMD/", config_.node);
  const Text<256> dcmd("spBv1.0/", config_.group, "/DCMD/", config_.node, "/#");
  const Text<256> state("spBv1.0/STATE/", config_.primary_host);
  const std::array<std::string_view, 3> filters{ncmd, dcmd, state};
  become(Session::subscribing);
  sink_.subscribe(std::span{filters}.first(config_.primary_host.empty() ? 2 : 3));
}

void Node::after_subscribing() {
  if (config_.primary_host.empty()) return bear();
  become(Session::waiting);
  if (config_.servers > 1) due_ = clock_.real + config_.host_wait;
  if (news_ == HostNews::online) happen(Event::host_online);  // it may have come before the SUBACK
  if (news_ == HostNews::offline) happen(Event::host_offline);
}

void Node::keep_waiting_or_walk() {
  if (config_.servers > 1) wait_no_longer();
}

void Node::wait_no_longer() {
  server_ = (server_ + 1) % config_.servers;
  leave(false);
}

// A connection that was refused or never made: the next server.
void Node::walk() {
  if (!may_have_left_) next_bd_seq_ = bd_seq_;
  server_ = (server_ + 1) % config_.servers;
  ++failures_;
  offline_for(backoff());
}

void Node::offline_for(std::int64_t delay) {
  become(Session::offline);
  for (auto& slot : devices()) {
    turn_away(slot);
    slot.ring.tell(0, slot.ring.size(), 0);  // whatever did not leave
  }
  due_ = clock_.real + delay;
}

// Grows from reconnect_min to reconnect_max with each failure; uniform in the upper half, so that many nodes whose
// broker came back do not return in one instant. (SplitMix64's mixing.)
std::int64_t Node::backoff() {
  auto ceiling = config_.reconnect_min;
  for (std::uint64_t i = 1; i < failures_ && ceiling < config_.reconnect_max; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, config_.reconnect_max);
  auto z = config_.seed + 0x9E3779B97F4A7C15U * ++draws_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z ^= z >> 31U;
  const auto low = std::max(config_.reconnect_min, ceiling / 2);
  return low + static_cast<std::int64_t>(z % static_cast<std::uint64_t>(std::max<std::int64_t>(1, ceiling - low + 1)));
}

// --- births

void Node::bear() {
  become(Session::online);
  due_ = -1;
  born_at_ = clock_.real;
  for (auto& slot : devices()) {
    for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
      if (slot.device->metric(i).totalizer && slot.device->value(i).bits() != slot.sent[i]) keep_standstill(slot, i);
    }
  }
  rebirth();
  after_births();
}

// The history follows births at once. The conformance kit, though, asks for births again in the instant of a DBIRTH and
// takes any data after that for data which the request did not stop: its runs have a quiet time.
void Node::after_births() {
  if (config_.quiet > 0) due_ = clock_.real + config_.quiet;
  for (auto& slot : devices()) {
    if (config_.quiet > 0) {
      slot.beat = -1;  // from here on the births tell where the counters stood
    } else {
      flush(slot);
    }
    keep_birth(slot);
  }
}

void Node::break_silence() {
  due_ = -1;
  for (auto& slot : devices()) flush(slot);
}

// NBIRTH and the DBIRTH of every device that is there, nothing between; the same bdSeq as in this connection's will.
void Node::rebirth() {
  rebirth_wanted_ = false;
  last_full_ = clock_.line / config_.heartbeat;
  last_seldom_ = seldom_number();
  ++counters_.births;
  seq_ = 0;
  for (auto& slot : devices()) slot.online = false;
  Births births(*this, own_, true);
  publish("/NBIRTH/", own_, births, true);
  for (auto& slot : devices()) {
    if (slot.present) bear_device(slot);
  }
}

// On command: the first at once, later ones not more often than rebirth_min.
void Node::obey_rebirth() {
  if (session_ != Session::online || !rebirth_wanted_) return;
  if (last_rebirth_ >= 0 && clock_.real - last_rebirth_ < config_.rebirth_min) return;
  last_rebirth_ = clock_.real;
  ++counters_.rebirths;
  rebirth();
  after_births();
}

void Node::bear_device(Slot& slot) {
  slot.online = slot.told = true;
  slot.since_beat.reset();
  Births births(*this, slot, false);
  publish("/DBIRTH/", slot, births, true);
}

// --- the way out

void Node::stop(Clock clock) {
  clock_ = clock;
  stopping_ = true;
  switch (session_) {
    case Session::online:
      if (rebirth_wanted_) rebirth();  // no data were said since it was asked for
      if (due_ >= 0) break_silence();
      for (auto& slot : devices()) {
        if (slot.online) bury_device(slot);
      }
      leave(true);
      break;
    case Session::connecting:
    case Session::subscribing:
    case Session::waiting:
      leave(false);
      break;
    case Session::offline:
      left();
      break;
    default:
      break;
  }
}

void Node::cut(Clock clock) {
  clock_ = clock;
  stopping_ = true;
  if (session_ == Session::offline || session_ == Session::stopped) return left();
  become(Session::leaving);
  sink_.disconnect(true);
}

void Node::leave_host() {
  forgive();
  server_ = (server_ + 1) % config_.servers;
  leave(true);
}

// The explicit NDEATH has the bytes of the will. A session without births has none.
void Node::leave(bool death) {
  if (death) {
    const Text<256> topic("spBv1.0/", config_.group, "/NDEATH/", config_.node);
    sink_.publish({topic, {out_.data(), encode_death()}, 1, false});
    ++counters_.messages;
  }
  due_ = -1;
  become(Session::leaving);
  for (auto& slot : devices()) turn_away(slot);
  sink_.disconnect(false);
}

void Node::left() {
  due_ = -1;
  if (stopping_) {
    offline_for(0);
    due_ = -1;
    become(Session::stopped);
  } else {
    offline_for(config_.reconnect_min);
  }
}

// Only a session that lasted ends a row of failures: two controllers of one name push each other out right after their
// births, and do so more and more slowly.
void Node::forgive() {
  if (born_at_ >= 0 && clock_.real - born_at_ >= config_.lasting) failures_ = 0;
}

void Node::reconnect_later() {
  rebirth_wanted_ = false;
  forgive();
  ++failures_;
  offline_for(backoff());
}

void Node::bury_device(Slot& slot) {
  slot.online = false;
  Changes nothing(*this, slot, {});
  publish("/DDEATH/", slot, nothing);
}

bool Node::device_death(Clock clock, std::string_view id) {
  clock_ = clock;
  auto* slot = find(id);
  if (slot == nullptr || !slot->present) return false;
  slot->present = false;
  if (session_ == Session::online && slot->online) bury_device(*slot);
  return true;
}

bool Node::device_birth(Clock clock, std::string_view id) {
  clock_ = clock;
  auto* slot = find(id);
  if (slot == nullptr || slot->present) return false;
  slot->present = true;
  if (session_ == Session::online) {
    bear_device(*slot);
    flush(*slot);
    keep_birth(*slot);
  }
  return true;
}

// --- what comes in

void Node::on_message(Clock clock, std::string_view topic, std::span<const std::uint8_t> payload, bool retained) {
  clock_ = clock;
  const Text<256> state("spBv1.0/STATE/", config_.primary_host);
  if (!config_.primary_host.empty() && topic == state.view()) {
    const auto news = parse_host_state({reinterpret_cast<const char*>(payload.data()), payload.size()});
    if (news) {
      host_said(*news);
    } else {
      ++counters_.ignored_states;
    }
    return;
  }
  if (retained || session_ != Session::online) {
    ++counters_.ignored_commands;
    return;
  }
  command(topic, payload);
}

// A stamp older than the last accepted one of this host on this server is an old will: ignored. An equal one counts.
void Node::host_said(const HostState& state) {
  auto& memory = hosts_[server_];
  const bool listening =
      session_ == Session::subscribing || session_ == Session::waiting || session_ == Session::online;
  if (!listening || (memory.known && state.timestamp < memory.timestamp)) {
    ++counters_.ignored_states;
    return;
  }
  memory = {true, state.timestamp};
  news_ = state.online ? HostNews::online : HostNews::offline;
  happen(state.online ? Event::host_online : Event::host_offline);
}

// --- bytes

void Node::publish(std::string_view type, const Slot& slot, MetricSource& metrics, bool birth) {
  Text<256> topic("spBv1.0/", config_.group, type, config_.node);
  if (!slot.device->id().empty()) {
    topic.append("/");
    topic.append(slot.device->id());
  }
  const auto size = encode(out_, static_cast<std::uint64_t>(clock_.line), seq_, metrics);
  seq_ = static_cast<std::uint8_t>(seq_ + 1);  // 255 is followed by 0
  ++counters_.messages;
  sink_.publish({topic, {out_.data(), size}, 0, birth});
}

std::size_t Node::encode_death() {
  BdSeqOnly only(bd_seq_);
  return encode(out_, std::nullopt, std::nullopt, only);
}

// One number space over the node and all its devices, the same in every birth; 0 is left out, some hosts stumble on it.
std::uint64_t Node::alias(const Slot& slot, std::size_t metric) const {
  const auto place = &slot == &own_ ? 0 : static_cast<std::uint64_t>(&slot - slots_.data()) + 1;
  return place * kMaxMetrics + metric + 1;
}

Node::Slot* Node::find(std::string_view id) {
  for (auto& slot : devices()) {
    if (slot.device->id() == id) return &slot;
  }
  return nullptr;
}

std::size_t Node::buffered() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const auto& ring = slots_[i].ring;
    for (std::size_t n = 0; n < ring.size(); ++n) sum += ring[n].message == 0 ? 1 : 0;
  }
  return sum;
}

Counters Node::counters() const {
  auto counters = counters_;
  for (std::size_t i = 0; i < count_; ++i) counters.dropped += slots_[i].ring.dropped();
  return counters;
}

}  // namespace songhua::edge_node
