#include <cstdint>
#include <cstdlib>
#include <string>

#include "figures/questions.h"
#include "web/server.h"

// A question for figures as HTTP puts it: "name=value" joined by '&'. Refused with the parameter's name, or answered.
using namespace songhua;
using namespace songhua::indicators;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

constexpr const char* kCatalogue = R"(
[[product]]
id = "car"
name_zh = "轿车"
name_en = "car"
industry = "C3611"
unit = "vehicle"
statistical_unit = "vehicle"
statistical_unit_zh = "辆"
  [[product.price]]
  price = 11000000
  comparable_price = 11200000
  export_price = 9800000
  va_rate = 2200
)";
constexpr const char* kEnterprises =
    "id,name_zh,name_en,region,industry,ownership,ownership_edition,holding,size,scale,employees,weight,parent,"
    "valid_from,valid_to\nE1,甲,A,220106,C3611,151,2011,state,L,above,5200,667356.36,,,\n";

class World final : public QuantitySource {
 public:
  World() {
    rows_.front().enterprise = "E1";
    rows_.front().line = LineId{"L1"};
    rows_.front().key = {"output.good", "car", "RU"};
    rows_.front().quantity = 3;
  }
  const std::vector<QuantityRow>& quantities(Window) override { return rows_; }
  const std::vector<LinePresence>& lines() override { return lines_; }

 private:
  std::vector<QuantityRow> rows_{1};
  std::vector<LinePresence> lines_{{"E1", LineId{"L1"}, unix_millis(1'514'736'000'000), {}}};
};

const Inputs& inputs() {
  static const auto loaded = load_inputs({{InputKind::catalogue, "catalogue.toml", kCatalogue},
                                          {InputKind::enterprises, "enterprises.csv", kEnterprises}});
  check(loaded.ok());
  return loaded.inputs;
}

web::Params params_of(std::string_view text) {
  web::Params params;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto one = text.substr(0, end);
    const auto equals = std::min(one.find('='), one.size());
    params.add(std::string(one.substr(0, equals)), std::string(one.substr(std::min(equals + 1, one.size()))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return params;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto params = params_of({reinterpret_cast<const char*>(data) + 1, size - 1});
  const auto question = figures::question_of(params, data[0] & 1 ? figures::AsOf::known : figures::AsOf::refused,
                                             (data[0] & 2) != 0, Period::parse("2019-02").value());
  if (!question) return check(!question.error().message.empty()), 0;
  World world;
  const auto rows = compute(question->request, inputs(), world, {}, unix_millis(1'600'000'000'000));
  if (!rows) return check(!rows.error().message.empty()), 0;
  check(figures::answer(*rows, *question).starts_with("["));
  return 0;
}
