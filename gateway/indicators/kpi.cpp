#include "indicators/kpi.h"

#include <algorithm>

namespace songhua::indicators {
namespace {

constexpr int kMillisPerSecond = 1000;
constexpr int kMillisPerHour = 3'600'000;

Value percent(const Rational& part, const Rational& whole, Reason none) {
  if (whole <= 0) return none;
  return Rational(part / whole * 100);
}

Value product_of(const Value& a, const Value& b, const Value& c) {
  if (const auto null = first_null(a, b, c)) return *null;
  return Rational(*a * *b * *c / 10'000);  // three percentages
}

Value mean_seconds(const BigInt& ms, const BigInt& count) {
  if (count <= 0) return Reason::no_failure;
  return Rational(ms, count * kMillisPerSecond);
}

}  // namespace

IsoTime iso_time(std::string_view state) {
  static const std::map<std::string_view, IsoTime> kStates{
      {"execute", IsoTime::production}, {"resetting", IsoTime::setup},  {"starting", IsoTime::setup},
      {"completing", IsoTime::setup},   {"holding", IsoTime::delay},    {"held", IsoTime::delay},
      {"unholding", IsoTime::delay},    {"suspending", IsoTime::delay}, {"suspended", IsoTime::delay},
      {"unsuspending", IsoTime::delay}, {"aborting", IsoTime::failure}, {"aborted", IsoTime::failure},
      {"clearing", IsoTime::failure},   {"idle", IsoTime::down},        {"complete", IsoTime::down},
      {"stopping", IsoTime::rest},      {"stopped", IsoTime::rest}};
  const auto found = kStates.find(state);
  return found == kStates.end() ? IsoTime::unobserved : found->second;
}

void KpiSums::add_time(std::string_view state, const BigInt& ms) {
  switch (iso_time(state)) {
    case IsoTime::production:
      production += ms;
      break;
    case IsoTime::setup:
      setup += ms;
      break;
    case IsoTime::failure:
      failure += ms;
      delay += ms;
      break;
    case IsoTime::delay:
      delay += ms;
      break;
    case IsoTime::down:
      down += ms;
      break;
    case IsoTime::rest:
    case IsoTime::unobserved:
      break;
  }
}

std::map<std::string, Value> kpis(const KpiSums& s, bool iso_means) {
  const Rational APT = s.production, AUST = s.setup, ADET = s.delay, ADOT = s.down;
  const Rational AUPT = APT + AUST, AUBT = AUPT + ADET, PBT = AUBT + ADOT;
  const BigInt PQ = s.good + s.rejected;

  const Value A = percent(APT, PBT, Reason::no_busy_time);
  const Value E = percent(s.cycle_all, APT, Reason::no_production_time);
  const Value Q = percent(s.cycle_good, s.cycle_all, Reason::no_output);
  const Value planned = percent(AUPT, PBT, Reason::no_busy_time);
  // OEE = A*E*Q and NEE = AUPT/PBT*E*Q are null when A, E or Q is, with the first reason in that order.
  const auto null = first_null(A, E, Q);

  const auto per_unit = [&](const BigInt& part) -> Value {
    if (s.mixed_units) return Reason::mixed_units;
    return percent(Rational(part), Rational(PQ), Reason::no_output);
  };
  const auto throughput = [&]() -> Value {
    if (s.mixed_units) return Reason::mixed_units;
    if (AUBT <= 0) return Reason::no_busy_time;
    return Rational(Rational(PQ) / AUBT * kMillisPerHour);
  };
  const BigInt passed_first = s.good > s.reworked ? BigInt(s.good - s.reworked) : BigInt(0);

  return {{"availability", A},
          {"effectiveness", E},
          {"quality_ratio", Q},
          {"oee", null ? Value(*null) : product_of(A, E, Q)},
          {"nee", null ? Value(*null) : product_of(planned, E, Q)},
          {"utilisation_efficiency", percent(APT, AUBT, Reason::no_busy_time)},
          {"technical_efficiency", percent(APT, Rational(APT + ADET), Reason::no_busy_time)},
          {"allocation_efficiency", percent(AUBT, PBT, Reason::no_busy_time)},
          {"setup_ratio", percent(AUST, AUPT, Reason::no_processing_time)},
          {"scrap_ratio", per_unit(s.rejected)},
          {"rework_ratio", per_unit(s.reworked)},
          {"first_pass_yield", per_unit(passed_first)},
          {"throughput_per_hour", throughput()},
          {"mtbf_s",
           iso_means ? mean_seconds(s.production + s.setup, s.failures + 1) : mean_seconds(s.production, s.failures)},
          {"mttr_s", iso_means ? mean_seconds(s.failure, s.failures + 1) : mean_seconds(s.failure, s.failures)}};
}

}  // namespace songhua::indicators
