#include <algorithm>

#include "sparkplug/host_session.h"
#include "sparkplug/resolve.h"

// What births, deaths and held messages do to names and devices.
namespace songhua::sparkplug {
namespace {

// Devices that are offline are listed on after a new birth, unless a node invents ever new ones.
constexpr std::size_t kKeepOffline = 1000;
// Messages that are signs of lines unknown: of a node that is never born it is not worth while to keep many.
constexpr std::ptrdiff_t kUnheardKept = 64;

bool any_waits(const Payload& payload) {
  return std::any_of(payload.metrics().begin(), payload.metrics().end(), waits_for_birth);
}

std::shared_ptr<const NameTable> table_of(std::shared_ptr<const DeviceNames> share) {
  return std::make_shared<NameTable>(std::vector{std::move(share)});
}

// Has the device died before the message of that number? Then its next DBIRTH explains it, which may deal other aliases
// and come later; the names it had are those of what it said before.
bool is_dead(const HostSession& session, std::string_view device, std::int64_t number) {
  const auto it = session.devices().find(device);
  if (it == session.devices().end() || it->second.status != DeviceStatus::offline) return false;
  return it->second.birth_number >= 0 && number > it->second.birth_number;
}

// The payload's time where it is one.
UnixMillis time_or(std::optional<std::uint64_t> time, UnixMillis otherwise) {
  constexpr std::uint64_t kLastMillisOf9999 = 253'402'300'799'999;
  return time && *time <= kLastMillisOf9999 ? unix_millis(static_cast<std::int64_t>(*time)) : otherwise;
}

}  // namespace

// The message's place is certain.
void HostSession::take(const Incoming& in, std::int64_t number) {
  const auto& m = in.m;
  const bool certain = seq_.certain(number);
  const bool known = explains(m.device) && !is_dead(*this, m.device, number);
  if (!certain) return hold(in, number);
  if (m.type == MessageType::dbirth && !has_room(m.device)) {
    ++counters_.quarantined;
    in.out.push_back(Quarantine{m.position, QuarantineReason::too_many_devices});
  } else if (m.type == MessageType::dbirth) {
    take_device_birth(std::string(m.device), DeviceNames::of_birth(std::string(m.device), *m.payload), number,
                      m.received, in.out);
    in.out.push_back(Apply{m.position, names_});
    release(in.out);
  } else {
    if (m.type == MessageType::ddeath) take_device_death(std::string(m.device), in.time, number, m.received, in.out);
    if (known)
      in.out.push_back(Apply{m.position, names_});
    else
      hold(in, number);
  }
  if (!known && m.type != MessageType::dbirth) {  // of a device without DBIRTH
    ++counters_.deviations;
    if (is_data(m.type)) lack_birth(m.device, RebirthReason::unborn_device, m.received, in.out);
  }
}

bool HostSession::has_room(std::string_view device) const {
  return devices_.size() < options_.max_devices || devices_.contains(device);
}

// Its place is not certain, or no birth explains it yet: what carries names counts now.
void HostSession::hold(const Incoming& in, std::int64_t number) {
  const auto& m = in.m;
  Held h;
  h.position = m.position;
  h.type = m.type;
  h.device = m.device;
  h.seq = in.seq;
  h.number = number;
  h.time = in.time;
  h.received = m.received;
  // In doubt it belongs to the session that was last heard of; after a lost connection nobody knows.
  if (state_ != SessionState::lost) h.bd_seq = bd_seq_;
  h.sealed = state_ == SessionState::offline && !bd_seq_;
  if (is_data(m.type) && any_waits(*m.payload)) {
    h.pending = true;
    in.out.push_back(Hold{m.position});
  } else if (is_data(m.type)) {
    in.out.push_back(Apply{m.position, names_});
    if (explains(m.device)) return;
    h.unheard = true;
  } else if (m.type == MessageType::dbirth) {
    h.share = DeviceNames::of_birth(h.device, *m.payload);
    in.out.push_back(Apply{m.position, table_of(h.share)});
  } else {
    h.unheard = true;
    in.out.push_back(Apply{m.position, nullptr});
  }
  held_.push_back(std::move(h));
  limit_held(in.out);
}

std::size_t HostSession::held() const {
  return static_cast<std::size_t>(std::ranges::count_if(held_, [](const Held& h) { return !h.unheard; }));
}

void HostSession::limit_held(Actions& out) {
  const auto is_sign = [](const Held& h) { return h.unheard; };
  if (held_.back().unheard && std::ranges::count_if(held_, is_sign) > kUnheardKept)
    held_.erase(std::ranges::find_if(held_, is_sign));
  while (held_.size() > options_.max_held) {
    if (held_.front().pending) {
      ++counters_.quarantined;
      out.push_back(Quarantine{held_.front().position, QuarantineReason::too_many_held});
    }
    held_.pop_front();
  }
}

void HostSession::take_device_birth(const std::string& name, std::shared_ptr<const DeviceNames> share,
                                    std::int64_t number, UnixMillis received, Actions& out) {
  if (lacking_.erase(name) > 0 && lacking_.empty()) forget_lacking();
  auto& device = devices_[name];
  const bool late = device.birth_number > number;  // a newer birth, or a death, stands
  if (late && explains(name)) return;
  names_ = names_->with(std::move(share));
  if (late) return;
  device = {DeviceStatus::online, received, std::nullopt, number, received};
  out.push_back(DeviceOnline{name, received});
}

// tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-{offline,tags-stale}
void HostSession::take_device_death(const std::string& name, std::optional<std::uint64_t> time, std::int64_t number,
                                    UnixMillis received, Actions& out) {
  const auto it = devices_.find(name);
  if (it == devices_.end() || it->second.birth_number > number) return;  // of a life before the newest DBIRTH
  if (it->second.status == DeviceStatus::offline && it->second.birth_number == number) return;  // known already
  const auto when = time_or(time, received);
  it->second = {DeviceStatus::offline, when, when, number, it->second.born};
  out.push_back(DeviceOffline{name, when});
}

void HostSession::end_devices(UnixMillis time, Actions& out) {
  for (auto& [name, device] : devices_) {
    if (device.status == DeviceStatus::offline) continue;
    device = {DeviceStatus::offline, time, time, device.birth_number, device.born};
    out.push_back(DeviceOffline{name, time});
  }
  device_deadline_.reset();
}

// An NBIRTH is the new base: seq, bdSeq, names. Then what was held finds its explanation or its end.
void HostSession::begin(const Incoming& in, bool new_session) {
  if (in.seq.value_or(0) != 0) ++counters_.deviations;
  if (!in.bd_seq) ++counters_.deviations;
  ++counters_.births;
  auto following = followers(in);
  if (devices_.size() > kKeepOffline)
    std::erase_if(devices_, [](const auto& d) { return d.second.status == DeviceStatus::offline; });
  for (auto& [name, device] : devices_) device.birth_number = -1;
  const bool waiting = std::any_of(devices_.begin(), devices_.end(),
                                   [](const auto& d) { return d.second.status == DeviceStatus::pending; });
  if (waiting) device_deadline_ = in.m.received + options_.reorder_timeout + options_.device_grace;
  bd_seq_ = in.bd_seq;
  seq_.start(in.seq.value_or(0));
  names_ = table_of(DeviceNames::of_birth("", *in.m.payload));
  birth_deadline_.reset();
  birth_asked_ = false;
  forget_lacking();
  stale_since_.reset();
  born_ = in.m.received;
  set_state(SessionState::alive, in.m.received);
  in.out.push_back(NodeOnline{in.m.received, new_session});
  in.out.push_back(Apply{in.m.position, names_});
  judge_held(in.out);
  for (auto& h : following) {
    h.number = seq_.take(*h.seq, in.m.received).number;
    h.bd_seq = bd_seq_;
    h.sealed = h.explained = false;
    take_held(h, in.out);
  }
  release(in.out);
}

// Held messages that continue the birth's seq unbroken, taken out of held_. A message stamped before the birth went
// before it, whatever its seq: after a host's start the tail of an older count may look like a continuation.
std::vector<HostSession::Held> HostSession::followers(const Incoming& birth) {
  std::vector<Held> following;
  for (auto seq = static_cast<std::uint8_t>(birth.seq.value_or(0) + 1);; ++seq) {
    const auto it = std::find_if(held_.rbegin(), held_.rend(), [&](const Held& h) {
      return h.seq == seq && !(birth.time && h.time && *h.time < *birth.time);
    });
    if (it == held_.rend()) return following;
    following.push_back(std::move(*it));
    held_.erase(std::next(it).base());
  }
}

// A held message whose place has become certain.
void HostSession::take_held(const Held& h, Actions& out) {
  if (h.type == MessageType::dbirth) {
    if (has_room(h.device)) take_device_birth(h.device, h.share, h.number, h.received, out);
    return;
  }
  if (!explains(h.device) || is_dead(*this, h.device, h.number)) {
    held_.push_back(h);  // until the device's DBIRTH
    return;
  }
  // Without number it came before the birth: the device's state is no longer its affair.
  if (h.type == MessageType::ddeath && h.number >= 0) take_device_death(h.device, h.time, h.number, h.received, out);
  if (h.pending)
    out.push_back(ApplyHeld{h.position, names_});
  else if (h.unheard)
    out.push_back(Heard{h.position, names_});
}

// After an NBIRTH: keeps what its session explains, refuses the rest. State changes of before are void.
void HostSession::judge_held(Actions& out) {
  for (auto& h : held_) {
    h.number = -1;
    h.explained = h.waits_for_names() && !h.sealed && (!h.bd_seq || h.bd_seq == bd_seq_);
    if (h.explained) h.bd_seq = bd_seq_;
    if (!h.pending || h.explained) continue;
    ++counters_.quarantined;
    out.push_back(Quarantine{h.position, QuarantineReason::session_ended});
  }
  std::erase_if(held_, [](const Held& h) { return !h.explained; });
}

// Applies every held message that is certain and explained now, in order of arrival. A DBIRTH among them may explain
// more, so it begins anew after one.
void HostSession::release(Actions& out) {
  const auto is_certain = [&](const Held& h) { return h.explained || (h.number >= 0 && seq_.certain(h.number)); };
  for (auto it = held_.begin(); it != held_.end();) {
    const bool explained = explains(it->device) && !is_dead(*this, it->device, it->number);
    if (!is_certain(*it) || (it->type != MessageType::dbirth && !explained)) {
      ++it;
      continue;
    }
    const auto h = std::move(*it);
    held_.erase(it);
    take_held(h, out);
    it = held_.begin();
  }
}

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::unknown:
    case SessionState::lost:
      return "UNKNOWN";
    case SessionState::alive:
      return "ALIVE";
    case SessionState::gap:
      return "GAP";
    case SessionState::await:
      return "AWAIT";
    case SessionState::offline:
      return "OFFLINE";
  }
  return "?";
}

std::string_view to_string(QuarantineReason reason) {
  switch (reason) {
    case QuarantineReason::undecodable:
      return "undecodable";
    case QuarantineReason::bad_seq:
      return "bad_seq";
    case QuarantineReason::session_ended:
      return "session_ended";
    case QuarantineReason::too_many_held:
      return "too_many_held";
    case QuarantineReason::too_many_devices:
      return "too_many_devices";
  }
  return "?";
}

std::string_view to_string(IgnoreReason reason) {
  switch (reason) {
    case IgnoreReason::other_bdseq:
      return "other_bdseq";
    case IgnoreReason::already_offline:
      return "already_offline";
    case IgnoreReason::not_for_host:
      return "not_for_host";
  }
  return "?";
}

std::string_view to_string(RebirthReason reason) {
  switch (reason) {
    case RebirthReason::gap:
      return "gap";
    case RebirthReason::no_birth:
      return "no_birth";
    case RebirthReason::unborn_device:
      return "unborn_device";
    case RebirthReason::unknown_metric:
      return "unknown_metric";
    case RebirthReason::undecodable:
      return "undecodable";
  }
  return "?";
}

}  // namespace songhua::sparkplug
