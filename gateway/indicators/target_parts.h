#pragma once

#include <optional>
#include <string>
#include <vector>

#include "indicators/figures.h"
#include "indicators/target.h"

// What the target tracker is made of (indicators.md 6). Inside the room only.
namespace songhua::indicators {

// T in percent: set, else last year's published growth plus the uplift, else that growth computed.
struct TargetGoal {
  Rational growth;
  const Target* stated = nullptr;  // of target.toml; null: computed with the default uplift
  Rational uplift = 1;
  Rational last = 0, before = 0;  // VA_cmp of last year and of the year before, where bases tell both

  // Growth of last year by the bases; none without the year before.
  [[nodiscard]] std::optional<Rational> of_bases() const;
  // The same, where it does not round to what was published: then both are shown.
  [[nodiscard]] std::optional<Rational> differing() const;
};

// B_1..B_12 of one enterprise; January and February may be known together only.
struct BaseMonths {
  std::array<Rational, 12> months;
  bool combined = false;
};

struct TargetParts {
  Period period;  // from January on
  Selection selection;
  std::vector<std::pair<const Enterprise*, BaseMonths>> compared;  // those with a base of last year's twelve months
  TargetInputs in;
  std::optional<TargetGoal> goal;
  Notes notes;
  Notes base_notes;  // of last year alone: the target and its path say nothing of this year

  [[nodiscard]] bool known() const { return !compared.empty() && goal.has_value(); }
};
TargetParts target_parts(Evaluation& e, const Ask& ask);
// What of an enterprise makes C_k: the month; nothing before it is of the scope; where its base knows January and
// February only together, these count together, too, in February.
std::optional<Period> current_span(const Evaluation& e, const TargetParts& parts, const Enterprise& enterprise,
                                   const BaseMonths& base, unsigned month);
// Enterprises whose last two years give the goal where none is stated: those with both.
std::vector<const Enterprise*> goal_enterprises(Evaluation& e, const Selection& selection, int year);

}  // namespace songhua::indicators
