// What every command has: exit statuses, one line for a person, details with --verbose, lists in three formats.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "support/process.h"
#include "support/temp_dir.h"

namespace songhua::test {
namespace {

using namespace std::chrono_literals;

Finished gateway(const std::vector<std::string>& arguments) {
  return run(built_program("songhua-gateway"), arguments, 120s);
}

auto lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

class Usage : public testing::Test {
 protected:
  Usage() {
    const auto frames = std::filesystem::path(SONGHUA_TEST_DATA) / "recording_foreign_a" / "recording.jsonl.gz";
    EXPECT_EQ(gateway({"import", frames.string(), "-c", config_}).status, 0);
  }

  TempDir dir_;
  std::string config_ = dir_.file("g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"store\"\n").string();
};

TEST_F(Usage, AFaultIsOneLineAndMoreOfItWithVerbose) {
  const std::string nowhere = (dir_ / "nowhere.toml").string();
  const auto plain = gateway({"rollup", "-c", nowhere});
  EXPECT_EQ(plain.status, 2);
  EXPECT_EQ(lines_in(plain.err), 1) << plain.err;
  for (const auto& arguments : {std::vector<std::string>{"--verbose", "rollup", "-c", nowhere},
                                std::vector<std::string>{"rollup", "-c", nowhere, "--verbose"}}) {
    const auto verbose = gateway(arguments);
    EXPECT_EQ(verbose.status, 2);
    EXPECT_EQ(verbose.err.find(plain.err), 0U) << verbose.err;
    EXPECT_NE(verbose.err.find("exit status    2: wrong usage or configuration"), std::string::npos) << verbose.err;
  }
  EXPECT_EQ(gateway({"quarantine", "list", "-c", config_, "--verbose"}).status, 0);
}

TEST_F(Usage, AnUnknownGrainOrFormatIsNamedByItsOption) {
  const auto grain = gateway({"rollup", "-c", config_, "--grain", "week"});
  EXPECT_EQ(grain.status, 2);
  EXPECT_NE(grain.err.find("--grain: 'week' is no grain"), std::string::npos) << grain.err;
  const auto format = gateway({"status", "-c", config_, "--format", "xml"});
  EXPECT_EQ(format.status, 2);
  EXPECT_NE(format.err.find("--format: 'xml'"), std::string::npos) << format.err;
}

TEST_F(Usage, StatusIsAListAsCsv) {
  const auto csv = gateway({"status", "-c", config_, "--format", "csv"});
  EXPECT_EQ(csv.status, 0) << csv.err;
  EXPECT_EQ(csv.out.find("node,device,line,online,state,since,bdseq,seq,gaps,rebirths,last_birth,metric_count\n"), 0U)
      << csv.out;
  EXPECT_EQ(lines_in(csv.out), 5) << "header, a node, its three devices: " << csv.out;
  EXPECT_EQ(gateway({"status", "-c", config_}).out, csv.out) << "what no terminal reads is CSV";
  EXPECT_EQ(gateway({"status", "-c", config_, "--format", "table"}).out.find("gateway    "), 0U);
}

}  // namespace
}  // namespace songhua::test
