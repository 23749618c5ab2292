// Recordings that are none, or no longer: `replay` into a new store and `--merge` into one's own say what is wrong, and
// the store that they should have gone into is as it was.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>
#include <functional>

#include "plant/plant.h"

namespace songhua::test {
namespace {

const std::filesystem::path kFrames =
    std::filesystem::path(SONGHUA_TEST_DATA) / "recording_foreign_a" / "recording.jsonl.gz";

struct Damage {
  std::string name;
  std::function<void(const std::filesystem::path&)> to;  // a good recording's copy
  std::string says;
};

void execute(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  database.exec(sql);
}

void overwrite(const std::filesystem::path& file, std::streamoff at, const std::string& bytes) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(at);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::vector<Damage> damages() {
  namespace fs = std::filesystem;
  return {
      {"missing", [](const fs::path& f) { fs::remove(f); }, "there is no such file"},
      {"empty", [](const fs::path& f) { fs::resize_file(f, 0); }, "holds nothing"},
      {"text", [](const fs::path& f) { fs::remove(f), std::ofstream(f) << std::string(5'000, 'x'); },
       "not a SQLite file"},
      {"truncated", [](const fs::path& f) { fs::resize_file(f, fs::file_size(f) / 2); }, "damaged"},
      {"header overwritten", [](const fs::path& f) { overwrite(f, 0, std::string(100, '\0')); }, "not a SQLite file"},
      {"another kind", [](const fs::path& f) { execute(f, "PRAGMA application_id = 7"); }, "not of the kind"},
      {"a later schema", [](const fs::path& f) { execute(f, "PRAGMA user_version = 99"); }, "newer version"},
      {"a later codec", [](const fs::path& f) { execute(f, "UPDATE segment SET codec = 99"); }, "segment 1"},
      {"segment not compressed", [](const fs::path& f) { execute(f, "UPDATE segment SET bytes = x'0102'"); },
       "segment 1"},
      {"segment cut short",
       [](const fs::path& f) { execute(f, "UPDATE segment SET bytes = substr(bytes, 1, length(bytes) / 2)"); },
       "segment 1"},
  };
}

TEST(Recording, ThatIsDamagedOrNoneLeavesTheStoreAsItWas) {
  TempDir dir;
  const auto config = write_config(dir.path(), "tcp://127.0.0.1:1");
  const auto gateway = [&](const std::vector<std::string>& arguments) {
    return run(built_program("songhua-gateway"), arguments, std::chrono::seconds{120});
  };
  const auto imported = gateway({"import", kFrames.string(), "-c", config.string()});
  ASSERT_EQ(imported.status, 0) << imported.err;
  const auto good = dir / "good.songhua", copy = dir / "copy.songhua", fresh = dir / "fresh";
  const auto exported = gateway({"export", "-c", config.string(), "-o", good.string()});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const auto truth = rollup_totals(config);
  ASSERT_GT(truth.size(), 3U);
  for (const auto& damage : damages()) {
    SCOPED_TRACE(damage.name);
    std::filesystem::copy_file(good, copy, std::filesystem::copy_options::overwrite_existing);
    damage.to(copy);
    for (const bool merge : {false, true}) {
      auto arguments = std::vector<std::string>{"replay", copy.string()};
      if (merge) arguments.insert(arguments.end(), {"--merge", "-c", config.string()});
      if (!merge) arguments.insert(arguments.end(), {"--store", fresh.string()});
      const auto done = gateway(arguments);
      EXPECT_TRUE(done.status == 2 || done.status == 3) << done.status;
      EXPECT_NE(done.err.find(damage.says), std::string::npos) << done.err;
      EXPECT_NE(done.err.find("copy.songhua"), std::string::npos) << "which file? " << done.err;
    }
    std::filesystem::remove_all(fresh);
    EXPECT_EQ(rollup_totals(config), truth);
  }
  // The good one still is.
  const auto replayed = gateway({"replay", good.string(), "--store", fresh.string()});
  EXPECT_EQ(replayed.status, 0) << replayed.err;
  const auto verified = gateway({"verify", "-c", config.string()});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST(Recording, OfAnotherGatewayIsMergedOnlyByForce) {
  TempDir dir;
  const auto config = write_config(dir.path(), "tcp://127.0.0.1:1");
  ASSERT_EQ(run(built_program("songhua-gateway"), {"import", kFrames.string(), "-c", config.string()}).status, 0);
  const auto recording = dir / "r.songhua";
  ASSERT_EQ(run(built_program("songhua-gateway"), {"export", "-c", config.string(), "-o", recording.string()}).status,
            0);
  const auto other = dir.file("other.toml", "id = \"gw2\"\nenterprise = \"E1\"\nstore = \"other\"\n");
  const std::vector<std::string> merge{"replay", recording.string(), "--merge", "-c", other.string()};
  const auto refused = run(built_program("songhua-gateway"), merge);
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("recorded by gateway 'gw1', not by 'gw2'"), std::string::npos) << refused.err;
  auto forced = merge;
  forced.emplace_back("--force");
  EXPECT_EQ(run(built_program("songhua-gateway"), forced).status, 0);
  EXPECT_EQ(rollup_totals(other), rollup_totals(config));
}

}  // namespace
}  // namespace songhua::test
