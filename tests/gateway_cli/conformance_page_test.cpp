// The settings and commands that docs/conformance.md prints are those that the programs take.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/broker.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

std::string page() {
  std::ifstream file(std::filesystem::path(SONGHUA_TEST_DATA) / "../../docs/conformance.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

// The block between fences that begins with `start`.
std::string block(const std::string& text, const std::string& start) {
  const auto begin = text.find("```" + start);
  const auto from = begin + 3 + (start.find('\n') == 0 ? 1 : start.find('\n') + 1);
  return begin == std::string::npos ? "" : text.substr(from, text.find("```", from) - from);
}

void replace(std::string& text, const std::string& what, const std::string& by) {
  ASSERT_NE(text.find(what), std::string::npos) << "the page has no " << what;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

// Both ends as the page starts them, in place of the kit each for the other.
TEST(ConformancePage, ItsTwoEndsMeet) {
  const Broker broker;
  const TempDir dir;
  auto config = block(page(), "toml\n");
  replace(config, "tcp://localhost:1883", broker.uri());
  replace(config, "/tmp/tck-gateway", (dir / "store").string());
  const auto file = dir.file("tck.toml", config).string();
  const auto gateway = built_program("songhua-gateway"), line = built_program("songhua-line");
  const auto checked = run(gateway, {"check-config", "-c", file});
  ASSERT_EQ(checked.status, 0) << checked.err;

  auto command = block(page(), "\nsonghua-line run");
  replace(command, "tcp://localhost:1883", broker.uri());
  replace(command, "/tmp/tck-line", (dir / "line").string());
  replace(command, "\\\n", " ");
  std::istringstream words(command.substr(command.find(' ')));
  std::vector<std::string> arguments{std::istream_iterator<std::string>(words), {}};
  const Process host(gateway, {"run", "-c", file});
  const Process node(line, arguments);
  EXPECT_TRUE(eventually([&] {
    const auto status = run(gateway, {"status", "-c", file, "--format", "json"});
    const auto said = nlohmann::json::parse(status.out, nullptr, false);
    if (status.status != 0 || said.is_discarded() || said["nodes"].empty()) return false;
    const auto& devices = said["nodes"][0]["devices"];
    return said["nodes"][0]["node"] == "G/L" && devices.size() == 1 && devices[0]["device"] == "D" &&
           devices[0]["online"] == true;
  }));
  const auto socket = (dir / "line.sock").string();
  for (const std::vector<std::string>& drive : {std::vector<std::string>{"send", "node"},
                                                {"send", "D"},
                                                {"death", "D"},
                                                {"birth", "D"},
                                                {"state"},
                                                {"disconnect", "--abrupt"},
                                                {"connect"},
                                                {"disconnect"}}) {
    std::vector<std::string> all{"ctl", socket};
    all.insert(all.end(), drive.begin(), drive.end());
    const auto done = run(line, all);
    EXPECT_EQ(done.status, 0) << drive[0] << ": " << done.err;
  }
}

}  // namespace
}  // namespace songhua::test
