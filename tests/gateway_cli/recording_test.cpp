// Recordings: imported into, replayed at a speed, published onto a broker. Whatever the way, the rows are the same.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "support/broker.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path kFrames =
    std::filesystem::path(SONGHUA_TEST_DATA) / "recording_foreign_a" / "recording.jsonl.gz";

Finished gateway(const std::vector<std::string>& arguments) {
  return run(built_program("songhua-gateway"), arguments, 120s);
}

// Totals without what depends on when they were committed.
std::string totals(const std::vector<std::string>& where) {
  std::vector<std::string> arguments{"rollup", "--grain", "total", "--format", "json"};
  arguments.insert(arguments.end(), where.begin(), where.end());
  auto text = gateway(arguments).out;
  for (const char* status : {"\"status\":\"final\",", "\"status\":\"preliminary\",", "\"status\":\"revised\","}) {
    for (std::size_t at = 0; (at = text.find(status, at)) != std::string::npos;)
      text.erase(at, std::string(status).size());
  }
  return text;
}

class Recording : public testing::Test {
 protected:
  Recording() {
    const auto done = gateway({"import", kFrames.string(), "-o", file_});
    EXPECT_EQ(done.status, 0) << done.err;
    const auto replayed = gateway({"replay", file_, "--store", (dir_ / "max").string()});
    EXPECT_EQ(replayed.status, 0) << replayed.err;
    expected_ = totals({"--store", (dir_ / "max").string()});
  }

  TempDir dir_;
  std::string file_ = (dir_ / "frames.songhua").string();
  std::string expected_;
};

TEST_F(Recording, ImportedFramesGiveTheRowsOfADirectImport) {
  const auto config = dir_.file("g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"direct\"\n").string();
  ASSERT_EQ(gateway({"import", kFrames.string(), "-c", config}).status, 0);
  EXPECT_NE(expected_.find("\"quantity\""), std::string::npos);
  EXPECT_EQ(totals({"-c", config}), expected_);
}

// Frames that are told again, the second half of a file, change nothing and are not kept twice.
TEST_F(Recording, FramesThatAreThereAlreadyAreLeftOut) {
  const auto config = dir_.file("g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"direct\"\n").string();
  ASSERT_EQ(gateway({"import", kFrames.string(), "-c", config}).status, 0);
  const auto again = gateway({"import", kFrames.string(), "-c", config});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.err.find("2060 frames imported, 2060 of them were there already"), std::string::npos) << again.err;
  EXPECT_EQ(totals({"-c", config}), expected_);
  EXPECT_NE(gateway({"verify", "-c", config}).err.find("2060 journal entries"), std::string::npos);
}

// A recording carries the mapping by which its entries became records, and so does a store: neither needs the
// configuration to give the same rows again.
TEST_F(Recording, CarriesItsMapping) {
  (void)dir_.file("lines.toml", "[[rule]]\nmetric = \"Output/*/*/Good\"\nfactor = \"2\"\n");
  const auto config = dir_.file("mapped.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"mapped\"\n").string();
  ASSERT_EQ(gateway({"import", kFrames.string(), "-c", config}).status, 0);
  const auto mapped = totals({"-c", config});
  EXPECT_NE(mapped, expected_) << "the rule changed nothing";
  const auto file = (dir_ / "mapped.songhua").string();
  ASSERT_EQ(gateway({"export", "-c", config, "-o", file}).status, 0);

  const auto store = (dir_ / "again").string();
  const auto replayed = gateway({"replay", file, "--store", store});
  ASSERT_EQ(replayed.status, 0) << replayed.err;
  EXPECT_EQ(totals({"--store", store}), mapped);
  const auto verified = gateway({"verify", "--store", store});
  EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 1'000) << verified.err;
  // The same frames once more, which writes: by the store's own mapping.
  ASSERT_EQ(gateway({"import", kFrames.string(), "--store", store}).status, 0);
  EXPECT_EQ(totals({"--store", store}), mapped);

  // With a configuration its own mapping counts.
  const auto plain = dir_.file("plain/g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"store\"\n").string();
  ASSERT_EQ(gateway({"replay", file, "-c", plain}).status, 0);
  EXPECT_EQ(totals({"-c", plain}), expected_);
}

// What a gateway lost comes back while it runs, and once.
TEST_F(Recording, IsMergedThroughARunningGateway) {
  const auto config = dir_.file("g.toml",
                                "id = \"g\"\nenterprise = \"E\"\nstore = \"kept\"\n[journal]\nretain = \"40000d\"\n"
                                "[sparkplug]\nservers = [\"tcp://127.0.0.1:1\"]\n[http]\nlisten = \"\"\n")
                          .string();
  ASSERT_EQ(gateway({"import", kFrames.string(), "-c", config}).status, 0);
  const auto file = (dir_ / "all.songhua").string();
  ASSERT_EQ(gateway({"export", "-c", config, "-o", file}).status, 0);
  std::filesystem::remove_all(dir_ / "kept");
  Process running(built_program("songhua-gateway"), {"run", "-c", config});
  ASSERT_TRUE(eventually([&] { return exists(dir_ / "kept" / "control.sock"); })) << running.err();
  for (const auto* told : {"2060 entries replayed", "0 entries replayed"}) {
    const auto merged = gateway({"replay", file, "--merge", "-c", config});
    ASSERT_EQ(merged.status, 0) << merged.err;
    EXPECT_NE(merged.err.find(told), std::string::npos) << merged.err;
    EXPECT_EQ(totals({"-c", config}), expected_);
  }
  running.terminate();
  EXPECT_EQ(running.wait(), 0) << running.err();
  EXPECT_EQ(gateway({"verify", "-c", config}).status, 0);
}

// A record that the journal does not give is found, and its line, window and both values are told.
TEST_F(Recording, VerifyTellsWhichRowsTheJournalDoesNotGive) {
  const auto store = dir_ / "max";
  EXPECT_EQ(gateway({"verify", "--store", store.string()}).status, 0);
  {
    SQLite::Database database((store / "songhua.db").string(), SQLite::OPEN_READWRITE);
    // The longest record's content in the place of that before it.
    ASSERT_EQ(
        database.exec("UPDATE record SET bytes = longest.bytes FROM (SELECT line, start, source, bytes FROM record "
                      "ORDER BY length(bytes) DESC, start LIMIT 1) AS longest "
                      "WHERE record.line = longest.line AND record.source = longest.source AND record.start = "
                      "longest.start - 60000"),
        1);
  }
  const auto verified = gateway({"verify", "--store", store.string()});
  EXPECT_EQ(verified.status, 1) << verified.err;
  EXPECT_NE(verified.out.find(": stored "), std::string::npos) << verified.out;
  EXPECT_NE(verified.out.find(", recomputed "), std::string::npos) << verified.out;
  EXPECT_NE(verified.err.find("the rows of 1 lines whose records differ"), std::string::npos) << verified.err;
}

// A part of a journal begins in the middle of sessions: the births that explain its aliases come along.
TEST_F(Recording, OfAPartCanBeReadByItself) {
  const auto rows = [](const std::vector<std::string>& where) {
    std::vector<std::string> arguments{"rollup", "--grain",          "15min",    "--from", "2019-03-07T08:45",
                                       "--to",   "2019-03-07T09:15", "--format", "csv"};
    arguments.insert(arguments.end(), where.begin(), where.end());
    return gateway(arguments).out;
  };
  const auto config = dir_.file("g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"whole\"\n").string();
  ASSERT_EQ(gateway({"import", kFrames.string(), "-c", config}).status, 0);
  const auto part = (dir_ / "part.songhua").string(), store = (dir_ / "part").string();
  const auto exported =
      gateway({"export", "-c", config, "--from", "2019-03-07T08:40", "--to", "2019-03-07T09:20", "-o", part});
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_NE(exported.err.find("after 4 births from before"), std::string::npos)
      << "a node, three devices: " << exported.err;
  ASSERT_EQ(gateway({"replay", part, "--store", store}).status, 0);
  const auto whole = rows({"-c", config});
  EXPECT_GT(std::count(whole.begin(), whole.end(), '\n'), 40);
  EXPECT_EQ(rows({"--store", store}), whole);
}

// Two messages came before the NBIRTH of their session and were held. The journal shows them as they came, with
// aliases, and as they counted.
TEST(JournalEntries, ShowWhatWasHeldAndWhatItMeant) {
  TempDir dir;
  const auto config = dir.file("g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"store\"\n").string();
  const auto frames =
      dir.file("frames.jsonl", R"({"topic": "spBv1.0/G/DBIRTH/E/D", "base64": "CIDwl/WXLRIfChBPdXRwdXQvcC9DTi9Hb29kEAE)"
                               R"(YgPCX9ZctIARYZBgB"}
{"topic": "spBv1.0/G/DDATA/E/D", "base64": "CIiXmPWXLRILEAEYiJeY9ZctWGsYAg=="}
{"topic": "spBv1.0/G/NBIRTH/E", "base64": "CIDwl/WXLRISCgViZFNlcRiA8Jf1ly0gBFgAGAA="}
)");
  ASSERT_EQ(gateway({"import", frames.string(), "-c", config}).status, 0);
  const auto shown = gateway({"journal", "-c", config, "--line", "G/E/D", "--from", "2019-03-15T08:00", "--to",
                              "2019-03-15T08:01", "--format", "csv"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  const auto times_in = [&](const std::string& text) {
    int n = 0;
    for (auto at = shown.out.find(text); at != std::string::npos; at = shown.out.find(text, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(times_in(",alias 1,"), 1) << shown.out;
  EXPECT_EQ(times_in(",applied,G/E,spBv1.0/G/DDATA/E/D,Output/p/CN/Good,2019-03-15T00:00:05.000Z,107,"), 1)
      << shown.out;
  EXPECT_EQ(gateway({"journal", "-c", config, "--line", "G/E/D", "--from", "2019-03-15T08:00", "--to",
                     "2019-03-15T08:01", "--metric", "Output/**"})
                .status,
            0);
}

// A recording may end before the births that explain its aliases: they wait, are listed, and what is imported next
// explains them.
TEST(RecordingInTwo, AliasesWaitForTheBirthsOfTheNext) {
  constexpr const char* kData =
      R"({"offset_ms":1,"topic":"spBv1.0/G/DDATA/E/L","base64":"COjXlf+8MRILEAUY6NeV/7wxWGsYAg=="})"
      "\n"
      R"({"offset_ms":2,"topic":"spBv1.0/G/DDATA/E/L","base64":"CNDflf+8MRILEAUY0N+V/7wxWHAYAw=="})"
      "\n";
  constexpr const char* kBirths =
      R"({"offset_ms":3,"topic":"spBv1.0/G/NBIRTH/E","base64":"CIDQlf+8MRISCgViZFNlcRiA0JX/vDEgBFgAEiEKFE5vZGUgQ29udHJvbC9SZWJpcnRoGIDQlf+8MSALcAAYAA=="})"
      "\n"
      R"({"offset_ms":4,"topic":"spBv1.0/G/DBIRTH/E/L","base64":"CIDQlf+8MRIfChBPdXRwdXQvcC9DTi9Hb29kEAUYgNCV/7wxIARYZBgB"})"
      "\n";
  TempDir dir;
  const auto config = dir.file("g.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"s\"\n").string();
  const auto listed = [&] { return gateway({"quarantine", "list", "-c", config, "--format", "csv"}).out; };
  ASSERT_EQ(gateway({"import", dir.file("data.jsonl", kData).string(), "-c", config}).status, 0);
  EXPECT_NE(listed().find("pending,2,G/E,"), std::string::npos) << listed();
  EXPECT_EQ(totals({"-c", config}), "[]\n");
  ASSERT_EQ(gateway({"import", dir.file("births.jsonl", kBirths).string(), "-c", config}).status, 0);
  EXPECT_EQ(listed().find("pending"), std::string::npos) << listed();
  EXPECT_NE(totals({"-c", config}).find("\"quantity\":12"), std::string::npos) << totals({"-c", config});
  // What joins refuse is counted by status as it is listed.
  const auto fall = R"({"offset_ms":5,"topic":"spBv1.0/G/DDATA/E/L","base64":"CLjnlf+8MRILEAUYuOeV/7wxWAMYBA=="})";
  ASSERT_EQ(gateway({"import", dir.file("fall.jsonl", fall).string(), "-c", config}).status, 0);
  EXPECT_NE(listed().find("unconfirmed,1,G/E/L,"), std::string::npos) << listed();
  const auto status = gateway({"status", "-c", config, "--format", "json"}).out;
  EXPECT_NE(status.find("\"implausible\":{\"unconfirmed\":1},\"implausible_whole\":true"), std::string::npos) << status;
  EXPECT_EQ(gateway({"verify", "-c", config}).status, 0);
}

// Pieces of a recording, the middle one last or every frame anywhere, offline and through a running gateway, and merged
// as recordings: the rows are those of the whole.
TEST_F(Recording, PiecesMayComeInAnyOrder) {
  const auto frames = run("zcat", {kFrames.string()}, 60s).out;
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = frames.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto ms = lines.size() * 250;  // received on the day after
    char time[64];
    (void)std::snprintf(time, sizeof time, R"({"time": "2019-03-08T%02zu:%02zu:%02zu.%03zu+08:00",)", ms / 3'600'000,
                        ms / 60'000 % 60, ms / 1'000 % 60, ms % 1'000);
    const auto line = frames.substr(at, end - at);
    lines.push_back(time + line.substr(line.find(',') + 1) + "\n");
  }
  ASSERT_EQ(lines.size(), 2'060U);
  const auto file = [&](const std::string& name, std::size_t from, std::size_t to) {
    std::string text;
    for (auto i = from; i < to; ++i) text += lines[i];
    return dir_.file(name, text).string();
  };
  const auto config = [&](const std::string& name, const std::string& more = "") {
    return dir_.file(name + ".toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"" + name + "\"\n" + more).string();
  };
  const auto import = [&](const std::string& what, const std::string& where) {
    const auto done = gateway({"import", what, "-c", where});
    EXPECT_EQ(done.status, 0) << done.err;
  };
  const auto whole = config("whole");
  import(file("whole.jsonl", 0, lines.size()), whole);
  const auto expected = totals({"-c", whole});
  EXPECT_NE(expected.find("\"quantity\""), std::string::npos);

  const auto first = file("first.jsonl", 0, 700), middle = file("middle.jsonl", 700, 1'300),
             last = file("last.jsonl", 1'300, lines.size());
  const auto pieces = config("pieces");
  for (const auto& piece : {last, first, middle}) import(piece, pieces);
  EXPECT_EQ(totals({"-c", pieces}), expected);
  const auto verified = gateway({"verify", "-c", pieces});
  EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 1'000) << verified.err;

  auto shuffled = lines;
  std::mt19937 random(7);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  std::string text;
  for (const auto& line : shuffled) text += line;
  const auto anywhere = config("anywhere");
  import(dir_.file("shuffled.jsonl", text).string(), anywhere);
  EXPECT_EQ(totals({"-c", anywhere}), expected);

  const auto merged = config("merged");
  for (const auto& piece : {first, last, middle}) {
    ASSERT_EQ(gateway({"import", piece, "-o", piece + ".songhua"}).status, 0);
    const auto done = gateway({"replay", piece + ".songhua", "--merge", "--force", "-c", merged});
    ASSERT_EQ(done.status, 0) << done.err;
  }
  EXPECT_EQ(totals({"-c", merged}), expected);

  Broker broker;
  const auto live = config("live", "[sparkplug]\nservers = [\"" + broker.uri() + "\"]\n[http]\nlisten = \"\"\n");
  Process running(built_program("songhua-gateway"), {"run", "-c", live});
  ASSERT_TRUE(eventually([&] { return gateway({"status", "-c", live}).status == 0; })) << running.err();
  for (const auto& piece : {first, last, middle}) import(piece, live);
  EXPECT_EQ(totals({"-c", live}), expected) << running.err();
  running.terminate();
  EXPECT_EQ(running.wait(), 0);
}

TEST_F(Recording, SpeedChangesNothingButTheTime) {
  // Two hours at 7,200 times their speed.
  const auto start = std::chrono::steady_clock::now();
  const auto done = gateway({"replay", file_, "--store", (dir_ / "paced").string(), "--speed", "7200"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_GT(std::chrono::steady_clock::now() - start, 900ms);
  EXPECT_EQ(totals({"--store", (dir_ / "paced").string()}), expected_);
  for (const char* wrong : {"0", "-1", "fast", ""}) {
    const auto refused = gateway({"replay", file_, "--store", (dir_ / "x").string(), "--speed", wrong});
    EXPECT_EQ(refused.status, 2) << wrong;
    EXPECT_NE(refused.err.find("--speed"), std::string::npos) << refused.err;
  }
}

TEST_F(Recording, PublishedOntoABrokerItReachesAGateway) {
  Broker broker;
  const auto config =
      dir_.file("live.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"live\"\n[sparkplug]\nservers = [\"" +
                                 broker.uri() + "\"]\n[http]\nlisten = \"\"\n")
          .string();
  Process live(built_program("songhua-gateway"), {"run", "-c", config});
  ASSERT_TRUE(eventually([&] { return broker.log().find("songhua-g") != std::string::npos; }));
  // Heard once the gateway has subscribed: its own STATE is published after that.
  ASSERT_TRUE(eventually([&] {
    const auto done = gateway({"status", "-c", config, "--format", "json"});
    return done.status == 0 && done.out.find("\"up\":true") != std::string::npos;
  })) << live.err();
  const auto done = gateway({"replay", file_, "--publish", broker.uri()});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(eventually([&] { return totals({"-c", config}) == expected_; })) << live.err();
  live.terminate();
  EXPECT_EQ(live.wait(), 0);
}

TEST_F(Recording, IsNeverWrittenOverAndNamesItsReaders) {
  const auto again = gateway({"import", kFrames.string(), "-o", file_});
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("exists already"), std::string::npos) << again.err;
  const auto nobody = gateway({"replay", file_, "--publish", "tcp://127.0.0.1:1"});
  EXPECT_EQ(nobody.status, 3);
  EXPECT_NE(nobody.err.find("127.0.0.1:1"), std::string::npos) << nobody.err;
}

}  // namespace
}  // namespace songhua::test
