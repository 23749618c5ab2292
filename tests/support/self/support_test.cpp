#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "support/broker.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

TEST(TempDir, IsGoneWithTheObject) {
  std::filesystem::path path;
  {
    const TempDir directory;
    path = directory.path();
    EXPECT_EQ(read_file(directory.file("a/b", "content")), "content");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Process, TellsStatusAndOutput) {
  const Finished result = run("sh", {"-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST(Process, TellsTheSignalThatEndedIt) {
  Process sleeper{"sleep", {"1000"}};
  EXPECT_TRUE(sleeper.running());
  EXPECT_EQ(sleeper.wait(std::chrono::milliseconds{1}), std::nullopt);
  sleeper.kill_now();
  EXPECT_EQ(sleeper.wait(), 128 + SIGKILL);
}

TEST(Process, DiesWithTheObject) {
  pid_t pid = 0;
  {
    const Process sleeper{"sleep", {"1000"}};
    pid = sleeper.pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(Process, HasItsDirectoryAndEnvironment) {
  const TempDir directory;
  Process shell{
      "sh", {"-c", "pwd; echo $SONGHUA_X"}, {.directory = directory.path(), .environment = {{"SONGHUA_X", "y"}}}};
  EXPECT_EQ(shell.wait(), 0);
  EXPECT_EQ(shell.out(), directory.path().string() + "\ny\n");
}

TEST(FreePort, IsNeverGivenTwice) {
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(ports.insert(free_port()).second);
}

TEST(Broker, StartsStopsAndComesBackOnItsPort) {
  Broker broker;
  EXPECT_TRUE(port_answers(broker.port()));
  broker.kill_now();
  EXPECT_FALSE(port_answers(broker.port()));
  broker.start();
  EXPECT_TRUE(port_answers(broker.port()));
  broker.restart();
  EXPECT_TRUE(port_answers(broker.port()));
}

}  // namespace
}  // namespace songhua::test
