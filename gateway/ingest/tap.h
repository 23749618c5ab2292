#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/pipeline.h"
#include "lines/glob.h"

// Decoded messages, live, for whoever wants to look inside (issue 'Sparkplug', `tap`). The pipeline only copies what it
// sees, and only while somebody listens; decoding and formatting happen on a thread of the tap's own, behind a bounded
// queue: a slow listener loses messages, which are counted and said, and never holds up the pipeline.
namespace songhua::ingest {

struct TapFilter {
  std::string node;    // "GROUP/NODE"; empty: all
  std::string device;  // empty: all
  std::optional<lines::Glob> metric;

  // `metric` is a pattern as in lines.toml: `*` within a level, `**` for any number of levels; empty: all.
  static Result<TapFilter> parse(std::string node, std::string device, const std::string& metric);
};

struct TappedMessage {
  std::uint8_t server = 0;
  std::string topic;
  std::string payload;
  UnixMillis received;
  std::shared_ptr<const sparkplug::NameTable> names;
};

// {"received", "server", "topic", "type", "node", "device", "seq", "time", "metrics": [{"name", "alias"?, "type",
// "time", "value" | "problem", "historical"?, "transient"?}]}: integers as JSON integers, what JSON has no number for
// as text, null where the metric is null. Of births all metrics, of a filtered message those that the filter lets
// through; null where it lets nothing through.
[[nodiscard]] nlohmann::json tap_json(const TappedMessage& message, const TapFilter& filter);

class Tap final : public Observer {
 public:
  using ListenerId = std::uint64_t;
  enum class Delivery : std::uint8_t { taken, full, gone };
  using Deliver = std::function<Delivery(ListenerId, const std::string& line)>;
  struct Limits {
    std::size_t messages = 10'000;
    std::size_t bytes = std::size_t{16} << 20U;
  };

  // `deliver` is called on the tap's thread and must not wait.
  explicit Tap(Deliver deliver) : Tap(std::move(deliver), Limits{}) {}
  Tap(Deliver deliver, Limits limits);
  ~Tap() override;

  // Any thread. A listener that is found gone is forgotten.
  void add(ListenerId listener, TapFilter filter);
  [[nodiscard]] std::size_t listeners() const;

  // The pipeline's thread. What was seen is shown once it is durable.
  void message(const Observed& observed, const sparkplug::Topic& topic, const sparkplug::Payload& payload,
               const std::shared_ptr<const sparkplug::NameTable>& names) override;
  void committed();
  void not_committed() {
    seen_.clear();
    seen_dropped_ = 0;
  }

 private:
  struct Listener {
    TapFilter filter;
    std::uint64_t dropped = 0;  // not told yet
  };
  void run();
  void show(const std::vector<TappedMessage>& lot, std::uint64_t dropped);
  [[nodiscard]] bool tell(ListenerId id, Listener& listener, const std::string& line);
  [[nodiscard]] bool tell_dropped(ListenerId id, Listener& listener);

  const Deliver deliver_;
  const Limits limits_;
  std::vector<TappedMessage> seen_;  // in the commit under way; pipeline's thread, as the next
  std::uint64_t seen_dropped_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable there_;
  std::map<ListenerId, Listener> listeners_;
  std::deque<TappedMessage> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t dropped_ = 0;  // at the queue, for all listeners
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace songhua::ingest
