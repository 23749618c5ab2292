#pragma once

#include "edge_node/node.h"

// What the messages of a Node carry, metric by metric. For node.cpp and commands.cpp only.
namespace songhua::edge_node {

inline constexpr std::string_view kBdSeq = "bdSeq", kRebirth = "Node Control/Rebirth";

// NDEATH: exactly one metric, no timestamps (its bytes are the will's, and a stamp would be that of the CONNECT).
class Node::BdSeqOnly final : public MetricSource {
 public:
  explicit BdSeqOnly(std::uint8_t bd_seq) : bd_seq_(bd_seq) {}
  void rewind() override { done_ = false; }
  bool next(MetricOut& metric) override {
    if (done_) return false;
    metric = {kBdSeq, {}, {}, true, false, Value::int64(bd_seq_)};
    return done_ = true;
  }

 private:
  std::uint8_t bd_seq_;
  bool done_ = false;
};

// A birth: every metric with name, alias, datatype, timestamp and value; the node's begins with bdSeq and Rebirth,
// which have no alias. What was told is remembered as sent.
class Node::Births final : public MetricSource {
 public:
  Births(Node& node, Slot& slot, bool own) : node_(node), slot_(slot), own_(own) {}
  void rewind() override {
    control_ = own_ ? 0 : 2;
    next_ = 0;
  }
  bool next(MetricOut& metric) override {
    metric.timestamp = static_cast<std::uint64_t>(node_.clock_.line);
    metric.datatype = true;
    if (control_ < 2) {
      const bool first = control_++ == 0;
      metric.name = first ? kBdSeq : kRebirth;
      metric.value = first ? Value::int64(node_.bd_seq_) : Value::boolean(false);
      return true;
    }
    if (next_ == slot_.device->metrics()) return false;
    metric.name = slot_.device->metric(next_).name;
    metric.alias = node_.alias(slot_, next_);
    metric.value = slot_.device->value(next_);
    metric.described_by = slot_.device;
    metric.index = next_;
    metric.plain = node_.config_.plain;
    const auto quality = node_.quality(slot_, next_);
    if (quality != Quality::good) metric.quality = quality;
    slot_.quality[next_] = quality;
    slot_.sent[next_++] = metric.value.bits();
    return true;
  }

 private:
  Node& node_;
  Slot& slot_;
  bool own_;
  int control_ = 0;
  std::size_t next_ = 0;
};

// Live data: the chosen metrics by alias, all of one time.
class Node::Changes final : public MetricSource {
 public:
  Changes(const Node& node, const Slot& slot, const std::bitset<kMaxMetrics>& chosen)
      : node_(node), slot_(slot), chosen_(chosen) {}
  void rewind() override { next_ = 0; }
  bool next(MetricOut& metric) override {
    while (next_ < kMaxMetrics && !chosen_[next_]) ++next_;
    if (next_ == kMaxMetrics) return false;
    metric.alias = node_.alias(slot_, next_);
    metric.timestamp = static_cast<std::uint64_t>(node_.clock_.line);
    metric.value = slot_.device->value(next_);
    const auto quality = node_.quality(slot_, next_);
    if (quality != slot_.quality[next_]) metric.quality = quality;
    ++next_;
    return true;
  }

 private:
  const Node& node_;
  const Slot& slot_;
  std::bitset<kMaxMetrics> chosen_;
  std::size_t next_ = 0;
};

// The oldest readings of the ring as historical data, each with its own time; first the epoch that they belong to.
class Node::History final : public MetricSource {
 public:
  History(const Node& node, const Slot& slot, std::size_t first, std::size_t count)
      : node_(node), slot_(slot), first_(first), count_(count) {}
  void rewind() override {
    next_ = 0;
    epoch_told_ = false;
  }
  bool next(MetricOut& metric) override {
    metric.historical = true;
    if (!epoch_told_) {
      epoch_told_ = true;
      for (std::size_t i = 0; i < slot_.device->metrics(); ++i) {
        if (!slot_.device->metric(i).epoch) continue;
        metric.alias = node_.alias(slot_, i);
        metric.timestamp = static_cast<std::uint64_t>(slot_.ring[first_].time);
        metric.value = slot_.device->value(i);
        return true;
      }
    }
    if (next_ == count_) return false;
    const auto& reading = slot_.ring[first_ + next_++];
    metric.alias = node_.alias(slot_, reading.metric);
    metric.timestamp = static_cast<std::uint64_t>(reading.time);
    metric.value = Value::from_bits(slot_.device->metric(reading.metric).type, reading.bits);
    return true;
  }

 private:
  const Node& node_;
  const Slot& slot_;
  std::size_t first_, count_;
  std::size_t next_ = 0;
  bool epoch_told_ = false;
};

}  // namespace songhua::edge_node
