#include "sparkplug/host_session.h"

#include <algorithm>

#include "sparkplug/resolve.h"

namespace songhua::sparkplug {
namespace {

constexpr std::size_t kRemembered = 128;
constexpr std::uint64_t kHighestSeq = 255;

constexpr unsigned bit(SessionState s) {
  return 1U << static_cast<unsigned>(s);
}
constexpr unsigned kUnknown = bit(SessionState::unknown);
constexpr unsigned kOffline = bit(SessionState::offline);
constexpr unsigned kLost = bit(SessionState::lost);
constexpr unsigned kBorn = bit(SessionState::alive) | bit(SessionState::gap) | bit(SessionState::await);

// Of a message whose seq goes on after a lost connection: can it not be of the session that the births were of? One seq
// in 256 goes on by chance, in a session that was born meanwhile and has dealt its aliases anew.
bool is_of_another_session(const SessionMessage& m, const NameTable& names, const HostSession& session) {
  const auto device = session.devices().find(m.device);
  if (m.type == MessageType::dbirth)  // it follows an NBIRTH, or a DDEATH
    return device != session.devices().end() && device->second.status != DeviceStatus::offline;
  const auto* share = names.device(m.device);
  if (share == nullptr) return true;  // nothing was missed, so its birth should be known
  return std::ranges::any_of(m.payload->metrics(), [&](const auto& metric) {
    return metric.has_alias() && share->by_alias(metric.alias()) == nullptr;
  });
}

}  // namespace

std::optional<std::uint64_t> bd_seq_of(const Payload& payload) {
  for (const auto& m : payload.metrics()) {
    if (m.name() != "bdSeq" || m.is_null()) continue;
    if (m.has_long_value()) return m.long_value();
    if (m.has_int_value()) return m.int_value();
  }
  return std::nullopt;
}

// sparkplug.md 4.3. 'lost' is its UNKNOWN after a lost connection; what is not listed cannot happen. The next state:
// begin, rebirth and replace give ALIVE, die OFFLINE; process, open_gap and fill_gap end in settle() below; the others
// keep it.
const std::vector<HostSession::Row>& HostSession::table() {
  using E = Event;
  using S = HostSession;
  static const std::vector<Row> rows{
      {kUnknown | kOffline, E::nbirth, &S::begin_session},
      {kLost | kBorn, E::nbirth_same, &S::rebirth},           // same bdSeq
      {kLost | kBorn, E::nbirth_other, &S::replace_session},  // the old session ends
      {kUnknown, E::ndeath, &S::note_death},
      {kUnknown, E::ndeath_other, &S::note_death},
      // tck-id-operational-behavior-edge-node-termination-host-action-ndeath-{node,devices}-{offline,tags-stale}
      {kLost | kBorn, E::ndeath, &S::die},
      {kLost | kBorn, E::ndeath_other, &S::ignore_late_will},
      {kOffline, E::ndeath, &S::ignore_second_death},
      {kOffline, E::ndeath_other, &S::ignore_late_will},
      {kUnknown | kOffline, E::counted, &S::hold_unborn},
      {kLost | kBorn, E::expected, &S::process},
      {kLost | kBorn, E::ahead, &S::open_gap},  // tck-id-operational-behavior-host-reordering-start
      {kLost | kBorn, E::fills, &S::fill_gap},  // tck-id-operational-behavior-host-reordering-success
  };
  return rows;
}

void HostSession::settle(UnixMillis now) {
  if (state_ == SessionState::lost) {
    if (seq_.unproven()) return;
    set_state(SessionState::alive, now);  // the seq goes on: it is the same session
  }
  if (state_ == SessionState::await && seq_.has_gaps()) return;  // until an NBIRTH, or until nothing is missing
  if (!seq_.has_gaps())
    state_ = SessionState::alive;
  else
    state_ = seq_.oldest_unexpired() ? SessionState::gap : SessionState::await;
}

void HostSession::on_message(const SessionMessage& m, Actions& out) {
  on_time(m.received, out);
  ++counters_.messages;
  Incoming in{m, {}, {}, {}, {}, out};
  if (!admit(in)) return;
  const auto event = classify(in);
  for (const auto& row : table())
    if (row.event == event && (row.states & bit(state_)) != 0) {
      (this->*row.action)(in);
      break;
    }
  on_time(m.received, out);  // a reorder timeout of 0 asks at once
}

// Reads what decides; false where the message has its fate already.
bool HostSession::admit(Incoming& in) {
  const auto& m = in.m;
  if (m.type == MessageType::ncmd || m.type == MessageType::dcmd || m.type == MessageType::state) {
    in.out.push_back(Ignored{m.position, IgnoreReason::not_for_host});
    return false;
  }
  if (m.payload == nullptr) {
    if (m.type == MessageType::ndeath) return true;  // a wrong end heals by rebirth, a missed one never
    ++counters_.quarantined;
    in.out.push_back(Quarantine{m.position, QuarantineReason::undecodable});
    if (options_.rebirth_on_unknown) want_rebirth(RebirthReason::undecodable, in.out);
    return false;
  }
  if (m.payload->has_timestamp()) in.time = m.payload->timestamp();
  if (m.type == MessageType::nbirth || m.type == MessageType::ndeath) in.bd_seq = bd_seq_of(*m.payload);
  if (m.type == MessageType::ndeath) return true;  // has no seq
  if (m.payload->seq() > kHighestSeq) {
    ++counters_.deviations;
    ++counters_.quarantined;
    in.out.push_back(Quarantine{m.position, QuarantineReason::bad_seq});
    return false;
  }
  if (m.payload->has_seq()) in.seq = static_cast<std::uint8_t>(m.payload->seq());
  if (birth_in_doubt() && m.type != MessageType::nbirth && in.seq) settle_doubt(*in.seq);
  const bool doubtful = is_doubtful_birth(in);
  if (doubtful || is_duplicate(in)) {
    ++counters_.duplicates;
    in.out.push_back(Duplicate{m.position});
    if (doubtful) remember(in);
    return false;
  }
  remember(in);
  return true;
}

bool HostSession::is_duplicate(const Incoming& in) const {
  if (!in.seq) return false;
  const bool birth = in.m.type == MessageType::nbirth;
  if (!birth && has_birth() && *in.seq == seq_.expected()) return false;
  const auto first = std::find(seen_.begin(), seen_.end(), Seen{*in.seq, in.time});
  if (first == seen_.end() || !birth) return first != seen_.end();
  // A node with a frozen clock may rebirth with the same seq and time; a replay shows only where the clock moves.
  return in.bd_seq == bd_seq_ && std::any_of(first, seen_.end(), [&](const Seen& s) { return s.time != in.time; });
}

// An NBIRTH again while the clock has not moved: a replay, or the rebirth of a node with a frozen clock. Births of one
// millisecond have the same content, so it changes nothing by itself; the next message's seq tells which it was.
bool HostSession::is_doubtful_birth(const Incoming& in) const {
  const bool living = has_birth() && state_ != SessionState::lost;
  if (!living || in.m.type != MessageType::nbirth || !in.seq || in.bd_seq != bd_seq_) return false;
  if (*in.seq == seq_.last()) return false;  // nothing came in between: the same either way
  return std::find(seen_.begin(), seen_.end(), Seen{*in.seq, in.time}) != seen_.end() && !is_duplicate(in);
}

// Was the message before this one such an NBIRTH? Nothing else is remembered twice without being counted.
bool HostSession::birth_in_doubt() const {
  if (seen_.size() < 2 || !has_birth() || seen_.back().seq == seq_.last()) return false;
  return std::find(seen_.begin(), std::prev(seen_.end()), seen_.back()) != std::prev(seen_.end());
}

void HostSession::settle_doubt(std::uint8_t next) {
  const auto base = seen_.back().seq;
  if (next == seq_.expected() || next != static_cast<std::uint8_t>(base + 1)) return;  // the old count goes on
  counters_.missed += seq_.unexpired_missing();
  seq_.start(base);
  for (auto& [name, device] : devices_) device.birth_number = -1;
}

void HostSession::remember(const Incoming& in) {
  if (!in.seq) {
    ++counters_.deviations;
    return;
  }
  seen_.push_back({*in.seq, in.time});
  if (seen_.size() > kRemembered) seen_.pop_front();
}

HostSession::Event HostSession::classify(Incoming& in) {
  switch (in.m.type) {
    case MessageType::nbirth:
      if (!has_birth()) return Event::nbirth;
      return in.bd_seq == bd_seq_ ? Event::nbirth_same : Event::nbirth_other;
    case MessageType::ndeath:
      return in.bd_seq && bd_seq_ && *in.bd_seq != *bd_seq_ ? Event::ndeath_other : Event::ndeath;
    default:
      break;
  }
  if (!has_birth()) return Event::counted;
  if (!in.seq) {  // outside the count: judged as if it were the next
    in.step.number = seq_.next();
    return Event::expected;
  }
  in.step = seq_.take(*in.seq, in.m.received);
  counters_.missed += in.step.lost_for_good;
  switch (in.step.kind) {
    case SeqTracker::Step::Kind::expected:
      return Event::expected;
    case SeqTracker::Step::Kind::ahead:
      return Event::ahead;
    case SeqTracker::Step::Kind::fills:
      break;
  }
  return Event::fills;
}

void HostSession::begin_session(const Incoming& in) {
  begin(in, true);
}

void HostSession::rebirth(const Incoming& in) {
  counters_.missed += seq_.unexpired_missing();
  for (auto& [name, device] : devices_)
    if (device.status == DeviceStatus::online) device.status = DeviceStatus::pending;
  begin(in, false);
}

void HostSession::replace_session(const Incoming& in) {
  counters_.missed += seq_.unexpired_missing();
  end_devices(in.m.received, in.out);
  begin(in, true);
}

void HostSession::note_death(const Incoming& in) {
  if (!in.bd_seq) ++counters_.deviations;
  for (auto& h : held_) {  // what waits came from the session that died
    if (h.bd_seq || h.sealed) continue;
    h.bd_seq = in.bd_seq;
    h.sealed = !in.bd_seq.has_value();
  }
  bd_seq_ = in.bd_seq;
  in.out.push_back(Apply{in.m.position, nullptr});
}

void HostSession::die(const Incoming& in) {
  if (!in.bd_seq) ++counters_.deviations;
  counters_.missed += seq_.unexpired_missing();
  for (auto& h : held_) {
    h.number = -1;
    h.explained = false;
    if (!h.bd_seq) h.bd_seq = bd_seq_;
    if (!h.bd_seq) h.sealed = true;
  }
  std::erase_if(held_, [](const Held& h) { return !h.waits_for_names(); });
  end_devices(in.m.received, in.out);
  set_state(SessionState::offline, in.m.received);
  stale_since_ = in.m.received;
  names_.reset();
  birth_deadline_.reset();
  birth_asked_ = false;
  forget_lacking();
  in.out.push_back(Apply{in.m.position, nullptr});
  in.out.push_back(NodeOffline{in.m.received});
}

void HostSession::ignore_late_will(const Incoming& in) {
  ++counters_.ignored_ndeath;
  if (state_ == SessionState::lost) {  // or of a session whose birth was missed: what waits is in doubt
    for (auto& h : held_)
      if (!h.bd_seq) h.bd_seq = in.bd_seq;
  }
  in.out.push_back(Ignored{in.m.position, IgnoreReason::other_bdseq});
}

void HostSession::ignore_second_death(const Incoming& in) {
  if (!in.bd_seq) ++counters_.deviations;
  ++counters_.ignored_ndeath;
  in.out.push_back(Ignored{in.m.position, IgnoreReason::already_offline});
}

void HostSession::hold_unborn(const Incoming& in) {
  hold(in, -1);
  if (birth_asked_)
    in.out.push_back(RequestRebirth{RebirthReason::no_birth});  // renews the wish
  else if (!birth_deadline_)
    birth_deadline_ = in.m.received + options_.reorder_timeout;
}

void HostSession::process(const Incoming& in) {
  const bool goes_on = state_ == SessionState::lost && in.seq && in.step.kind == SeqTracker::Step::Kind::expected;
  if (goes_on && names_ && is_of_another_session(in.m, *names_, *this)) {
    counters_.missed += seq_.unexpired_missing();
    end_devices(in.m.received, in.out);
    set_state(SessionState::unknown, in.m.received);
    names_.reset();
    bd_seq_.reset();
    for (auto& h : held_) h.number = -1;
    return hold_unborn(in);
  }
  if (in.seq || state_ != SessionState::lost)
    take(in, in.step.number);
  else
    hold(in, -1);  // without seq it proves nothing
  // Asked before and still not answered: what comes renews the wish.
  if (state_ == SessionState::await) in.out.push_back(RequestRebirth{RebirthReason::gap});
  if (state_ == SessionState::lost && seq_.has_gaps() && !seq_.oldest_unexpired())
    in.out.push_back(RequestRebirth{RebirthReason::no_birth});
  settle(in.m.received);
}

void HostSession::open_gap(const Incoming& in) {
  ++counters_.gaps;
  const auto expected = static_cast<std::uint8_t>((*in.seq - in.step.missing) & kHighestSeq);
  in.out.push_back(GapOpened{expected, *in.seq, in.step.missing});
  process(in);
}

void HostSession::fill_gap(const Incoming& in) {
  if (in.step.was_expired) --counters_.missed;
  take(in, in.step.number);
  release(in.out);
  settle(in.m.received);
}

void HostSession::on_time(UnixMillis now, Actions& out) {
  if (birth_deadline_ && *birth_deadline_ <= now) {
    birth_deadline_.reset();
    birth_asked_ = true;
    ++counters_.rebirth_wishes;
    out.push_back(RequestRebirth{RebirthReason::no_birth});
  }
  if (lacking_deadline_ && *lacking_deadline_ <= now) {
    lacking_deadline_.reset();
    lacking_asked_ = true;
    want_rebirth(lacking_reason_, out);
  }
  const auto limit = now - options_.reorder_timeout;
  if (const auto seen = seq_.oldest_unexpired(); has_birth() && seen && *seen <= limit) {
    counters_.missed += seq_.expire(limit);
    ++counters_.rebirth_wishes;
    // tck-id-operational-behavior-host-reordering-rebirth
    out.push_back(RequestRebirth{state_ == SessionState::lost ? RebirthReason::no_birth : RebirthReason::gap});
    if (state_ == SessionState::gap || state_ == SessionState::alive) state_ = SessionState::await;
  }
  if (device_deadline_ && *device_deadline_ <= now) {
    device_deadline_.reset();
    for (auto& [name, device] : devices_) {
      if (device.status != DeviceStatus::pending) continue;
      device = {DeviceStatus::offline, now, now, device.birth_number, device.born};
      out.push_back(DeviceOffline{name, now});
    }
  }
}

std::optional<UnixMillis> HostSession::next_deadline() const {
  std::optional<UnixMillis> next = birth_deadline_;
  const auto sooner = [&](std::optional<UnixMillis> t) {
    if (t && (!next || *t < *next)) next = t;
  };
  sooner(device_deadline_);
  sooner(lacking_deadline_);
  if (const auto seen = seq_.oldest_unexpired(); has_birth() && seen) sooner(*seen + options_.reorder_timeout);
  return next;
}

void HostSession::on_connection_lost(UnixMillis now, Actions& out) {
  for (auto& h : held_) h.sealed = h.sealed || !h.bd_seq;  // its NDEATH may pass unseen
  if (has_birth()) {
    seq_.connection_lost();
    if (state_ != SessionState::lost) set_state(SessionState::lost, now);
    stale_since_ = now;
    for (auto& [name, device] : devices_)
      if (device.status != DeviceStatus::offline) device.stale_since = now;
    out.push_back(AllStale{now});
  } else {
    bd_seq_.reset();
    if (state_ != SessionState::unknown) set_state(SessionState::unknown, now);
  }
  birth_deadline_.reset();
  birth_asked_ = false;
  forget_lacking();
}

void HostSession::on_unknown_metrics(std::string_view device, UnixMillis received, Actions& out) {
  if (has_birth()) lack_birth(device, RebirthReason::unknown_metric, received, out);
}

// The birth may be on its way: over another topic it can come after the data that it explains. Where messages are
// missing it may be among them, and their timer asks.
void HostSession::lack_birth(std::string_view device, RebirthReason reason, UnixMillis now, Actions& out) {
  constexpr std::size_t kMostLacking = 1000;  // a node that invents devices
  if (!options_.rebirth_on_unknown || seq_.oldest_unexpired()) return;
  if (lacking_.size() < kMostLacking) lacking_.emplace(device);
  if (lacking_asked_) return out.push_back(RequestRebirth{reason});  // renews the wish
  if (lacking_deadline_) return;
  lacking_deadline_ = now + options_.reorder_timeout;
  lacking_reason_ = reason;
}

void HostSession::forget_lacking() {
  lacking_.clear();
  lacking_deadline_.reset();
  lacking_asked_ = false;
}

void HostSession::want_rebirth(RebirthReason reason, Actions& out) {
  ++counters_.rebirth_wishes;
  out.push_back(RequestRebirth{reason});
}

void HostSession::set_state(SessionState state, UnixMillis since) {
  state_ = state;
  since_ = since;
}

}  // namespace songhua::sparkplug
