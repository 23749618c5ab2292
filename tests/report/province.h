#pragma once

#include <array>

#include "report/report.h"
#include "world.h"

// A small province: twelve enterprises of six families in six prefectures, two years of monthly quantities, made by a
// rule, so that every table of the bulletin has something to show.
namespace songhua::report {

using indicators::Files;
using indicators::InputKind;
using indicators::Inputs;
using indicators::kNow;
using indicators::World;

struct Plant {
  const char* id;
  const char* region;
  const char* industry;
  const char* ownership;
  const char* holding;
  const char* size;
  const char* product;
  int monthly;           // good output of a month in 2018
  int percent;           // growth in 2019
  const char* customer;  // abroad
};

inline const std::vector<Plant>& plants() {
  static const std::vector<Plant> all{
      {"E01", "220102", "C3611", "110", "state", "L", "car-ice-sedan", 9000, -3, "RU"},
      {"E02", "220113", "C3612", "310", "foreign", "L", "car-nev-bev", 2500, 31, "DE"},
      {"E03", "220302", "C3611", "160", "other", "M", "car-ice-sedan", 4000, 2, "EG"},
      {"E04", "220203", "C2652", "159", "state", "L", "rubber-epdm", 3000000, 6, "IN"},
      {"E05", "220211", "C2652", "173", "private", "M", "rubber-sbr", 5000000, -8, "VN"},
      {"E06", "222401", "C2624", "173", "private", "S", "npk-15-15-15", 12000000, 4, "KP"},
      {"E07", "220122", "C2624", "171", "private", "S", "npk-15-15-15", 9000000, 1, "MN"},
      {"E08", "220881", "C2624", "159", "other", "M", "npk-26-10-12", 7000000, 11, "MN"},
      {"E09", "220106", "C3711", "151", "state", "L", "emu-car", 22, 5, "RS"},
      {"E10", "220104", "C3976", "174", "private", "M", "laser-fibre-2kw", 300, 22, "KR"},
      {"E11", "220202", "C3976", "230", "hmt", "M", "laser-dpss", 900, 9, "JP"},
      {"E12", "220402", "C3976", "160", "other", "S", "laser-fibre-2kw", 120, -1, "IN"}};
  return all;
}

// The months' seasons in percent: the Spring Festival, the autumn.
inline constexpr std::array<int, 12> kSeasons{95, 70, 105, 100, 100, 102, 96, 98, 108, 110, 112, 104};

inline std::string day_of(int year, int month) {
  return std::to_string(year) + (month < 10 ? "-0" : "-") + std::to_string(month) + "-05";
}

inline void month_of(World& world, const Plant& plant, int year, int month) {
  const auto day = day_of(year, month);
  const int128 made = static_cast<int128>(plant.monthly) * kSeasons.at(static_cast<std::size_t>(month - 1)) *
                      (year == 2019 ? 100 + plant.percent : 100) / 10000;
  world.good(day, plant.id, plant.product, made * 9 / 10).good(day, plant.id, plant.product, made / 10, plant.customer);
  world.dispatched(day, plant.id, plant.product, made * 88 / 100);
  world.dispatched(day, plant.id, plant.product, made / 10, plant.customer);
  world.add(day, plant.id, "L1", {"energy.electricity", "", ""}, 2'000'000'000 + made);
  world.add(day, plant.id, "L1", {"labour.time", "", ""}, 90'000'000);
  if (month != 1) return;  // last values, carried forward
  for (const auto& [measure, value] : std::vector<std::pair<std::string, int>>{{"equipment.units", 40},
                                                                               {"equipment.connected", 31},
                                                                               {"equipment.key_processes", 12},
                                                                               {"equipment.nc_key_processes", 9}}) {
    for (int m = 1; m <= 12; ++m) world.add(day_of(year, m), plant.id, "L1", {measure, "", ""}, value);
  }
}

// Quantities of 2018 and of 2019 up to `last_month`; `silent` reports nothing in 2019.
inline void fill(World& world, int last_month, const std::string& silent = "") {
  for (const auto& plant : plants()) {
    for (int month = 1; month <= 12; ++month) month_of(world, plant, 2018, month);
    if (plant.id == silent) continue;
    for (int month = 1; month <= last_month; ++month) month_of(world, plant, 2019, month);
  }
}

inline Inputs register_of(const std::string& more_base = "") {
  std::string text = "id,region,industry,ownership,employees,name_zh,holding,size,scale,weight\n";
  for (const auto& p : plants()) {
    text += std::string(p.id) + "," + p.region + "," + p.industry + "," + p.ownership + ",500,企业," + p.holding + "," +
            p.size + ",above,1000\n";
  }
  Files files;
  files.default_catalogue().put(InputKind::enterprises, text);
  files.put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"5.0\"\n");
  if (!more_base.empty()) files.base({more_base});
  return files.inputs();
}

inline Ask ask_of(const Inputs& inputs, indicators::QuantitySource& source, const indicators::Settings& settings = {}) {
  return [&inputs, &source, settings](const indicators::IndicatorRequest& request) {
    return indicators::compute(request, inputs, source, settings, kNow);
  };
}

inline Options options_of(const std::string& period) {
  Options options;
  options.period = Period::parse(period).value();
  return options;
}

inline Bulletin bulletin_of(const std::string& period, const Inputs& inputs, World& world,
                            const Protect& protect = {}) {
  auto bulletin = make_bulletin(options_of(period), inputs, ask_of(inputs, world), protect);
  if (!bulletin) {
    ADD_FAILURE() << bulletin.error().message;
    return {};
  }
  return *std::move(bulletin);
}

inline const Table* find_table(const Bulletin& bulletin, const std::string& id) {
  for (const auto& section : bulletin.sections) {
    for (const auto& table : section.tables) {
      if (table.id == id) return &table;
    }
  }
  return nullptr;
}

// The cell of a row and a column by their ids; a cell of a bulletin that lacks them is not applicable.
inline Cell cell_at(const Bulletin& bulletin, const std::string& table_id, const std::string& row_id,
                    const std::string& column_id) {
  const auto* table = find_table(bulletin, table_id);
  if (table == nullptr) return {};
  for (const auto& row : table->rows) {
    if (row.id != row_id) continue;
    for (std::size_t c = 0; c < table->columns.size(); ++c) {
      if (table->columns[c].id == column_id) return row.cells[c];
    }
  }
  return {};
}

}  // namespace songhua::report
