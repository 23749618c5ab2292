#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ingest/pipeline.h"
#include "rollup/timeline.h"
#include "sparkplug/rebirth_throttle.h"
#include "sparkplug/sparkplug.h"
#include "storage/store.h"

// A small language for plants in which one node misbehaves: what becomes of it, and that its neighbour does not notice.
namespace songhua::conformance {

constexpr auto kBegin = unix_millis(1'700'000'000'000);

// Writes the messages of one edge node with one device, whose counters a test turns by hand.
class Node {
 public:
  Node(std::string name, std::string device) : name_(std::move(name)), device_(std::move(device)) {}

  std::map<std::string, std::int64_t> counters{{"Output/p/CN/Good", 0}};
  std::map<std::string, std::uint64_t> aliases{{"Output/p/CN/Good", 5}};  // empty: names travel
  std::uint64_t bd_seq = 0;
  std::int64_t epoch = 1;
  Millis clock_error{0};

  [[nodiscard]] std::string topic(const std::string& type) const {
    return "spBv1.0/G/" + type + "/" + name_ + (type[0] == 'D' ? "/" + device_ : "");
  }
  std::string nbirth(UnixMillis now) {
    seq_ = 0;
    auto payload = counted(now);
    add(payload, "bdSeq", true, static_cast<std::int64_t>(bd_seq), {});
    return payload.SerializeAsString();
  }
  std::string dbirth(UnixMillis now) { return values(now, true); }
  std::string ddata(UnixMillis now) { return values(now, false); }
  std::string ddeath(UnixMillis now) { return counted(now).SerializeAsString(); }
  [[nodiscard]] std::string ndeath() const {
    sparkplug::Payload payload;
    add(payload, "bdSeq", true, static_cast<std::int64_t>(bd_seq), {});
    return payload.SerializeAsString();
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  sparkplug::Payload counted(UnixMillis now) {
    sparkplug::Payload payload;
    payload.set_timestamp(static_cast<std::uint64_t>(count_of(now + clock_error)));
    payload.set_seq(seq_);
    seq_ = (seq_ + 1) % 256;
    return payload;
  }
  std::string values(UnixMillis now, bool birth) {
    auto payload = counted(now);
    const auto alias_of = [&](const std::string& metric) -> std::optional<std::uint64_t> {
      const auto found = aliases.find(metric);
      return found == aliases.end() ? std::nullopt : std::optional(found->second);
    };
    add(payload, "Properties/Counter Epoch", birth, epoch,
        aliases.empty() ? std::nullopt : std::optional<std::uint64_t>(4));
    for (const auto& [metric, value] : counters) add(payload, metric, birth, value, alias_of(metric));
    return payload.SerializeAsString();
  }
  static void add(sparkplug::Payload& payload, const std::string& name, bool birth, std::int64_t value,
                  std::optional<std::uint64_t> alias) {
    auto& metric = *payload.add_metrics();
    if (birth || !alias) metric.set_name(name);
    if (alias) metric.set_alias(*alias);
    if (birth) metric.set_datatype(sparkplug::pb::Int64);
    metric.set_timestamp(payload.timestamp());
    metric.set_long_value(static_cast<std::uint64_t>(value));
  }

  std::string name_, device_;
  std::uint64_t seq_ = 0;
};

// A gateway's pipeline with a good node, "G/good", beside whoever a test brings.
class Plant {
 public:
  explicit Plant(ingest::PipelineOptions options = {}) : pipeline_(*store_, std::move(options)) {}

  UnixMillis now = kBegin;
  std::map<std::string, int> wishes, requests;  // for rebirths, by node: of the sessions, and past the throttle

  void send(const std::string& topic, const std::string& payload, bool retained = false) {
    pipeline_.message({0, topic, payload, now, retained});
  }
  void bear(Node& node) {
    send(node.topic("NBIRTH"), node.nbirth(now));
    send(node.topic("DBIRTH"), node.dbirth(now));
  }
  void tell(Node& node) { send(node.topic("DDATA"), node.ddata(now)); }

  // So many seconds: the good node counts and tells, the other one does what it does.
  void run(int seconds, const std::function<void(int)>& other) {
    if (now == kBegin) bear(good);
    for (int second = 0; second < seconds; ++second) {
      now += Millis{1'000};
      good.counters["Output/p/CN/Good"] += 3;
      tell(good);
      other(second);
      commit();
    }
  }
  void commit() {
    const auto outcome = pipeline_.commit(now);
    const auto* result = std::get_if<ingest::CommitResult>(&outcome);
    ASSERT_NE(result, nullptr);
    for (const auto& [server, node] : result->born) throttle_.born(node);
    for (const auto& wish : result->rebirths) {
      ++wishes[wish.node];
      throttle_.want(wish.node, wish.reason, now);
    }
    for (const auto& node : throttle_.due(now)) ++requests[node];
  }

  // Sum of all windows of a line's product.
  [[nodiscard]] Quantity total(const std::string& line_id, const std::string& product = "p") const {
    Quantity sum = 0;
    for (std::uint32_t l = 0; l < store_->dictionary().line_count(); ++l) {
      const rollup::LineIndex line{l};
      if (store_->dictionary().line_id(line) != line_id) continue;
      const rollup::Timeline timeline(store_->line_quarters(line, kQuarterHour), store_->dictionary(), {});
      for (const auto series : timeline.series()) {
        if (store_->dictionary().spec(series).key.product != product) continue;
        const auto windows = windows_in(*timeline.extent(series), Grain::day, TimeZone::shanghai(), {});
        for (const auto& row : timeline.rows(series, windows)) sum += row.quantity;
      }
    }
    return sum;
  }
  [[nodiscard]] const sparkplug::HostSession& session(const std::string& node) const {
    return pipeline_.sessions().at({0, node});
  }
  [[nodiscard]] bool knows(const std::string& node) const { return pipeline_.sessions().contains({0, node}); }
  [[nodiscard]] std::uint64_t refused(const std::string& reason) const {
    const auto counts = store_->quarantine_counts();
    const auto found = counts.find(reason);
    return found == counts.end() ? 0 : found->second;
  }

  // The neighbour has noticed nothing.
  void expect_good_is_untouched() const {
    EXPECT_EQ(session("G/good").state(), sparkplug::SessionState::alive);
    EXPECT_EQ(session("G/good").counters().gaps, 0U);
    EXPECT_EQ(session("G/good").counters().duplicates, 0U);
    EXPECT_FALSE(wishes.contains("G/good"));
    EXPECT_EQ(total("G/good/L"), good.counters.at("Output/p/CN/Good"));
    for (const auto& row : store_->quarantined(1'000)) {
      EXPECT_EQ(row.topic.find("/good"), std::string::npos) << row.topic << " " << row.reason;
    }
  }

  Node good{"good", "L"};

 private:
  std::unique_ptr<storage::Store> store_ = storage::Store::in_memory();
  ingest::Pipeline pipeline_;
  sparkplug::RebirthThrottle throttle_{{}, kBegin - Millis{600'000}, 1};
};

}  // namespace songhua::conformance
