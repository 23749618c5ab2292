#include "central/stores_of_one_line.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace songhua::central {
namespace {

using namespace rollup;

// When a part speaks of, and how much it says.
struct Weight {
  UnixMillis first;
  UnixMillis last;
  std::int64_t amount = 0;
  [[nodiscard]] bool overlaps(const Weight& other) const { return first <= other.last && other.first <= last; }
};

struct WeightOf {
  std::optional<Weight> operator()(const TotalizerPart&) const { return std::nullopt; }
  std::optional<Weight> operator()(const LevelPart&) const { return std::nullopt; }
  std::optional<Weight> operator()(const RatePart& p) const {
    return Weight{p.first.time, p.last.time, (p.last.time - p.first.time).count()};
  }
  std::optional<Weight> operator()(const AmountPart& p) const {
    return Weight{p.first, p.last, static_cast<std::int64_t>(p.count)};
  }
  std::optional<Weight> operator()(const GaugePart& p) const {
    return Weight{p.first.time, p.last.time, static_cast<std::int64_t>(p.count)};
  }
};

std::optional<Weight> weight(const std::optional<StatePart>& p) {
  if (!p) return std::nullopt;
  return Weight{p->first.time, p->last.time, (p->last.time - p->first.time).count()};
}
std::optional<Weight> weight(const std::optional<HeardPart>& p) {
  if (!p) return std::nullopt;
  return Weight{p->first, p->last, p->observed.count()};
}

// Which of the two has to go: -1 the older, 1 the newer, 0 none.
int loser(const std::optional<Weight>& older, const std::optional<Weight>& newer) {
  if (!older || !newer || !older->overlaps(*newer)) return 0;
  return older->amount > newer->amount ? 1 : -1;
}

void settle(Record& older, Record& newer) {
  std::vector<SeriesIndex> from_older, from_newer;
  for (const auto& part : older.series) {
    const auto* other = newer.find(part.series);
    if (other == nullptr) continue;
    const auto which = loser(std::visit(WeightOf{}, part.data), std::visit(WeightOf{}, *other));
    if (which != 0) (which < 0 ? from_older : from_newer).push_back(part.series);
  }
  const auto drop = [](Record& record, const std::vector<SeriesIndex>& series) {
    std::erase_if(record.series, [&](const SeriesPart& p) { return std::ranges::binary_search(series, p.series); });
  };
  drop(older, from_older);
  drop(newer, from_newer);
  if (const auto which = loser(weight(older.state), weight(newer.state)); which != 0) {
    (which < 0 ? older : newer).state.reset();
  }
  if (const auto which = loser(weight(older.heard), weight(newer.heard)); which != 0) {
    (which < 0 ? older : newer).heard.reset();
  }
}

}  // namespace

void keep_the_fuller(std::vector<SourcedRecord>& records) {
  std::map<std::string, std::vector<SourcedRecord*>> by_source;
  for (auto& record : records) by_source[record.source].push_back(&record);
  for (auto& [source, same] : by_source) {
    std::ranges::sort(same, {}, [](const SourcedRecord* r) {
      return std::tuple(r->record.window.start, r->record.window.end, r->incarnation);
    });
    for (std::size_t i = 0; i < same.size(); ++i) {
      for (std::size_t j = i + 1; j < same.size() && same[j]->record.window.start < same[i]->record.window.end; ++j) {
        auto *a = same[i], *b = same[j];
        if (a->incarnation == b->incarnation) continue;
        if (b->incarnation < a->incarnation) std::swap(a, b);
        settle(a->record, b->record);
      }
    }
  }
}

}  // namespace songhua::central
