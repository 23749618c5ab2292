#include "central/line_book.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>

#include "central/stores_of_one_line.h"
#include "rollup/codec.h"

namespace songhua::central {
namespace {

using rollup::SeriesIndex;

// What a series is at the centre, whatever number a gateway gives it.
using SeriesName = std::pair<SeriesKey, SeriesKind>;
SeriesName name_of(const SeriesSpec& spec) {
  return {spec.key, spec.kind};
}

rollup::Record decode(const CentreRecord& stored, const LineName& line) {
  auto record = rollup::decode(stored.content);
  if (record) return std::move(*record);
  throw std::runtime_error("record of " + line.enterprise + " " + line.line + " at " + format_utc(stored.window.start) +
                           ": " + record.error().message);
}

// Incarnations of the line from the oldest to the newest: by the latest window that they tell of.
std::vector<std::string> by_age(const std::vector<CentreRecord>& records) {
  std::map<std::string, UnixMillis> latest;
  for (const auto& record : records) {
    const auto [it, added] = latest.try_emplace(record.incarnation, record.window.start);
    if (!added) it->second = std::max(it->second, record.window.start);
  }
  std::vector<std::string> names;
  for (const auto& [name, time] : latest) names.push_back(name);
  std::ranges::sort(names, {}, [&](const std::string& name) { return std::tuple(latest.at(name), name); });
  return names;
}

// The series of one gateway in the centre's numbering.
class Numbering {
 public:
  explicit Numbering(const std::set<SeriesName>& names) {
    for (const auto& name : names) index_.emplace(name, SeriesIndex{static_cast<std::uint32_t>(index_.size())});
  }
  void translate(rollup::Record& record, const forward::WireDictionary& dictionary) const {
    for (auto& part : record.series) part.series = index_.at(name_of(dictionary.spec(part.series)));
    std::ranges::sort(record.series, {}, &rollup::SeriesPart::series);
  }

 private:
  std::map<SeriesName, SeriesIndex> index_;
};

}  // namespace

const forward::WireDictionary& Dictionaries::get(const forward::Digest& hash) {
  auto& known = known_[hash];
  if (known) return *known;
  const auto bytes = store_.dictionary(hash);
  if (!bytes) throw std::runtime_error("dictionary " + hash.hex() + " is not in the centre's store");
  auto decoded = forward::decode_dictionary(*bytes);
  auto* dictionary = std::get_if<forward::WireDictionary>(&decoded);
  if (dictionary == nullptr) throw std::runtime_error("dictionary " + hash.hex() + " cannot be read any more");
  known = std::make_unique<const forward::WireDictionary>(std::move(*dictionary));
  return *known;
}

std::unique_ptr<const LineBook> LineBook::load(CentreStore& store, Dictionaries& dictionaries, const LineName& line,
                                               std::optional<UnixMillis> as_of) {
  std::unique_ptr<LineBook> book(new LineBook);
  book->name_ = line;
  const auto stored = store.records(line, as_of);
  const auto incarnations = by_age(stored);

  std::vector<SourcedRecord> records;
  std::map<SeriesName, SeriesSpec> specs;
  std::set<SeriesName> names;
  for (const auto& version : stored) {
    const auto age = std::ranges::find(incarnations, version.incarnation) - incarnations.begin();
    auto& record = records.emplace_back(
        SourcedRecord{static_cast<std::size_t>(age), version.source, decode(version, line), version.committed});
    const auto& dictionary = dictionaries.get(version.dictionary);
    for (const auto& part : record.record.series) {
      const auto& spec = dictionary.spec(part.series);
      names.insert(name_of(spec));
      specs.try_emplace(name_of(spec), spec);
    }
    const auto& heard = record.record.heard;
    if (!heard) continue;
    book->first_seen_ = std::min(book->first_seen_.value_or(heard->first), heard->first);
    book->last_seen_ = std::max(book->last_seen_.value_or(heard->last), heard->last);
  }
  const Numbering numbering(names);
  for (std::size_t i = 0; i < records.size(); ++i) {
    numbering.translate(records[i].record, dictionaries.get(stored[i].dictionary));
  }

  // A series is what the newest dictionary of the newest store says: configuration is applied to all of its history,
  // as the gateway does.
  rollup::TimelineRules rules;
  for (const auto& incarnation : incarnations) {
    const auto hash = store.newest_dictionary(incarnation, as_of);
    if (!hash) continue;
    const auto& newest = dictionaries.get(*hash);
    rules.gap_limit = newest.gap_limit;
    for (const auto& spec : newest.series) {
      if (spec.line == line.line && names.contains(name_of(spec))) specs[name_of(spec)] = spec;
    }
    const auto known = std::ranges::find(newest.lines, line.line, &forward::DictionaryLine::id);
    if (known != newest.lines.end()) rules.gone_since = known->gone_since;
  }
  if (const auto state = store.line_state(line, as_of)) {
    rules.gone_since = state->gone ? std::optional(state->at) : std::nullopt;
  }
  for (const auto& name : names) book->specs_.push_back(specs.at(name));
  book->gone_since_ = rules.gone_since;

  keep_the_fuller(records);
  std::map<std::pair<std::size_t, std::string>, std::vector<rollup::StoredRecord>> sources;
  for (auto& r : records) sources[{r.incarnation, r.source}].push_back({std::move(r.record), r.committed});
  std::vector<std::vector<rollup::StoredRecord>> all;
  for (auto& [source, list] : sources) all.push_back(std::move(list));
  book->timeline_ = std::make_unique<const rollup::Timeline>(std::move(all), *book, rules);
  return book;
}

}  // namespace songhua::central
