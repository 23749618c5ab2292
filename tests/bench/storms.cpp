// What many edge nodes do when gateway or broker went away and came back (issue: no storms).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "plant/plant.h"
#include "support/wait.h"

namespace songhua::bench {
namespace {

constexpr int kDevices = 5, kTotals = 2;

// Largest number of requests within any second.
std::size_t most_in_a_second(const std::vector<UnixMillis>& times) {
  std::size_t most = 0;
  for (std::size_t first = 0, i = 0; i < times.size(); ++i) {
    while (times[i] - times[first] >= std::chrono::seconds{1}) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

std::size_t nodes_alive(const Plant& plant) {
  const auto done =
      test::run(test::built_program("songhua-gateway"), {"status", "-c", plant.config.string(), "--format", "json"});
  const auto status = nlohmann::json::parse(done.out, nullptr, false);
  if (!status.is_object()) return 0;
  const auto& nodes = status.at("nodes");
  return static_cast<std::size_t>(
      std::ranges::count_if(nodes, [](const auto& node) { return node.at("state") == "ALIVE"; }));
}

// All that the fleet has sent is stored, and nothing more is asked for.
void settle(Plant& plant, Fleet& fleet, std::uint64_t messages) {
  fleet.flush();
  plant.store.wait_for_messages(messages, *plant.gateway);
}

// Seconds until every node is alive again; requests are answered as they come. `talking`: the lines go on sending, so
// that a node whose birth nobody heard is noticed.
double converge(Plant& plant, Fleet& fleet, bool talking) {
  const auto begin = now_seconds();
  std::size_t alive = 0;
  const auto wanted = static_cast<std::size_t>(fleet.lines() / kDevices);
  const bool all = test::eventually(
      [&] {
        for (int i = 0; i < 40; ++i) {
          fleet.answer_rebirths();
          (void)test::eventually([] { return false; }, std::chrono::milliseconds{25});
        }
        if (talking) fleet.tick(0);
        alive = nodes_alive(plant);
        return alive == wanted;
      },
      std::chrono::minutes{3});
  if (!all) throw std::runtime_error("only " + std::to_string(alive) + " nodes are alive");
  return now_seconds() - begin;
}

}  // namespace

void measure_storms(const Options& options) {
  Plant plant("[queue]\nmessages = 1000000\n");
  plant.start_gateway();
  Fleet fleet({plant.broker.uri(), options.nodes, kDevices, kTotals, 0});
  fleet.connect();
  const auto nodes = static_cast<std::uint64_t>(options.nodes), lines = nodes * kDevices;
  section("Storms: " + std::to_string(options.nodes) + " edge nodes x " + std::to_string(kDevices) + " devices");
  auto begin = now_seconds();
  fleet.birth_all(true);
  std::uint64_t stored = nodes + lines;
  settle(plant, fleet, stored);
  row("first births of all, until durable", now_seconds() - begin, "s", 2);
  fleet.tick(0);
  settle(plant, fleet, stored += lines);

  begin = now_seconds();
  plant.stop_gateway();
  row("gateway stops in order", now_seconds() - begin, "s", 2);
  begin = now_seconds();
  plant.start_gateway();
  row("gateway restarts, sessions from the store, until online", now_seconds() - begin, "s", 2);
  row("with so much memory", resident_mib(*plant.gateway), "MiB RSS");
  fleet.tick(0);
  settle(plant, fleet, stored += lines);
  (void)test::eventually([&] { return !fleet.rebirth_requests().empty(); }, std::chrono::seconds{10});
  row("rebirths asked for after a quiet restart", static_cast<double>(fleet.rebirth_requests().size()), "requests", 0);
  row("nodes alive then", static_cast<double>(nodes_alive(plant)), "nodes", 0);
  plant.check_totals(fleet, kTotals);

  plant.stop_gateway();
  fleet.tick(0);  // nobody hears it
  fleet.flush();
  plant.start_gateway();
  begin = now_seconds();
  fleet.tick(0);
  settle(plant, fleet, stored += lines);
  row("restart with messages missed: until all nodes are alive", converge(plant, fleet, false), "s");
  const auto asked = fleet.rebirth_requests();
  row("rebirths asked for", static_cast<double>(asked.size()), "requests", 0);
  row("most in one second", static_cast<double>(most_in_a_second(asked)), "requests", 0);
  fleet.tick(0);
  stored = plant.store.counter("messages");
  settle(plant, fleet, stored);
  (void)test::eventually([&] { return plant.store.counter("messages") >= stored + lines; }, std::chrono::seconds{20});
  plant.check_totals(fleet, kTotals);

  plant.broker.kill_now();
  begin = now_seconds();
  plant.broker.start();
  fleet.connect();
  const auto before = plant.store.counter("messages");
  fleet.birth_all(true);
  fleet.flush();
  // Births may all have been spoken before the gateway was back: then the lines' next words are the first it hears.
  const auto heard = [&] { return plant.store.counter("messages") > before; };
  while (!heard()) {
    fleet.tick(0);
    fleet.flush();
    if (!test::eventually(heard, std::chrono::seconds{1}) && now_seconds() - begin > 60) {
      throw std::runtime_error("nothing was heard for a minute after the broker came back");
    }
  }
  (void)converge(plant, fleet, true);
  row("broker killed and restarted, all nodes born anew: until all are alive", now_seconds() - begin, "s");
  row("rebirths asked for", static_cast<double>(fleet.rebirth_requests().size() - asked.size()), "requests", 0);
  fleet.tick(0);
  const auto last = plant.store.counter("messages");
  (void)test::eventually([&] { return plant.store.counter("messages") >= last + lines; }, std::chrono::seconds{20});
  plant.check_totals(fleet, kTotals);
  plant.stop_gateway();
}

}  // namespace songhua::bench
