#include "rollup/judge.h"

#include <algorithm>

namespace songhua::rollup {
namespace {

enum class Relation { fits, falls, jumps };

struct Step {
  Relation relation;
  Quantity value = 0;  // counted on over wraps
  int128 offset = 0;   // what wraps have added so far
};

// 2^width in the quantity's unit: readings are mapped before they are judged, and so is the width.
Quantity range_of(const SeriesSpec& spec) {
  if (spec.width == 0 || spec.width > 64) return 0;
  return std::max<Quantity>(scale_floor(int128{1} << spec.width, spec.factor).value_or(0), 0);
}

class Judge {
 public:
  Judge(const SeriesSpec& spec, bool announced, bool first_ever)
      : spec_(spec), range_(range_of(spec)), announced_(announced), first_ever_(first_ever) {}

  void take(const Point& point) {
    if (life_.empty()) return accept(point, point.value, 0);
    const Step step = relate(life_.back().time, life_.back().value, offset_, point);
    if (step.relation == Relation::fits) {
      if (candidate_) reject(Implausible::Reason::candidate_rejected);
      return accept(point, step.value, step.offset);
    }
    if (announced_ && step.relation == Relation::falls) {  // in an announced epoch a counter cannot fall
      verdict_.refused.emplace_back(point, Implausible::Reason::out_of_order);
      return;
    }
    if (candidate_) {
      const Step next = relate(candidate_->time, candidate_->value + candidate_offset(), candidate_offset(), point);
      if (next.relation == Relation::fits) return confirm(point, next);
      reject(Implausible::Reason::candidate_rejected);
    }
    candidate_ = point;
    candidate_fell_ = step.relation == Relation::falls;
  }

  Verdict finish() {
    if (candidate_) reject(Implausible::Reason::open_candidate);
    if (!life_.empty()) verdict_.lives.push_back(std::move(life_));
    verdict_.offset = offset_;
    return std::move(verdict_);
  }

 private:
  [[nodiscard]] Step relate(UnixMillis time, Quantity value, int128 offset, const Point& next) const {
    const Quantity counted = next.value + offset;
    if (counted >= value) return allowed(counted - value, next.time - time, counted, offset);
    // A wrap goes from the top sixteenth of the range to the lowest one, in mapped units.
    const Quantity raw = value - offset;
    if (range_ != 0 && raw < range_ && raw * 16 >= range_ * 15 && next.value * 16 < range_) {
      const Step wrapped = allowed(counted + range_ - value, next.time - time, counted + range_, offset + range_);
      if (wrapped.relation == Relation::fits) return wrapped;
    }
    return {Relation::falls};
  }

  [[nodiscard]] Step allowed(Quantity rise, Millis span, Quantity counted, int128 offset) const {
    if (spec_.rate_limit && !spec_.rate_limit->allows(rise, span)) return {Relation::jumps};
    return {Relation::fits, counted, offset};
  }

  // A life that begins with a fall counts from zero wraps; a jump stays in its life.
  [[nodiscard]] int128 candidate_offset() const { return candidate_fell_ ? 0 : offset_; }

  void accept(const Point& point, Quantity value, int128 offset) {
    life_.push_back({point.time, value, false, point.record});
    offset_ = offset;
    candidate_.reset();
  }

  void confirm(const Point& point, const Step& step) {
    const Point first = *candidate_;
    const int128 base = candidate_offset();
    if (candidate_fell_) {
      verdict_.lives.push_back(std::move(life_));
      life_.clear();
    } else if (first_ever_ && verdict_.lives.empty() && life_.size() == 1) {
      const auto& zero = life_.front();
      verdict_.refused.emplace_back(Point{zero.time, zero.value, zero.record}, Implausible::Reason::first_before_jump);
      life_.clear();
    }
    accept(first, first.value + base, base);
    accept(point, step.value, step.offset);
  }

  void reject(Implausible::Reason reason) {
    verdict_.refused.emplace_back(*candidate_, reason);
    candidate_.reset();
  }

  const SeriesSpec& spec_;
  Quantity range_;  // what a wrap adds; 0: the counter does not wrap
  bool announced_;
  bool first_ever_;
  Verdict verdict_;
  std::vector<LifePoint> life_;
  int128 offset_ = 0;
  std::optional<Point> candidate_;
  bool candidate_fell_ = false;
};

}  // namespace

Verdict judge_points(const std::vector<Point>& points, const SeriesSpec& spec, bool announced, bool first_ever) {
  Judge judge(spec, announced, first_ever);
  for (const auto& point : points) judge.take(point);
  return judge.finish();
}

}  // namespace songhua::rollup
