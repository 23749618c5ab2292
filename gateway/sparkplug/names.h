#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"
#include "sparkplug/message.h"

// What the births of a session define: metric names, aliases, datatypes, properties. Immutable, shared, addressed by
// content, so that the journal can say for years which names explained a message.
namespace songhua::sparkplug {

struct MetricDef {
  std::string name;
  std::optional<std::uint64_t> alias;
  std::uint32_t datatype = 0;        // 0 where the birth gave none
  bool uint32_in_int_value = false;  // how the birth wrote a UInt32
  std::string properties;            // serialized PropertySet of the birth, empty for none

  bool operator==(const MetricDef&) const = default;
};

// The share of one device, or of the node itself (device ""): what its newest birth listed.
class DeviceNames {
 public:
  // Metrics without a usable name (absent, no UTF-8) are left out. Of equal names the last wins. Of equal aliases none
  // is kept: an alias that could mean two metrics explains nothing.
  static std::shared_ptr<const DeviceNames> of_birth(std::string device, const Payload& birth);

  [[nodiscard]] const std::string& device() const { return device_; }
  // Sorted by name; the position of a definition is stable for the life of the object.
  [[nodiscard]] const std::vector<MetricDef>& all() const { return defs_; }
  [[nodiscard]] const MetricDef* by_name(std::string_view name) const;
  [[nodiscard]] const MetricDef* by_alias(std::uint64_t alias) const;
  // Metrics of the birth that were left out, and aliases that were given twice.
  [[nodiscard]] std::uint32_t faults() const { return faults_; }

  // First 64 bits of the SHA-256 of serialize(): the same births give the same id on every machine.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::string serialize() const;
  static Result<std::shared_ptr<const DeviceNames>> deserialize(std::string_view bytes);

 private:
  void index();
  std::string device_;
  std::vector<MetricDef> defs_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> aliases_;  // sorted; to the index in defs_
  bool dense_ = false;                                            // aliases_[i].first == aliases_[0].first + i
  std::uint32_t faults_ = 0;
  std::uint64_t id_ = 0;
};

// All shares of a session. A device birth makes a new table that shares everything else with the old one.
class NameTable {
 public:
  NameTable() : NameTable(std::vector<std::shared_ptr<const DeviceNames>>{}) {}
  explicit NameTable(std::vector<std::shared_ptr<const DeviceNames>> shares);

  // This table with the share of one device replaced or added.
  [[nodiscard]] std::shared_ptr<const NameTable> with(std::shared_ptr<const DeviceNames> share) const;
  [[nodiscard]] const DeviceNames* device(std::string_view device) const;
  [[nodiscard]] std::shared_ptr<const DeviceNames> share(std::string_view device) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const DeviceNames>>& shares() const { return shares_; }
  // Over node and devices: the share that owns the alias (the first in order of device names), or null.
  [[nodiscard]] const DeviceNames* owner_of(std::uint64_t alias) const;

  // Of all its shares' ids; computed when it is asked for, so that a birth of many devices does not cost their square.
  [[nodiscard]] std::uint64_t id() const;
  [[nodiscard]] std::string serialize() const;
  static Result<std::shared_ptr<const NameTable>> deserialize(std::string_view bytes);
  // The same where the caller keeps the shares by their ids: a birth of many devices makes as many tables, each with
  // the shares of the one before and one more.
  [[nodiscard]] std::string serialize_ids() const;
  using ShareById = std::function<std::shared_ptr<const DeviceNames>(std::uint64_t)>;
  static Result<std::shared_ptr<const NameTable>> deserialize(std::string_view bytes, const ShareById& shares);

 private:
  std::vector<std::shared_ptr<const DeviceNames>> shares_;  // sorted by device; never null
  // 0: nobody has asked; any thread may be the first.
  struct LazyId : std::atomic<std::uint64_t> {
    LazyId() : std::atomic<std::uint64_t>(0) {}
    LazyId(const LazyId& other) : std::atomic<std::uint64_t>(other.load()) {}
    LazyId& operator=(const LazyId& other) {
      store(other.load());
      return *this;
    }
  };
  mutable LazyId id_;
};

}  // namespace songhua::sparkplug
