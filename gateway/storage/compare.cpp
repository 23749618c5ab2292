#include "storage/compare.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "rollup/codec.h"

namespace songhua::storage {
namespace {

// The second store's numbers of series, as the first has them.
class Translation {
 public:
  Translation(const Dictionary& first, const Dictionary& second) {
    std::map<std::tuple<LineId, SeriesKey, SeriesKind>, rollup::SeriesIndex> known;
    for (std::size_t i = 0; i < first.series_count(); ++i) {
      const rollup::SeriesIndex index{static_cast<std::uint32_t>(i)};
      const auto& spec = first.spec(index);
      known[{spec.line, spec.key, spec.kind}] = index;
    }
    for (std::size_t i = 0; i < second.series_count(); ++i) {
      const rollup::SeriesIndex index{static_cast<std::uint32_t>(i)};
      const auto& spec = second.spec(index);
      const auto it = known.find({spec.line, spec.key, spec.kind});
      const bool same = it != known.end() && first.spec(it->second) == spec;
      numbers_.push_back(same ? std::optional(it->second) : std::nullopt);
      identical_ = identical_ && same && it->second == index;
    }
  }

  // Bytes as the first store would have written them; none where it lacks a series or knows it by other rules.
  [[nodiscard]] std::optional<std::string> translate(std::string bytes) const {
    if (identical_) return bytes;
    auto record = rollup::decode(bytes);
    if (!record) throw SQLite::Exception("a record that was made again: " + record.error().message);
    for (auto& part : record->series) {
      const auto& number = numbers_.at(static_cast<std::size_t>(part.series));
      if (!number) return std::nullopt;
      part.series = *number;
    }
    std::sort(record->series.begin(), record->series.end(),
              [](const auto& a, const auto& b) { return a.series < b.series; });
    return rollup::encode(*record);
  }

 private:
  std::vector<std::optional<rollup::SeriesIndex>> numbers_;
  bool identical_ = true;
};

using Place = std::pair<Window, std::string>;
struct PlaceHash {
  std::size_t operator()(const Place& place) const {
    return std::hash<std::int64_t>{}(count_of(place.first.start)) * 31 + std::hash<std::string>{}(place.second);
  }
};
using Records = std::unordered_map<Place, std::string, PlaceHash>;

bool equal(const Store& first, const Store& second, const Translation& translation, const LineId& line,
           std::uint64_t& records) {
  const auto here = first.dictionary().find_line(line), there = second.dictionary().find_line(line);
  bool same = first.gone_since(line) == second.gone_since(line);
  Records again;
  if (there) {
    second.scan_records(*there, std::nullopt, [&](RecordRow row) {
      again.emplace(Place{row.key.window, second.dictionary().source_name(row.key.source)}, std::move(row.bytes));
    });
  }
  if (here) {
    first.scan_records(*here, std::nullopt, [&](const RecordRow& row) {
      ++records;
      const auto it = again.find({row.key.window, first.dictionary().source_name(row.key.source)});
      if (it == again.end()) {
        same = false;
        return;
      }
      same = same && translation.translate(std::move(it->second)) == row.bytes;
      again.erase(it);
    });
  }
  return same && again.empty();
}

}  // namespace

Comparison compare_records(const Store& first, const Store& second) {
  std::set<LineId> lines;
  for (const auto* store : {&first, &second}) {
    const auto& dictionary = store->dictionary();
    for (std::size_t i = 0; i < dictionary.line_count(); ++i) {
      lines.insert(dictionary.line_id(rollup::LineIndex{static_cast<std::uint32_t>(i)}));
    }
  }
  const Translation translation(first.dictionary(), second.dictionary());
  Comparison result;
  for (const auto& line : lines) {
    if (!equal(first, second, translation, line, result.records)) result.differ.push_back(line);
  }
  return result;
}

}  // namespace songhua::storage
