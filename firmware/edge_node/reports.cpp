// What an edge node says of its devices' values: live by exception, and from the ring what nobody heard.
#include <algorithm>

#include "edge_node/node.h"
#include "edge_node/sources.h"

namespace songhua::edge_node {

void Node::sample(Clock clock, bool full) {
  clock_ = clock;
  const auto beat = clock.line / config_.heartbeat;
  if (session_ == Session::online && rebirth_wanted_) {  // the births to come carry these changes
    if (beat == last_full_) return;
    last_full_ = beat;  // but not where the counters stood at the full minute
    for (auto& slot : devices()) {
      if (slot.online) buffer(slot, true);
    }
    return;
  }
  full = full || beat != last_full_;
  if (full) last_full_ = beat;
  const bool seldom = seldom_number() != last_seldom_;
  last_seldom_ = seldom_number();
  for (auto& slot : devices()) {
    if (!slot.present) continue;
    if (listened_to() && slot.online) {
      report(slot, full, seldom);
    } else {
      buffer(slot, full);
    }
  }
  if (listened_to()) report(own_, false, seldom);
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
  slot.since_beat |= due;
  if (full) slot.since_beat.reset();
  for (std::size_t i = 0; !full && i < slot.device->metrics(); ++i) {
    if (!slot.device->metric(i).prompt) due.reset(i);
  }
  keep_until_sent(slot, due);
}

void Node::publish_changes(Slot& slot, const std::bitset<kMaxMetrics>& due) {
  Changes changes(*this, slot, due);
  publish(&slot == &own_ ? "/NDATA/" : "/DDATA/", slot, changes);
  for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
    if (due[i]) slot.quality[i] = quality(slot, i);
  }
}

// What changes; whatever was told last, where nobody can say that it was heard.
void Node::buffer(Slot& slot, bool full) {
  for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
    const auto metric = slot.device->metric(i);
    const bool untold = !slot.told || slot.since_beat[i];
    if (!is_number(metric.type) || !(full || metric.prompt || untold)) continue;
    const auto bits = slot.device->value(i).bits();
    if (bits == slot.sent[i] && !untold) continue;
    if (metric.totalizer && slot.told) keep_standstill(slot, i);
    slot.sent[i] = bits;
    slot.ring.push({clock_.line, bits, static_cast<std::uint32_t>(i)});
    slot.kept_at[i] = clock_.line;
  }
  slot.told = true;
  slot.since_beat.reset();
  if (full) slot.beat = clock_.line;
}

// A counter that moves after it stood still: where it stood last. Between two readings a host draws a straight line.
void Node::keep_standstill(Slot& slot, std::size_t metric) {
  if (slot.beat <= slot.kept_at[metric]) return;
  slot.ring.push({slot.beat, slot.sent[metric], static_cast<std::uint32_t>(metric)});
}

// What was told live of a heartbeat, a birth or a state, until its message has left.
void Node::keep_until_sent(Slot& slot, const std::bitset<kMaxMetrics>& told) {
  for (std::size_t i = 0; i < slot.device->metrics(); ++i) {
    if (!told[i] || !is_number(slot.device->metric(i).type)) continue;
    slot.ring.push(
        {clock_.line, slot.sent[i], static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(counters_.messages)});
  }
}

// After the history, which it must not push out of a full ring.
void Node::keep_birth(Slot& slot) {
  if (slot.online) keep_until_sent(slot, std::bitset<kMaxMetrics>{}.set());
}

void Node::on_sent(std::uint64_t messages) {
  const auto left = static_cast<std::uint32_t>(messages);
  for (auto& slot : devices()) {
    auto& ring = slot.ring;
    while (ring.size() > 0 && ring[0].message != 0 && static_cast<std::int32_t>(left - ring[0].message) >= 0)
      ring.pop(1);
  }
}

void Node::turn_away(Slot& slot) {
  if (slot.online) slot.beat = -1;
  slot.online = false;
}

// What was kept while the host was away, after the births. (Time order is asked of live metrics only,
// tck_id_operational_behavior_data_publish_dbirth_order.)
void Node::flush(Slot& slot) {
  constexpr std::size_t kPerMessage = 200;
  if (!slot.online) return;
  auto& ring = slot.ring;
  if (config_.history_limit > 0) {
    while (ring.size() > 0 && ring[0].message == 0 && ring[0].time < clock_.line - config_.history_limit) ring.pop(1);
  }
  for (std::size_t first = 0; first < ring.size();) {
    if (ring[first].message != 0) {  // told, and not yet sent
      ++first;
      continue;
    }
    std::size_t count = 0;
    while (count < kPerMessage && first + count < ring.size() && ring[first + count].message == 0) ++count;
    History history(*this, slot, first, count);
    publish("/DDATA/", slot, history);
    ring.tell(first, count, static_cast<std::uint32_t>(counters_.messages));
    first += count;
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
