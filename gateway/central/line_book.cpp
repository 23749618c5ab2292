#include "central/line_book.h"

#include <algorithm>
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
  names.reserve(latest.size());
  for (const auto& [name, time] : latest) names.push_back(name);
  std::ranges::sort(names, {}, [&](const std::string& name) { return std::tuple(latest.at(name), name); });
  return names;
}

// The series of a line's records under one numbering, by name, whichever gateway came first. A name is compared once
// for each series of a dictionary, not for each of the many records that were made with it.
class Numbering {
 public:
  // What a series is: as the first record that holds it says it, until the newest dictionary does.
  std::map<SeriesName, SeriesSpec> specs;

  void note(const rollup::Record& record, const forward::Digest& hash, const forward::WireDictionary& dictionary) {
    auto& table = tables_[hash];
    if (!table.dictionary) table = {&dictionary, std::vector<char>(dictionary.series.size()), {}};
    for (const auto& part : record.series) {
      auto& seen = table.seen.at(static_cast<std::size_t>(part.series));
      if (seen != 0) continue;
      seen = 1;
      const auto& spec = dictionary.spec(part.series);
      specs.try_emplace(name_of(spec), spec);
    }
  }

  void number() {
    std::map<SeriesName, SeriesIndex> places;
    for (const auto& [name, spec] : specs) {
      places.emplace(name, SeriesIndex{static_cast<std::uint32_t>(places.size())});
    }
    for (auto& [hash, table] : tables_) {
      table.places.resize(table.seen.size());
      for (std::size_t i = 0; i < table.seen.size(); ++i) {
        if (table.seen[i] != 0) table.places[i] = places.at(name_of(table.dictionary->series[i]));
      }
    }
  }

  void translate(rollup::Record& record, const forward::Digest& hash) const {
    const auto& places = tables_.at(hash).places;
    for (auto& part : record.series) part.series = places[static_cast<std::size_t>(part.series)];
    std::ranges::sort(record.series, {}, &rollup::SeriesPart::series);
  }

 private:
  struct Table {
    const forward::WireDictionary* dictionary = nullptr;
    std::vector<char> seen;           // does any record hold the series?
    std::vector<SeriesIndex> places;  // of those that are
  };
  std::map<forward::Digest, Table> tables_;
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

std::shared_ptr<const LineBook> LineBook::load(CentreStore& store, Dictionaries& dictionaries, const LineName& line,
                                               std::optional<UnixMillis> as_of) {
  std::shared_ptr<LineBook> book(new LineBook);
  book->name_ = line;
  const auto stored = store.records(line, as_of);
  const auto incarnations = by_age(stored);

  std::vector<SourcedRecord> records;
  records.reserve(stored.size());
  Numbering numbering;
  for (const auto& version : stored) {
    const auto age = std::ranges::find(incarnations, version.incarnation) - incarnations.begin();
    auto& record = records.emplace_back(
        SourcedRecord{static_cast<std::size_t>(age), version.source, decode(version, line), version.committed});
    numbering.note(record.record, version.dictionary, dictionaries.get(version.dictionary));
    const auto& heard = record.record.heard;
    if (!heard) continue;
    book->first_seen_ = std::min(book->first_seen_.value_or(heard->first), heard->first);
    book->last_seen_ = std::max(book->last_seen_.value_or(heard->last), heard->last);
  }
  numbering.number();
  for (std::size_t i = 0; i < records.size(); ++i) numbering.translate(records[i].record, stored[i].dictionary);

  // A series is what the newest dictionary of the newest store says: configuration is applied to all of its history,
  // as the gateway does.
  rollup::TimelineRules rules;
  for (const auto& incarnation : incarnations) {
    const auto hash = store.newest_dictionary(incarnation, as_of);
    if (!hash) continue;
    const auto& newest = dictionaries.get(*hash);
    rules.gap_limit = newest.gap_limit;
    for (const auto& spec : newest.series) {
      if (spec.line != line.line) continue;
      if (const auto held = numbering.specs.find(name_of(spec)); held != numbering.specs.end()) held->second = spec;
    }
    const auto known = std::ranges::find(newest.lines, line.line, &forward::DictionaryLine::id);
    if (known != newest.lines.end()) rules.gone_since = known->gone_since;
  }
  if (const auto state = store.line_state(line, as_of)) {
    rules.gone_since = state->gone ? std::optional(state->at) : std::nullopt;
  }
  for (auto& [name, spec] : numbering.specs) book->specs_.push_back(std::move(spec));
  book->gone_since_ = rules.gone_since;

  keep_the_fuller(records);
  std::map<std::pair<std::size_t, std::string>, std::vector<rollup::StoredRecord>> sources;
  for (auto& r : records) sources[{r.incarnation, r.source}].push_back({std::move(r.record), r.committed});
  std::vector<std::vector<rollup::StoredRecord>> all;
  all.reserve(sources.size());
  for (auto& [source, list] : sources) all.push_back(std::move(list));
  book->timeline_ = std::make_unique<const rollup::Timeline>(std::move(all), *book, rules);
  return book;
}

std::set<LineName> Bookshelf::changed_after(std::optional<UnixMillis> as_of) {
  std::set<LineName> changed;
  if (!as_of) return changed;
  for (auto& line : store_.lines_changed_after(*as_of)) changed.insert(std::move(line));
  return changed;
}

std::vector<std::shared_ptr<const LineBook>> Bookshelf::books(std::optional<UnixMillis> as_of) {
  Dictionaries dictionaries(store_);
  // The mark comes first: what is stored while books are read is read, and once more the next time.
  for (const auto& line : store_.lines_changed_since(mark_)) books_[line] = nullptr;
  auto changed = changed_after(as_of);
  for (auto& [line, now] : books_) {
    if (!now && !changed.contains(line)) now = LineBook::load(store_, dictionaries, line, std::nullopt);
  }
  // And what is stored while books are read was not there then.
  changed = changed_after(as_of);
  std::vector<std::shared_ptr<const LineBook>> known;
  for (const auto& [line, now] : books_) {
    auto book = changed.contains(line) ? LineBook::load(store_, dictionaries, line, as_of) : now;
    if (book->heard_of()) known.push_back(std::move(book));
  }
  return known;
}

}  // namespace songhua::central
