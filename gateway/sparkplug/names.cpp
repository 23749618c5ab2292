#include "sparkplug/names.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "sparkplug/byte_codec.h"

// A share:  "N1" device, count, then per metric sorted by name: name, flags (1 alias, 2 uint32_in_int_value), alias if
// flag 1,
//           datatype, properties; at the end the number of faults.
// A table:  "T1" count, then each share as text, sorted by device.
//           "T2" count, then the id of each share, sorted by device.
// Numbers are varints, texts are length and bytes (byte_codec.h).
namespace songhua::sparkplug {
namespace {

constexpr std::string_view kShareTag = "N1";
constexpr std::string_view kTableTag = "T1";
constexpr std::string_view kIdsTag = "T2";
constexpr std::uint64_t kHasAlias = 1;
constexpr std::uint64_t kInIntValue = 2;

std::uint64_t content_id(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < 8; ++i) id = id << 8 | digest[i];
  return id;
}

std::optional<MetricDef> definition(const Metric& m) {
  if (!m.has_name() || m.name().empty() || !is_utf8(m.name())) return std::nullopt;
  MetricDef def;
  def.name = m.name();
  if (m.has_alias()) def.alias = m.alias();
  def.datatype = m.datatype();
  def.uint32_in_int_value = m.datatype() == pb::UInt32 && m.has_int_value();
  if (m.has_properties()) m.properties().SerializeToString(&def.properties);
  return def;
}

}  // namespace

std::shared_ptr<const DeviceNames> DeviceNames::of_birth(std::string device, const Payload& birth) {
  auto names = std::make_shared<DeviceNames>();
  names->device_ = std::move(device);
  names->defs_.reserve(static_cast<std::size_t>(birth.metrics_size()));
  for (const auto& metric : birth.metrics()) {
    if (auto def = definition(metric))
      names->defs_.push_back(std::move(*def));
    else
      ++names->faults_;
  }
  auto& defs = names->defs_;
  std::stable_sort(defs.begin(), defs.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  // Of equal names the last wins: keep an element only if its successor has another name.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < defs.size(); ++i)
    if (i + 1 == defs.size() || defs[i].name != defs[i + 1].name) {
      if (kept != i) defs[kept] = std::move(defs[i]);
      ++kept;
    }
  names->faults_ += static_cast<std::uint32_t>(defs.size() - kept);
  defs.erase(defs.begin() + static_cast<std::ptrdiff_t>(kept), defs.end());
  names->index();
  names->id_ = content_id(names->serialize());
  return names;
}

void DeviceNames::index() {
  aliases_.clear();
  for (std::uint32_t i = 0; i < defs_.size(); ++i)
    if (defs_[i].alias) aliases_.emplace_back(*defs_[i].alias, i);
  std::sort(aliases_.begin(), aliases_.end());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> unique;
  unique.reserve(aliases_.size());
  for (std::size_t i = 0; i < aliases_.size();) {
    std::size_t end = i + 1;
    while (end < aliases_.size() && aliases_[end].first == aliases_[i].first) ++end;
    if (end == i + 1) unique.push_back(aliases_[i]);
    i = end;
  }
  aliases_ = std::move(unique);
  dense_ = !aliases_.empty() && aliases_.back().first - aliases_.front().first == aliases_.size() - 1;
}

const MetricDef* DeviceNames::by_name(std::string_view name) const {
  const auto it = std::lower_bound(defs_.begin(), defs_.end(), name, [](const auto& d, auto n) { return d.name < n; });
  return it != defs_.end() && it->name == name ? &*it : nullptr;
}

const MetricDef* DeviceNames::by_alias(std::uint64_t alias) const {
  if (dense_) {
    const auto offset = alias - aliases_.front().first;  // wraps far beyond the size for smaller ones
    return offset < aliases_.size() ? &defs_[aliases_[offset].second] : nullptr;
  }
  const auto it = std::lower_bound(aliases_.begin(), aliases_.end(), std::pair{alias, std::uint32_t{0}});
  return it != aliases_.end() && it->first == alias ? &defs_[it->second] : nullptr;
}

std::string DeviceNames::serialize() const {
  ByteWriter out(kShareTag);
  out.text(device_);
  out.number(defs_.size());
  for (const auto& def : defs_) {
    out.text(def.name);
    out.number((def.alias ? kHasAlias : 0) | (def.uint32_in_int_value ? kInIntValue : 0));
    if (def.alias) out.number(*def.alias);
    out.number(def.datatype);
    out.text(def.properties);
  }
  out.number(faults_);
  return out.take();
}

Result<std::shared_ptr<const DeviceNames>> DeviceNames::deserialize(std::string_view bytes) {
  ByteReader in(bytes, kShareTag);
  auto names = std::make_shared<DeviceNames>();
  names->device_ = in.text();
  for (auto count = in.number(); count > 0 && in.ok(); --count) {
    MetricDef def;
    def.name = in.text();
    const auto flags = in.number();
    if (flags & kHasAlias) def.alias = in.number();
    def.uint32_in_int_value = (flags & kInIntValue) != 0;
    def.datatype = static_cast<std::uint32_t>(in.number());
    def.properties = in.text();
    if (!names->defs_.empty() && !(names->defs_.back().name < def.name)) in.fail();
    names->defs_.push_back(std::move(def));
  }
  names->faults_ = static_cast<std::uint32_t>(in.number());
  if (!in.at_end()) return Error{"stored metric names of a device are damaged"};
  names->index();
  names->id_ = content_id(bytes);
  return std::shared_ptr<const DeviceNames>(std::move(names));
}

NameTable::NameTable(std::vector<std::shared_ptr<const DeviceNames>> shares) : shares_(std::move(shares)) {
  std::sort(shares_.begin(), shares_.end(), [](const auto& a, const auto& b) { return a->device() < b->device(); });
}

std::uint64_t NameTable::id() const {
  if (const auto known = id_.load(std::memory_order_relaxed); known != 0) return known;
  std::string ids;
  ids.reserve(shares_.size() * sizeof(std::uint64_t));
  for (const auto& share : shares_)
    for (unsigned shift = 0; shift < 64; shift += 8) ids.push_back(static_cast<char>(share->id() >> shift & 0xFF));
  const auto id = content_id(ids);
  id_.store(id, std::memory_order_relaxed);
  return id;
}

std::shared_ptr<const NameTable> NameTable::with(std::shared_ptr<const DeviceNames> share) const {
  const auto place = std::lower_bound(shares_.begin(), shares_.end(), share->device(),
                                      [](const auto& s, const auto& d) { return s->device() < d; });
  const bool replaces = place != shares_.end() && (*place)->device() == share->device();
  auto table = std::make_shared<NameTable>();
  auto& shares = table->shares_;
  shares.reserve(shares_.size() + 1);
  shares.assign(shares_.begin(), place);
  shares.push_back(std::move(share));
  shares.insert(shares.end(), replaces ? std::next(place) : place, shares_.end());
  return table;
}

std::shared_ptr<const DeviceNames> NameTable::share(std::string_view device) const {
  const auto it =
      std::lower_bound(shares_.begin(), shares_.end(), device, [](const auto& s, auto d) { return s->device() < d; });
  return it != shares_.end() && (*it)->device() == device ? *it : nullptr;
}

const DeviceNames* NameTable::device(std::string_view device) const {
  const auto it =
      std::lower_bound(shares_.begin(), shares_.end(), device, [](const auto& s, auto d) { return s->device() < d; });
  return it != shares_.end() && (*it)->device() == device ? it->get() : nullptr;
}

const DeviceNames* NameTable::owner_of(std::uint64_t alias) const {
  for (const auto& share : shares_)
    if (share->by_alias(alias) != nullptr) return share.get();
  return nullptr;
}

std::string NameTable::serialize() const {
  ByteWriter out(kTableTag);
  out.number(shares_.size());
  for (const auto& share : shares_) out.text(share->serialize());
  return out.take();
}

Result<std::shared_ptr<const NameTable>> NameTable::deserialize(std::string_view bytes) {
  ByteReader in(bytes, kTableTag);
  std::vector<std::shared_ptr<const DeviceNames>> shares;
  for (auto count = in.number(); count > 0 && in.ok(); --count) {
    auto share = DeviceNames::deserialize(in.text());
    if (!share) return share.error();
    if (!shares.empty() && !(shares.back()->device() < (*share)->device())) in.fail();
    shares.push_back(*share);
  }
  if (!in.at_end()) return Error{"a stored table of metric names is damaged"};
  return std::make_shared<const NameTable>(std::move(shares));
}

std::string NameTable::serialize_ids() const {
  ByteWriter out(kIdsTag);
  out.number(shares_.size());
  for (const auto& share : shares_) out.number(share->id());
  return out.take();
}

Result<std::shared_ptr<const NameTable>> NameTable::deserialize(std::string_view bytes, const ShareById& shares) {
  if (!bytes.starts_with(kIdsTag)) return deserialize(bytes);
  ByteReader in(bytes, kIdsTag);
  std::vector<std::shared_ptr<const DeviceNames>> found;
  for (auto count = in.number(); count > 0 && in.ok(); --count) {
    auto share = shares(in.number());
    if (!share) return Error{"a stored table of metric names lacks those of a device"};
    found.push_back(std::move(share));
  }
  if (!in.at_end()) return Error{"a stored table of metric names is damaged"};
  return std::make_shared<const NameTable>(std::move(found));
}

}  // namespace songhua::sparkplug
