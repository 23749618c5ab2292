// Parts of the way of a datum, alone: payload decoding, journal segments, joins of records. Nanoseconds per metric are
// in the counter ns_per_metric.
#include <benchmark/benchmark.h>

#include "rollup/builder.h"
#include "rollup/codec.h"
#include "rollup/timeline.h"
#include "sparkplug/payload.h"
#include "storage/database.h"
#include "storage/journal.h"

namespace songhua::bench {
namespace {

constexpr int kMetrics = 20;
constexpr auto kStart = unix_millis(1'552'608'000'000);  // 2019-03-15 08:00 at Changchun

std::string payload_bytes(int tick) {
  sparkplug::Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(kStart) + tick * 1'000));
  payload.set_seq(static_cast<std::uint64_t>(tick % 256));
  for (int i = 0; i < kMetrics; ++i) {
    auto& metric = *payload.add_metrics();
    metric.set_alias(static_cast<std::uint64_t>(i));
    metric.set_timestamp(payload.timestamp());
    metric.set_long_value(static_cast<std::uint64_t>(1'000'000 + tick * (i + 1)));
  }
  return payload.SerializeAsString();
}

void per_metric(benchmark::State& state, double metrics) {
  state.counters["ns_per_metric"] = benchmark::Counter(static_cast<double>(state.iterations()) * metrics / 1e9,
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// The floor: the library's own parser with its message reused.
void ProtobufReused(benchmark::State& state) {
  const auto bytes = payload_bytes(1);
  sparkplug::Payload payload;
  for (auto _ : state) benchmark::DoNotOptimize(payload.ParseFromString(bytes));
  per_metric(state, kMetrics);
}
BENCHMARK(ProtobufReused);

void PayloadDecoder(benchmark::State& state) {
  const auto bytes = payload_bytes(1);
  sparkplug::PayloadDecoder decoder;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(bytes));
  per_metric(state, kMetrics);
}
BENCHMARK(PayloadDecoder);

void JournalSegment(benchmark::State& state) {
  std::vector<storage::Entry> entries(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].topic = "spBv1.0/B/DDATA/N" + std::to_string(i % 100) + "/D" + std::to_string(i % 7);
    entries[i].payload = payload_bytes(static_cast<int>(i));
    entries[i].received = kStart + Millis{static_cast<std::int64_t>(i)};
  }
  std::size_t bytes = 0;
  for (auto _ : state) bytes = storage::compress(storage::encode_segment(entries)).size();
  per_metric(state, static_cast<double>(entries.size()) * kMetrics);
  state.counters["bytes_per_metric"] = static_cast<double>(bytes) / static_cast<double>(entries.size() * kMetrics);
}
BENCHMARK(JournalSegment)->Arg(10)->Arg(100)->Arg(1'000);

// Twenty counters of one line.
class Table final : public rollup::SeriesTable {
 public:
  Table() {
    for (int i = 0; i < kMetrics; ++i) {
      SeriesSpec spec;
      spec.line = "B/N/D";
      spec.key = {"output.good", "product-" + std::to_string(i), "CN"};
      spec.kind = SeriesKind::totalizer;
      specs_.push_back(spec);
    }
  }
  [[nodiscard]] const SeriesSpec& spec(rollup::SeriesIndex index) const override {
    return specs_[static_cast<std::size_t>(index)];
  }

 private:
  std::vector<SeriesSpec> specs_;
};

rollup::SourceMessage message(int second) {
  rollup::SourceMessage message;
  message.time = kStart + std::chrono::seconds{second};
  message.seq = static_cast<std::uint8_t>(second % 256);
  message.digest = static_cast<std::uint64_t>(second) + 1;
  rollup::LineMessage line;
  line.live = true;
  for (int i = 0; i < kMetrics; ++i) {
    rollup::MappedReading reading;
    reading.series = rollup::SeriesIndex{static_cast<std::uint32_t>(i)};
    reading.time = reading.interval_start = message.time;
    reading.value = second * (i + 1);
    line.readings.push_back(reading);
  }
  message.lines.push_back(std::move(line));
  return message;
}

rollup::Record minute_record(const Table& table, int minute) {
  rollup::MinuteBuilder builder(kStart + minute * kMinute, table, {});
  for (int second = 0; second < 60; ++second) (void)builder.append(message(60 * minute + second));
  return builder.records().begin()->second;
}

// In order, as live data comes.
void MinuteInPlace(benchmark::State& state) {
  const Table table;
  std::vector<rollup::SourceMessage> messages;
  for (int second = 0; second < 60; ++second) messages.push_back(message(second));
  for (auto _ : state) {
    rollup::MinuteBuilder builder(kStart, table, {});
    for (const auto& m : messages) benchmark::DoNotOptimize(builder.append(m));
  }
  per_metric(state, 60.0 * kMetrics);
}
BENCHMARK(MinuteInPlace);

void JoinOfQuarterHour(benchmark::State& state) {
  const Table table;
  std::vector<rollup::Record> minutes;
  for (int minute = 0; minute < 15; ++minute) minutes.push_back(minute_record(table, minute));
  for (auto _ : state) {
    auto joined = minutes.front();
    for (std::size_t i = 1; i < minutes.size(); ++i) joined = rollup::join(joined, minutes[i], table, kQuarterHour);
    benchmark::DoNotOptimize(joined);
  }
  state.counters["us_per_join"] = benchmark::Counter(static_cast<double>(state.iterations()) * 14 / 1e6,
                                                     benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(JoinOfQuarterHour);

void RecordCodec(benchmark::State& state) {
  const Table table;
  const auto record = minute_record(table, 0);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto encoded = rollup::encode(record);
    bytes = encoded.size();
    benchmark::DoNotOptimize(rollup::decode(encoded));
  }
  state.counters["bytes_per_series"] = static_cast<double>(bytes) / kMetrics;
}
BENCHMARK(RecordCodec);

}  // namespace
}  // namespace songhua::bench
