// The chained and the fixed index and the target tracker against slow sums on big rationals, written from the formulas
// alone: what was made is a list of events, prices are looked up day by day.
#include <rapidcheck/gtest.h>

#include <chrono>
#include <numeric>

#include "world.h"

namespace songhua::indicators {
namespace {

const Scope kAll;

// --- the production index

struct Made {
  int enterprise;
  int product;
  int year;
  int month;
  int quantity;
};
// Products of four divisions; the enterprises' own divisions weight them.
const std::vector<std::string> kProducts{"car-ice-sedan", "rubber-epdm", "laser-dpss", "emu-car", "npk-26-10-12"};
const std::vector<std::string> kDivisions{"C36", "C26", "C39", "C37", "C26"};
const std::vector<std::string> kOwn{"C36", "C26", "C39"};  // divisions of the enterprises
constexpr int kFirstYear = 2018, kLastYear = 2020;

// A new current price of one product from a day of 2019 on.
struct NewPrice {
  int product;
  int month;
  int price;
};

class IndexOracle {
 public:
  IndexOracle(const Catalogue& catalogue, std::vector<Made> made, NewPrice change)
      : catalogue_(catalogue), made_(std::move(made)), change_(change) {}

  [[nodiscard]] Rational quantity(std::size_t product, int year, int first, int last) const {
    Rational sum = 0;
    for (const auto& m : made_) {
      const bool inside = m.year == year && first <= m.month && m.month <= last;
      if (inside && static_cast<std::size_t>(m.product) == product) sum += m.quantity;
    }
    return sum;
  }
  // Mean of the days; of the base year the comparable price.
  [[nodiscard]] Rational price(std::size_t product, int year) const {
    const auto first = catalogue_.find(kProducts[product])->prices.front().fields;
    if (year == kFirstYear) return rational(*first.comparable_price);
    Rational sum = 0;
    int days = 0;
    for (Day day{std::chrono::year{year} / 1 / 1}; day < Day{std::chrono::year{year + 1} / 1 / 1}; ++day, ++days) {
      const bool changed =
          static_cast<int>(product) == change_.product && day >= Day{std::chrono::year{2019} / change_.month / 1};
      sum += changed ? Rational(change_.price) : rational(*first.price);
    }
    return sum / days;
  }
  // sum p_py q / sum p_py Q_wy over products made in the year of weights
  [[nodiscard]] std::optional<Rational> ratio(int price_year, int weight_year, int year, int first, int last,
                                              const std::string& division = "") const {
    Rational now = 0, base = 0;
    for (std::size_t p = 0; p < kProducts.size(); ++p) {
      const auto weight = quantity(p, weight_year, 1, 12);
      if (weight == 0 || (!division.empty() && kDivisions[p] != division)) continue;
      now += price(p, price_year) * quantity(p, year, first, last);
      base += price(p, price_year) * weight;
    }
    if (base == 0) return std::nullopt;
    return Rational(now / base);
  }
  [[nodiscard]] std::optional<Rational> link(int year) const {
    if (year == kFirstYear) return Rational(100);
    const auto before = link(year - 1), rise = ratio(year - 1, year - 1, year, 1, 12);
    return before && rise ? std::optional<Rational>(*before * *rise) : std::nullopt;
  }
  [[nodiscard]] std::optional<Rational> chained(int year, int first, int last) const {
    const int weights = std::max(kFirstYear, year - 1);
    const auto before = link(weights), volume = ratio(weights, weights, year, first, last);
    if (!before || !volume) return std::nullopt;
    return Rational(*before * *volume * 12 / (last - first + 1));
  }
  [[nodiscard]] std::optional<Rational> fixed(int year, int first, int last) const {
    Rational sum = 0, weights = 0;
    for (const char* division : {"C26", "C36", "C37", "C39"}) {
      const auto volume = ratio(kFirstYear, kFirstYear, year, first, last, division);
      if (!volume) continue;
      // 1,000 of each enterprise; a division that no enterprise is of has none.
      const auto own = std::count(kOwn.begin(), kOwn.end(), division);
      sum += own * *volume * 1200 / (last - first + 1);
      weights += own;
    }
    if (weights == 0) return std::nullopt;
    return Rational(sum / weights);
  }

 private:
  const Catalogue& catalogue_;
  std::vector<Made> made_;
  NewPrice change_;
};

std::vector<Made> any_output() {
  auto made = *rc::gen::container<std::vector<Made>>(rc::gen::build<Made>(
      rc::gen::set(&Made::enterprise, rc::gen::inRange(0, 3)), rc::gen::set(&Made::product, rc::gen::inRange(0, 5)),
      rc::gen::set(&Made::year, rc::gen::inRange(kFirstYear, kLastYear + 1)),
      rc::gen::set(&Made::month, rc::gen::inRange(1, 13)),
      rc::gen::set(&Made::quantity, rc::gen::inRange(1, 100'000))));
  // At least two divisions in the base year: one alone is its own index without a weight.
  made.push_back({0, 0, kFirstYear, 5, 700});
  made.push_back({1, 1, kFirstYear, 5, 90'000});
  return made;
}

RC_GTEST_PROP(ProductionIndex, EqualsASlowSumWhateverProductsComeAndGo, ()) {
  const auto made = any_output();
  const NewPrice change{*rc::gen::inRange(0, 5), *rc::gen::inRange(1, 13), *rc::gen::inRange(1, 100'000)};
  Files files;
  files.default_catalogue().enterprises({"E0,220102,C3611,159,1", "E1,220203,C2652,159,1", "E2,220102,C3976,159,1"});
  files.put(InputKind::prices, "product,valid_from,price\n" + kProducts[static_cast<std::size_t>(change.product)] +
                                   ",2019-" + (change.month < 10 ? "0" : "") + std::to_string(change.month) + "-01," +
                                   std::to_string(change.price) + "\n");
  const auto inputs = files.inputs();
  World world;
  const auto day = [](int year, int month) {
    return std::to_string(year) + (month < 10 ? "-0" : "-") + std::to_string(month) + "-15";
  };
  for (int e = 0; e < 3; ++e) {
    for (int year = kFirstYear - 1; year <= kLastYear; ++year) {
      for (int month = 1; month <= 12; ++month) world.good(day(year, month), "E" + std::to_string(e), kProducts[0], 0);
    }
  }
  for (const auto& m : made) {
    world.good(day(m.year, m.month), "E" + std::to_string(m.enterprise), kProducts[static_cast<std::size_t>(m.product)],
               m.quantity);
  }
  const IndexOracle oracle(inputs.catalogue, made, change);
  const int year = *rc::gen::inRange(kFirstYear, kLastYear + 1);
  const int last = *rc::gen::inRange(2, 13), first = *rc::gen::inRange(1, last);
  const auto period = Period::of_months(year, static_cast<unsigned>(first), static_cast<unsigned>(last)).name();
  for (const bool chain : {false, true}) {
    Settings settings;
    settings.chained = chain;
    const auto row = row_of("production_index", period, inputs, world, kAll, settings);
    const auto expected = chain ? oracle.chained(year, first, last) : oracle.fixed(year, first, last);
    RC_ASSERT(exact(row) == (expected ? exact_text(*expected) : "no_base"));
    if (year == kFirstYear) continue;
    const auto rate = row_of("production_index_growth", period, inputs, world, kAll, settings);
    const auto before = chain ? oracle.chained(year - 1, first, last) : oracle.fixed(year - 1, first, last);
    if (expected && before && *before > 0) {
      RC_ASSERT(exact(rate) == exact_text(Rational(*expected / *before * 100 - 100)));
    } else {
      RC_ASSERT(!rate.value.known());
    }
  }
  const auto link = row_of("production_index_link", period, inputs, world);
  const auto expected = oracle.link(std::max(kFirstYear, year - 1));
  RC_ASSERT(exact(link) == (expected ? exact_text(*expected) : "no_base"));
}

// --- the target tracker

using Money = std::vector<Rational>;

Rational sum_of(const Money& values, std::size_t first, std::size_t last) {  // months first..last, from 1
  Rational sum = 0;
  for (std::size_t k = first; k <= last; ++k) sum += values[k - 1];
  return sum;
}

// All figures by their ids, null ones by their reasons, written as indicators.md 6 has them.
std::map<std::string, std::string> slow_target(const Money& B, const Money& C, const Rational& g_L,
                                               const Rational& uplift) {
  const std::size_t m = C.size();
  const Rational T = (g_L + uplift) / 100, By = sum_of(B, 1, 12), Bc = sum_of(B, 1, m), made = sum_of(C, 1, m);
  const Rational Br = By - Bc;
  std::map<std::string, std::string> out;
  const auto put = [&](const std::string& id, const Rational& value) { out["target." + id] = exact_text(value); };
  const auto null = [&](const std::string& id, const std::string& why) { out["target." + id] = why; };
  put("target_growth_pct", T * 100);
  put("gap_to_date", (made - (1 + T) * Bc) / 1'000'000);
  put("remaining_needed", ((1 + T) * By - made) / 1'000'000);
  const std::vector<std::string> rates{"cumulative_growth_pct",
                                       "gap_pp",
                                       "required_growth_rest_pct",
                                       "run_rate_pct",
                                       "projected_growth_pct",
                                       "projected_low_pct",
                                       "projected_high_pct",
                                       "projected_gap_cny",
                                       "on_target"};
  if (m == 1) {
    for (const auto& id : rates) null(id, "jan_feb_combined");
    return out;
  }
  for (const auto& id : rates) null(id, "base_not_positive");
  std::vector<std::pair<Rational, Rational>> blocks{{sum_of(C, 1, 2), sum_of(B, 1, 2)}};
  for (std::size_t k = 3; k <= m; ++k) blocks.emplace_back(C[k - 1], B[k - 1]);
  if (Bc > 0) {
    const Rational g = made / Bc - 1;
    put("cumulative_growth_pct", g * 100);
    put("gap_pp", (g - T) * 100);
    put("on_target", g >= T ? 1 : 0);
  }
  if (m == 12) {
    null("required_growth_rest_pct", "year_complete");
  } else if (Br > 0) {
    put("required_growth_rest_pct", (((1 + T) * By - made) / Br - 1) * 100);
  }
  Rational now = 0, base = 0;
  std::vector<Rational> each;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i + 3 >= blocks.size()) now += blocks[i].first, base += blocks[i].second;
    if (blocks[i].second > 0) each.push_back(blocks[i].first / blocks[i].second - 1);
  }
  if (base > 0) put("run_rate_pct", (now / base - 1) * 100);
  const auto project = [&](const std::string& id, const std::optional<Rational>& rate) {
    std::optional<Rational> year;
    if (m == 12 && Bc > 0) year = made / Bc - 1;
    if (m < 12 && rate && By > 0) year = (made + (1 + *rate) * Br) / By - 1;
    if (year) put(id, *year * 100);
    return year;
  };
  const auto run = base > 0 ? std::optional<Rational>(now / base - 1) : std::nullopt;
  if (const auto year = project("projected_growth_pct", run)) put("projected_gap_cny", By * (*year - T) / 1'000'000);
  std::sort(each.begin(), each.end());
  project("projected_low_pct", each.empty() ? std::nullopt : std::optional<Rational>(each.front()));
  project("projected_high_pct", each.empty() ? std::nullopt : std::optional<Rational>(each.back()));
  return out;
}

RC_GTEST_PROP(Target, EqualsTheFormulasOnRationals, ()) {
  const auto m = *rc::gen::inRange<std::size_t>(1, 13);
  const auto months = *rc::gen::container<std::vector<int>>(
      12, rc::gen::weightedOneOf<int>({{9, rc::gen::inRange(1, 100'000)}, {1, rc::gen::inRange(-100'000, 1)}}));
  const auto made = *rc::gen::container<std::vector<int>>(m, rc::gen::inRange(0, 10'000));
  const auto tenths = *rc::gen::inRange(-99, 150), uplift = *rc::gen::inRange(0, 30);
  Money base, current;
  std::vector<std::string> rows;
  const auto name = [](std::size_t month) { return (month < 10 ? "-0" : "-") + std::to_string(month); };
  World world;
  for (std::size_t k = 1; k <= 12; ++k) {
    base.push_back(Rational(months[k - 1], 3) * 1'000'000);
    rows.push_back("E1,2018" + name(k) + ",va_cmp,,," + std::to_string(months[k - 1]) + "/3,CNY 10k");
    if (k > m) continue;
    current.push_back(Rational(made[k - 1]) * 11'200'000 * 2200 / 10'000);
    world.good("2019" + name(k) + "-11", "E1", "car-ice-sedan", made[k - 1]);
  }
  const auto decimal = [](int in_tenths) { return exact_text(Rational(in_tenths, 10)); };
  Files files;
  files.default_catalogue().enterprises({"E1,220102,C3611,159,10"}).base(rows);
  files.put(InputKind::target, "[[target]]\nyear = 2019\nlast_year_growth = \"" + decimal(tenths) + "\"\nuplift = \"" +
                                   decimal(uplift) + "\"\n");
  const auto inputs = files.inputs();
  const auto expected = slow_target(base, current, Rational(tenths, 10), Rational(uplift, 10));
  for (const auto& [id, value] : expected) {
    const auto row = row_of(id, "2019" + name(m), inputs, world);
    if (exact(row) != value) RC_FAIL(id + " is " + exact(row) + ", not " + value);
  }
  const auto path = rows_of({"target.path"}, "2019" + name(m), inputs, world);
  RC_ASSERT(path.size() == 12U);
  for (std::size_t k = 1; k <= 12; ++k) {
    const Rational T = Rational(tenths + uplift, 1000);
    RC_ASSERT(exact(path[k - 1]) == exact_text(Rational((1 + T) * sum_of(base, 1, k) / 1'000'000)));
  }
}

}  // namespace
}  // namespace songhua::indicators
