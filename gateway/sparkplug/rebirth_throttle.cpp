#include "sparkplug/rebirth_throttle.h"

#include <algorithm>
#include <tuple>

namespace songhua::sparkplug {
namespace {
// FNV-1a and a final mix, so that neighbouring node names spread.
std::uint64_t mix(std::uint64_t seed, std::string_view text) {
  std::uint64_t h = seed ^ 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;  // MurmurHash3's finalizer
  return h ^ h >> 33;
}
}  // namespace

RebirthThrottle::RebirthThrottle(RebirthThrottleOptions options, UnixMillis host_start, std::uint64_t seed)
    : options_(options), start_(host_start), seed_(seed), tokens_(options.per_second), refilled_(host_start) {}

Millis RebirthThrottle::jitter_of(std::string_view node) const {
  const auto range = static_cast<std::uint64_t>(options_.start_jitter.count());
  return range == 0 ? Millis{0} : Millis{static_cast<std::int64_t>(mix(seed_, node) % range)};
}

void RebirthThrottle::want(std::string_view key, RebirthReason reason, UnixMillis now) {
  if (!options_.enabled) return;
  auto it = nodes_.find(key);
  if (it == nodes_.end()) it = nodes_.emplace(std::string(key), Node{}).first;
  auto& node = it->second;
  const bool first = !node.wait.has_value();
  if (first && !node.wanted) {
    const bool jittered = reason != RebirthReason::gap && now < start_ + options_.start_window;
    node.earliest = now + (jittered ? jitter_of(key) : Millis{0});
  }
  if (first && reason == RebirthReason::gap) {
    node.urgent = true;
    node.earliest = std::min(node.earliest, now);
  }
  node.wanted = true;
}

void RebirthThrottle::insist(std::string_view node) {
  if (std::find(insisted_.begin(), insisted_.end(), node) == insisted_.end()) insisted_.emplace_back(node);
}

void RebirthThrottle::born(std::string_view node) {
  if (const auto it = nodes_.find(node); it != nodes_.end()) nodes_.erase(it);
}

void RebirthThrottle::gone(std::string_view node) {
  if (const auto it = nodes_.find(node); it != nodes_.end()) it->second.wanted = it->second.urgent = false;
}

double RebirthThrottle::tokens_at(UnixMillis now) const {
  const auto elapsed = std::max<std::int64_t>(0, (now - refilled_).count());
  return std::min<double>(options_.per_second, tokens_ + static_cast<double>(elapsed) * options_.per_second / 1000.0);
}

std::vector<std::string> RebirthThrottle::due(UnixMillis now) {
  tokens_ = tokens_at(now);
  refilled_ = now;
  // A node that has asked for nothing for long is forgotten, and its wait with it.
  std::erase_if(nodes_,
                [&](const auto& n) { return !n.second.wanted && n.second.earliest + options_.longest_wait <= now; });
  std::vector<std::string> send;
  std::vector<decltype(nodes_)::iterator> ready;
  for (auto it = nodes_.begin(); it != nodes_.end(); ++it) {
    const auto& node = it->second;
    const bool asked_for = std::find(insisted_.begin(), insisted_.end(), it->first) != insisted_.end();
    if (!asked_for && node.wanted && node.earliest <= now) ready.push_back(it);
  }
  // The reorder timer's first, then who waited longest.
  std::stable_sort(ready.begin(), ready.end(), [](const auto& a, const auto& b) {
    return std::tuple(!a->second.urgent, a->second.earliest) < std::tuple(!b->second.urgent, b->second.earliest);
  });
  for (const auto& it : ready) {
    if (tokens_ < 1) break;
    tokens_ -= 1;
    send.push_back(it->first);
  }
  for (auto& node : insisted_) send.push_back(std::move(node));
  insisted_.clear();
  for (const auto& key : send) {
    auto& node = nodes_[key];
    node.wait = node.wait ? std::min(*node.wait * 2, options_.longest_wait) : options_.first_wait;
    node.earliest = now + *node.wait;
    node.wanted = node.urgent = false;
  }
  return send;
}

std::optional<UnixMillis> RebirthThrottle::next_due(UnixMillis now) const {
  if (!insisted_.empty()) return now;
  std::optional<UnixMillis> next;
  for (const auto& [key, node] : nodes_)
    if (node.wanted && (!next || node.earliest < *next)) next = node.earliest;
  if (!next) return std::nullopt;
  const auto missing = 1.0 - tokens_at(now);
  const auto refill =
      missing <= 0 ? Millis{0} : Millis{static_cast<std::int64_t>(missing * 1000.0 / options_.per_second) + 1};
  return std::max({*next, now, now + refill});
}

std::size_t RebirthThrottle::waiting() const {
  return static_cast<std::size_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const auto& n) { return n.second.wanted; }));
}

}  // namespace songhua::sparkplug
