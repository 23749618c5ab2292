#include "sparkplug/byte_codec.h"
#include "sparkplug/host_session.h"

// A tag, then the members of HostSession in their order, as below; numbers, texts and optionals as in byte_codec.h, a
// list as its size and its items. `transfer` names the fields once for both directions.
//   "S5"  names as text; each message seen with seq and time
//   "S6"  names by their id (0: none), a text that the caller keeps; of the messages seen, seq and time as differences
//         to the one before: this is stored with every commit, and most nodes have said nothing new but their time
// Tags with other numbers were versions before the first release: refused.
namespace songhua::sparkplug {
namespace {
constexpr std::string_view kWhole = "S5";
constexpr std::string_view kBesideNames = "S6";
constexpr std::uint64_t kMostItems = 1'000'000;

// One interface for both directions: writes a field, or reads it in place.
struct Saver {
  ByteWriter& io;
  bool beside_names = false;
  void operator()(std::uint64_t& v) { io.number(v); }
  void operator()(std::int64_t& v) { io.signed_number(v); }
  void operator()(bool& v) { io.flag(v); }
  void operator()(UnixMillis& v) { io.time(v); }
  void operator()(std::string& v) { io.text(v); }
  void operator()(std::uint8_t& v) { io.number(v); }
  template <typename E>
  requires std::is_enum_v<E>
  void operator()(E& v, E) { io.number(static_cast<std::uint64_t>(v)); }
  template <typename T>
  void operator()(std::optional<T>& v) {
    io.flag(v.has_value());
    if (v) (*this)(*v);
  }
  void operator()(std::shared_ptr<const DeviceNames>& v) { io.text(v ? v->serialize() : ""); }
  void operator()(std::shared_ptr<const NameTable>& v) {
    if (beside_names)
      io.number(v ? v->id() : 0);
    else
      io.text(v ? v->serialize() : "");
  }
  template <typename List, typename Item>
  void list(List& v, Item item) {
    io.number(v.size());
    for (auto& i : v) item(i);
  }
};

struct Loader {
  ByteReader& io;
  bool beside_names = false;
  const NamesById* by_id = nullptr;
  void operator()(std::uint64_t& v) { v = io.number(); }
  void operator()(std::int64_t& v) { v = io.signed_number(); }
  void operator()(bool& v) { v = io.flag(); }
  void operator()(UnixMillis& v) { v = io.time(); }
  void operator()(std::string& v) { v = io.text(); }
  void operator()(std::uint8_t& v) { v = static_cast<std::uint8_t>(io.number()); }
  template <typename E>
  requires std::is_enum_v<E>
  void operator()(E& v, E last) {
    const auto n = io.number();
    if (n > static_cast<std::uint64_t>(last))
      io.fail();
    else
      v = static_cast<E>(n);
  }
  template <typename T>
  void operator()(std::optional<T>& v) {
    v.reset();
    if (!io.flag()) return;
    v.emplace();
    (*this)(*v);
  }
  template <typename T>
  void names(std::shared_ptr<const T>& v) {
    const auto bytes = io.text();
    v.reset();
    if (bytes.empty()) return;
    auto read = T::deserialize(bytes);
    if (read)
      v = *read;
    else
      io.fail();
  }
  void operator()(std::shared_ptr<const DeviceNames>& v) { names(v); }
  void operator()(std::shared_ptr<const NameTable>& v) {
    if (!beside_names) return names(v);
    const auto id = io.number();
    v = id == 0 || !*by_id ? nullptr : (*by_id)(id);
    if (id != 0 && !v) io.fail();
  }
  template <typename List, typename Item>
  void list(List& v, Item item) {
    auto count = io.number();
    if (count > kMostItems) io.fail();
    for (; count > 0 && io.ok(); --count) item(v.emplace_back());
  }
};
}  // namespace

class SessionCodec {
 public:
  template <typename Io>
  static void transfer(HostSession& s, Io io) {
    io(s.state_, SessionState::lost);
    io(s.since_);
    io(s.stale_since_);
    io(s.born_);
    io(s.bd_seq_);
    io(s.names_);
    seq(s.seq_, io);
    io(s.device_deadline_);
    io(s.birth_deadline_);
    io(s.birth_asked_);
    lacking(s.lacking_, io);
    io(s.lacking_reason_, RebirthReason::undecodable);
    io(s.lacking_deadline_);
    io(s.lacking_asked_);
    devices(s, io);
    io.list(s.held_, [&](auto& h) { held(h, io); });
    Seen before;
    io.list(s.seen_, [&](auto& message) {
      if (io.beside_names)
        seen(message, before, io);
      else
        io(message.seq), io(message.time);
      before = message;
    });
    counters(s.counters_, io);
  }

 private:
  using Seen = HostSession::Seen;
  // Twice the difference of seq, modulo 256, and whether there is a time; then its difference.
  static void seen(const Seen& v, const Seen& before, Saver& io) {
    const auto step = static_cast<std::uint8_t>(v.seq - before.seq);
    io.io.number(2U * step + (v.time ? 1U : 0U));
    if (v.time) io.io.signed_number(static_cast<std::int64_t>(*v.time - before.time.value_or(0)));
  }
  static void seen(Seen& v, const Seen& before, Loader& io) {
    const auto step = io.io.number();
    if (step >= 512) io.io.fail();
    v.seq = static_cast<std::uint8_t>(before.seq + step / 2);
    v.time.reset();
    if (step % 2 == 1) v.time = before.time.value_or(0) + static_cast<std::uint64_t>(io.io.signed_number());
  }
  template <typename Io>
  static void seq(SeqTracker& t, Io& io) {
    io(t.next_), io(t.loss_at_), io(t.doubt_from_);
    io.list(t.runs_, [&](auto& r) { io(r.first), io(r.end), io(r.seen), io(r.expired), io(r.after_loss); });
  }
  static void lacking(const auto& names, Saver& io) {
    io.io.number(names.size());
    for (const auto& name : names) io.io.text(name);
  }
  static void lacking(auto& names, Loader& io) {
    for (auto count = io.io.number(); count > 0 && io.io.ok(); --count) names.insert(io.io.text());
  }
  static void device(std::string& name, DeviceState& d, auto& io) {
    io(name), io(d.status, DeviceStatus::offline), io(d.since), io(d.stale_since), io(d.birth_number);
    io(d.born);
  }
  static void devices(HostSession& s, Saver& io) {
    io.io.number(s.devices_.size());
    for (auto& [key, state] : s.devices_) {
      auto name = key;
      device(name, state, io);
    }
  }
  static void devices(HostSession& s, Loader& io) {
    for (auto count = io.io.number(); count > 0 && io.io.ok(); --count) {
      std::string name;
      DeviceState state;
      device(name, state, io);
      s.devices_.emplace(std::move(name), state);
    }
  }
  static void held(HostSession::Held& h, auto& io) {
    io(h.position), io(h.type, MessageType::state), io(h.device), io(h.seq), io(h.number), io(h.time), io(h.received);
    io(h.bd_seq), io(h.sealed), io(h.pending), io(h.explained), io(h.share);
    io(h.unheard);
  }
  static void counters(SessionCounters& c, auto& io) {
    io(c.messages), io(c.gaps), io(c.missed), io(c.births), io(c.rebirth_wishes), io(c.ignored_ndeath),
        io(c.duplicates);
    io(c.deviations), io(c.quarantined), io(c.rebirths);
  }
};

std::string HostSession::save() const {
  ByteWriter out(kWhole);
  SessionCodec::transfer(const_cast<HostSession&>(*this), Saver{out});  // a Saver only reads
  return out.take();
}

std::string HostSession::save_beside_names() const {
  ByteWriter out(kBesideNames);
  SessionCodec::transfer(const_cast<HostSession&>(*this), Saver{out, true});  // a Saver only reads
  return out.take();
}

Result<HostSession> HostSession::restore(std::string_view bytes, HostSessionOptions options, const NamesById& names) {
  const bool beside = bytes.starts_with(kBesideNames);
  ByteReader in(bytes, beside ? kBesideNames : kWhole);
  HostSession session(options);
  SessionCodec::transfer(session, Loader{in, beside, &names});
  if (!in.at_end()) return Error{"stored Sparkplug session is damaged, of another version, or lacks its names"};
  if (session.has_birth() && !session.names_) return Error{"stored Sparkplug session lacks its names"};
  for (const auto& h : session.held_)
    if (h.type == MessageType::dbirth && !h.share) return Error{"stored Sparkplug session lacks the names of a birth"};
  return session;
}

}  // namespace songhua::sparkplug
