#include "fleet.h"

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "support/wait.h"

namespace songhua::bench {
namespace {

UnixMillis clock_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

}  // namespace

// Virtual time: a tick is a second, from two hours ago on, so that no speed runs into the future.
Fleet::Fleet(FleetOptions options)
    : options_(std::move(options)),
      nodes_(static_cast<std::size_t>(options_.nodes)),
      counters_(index(options_.nodes * options_.devices, 0)),
      start_(std::chrono::floor<std::chrono::minutes>(clock_now()) - std::chrono::hours{2}),
      client_(*this) {}

void Fleet::connect() {
  mqtt::ConnectOptions options;
  options.uri = options_.broker;
  options.client_id = "fleet";
  options.max_in_flight = 5'000;
  const bool up = test::eventually([&] {
    failed_ = false;
    if (!client_.connect(options)) return false;
    return test::eventually([&] { return connected_ || failed_; }) && connected_;
  });
  if (!up || !client_.subscribe({{"spBv1.0/B/NCMD/#", mqtt::Qos::kAtLeastOnce}})) {
    throw std::runtime_error("the fleet cannot connect to " + options_.broker);
  }
}

void Fleet::on_message(mqtt::Generation, std::string_view topic, std::string_view, mqtt::Qos, bool) {
  const auto name = topic.substr(topic.rfind('/') + 2);  // "N17"
  int node = -1;
  std::from_chars(name.data(), name.data() + name.size(), node);
  const std::lock_guard lock(mutex_);
  if (node >= 0 && node < options_.nodes) asked_.emplace_back(clock_now(), node);
}

std::vector<UnixMillis> Fleet::rebirth_requests() const {
  const std::lock_guard lock(mutex_);
  std::vector<UnixMillis> times;
  for (const auto& [time, node] : asked_) times.push_back(time);
  return times;
}

void Fleet::answer_rebirths() {
  std::vector<int> nodes;
  {
    const std::lock_guard lock(mutex_);
    for (; answered_ < asked_.size(); ++answered_) nodes.push_back(asked_[answered_].second);
  }
  for (const int node : nodes) birth(node, false);
}

std::string Fleet::line(int i) const {
  return "B/N" + std::to_string(i / options_.devices) + "/D" + std::to_string(i % options_.devices);
}

std::uint64_t Fleet::now() const {
  return static_cast<std::uint64_t>(count_of(start_ + std::chrono::seconds{ticks_}));
}

void Fleet::begin_payload(Node& node) {
  payload_.Clear();
  payload_.set_timestamp(now());
  payload_.set_seq(node.seq++);
}

// Marsaglia's xorshift: the same data in every run.
std::uint32_t Fleet::random() {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 17U;
  random_ ^= random_ << 5U;
  return random_;
}

// With a time of its own, as most senders write it: 16 bytes a metric. Aliases are unique in the node.
sparkplug::Metric& Fleet::add(int node, int device, int metric_index, bool named) {
  auto& metric = *payload_.add_metrics();
  const bool total = metric_index < options_.totals;
  if (named) {
    const auto number = std::to_string(metric_index);
    metric.set_name(total ? "Output/product-" + number + "/CN/Good" : "Process/value-" + number);
    metric.set_datatype(total ? sparkplug::pb::Int64 : sparkplug::pb::Double);
  }
  metric.set_alias(static_cast<std::uint64_t>(metric_index + device * (options_.totals + options_.gauges)));
  metric.set_timestamp(now());
  if (total) {
    auto& counter = counters_[index(node * options_.devices + device, metric_index)];
    if (!named) counter += random() % 8;
    metric.set_long_value(static_cast<std::uint64_t>(counter));
  } else {
    metric.set_double_value(20.0 + static_cast<double>(random() % 100) / 10);
  }
  return metric;
}

void Fleet::publish(const std::string& topic) {
  payload_.SerializeToString(&bytes_);
  for (;;) {
    const auto result = client_.publish(topic, bytes_, mqtt::Qos::kAtMostOnce, false);
    if (result) break;
    if (result.status != mqtt::Publish::kWindowFull) throw std::runtime_error("the fleet lost its connection");
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  ++sent_;
  sent_bytes_ += bytes_.size();
}

void Fleet::birth(int number, bool new_session) {
  auto& node = nodes_[static_cast<std::size_t>(number)];
  node.seq = 0;
  if (new_session) ++node.bd_seq;
  const auto name = "N" + std::to_string(number);
  begin_payload(node);
  auto& session = *payload_.add_metrics();
  session.set_name("bdSeq");
  session.set_datatype(sparkplug::pb::Int64);
  session.set_long_value(node.bd_seq);
  auto& rebirth = *payload_.add_metrics();
  rebirth.set_name("Node Control/Rebirth");
  rebirth.set_datatype(sparkplug::pb::Boolean);
  rebirth.set_boolean_value(false);
  publish("spBv1.0/B/NBIRTH/" + name);
  for (int device = 0; device < options_.devices; ++device) {
    begin_payload(node);
    for (int m = 0; m < options_.totals + options_.gauges; ++m) add(number, device, m, true);
    publish("spBv1.0/B/DBIRTH/" + name + "/D" + std::to_string(device));
  }
}

void Fleet::birth_all(bool new_session) {
  for (int i = 0; i < options_.nodes; ++i) birth(i, new_session);
  flush();
}

void Fleet::tick(double messages_a_second) {
  ++ticks_;
  auto due = std::chrono::steady_clock::now();
  for (int i = 0; i < lines(); ++i) {
    // Devices take turns, so that neighbouring messages are of different nodes, as in a plant.
    const int device = i / options_.nodes, node = i % options_.nodes;
    begin_payload(nodes_[static_cast<std::size_t>(node)]);
    for (int m = 0; m < options_.totals + options_.gauges; ++m) add(node, device, m, false);
    publish("spBv1.0/B/DDATA/N" + std::to_string(node) + "/D" + std::to_string(device));
    if (messages_a_second > 0) {
      due += std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 / messages_a_second)};
      std::this_thread::sleep_until(due);
    }
  }
}

void Fleet::flush() {
  if (!test::eventually([&] { return client_.in_flight() == 0; })) throw std::runtime_error("the broker takes nothing");
}

}  // namespace songhua::bench
