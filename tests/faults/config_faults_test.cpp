// Wrong configuration and a world that is not as configured, with the real programs: a status, one line that a person
// can act on, and nothing left behind.
#include <fcntl.h>
#include <unistd.h>

#include "plant/plant.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

struct Fault {
  std::string name;
  std::string config;
  std::vector<std::string> says;  // parts of what stands on standard error
};

Finished start(const std::string& program, const std::filesystem::path& config) {
  return run(built_program(program), {"run", "-c", config.string()});
}

bool says(Process& program, const std::string& text) {
  return eventually([&] { return program.err().find(text) != std::string::npos || !program.running(); }) &&
         program.err().find(text) != std::string::npos;
}

class ConfigFaults : public testing::TestWithParam<const char*> {
 protected:
  TempDir dir;
  [[nodiscard]] std::string needed() const {
    return std::string(GetParam()) == "songhua-central" ? "region = \"220000\"\nstore = \"sqlite://store/centre.db\"\n"
                                                        : "id = \"gw1\"\nenterprise = \"E1\"\nstore = \"store\"\n";
  }
  [[nodiscard]] std::string broker_section() const {
    return std::string(GetParam()) == "songhua-central" ? "[broker]\n" : "[sparkplug]\n";
  }
  // What runs against `broker_lines`, without a page.
  [[nodiscard]] std::filesystem::path config(const std::string& broker_lines) const {
    return dir.file("config.toml", needed() + broker_section() + broker_lines + "[http]\nlisten = \"\"\n");
  }
};

INSTANTIATE_TEST_SUITE_P(BothPrograms, ConfigFaults, testing::Values("songhua-gateway", "songhua-central"),
                         [](const auto& program) { return std::string(program.param).substr(8); });

TEST_P(ConfigFaults, AreToldWithPlaceAndRemedyBeforeAnythingIsMade) {
  const std::vector<Fault> faults{
      {"syntax", needed() + "x = \n", {"config.toml:", "not valid TOML"}},
      {"unknown key", needed() + "timezone = \"UTC\"\n", {"timezone: is not a known key: did you mean 'time_zone'?"}},
      {"wrong type", needed() + "time_zone = 8\n", {"time_zone: must be a text, but is a whole number"}},
      {"required", "", {"store: is missing and required"}},
      {"contradiction",
       needed() + broker_section() + "servers = [\"tcp://a\"]\nca = \"ca.pem\"\n",
       {".ca: needs a server that begins with ssl://"}},
      {"two at once",
       needed() + "timezone = \"UTC\"\n" + broker_section() + "mqtt = \"4\"\n",
       {"timezone: is not", "mqtt: '4' is not one of 3.1.1, 5"}},
      {"no password file",
       needed() + broker_section() + "username = \"u\"\npassword_file = \"none\"\n",
       {(dir / "none").string()}},
  };
  for (const auto& fault : faults) {
    SCOPED_TRACE(fault.name);
    const auto done = start(GetParam(), dir.file("config.toml", fault.config));
    EXPECT_EQ(done.status, 2);
    EXPECT_EQ(done.out, "");
    for (const auto& part : fault.says) EXPECT_NE(done.err.find(part), std::string::npos) << done.err;
    if (fault.name != "no password file") {
      EXPECT_FALSE(std::filesystem::exists(dir / "store"));
    }
  }
  const auto missing = start(GetParam(), dir / "nowhere.toml");
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("nowhere.toml: cannot be read"), std::string::npos) << missing.err;
}

TEST_P(ConfigFaults, AStoreThatCannotBeMadeIsAFaultOutside) {
  (void)dir.file("store", "a file where the store's directory should be");
  const auto done = start(GetParam(), config("servers = [\"tcp://127.0.0.1:1\"]\n"));
  EXPECT_EQ(done.status, 3);
  EXPECT_NE(done.err.find("store"), std::string::npos) << done.err;
}

// Root writes everywhere unless it has given that power away.
Finished start_without_power(const std::string& program, const std::filesystem::path& config) {
  if (geteuid() != 0) return start(program, config);
  return run("setpriv", {"--bounding-set=-dac_override,-dac_read_search", built_program(program).string(), "run", "-c",
                         config.string()});
}

TEST_P(ConfigFaults, AnUnwritableStoreIsAFaultOutside) {
  namespace fs = std::filesystem;
  const auto file = config("servers = [\"tcp://127.0.0.1:1\"]\n");
  const auto expect_told = [&] {
    const auto done = start_without_power(GetParam(), file);
    EXPECT_EQ(done.status, 3);
    EXPECT_NE(done.err.find((dir / "store").string()), std::string::npos) << done.err;
    EXPECT_NE(done.err.find("cannot be"), std::string::npos) << done.err;
  };
  fs::create_directory(dir / "store");
  fs::permissions(dir / "store", fs::perms::owner_read | fs::perms::owner_exec);
  expect_told();
  fs::permissions(dir / "store", fs::perms::owner_all);
  {
    Process first(built_program(GetParam()), {"run", "-c", file.string()});
    ASSERT_TRUE(says(first, "cannot be reached")) << first.err();
    first.terminate();
    ASSERT_EQ(first.wait(), 0) << first.err();
  }
  // A store that worked once: the file, then its folder, which must take SQLite's own files beside it.
  const auto database = dir / (std::string(GetParam()) == "songhua-central" ? "store/centre.db" : "store/songhua.db");
  fs::permissions(database, fs::perms::owner_read);
  expect_told();
  fs::permissions(database, fs::perms::owner_read | fs::perms::owner_write);
  fs::permissions(dir / "store", fs::perms::owner_read | fs::perms::owner_exec);
  expect_told();
  fs::permissions(dir / "store", fs::perms::owner_all);
}

TEST_P(ConfigFaults, ABrokerThatIsNotThereIsTriedUntilItIs) {
  Broker broker;
  broker.stop();
  Process program(built_program(GetParam()), {"run", "-c", config("servers = [\"" + broker.uri() + "\"]\n").string()});
  EXPECT_TRUE(says(program, "cannot be reached")) << program.err();
  broker.start();
  EXPECT_TRUE(eventually([&] { return broker.log().find("SUBSCRIBE") != std::string::npos; }))
      << program.err() << broker.log();
  program.terminate();
  EXPECT_EQ(program.wait(std::chrono::seconds{20}), 0) << program.err();
}

TEST_P(ConfigFaults, WrongCredentialsAreSaidAndTriedAgain) {
  Broker::Options options;
  options.users = {{"plant", "right"}};
  Broker broker(options);
  (void)dir.file("password", "wrong\n");
  const auto file =
      config("servers = [\"" + broker.uri() + "\"]\nusername = \"plant\"\npassword_file = \"password\"\n");
  Process program(built_program(GetParam()), {"run", "-c", file.string()});
  EXPECT_TRUE(eventually([&] { return program.err().find("uthorized") != std::string::npos; })) << program.err();
  EXPECT_TRUE(program.running());
  EXPECT_EQ(program.err().find("wrong"), std::string::npos) << "a secret in the log: " << program.err();
  program.terminate();
  EXPECT_EQ(program.wait(std::chrono::seconds{20}), 0) << program.err();
  (void)dir.file("password", "right\n");
  Process again(built_program(GetParam()), {"run", "-c", file.string()});
  EXPECT_TRUE(eventually([&] { return broker.log().find("SUBSCRIBE") != std::string::npos; })) << again.err();
}

TEST_P(ConfigFaults, APortInUseIsSaid) {
  Broker broker;  // listens on the port that the page wants
  const auto file =
      dir.file("config.toml", needed() + broker_section() + "servers = [\"" + broker.uri() +
                                  "\"]\n[http]\nlisten = \"127.0.0.1:" + std::to_string(broker.port()) + "\"\n");
  const auto done = start(GetParam(), file);
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.err.find("cannot listen on 127.0.0.1:" + std::to_string(broker.port())), std::string::npos)
      << done.err;
}

// Two gateways on one store would tell two stories of one life.
TEST(GatewayStore, IsHeldByOneProcess) {
  TempDir dir;
  Broker broker;
  const auto config = write_config(dir.path(), broker.uri());
  Process first(built_program("songhua-gateway"), {"run", "-c", config.string()});
  ASSERT_TRUE(says(first, " up")) << first.err();
  const auto second = start("songhua-gateway", config);
  EXPECT_EQ(second.status, 3);
  EXPECT_NE(second.err.find("in use by another process"), std::string::npos) << second.err;
  EXPECT_TRUE(first.running());
}

}  // namespace
}  // namespace songhua::test
