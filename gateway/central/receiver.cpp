#include "central/receiver.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <spdlog/spdlog.h>

#include <random>

namespace songhua::central {
namespace {

using forward::Channel;
using forward::Link;
using forward::LinkEvent;
using mqtt::Publish;

constexpr int kListener = 0;
constexpr int kSpeaker = 1;
constexpr std::size_t kMostAnswers = 10'000;  // waiting for the speaker; what is dropped is asked for again
constexpr Millis kHousekeeping = std::chrono::hours{1};

std::string tail() {
  std::random_device random;
  return forward::to_hex(std::to_string(random())).substr(0, 8);
}

Link::Options link_options(const ReceiverOptions& options, int id, const std::string& name) {
  Link::Options link;
  link.id = id;
  link.servers = options.servers;
  link.connect = options.connect;
  link.connect.client_id += "-" + name + "-" + tail();
  link.backoff = options.backoff;
  return link;
}

Link::Options listener_options(const ReceiverOptions& options) {
  auto link = link_options(options, kListener, "in");
  for (const auto channel : {Channel::dictionary, Channel::rollup}) {
    link.filters.push_back({"$share/" + options.share + "/" + forward::topic_filter(channel), mqtt::Qos::kAtLeastOnce});
  }
  return link;
}

}  // namespace

Receiver::Receiver(CentreStore& store, ReceiverOptions options, std::function<UnixMillis()> clock)
    : store_(store),
      options_(std::move(options)),
      clock_(std::move(clock)),
      intake_(store, options_.intake),
      inbox_(forward::LinkInbox::Limits{}),
      listener_(listener_options(options_), inbox_),
      speaker_(link_options(options_, kSpeaker, "out"), inbox_) {}

Receiver::~Receiver() = default;

void Receiver::run() {
  while (!inbox_.closed()) {
    take_events();
    merge_lot();
    say();
    housekeeping();
    publish_status();
  }
  say();
  listener_.disconnect(Millis{500});
  speaker_.disconnect(Millis{1000});
}

void Receiver::stop() {
  inbox_.close();
}

void Receiver::take_events() {
  // Batches are taken only while somebody can say what became of them.
  const auto speaker = speaker_.tick();
  const auto patience = speaker_.up() ? std::min(listener_.tick(), speaker) : speaker;
  if (!inbox_.take(lot_, patience)) return;
  for (auto& event : lot_) handle(event);
}

void Receiver::handle(const LinkEvent& event) {
  auto& link = event.link == kListener ? listener_ : speaker_;
  if (!link.handle(event)) return;
  switch (event.kind) {
    case LinkEvent::Kind::message:
      messages_.push_back(event);
      break;
    case LinkEvent::Kind::up:
      if (event.link == kListener) spdlog::info("receive server={} connected", link.server());
      break;
    case LinkEvent::Kind::failed:
    case LinkEvent::Kind::lost:
      spdlog::warn("receive no connection to the broker: {}", event.text);
      break;
    default:
      break;
  }
}

// All or nothing: where the store refuses, the lot stays and nothing is answered.
void Receiver::merge_lot() {
  if (messages_.empty()) return;
  std::vector<Answer> answers;
  ReceiverStatus counts;
  try {
    store_.transact([&] { merge_messages(answers, counts); });
  } catch (const SQLite::Exception& problem) {
    intake_.forget();
    spdlog::error("receive the store cannot be written, trying again: {}", problem.what());
    const std::lock_guard lock(mutex_);
    status_.store_error = problem.what();
    messages_.clear();  // unanswered, so they come again; meanwhile memory stays bounded
    return;
  }
  messages_.clear();
  std::move(answers.begin(), answers.end(), std::back_inserter(answers_));
  const std::lock_guard lock(mutex_);
  status_.store_error.clear();
  status_.committed += counts.committed;
  status_.refused += counts.refused;
  status_.dictionaries += counts.dictionaries;
}

void Receiver::merge_messages(std::vector<Answer>& answers, ReceiverStatus& counts) {
  const auto now = clock_();
  for (const auto& message : messages_) {
    const auto topic = forward::parse_topic(message.topic);
    if (!topic) continue;
    const GatewayId gateway{topic->enterprise, topic->gateway};
    if (topic->channel == Channel::dictionary) {
      const auto refused = intake_.take_dictionary(gateway, message.text, now);
      ++(refused ? counts.refused : counts.dictionaries);
      if (refused) spdlog::warn("receive topic={} refused: {}", message.topic, refused->text);
      continue;
    }
    const auto ack = intake_.take_batch(gateway, message.text, now);
    if (ack.status == forward::Ack::Status::refused) {
      ++counts.refused;
      spdlog::warn("receive topic={} batch={} refused: {}: {}", message.topic, ack.number, ack.code, ack.text);
    } else if (ack.status == forward::Ack::Status::committed) {
      ++counts.committed;
    }
    answers.push_back({topic_of(gateway.enterprise, gateway.id, Channel::ack), encode_ack(ack)});
  }
}

void Receiver::say() {
  std::size_t said = 0;
  for (; said < answers_.size(); ++said) {
    const auto outcome = speaker_.publish(answers_[said].topic, answers_[said].payload, mqtt::Qos::kAtLeastOnce);
    if (outcome == Publish::kWindowFull || outcome == Publish::kNotConnected) break;
  }
  answers_.erase(answers_.begin(), answers_.begin() + static_cast<std::ptrdiff_t>(said));
  if (answers_.size() > kMostAnswers) answers_.clear();
}

void Receiver::housekeeping() {
  const auto now = clock_();
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + kHousekeeping;
  try {
    store_.transact([&] { store_.forget_envelopes(now - options_.keep_envelopes); });
  } catch (const SQLite::Exception& problem) {
    spdlog::warn("receive old envelopes stay for now: {}", problem.what());
  }
}

void Receiver::publish_status() {
  const auto counts = inbox_.counts();
  const std::lock_guard lock(mutex_);
  status_.connected = listener_.up() && speaker_.up();
  status_.server = listener_.server();
  status_.last_error = listener_.last_error().empty() ? speaker_.last_error() : listener_.last_error();
  status_.missed = counts.refused;
}

ReceiverStatus Receiver::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace songhua::central
