#include <cstdint>
#include <cstdlib>
#include <set>

#include "sparkplug/host_session.h"

// Any sequence of events, four bytes each: every message has exactly one fate, what is held is bounded, and a session
// that was saved and restored is the same. Input that begins with 'S' is read as a stored session first.
using namespace songhua;
using namespace songhua::sparkplug;

namespace {
void check(bool holds) {
  if (!holds) std::abort();
}

struct Fates {
  std::set<std::uint64_t> first, held;
  void fate(std::uint64_t p) { check(first.insert(p).second); }
  void operator()(const Apply& a) { fate(a.position); }
  void operator()(const Duplicate& a) { fate(a.position); }
  void operator()(const Ignored& a) { fate(a.position); }
  void operator()(const Hold& a) { fate(a.position), held.insert(a.position); }
  void operator()(const ApplyHeld& a) { check(held.erase(a.position) == 1 && a.names != nullptr); }
  void operator()(const Quarantine& a) {
    if (held.erase(a.position) == 0) fate(a.position);
  }
  void operator()(const Heard& a) { check(first.contains(a.position) && !held.contains(a.position) && a.names); }
  template <typename Other>
  void operator()(const Other&) {}
};

Payload payload_of(MessageType type, const std::uint8_t* b) {
  Payload p;
  if (b[0] & 0x10) p.set_seq(b[1] | (b[0] & 0x80 && b[2] == 255 ? 256U : 0U));
  p.set_timestamp(b[2] & 63);
  auto& m = *p.add_metrics();
  if (type == MessageType::nbirth || type == MessageType::ndeath) {
    m.set_name("bdSeq");
    if (b[3] & 0x80) m.set_long_value(b[3] & 3);
    if (type == MessageType::nbirth) p.add_metrics()->set_name("n"), p.mutable_metrics(1)->set_alias(1);
  } else {
    if (b[3] & 4 || type == MessageType::dbirth) m.set_name("d");
    if (b[3] == 64) return p.clear_metrics(), p;
    m.set_alias(b[3] & 3);
    m.set_long_value(1);
  }
  return p;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HostSessionOptions options;
  options.max_held = 20;
  options.reorder_timeout = Millis{size % 2 == 0 ? 200 : 0};
  if (size > 0 && data[0] == 'S') {
    auto stored = HostSession::restore({reinterpret_cast<const char*>(data), size}, options);
    if (stored) check(HostSession::restore(stored->save(), options).ok());
    return 0;
  }
  HostSession session(options);
  Fates fates;
  auto now = unix_millis(1'700'000'000'000);
  std::uint64_t position = 0;
  for (; size >= 4; data += 4, size -= 4) {
    Actions out;
    now += Millis{data[2]};
    const auto kind = data[0] & 15;
    const auto type = static_cast<MessageType>(kind % 9);
    if (kind == 15)
      session.on_connection_lost(now, out);
    else if (kind == 14)
      session.on_time(now += Millis{data[1] * 100}, out);
    else if (kind == 13)
      session.on_unknown_metrics(data[1] & 1 ? "D" : "", now, out);
    else if (kind == 12) {
      const auto bytes = session.save();
      auto copy = HostSession::restore(bytes, options);
      check(copy.ok() && copy->save() == bytes);
      session = std::move(*copy);
    } else {
      const auto payload = payload_of(type, data);
      const char* device = is_of_device(type) ? (data[3] & 8 ? "D" : "E") : "";
      session.on_message({type, device, data[3] == 255 ? nullptr : &payload, now, ++position}, out);
    }
    for (const auto& action : out) std::visit(fates, action);
    check(fates.first.size() == position);
    check(fates.held.size() <= session.held() && session.held() <= options.max_held);
    check(session.online() == (session.state() == SessionState::alive || session.state() == SessionState::gap ||
                               session.state() == SessionState::await));
  }
  return 0;
}
