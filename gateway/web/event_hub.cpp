#include "web/event_hub.h"

#include <algorithm>

namespace songhua::web {

EventQueue::Wait EventQueue::next(std::string& text, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return closed_ || !waiting_.empty(); });
  if (closed_) return Wait::closed;
  if (waiting_.empty()) return Wait::timeout;
  text = *waiting_.front();
  waiting_.pop_front();
  return Wait::event;
}

bool EventQueue::push(std::shared_ptr<const std::string> text) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && waiting_.size() < capacity_) {
      waiting_.push_back(std::move(text));
    } else {
      closed_ = true;
      waiting_.clear();
    }
    if (!closed_) {
      changed_.notify_one();
      return true;
    }
  }
  changed_.notify_all();
  return false;
}

void EventQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
}

namespace {

// A line break in the name would let data pose as another field of the event.
std::string clean_name(std::string_view name) {
  std::string clean;
  std::copy_if(name.begin(), name.end(), std::back_inserter(clean), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
  return clean;
}

}  // namespace

void EventHub::publish(std::string_view event, const nlohmann::json& data) {
  const std::lock_guard lock(mutex_);
  if (closed_ || queues_.empty()) return;
  // JSON on one line holds no line break, so one data field carries it. Bytes that are not UTF-8 are replaced.
  const auto text = std::make_shared<const std::string>(
      "event: " + clean_name(event) + "\ndata: " + data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
      "\n\n");
  for (auto queue = queues_.begin(); queue != queues_.end();) {
    if ((*queue)->push(text)) {
      ++queue;
    } else {
      queue = queues_.erase(queue);
      ++dropped_;
    }
  }
}

std::shared_ptr<EventQueue> EventHub::subscribe() {
  const std::lock_guard lock(mutex_);
  if (closed_ || queues_.size() >= max_listeners_) return nullptr;
  return queues_.emplace_back(std::make_shared<EventQueue>(queue_capacity_));
}

void EventHub::unsubscribe(const std::shared_ptr<EventQueue>& queue) {
  queue->close();
  const std::lock_guard lock(mutex_);
  queues_.remove(queue);
}

void EventHub::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& queue : queues_) queue->close();
  queues_.clear();
}

std::size_t EventHub::listeners() const {
  const std::lock_guard lock(mutex_);
  return queues_.size();
}

std::size_t EventHub::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace songhua::web
