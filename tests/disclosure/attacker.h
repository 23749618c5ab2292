#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "disclosure/disclosure.h"

// Somebody who wants to know what was withheld. He knows who is in which cell (the register is no secret), every figure
// that is given out, and that amounts are not negative. Written without the room's own solver: linear algebra over
// rationals, and Fourier-Motzkin elimination for bounds.
namespace songhua::disclosure::test {

// sum factors[i] * x[i] + constant, as an equation (= 0) or an inequality (>= 0).
struct Form {
  std::vector<Rational> factors;
  Rational constant = 0;
  [[nodiscard]] bool trivial() const {
    return std::ranges::all_of(factors, [](const Rational& f) { return f == 0; });
  }
  bool operator<(const Form& other) const {
    return std::tie(factors, constant) < std::tie(other.factors, other.constant);
  }
};

inline Form plus(const Form& a, const Rational& times, const Form& b) {
  Form sum = a;
  for (std::size_t i = 0; i < sum.factors.size(); ++i) sum.factors[i] += times * b.factors[i];
  sum.constant += times * b.constant;
  return sum;
}

class Attacker {
 public:
  // Unknowns are what units have in common: those in the very same cells can only be known together.
  Attacker(const std::vector<Cell>& cells, const std::vector<bool>& blank) {
    std::map<std::string, std::vector<std::size_t>> where;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      for (const auto& part : cells[c].contributions) {
        if (part.amount != 0) where[part.unit].push_back(c);
      }
    }
    std::set<std::vector<std::size_t>> pieces;
    for (const auto& [unit, in] : where) pieces.insert(in);
    const std::vector<std::vector<std::size_t>> list(pieces.begin(), pieces.end());
    unknowns_ = list.size();
    for (std::size_t c = 0; c < cells.size(); ++c) {
      Form sum{std::vector<Rational>(unknowns_), 0};
      for (std::size_t p = 0; p < list.size(); ++p) {
        if (std::ranges::find(list[p], c) != list[p].end()) sum.factors[p] = 1;
      }
      sums_.push_back(sum);
      if (blank[c]) continue;
      sum.constant = -cells[c].value();
      learn(std::move(sum));
    }
  }

  // The exact value, where linear algebra gives it.
  [[nodiscard]] std::optional<Rational> computed(std::size_t cell) const {
    const auto rest = reduced(sums_[cell]);
    return rest.trivial() ? std::optional(rest.constant) : std::nullopt;
  }

  [[nodiscard]] Interval bounds(std::size_t cell) const {
    const auto goal = reduced(sums_[cell]);
    if (goal.trivial()) return {goal.constant, goal.constant};
    // A new unknown, y = goal, and everything else eliminated.
    std::set<Form> forms;
    const auto widened = [](Form form, const Rational& y) {
      form.factors.push_back(y);
      return form;
    };
    forms.insert(widened(goal, -1));
    Form negative = goal;
    for (auto& f : negative.factors) f = -f;
    negative.constant = -negative.constant;
    forms.insert(widened(negative, 1));
    for (std::size_t i = 0; i < unknowns_; ++i) {
      Form positive{std::vector<Rational>(unknowns_), 0};
      positive.factors[i] = 1;
      forms.insert(widened(reduced(positive), 0));
    }
    for (std::size_t i = 0; i < unknowns_; ++i) forms = without(forms, i);
    Interval interval;
    for (const auto& form : forms) {
      const Rational y = form.factors[unknowns_];
      if (y == 0) continue;
      const Rational edge = -form.constant / y;
      if (y > 0 && (!interval.low || edge > *interval.low)) interval.low = edge;
      if (y < 0 && (!interval.high || edge < *interval.high)) interval.high = edge;
    }
    return interval;
  }

 private:
  void learn(Form equation) {
    equation = reduced(equation);
    for (std::size_t i = 0; i < unknowns_; ++i) {
      if (equation.factors[i] == 0) continue;
      const Rational lead = equation.factors[i];
      for (auto& f : equation.factors) f /= lead;
      equation.constant /= lead;
      for (auto& [pivot, known] : known_) known = plus(known, Rational(-known.factors[i]), equation);
      known_.emplace(i, equation);
      return;
    }
  }
  [[nodiscard]] Form reduced(Form form) const {
    for (const auto& [pivot, known] : known_) form = plus(form, Rational(-form.factors[pivot]), known);
    return form;
  }
  [[nodiscard]] static std::set<Form> without(const std::set<Form>& forms, std::size_t unknown) {
    std::set<Form> rest;
    std::vector<Form> above, below;
    for (const auto& form : forms) {
      if (form.factors[unknown] == 0) {
        rest.insert(form);
      } else {
        (form.factors[unknown] > 0 ? above : below).push_back(form);
      }
    }
    for (const auto& a : above) {
      for (const auto& b : below) {
        auto sum = plus(a, Rational(-a.factors[unknown] / b.factors[unknown]), b);
        const auto lead = std::ranges::find_if(sum.factors, [](const Rational& f) { return f != 0; });
        if (lead == sum.factors.end()) continue;
        const Rational size = abs(*lead);
        for (auto& f : sum.factors) f /= size;
        sum.constant /= size;
        rest.insert(std::move(sum));
      }
    }
    return rest;
  }

  std::size_t unknowns_ = 0;
  std::vector<Form> sums_;
  std::map<std::size_t, Form> known_;  // by the unknown that each gives
};

}  // namespace songhua::disclosure::test
