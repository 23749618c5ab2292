// From the line's ledger to the centre's rollup with real programs, whatever is killed on the way (laws 1, 3, 4).
#include <memory>

#include "plant.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

Totals central_totals(const std::filesystem::path& config) {
  const auto done =
      run(built_program("songhua-central"), {"rollup", "-c", config.string(), "--grain", "total", "--format", "csv"});
  EXPECT_EQ(done.status, 0) << done.err;
  Totals totals;
  for (const auto& [key, row] : csv_rows(done.out, {"line", "measure", "product", "market"})) {
    EXPECT_EQ(row.at("enterprise"), "E1");
    if (is_counted(row.at("measure")) && row.at("quantity") != "0") totals[key] = row.at("quantity");
  }
  return totals;
}

TEST(Centre, TotalsEqualTheLedgersWhateverIsKilled) {
  Killer killer;
  SCOPED_TRACE("SONGHUA_SEED=" + std::to_string(killer.seed()));
  TempDir dir;
  Broker plant, uplink;
  const auto gateway_config =
      write_config(dir.path(), plant.uri(), "[forward]\nservers = [\"" + uplink.uri() + "\"]\ncadence = \"1s\"\n");
  const auto central_config =
      dir.file("central.toml", "region = \"220000\"\nstore = \"sqlite://" + (dir / "centre.db").string() +
                                   "\"\n[broker]\nservers = [\"" + uplink.uri() + "\"]\n[http]\nlisten = \"\"\n");
  const auto key = run(built_program("songhua-gateway"), {"key", "-c", gateway_config.string()});
  ASSERT_EQ(key.status, 0) << key.err;
  const auto key_file = dir.file("gw1.pub", key.out);
  const auto enrolled = run(built_program("songhua-central"), {"register", "gateway", "E1/gw1", "--key",
                                                               key_file.string(), "-c", central_config.string()});
  ASSERT_EQ(enrolled.status, 0) << enrolled.err;

  int hours = 3;
  std::unique_ptr<Process> gateway, centre, line;
  const auto start = [](std::unique_ptr<Process>& process, const std::string& program,
                        const std::filesystem::path& config) {
    process = std::make_unique<Process>(built_program(program), std::vector<std::string>{"run", "-c", config.string()});
  };
  const auto start_line = [&] {
    line = std::make_unique<Process>(built_program("songhua-line"), line_arguments(plant, dir.path(), hours));
  };
  start(gateway, "songhua-gateway", gateway_config);
  start(centre, "songhua-central", central_config);
  start_line();
  ASSERT_TRUE(all_lines_heard(gateway_config)) << gateway->err() << line->err();
  killer.run(line, [&] { ++hours, start_line(); },
             {[&] { gateway->kill_now(), start(gateway, "songhua-gateway", gateway_config); },
              [&] { centre->kill_now(), start(centre, "songhua-central", central_config); },
              [&] { uplink.kill_now(), uplink.start(); }});
  if (HasFatalFailure()) return;
  ASSERT_EQ(line->wait(std::chrono::seconds{150}), 0) << line->err() << gateway->err();
  start_line();  // its last words may have been spoken to a gateway that had just died (QoS 0)
  ASSERT_EQ(line->wait(std::chrono::seconds{60}), 0) << line->err() << gateway->err();

  const auto truth = ledger_totals(dir.path() / "ledger.csv");
  ASSERT_GT(truth.size(), 45U);
  (void)eventually([&] { return rollup_totals(gateway_config) == truth; }, std::chrono::seconds{20});
  EXPECT_EQ(rollup_totals(gateway_config), truth) << gateway->err();
  const auto drained = run(built_program("songhua-gateway"), {"forward", "--drain", "-c", gateway_config.string()},
                           std::chrono::seconds{90});
  EXPECT_EQ(drained.status, 0) << drained.err << gateway->err() << centre->err();
  EXPECT_EQ(central_totals(central_config), truth) << centre->err();

  // Rows of the same quarter hours are the same at both ends, not only their sums.
  const auto rows = [&](const std::string& program, const std::filesystem::path& config) {
    const auto done =
        run(built_program(program), {"rollup", "-c", config.string(), "--grain", "15min", "--format", "csv"});
    std::map<std::string, std::string> quantities;
    for (const auto& [name, row] : csv_rows(done.out, {"line", "measure", "product", "market", "start"})) {
      if (row.contains("quantity"))
        quantities[name] = row.at("quantity") + " " + row.at("estimated") + " " + row.at("lives");
    }
    return quantities;
  };
  EXPECT_EQ(rows("songhua-central", central_config), rows("songhua-gateway", gateway_config));

  const auto audit = run(built_program("songhua-central"), {"audit", "-c", central_config.string()});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;

  // A drain by itself, with the gateway down, finds nothing more to say.
  gateway->terminate();
  EXPECT_EQ(gateway->wait(std::chrono::seconds{20}), 0) << gateway->err();
  const auto again = run(built_program("songhua-gateway"), {"forward", "--drain", "-c", gateway_config.string()},
                         std::chrono::seconds{90});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(central_totals(central_config), truth);
}

}  // namespace
}  // namespace songhua::test
