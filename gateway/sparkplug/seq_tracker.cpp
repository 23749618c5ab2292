#include "sparkplug/seq_tracker.h"

#include <algorithm>

namespace songhua::sparkplug {
namespace {
// A gap of up to 16 messages could hide an NBIRTH too, but then the node's NDEATH, sent with QoS 1, would have come.
constexpr std::int64_t kShortGap = 16;
constexpr std::int64_t kModulus = 256;

std::uint32_t size_of(const SeqTracker::Run& run) {
  return static_cast<std::uint32_t>(run.end - run.first);
}
}  // namespace

bool SeqTracker::Run::hides_birth() const {
  const auto next_zero = (first + kModulus - 1) / kModulus * kModulus;
  return after_loss || (end - first > kShortGap && next_zero < end);
}

void SeqTracker::start(std::uint8_t base) {
  next_ = std::int64_t{base} + 1;
  loss_at_ = doubt_from_ = -1;
  runs_.clear();
}

SeqTracker::Step SeqTracker::take(std::uint8_t seq, UnixMillis now) {
  Step step;
  if (fill(seq, step)) return step;
  const auto ahead = (std::int64_t{seq} - next_ % kModulus + kModulus) % kModulus;
  step.number = next_ + ahead;
  if (ahead > 0) {
    step.kind = Step::Kind::ahead;
    step.missing = static_cast<std::uint32_t>(ahead);
    runs_.push_back({next_, step.number, now, false, loss_at_ == next_});
  }
  next_ = step.number + 1;
  loss_at_ = -1;
  step.lost_for_good = forget_far_behind();
  return step;
}

// The number that `seq` means among the missing, taken out of its run, which may fall into two.
bool SeqTracker::fill(std::uint8_t seq, Step& step) {
  if (runs_.empty() || seq == expected()) return false;
  const auto behind = (next_ - std::int64_t{seq}) % kModulus;
  const auto number = next_ - behind;
  const auto run =
      std::find_if(runs_.begin(), runs_.end(), [&](const Run& r) { return r.first <= number && number < r.end; });
  if (run == runs_.end()) return false;
  step.kind = Step::Kind::fills;
  step.number = number;
  step.was_expired = run->expired;
  const Run before{run->first, number, run->seen, run->expired, run->after_loss};
  run->first = number + 1;
  if (run->first == run->end) {
    if (before.first == before.end)
      runs_.erase(run);
    else
      *run = before;
  } else if (before.first != before.end) {
    runs_.insert(run, before);
  }
  return true;
}

std::uint32_t SeqTracker::forget_far_behind() {
  std::uint32_t lost = 0;
  const auto window = next_ - (kModulus - 1);  // older numbers can no longer be named by a seq
  while (!runs_.empty() && runs_.front().first < window) {
    auto& run = runs_.front();
    if (run.hides_birth() && doubt_from_ < 0) doubt_from_ = run.first;
    const auto cut = std::min(run.end, window);
    if (!run.expired) lost += static_cast<std::uint32_t>(cut - run.first);
    run.first = cut;
    if (run.first != run.end) break;
    runs_.erase(runs_.begin());
  }
  return lost;
}

bool SeqTracker::certain(std::int64_t number) const {
  if (doubt_from_ >= 0 && number >= doubt_from_) return false;
  return std::none_of(runs_.begin(), runs_.end(), [&](const Run& r) { return r.first < number && r.hides_birth(); });
}

std::uint32_t SeqTracker::unexpired_missing() const {
  std::uint32_t n = 0;
  for (const auto& run : runs_)
    if (!run.expired) n += size_of(run);
  return n;
}

std::optional<UnixMillis> SeqTracker::oldest_unexpired() const {
  std::optional<UnixMillis> oldest;
  for (const auto& run : runs_)
    if (!run.expired && (!oldest || run.seen < *oldest)) oldest = run.seen;
  return oldest;
}

std::uint32_t SeqTracker::expire(UnixMillis limit) {
  std::uint32_t n = 0;
  for (auto& run : runs_)
    if (!run.expired && run.seen <= limit) {
      run.expired = true;
      n += size_of(run);
    }
  return n;
}

}  // namespace songhua::sparkplug
