// The pipeline alone, without a broker: messages of 100 edge nodes with 10 lines each into a store on the disk, in
// commits of as many messages as the argument says (100: a commit interval of 1,000 messages a second; 4,000: what a
// flood or a replay makes); and all records made again from the journal, which is what `verify` does.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "ingest/pipeline.h"
#include "rollup/codec.h"
#include "storage/store.h"
#include "support/temp_dir.h"

namespace songhua::bench {
namespace {

constexpr int kNodes = 100, kDevices = 10, kTotals = 16, kMetrics = 20;
constexpr auto kStart = unix_millis(1'552'608'000'000);  // 2019-03-15 08:00 at Changchun

// A plant whose clock moves a second with every message of each line.
class Sender {
 public:
  std::vector<ingest::Inbound> births() {
    std::vector<ingest::Inbound> all;
    for (int node = 0; node < kNodes; ++node) {
      begin(node);
      auto& session = *payload_.add_metrics();
      session.set_name("bdSeq");
      session.set_datatype(sparkplug::pb::Int64);
      session.set_long_value(1);
      all.push_back(message("NBIRTH", node, -1));
      for (int device = 0; device < kDevices; ++device) {
        begin(node);
        for (int i = 0; i < kMetrics; ++i) add(node, device, i, true);
        all.push_back(message("DBIRTH", node, device));
      }
    }
    return all;
  }

  // Devices take turns, so that neighbouring messages are of different nodes, as in a plant.
  ingest::Inbound next() {
    const int line = static_cast<int>(number_ % (kNodes * kDevices));
    if (line == 0) ++seconds_;
    ++number_;
    const int node = line % kNodes, device = line / kNodes;
    begin(node);
    for (int i = 0; i < kMetrics; ++i) add(node, device, i, false);
    return message("DDATA", node, device);
  }

  [[nodiscard]] UnixMillis now() const { return kStart + std::chrono::seconds{seconds_}; }
  [[nodiscard]] std::int64_t total(int node, int device, int metric) const {
    return totals_[index(node, device, metric)];
  }

 private:
  static std::size_t index(int node, int device, int metric) {
    return static_cast<std::size_t>((node * kDevices + device) * kMetrics + metric);
  }
  void begin(int node) {
    payload_.Clear();
    payload_.set_timestamp(static_cast<std::uint64_t>(count_of(now())));
    payload_.set_seq(seq_[static_cast<std::size_t>(node)]++);
  }
  void add(int node, int device, int i, bool named) {
    auto& metric = *payload_.add_metrics();
    const bool total = i < kTotals;
    if (named) {
      metric.set_name(total ? "Output/product-" + std::to_string(i) + "/CN/Good"
                            : "Process/value-" + std::to_string(i));
      metric.set_datatype(total ? sparkplug::pb::Int64 : sparkplug::pb::Double);
    }
    metric.set_alias(static_cast<std::uint64_t>(i + device * kMetrics));
    metric.set_timestamp(payload_.timestamp());
    auto& counter = totals_[index(node, device, i)];
    random_ = random_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    const auto random = static_cast<std::int64_t>(random_ >> 40U);
    if (total) {
      counter += named ? 0 : random % 8;
      metric.set_long_value(static_cast<std::uint64_t>(counter));
    } else {
      metric.set_double_value(20.0 + static_cast<double>(random % 100) / 10);
    }
  }
  ingest::Inbound message(const std::string& type, int node, int device) {
    std::string topic = "spBv1.0/B/" + type + "/N" + std::to_string(node);
    if (device >= 0) topic += "/D" + std::to_string(device);
    return {0, std::move(topic), payload_.SerializeAsString(), now(), false};
  }

  sparkplug::Payload payload_;
  std::vector<std::int64_t> totals_ = std::vector<std::int64_t>(std::size_t{kNodes} * kDevices * kMetrics, 0);
  std::vector<std::uint8_t> seq_ = std::vector<std::uint8_t>(kNodes, 0);
  std::int64_t seconds_ = 0;
  std::uint64_t number_ = 0, random_ = 1;
};

struct Plant {
  Plant() {
    auto opened = storage::Store::open(dir.path().string(), storage::Access::read_write);
    if (!opened) throw std::runtime_error(opened.error().message);
    store = std::move(*opened);
    pipeline = std::make_unique<ingest::Pipeline>(*store, ingest::PipelineOptions{});
    for (auto& birth : sender.births()) pipeline->message(std::move(birth));
    commit();
  }
  void commit() {
    const auto outcome = pipeline->commit(sender.now());
    if (const auto* error = std::get_if<ingest::Pipeline::CommitError>(&outcome))
      throw std::runtime_error(error->message);
  }
  // What the newest records say is what was sent last.
  [[nodiscard]] bool is_right() const {
    for (int node = 0; node < kNodes; ++node) {
      for (int device = 0; device < kDevices; ++device) {
        if (!is_right(node, device)) return false;
      }
    }
    return true;
  }
  [[nodiscard]] bool is_right(int node, int device) const {
    const auto line = store->dictionary().find_line("B/N" + std::to_string(node) + "/D" + std::to_string(device));
    if (!line) return false;
    std::map<std::string, Quantity> last;
    store->scan_records(*line, std::nullopt, [&](const storage::RecordRow& row) {
      const auto record = rollup::decode(row.bytes);
      if (!record) return;
      for (const auto& part : record->series) {
        const auto* totalizer = std::get_if<rollup::TotalizerPart>(&part.data);
        if (totalizer) last[store->dictionary().spec(part.series).key.product] = totalizer->runs.back().last.value;
      }
    });
    for (int i = 0; i < kTotals; ++i) {
      if (last["product-" + std::to_string(i)] != sender.total(node, device, i)) return false;
    }
    return true;
  }

  test::TempDir dir;
  Sender sender;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<ingest::Pipeline> pipeline;
};

void report(benchmark::State& state, double messages) {
  state.counters["us_per_message"] =
      benchmark::Counter(messages / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["ns_per_metric"] =
      benchmark::Counter(messages * kMetrics / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void PipelineCommit(benchmark::State& state) {
  Plant plant;
  double messages = 0;
  std::vector<ingest::Inbound> lot(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    for (auto& message : lot) message = plant.sender.next();
    state.ResumeTiming();
    for (auto& message : lot) plant.pipeline->message(std::move(message));
    plant.commit();
    messages += static_cast<double>(lot.size());
  }
  if (!plant.is_right()) state.SkipWithError("the totals differ from what was sent");
  report(state, messages);
}
BENCHMARK(PipelineCommit)->Arg(100)->Iterations(200);
BENCHMARK(PipelineCommit)->Arg(4'000)->Iterations(10);

void RecordsMadeAgain(benchmark::State& state) {
  Plant plant;
  constexpr int kMessages = 40'000;
  for (int i = 0; i < kMessages; ++i) {
    plant.pipeline->message(plant.sender.next());
    if (i % 4'000 == 3'999) plant.commit();
  }
  for (auto _ : state) {
    const auto outcome = plant.pipeline->make_again(plant.sender.now());
    const auto* made = std::get_if<ingest::Pipeline::Adopted>(&outcome);
    if (!made || made->changed + made->retracted != 0) state.SkipWithError("the records differ");
  }
  report(state, static_cast<double>(state.iterations()) * kMessages);
}
BENCHMARK(RecordsMadeAgain)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace songhua::bench
