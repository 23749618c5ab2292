// A changed mapping, applied to the past: every record is made again from the journal, as if the mapping had been there
// from the start (design.md, law 2). Sessions, fates and name tables do not depend on it; they stay.
#include "storage/rebuild.h"

#include "ingest/entries.h"
#include "ingest/import_rows.h"
#include "ingest/pipeline.h"

namespace songhua::ingest {
namespace {

using storage::Entry;
using storage::EntryKind;
using storage::Fate;
using storage::Position;

constexpr const char* kMappingFact = "config:lines.toml";
constexpr const char* kRulesFact = "config:rules";
// Counts changes of the program after which the same journal gives other records: stores made before are rebuilt.
constexpr int kProgramRules = 5;
constexpr std::size_t kEntriesPerFlush = 4'000;
constexpr std::size_t kSegmentsInMemory = 64;

std::string rules_text(const PipelineOptions& options) {
  return "program " + std::to_string(kProgramRules) + ", future " + format_duration(options.limits.future) +
         ", floor " + format_utc(options.limits.floor) + ", gap " + format_duration(options.gap);
}

// Of the whole dictionary, by line: which series mean something else now than then.
std::set<rollup::LineIndex> respecified(const storage::Dictionary& dictionary, const std::vector<SeriesSpec>& then) {
  std::set<rollup::LineIndex> lines;
  for (std::uint32_t i = 0; i < then.size(); ++i) {
    const rollup::SeriesIndex series{i};
    if (dictionary.spec(series) != then[i]) lines.insert(dictionary.line_of(series));
  }
  return lines;
}

}  // namespace

std::string mapping_in_force(const storage::Store& store) {
  return store.fact(kMappingFact).value_or("");
}

bool Pipeline::is_in_force(const std::string& mapping_text) const {
  return mapping_in_force(store_) == mapping_text &&
         store_.fact(kRulesFact).value_or(rules_text(options_)) == rules_text(options_);
}

std::variant<Pipeline::Adopted, Pipeline::CommitError> Pipeline::adopt(const lines::Mapping& mapping,
                                                                       const std::string& mapping_text, UnixMillis now,
                                                                       const Progress& progress) {
  const auto before = options_.mapping;
  options_.mapping = mapping;
  translator_.adopt(mapping);
  keeper_.reset();
  try {
    recover();
    SQLite::Transaction transaction(store_.database(), SQLite::TransactionBehavior::IMMEDIATE);
    Adopted adopted;
    const bool text_changed = mapping_in_force(store_) != mapping_text;
    adopted.rebuilt = !is_in_force(mapping_text) && store_.journal().next_segment() > 1;
    store_.set_fact(kMappingFact, mapping_text);
    store_.set_fact(kRulesFact, rules_text(options_));
    adopted.generation = store_.journal().next_segment();
    if (adopted.rebuilt) rebuild(adopted, now, progress);
    // The mapping in force is part of the recording.
    if (text_changed || adopted.rebuilt) {
      store_.journal().append({{EntryKind::config, Fate::noted, now, 0, "lines.toml", mapping_text, 0}});
    }
    transaction.commit();
    if (adopted.rebuilt) keeper_.reset();
    return adopted;
  } catch (const SQLite::Exception& problem) {
    options_.mapping = before;
    translator_.adopt(before);
    return failed("a changed mapping could not be applied to the past: ", problem);
  }
}

std::variant<Pipeline::Adopted, Pipeline::CommitError> Pipeline::make_again(UnixMillis now, const Progress& progress) {
  keeper_.reset();
  try {
    SQLite::Transaction transaction(store_.database(), SQLite::TransactionBehavior::IMMEDIATE);
    Adopted adopted;
    adopted.rebuilt = true;
    adopted.generation = store_.journal().next_segment();
    rebuild(adopted, now, progress);
    transaction.commit();
    keeper_.reset();
    return adopted;
  } catch (const SQLite::Exception& problem) {
    return failed("the records could not be made again: ", problem);
  }
}

void Pipeline::rebuild(Adopted& adopted, UnixMillis now, const Progress& progress) {
  days_final_.clear();
  auto& dictionary = store_.dictionary();
  std::vector<SeriesSpec> specs;
  for (std::uint32_t i = 0; i < dictionary.series_count(); ++i)
    specs.push_back(dictionary.spec(rollup::SeriesIndex{i}));

  (void)store_.complete_windows(adopted.generation, now);  // what is compared is whole
  storage::Rebuild rebuild(store_, Translator::reasons(), {Translator::kSilenceFact, Translator::kBirthFact});
  std::size_t waiting = 0;
  UnixMillis last{};
  const auto flush = [&] {
    // When it was committed then is restored by the rebuild; of what is new, its receipt is the best that is known.
    (void)keeper_.flush(adopted.generation, last, [](rollup::LineIndex, Window) { return false; });
    keeper_.trim();
    if (segments_.size() > kSegmentsInMemory) segments_.clear();
    waiting = 0;
  };
  const auto segments = store_.journal().segments();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto entries = segment(segments[i].id);
    if (!entries)
      throw SQLite::Exception("segment " + std::to_string(segments[i].id) + " of the journal cannot be read");
    for (std::uint32_t n = 0; n < entries->size(); ++n) take_again((*entries)[n], Position::at(segments[i].id, n));
    adopted.entries += entries->size();
    waiting += entries->size();
    last = std::max(last, segments[i].last_received);
    if (waiting >= kEntriesPerFlush) flush();
    if (progress) progress(i + 1, segments.size());
  }
  flush();
  (void)store_.complete_windows(adopted.generation, last);
  segments_.clear();
  imported_.clear();

  const auto changed_lines = respecified(dictionary, specs);
  const auto outcome = rebuild.finish(
      adopted.generation, now, [&](rollup::LineIndex line, Window window) { return day_is_final(line, window, now); },
      [&](rollup::LineIndex line) { return changed_lines.contains(line); });
  adopted.changed = outcome.changed;
  adopted.retracted = outcome.retracted;
}

// What the live pipeline did with the entry, its fate and names being known.
void Pipeline::take_again(const Entry& entry, Position position) {
  switch (entry.kind) {
    case EntryKind::message:
      if (entry.fate == Fate::applied) return translate_again(entry, entry.names, Take::whole, position, 0);
      if (entry.fate == Fate::held) return translate_again(entry, 0, Take::named, position, 0);
      return;
    case EntryKind::resolution: {
      const auto held = held_by(entry);
      if (held) translate_again(*held, entry.names, take_of_resolution(entry), position, position.value);
      return;
    }
    case EntryKind::import:
    case EntryKind::adjustment: {
      if (entry.fate != Fate::applied) return;
      const auto messages = import_messages(entry.payload, store_.dictionary());
      if (!messages) return;
      const auto source = store_.dictionary().source(entry.topic);
      for (const auto& message : *messages) {
        message->digest = digest_of(entry.topic, entry.payload);
        keeper_.apply(source, message, position.segment());
      }
      return;
    }
    case EntryKind::host:
    case EntryKind::config:
    case EntryKind::line:
      return;
  }
}

void Pipeline::translate_again(const Entry& entry, std::uint64_t names_id, Take take, Position position,
                               std::uint64_t telling) {
  const auto topic = sparkplug::parse_topic(entry.topic);
  if (!topic || topic->type == sparkplug::MessageType::ndeath) return;
  const auto payload = decoder_again_.decode(entry.payload);
  if (!payload) return;
  const auto table = names(names_id);
  auto translation = translator_.translate(*topic, **payload, table.get(), take, entry.received);
  for (const auto& refusal : translation.refusals) {
    store_.quarantine(quarantined(entry, refusal.reason, refusal.detail, position));
  }
  translation.message->digest = digest_of(entry.topic, entry.payload);
  translation.message->telling = telling;
  keeper_.apply(store_.dictionary().source(node_of(*topic)), translation.message, position.segment(),
                telling == 0 ? std::vector<UnixMillis>{} : translator_.minutes_of_all(**payload, entry.received));
}

}  // namespace songhua::ingest
