#include <algorithm>

#include "indicators/explain_trees.h"
#include "indicators/target_parts.h"

// Trees of the target tracker (indicators.md 6).
namespace songhua::indicators {
namespace {

constexpr Item kItem = Item::value_added_comparable;

class TargetTree {
 public:
  TargetTree(Evaluation& e, const TargetParts& parts) : e_(e), parts_(parts), m_(parts.period.last_month) {}

  Tree of(const std::string& id, unsigned path_month) {
    if (id == "target_growth_pct") return {"sum", {target()}};
    if (id == "cumulative_growth_pct") return {"growth", {current(1, m_), base(1, m_)}};
    if (id == "gap_pp") return {"difference", {cumulative(), target()}};
    if (id == "on_target") return {"not_below", {cumulative(), target()}};
    if (id == "gap_to_date") {
      return ten_thousand(computed("C - (1+T) Bc", "fen", "difference", {current(1, m_), raised(base(1, m_))}));
    }
    if (id == "remaining_needed") return ten_thousand(remaining());
    if (id == "required_growth_rest_pct") return {"growth", {remaining(), rest_of_base()}};
    if (id == "run_rate_pct") return run_rate();
    if (id == "path") return ten_thousand(raised(base(1, path_month)));
    if (id == "projected_gap_cny") {
      auto points =
          computed("projected - T", "pp", "difference", {node("projected growth", projected("run")), target()});
      return ten_thousand(computed(
          "By * (projected - T)", "fen", "product",
          {base(1, 12), computed("as a ratio", "1", "quotient", {std::move(points), number("percent", 100)})}));
    }
    return projected(id == "projected_low_pct" ? "min" : id == "projected_high_pct" ? "max" : "run");
  }

 private:
  static Explanation node(const std::string& label, Tree tree) {
    return computed(label, "%", std::move(tree.rule), std::move(tree.children));
  }
  static Tree ten_thousand(Explanation fen) {
    return {"quotient", {std::move(fen), number("fen per CNY 10k", kFenPerTenThousandYuan)}};
  }

  Explanation target() {
    const auto& goal = *parts_.goal;
    const auto place = goal.stated != nullptr ? goal.stated->place.str() : std::string();
    if (goal.stated != nullptr && goal.stated->growth) return leaf("T, set for the year", goal.growth, "%", place);
    auto uplift = leaf("uplift", goal.uplift, "pp", goal.stated != nullptr ? place : "default");
    if (goal.stated != nullptr && goal.stated->last_year_growth) {
      const auto own = goal.differing();
      const auto label = "growth of last year, as published" + (own ? "; the bases give " + exact_text(*own) : "");
      return computed("T", "%", "sum", {leaf(label, *goal.stated->last_year_growth, "%", place), std::move(uplift)});
    }
    return computed("T", "%", "sum", {growth_of_last_year(), std::move(uplift)});
  }

  Explanation growth_of_last_year() {
    Nodes last, before;
    for (const auto* enterprise : goal_enterprises(e_, parts_.selection, parts_.period.year)) {
      for (auto [nodes, back] : {std::pair(&last, 1), std::pair(&before, 2)}) {
        Period year;
        year.year = parts_.period.year - back;
        nodes->push_back(enterprise_base(e_, kItem, *enterprise, parts_.selection, year));
      }
    }
    return computed("growth of last year", "%", "growth",
                    {computed("last year", "fen", "sum", std::move(last)),
                     computed("the year before", "fen", "sum", std::move(before))});
  }

  // (1+T) * value
  Explanation raised(Explanation value) {
    auto factor = computed("1 + T", "1", "quotient",
                           {computed("100 + T", "%", "sum", {number("100", 100), target()}), number("percent", 100)});
    auto label = "(1+T) * " + value.label;
    return computed(std::move(label), "fen", "product", {std::move(factor), std::move(value)});
  }

  // C and B over months; what was shown once is not taken apart again.
  Explanation current(unsigned first, unsigned last) { return months(first, last, true); }
  Explanation base(unsigned first, unsigned last) { return months(first, last, false); }
  Explanation months(unsigned first, unsigned last, bool now) {
    Nodes nodes;
    for (unsigned k = first; k <= last; ++k) {
      auto& kept = (now ? current_ : base_).at(k - 1);
      if (kept) {
        nodes.push_back(again(*kept));
        continue;
      }
      nodes.push_back(now ? current_month(k) : base_month(k));
      kept = again(nodes.back());
    }
    const auto span = Period::of_months(parts_.period.year - (now ? 0 : 1), first, last).name();
    return computed(std::string(now ? "C " : "B ") + span, "fen", "sum", std::move(nodes));
  }

  Explanation current_month(unsigned k) {
    const auto month = Period::of_months(parts_.period.year, k, k);
    Nodes nodes;
    for (const auto& [enterprise, base] : parts_.compared) {
      const auto span = current_span(e_, parts_, *enterprise, base, k);
      if (span) nodes.push_back(enterprise_level(e_, kItem, *enterprise, parts_.selection, *span));
    }
    return computed("C_" + std::to_string(k) + " " + month.name(), "fen", "sum", std::move(nodes));
  }

  Explanation base_month(unsigned k) {
    const int year = parts_.period.year - 1;
    Nodes nodes;
    for (const auto& [enterprise, base] : parts_.compared) {
      if (base.combined && k == 1) {
        nodes.push_back(leaf(enterprise_label(*enterprise), 0, "fen", "known together with February"));
        continue;
      }
      const unsigned first = base.combined && k == 2 ? 1 : k;
      nodes.push_back(enterprise_base(e_, kItem, *enterprise, parts_.selection, Period::of_months(year, first, k)));
    }
    return computed("B_" + std::to_string(k) + " " + Period::of_months(year, k, k).name(), "fen", "sum",
                    std::move(nodes));
  }

  Explanation cumulative() { return computed("g_cum", "%", "growth", {current(1, m_), base(1, m_)}); }
  Explanation remaining() {
    return computed("(1+T) By - C", "fen", "difference", {raised(base(1, 12)), current(1, m_)});
  }
  Explanation rest_of_base() { return computed("Br = By - Bc", "fen", "difference", {base(1, 12), base(1, m_)}); }

  // Blocks of months: [1..2], 3, 4, ..., m.
  struct Block {
    unsigned first, last;
  };
  [[nodiscard]] std::vector<Block> blocks() const {
    std::vector<Block> all{{1, 2}};
    for (unsigned k = 3; k <= m_; ++k) all.push_back({k, k});
    return all;
  }

  Tree run_rate() {
    const auto all = blocks();
    const auto first = all.at(all.size() - std::min<std::size_t>(3, all.size())).first;
    return {"growth", {current(first, m_), base(first, m_)}};
  }

  // The lowest or the highest growth of a block; those whose base is not positive stay out.
  Explanation extreme(const std::string& rule) {
    Nodes rates;
    for (const auto& block : blocks()) {
      auto rate = computed("growth " + Period::of_months(parts_.period.year, block.first, block.last).name(), "%",
                           "growth", {current(block.first, block.last), base(block.first, block.last)});
      if (parse_exact(rate.value)) rates.push_back(std::move(rate));
    }
    if (rates.empty()) return null_node("rate", Reason::base_not_positive);
    return computed(rule == "min" ? "lowest growth of a block" : "highest growth of a block", "%", rule,
                    std::move(rates));
  }

  // ((C + (1 + rate) Br) / By - 1) * 100; after December it is what has been reached.
  Tree projected(const std::string& rate) {
    if (m_ == 12) return {"growth", {current(1, m_), base(1, m_)}};
    auto of_rate = rate == "run" ? node("run rate", run_rate()) : extreme(rate);
    auto factor = computed(
        "1 + rate", "1", "quotient",
        {computed("100 + rate", "%", "sum", {number("100", 100), std::move(of_rate)}), number("percent", 100)});
    auto rest = computed("(1 + rate) Br", "fen", "product", {std::move(factor), rest_of_base()});
    return {"growth", {computed("projected year", "fen", "sum", {current(1, m_), std::move(rest)}), base(1, 12)}};
  }

  Evaluation& e_;
  const TargetParts& parts_;
  unsigned m_;
  std::array<std::optional<Explanation>, 12> current_, base_;
};

}  // namespace

Tree target_tree(Evaluation& e, const Ask& ask, const IndicatorRow& row) {
  const auto parts = target_parts(e, ask);
  const auto id = ask.id.substr(std::string_view("target.").size());
  if (!row.value.known()) {
    auto ends = end_nodes(e, kItem, parts.selection, parts.period);
    return {"", {std::move(ends.now), std::move(ends.base)}};
  }
  const auto of = Period::parse(row.period);
  return TargetTree(e, parts).of(id, of ? of->last_month : parts.period.last_month);
}

}  // namespace songhua::indicators
