#include "ingest/tap.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace songhua::ingest {
namespace {

constexpr std::chrono::milliseconds kRetry{200};  // how often a listener that was full is told what it missed
constexpr std::size_t kLot = 64;                  // so that a listener that comes is not kept waiting

}  // namespace

Result<TapFilter> TapFilter::parse(std::string node, std::string device, const std::string& metric) {
  TapFilter filter;
  if (!node.empty() && node.find('/') == std::string::npos) return Error{"--node " + node + ": write GROUP/NODE"};
  filter.node = std::move(node);
  filter.device = std::move(device);
  if (!metric.empty()) {
    auto glob = lines::Glob::parse(metric);
    if (!glob) return Error{"--metric " + metric + ": " + glob.error().message};
    filter.metric = std::move(*glob);
  }
  return filter;
}

Tap::Tap(Deliver deliver, Limits limits) : deliver_(std::move(deliver)), limits_(limits), thread_([this] { run(); }) {}

Tap::~Tap() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  there_.notify_one();
  thread_.join();
}

void Tap::add(ListenerId listener, TapFilter filter) {
  const std::lock_guard lock(mutex_);
  listeners_.insert_or_assign(listener, Listener{std::move(filter)});
}

std::size_t Tap::listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_.size();
}

void Tap::message(const Observed& observed, const sparkplug::Topic&, const sparkplug::Payload&,
                  const std::shared_ptr<const sparkplug::NameTable>& names) {
  if (listeners() == 0) return;
  if (seen_.size() >= limits_.messages) {
    ++seen_dropped_;
    return;
  }
  seen_.push_back(
      {observed.server, std::string(observed.topic), std::string(observed.payload), observed.received, names});
}

void Tap::committed() {
  if (seen_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    dropped_ += std::exchange(seen_dropped_, 0);
    for (auto& message : seen_) {
      const auto size = message.topic.size() + message.payload.size();
      if (queue_.size() >= limits_.messages || queued_bytes_ + size > limits_.bytes) {
        ++dropped_;
        continue;
      }
      queued_bytes_ += size;
      queue_.push_back(std::move(message));
    }
  }
  seen_.clear();
  there_.notify_one();
}

void Tap::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    there_.wait_for(lock, kRetry, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    std::vector<TappedMessage> lot;
    while (!queue_.empty() && lot.size() < kLot) {
      queued_bytes_ -= queue_.front().topic.size() + queue_.front().payload.size();
      lot.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    const auto dropped = std::exchange(dropped_, 0);
    // Listeners are worked on without the lock, which the pipeline wants for every message.
    auto listeners = listeners_;
    lock.unlock();
    std::vector<ListenerId> gone;
    for (auto& [id, listener] : listeners) {
      listener.dropped += dropped;
      bool there = tell_dropped(id, listener);
      for (const auto& message : lot) {
        if (!there) break;
        const auto json = tap_json(message, listener.filter);
        if (!json.is_null())
          there = tell(id, listener, json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      }
      if (!there) gone.push_back(id);
    }
    lock.lock();
    for (const auto& [id, listener] : listeners) {
      if (const auto it = listeners_.find(id); it != listeners_.end()) it->second.dropped = listener.dropped;
    }
    for (const auto id : gone) listeners_.erase(id);
  }
}

// False: the listener is gone.
bool Tap::tell(ListenerId id, Listener& listener, const std::string& line) {
  const auto delivery = deliver_(id, line);
  if (delivery == Delivery::full) ++listener.dropped;
  return delivery != Delivery::gone;
}

bool Tap::tell_dropped(ListenerId id, Listener& listener) {
  if (listener.dropped == 0) return true;
  const auto delivery = deliver_(id, "{\"dropped\":" + std::to_string(listener.dropped) + "}");
  if (delivery == Delivery::taken) listener.dropped = 0;
  return delivery != Delivery::gone;
}

}  // namespace songhua::ingest
