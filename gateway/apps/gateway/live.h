#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "forward/forwarder.h"
#include "ingest/host.h"
#include "ingest/pipeline.h"

namespace songhua::gateway {

// What only the pipeline's thread knows, copied for whoever shows it.
struct Live {
  struct Device {
    std::string name;  // "" for the edge node itself, where it has metrics of a line
    std::set<LineId> lines;
    bool online = false;
    UnixMillis since;
    std::optional<UnixMillis> stale_since;  // what was not updated later is stale as of then
  };
  struct Node {
    std::uint8_t server = 0;
    std::string name;  // "GROUP/NODE"
    std::string state;
    bool online = false;
    UnixMillis since;
    std::optional<std::uint64_t> bd_seq;
    std::optional<std::uint8_t> seq;
    sparkplug::SessionCounters counters;
    std::vector<Device> devices;
  };
  UnixMillis at;
  ingest::HostStatusReport host;
  std::size_t waiting = 0, waiting_bytes = 0;  // messages taken in and not yet committed
  std::vector<Node> nodes;
  std::optional<forward::ForwarderStatus> forward;  // none: nothing is forwarded
};

// Takes copies, on the pipeline's thread; keeps which line each device feeds, which costs a look at every metric.
class LiveCamera {
 public:
  Live take(const ingest::Host& host, const ingest::Pipeline& pipeline, UnixMillis now);

 private:
  const std::set<LineId>& lines_of(const lines::Mapping& mapping, const std::string& node,
                                   const sparkplug::DeviceNames& names);
  std::map<std::pair<std::string, std::uint64_t>, std::set<LineId>> lines_;  // by node and id of the device's names
};

// Where the newest copy hangs. A reader that wants to know says so and waits a moment; the pipeline's thread looks
// whether somebody waits, and never waits itself.
class LiveBoard {
 public:
  [[nodiscard]] bool wanted() const { return wanted_; }
  void post(Live live);
  // A copy made after this call, or the last one where the pipeline is busy for longer; null before the first.
  [[nodiscard]] std::shared_ptr<const Live> ask();

 private:
  std::atomic<bool> wanted_{false};
  std::mutex mutex_;
  std::condition_variable posted_;
  std::uint64_t number_ = 0;
  std::shared_ptr<const Live> newest_;
};

}  // namespace songhua::gateway
