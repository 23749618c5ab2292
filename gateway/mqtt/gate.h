#pragma once

#include <condition_variable>
#include <mutex>

namespace songhua::mqtt {

// Lets calls through until it is closed; close() waits until the last one has left. So an object can be torn down while
// other threads are inside its methods or callbacks. Thread-safe. A thread that is inside must not close().
class Gate {
 public:
  // One call that is inside; converts to false when the gate was closed.
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(gate.enter() ? &gate : nullptr) {}
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* gate_;
  };

  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    left_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  bool enter() {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    ++inside_;
    return true;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    // Told under the lock: the closer may destroy the gate as soon as it gets it.
    if (--inside_ == 0 && closed_) left_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable left_;
  int inside_ = 0;
  bool closed_ = false;
};

}  // namespace songhua::mqtt
