#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "imports/imports.h"
#include "model/calendar.h"
#include "model/csv.h"

// Real exports, read through their mapping files, summed by civil day and month and compared with every row of the
// sums that were computed independently (tests/data/*/README.md).
namespace songhua::imports {
namespace {

const std::string kData = SONGHUA_TEST_DATA;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Readings by measure and time, as a store would keep them: amounts by interval and ordinal, gauges as a set keyed by
// time, of two values the larger.
class Collected final : public ImportSink {
 public:
  struct Amount {
    UnixMillis start;
    Quantity quantity;
  };
  void reading(const ImportReading& reading) override {
    const std::string& measure = reading.spec->key.measure;
    if (const auto* amount = std::get_if<AmountReading>(&reading.value)) {
      const bool fresh =
          amounts[measure].try_emplace({amount->end, amount->ordinal}, Amount{amount->start, amount->quantity}).second;
      EXPECT_TRUE(fresh || again) << "two amounts of one key";
    } else if (const auto* gauge = std::get_if<GaugeReading>(&reading.value)) {
      auto& kept = gauges[measure].try_emplace(gauge->time, gauge->value).first->second;
      kept = std::max(kept, gauge->value);
    }
  }
  void reject(const Reject& reject) override { ADD_FAILURE() << "line " << reject.line << ": " << reject.reason; }

  std::map<std::string, std::map<std::pair<UnixMillis, std::uint32_t>, Amount>> amounts;
  std::map<std::string, std::map<UnixMillis, Fixed9>> gauges;
  bool again = false;  // the same file a second time
};

ImportProgress import_into(Collected& collected, const std::string& name, const std::string& data) {
  const std::string map_file = kData + "/mappings/" + name + ".toml";
  const auto map = ImportMap::parse(read_file(map_file), map_file, TimeZone::shanghai());
  if (!map) {
    ADD_FAILURE() << map.error().message;
    return {};
  }
  CsvImport reader(*map, collected);
  constexpr std::size_t kChunk = 4093;
  for (std::size_t at = 0; at < data.size(); at += kChunk)
    EXPECT_TRUE(reader.feed(std::string_view(data).substr(at, kChunk)));
  EXPECT_TRUE(reader.finish());
  return reader.progress();
}

using Row = std::vector<std::string>;

std::vector<Row> expected_rows(const std::string& path) {
  const std::string text = read_file(path);
  CsvReader reader(text);
  std::vector<Row> rows;
  Row row;
  while (reader.next(row).value()) rows.push_back(row);
  rows.erase(rows.begin());
  return rows;
}

// Calls `check` with every row of expected_<grain>_<zone>.csv and its window by our own calendar; the windows must be
// the file's, and no window of the data may be missing from the file.
void each_window(const std::string& folder, std::string_view zone_name, Window span,
                 const std::function<void(const Row&, Window)>& check) {
  const TimeZone zone = TimeZone::find(zone_name).value();
  const std::string zone_file = zone_name == "UTC" ? "utc" : zone_name == "Asia/Seoul" ? "seoul" : "shanghai";
  for (const Grain grain : {Grain::day, Grain::month}) {
    const auto rows =
        expected_rows(kData + "/" + folder + "/expected_" + std::string(to_string(grain)) + "_" + zone_file + ".csv");
    std::map<std::string, Row> by_start;
    for (const Row& row : rows) by_start[row[1]] = row;
    std::size_t met = 0;
    for (const Window& window : windows_in(span, grain, zone, {})) {
      const auto found = by_start.find(std::to_string(count_of(window.start)));
      if (found == by_start.end()) {
        check({}, window);
        continue;
      }
      ++met;
      EXPECT_EQ(found->second[2], std::to_string(count_of(window.end)));
      EXPECT_EQ(found->second[0], zone.date_of(window.start).substr(0, grain == Grain::day ? 10 : 7));
      check(found->second, window);
    }
    EXPECT_EQ(met, rows.size());
  }
}

// Amounts whose whole interval lies in the window; an interval across a border would be a fault here.
Quantity sum_in(const Collected& collected, const std::string& measure, Window window, std::size_t* count = nullptr) {
  Quantity sum = 0;
  const auto& amounts = collected.amounts.at(measure);
  for (auto it = amounts.lower_bound({window.start, 0}); it != amounts.end() && it->first.first <= window.end; ++it) {
    const UnixMillis start = it->second.start, end = it->first.first;
    if (start == end ? end == window.end : end == window.start) continue;  // half-open
    EXPECT_GE(start, window.start);
    sum += it->second.quantity;
    if (count != nullptr) ++*count;
  }
  return sum;
}

TEST(RealFiles, SteelPlantMeters) {
  const auto text = gunzip(read_file(kData + "/steel_2018/steel_industry_data.csv.gz"), 100'000'000);
  ASSERT_TRUE(text) << text.error().message;
  Collected collected;
  EXPECT_EQ(import_into(collected, "steel_2018", *text).rows, 35'040U);
  const Window year{unix_millis(1514732400000), unix_millis(1546268400000)};
  EXPECT_EQ(songhua::to_string(sum_in(collected, "energy.electricity", year)), "959636710");
  EXPECT_EQ(songhua::to_string(sum_in(collected, "energy.reactive_lagging", year)), "456759840");
  EXPECT_EQ(songhua::to_string(sum_in(collected, "energy.reactive_leading", year)), "135638040");
  for (const char* zone : {"Asia/Seoul", "Asia/Shanghai"}) {
    each_window("steel_2018", zone, year, [&](const Row& row, Window window) {
      ASSERT_FALSE(row.empty());
      std::size_t intervals = 0;
      EXPECT_EQ(songhua::to_string(sum_in(collected, "energy.electricity", window, &intervals)), row[4]) << row[0];
      EXPECT_EQ(std::to_string(intervals), row[3]) << row[0];
      EXPECT_EQ(songhua::to_string(sum_in(collected, "energy.reactive_lagging", window)), row[5]) << row[0];
      EXPECT_EQ(songhua::to_string(sum_in(collected, "energy.reactive_leading", window)), row[6]) << row[0];
    });
  }
}

TEST(RealFiles, ASecondImportOfTheSameFileGivesTheSameKeys) {
  const std::string text = read_file(kData + "/secom_2008/secom_labels.data");
  Collected collected;
  import_into(collected, "secom_2008", text);
  const auto once = collected.amounts.at("output.good").size();
  collected.again = true;
  import_into(collected, "secom_2008", text);
  EXPECT_EQ(collected.amounts.at("output.good").size(), once);
}

TEST(RealFiles, SemiconductorLine) {
  Collected collected;
  EXPECT_EQ(import_into(collected, "secom_2008", read_file(kData + "/secom_2008/secom_labels.data")).rows, 1567U);
  const Window span{unix_millis(1216396800000), unix_millis(1225497600000)};
  EXPECT_EQ(collected.amounts.at("output.good").size(), 1463U);
  EXPECT_EQ(collected.amounts.at("output.rejected").size(), 104U);
  for (const char* zone : {"UTC", "Asia/Shanghai"}) {
    each_window("secom_2008", zone, span, [&](const Row& row, Window window) {
      const auto good = songhua::to_string(sum_in(collected, "output.good", window));
      const auto rejected = songhua::to_string(sum_in(collected, "output.rejected", window));
      EXPECT_EQ(good, row.empty() ? "0" : row[4]);
      EXPECT_EQ(rejected, row.empty() ? "0" : row[5]);
    });
  }
}

TEST(RealFiles, AGaugeWithARepeatedHour) {
  Collected collected;
  const auto progress = import_into(collected, "nab_machine_temperature",
                                    read_file(kData + "/nab_machine_temperature/nab_machine_temperature.csv"));
  EXPECT_EQ(progress.rows, 22'695U);
  ASSERT_EQ(collected.gauges.size(), 1U);
  const auto& readings = collected.gauges.begin()->second;
  EXPECT_EQ(readings.size(), 22'683U);  // 12 times occur twice
  const Window span{readings.begin()->first, readings.rbegin()->first + Millis{1}};
  for (const char* zone : {"UTC", "Asia/Shanghai"}) {
    each_window("nab_machine_temperature", zone, span, [&](const Row& row, Window window) {
      ASSERT_FALSE(row.empty());
      std::int64_t count = 0;
      int128 sum = 0;
      std::optional<Fixed9> least, most;
      for (auto it = readings.lower_bound(window.start); it != readings.end() && it->first < window.end; ++it) {
        ++count;
        sum += it->second.units;
        least = least ? std::min(*least, it->second) : it->second;
        most = most ? std::max(*most, it->second) : it->second;
      }
      EXPECT_EQ(std::to_string(count), row[3]) << row[0];
      // The file's digits go beyond 10^-9, so sums of rounded values differ by at most half a unit each; the data's
      // page asks for 10^-9 of the sum's value.
      const int128 difference = sum - Fixed9::parse(row[4])->units;
      EXPECT_LE((difference < 0 ? -difference : difference) * Fixed9::kOne, sum) << row[0];
      EXPECT_EQ(least, Fixed9::parse(row[5])) << row[0];
      EXPECT_EQ(most, Fixed9::parse(row[6])) << row[0];
    });
  }
}

}  // namespace
}  // namespace songhua::imports
