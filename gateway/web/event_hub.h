#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace songhua::web {

// One listener's queue of events, in the text form of server-sent events. Bounded: when it is full the listener is
// too slow and is closed, so that it reconnects and reads the state anew instead of holding memory.
class EventQueue {
 public:
  explicit EventQueue(std::size_t capacity) : capacity_(capacity) {}

  enum class Wait { event, timeout, closed };
  // Waits for the next event at most `limit`; `text` is set only for Wait::event.
  [[nodiscard]] Wait next(std::string& text, std::chrono::milliseconds limit);

  bool push(std::shared_ptr<const std::string> text);  // false: it was full or closed, and is closed now
  void close();

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const std::string>> waiting_;
  bool closed_ = false;
};

// Hands what the program tells to every listener of /api/v1/events. Thread-safe; publish never blocks on a listener
// and costs nothing but a lock while nobody listens.
class EventHub {
 public:
  // Events a listener may be behind; listeners at a time (each holds one HTTP thread).
  explicit EventHub(std::size_t queue_capacity = 256, std::size_t max_listeners = 8)
      : queue_capacity_(queue_capacity), max_listeners_(max_listeners) {}
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  // `event` is a name like "line", "rollup", "forward", "indicators", "quarantine": letters, digits, '_', '-', '.'.
  void publish(std::string_view event, const nlohmann::json& data);

  [[nodiscard]] std::shared_ptr<EventQueue> subscribe();  // null when there are too many listeners, or after close()
  void unsubscribe(const std::shared_ptr<EventQueue>& queue);
  void close();  // releases all listeners, for good

  [[nodiscard]] std::size_t listeners() const;
  [[nodiscard]] std::size_t dropped() const;  // listeners that were closed because they were too slow

 private:
  const std::size_t queue_capacity_;
  const std::size_t max_listeners_;
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<EventQueue>> queues_;
  std::size_t dropped_ = 0;
  bool closed_ = false;
};

}  // namespace songhua::web
