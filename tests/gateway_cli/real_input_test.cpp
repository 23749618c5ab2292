// Real telemetry through the real program: every expected total comes out equal to the last unit.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "model/calendar.h"
#include "model/csv.h"
#include "model/decimal.h"
#include "model/time.h"
#include "support/process.h"
#include "support/temp_dir.h"

namespace songhua::test {
namespace {

using Row = std::map<std::string, std::string>;

const std::filesystem::path kData = SONGHUA_TEST_DATA;

std::vector<Row> rows_of(const std::string& csv) {
  std::vector<Row> rows;
  CsvReader reader(csv);
  std::vector<std::string> header, fields;
  EXPECT_TRUE(*reader.next(header));
  while (*reader.next(fields)) {
    Row row;
    for (std::size_t i = 0; i < header.size() && i < fields.size(); ++i) row[header[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string slurp(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Imported {
  TempDir dir;
  std::filesystem::path config(const std::string& zone) const {
    return dir.file(std::filesystem::path(zone).filename().string() + ".toml",
                    "id = \"g\"\nenterprise = \"E\"\nstore = \"store\"\ntime_zone = \"" + zone + "\"\n");
  }
  // measure and start (ms) -> row
  std::map<std::pair<std::string, std::int64_t>, Row> rollup(const std::string& zone, const std::string& grain) const {
    const auto done =
        run(built_program("songhua-gateway"),
            {"rollup", "-c", config(zone).string(), "--grain", grain, "--format", "csv"}, std::chrono::seconds{120});
    EXPECT_EQ(done.status, 0) << done.err;
    std::map<std::pair<std::string, std::int64_t>, Row> rows;
    for (auto& row : rows_of(done.out)) {
      rows[{row.at("measure"), count_of(*TimeZone::shanghai().parse(row.at("start")))}] = row;
    }
    return rows;
  }
};

void import(const Imported& into, const std::filesystem::path& file, const std::filesystem::path& map) {
  std::vector<std::string> arguments{"import",    file.string(),
                                     "-c",        into.config("Asia/Shanghai").string(),
                                     "--rejects", (into.dir / "rejects").string()};
  if (!map.empty()) arguments.insert(arguments.end(), {"--map", map.string()});
  const auto done = run(built_program("songhua-gateway"), arguments, std::chrono::seconds{200});
  ASSERT_EQ(done.status, 0) << done.err;
  ASSERT_FALSE(std::filesystem::exists(into.dir / "rejects")) << slurp(into.dir / "rejects").substr(0, 500);
}

// Status depends on the store's own clock (when what completed a window was committed), the figures do not.
std::string without_status(const std::string& csv) {
  std::string out;
  for (auto& row : rows_of(csv)) {
    row.erase("status");
    for (const auto& [key, value] : row) out += key + "=" + value + " ";
    out += "\n";
  }
  return out;
}

std::string or_zero(const std::map<std::pair<std::string, std::int64_t>, Row>& rows, const std::string& measure,
                    std::int64_t start) {
  const auto it = rows.find({measure, start});
  return it == rows.end() ? "0" : it->second.at("quantity");
}

TEST(RealInput, SteelMetersByDayAndMonthInTwoZones) {
  Imported steel;
  import(steel, kData / "steel_2018/steel_industry_data.csv.gz", kData / "mappings/steel_2018.toml");
  std::size_t checked = 0;
  for (const auto& [zone, name] :
       std::map<std::string, std::string>{{"Asia/Seoul", "seoul"}, {"Asia/Shanghai", "shanghai"}}) {
    for (const std::string grain : {"day", "month"}) {
      const auto rows = steel.rollup(zone, grain);
      for (const auto& expected : rows_of(slurp(kData / ("steel_2018/expected_" + grain + "_" + name + ".csv")))) {
        const auto start = std::stoll(expected.at("start_utc_ms"));
        for (const auto& [column, measure] :
             std::map<std::string, std::string>{{"active_wh", "energy.electricity"},
                                                {"reactive_lagging_varh", "energy.reactive_lagging"},
                                                {"reactive_leading_varh", "energy.reactive_leading"}}) {
          ASSERT_TRUE(expected.contains(column)) << column;
          EXPECT_EQ(or_zero(rows, measure, start), expected.at(column))
              << zone << " " << grain << " " << expected.at("period");
          ++checked;
        }
      }
    }
  }
  EXPECT_GT(checked, 2'000U);
}

TEST(RealInput, SecomUnitsAgainAndAgain) {
  Imported secom;
  for (int twice = 0; twice < 2; ++twice)
    import(secom, kData / "secom_2008/secom_labels.data", kData / "mappings/secom_2008.toml");
  for (const auto& [zone, name] : std::map<std::string, std::string>{{"UTC", "utc"}, {"Asia/Shanghai", "shanghai"}}) {
    for (const std::string grain : {"day", "month"}) {
      const auto rows = secom.rollup(zone, grain);
      for (const auto& expected : rows_of(slurp(kData / ("secom_2008/expected_" + grain + "_" + name + ".csv")))) {
        const auto start = std::stoll(expected.at("start_utc_ms"));
        EXPECT_EQ(or_zero(rows, "output.good", start), expected.at("good")) << zone << " " << expected.at("period");
        EXPECT_EQ(or_zero(rows, "output.rejected", start), expected.at("rejected"))
            << zone << " " << expected.at("period");
      }
    }
  }
}

TEST(RealInput, TemperaturesAsASetKeyedByTime) {
  Imported nab;
  import(nab, kData / "nab_machine_temperature/nab_machine_temperature.csv",
         kData / "mappings/nab_machine_temperature.toml");
  for (const auto& [zone, name] : std::map<std::string, std::string>{{"UTC", "utc"}, {"Asia/Shanghai", "shanghai"}}) {
    for (const std::string grain : {"day", "month"}) {
      const auto rows = nab.rollup(zone, grain);
      for (const auto& expected :
           rows_of(slurp(kData / ("nab_machine_temperature/expected_" + grain + "_" + name + ".csv")))) {
        const auto it = rows.find({"process.temperature", std::stoll(expected.at("start_utc_ms"))});
        ASSERT_NE(it, rows.end()) << expected.at("period");
        EXPECT_EQ(it->second.at("count"), expected.at("count")) << expected.at("period");
        // Readings are kept to 10^-9; the file's digits go further.
        for (const auto* column : {"min", "max"}) {
          EXPECT_EQ(Fixed9::parse(it->second.at(column)), Fixed9::parse(expected.at(column))) << expected.at("period");
        }
        const auto got = Fixed9::parse(it->second.at("sum")), want = Fixed9::parse(expected.at("sum"));
        ASSERT_TRUE(got && want);
        const auto off = got->units > want->units ? got->units - want->units : want->units - got->units;
        EXPECT_LE(off, want->units / Fixed9::kOne) << expected.at("period");
      }
    }
  }
}

TEST(RealInput, AForeignRecordingImportedExportedReplayedAndVerified) {
  Imported foreign;
  import(foreign, kData / "recording_foreign_a/recording.jsonl.gz", {});
  const auto gateway = built_program("songhua-gateway");
  const auto config = foreign.config("Asia/Shanghai").string();
  const auto hours = run(gateway, {"rollup", "-c", config, "--grain", "hour", "--format", "csv"});
  std::map<std::string, std::string> got;
  for (const auto& row : rows_of(hours.out)) {
    const auto line = row.at("line").substr(row.at("line").rfind('/') + 1);
    got[line + " " + row.at("measure") + " " + row.at("product") + " " + row.at("market") + " " +
        std::to_string(count_of(*TimeZone::shanghai().parse(row.at("start"))))] = row.at("quantity");
  }
  std::size_t checked = 0;
  for (const auto& expected : rows_of(slurp(kData / "recording_foreign_a/expected_windows.csv"))) {
    if (expected.at("grain") != "hour" || !expected.at("metric").starts_with("Output/")) continue;
    const auto metric = expected.at("metric");
    const auto product_end = metric.find('/', 7), market_end = metric.find('/', product_end + 1);
    const auto key = expected.at("line") + (metric.ends_with("/Good") ? " output.good " : " output.rejected ") +
                     metric.substr(7, product_end - 7) + " " +
                     metric.substr(product_end + 1, market_end - product_end - 1) + " " + expected.at("start_utc_ms");
    EXPECT_EQ(got[key], expected.at("quantity")) << key;
    ++checked;
  }
  EXPECT_GT(checked, 20U);

  EXPECT_EQ(run(gateway, {"verify", "-c", config}).status, 0);
  const auto recording = (foreign.dir / "recording.songhua").string();
  EXPECT_EQ(run(gateway, {"export", "-c", config, "-o", recording}).status, 0);
  const auto replayed = (foreign.dir / "replayed").string();
  EXPECT_EQ(run(gateway, {"replay", recording, "--store", replayed}).status, 0);
  const auto again = run(gateway, {"rollup", "--store", replayed, "--grain", "hour", "--format", "csv"});
  EXPECT_EQ(without_status(again.out), without_status(hours.out));
  // The same frames merged again change nothing.
  EXPECT_EQ(run(gateway, {"replay", recording, "--merge", "-c", config}).status, 0);
  const auto merged = run(gateway, {"rollup", "-c", config, "--grain", "hour", "--format", "csv"});
  EXPECT_EQ(without_status(merged.out), without_status(hours.out));
}

TEST(BadInput, IsRefusedWithAReasonAndAStatus) {
  TempDir dir;
  const auto gateway = built_program("songhua-gateway");
  const auto missing = run(gateway, {"rollup", "-c", (dir / "none.toml").string()});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("none.toml"), std::string::npos) << missing.err;

  const auto wrong =
      dir.file("wrong.toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"s\"\nstroe = \"t\"\n[rules]\ngap = 15\n");
  const auto checked = run(gateway, {"check-config", "-c", wrong.string()});
  EXPECT_EQ(checked.status, 2);
  EXPECT_NE(checked.err.find("wrong.toml:4"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("store"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("wrong.toml:6"), std::string::npos) << checked.err;

  const auto not_recording = dir.file("recording", "this is no recording, only text of some length");
  const auto replayed = run(gateway, {"replay", not_recording.string(), "--store", (dir / "new").string()});
  EXPECT_EQ(replayed.status, 2);
  EXPECT_NE(replayed.err.find("not a SQLite file"), std::string::npos) << replayed.err;

  const auto refused = run(gateway, {"decode", not_recording.string()});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(run(gateway, {"rollup", "--grain", "fortnight", "--store", (dir / "new").string()}).status, 2);
  EXPECT_EQ(run(gateway, {"no-such-command"}).status, 2);
  EXPECT_EQ(run(gateway, {"--help"}).status, 0);
}

}  // namespace
}  // namespace songhua::test
