// A disk that fills up, and messages that come faster than they can be stored: the gateway leaves in order, says so,
// comes back by itself; lines that have it as primary host flush what they kept; what was told is never lost.
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "plant/plant.h"
#include "raw_node.h"

namespace songhua::test {
namespace {

// A limit on file sizes stands in for a full disk: writing fails, for this process alone, and needs no rights.
void limit_files(const Process& process, rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(prlimit(process.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = bytes;
  ASSERT_EQ(prlimit(process.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}
constexpr rlim_t kFull = 128U << 10U;  // less than any store, more than the logs that the tests read

class StoreTrouble : public testing::Test {
 protected:
  TempDir dir;
  Broker broker;
  MqttProbe host;  // what edge nodes see of the gateway

  void SetUp() override {
    ASSERT_TRUE(host.connect(broker.uri(), "host-watch", {{"spBv1.0/STATE/songhua", mqtt::Qos::kAtLeastOnce}}));
  }
  [[nodiscard]] std::string states() const {
    std::string all;
    for (const auto& message : host.messages()) {
      all += nlohmann::json::parse(message.payload).at("online").get<bool>() ? '+' : '-';
    }
    return all;
  }
  // Waits for births and deaths of the host to go on with these.
  [[nodiscard]] bool then(char state, std::size_t after) {
    return eventually([&] { return states().find(state, after) != std::string::npos; });
  }
  [[nodiscard]] std::unique_ptr<Process> start_line(const std::string& rate) {
    auto arguments = line_arguments(broker, dir.path(), 1);
    arguments.insert(arguments.end(), {"--rate", rate});
    return std::make_unique<Process>(built_program("songhua-line"), arguments);
  }
  // The line's ledger and the gateway's totals are one, and the journal gives the same.
  void expect_reconciled(const std::filesystem::path& config, Process& gateway) {
    const auto truth = ledger_totals(dir.path() / "ledger.csv");
    ASSERT_GT(truth.size(), 20U);
    (void)eventually([&] { return lines_only(rollup_totals(config)) == truth; }, std::chrono::seconds{20});
    EXPECT_EQ(lines_only(rollup_totals(config)), truth) << gateway.err();
    gateway.terminate();
    EXPECT_EQ(gateway.wait(std::chrono::seconds{20}), 0) << gateway.err();
    const auto verified =
        run(built_program("songhua-gateway"), {"verify", "-c", config.string()}, std::chrono::seconds{120});
    EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 2'000) << verified.err;
  }
  static UnixMillis now() {
    return std::chrono::floor<std::chrono::minutes>(
        std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()));
  }
  static int count_of_missed(const std::filesystem::path& config, const std::string& name) {
    const auto status = run(built_program("songhua-gateway"), {"status", "-c", config.string(), "--format", "json"});
    return nlohmann::json::parse(status.out).at("counts").value(name, 0);
  }
  static Totals lines_only(Totals totals) {
    std::erase_if(totals, [](const auto& entry) { return !entry.first.starts_with("S1/C1/"); });
    return totals;
  }
};

TEST_F(StoreTrouble, AFullDiskMakesTheGatewayLeaveInOrderAndComeBack) {
  const auto config = write_config(dir.path(), broker.uri());
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(then('+', 0)) << gateway.err();
  const auto line = start_line("1000");
  ASSERT_TRUE(eventually([&] { return !rollup_totals(config).empty(); })) << gateway.err();

  limit_files(gateway, kFull);
  const auto up = states().size();
  ASSERT_TRUE(then('-', up)) << gateway.err();
  EXPECT_NE(gateway.err().find("leaving the brokers in order: the store cannot be written"), std::string::npos)
      << gateway.err();
  EXPECT_FALSE(line->wait(std::chrono::milliseconds{0})) << "the line did not wait for its primary host";
  const auto before = rollup_totals(config);  // readers go on
  EXPECT_FALSE(before.empty());

  limit_files(gateway, RLIM_INFINITY);
  ASSERT_TRUE(then('+', states().rfind('-'))) << gateway.err();
  EXPECT_NE(gateway.err().find("coming back"), std::string::npos) << gateway.err();
  ASSERT_EQ(line->wait(std::chrono::seconds{100}), 0) << line->err() << gateway.err();
  expect_reconciled(config, gateway);
}

TEST_F(StoreTrouble, AFloodMakesTheGatewayLeaveInOrderAndComeBack) {
  const auto config = write_config(dir.path(), broker.uri(), "[queue]\nmessages = 300\n");
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(then('+', 0)) << gateway.err();
  const auto line = start_line("300");
  ASSERT_TRUE(eventually([&] { return !rollup_totals(config).empty(); })) << gateway.err();

  // Nodes that do not care for hosts, none of which sends more than the others.
  Voice voice(broker.uri());
  std::vector<RawNode> flood;
  for (int i = 0; i < 5; ++i) flood.emplace_back(voice, "S2", "FLOOD" + std::to_string(i));
  const auto start = now() - std::chrono::hours{2};
  for (auto& node : flood) node.birth(start, 0);
  int sent = 0;
  const auto up = states().size();
  while (states().find('-', up) == std::string::npos && sent < 200'000) {
    ++sent;
    flood[static_cast<std::size_t>(sent) % flood.size()].data(start + Millis{sent}, sent);
  }
  ASSERT_TRUE(then('-', up)) << sent << " messages were taken\n" << gateway.err();
  EXPECT_NE(gateway.err().find("leaving the brokers in order: messages come faster than they can be stored"),
            std::string::npos)
      << gateway.err();
  ASSERT_TRUE(then('+', states().rfind('-'))) << gateway.err();
  ASSERT_EQ(line->wait(std::chrono::seconds{100}), 0) << line->err() << gateway.err();

  // What was missed is counted, and the totalizer carries it: the flooders' next words bring the whole quantity.
  EXPECT_GT(count_of_missed(config, "missed_overload"), 0);
  for (auto& node : flood) node.birth(start + std::chrono::minutes{10}, sent + 5);
  EXPECT_TRUE(eventually([&] {
    const auto totals = rollup_totals(config);
    return std::all_of(flood.begin(), flood.end(), [&](const auto& node) {
      const auto total = totals.find(node.line() + " output.good p CN");
      return total != totals.end() && total->second == std::to_string(sent + 5);
    });
  })) << gateway.err();
  expect_reconciled(config, gateway);
}

// One node that floods loses its own messages; the gateway stays, and no other node is missed or asked for anything.
TEST_F(StoreTrouble, AFloodOfOneNodeDisturbsNobodyElse) {
  const auto config = write_config(dir.path(), broker.uri(), "[queue]\nmessages = 600\n");
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(then('+', 0)) << gateway.err();
  Voice voice(broker.uri());
  RawNode flood(voice, "S2", "FLOOD");
  const auto start = now() - std::chrono::hours{2};
  flood.birth(start, 0);
  const auto line = start_line("200");
  ASSERT_TRUE(eventually([&] { return !lines_only(rollup_totals(config)).empty(); })) << gateway.err();

  int sent = 0;
  while (gateway.err().find("node=S2/FLOOD floods the queue") == std::string::npos && sent < 400'000) {
    for (int i = 0; i < 500; ++i) ++sent, flood.data(start + Millis{sent}, sent);
  }
  EXPECT_NE(gateway.err().find("node=S2/FLOOD floods the queue"), std::string::npos) << sent << gateway.err();
  ASSERT_EQ(line->wait(std::chrono::seconds{100}), 0) << line->err() << gateway.err();
  EXPECT_EQ(states().find('-', 1), std::string::npos) << "the gateway left: " << gateway.err();
  EXPECT_GT(count_of_missed(config, "missed_flood"), 0);
  EXPECT_EQ(count_of_missed(config, "missed_overload"), 0);
  const auto status = nlohmann::json::parse(
      run(built_program("songhua-gateway"), {"status", "-c", config.string(), "--format", "json"}).out);
  for (const auto& node : status.at("nodes")) {
    if (node.at("node") == "S1/C1") {
      EXPECT_EQ(node.at("gaps"), 0) << node;
    }
  }
  flood.birth(start + std::chrono::minutes{30}, sent + 5);
  EXPECT_TRUE(eventually([&] {
    return rollup_totals(config)["S2/FLOOD/L output.good p CN"] == std::to_string(sent + 5);
  })) << gateway.err();
  expect_reconciled(config, gateway);
}

// The centre's disk: nothing is acknowledged that is not stored, and all arrives when there is room again.
TEST_F(StoreTrouble, AFullDiskAtTheCentreHoldsAcksBack) {
  Broker uplink;
  const auto config =
      write_config(dir.path(), broker.uri(), "[forward]\nservers = [\"" + uplink.uri() + "\"]\ncadence = \"1s\"\n");
  const auto central =
      dir.file("central.toml", "region = \"220000\"\nstore = \"sqlite://centre.db\"\n[broker]\nservers = [\"" +
                                   uplink.uri() + "\"]\n[http]\nlisten = \"\"\n");
  const auto key = dir.file("gw1.pub", run(built_program("songhua-gateway"), {"key", "-c", config.string()}).out);
  ASSERT_EQ(run(built_program("songhua-central"),
                {"register", "gateway", "E1/gw1", "--key", key.string(), "-c", central.string()})
                .status,
            0);
  Process centre(built_program("songhua-central"), {"run", "-c", central.string()});
  ASSERT_TRUE(eventually([&] { return uplink.log().find("/rollup (QoS 1)") != std::string::npos; })) << centre.err();
  limit_files(centre, 16U << 10U);
  Process gateway(built_program("songhua-gateway"), {"run", "-c", config.string()});
  const auto line = start_line("2000");
  ASSERT_TRUE(eventually([&] { return centre.err().find("the store cannot be written") != std::string::npos; }))
      << centre.err() << gateway.err();
  limit_files(centre, RLIM_INFINITY);
  ASSERT_EQ(line->wait(std::chrono::seconds{100}), 0) << line->err();
  const auto truth = ledger_totals(dir.path() / "ledger.csv");
  (void)eventually([&] { return rollup_totals(config) == truth; }, std::chrono::seconds{20});
  const auto drained =
      run(built_program("songhua-gateway"), {"forward", "--drain", "-c", config.string()}, std::chrono::seconds{90});
  EXPECT_EQ(drained.status, 0) << drained.err << centre.err();
  const auto rows =
      run(built_program("songhua-central"), {"rollup", "-c", central.string(), "--grain", "total", "--format", "csv"});
  Totals totals;
  for (const auto& [name, row] : csv_rows(rows.out, {"line", "measure", "product", "market"})) {
    if (is_counted(row.at("measure")) && row.at("quantity") != "0") totals[name] = row.at("quantity");
  }
  EXPECT_EQ(totals, truth);
}

}  // namespace
}  // namespace songhua::test
