#include "sparkplug/host_state.h"

#include <algorithm>

namespace songhua::sparkplug {
namespace {
constexpr Millis kSwallow{1'000};       // overlapping subscriptions may deliver one offline twice
constexpr Millis kDeathWait{2'000};     // for the PUBACK of the death
constexpr Millis kFightWindow{60'000};  // this many answers within it: someone else uses our host id
constexpr std::size_t kFightAnswers = 5;
constexpr Millis kFightPace{5'000};  // between answers while fighting
constexpr Millis kClockAhead{600'000};
}  // namespace

UnixMillis HostState::above_last(UnixMillis now) const {
  return last_ ? std::max(now, *last_ + Millis{1}) : now;
}

HostActions HostState::on_start(UnixMillis now) {
  if (phase_ != HostPhase::down) return {};
  HostActions actions;
  if (last_ && *last_ > now + kClockAhead) actions.push_back(RaiseAlarm{HostAlarm::clock_ahead});
  birth_ = above_last(now);
  last_ = birth_;
  phase_ = HostPhase::connecting;
  swallowed_.reset();
  answer_waits_ = false;
  fighting_.reset();
  actions.push_back(StoreTimestamp{birth_});
  actions.push_back(ConnectWithWill{{false, birth_}});
  return actions;
}

HostActions HostState::on_connected() {
  if (phase_ != HostPhase::connecting) return {};
  phase_ = HostPhase::subscribing;
  return {Subscribe{}};
}

HostActions HostState::on_subscribed(UnixMillis) {
  if (phase_ != HostPhase::subscribing) return {};
  phase_ = HostPhase::up;
  return {PublishState{{true, birth_}}};
}

HostActions HostState::on_own_state(std::string_view payload, UnixMillis now) {
  // Before the birth it is overwritten anyway; while stopping it is our own echo, and an answer would stay retained.
  if (phase_ != HostPhase::up) return {};
  const auto status = parse_state(payload);
  if (!status) {
    ++malformed_;
    return {};
  }
  if (status->online) return status->timestamp == birth_ ? HostActions{} : alarm_two_hosts(now);
  if (swallowed_ && swallowed_->first == *status && now < swallowed_->second + kSwallow) {
    swallowed_->second = now - kSwallow;  // one copy only
    return {};
  }
  swallowed_ = {*status, now};
  while (!recent_answers_.empty() && recent_answers_.front() + kFightWindow <= now) recent_answers_.pop_front();
  if (recent_answers_.size() < kFightAnswers) return answer(now);
  answer_waits_ = true;
  deadline_ = recent_answers_.back() + kFightPace;
  auto actions = alarm_two_hosts(now);
  for (const auto& action : on_time(now)) actions.push_back(action);
  return actions;
}

HostActions HostState::answer(UnixMillis now) {
  recent_answers_.push_back(now);
  if (recent_answers_.size() > kFightAnswers) recent_answers_.pop_front();
  ++answers_;
  answer_waits_ = false;
  return {PublishState{{true, birth_}}};  // tck-id-message-flow-hid-sparkplug-state-message-delivered: same timestamp
}

// Raised once per fight; a quiet minute ends it.
HostActions HostState::alarm_two_hosts(UnixMillis now) {
  const bool goes_on = fighting_ && now < *fighting_ + kFightWindow;
  fighting_ = now;
  if (goes_on) return {};
  return {RaiseAlarm{HostAlarm::two_hosts}};
}

HostActions HostState::on_stop(UnixMillis now) {
  if (phase_ != HostPhase::up) {
    if (phase_ == HostPhase::down) return {};
    phase_ = HostPhase::down;  // nothing was born on this connection
    return {Disconnect{}};
  }
  phase_ = HostPhase::stopping;
  deadline_ = now + kDeathWait;
  answer_waits_ = false;
  last_ = above_last(now);
  return {StoreTimestamp{*last_}, PublishState{{false, *last_}}};
}

HostActions HostState::on_death_acknowledged() {
  if (phase_ != HostPhase::stopping) return {};
  phase_ = HostPhase::down;
  deadline_.reset();
  return {Disconnect{}};
}

HostActions HostState::on_connection_lost(UnixMillis now) {
  const bool was_up = phase_ == HostPhase::up || phase_ == HostPhase::stopping;
  phase_ = HostPhase::down;
  deadline_.reset();
  answer_waits_ = false;
  return was_up ? HostActions{NodesStale{now}} : HostActions{};
}

HostActions HostState::on_time(UnixMillis now) {
  if (!deadline_ || now < *deadline_) return {};
  deadline_.reset();
  if (phase_ == HostPhase::stopping) return on_death_acknowledged();
  if (phase_ == HostPhase::up && answer_waits_) return answer(now);
  return {};
}

std::string_view to_string(HostPhase phase) {
  switch (phase) {
    case HostPhase::down:
      return "DOWN";
    case HostPhase::connecting:
      return "CONNECTING";
    case HostPhase::subscribing:
      return "SUBSCRIBING";
    case HostPhase::up:
      return "UP";
    case HostPhase::stopping:
      return "STOPPING";
  }
  return "?";
}

std::string_view to_string(HostAlarm alarm) {
  switch (alarm) {
    case HostAlarm::two_hosts:
      return "two_hosts";
    case HostAlarm::clock_ahead:
      return "clock_ahead";
  }
  return "?";
}

}  // namespace songhua::sparkplug
