// What an edge node says of its devices' values: live by exception, and from the ring what nobody heard.
#include <algorithm>

#include "edge_node/node.h"
#include "edge_node/sources.h"

namespace songhua::edge_node {

void Node::sample(Clock clock, bool full) {
  clock_ = clock;
  if (session_ == Session::online && rebirth_wanted_) return;  // the births to come carry these changes
  const auto beat = clock.line / config_.heartbeat;
  full = full || beat != last_full_;
  if (full) last_full_ = beat;
  const bool seldom = seldom_number() != last_seldom_;
  last_seldom_ = seldom_number();
  for (auto& slot : devices()) {
    if (!slot.present) continue;
    if (session_ == Session::online && slot.online) {
      report(slot, full, seldom);
    } else {
      buffer(slot, full);
    }
  }
  if (session_ == Session::online) report(own_, false, seldom);
}

std::int64_t Node::seldom_number() const {
  return config_.seldom > 0 ? clock_.line / config_.seldom : 0;
}

// The profile of conformance runs tells none: the kit wants another type for it than the specification.
Quality Node::quality(const Slot& slot, std::size_t metric) const {
  return config_.plain ? Quality::good : slot.device->quality(metric);
}

void Node::report(Slot& slot, bool full, bool seldom) {
  std::bitset<kMaxMetrics> due;
  bool totalizers = false;
  for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
    const auto metric = slot.device->metric(i);
    if (metric.birth_only || (metric.seldom && !seldom)) continue;
    const auto bits = slot.device->value(i).bits();
    const bool changed = bits != slot.sent[i] || quality(slot, i) != slot.quality[i];
    if (!changed && !(full && metric.totalizer)) continue;
    slot.sent[i] = bits;
    due.set(i);
    totalizers = totalizers || metric.totalizer;
  }
  if (due.none()) return;
  for (std::size_t i = 0; totalizers && i < slot.device->metrics(); ++i) {
    if (slot.device->metric(i).epoch) due.set(i);
  }
  publish_changes(slot, due);
}

void Node::publish_changes(Slot& slot, const std::bitset<kMaxMetrics>& due) {
  Changes changes(*this, slot, due);
  publish(&slot == &own_ ? "/NDATA/" : "/DDATA/", slot, changes);
  for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
    if (due[i]) slot.quality[i] = quality(slot, i);
  }
}

void Node::buffer(Slot& slot, bool full) {
  for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
    const auto metric = slot.device->metric(i);
    if (!is_number(metric.type) || !(full || metric.prompt || !slot.told)) continue;
    const auto bits = slot.device->value(i).bits();
    if (bits == slot.sent[i] && slot.told) continue;
    slot.sent[i] = bits;
    slot.ring.push({clock_.line, bits, i});
  }
  slot.told = true;
}

// What was kept while the host was away, after the births. (Time order is asked of live metrics only,
// tck_id_operational_behavior_data_publish_dbirth_order; ours are in it anyway.)
void Node::flush(Slot& slot) {
  constexpr std::size_t kPerMessage = 200;
  if (config_.history_limit > 0) {
    while (slot.ring.size() > 0 && slot.ring[0].time < clock_.line - config_.history_limit) slot.ring.pop(1);
  }
  while (slot.online && slot.ring.size() > 0) {
    const auto count = std::min(slot.ring.size(), kPerMessage);
    History history(*this, slot, count);
    publish("/DDATA/", slot, history);
    slot.ring.pop(count);
    ++counters_.historical;
  }
}

bool Node::device_report(Clock clock, std::string_view id) {
  clock_ = clock;
  auto* slot = find(id);
  if (slot == nullptr || session_ != Session::online || !slot->online) return false;
  report(*slot, true, true);
  return true;
}

bool Node::own_report(Clock clock) {
  clock_ = clock;
  if (session_ != Session::online) return false;
  std::bitset<kMaxMetrics> all;
  for (std::size_t i = 0; i < own_.device->metrics(); ++i) {
    if (own_.device->metric(i).birth_only) continue;
    own_.sent[i] = own_.device->value(i).bits();
    all.set(i);
  }
  publish_changes(own_, all);
  return true;
}

}  // namespace songhua::edge_node
