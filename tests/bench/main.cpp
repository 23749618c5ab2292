// songhua_bench: ingest, replay, sizes, memory, storms, with the real programs on loopback. See run.sh.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "bench.h"
#include "plant/plant.h"
#include "support/wait.h"

namespace songhua::bench {

void section(const std::string& title) {
  std::printf("\n### %s\n\n| what | value | unit |\n|---|---:|---|\n", title.c_str());
  std::fflush(stdout);
}

void row(const std::string& what, double value, const std::string& unit, int decimals) {
  std::printf("| %s | %.*f | %s |\n", what.c_str(), decimals, value, unit.c_str());
  std::fflush(stdout);
}

Plant::Plant(const std::string& more_config)
    : broker(test::Broker::Options{.more = "log_type none"}),
      config(test::write_config(dir.path(), broker.uri(), more_config)) {}

void Plant::start_gateway() {
  gateway = std::make_unique<test::Process>(test::built_program("songhua-gateway"),
                                            std::vector<std::string>{"run", "-c", config.string()});
  if (!test::eventually([&] { return gateway->err().find(" up") != std::string::npos; }))
    throw std::runtime_error(gateway->err());
}

void Plant::stop_gateway() {
  store.close();
  gateway->terminate();
  if (gateway->wait(std::chrono::minutes{2}) != 0)
    throw std::runtime_error("the gateway did not stop:\n" + gateway->err());
}

void Plant::check_totals(const Fleet& fleet, int totals) const {
  const auto sums = test::rollup_totals(config);
  for (int i = 0; i < fleet.lines(); ++i) {
    for (int product = 0; product < totals; ++product) {
      const auto key = fleet.line(i) + " output.good product-" + std::to_string(product) + " CN";
      const auto expected = std::to_string(fleet.total(i, product));
      const auto it = sums.find(key);
      const std::string stored = it == sums.end() ? "0" : it->second;  // rows of zero are left out
      if (stored != expected) throw std::runtime_error(key + ": sent " + expected + ", stored " + stored);
    }
  }
}

namespace {

constexpr int kDevices = 10;
constexpr const char* kRoomyQueue = "[queue]\nmessages = 2000000\nmax_bytes = \"2GiB\"\n";

struct Cost {
  double seconds = 0, cpu = 0;
};

FleetOptions fleet_options(const Options& options, const test::Broker& broker) {
  return {broker.uri(), options.lines / kDevices, kDevices};
}

// What receiving alone costs; 0: as fast as the fleet sends.
Cost null_subscriber(const Options& options, int ticks, double rate) {
  const test::Broker broker(test::Broker::Options{.more = "log_type none"});
  Fleet fleet(fleet_options(options, broker));
  fleet.connect();
  const auto number = static_cast<std::uint64_t>(ticks) * static_cast<std::uint64_t>(options.lines);
  test::Process null(test::built_program("songhua_null_subscriber"), {broker.uri(), std::to_string(number)});
  if (!test::eventually([&] { return null.out().find("up") != std::string::npos; }))
    throw std::runtime_error(null.err());
  const Cost before{now_seconds(), cpu_seconds(null)};
  for (int i = 0; i < ticks; ++i) fleet.tick(rate);
  if (!test::eventually([&] { return null.out().find("done") != std::string::npos; }, std::chrono::minutes{3})) {
    throw std::runtime_error("messages were lost before the null subscriber");
  }
  return {now_seconds() - before.seconds, cpu_seconds(null) - before.cpu};
}

Cost durable(Plant& plant, Fleet& fleet, int ticks, double rate) {
  const auto before_messages = plant.store.counter("messages");
  const Cost before{now_seconds(), cpu_seconds(*plant.gateway)};
  for (int i = 0; i < ticks; ++i) fleet.tick(rate);
  plant.store.wait_for_messages(
      before_messages + static_cast<std::uint64_t>(ticks) * static_cast<std::uint64_t>(fleet.lines()), *plant.gateway);
  return {now_seconds() - before.seconds, cpu_seconds(*plant.gateway) - before.cpu};
}

void compare(const std::string& how, double messages, const Cost& null, const Cost& gateway) {
  row("null subscriber, " + how, null.cpu / messages * 1e6, "us CPU/message");
  row("durable ingest, " + how, gateway.cpu / messages * 1e6, "us CPU/message");
  row("ratio, " + how, gateway.cpu / null.cpu, "x", 2);
  row("null subscriber, " + how, messages / null.seconds, "messages/s", 0);
  row("durable ingest, " + how, messages / gateway.seconds, "messages/s", 0);
}

void measure_sizes(Plant& plant, double metrics, double payload_bytes) {
  const auto whole = static_cast<double>(file_bytes(plant.dir / "store"));
  section("Size, without compaction");
  row("payload as sent", payload_bytes / metrics, "bytes/metric", 2);
  row("journal segments", static_cast<double>(plant.store.journal_bytes()) / metrics, "bytes/metric", 2);
  row("whole store, closed", whole / metrics, "bytes/metric", 2);
  plant.store.close();
}

void measure_replay(Plant& plant, double metrics) {
  section("Replay");
  const auto timed = [&](const std::string& what, const std::vector<std::string>& arguments) {
    const Cost before{now_seconds(), children_cpu_seconds()};
    const auto done = test::run(test::built_program("songhua-gateway"), arguments, std::chrono::minutes{10});
    if (done.status != 0) throw std::runtime_error(what + ": " + done.out.substr(0, 500) + done.err);
    row(what, (children_cpu_seconds() - before.cpu) / metrics * 1e9, "ns CPU/metric", 0);
    row(what, metrics / (now_seconds() - before.seconds) / 1e6, "M metrics/s", 2);
  };
  const auto recording = plant.dir / "run.songhua";
  timed("export", {"export", "-c", plant.config.string(), "-o", recording.string()});
  timed("replay into a new store", {"replay", recording.string(), "--store", (plant.dir / "again").string()});
  timed("verify", {"verify", "-c", plant.config.string()});
}

}  // namespace

void measure_ingest(const Options& options) {
  Plant plant(kRoomyQueue);
  const double per_tick = options.lines;
  plant.start_gateway();
  section("Memory of the gateway");
  row("idle, connected, empty store", resident_mib(*plant.gateway), "MiB RSS");
  Fleet fleet(fleet_options(options, plant.broker));
  fleet.connect();
  fleet.birth_all(true);
  const auto births = fleet.sent();
  plant.store.wait_for_messages(births, *plant.gateway);
  row(std::to_string(options.lines) + " lines x 20 series born", resident_mib(*plant.gateway), "MiB RSS");

  const double paced_rate = 1'000;
  const int paced = std::max(1, options.ticks / 4);
  const auto null_paced = null_subscriber(options, paced, paced_rate);
  const auto ours_paced = durable(plant, fleet, paced, paced_rate);
  row("after 1,000 messages/s", resident_mib(*plant.gateway), "MiB RSS");
  const auto null_flood = null_subscriber(options, options.ticks, 0);
  const auto ours_flood = durable(plant, fleet, options.ticks, 0);
  row("peak in the flood (queue without limit)", peak_mib(*plant.gateway), "MiB RSS");
  section("Durable ingest");
  compare("1,000/s", paced * per_tick, null_paced, ours_paced);
  compare("flood", options.ticks * per_tick, null_flood, ours_flood);
  plant.check_totals(fleet, 16);
  plant.stop_gateway();

  const double metrics = static_cast<double>(fleet.sent() * fleet.metrics_of_a_message());
  measure_sizes(plant, metrics, static_cast<double>(fleet.sent_bytes()));
  measure_replay(plant, metrics);
}

}  // namespace songhua::bench

int main(int argc, char** argv) {
  using namespace songhua::bench;
  CLI::App app{"Measures a gateway on loopback; prints Markdown tables. Totals are checked after each part."};
  Options options;
  std::string part = "all";
  app.add_option("--lines", options.lines, "of the ingest, a multiple of 10")->capture_default_str();
  app.add_option("--ticks", options.ticks, "messages of each line in a flood")->capture_default_str();
  app.add_option("--nodes", options.nodes, "edge nodes of the storms, with 5 devices each")->capture_default_str();
  app.add_option("part", part, "ingest|storms|all")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    if (part != "storms") measure_ingest(options);
    if (part != "ingest") measure_storms(options);
  } catch (const std::exception& problem) {
    std::cerr << "songhua_bench: " << problem.what() << '\n';
    return 1;
  }
  return 0;
}
