// Laws 1 and 3 with real processes: whatever is killed whenever, the edge's totals are the lines' own ledgers.
#include <cstdlib>
#include <memory>
#include <random>

#include "plant.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

TEST(Plant, TotalsEqualTheLedgersWithoutTrouble) {
  TempDir dir;
  Broker broker;
  const auto config = write_config(dir.path(), broker.uri());
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  Process line(built_program("songhua-line"), line_arguments(broker, dir.path()));
  ASSERT_EQ(line.wait(std::chrono::seconds{120}), 0) << line.err();
  const auto truth = ledger_totals(dir.path() / "ledger.csv");
  ASSERT_GT(truth.size(), 45U);
  (void)eventually([&] { return rollup_totals(config) == truth; }, std::chrono::seconds{20});
  EXPECT_EQ(rollup_totals(config), truth);
  gateway.terminate();
  EXPECT_EQ(gateway.wait(std::chrono::seconds{20}), 0) << gateway.err();
  const auto verified = run(built_program("songhua-gateway"), {"verify", "-c", config.string()}, std::chrono::seconds{120});
  EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 2'000) << verified.err;
}

TEST(Plant, TotalsEqualTheLedgersWhateverIsKilled) {
  // SONGHUA_KILL_ROUNDS and SONGHUA_SEED repeat a run, or make it longer.
  const char* rounds_text = std::getenv("SONGHUA_KILL_ROUNDS");
  const char* seed_text = std::getenv("SONGHUA_SEED");
  const int rounds = rounds_text ? std::atoi(rounds_text) : 9;
  const unsigned seed = seed_text ? static_cast<unsigned>(std::atoi(seed_text)) : std::random_device{}();
  RecordProperty("seed", static_cast<int>(seed));
  SCOPED_TRACE("SONGHUA_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);

  TempDir dir;
  Broker broker;
  const auto config = write_config(dir.path(), broker.uri());
  const auto start_gateway = [&] {
    return std::make_unique<Process>(built_program("songhua-gateway"), std::vector<std::string>{"run", "-c", config.string()});
  };
  const auto start_line = [&] {
    return std::make_unique<Process>(built_program("songhua-line"), line_arguments(broker, dir.path()));
  };
  auto gateway = start_gateway();
  auto line = start_line();
  for (int round = 0; round < rounds && line->running(); ++round) {
    // A random moment: the line's process is waited for, so the pause ends early where it is done.
    if (line->wait(std::chrono::milliseconds{100 + random() % 900})) break;
    switch (random() % 3) {
      case 0:
        gateway->kill_now();
        gateway = start_gateway();
        break;
      case 1:
        line->kill_now();
        line = start_line();
        break;
      default:
        broker.kill_now();
        broker.start();
    }
  }
  ASSERT_EQ(line->wait(std::chrono::seconds{150}), 0) << line->err() << gateway->err();
  // Its last words may have been spoken to a gateway that had just died (QoS 0); once more, now that all are alive.
  line = start_line();
  ASSERT_EQ(line->wait(std::chrono::seconds{60}), 0) << line->err() << gateway->err();
  const auto truth = ledger_totals(dir.path() / "ledger.csv");
  ASSERT_GT(truth.size(), 45U);
  (void)eventually([&] { return rollup_totals(config) == truth; }, std::chrono::seconds{20});
  EXPECT_EQ(rollup_totals(config), truth) << gateway->err();
}

}  // namespace
}  // namespace songhua::test
