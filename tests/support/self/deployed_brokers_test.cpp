// The sample configurations of deploy/mosquitto start as they are, but for port and folder.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "support/port.h"
#include "support/process.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

class DeployedBroker : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Mosquitto, DeployedBroker, ::testing::Values("plant.conf", "centre.conf"),
                         [](const auto& param) { return std::filesystem::path{param.param}.stem().string(); });

TEST_P(DeployedBroker, Starts) {
  const auto sample = std::filesystem::path{SONGHUA_TEST_DATA} / "../../deploy/mosquitto" / GetParam();
  const TempDir directory;
  const auto port = free_port();
  auto text = read_file(sample);
  ASSERT_NE(text, "");
  text = std::regex_replace(text, std::regex{"\nlistener [0-9]+"}, "\nlistener " + std::to_string(port));
  text = std::regex_replace(text, std::regex{"/var/lib/mosquitto"}, directory.path().string());
  Process broker{"mosquitto", {"-c", directory.file("mosquitto.conf", text + "user root\n")}};
  EXPECT_TRUE(eventually([&] { return port_answers(port) || !broker.running(); }));
  EXPECT_TRUE(broker.running()) << broker.err();
}

}  // namespace
}  // namespace songhua::test
