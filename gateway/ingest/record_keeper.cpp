#include "ingest/record_keeper.h"

#include <algorithm>
#include <utility>

#include "rollup/codec.h"

namespace songhua::ingest {
namespace {

// Windows that stay in memory after a commit: late messages mostly miss by seconds.
constexpr std::size_t kWindowsKept = 3;
// Windows that a line gets afterwards when its first message comes late: four hours, and a bound on what a wrong clock
// can make the gateway read again.
constexpr std::size_t kWindowsMadeUp = 240;
// How long a record may wait for the stretches of its source: what is forwarded of it is no older.
constexpr Millis kLongestBehind{10'000};

// Ascending.
std::vector<UnixMillis> windows_touched(const rollup::SourceMessage& message, Millis length) {
  auto windows = message.minutes();
  if (length == kMinute) return windows;
  for (auto& window : windows) window = floor_to(window, length);
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

}  // namespace

RecordKeeper::RecordKeeper(storage::Store& store, rollup::BuildRules rules, std::size_t readings, Load load)
    : store_(store), rules_(rules), load_(std::move(load)), readings_kept_(readings) {}

RecordKeeper::Source& RecordKeeper::source_of(storage::SourceIndex index) {
  const auto [it, added] = sources_.try_emplace(index);
  if (added) {
    for (const auto line : store_.lines_of(index)) {
      it->second.lines.emplace(line, store_.first_window(index, line).value_or(UnixMillis::max()));
    }
    if (store_.dictionary().source_name(index).starts_with(kQuarterImportPrefix)) it->second.length = kQuarterHour;
    it->second.newest = store_.newest_touched(index).value_or(UnixMillis::min());
  }
  return it->second;
}

RecordKeeper::Open& RecordKeeper::open(storage::SourceIndex index, Source& source, UnixMillis start) {
  const auto [it, added] = source.windows.try_emplace(start);
  Open& window = it->second;
  if (!added) return window;
  window.window = {start, start + source.length};
  source.newest = std::max(source.newest, start);
  if (source.length == kMinute) {
    window.builder = std::make_unique<rollup::MinuteBuilder>(start, store_.dictionary(), rules_);
    source.add_lines_to(*window.builder, start);
  }
  if (auto segments = store_.touched(index, start); store_.is_frozen(segments)) {
    window.frozen = true;
  } else if (!segments.empty()) {
    window.forgotten_to = segments.back();
    window.segments = std::move(segments);
    window.builder.reset();
  }
  return window;
}

// False: the window would have to be made again, and the journal no longer holds all its messages.
bool RecordKeeper::add(Open& window, const SharedMessage& message, std::uint64_t segment) {
  if (window.builder && !window.builder->append(*message)) {
    if (window.forgotten_to != 0 && store_.is_frozen(window.segments)) return false;
    window.builder.reset();
  }
  if (window.segments.empty() || window.segments.back() < segment) window.segments.push_back(segment);
  window.messages.push_back(message);
  for (const auto& part : message->lines) readings_ += part.readings.size();
  window.changed = true;
  return true;
}

// Reads what is to be made again and is not in memory: windows of the store, and what trim() has let go.
void RecordKeeper::recall(storage::SourceIndex index, Source& source) {
  std::vector<Wanted> wanted;
  for (const auto& [start, window] : source.windows) {
    if (!window.changed || window.builder || window.forgotten_to == 0) continue;
    const auto end = std::ranges::upper_bound(window.segments, window.forgotten_to);
    wanted.push_back({window.window, {window.segments.begin(), end}, {}});
  }
  if (wanted.empty()) return;
  load_(index, wanted);
  for (auto& found : wanted) {
    auto& window = source.windows.at(found.window.start);
    found.messages.insert(found.messages.end(), window.messages.begin(), window.messages.end());
    window.messages = std::move(found.messages);
    window.forgotten_to = 0;
  }
}

std::vector<rollup::LineIndex> RecordKeeper::Source::lines_in(UnixMillis window) const {
  std::vector<rollup::LineIndex> known;
  for (const auto& [line, first] : lines) {
    if (first <= window) known.push_back(line);
  }
  return known;
}

void RecordKeeper::Source::add_lines_to(rollup::MinuteBuilder& builder, UnixMillis window) const {
  for (const auto& [line, first] : lines) {
    if (first <= window) builder.add_line(line);
  }
}

// A message of the line touches the window `first`. What the source said between it and the first window known so far
// is the line's as well: the records must not tell which message came first.
void RecordKeeper::know(storage::SourceIndex index, Source& source, rollup::LineIndex line, UnixMillis first) {
  const auto [it, added] = source.lines.try_emplace(line, UnixMillis::max());
  if (added) store_.set_line_of(index, line);
  if (it->second <= first) return;
  const auto until = std::exchange(it->second, first);
  const auto after = first + source.length;
  std::set<UnixMillis> missed;
  for (const auto start : store_.touched_windows(index, after, until, kWindowsMadeUp)) missed.insert(start);
  for (auto open = source.windows.lower_bound(after); open != source.windows.end() && open->first < until; ++open) {
    missed.insert(open->first);
  }
  for (const auto start : missed) {
    auto& window = open(index, source, start);
    if (window.frozen) continue;
    if (window.builder) window.builder->add_line(line);
    window.changed = true;
  }
}

std::vector<UnixMillis> RecordKeeper::apply(storage::SourceIndex index, const SharedMessage& message,
                                            std::uint64_t segment, const std::vector<UnixMillis>& left) {
  Source& source = source_of(index);
  auto touched = windows_touched(*message, source.length);
  for (const auto& part : message->lines) {
    if (!touched.empty()) know(index, source, part.line, touched.front());
  }
  for (const auto minute : left) {
    const auto start = floor_to(minute, source.length);
    const auto place = std::ranges::lower_bound(touched, start);
    if (place != touched.end() && *place == start) continue;
    if (source.windows.contains(start) || !store_.touched(index, start).empty()) touched.insert(place, start);
  }
  std::vector<UnixMillis> frozen;
  for (const auto start : touched) {
    auto& window = open(index, source, start);
    if (window.frozen || !add(window, message, segment)) frozen.push_back(start);
  }
  return frozen;
}

struct RecordKeeper::Flush {
  std::uint64_t generation;
  UnixMillis now;
  const IsFinal& is_final;
  Written written;

  void note(rollup::LineIndex line) {
    written.lines.insert(line);
    ++written.records;
  }
};

RecordKeeper::Written RecordKeeper::flush(std::uint64_t generation, UnixMillis now, const IsFinal& is_final) {
  Flush flush{generation, now, is_final, {}};
  if (std::exchange(store_is_behind_, false)) {
    for (const auto line : store_.complete_windows(generation, now)) flush.note(line);
  }
  for (auto& [index, source] : sources_) {
    recall(index, source);
    for (auto& [start, window] : source.windows) {
      // Only the newest window may be behind: what comes after it is joined with it.
      const bool newest = start == source.newest;
      if (window.changed) {
        if (newest && window.builder) {
          write_heard(flush, index, window);
        } else {
          write_all(flush, index, source, window);
        }
        window.changed = false;
      }
      if (window.behind_since && (!newest || now >= *window.behind_since + kLongestBehind))
        complete(flush, index, window);
    }
  }
  return flush.written;
}

// The records of the lines that were heard. Those of the others differ by the stretches of their source alone, which
// are written once for all of them.
void RecordKeeper::write_heard(Flush& flush, storage::SourceIndex index, Open& window) {
  auto& builder = *window.builder;
  const auto lines = builder.lines();
  const bool any_final = std::ranges::any_of(lines, [&](auto line) { return flush.is_final(line, window.window); });
  // What replaces a record of a final day must be whole, and so must be what it replaces.
  if (any_final && window.behind_since) complete(flush, index, window);
  bool behind = false;
  for (const auto line : lines) {
    if (any_final || builder.was_heard(line) || !window.written.contains(line)) {
      put(flush, index, window, line, builder.record(line));
    } else {
      behind = true;
    }
  }
  builder.clear_heard();
  if (behind && !window.behind_since) window.behind_since = flush.now;
  store_.set_touched(index, window.window.start, window.segments,
                     behind ? rollup::encode_stretches(builder.stretches(), window.window.start) : std::string());
  if (!behind) window.behind_since.reset();
}

void RecordKeeper::write_all(Flush& flush, storage::SourceIndex index, const Source& source, Open& window) {
  rollup::LineRecords rebuilt;
  if (!window.builder) {
    std::vector<const rollup::SourceMessage*> messages;
    for (const auto& message : window.messages) messages.push_back(message.get());
    rebuilt = rollup::build_window(window.window, messages, source.lines_in(window.window.start), store_.dictionary(),
                                   rules_);
    ++flush.written.rebuilt;
  }
  for (const auto& [line, record] : window.builder ? window.builder->records() : rebuilt) {
    put(flush, index, window, line, record);
  }
  if (window.builder) window.builder->clear_heard();
  window.behind_since.reset();
  store_.set_touched(index, window.window.start, window.segments, {});
}

void RecordKeeper::put(Flush& flush, storage::SourceIndex index, Open& window, rollup::LineIndex line,
                       const rollup::Record& record) {
  const auto bytes = rollup::encode(record);
  const auto hash = std::hash<std::string>{}(bytes);
  const auto [known, first] = window.written.try_emplace(line, hash);
  if (!first && known->second == hash) return;
  known->second = hash;
  store_.put_record({line, index, window.window}, bytes, flush.generation, flush.now,
                    flush.is_final(line, window.window));
  store_.mark_dirty(line, floor_to(window.window.start, kQuarterHour), flush.generation);
  flush.note(line);
}

void RecordKeeper::complete(Flush& flush, storage::SourceIndex index, Open& window) {
  for (const auto line : store_.complete_window(index, window.window.start, flush.generation, flush.now)) {
    window.written[line] = 0;  // what is there now was not written here
    flush.note(line);
  }
  window.behind_since.reset();
}

void RecordKeeper::trim() {
  const bool too_many = readings_ > readings_kept_;
  for (auto& [index, source] : sources_) {
    while (source.windows.size() > kWindowsKept) source.windows.erase(source.windows.begin());
    if (!too_many) continue;
    for (auto& [start, window] : source.windows) {
      if (!window.builder || window.segments.empty()) continue;
      window.messages = {};
      window.forgotten_to = window.segments.back();
    }
  }
  if (too_many) readings_ = 0;
}

void RecordKeeper::reset() {
  sources_.clear();
  readings_ = 0;
  store_is_behind_ = true;
}

}  // namespace songhua::ingest
