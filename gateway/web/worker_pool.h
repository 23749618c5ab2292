#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace songhua::web {

// httplib's own pool keeps any number of accepted connections in memory. This one is bounded: when `capacity`
// connections wait, accepting waits too, and further clients wait in the kernel's backlog.
class WorkerPool final : public httplib::TaskQueue {
 public:
  WorkerPool(std::size_t threads, std::size_t capacity);
  ~WorkerPool() override;

  void enqueue(std::function<void()> job) override;
  void shutdown() override;  // finishes what waits, joins

 private:
  void work();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable work_or_end_;
  std::condition_variable room_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace songhua::web
