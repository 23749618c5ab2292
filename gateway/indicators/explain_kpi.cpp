#include <algorithm>

#include "indicators/explain_trees.h"
#include "indicators/ratio_sides.h"

// Trees of KPIs (indicators.md 7).
namespace songhua::indicators {
namespace {

class KpiTree {
 public:
  KpiTree(Evaluation& e, const Ask& ask) : e_(e), ask_(ask), selection_(e.select(ask.scope, ask.period)) {}

  Tree of() {
    const auto& id = ask_.id;
    const bool timed = id == "effectiveness" || id == "oee" || id == "nee" || id == "throughput_per_hour";
    if (timed) lines_ = lines_with_times(e_, selection_, ask_.period);
    if (id == "mtbf_s" || id == "mttr_s") lines_ = lines_with_failures(e_, selection_, ask_.period);
    if (id == "availability") return {"percent", {production(), planned()}};
    if (id == "effectiveness") return {"percent", {cycles_all(), production()}};
    if (id == "quality_ratio") return {"percent", {cycles_good(), cycles_all()}};
    if (id == "oee") return {"percent", {cycles_good(), planned()}};
    if (id == "nee") {
      return {"percent",
              {computed("processing time by cycle time of good units (AUPT * sum PRI * GQ)", "", "product",
                        {processing(), cycles_good()}),
               computed("planned busy time by production time (PBT * APT)", "", "product", {planned(), production()})}};
    }
    if (id == "utilisation_efficiency") return {"percent", {production(), busy()}};
    if (id == "technical_efficiency") {
      return {"percent",
              {production(),
               time("production and delays (APT + ADET)", {IsoTime::production, IsoTime::delay, IsoTime::failure})}};
    }
    if (id == "allocation_efficiency") return {"percent", {busy(), planned()}};
    if (id == "setup_ratio") return {"percent", {time("set-up time (AUST)", {IsoTime::setup}), processing()}};
    return of_units();
  }

 private:
  Tree of_units() {
    const auto& id = ask_.id;
    if (id == "scrap_ratio") return {"percent", {units("rejected units (SQ)", {"output.rejected"}), made()}};
    if (id == "rework_ratio") return {"percent", {units("reworked units (RQ)", {"output.reworked"}), made()}};
    if (id == "first_pass_yield") {
      // max(0, GQ - RQ) / PQ
      auto straight =
          computed("GQ - RQ", "", "difference",
                   {units("good units (GQ)", {"output.good"}), units("reworked units (RQ)", {"output.reworked"})});
      return {"percent", {computed("max(0, GQ - RQ)", "", "max", {number("0", 0), std::move(straight)}), made()}};
    }
    if (id == "throughput_per_hour") {
      return {"quotient",
              {computed("PQ * 3,600,000", "", "product", {made(), number("ms per hour", 3'600'000)}), busy()}};
    }
    const bool iso = e_.settings().mtbf == MtbfMethod::iso;
    auto span = id == "mttr_s" ? time("failure time (FT)", {IsoTime::failure}) : iso ? processing() : production();
    Nodes count{units("failures (FE)", {"event.failures"})};
    if (iso) count.push_back(number("1", 1));
    return {"quotient",
            {computed("seconds", "s", "quotient", {std::move(span), number("ms per second", 1000)}),
             computed("failures", "", "sum", std::move(count))}};
  }

  Explanation time(const std::string& label, std::vector<IsoTime> times) {
    return quantity_of(e_, selection_, ask_.period, label, [this, times = std::move(times)](const QuantityRow& row) {
      constexpr std::string_view kTime = "time.";
      if (!counts(row) || !row.key.measure.starts_with(kTime)) return false;
      return std::ranges::count(times, iso_time(std::string_view(row.key.measure).substr(kTime.size()))) > 0;
    });
  }
  Explanation production() { return time("production time (APT)", {IsoTime::production}); }
  Explanation processing() { return time("processing time (AUPT)", {IsoTime::production, IsoTime::setup}); }
  Explanation busy() {
    return time("busy time (AUBT)", {IsoTime::production, IsoTime::setup, IsoTime::delay, IsoTime::failure});
  }
  Explanation planned() {
    return time("planned busy time (PBT)",
                {IsoTime::production, IsoTime::setup, IsoTime::delay, IsoTime::failure, IsoTime::down});
  }

  // Lines that tell both sides, where that matters.
  [[nodiscard]] bool counts(const QuantityRow& row) const {
    return !lines_ || lines_->contains({row.enterprise, row.line});
  }
  Wanted any_of(std::vector<std::string> measures) {
    return [this, measures = std::move(measures)](const QuantityRow& row) {
      return counts(row) && std::ranges::count(measures, row.key.measure) > 0;
    };
  }
  Explanation units(const std::string& label, std::vector<std::string> measures) {
    return quantity_of(e_, selection_, ask_.period, label, any_of(std::move(measures)));
  }
  Explanation made() { return units("produced units (PQ)", {"output.good", "output.rejected"}); }
  Explanation cycles_good() {
    return cycles_node(e_, selection_, ask_.period, "cycle time of good units (sum PRI * GQ)", any_of({"output.good"}));
  }
  Explanation cycles_all() {
    return cycles_node(e_, selection_, ask_.period, "cycle time of produced units (sum PRI * PQ)",
                       any_of({"output.good", "output.rejected"}));
  }

  Evaluation& e_;
  const Ask& ask_;
  Selection selection_;
  std::optional<Lines> lines_;
};

}  // namespace

Explanation cycles_node(Evaluation& e, const Selection& selection, const Period& period, const std::string& label,
                        const Wanted& wanted) {
  const auto term = [&](const QuantityRow& row, const Product* product, Window piece) {
    const auto priced = e.rollups().priced(row.enterprise, row.line, *product, e.inputs().day_of(piece.start));
    const Rational pri =
        priced.capacity_per_hour ? Rational(3'600'000 / rational(*priced.capacity_per_hour)) : Rational(0);
    return computed(row.key.measure + " " + product->id + " " + row.key.market, "ms", "product",
                    {row_node(e, row, piece), leaf("cycle time (PRI)", pri, "ms", product->place.str())});
  };
  return sum_of_rows(e, selection, period, label, "ms", wanted, term);
}

Tree kpi_tree(Evaluation& e, const Ask& ask) {
  return KpiTree(e, ask).of();
}

}  // namespace songhua::indicators
