#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "session_kit.h"

// What holds for every sequence of events: of a hostile peer, and of an honest edge node on a bad network.
namespace songhua::sparkplug {
namespace {

using namespace kit;

// The fates of messages as the actions tell them.
class Fates {
 public:
  // Every rule that a single step can break.
  void take(const Actions& actions, std::optional<std::uint64_t> position) {
    for (const auto& action : actions) std::visit([this](const auto& a) { note(a); }, action);
    if (position) RC_ASSERT(first_.contains(*position));  // a fate at once
  }
  [[nodiscard]] const std::set<std::uint64_t>& held() const { return held_; }
  std::map<std::uint64_t, std::shared_ptr<const NameTable>> applied;  // with the names given
  std::size_t quarantined = 0;

 private:
  void fate(std::uint64_t position) { RC_ASSERT(first_.insert(position).second); }
  void note(const Apply& a) {
    fate(a.position);
    applied[a.position] = a.names;
  }
  void note(const Hold& a) {
    fate(a.position);
    held_.insert(a.position);
  }
  void note(const ApplyHeld& a) {
    RC_ASSERT(held_.erase(a.position) == 1U);
    RC_ASSERT(a.names != nullptr);
    applied[a.position] = a.names;
  }
  void note(const Heard& a) {
    RC_ASSERT(applied.contains(a.position));
    RC_ASSERT(heard_.insert(a.position).second);
    RC_ASSERT(a.names != nullptr);
  }
  void note(const Quarantine& a) {
    ++quarantined;
    if (held_.erase(a.position) == 0) fate(a.position);
  }
  void note(const Duplicate& a) { fate(a.position); }
  void note(const Ignored& a) { fate(a.position); }
  template <typename Other>
  void note(const Other&) {}

  std::set<std::uint64_t> first_;
  std::set<std::uint64_t> held_;
  std::set<std::uint64_t> heard_;
};

Message any_message(std::uint8_t kind, std::uint8_t seq, std::uint8_t small) {
  const std::string device = small % 3 == 0 ? "D" : small % 3 == 1 ? "EE" : "F";
  const std::uint64_t time = 1000 + small / 4, bd = small % 3;
  switch (kind % 16) {
    case 0:
      return nbirth(bd, small < 200 ? 0 : seq, time);
    case 1:
      return nbirth(small % 5 == 0 ? std::nullopt : std::optional(bd), 0, time);
    case 2:
      return ndeath(small % 7 == 0 ? std::nullopt : std::optional(bd));
    case 3:
    case 4:
      return dbirth(device, seq, time);
    case 5:
      return ddeath(device, seq, time);
    case 6:
      return small % 2 == 0 ? ndata_named(seq, time) : ddata_empty(device, seq, time);
    case 7:
      return ndata(small % 5 == 0 ? std::nullopt : std::optional<std::uint64_t>(seq + (small == 77 ? 256 : 0)), time);
    case 8:
    case 9:
      return ndata(seq, time);
    default:
      return ddata(device, seq, time);
  }
}

using Step = std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>;

// Plays steps; seqs are mostly near the expected one, so that gaps open, fill and remain.
class Play {
 public:
  explicit Play(HostSessionOptions options) : options_(options), session_(options) {}
  Actions step(const Step& s) {
    const auto [kind, value, small] = s;
    Actions out;
    now_ += Millis{small * 7};
    position.reset();
    if (kind > 250) {
      session_.on_connection_lost(now_, out);
    } else if (kind > 235) {
      now_ += Millis{3000};
      session_.on_time(now_, out);
    } else if (kind > 230) {
      session_.on_unknown_metrics(small % 2 == 0 ? "D" : "", now_, out);
    } else {
      const auto last = session_.last_seq().value_or(static_cast<std::uint8_t>(0));
      const auto seq = value < 160 ? static_cast<std::uint8_t>(last + 1)
                                   : static_cast<std::uint8_t>(last + value % 9 * (small % 4) - 4);
      const auto m = any_message(kind, value > 250 ? small : seq, small);
      position = ++count_;
      session_.on_message({m.type, m.device, value == 255 ? nullptr : &m.payload, now_, *position}, out);
    }
    return out;
  }
  void restart() {
    const auto bytes = session_.save();
    auto copy = HostSession::restore(bytes, options_);
    RC_ASSERT(copy.ok());
    RC_ASSERT(copy->save() == bytes);
    // The same beside its names, which the caller keeps.
    const auto beside = session_.save_beside_names();
    auto found = HostSession::restore(beside, options_, [&](std::uint64_t id) {
      const bool known = session_.names() && session_.names()->id() == id;
      return known ? session_.names() : nullptr;
    });
    RC_ASSERT(found.ok());
    RC_ASSERT(found->save() == bytes);
    RC_ASSERT(found->save_beside_names() == beside);
    session_ = std::move(*found);
  }
  HostSession& session() { return session_; }
  std::optional<std::uint64_t> position;

 private:
  HostSessionOptions options_;
  HostSession session_;
  UnixMillis now_ = kStart;
  std::uint64_t count_ = 0;
};

HostSessionOptions small_session() {
  HostSessionOptions options;
  options.max_held = 12;
  return options;
}

RC_GTEST_PROP(HostSessionLaw, EveryMessageHasExactlyOneFate, ()) {
  const auto steps = *rc::gen::scale(4.0, rc::gen::arbitrary<std::vector<Step>>());
  Play play(small_session());
  Fates fates;
  for (const auto& s : steps) {
    const auto actions = play.step(s);
    fates.take(actions, play.position);
    RC_ASSERT(play.session().held() <= small_session().max_held);
    RC_ASSERT(fates.held().size() <= play.session().held());
  }
}

RC_GTEST_PROP(HostSessionLaw, SavingAndRestoringAnywhereChangesNothing, ()) {
  const auto steps = *rc::gen::scale(4.0, rc::gen::arbitrary<std::vector<std::pair<Step, bool>>>());
  Play whole(small_session()), restarted(small_session());
  for (const auto& [s, restart] : steps) {
    if (restart) restarted.restart();
    RC_ASSERT(text_of(whole.step(s)) == text_of(restarted.step(s)));
  }
  RC_ASSERT(whole.session().save() == restarted.session().save());
}

// An honest edge node whose every MQTT session numbers its metrics anew, and which rebirths now and then. Messages
// carry aliases only. What it sends, with the id of the names that are right for it.
struct Sent {
  Message message;
  std::uint64_t bd = 0;
  bool data = false;
};

class EdgeNode {
 public:
  std::vector<Sent> sent;
  void connect() {
    if (bd_ >= 0) sent.push_back({ndeath(static_cast<std::uint64_t>(bd_)), static_cast<std::uint64_t>(bd_), false});
    ++bd_;
    births();
  }
  void births() {
    auto n = nbirth(bd(), 0, ++clock_);
    add(n, "A", alias(1));
    push(n, false);
    seq_ = 1;
    auto d = counted(MessageType::dbirth, "D", seq_++, ++clock_);
    add(d, "B", alias(2));
    push(d, false);
  }
  void data(bool of_device) {
    auto m = counted(of_device ? MessageType::ddata : MessageType::ndata, of_device ? "D" : "", seq_++ & 255, ++clock_);
    add(m, "", alias(of_device ? 2 : 1));
    push(m, true);
  }
  [[nodiscard]] std::uint64_t alias(std::uint64_t n) const { return 10 + (n + bd()) % 5; }

 private:
  [[nodiscard]] std::uint64_t bd() const { return static_cast<std::uint64_t>(bd_); }
  void push(Message m, bool data) { sent.push_back({std::move(m), bd(), data}); }
  std::int64_t bd_ = -1;
  std::uint64_t seq_ = 0;
  std::uint64_t clock_ = 1000;
};

EdgeNode random_life(bool reconnects) {
  EdgeNode node;
  node.connect();
  for (int n = *rc::gen::inRange(50, 600); n > 0; --n) {
    const auto what = *rc::gen::inRange(0, 100);
    if (reconnects && what == 0)
      node.connect();
    else if (what <= 1)
      node.births();
    else
      node.data(what % 2 == 0);
  }
  return node;
}

// Does the table say of this message what its node meant?
void expect_right(const Sent& s, const NameTable& names) {
  const auto* def = names.device(s.message.device)->by_alias(s.message.payload.metrics(0).alias());
  RC_ASSERT(def != nullptr);
  RC_ASSERT(def->name == (s.message.device.empty() ? "A" : "B"));
}

// Deaths are sent with QoS 1: they arrive. Everything else may be lost, doubled, or overtaken within a session.
RC_GTEST_PROP(HostSessionLaw, NoMetricIsEverBookedOnAnother, ()) {
  const auto node = random_life(true);
  HostSession session;
  Fates fates;
  std::map<std::uint64_t, const Sent*> by_position;
  std::uint64_t position = 0;
  auto now = kStart;
  const auto deliver = [&](const Sent& s) {
    Actions out;
    by_position[++position] = &s;
    now += Millis{50};
    session.on_message({s.message.type, s.message.device, &s.message.payload, now, position}, out);
    fates.take(out, position);
  };
  const Sent* late = nullptr;
  for (const auto& s : node.sent) {
    const bool death = s.message.type == MessageType::ndeath;
    const bool overtakes = death && *rc::gen::arbitrary<bool>();  // QoS 1 has no order against QoS 0
    if (overtakes) deliver(s);
    if (late != nullptr && (death || *rc::gen::inRange(0, 3) == 0)) deliver(*late), late = nullptr;
    if (overtakes) continue;
    const auto luck = death ? 99 : *rc::gen::inRange(0, 100);
    if (luck < 4) continue;
    if (luck < 8 && late == nullptr && s.message.type != MessageType::nbirth) {
      late = &s;
      continue;
    }
    deliver(s);
    if (luck < 12) deliver(s);
  }
  for (const auto& [at, names] : fates.applied)
    if (by_position.at(at)->data) expect_right(*by_position.at(at), *names);
}

// Order alone costs nothing: neighbours that change places are all applied, and nobody is asked for anything.
RC_GTEST_PROP(HostSessionLaw, ReorderingWithoutLossLosesNothing, ()) {
  auto node = random_life(false);
  for (std::size_t i = 1; i + 1 < node.sent.size(); ++i) {
    const bool births = is_birth(node.sent[i].message.type) || is_birth(node.sent[i + 1].message.type);
    if (!births && *rc::gen::inRange(0, 4) == 0) std::swap(node.sent[i], node.sent[i + 1]), ++i;
  }
  HostSession session;
  Fates fates;
  std::uint64_t position = 0;
  for (const auto& s : node.sent) {
    Actions out;
    ++position;
    session.on_message({s.message.type, s.message.device, &s.message.payload,
                        kStart + Millis{static_cast<std::int64_t>(position)}, position},
                       out);
    fates.take(out, position);
    for (const auto& action : out) RC_ASSERT(!std::holds_alternative<RequestRebirth>(action));
  }
  RC_ASSERT(fates.applied.size() == node.sent.size());
  RC_ASSERT(session.state() == SessionState::alive);
  RC_ASSERT(session.counters().missed == 0U);
}

}  // namespace
}  // namespace songhua::sparkplug
