#include "line/families.h"

namespace songhua::line {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;

// Energy per base unit, in thousandths of Wh, dm3, kg, dm3 (order of Carrier).
constexpr std::array<std::int64_t, kCarriers> energy(std::int64_t wh, std::int64_t gas_dm3, std::int64_t steam_g,
                                                     std::int64_t water_dm3) {
  return {wh * 1000, gas_dm3 * 1000, steam_g, water_dm3 * 1000};
}

// --- auto: cars, order mix in small lots, no change of tools between models
constexpr Market kIceMarkets[] = {{"CN", 80}, {"RU", 9}, {"EG", 5}, {"IR", 3}, {"CL", 3}};
constexpr Market kBevMarkets[] = {{"CN", 88}, {"NO", 8}, {"DE", 4}};
constexpr Market kPhevMarkets[] = {{"CN", 93}, {"RU", 7}};
constexpr Product kAuto[] = {
    {"car-ice-sedan", "汽柴油轿车", "vehicle", 60 * kSecond, energy(450'000, 45'000, 0, 2'500), 62, kIceMarkets},
    {"car-nev-bev", "纯电动乘用车", "vehicle", 75 * kSecond, energy(600'000, 40'000, 0, 0), 24, kBevMarkets},
    {"car-nev-phev", "插电式混合动力", "vehicle", 75 * kSecond, energy(560'000, 42'000, 0, 0), 14, kPhevMarkets}};
constexpr std::string_view kAutoStations[] = {"press", "body", "paint", "trim", "chassis", "marriage", "final", "test"};

// --- railcar: long takt, key stations
constexpr Market kEmuMarkets[] = {{"CN", 86}, {"ID", 9}, {"RS", 5}};
constexpr Market kMetroMarkets[] = {{"CN", 68}, {"TH", 8}, {"AU", 9}, {"BR", 8}, {"US", 7}};
constexpr Product kRailcar[] = {
    {"emu-car", "动车组(辆)", "car", 6 * kHour, energy(22'000'000, 1'200'000, 0, 0), 55, kEmuMarkets},
    {"metro-car", "城轨车辆", "car", 3 * kHour, energy(12'000'000, 700'000, 0, 0), 45, kMetroMarkets}};
constexpr std::string_view kRailcarStations[] = {"welding",  "machining", "painting",
                                                 "interior", "bogies",    "commissioning"};

// --- laser: batches, calibration yield
constexpr Market kFibreMarkets[] = {{"CN", 72}, {"DE", 11}, {"KR", 10}, {"IN", 7}};
constexpr Market kDpssMarkets[] = {{"CN", 70}, {"JP", 12}, {"KR", 11}, {"RU", 7}};
constexpr Product kLaser[] = {
    {"laser-fibre-2kw", "光纤激光器", "unit", 40 * kMinute, energy(85'000, 0, 0, 0), 45, kFibreMarkets},
    {"laser-dpss", "固体激光器", "unit", 25 * kMinute, energy(30'000, 0, 0, 0), 55, kDpssMarkets}};
constexpr std::string_view kLaserStations[] = {"splicing", "pumping", "alignment", "burn-in", "calibration"};

// --- rubber: continuous, kg
constexpr Market kEpdmMarkets[] = {{"CN", 74}, {"IN", 11}, {"TR", 8}, {"PL", 7}};
constexpr Market kSbrMarkets[] = {{"CN", 82}, {"VN", 10}, {"TH", 8}};
constexpr Product kRubber[] = {{"rubber-epdm", "乙丙橡胶", "kg", 720, energy(550, 0, 3'800, 12), 50, kEpdmMarkets},
                               {"rubber-sbr", "丁苯橡胶", "kg", 360, energy(450, 0, 3'200, 10), 50, kSbrMarkets}};
constexpr std::string_view kRubberStations[] = {"polymerisation", "stripping", "coagulation", "drying", "baling"};

// --- fertilizer: continuous, kg; the nutrient content is the product's name
constexpr Market kNpk15Markets[] = {{"CN", 84}, {"MN", 9}, {"KP", 7}};
constexpr Market kNpk26Markets[] = {{"CN", 100}};
constexpr Product kFertilizer[] = {
    {"npk-15-15-15", "复合肥 15-15-15", "kg", 120, energy(35, 9, 60, 0), 60, kNpk15Markets},
    {"npk-26-10-12", "玉米专用肥 26-10-12", "kg", 120, energy(36, 9, 60, 0), 40, kNpk26Markets}};
constexpr std::string_view kFertilizerStations[] = {"dosing",  "granulation", "drying",
                                                    "cooling", "screening",   "bagging"};

// --- satellite: tiny series
constexpr Market kOpticalMarkets[] = {{"CN", 85}, {"AE", 15}};
constexpr Product kSatellite[] = {
    {"sat-rs-optical", "光学遥感卫星", "unit", 40 * kHour, energy(9'000'000, 0, 0, 0), 100, kOpticalMarkets}};
constexpr std::string_view kSatelliteStations[] = {"structure", "payload", "integration", "thermal-vacuum"};

// Working time. Two shifts with a meal break each make the 16 normal hours of assembly; process lines never rest.
constexpr Interval kTwoShifts[] = {{8 * 60, 24 * 60}};
constexpr Interval kTwoMeals[] = {{11 * 60 + 30, 12 * 60 + 10}, {17 * 60 + 30, 18 * 60 + 10}};
constexpr Interval kAllDay[] = {{0, 24 * 60}};
constexpr std::uint8_t kNoRest = 0, kSundays = 1;

constexpr Family kFamilies[] = {
    {.id = "auto",
     .name_zh = "整车",
     .name_en = "car assembly",
     .products = kAuto,
     .stations = kAutoStations,
     .duty = kTwoShifts,
     .breaks = kTwoMeals,
     .rest_days = kNoRest,
     .lot = {1, 1},
     .order = {8, 60},
     .jitter = {990, 1'035},
     .changeover_ms = {0, 0},
     .mtbf_ms = 5 * kHour,
     .repair_ms = {3 * kMinute, 25 * kMinute},
     .mtbs_ms = 40 * kMinute,
     .short_stop_ms = {15 * kSecond, 100 * kSecond},
     .reject_bp = 35,
     .rework_bp = 240,
     .crew = 320,
     .truck = 8,
     .dispatch_ms = 2 * kHour,
     .equipment = 420,
     .key_processes = 64,
     .nc_key_processes = 56,
     .gauges = {{{"Paint Oven Temperature", 165'000, 60'000, 1'800, "°C"}, {"Bolt Torque", 118'000, 0, 3'500, "N.m"}}}},
    {.id = "railcar",
     .name_zh = "轨道客车",
     .name_en = "railway cars",
     .products = kRailcar,
     .stations = kRailcarStations,
     .duty = kTwoShifts,
     .breaks = kTwoMeals,
     .rest_days = kSundays,
     .lot = {1, 1},
     .order = {4, 16},
     .jitter = {970, 1'060},
     .changeover_ms = {40 * kMinute, 120 * kMinute},
     .mtbf_ms = 30 * kHour,
     .repair_ms = {20 * kMinute, 150 * kMinute},
     .mtbs_ms = 6 * kHour,
     .short_stop_ms = {2 * kMinute, 15 * kMinute},
     .reject_bp = 30,
     .rework_bp = 300,
     .crew = 540,
     .truck = 4,
     .dispatch_ms = 24 * kHour,
     .equipment = 260,
     .key_processes = 48,
     .nc_key_processes = 33,
     .gauges = {{{"Weld Current", 240'000, 0, 9'000, "A"}, {"Hall Humidity", 48'000, 46'000, 4'000, "%"}}}},
    {.id = "laser",
     .name_zh = "激光器",
     .name_en = "laser devices",
     .products = kLaser,
     .stations = kLaserStations,
     .duty = kTwoShifts,
     .breaks = kTwoMeals,
     .rest_days = kSundays,
     .lot = {1, 1},
     .order = {3, 18},
     .jitter = {960, 1'070},
     .changeover_ms = {10 * kMinute, 30 * kMinute},
     .mtbf_ms = 40 * kHour,
     .repair_ms = {10 * kMinute, 90 * kMinute},
     .mtbs_ms = 4 * kHour,
     .short_stop_ms = {kMinute, 8 * kMinute},
     .reject_bp = 190,
     .rework_bp = 700,
     .crew = 36,
     .truck = 1,
     .dispatch_ms = 12 * kHour,
     .equipment = 90,
     .key_processes = 22,
     .nc_key_processes = 18,
     .gauges = {{{"Output Power", 2'004'000, 0, 16'000, "W"}, {"Clean Room Temperature", 22'000, 22'000, 300, "°C"}}}},
    {.id = "rubber",
     .name_zh = "合成橡胶",
     .name_en = "synthetic rubber",
     .products = kRubber,
     .stations = kRubberStations,
     .duty = kAllDay,
     .breaks = {},
     .rest_days = kNoRest,
     .lot = {96, 104},
     .order = {600, 2'400},
     .jitter = {985, 1'030},
     .changeover_ms = {2 * kHour, 5 * kHour},
     .mtbf_ms = 90 * kHour,
     .repair_ms = {40 * kMinute, 6 * kHour},
     .mtbs_ms = 10 * kHour,
     .short_stop_ms = {3 * kMinute, 20 * kMinute},
     .reject_bp = 60,
     .rework_bp = 110,
     .crew = 28,
     .truck = 24'000,
     .dispatch_ms = 4 * kHour,
     .equipment = 310,
     .key_processes = 40,
     .nc_key_processes = 37,
     .gauges = {{{"Reactor Temperature", 52'000, 31'000, 1'200, "°C"}, {"Mooney Viscosity", 61'000, 0, 1'900, "MU"}}}},
    {.id = "fertilizer",
     .name_zh = "复合肥",
     .name_en = "compound fertilizer",
     .products = kFertilizer,
     .stations = kFertilizerStations,
     .duty = kAllDay,
     .breaks = {},
     .rest_days = kNoRest,
     .lot = {245, 255},
     .order = {400, 4'000},
     .jitter = {985, 1'035},
     .changeover_ms = {30 * kMinute, 80 * kMinute},
     .mtbf_ms = 60 * kHour,
     .repair_ms = {20 * kMinute, 4 * kHour},
     .mtbs_ms = 7 * kHour,
     .short_stop_ms = {2 * kMinute, 12 * kMinute},
     .reject_bp = 45,
     .rework_bp = 150,
     .crew = 22,
     .truck = 30'000,
     .dispatch_ms = 2 * kHour,
     .equipment = 140,
     .key_processes = 24,
     .nc_key_processes = 19,
     .gauges = {{{"Granulator Moisture", 2'600, 0, 220, "%"}, {"Dryer Temperature", 148'000, 40'000, 3'200, "°C"}}}},
    {.id = "satellite",
     .name_zh = "遥感卫星",
     .name_en = "remote-sensing satellites",
     .products = kSatellite,
     .stations = kSatelliteStations,
     .duty = kTwoShifts,
     .breaks = kTwoMeals,
     .rest_days = kSundays,
     .lot = {1, 1},
     .order = {1, 4},
     .jitter = {950, 1'080},
     .changeover_ms = {0, 0},
     .mtbf_ms = 120 * kHour,
     .repair_ms = {kHour, 8 * kHour},
     .mtbs_ms = 16 * kHour,
     .short_stop_ms = {5 * kMinute, 45 * kMinute},
     .reject_bp = 100,
     .rework_bp = 900,
     .crew = 75,
     .truck = 1,
     .dispatch_ms = 48 * kHour,
     .equipment = 120,
     .key_processes = 20,
     .nc_key_processes = 13,
     .gauges = {{{"Vacuum Chamber Temperature", -78'000, 21'000, 2'500, "°C"},
                 {"Clean Room Particles", 9'400, 8'100, 900, "1/m3"}}}}};

constexpr std::size_t cells(const Family& family) {
  std::size_t n = 0;
  for (const auto& product : family.products) n += product.markets.size();
  return n;
}
constexpr bool fits() {
  for (const auto& family : kFamilies) {
    if (cells(family) > kMaxCells || family.stations.size() > kMaxStations) return false;
  }
  return true;
}
static_assert(fits(), "a family has more products x markets or stations than a line has room for");

struct CarrierNames {
  std::string_view metric, measure, unit;
};
constexpr CarrierNames kCarrierNames[kCarriers] = {{"Electricity", "electricity", "Wh"},
                                                   {"Natural Gas", "natural_gas", "dm3"},
                                                   {"Steam", "steam", "kg"},
                                                   {"Water", "water", "dm3"}};

}  // namespace

std::string_view metric_name(Carrier carrier) {
  return kCarrierNames[static_cast<std::size_t>(carrier)].metric;
}
std::string_view measure_name(Carrier carrier) {
  return kCarrierNames[static_cast<std::size_t>(carrier)].measure;
}
std::string_view unit(Carrier carrier) {
  return kCarrierNames[static_cast<std::size_t>(carrier)].unit;
}

std::span<const Family> families() {
  return kFamilies;
}

const Family* find_family(std::string_view id) {
  for (const auto& family : kFamilies) {
    if (family.id == id) return &family;
  }
  return nullptr;
}

}  // namespace songhua::line
