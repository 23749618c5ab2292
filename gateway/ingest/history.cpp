// What the pipeline reads again: segments of the journal, the names that explain them, and of both the messages that
// touch a window which has to be made again.
#include <algorithm>
#include <iterator>
#include <set>

#include "ingest/entries.h"
#include "ingest/import_rows.h"
#include "ingest/pipeline.h"
#include "ingest/stored_names.h"

namespace songhua::ingest {
namespace {

using storage::Entry;
using storage::EntryKind;
using storage::Fate;

constexpr std::size_t kNamesCached = 256;
constexpr std::size_t kOwnNamesCached = 50'000;  // devices; some 200 bytes each
constexpr std::size_t kImportsCached = 16;       // some 10 MB each
constexpr std::size_t kSegmentsCached = 64;      // of what a flush reads

}  // namespace

std::shared_ptr<const std::vector<Entry>> Pipeline::segment(std::uint64_t id) {
  if (const auto it = segments_.find(id); it != segments_.end()) return it->second;
  auto entries = store_.journal().read(id);
  // A segment that retention has dropped or that is damaged cannot be rebuilt from; verify tells.
  auto shared = entries ? std::make_shared<const std::vector<Entry>>(std::move(*entries)) : nullptr;
  segments_[id] = shared;
  return shared;
}

std::optional<Entry> Pipeline::held_by(const Entry& resolution) {
  const auto position = decode_position(resolution.payload);
  const auto original = position ? segment(position->segment()) : nullptr;
  if (!original || position->index() >= original->size()) return std::nullopt;
  return (*original)[position->index()];
}

void Pipeline::remember_names(const std::shared_ptr<const sparkplug::NameTable>& table) {
  if (!table || !names_.try_emplace(table->id(), table).second) return;
  for (const auto& share : table->shares()) {
    if (shares_stored_.insert(share->id()).second) store_.put_names(share->id(), share->serialize());
  }
  store_.put_names(table->id(), table->serialize_ids());
}

// A table of one device, not the session's: births of many devices would store as many tables, each with the shares of
// the one before and one more.
Pipeline::OwnNames Pipeline::own_names(const std::shared_ptr<const sparkplug::NameTable>& table,
                                       std::string_view device) {
  const auto share = table ? table->share(device) : nullptr;
  if (!share) return {};
  const auto [it, added] = own_names_.try_emplace(share->id());
  auto& own = it->second;
  if (added) {
    own.table = std::make_shared<sparkplug::NameTable>(std::vector{share});
    own.id = own.table->id();
    store_.put_names(share->id(), share->serialize());
    store_.put_names(own.id, own.table->serialize_ids());
  }
  return own;
}

std::shared_ptr<const sparkplug::NameTable> Pipeline::names(std::uint64_t id) {
  if (const auto it = names_.find(id); it != names_.end()) return it->second;
  auto table = stored_names(store_, id);
  if (table) names_[id] = table;
  return table;
}

// Keeps the names that a session needs, and a few of others.
void Pipeline::trim_names() {
  if (own_names_.size() > kOwnNamesCached) own_names_.clear();
  if (names_.size() <= 2 * sessions_.size() + kNamesCached) return;
  std::erase_if(names_, [](const auto& entry) { return entry.second.use_count() == 1; });
  shares_stored_.clear();
}

// One import's messages in one segment, by the first minute that they touch: a file that is imported again rebuilds
// each of its windows from the same segment, which must not be read through for every one of them.
struct Pipeline::ImportedSegment {
  struct Item {
    UnixMillis first;
    SharedMessage message;
  };
  std::vector<Item> items;  // by `first`, then in the order of the journal
  Millis longest{0};        // from the first to the last minute of any message

  void collect(Window window, std::vector<SharedMessage>& into) const {
    auto it = std::lower_bound(items.begin(), items.end(), window.start - longest,
                               [](const Item& item, UnixMillis time) { return item.first < time; });
    for (; it != items.end() && it->first < window.end; ++it) {
      const auto minutes = it->message->minutes();
      if (std::any_of(minutes.begin(), minutes.end(), [&](UnixMillis m) { return window.contains(m); })) {
        into.push_back(it->message);
      }
    }
  }
};

std::shared_ptr<const Pipeline::ImportedSegment> Pipeline::imported(storage::SourceIndex source, std::uint64_t id) {
  const auto key = std::pair{source, id};
  if (const auto it = imported_.find(key); it != imported_.end()) return it->second;
  const auto name = store_.dictionary().source_name(source);
  auto result = std::make_shared<ImportedSegment>();
  if (const auto entries = segment(id)) {
    for (const auto& entry : *entries) {
      const bool rows = entry.kind == EntryKind::import || entry.kind == EntryKind::adjustment;
      if (!rows || entry.topic != name || entry.fate != Fate::applied) continue;
      auto messages = import_messages(entry.payload, store_.dictionary());
      if (!messages) continue;
      const auto digest = digest_of(entry.topic, entry.payload);
      for (auto& message : *messages) {
        message->digest = digest;
        const auto minutes = message->minutes();
        if (minutes.empty()) continue;
        result->longest = std::max(result->longest, Millis{minutes.back() - minutes.front()});
        result->items.push_back({minutes.front(), std::move(message)});
      }
    }
  }
  std::stable_sort(result->items.begin(), result->items.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (imported_.size() >= kImportsCached) imported_.clear();
  imported_[key] = result;
  return result;
}

namespace {

// Gives a message of a segment to the windows of its minutes (ascending) that ask for that segment.
void hand_out(const SharedMessage& message, const std::vector<UnixMillis>& minutes, std::uint64_t segment,
              std::vector<RecordKeeper::Wanted>& windows) {
  const RecordKeeper::Wanted* last = nullptr;
  for (const auto minute : minutes) {
    const auto next =
        std::ranges::upper_bound(windows, minute, {}, [](const auto& wanted) { return wanted.window.start; });
    if (next == windows.begin()) continue;
    auto& wanted = *std::prev(next);
    if (&wanted == last || !wanted.window.contains(minute)) continue;
    last = &wanted;  // its minutes ascend
    if (std::ranges::binary_search(wanted.segments, segment)) wanted.messages.push_back(message);
  }
}

}  // namespace

void Pipeline::load(storage::SourceIndex source, std::vector<RecordKeeper::Wanted>& windows) {
  std::set<std::uint64_t> segments;
  for (const auto& wanted : windows) segments.insert(wanted.segments.begin(), wanted.segments.end());
  const auto name = store_.dictionary().source_name(source);
  const bool of_import =
      name.starts_with(kImportPrefix) || name.starts_with(kQuarterImportPrefix) || name == kAdjustSource;
  for (const auto id : segments) {
    if (!of_import) {
      load_messages(name, id, windows);
      continue;
    }
    for (auto& wanted : windows) {
      if (std::ranges::binary_search(wanted.segments, id))
        imported(source, id)->collect(wanted.window, wanted.messages);
    }
  }
}

void Pipeline::load_messages(const std::string& source, std::uint64_t id, std::vector<RecordKeeper::Wanted>& windows) {
  const auto translate = [&](const Entry& entry, std::uint64_t names_id, Take take, std::uint64_t telling) {
    const auto topic = sparkplug::parse_topic(entry.topic);
    if (!topic || topic->type == sparkplug::MessageType::ndeath || node_of(*topic) != source) return;
    const auto payload = decoder_again_.decode(entry.payload);
    if (!payload) return;
    const auto table = names(names_id);
    const auto message = translator_.again(*topic, **payload, table.get(), take, entry.received).message;
    message->digest = digest_of(entry.topic, entry.payload);
    message->telling = telling;
    auto minutes = message->minutes();
    if (telling != 0) {
      std::vector<UnixMillis> all;
      std::ranges::set_union(minutes, translator_.minutes_of_all(**payload, entry.received), std::back_inserter(all));
      minutes = std::move(all);
    }
    hand_out(message, minutes, id, windows);
  };
  if (segments_.size() > kSegmentsCached) segments_.clear();
  const auto entries = segment(id);
  if (!entries) return;
  for (std::uint32_t i = 0; i < entries->size(); ++i) {
    const auto& entry = (*entries)[i];
    if (entry.kind == EntryKind::message && entry.fate == Fate::applied) {
      translate(entry, entry.names, Take::whole, 0);
    } else if (entry.kind == EntryKind::message && entry.fate == Fate::held) {
      translate(entry, 0, Take::named, 0);
    } else if (entry.kind == EntryKind::resolution && entry.topic == source) {
      const auto held = held_by(entry);
      if (held) translate(*held, entry.names, take_of_resolution(entry), storage::Position::at(id, i).value);
    }
  }
}

}  // namespace songhua::ingest
