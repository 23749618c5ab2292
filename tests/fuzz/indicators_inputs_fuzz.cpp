#include <cstdint>
#include <cstdlib>
#include <string>

#include "indicators/indicators.h"

// What an office imports: catalogue, register, base, prices, ppi, target, groups, calendar and energy, in any encoding.
// The first byte names the kind (P catalogue ... Y energy); the other kinds are a small world, so that rows can be
// cross-checked. A document is refused with file and line of every fault, or figures can be computed from it.
using namespace songhua;
using namespace songhua::indicators;

namespace {

constexpr const char* kCatalogue = R"toml(
base_year = 2018
[[product]]
id = "car"
name_zh = "轿车"
name_en = "car"
industry = "C3611"
unit = "vehicle"
statistical_unit = "vehicle"
statistical_unit_zh = "辆"
capacity_per_hour = 60
  [[product.price]]
  price = 11000000
  comparable_price = 11200000
  export_price = 9800000
  va_rate = 2200
[[product]]
id = "npk"
name_zh = "复合肥"
name_en = "compound fertilizer"
industry = "C2624"
unit = "kg"
statistical_unit = "t nutrient"
statistical_unit_zh = "吨(折纯)"
statistical_factor = 1000
nutrients = { n = 15, p2o5 = 15, k2o = 15 }
  [[product.price]]
  price = 251
  comparable_price = "250.5"
  va_rate = -100
)toml";
constexpr const char* kEnterprises =
    "id,name_zh,name_en,region,industry,ownership,ownership_edition,holding,size,scale,employees,weight,parent,"
    "valid_from,valid_to\n"
    "E1,甲,A,220106,C3611,151,2011,state,L,above,5200,667356.36,,,\n"
    "E2,乙,B,220104,C2624,310,2011,foreign,M,above,410,7172,P,2018-01-01,\n";
constexpr const char* kLines =
    "enterprise,line,product,valid_from,valid_to,capacity_per_hour,normal_hours,price,comparable_price,"
    "dispatch_price,export_price,va_rate\n"
    "E1,L1,car,,,,,,,,,\nE2,L2,npk,2019-01-01,,3/2,16,260,,,255,\n";

void check(bool holds) {
  if (!holds) std::abort();
}

// One car and one tonne in every window asked for.
class World final : public QuantitySource {
 public:
  const std::vector<QuantityRow>& quantities(Window) override { return rows_; }
  const std::vector<LinePresence>& lines() override { return lines_; }

 private:
  static QuantityRow made(const char* enterprise, const char* line, const char* product, Quantity quantity) {
    QuantityRow row;
    row.enterprise = enterprise;
    row.line = LineId{line};
    row.key = {"output.good", product, "CN"};
    row.quantity = quantity;
    row.observed = row.expected = Millis{60'000};
    return row;
  }
  std::vector<QuantityRow> rows_{made("E1", "L1", "car", 1), made("E2", "L2", "npk", 1000)};
  std::vector<LinePresence> lines_{{"E1", LineId{"L1"}, unix_millis(1'514'736'000'000), {}},
                                   {"E2", LineId{"L2"}, unix_millis(1'514'736'000'000), {}}};
};

constexpr std::size_t kKinds = 10;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = static_cast<InputKind>(data[0] % kKinds);
  std::vector<InputDocument> documents;
  const auto add = [&](InputKind of, std::string text, const char* name) {
    documents.push_back({of, name, std::move(text), unix_millis(1'600'000'000'000)});
  };
  add(InputKind::catalogue, kCatalogue, "catalogue.toml");
  add(InputKind::enterprises, kEnterprises, "enterprises.csv");
  add(InputKind::lines, kLines, "lines.csv");
  add(kind, {reinterpret_cast<const char*>(data) + 1, size - 1}, "fuzzed");
  const auto loaded = load_inputs(documents);
  for (const auto& error : loaded.errors) check(error.find(':') != std::string::npos && error.size() > 10);
  if (!loaded.ok()) return 0;
  const auto& inputs = loaded.inputs;
  const auto period = Period::parse("2019-02").value();
  for (const auto& product : inputs.catalogue.products)
    static_cast<void>(inputs.price_at("E1", "L1", product, std::chrono::sys_days{std::chrono::year{2019} / 2 / 1}));
  World world;
  IndicatorRequest request;
  request.period = period;
  request.explain = true;
  const auto rows = compute(request, inputs, world, {}, unix_millis(1'600'000'000'000));
  check(rows ? !to_csv(*rows, true).empty() : !rows.error().message.empty());
  return 0;
}
