#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace songhua::mqtt {

// The bounded queue between the network thread and the pipeline thread. The network thread never waits: at the high
// water mark push() refuses and counts. The reader is woken in lots, because waking it for every message costs 10 us of
// CPU per message and in lots of 256 or 2 ms 1.8 us (the hand-over is the largest avoidable cost of receiving).
//
// Thread-safe: any number of writers, one reader.
template <typename Item>
class Inbox {
 public:
  struct Limits {
    std::size_t items = 50'000;
    std::size_t bytes = 64U << 20U;  // as the writers state them
    std::size_t lot = 256;
    std::chrono::microseconds linger{2000};  // how long the first item of a lot may wait for others
  };

  struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;   // by push() at the high water mark: missed messages
    std::uint64_t too_many = 0;  // by push_from(), because of their sender: missed messages, too
    std::uint64_t wakeups = 0;   // lots handed over
    std::size_t waiting = 0;     // items now
    std::size_t bytes = 0;       // bytes now
    std::size_t most_items = 0;  // highest since the start
    std::size_t most_bytes = 0;
  };

  explicit Inbox(Limits limits = {}) : limits_(limits) {}
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // False: full, the item is gone and counted (or the inbox is closed).
  [[nodiscard]] bool push(Item&& item, std::size_t bytes) { return put(std::move(item), bytes, false); }

  // The same from one of many senders, none of which may hold more than half of the queue: who floods it loses its own
  // messages, and the others find room. `sender` is any number that tells them apart.
  enum class Outcome : std::uint8_t { accepted, full, too_many };
  [[nodiscard]] Outcome push_from(std::uint64_t sender, Item&& item, std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      auto& share = shares_[sender];
      if (share.items >= std::max<std::size_t>(1, limits_.items / 2) || share.bytes + bytes > limits_.bytes / 2) {
        ++counts_.too_many;
        return Outcome::too_many;
      }
      ++share.items;
      share.bytes += bytes;
    }
    return push(std::move(item), bytes) ? Outcome::accepted : Outcome::full;
  }

  // For the few events that must not get lost (connected, lost...): accepted beyond the limits, and wakes the reader at
  // once. In order with what push() accepted. False only when closed.
  bool push_event(Item&& item) { return put(std::move(item), 0, true); }

  // Waits up to `patience` for a lot and swaps it into `lot`, whose former content is dropped but whose memory is kept
  // for reuse. False: nothing came, or closed and empty.
  bool take(std::vector<Item>& lot, std::chrono::microseconds patience) {
    lot.clear();
    std::unique_lock lock(mutex_);
    reader_waits_ = true;
    first_.wait_for(lock, patience, [this] { return !items_.empty() || woken_ || closed_; });
    if (!items_.empty() && !urgent()) {
      full_lot_.wait_for(lock, limits_.linger, [this] { return urgent(); });
    }
    reader_waits_ = false;
    hurry_ = woken_ = false;
    if (items_.empty()) return false;
    lot.swap(items_);
    shares_.clear();
    counts_.bytes = 0;
    ++counts_.wakeups;
    return true;
  }

  // Lets a waiting take() return now, with what there is.
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    first_.notify_one();
    full_lot_.notify_one();
  }

  // No further item is accepted; take() hands out what is left, then returns false at once.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    first_.notify_all();
    full_lot_.notify_all();
  }

  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  [[nodiscard]] Counts counts() const {
    const std::lock_guard lock(mutex_);
    Counts counts = counts_;
    counts.waiting = items_.size();
    return counts;
  }

 private:
  bool put(Item&& item, std::size_t bytes, bool event) {
    bool begins = false, completes = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      if (!event && (items_.size() >= limits_.items || counts_.bytes + bytes > limits_.bytes)) {
        ++counts_.refused;
        return false;
      }
      items_.push_back(std::move(item));
      counts_.bytes += bytes;
      ++counts_.accepted;
      counts_.most_items = std::max(counts_.most_items, items_.size());
      counts_.most_bytes = std::max(counts_.most_bytes, counts_.bytes);
      hurry_ = hurry_ || event;
      begins = reader_waits_ && items_.size() == 1;
      completes = reader_waits_ && (event || items_.size() == limits_.lot);
    }
    if (begins) first_.notify_one();
    if (completes) full_lot_.notify_one();
    return true;
  }

  [[nodiscard]] bool urgent() const { return items_.size() >= limits_.lot || hurry_ || woken_ || closed_; }

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable first_;     // something is there
  std::condition_variable full_lot_;  // enough is there, or somebody hurries
  std::vector<Item> items_;
  struct Share {
    std::size_t items = 0, bytes = 0;
  };
  std::unordered_map<std::uint64_t, Share> shares_;  // of the items that wait, by sender
  Counts counts_;
  bool reader_waits_ = false;
  bool hurry_ = false;
  bool woken_ = false;
  bool closed_ = false;
};

}  // namespace songhua::mqtt
