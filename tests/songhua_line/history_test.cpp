#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "line/families.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "telemetry.h"

namespace songhua::test {
namespace {

std::vector<std::string> six_lines() {
  std::vector<std::string> arguments;
  for (const auto& family : line::families()) {
    arguments.emplace_back("--line");
    arguments.emplace_back(family.id);
  }
  return arguments;
}

Finished history(const std::filesystem::path& frames, std::vector<std::string> more, bool all = true) {
  std::vector<std::string> arguments{"history", "--site", "F1", "--controller", "c1", "-o", frames.string()};
  if (all) {
    for (const auto& word : six_lines()) arguments.push_back(word);
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(built_program("songhua-line"), arguments);
}

Telemetry heard(const std::filesystem::path& frames) {
  Telemetry telemetry;
  std::ifstream in(frames);
  for (std::string line; std::getline(in, line);) {
    const auto frame = nlohmann::json::parse(line);
    telemetry.hear(frame.at("topic"), from_base64(frame.at("base64")));
  }
  return telemetry;
}

TEST(History, FramesAndLedgerTellTheSame) {
  const TempDir dir;
  const auto done = history(dir / "h.jsonl", {"--from", "2019-01-01", "--to", "2019-03-05T13:20:30", "--fine-from",
                                              "2019-03-01", "--ledger", (dir / "l.csv").string()});
  ASSERT_EQ(done.status, 0) << done.err;
  const auto telemetry = heard(dir / "h.jsonl");
  EXPECT_TRUE(telemetry.faults().empty()) << telemetry.faults().front();
  EXPECT_EQ(telemetry.quantities(), ledger_sums(dir / "l.csv"));
  EXPECT_GT(telemetry.quantities().size(), 100U);
  EXPECT_EQ(telemetry.count("NBIRTH"), 1U);
  EXPECT_EQ(telemetry.count("DBIRTH"), 6U);
  // 59 midnights (2 January to 1 March), then hourly up to 13:00 on 5 March, then the end
  EXPECT_EQ(telemetry.count("DDATA"), 6U * (59 + 4 * 24 + 13 + 1));
}

TEST(History, TheSameCallMakesTheSameBytes) {
  const TempDir dir;
  const std::vector<std::string> span{"--from", "2019-05-01", "--to", "2019-05-20", "--seed", "9"};
  ASSERT_EQ(history(dir / "a.jsonl", span).status, 0);
  ASSERT_EQ(history(dir / "b.jsonl", span).status, 0);
  EXPECT_EQ(read_file(dir / "a.jsonl"), read_file(dir / "b.jsonl"));
  EXPECT_FALSE(read_file(dir / "a.jsonl").empty());
}

TEST(History, GoesOnFromItsMemory) {
  const TempDir dir;
  const std::vector<std::string> kept{"--nvram", (dir / "nv").string(), "--ledger", (dir / "l.csv").string()};
  auto with = [&](std::vector<std::string> span) {
    span.insert(span.end(), kept.begin(), kept.end());
    return span;
  };
  ASSERT_EQ(history(dir / "a.jsonl", with({"--from", "2019-05-01", "--to", "2019-05-10"})).status, 0);
  const auto hole = history(dir / "b.jsonl", with({"--from", "2019-05-11", "--to", "2019-05-20"}));
  EXPECT_EQ(hole.status, 2);
  EXPECT_NE(hole.err.find("2019-05-09T16:00"), std::string::npos) << hole.err;
  ASSERT_EQ(history(dir / "b.jsonl", with({"--from", "2019-05-10", "--to", "2019-05-20"})).status, 0);
  ASSERT_EQ(
      history(dir / "c.jsonl", {"--from", "2019-05-01", "--to", "2019-05-20", "--ledger", (dir / "whole.csv").string()})
          .status,
      0);
  EXPECT_EQ(ledger_sums(dir / "l.csv"), ledger_sums(dir / "whole.csv"));
}

TEST(History, TwoYearsOfSixLinesAreQuick) {
  const TempDir dir;
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(history(dir / "h.jsonl", {"--from", "2018-01-01", "--to", "2020-01-01"}).status, 0);
  const auto spent = std::chrono::steady_clock::now() - begin;
  RecordProperty("ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(spent).count()));
  EXPECT_LT(spent, std::chrono::seconds{90});  // generous: sanitizers, loaded machine; 1 s optimised
}

TEST(History, WrongUsageIsSaid) {
  const TempDir dir;
  const auto wrong = [&](std::vector<std::string> more, const std::string& hint) {
    const auto done = history(dir / "h.jsonl", std::move(more), false);
    EXPECT_EQ(done.status, 2) << hint;
    EXPECT_NE(done.err.find(hint), std::string::npos) << done.err;
  };
  wrong({"--line", "boats", "--from", "2019-01-01", "--to", "2019-02-01"}, "boats");
  wrong({"--line", "auto", "--line", "auto", "--from", "2019-01-01", "--to", "2019-02-01"}, "FAMILY:NAME");
  wrong({"--line", "auto:a/b", "--from", "2019-01-01", "--to", "2019-02-01"}, "a/b");
  wrong({"--line", "auto", "--from", "2019-02-01", "--to", "2019-01-01"}, "--to");
  wrong({"--line", "auto", "--from", "yesterday", "--to", "2019-01-01"}, "yesterday");
  wrong({"--line", "auto", "--from", "2019-01-01"}, "--to");
}

TEST(Families, AreListedInEveryFormat) {
  const auto program = built_program("songhua-line");
  const auto csv = run(program, {"families"});
  EXPECT_EQ(csv.status, 0);
  EXPECT_TRUE(csv.out.starts_with("family,product,unit,takt,energy,markets\n")) << csv.out;
  const auto json = nlohmann::json::parse(run(program, {"families", "--format", "json"}).out);
  ASSERT_EQ(json.size(), 6U);
  EXPECT_EQ(json[0]["products"][0]["energy"]["electricity"]["per_unit"], "450000");
  EXPECT_NE(run(program, {"families", "--format", "table"}).out.find("sat-rs-optical"), std::string::npos);
}

}  // namespace
}  // namespace songhua::test
