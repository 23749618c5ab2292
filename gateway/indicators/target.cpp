#include "indicators/target.h"

#include <algorithm>
#include <numeric>

#include "indicators/growth.h"

namespace songhua::indicators {
namespace {

// Blocks of months: [1..2], 3, 4, ..., m.
struct Block {
  Rational now;
  Rational base;
};

std::vector<Block> blocks_of(const TargetInputs& in) {
  std::vector<Block> blocks{{in.current[0] + in.current[1], in.base[0] + in.base[1]}};
  for (std::size_t k = 2; k < in.current.size(); ++k) blocks.push_back({in.current[k], in.base[k]});
  return blocks;
}

// Growth as a ratio, not in percent.
Value ratio(const Value& now, const Value& base) {
  const Value percent = growth(now, base);
  return percent.known() ? Value(Rational(*percent / 100)) : percent;
}

Value in_percent(const Value& ratio) {
  return ratio.known() ? Value(Rational(*ratio * 100)) : ratio;
}

struct RunRates {
  Value run = Reason::base_not_positive;
  Value low = Reason::base_not_positive;
  Value high = Reason::base_not_positive;
};

RunRates run_rates(const std::vector<Block>& blocks) {
  RunRates rates;
  Rational now = 0, base = 0;
  for (std::size_t i = blocks.size() - std::min<std::size_t>(3, blocks.size()); i < blocks.size(); ++i) {
    now += blocks[i].now;
    base += blocks[i].base;
  }
  rates.run = ratio(now, base);
  for (const auto& block : blocks) {
    const Value g = ratio(block.now, block.base);
    if (!g.known()) continue;  // a base <= 0 stays in the sums and out of min and max
    if (!rates.low.known() || *g < *rates.low) rates.low = g;
    if (!rates.high.known() || *g > *rates.high) rates.high = g;
  }
  return rates;
}

// projected = (C + (1 + rate) Br) / By - 1
Value projected(const Value& rate, const Rational& C, const Rational& Br, const Rational& By) {
  if (!rate.known()) return rate;
  if (By <= 0) return Reason::base_not_positive;
  return Rational((C + (1 + *rate) * Br) / By - 1);
}

Value difference(const Value& a, const Rational& b) {
  return a.known() ? Value(Rational(*a - b)) : a;
}

}  // namespace

TargetFigures track(const TargetInputs& in) {
  const std::size_t m = in.current.size();
  const Rational T = in.target_growth / 100;
  const Rational By = std::accumulate(in.base.begin(), in.base.end(), Rational(0));
  const Rational Bc = std::accumulate(in.base.begin(), in.base.begin() + static_cast<std::ptrdiff_t>(m), Rational(0));
  const Rational Br = By - Bc;
  const Rational C = std::accumulate(in.current.begin(), in.current.end(), Rational(0));
  const Rational remaining = (1 + T) * By - C;

  TargetFigures result;
  Rational sum = 0;
  for (std::size_t k = 0; k < 12; ++k) {
    sum += in.base[k];
    result.path.push_back(k == 0 && in.jan_feb_combined_base ? Value(Reason::jan_feb_combined)
                                                             : Value(Rational((1 + T) * sum)));
  }
  auto& out = result.figures;
  const auto put = [&](const char* id, const Value& value) { out.insert_or_assign(id, value); };
  put("target_growth_pct", Rational(T * 100));
  put("gap_to_date", Rational(C - (1 + T) * Bc));
  put("remaining_needed", remaining);
  if (m < 2) {
    // After January alone money and T are given; every rate and projection waits for February.
    for (const char* id :
         {"cumulative_growth_pct", "gap_pp", "required_growth_rest_pct", "run_rate_pct", "projected_growth_pct",
          "projected_low_pct", "projected_high_pct", "projected_gap_cny", "on_target"}) {
      put(id, Reason::jan_feb_combined);
    }
    return result;
  }
  const Value g_cum = ratio(C, Bc);
  put("cumulative_growth_pct", in_percent(g_cum));
  put("gap_pp", in_percent(difference(g_cum, T)));
  put("on_target", g_cum.known() ? Value(Rational(*g_cum >= T ? 1 : 0)) : g_cum);
  put("required_growth_rest_pct", m == 12 ? Value(Reason::year_complete) : in_percent(ratio(remaining, Br)));

  const auto rates = run_rates(blocks_of(in));
  const bool complete = m == 12;
  const Value mid = complete ? g_cum : projected(rates.run, C, Br, By);
  put("run_rate_pct", in_percent(rates.run));
  put("projected_growth_pct", in_percent(mid));
  put("projected_low_pct", in_percent(complete ? g_cum : projected(rates.low, C, Br, By)));
  put("projected_high_pct", in_percent(complete ? g_cum : projected(rates.high, C, Br, By)));
  put("projected_gap_cny", mid.known() ? Value(Rational(By * (*mid - T))) : mid);
  return result;
}

}  // namespace songhua::indicators
