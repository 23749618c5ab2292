// Laws 1 and 3 with real processes: whatever is killed whenever, the edge's totals are the lines' own ledgers.
#include <memory>

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
  const auto verified =
      run(built_program("songhua-gateway"), {"verify", "-c", config.string()}, std::chrono::seconds{120});
  EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 2'000) << verified.err;
}

TEST(Plant, TotalsEqualTheLedgersWhateverIsKilled) {
  Killer killer;
  SCOPED_TRACE("SONGHUA_SEED=" + std::to_string(killer.seed()));
  TempDir dir;
  Broker broker;
  const auto config = write_config(dir.path(), broker.uri());
  int hours = 3;
  std::unique_ptr<Process> gateway, line;
  const auto start_gateway = [&] {
    gateway = std::make_unique<Process>(built_program("songhua-gateway"),
                                        std::vector<std::string>{"run", "-c", config.string()});
  };
  const auto start_line = [&] {
    line = std::make_unique<Process>(built_program("songhua-line"), line_arguments(broker, dir.path(), hours));
  };
  start_gateway();
  start_line();
  ASSERT_TRUE(all_lines_heard(config)) << gateway->err() << line->err();
  killer.run(line, [&] { ++hours, start_line(); },
             {[&] { gateway->kill_now(), start_gateway(); }, [&] { line->kill_now(), start_line(); },
              [&] { broker.kill_now(), broker.start(); }});
  if (HasFatalFailure()) return;
  ASSERT_EQ(line->wait(std::chrono::seconds{150}), 0) << line->err() << gateway->err();
  // Its last words may have been spoken to a gateway that had just died (QoS 0); once more, now that all are alive.
  start_line();
  ASSERT_EQ(line->wait(std::chrono::seconds{60}), 0) << line->err() << gateway->err();
  const auto truth = ledger_totals(dir.path() / "ledger.csv");
  ASSERT_GT(truth.size(), 45U);
  (void)eventually([&] { return rollup_totals(config) == truth; }, std::chrono::seconds{20});
  EXPECT_EQ(rollup_totals(config), truth) << gateway->err() << line->err();
}

}  // namespace
}  // namespace songhua::test
