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

// Ascending.
std::vector<UnixMillis> windows_touched(const rollup::SourceMessage& message, Millis length) {
  auto windows = message.minutes();
  if (length == kMinute) return windows;
  for (auto& window : windows) window = floor_to(window, length);
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

}  // namespace

RecordKeeper::RecordKeeper(storage::Store& store, rollup::BuildRules rules, Load load)
    : store_(store), rules_(rules), load_(std::move(load)) {}

RecordKeeper::Source& RecordKeeper::source_of(storage::SourceIndex index) {
  const auto [it, added] = sources_.try_emplace(index);
  if (added) {
    for (const auto line : store_.lines_of(index)) {
      it->second.lines.emplace(line, store_.first_window(index, line).value_or(UnixMillis::max()));
    }
    if (store_.dictionary().source_name(index).starts_with(kQuarterImportPrefix)) it->second.length = kQuarterHour;
  }
  return it->second;
}

RecordKeeper::Open& RecordKeeper::open(storage::SourceIndex index, Source& source, UnixMillis start) {
  const auto [it, added] = source.windows.try_emplace(start);
  Open& window = it->second;
  if (!added) return window;
  window.window = {start, start + source.length};
  if (source.length == kMinute) {
    window.builder = std::make_unique<rollup::MinuteBuilder>(start, store_.dictionary(), rules_);
    source.add_lines_to(*window.builder, start);
  }
  if (auto segments = store_.touched(index, start); store_.is_frozen(segments)) {
    window.frozen = true;
  } else if (!segments.empty()) {
    window.messages = load_(index, window.window, segments);
    window.segments = std::move(segments);
    window.builder.reset();
  }
  return window;
}

void RecordKeeper::add(Open& window, const SharedMessage& message, std::uint64_t segment) {
  if (window.segments.empty() || window.segments.back() < segment) window.segments.push_back(segment);
  window.messages.push_back(message);
  window.changed = true;
  if (window.builder && !window.builder->append(*message)) window.builder.reset();
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
                                            std::uint64_t segment) {
  Source& source = source_of(index);
  const auto touched = windows_touched(*message, source.length);
  for (const auto& part : message->lines) {
    if (!touched.empty()) know(index, source, part.line, touched.front());
  }
  std::vector<UnixMillis> frozen;
  for (const auto start : touched) {
    auto& window = open(index, source, start);
    if (window.frozen) {
      frozen.push_back(start);
    } else {
      add(window, message, segment);
    }
  }
  return frozen;
}

RecordKeeper::Written RecordKeeper::flush(std::uint64_t generation, UnixMillis now,
                                          const std::function<bool(rollup::LineIndex, Window)>& is_final) {
  Written written;
  for (auto& [index, source] : sources_) {
    for (auto& [start, window] : source.windows) {
      if (!window.changed) continue;
      rollup::LineRecords rebuilt;
      if (!window.builder) {
        std::vector<const rollup::SourceMessage*> messages;
        for (const auto& message : window.messages) messages.push_back(message.get());
        rebuilt = rollup::build_window(window.window, messages, source.lines_in(start), store_.dictionary(), rules_);
        ++written.rebuilt;
      }
      for (const auto& [line, record] : window.builder ? window.builder->records() : rebuilt) {
        const auto bytes = rollup::encode(record);
        const auto hash = std::hash<std::string>{}(bytes);
        const auto [known, first] = window.written.try_emplace(line, hash);
        if (!first && known->second == hash) continue;
        known->second = hash;
        store_.put_record({line, index, window.window}, bytes, generation, now, is_final(line, window.window));
        store_.mark_dirty(line, floor_to(start, kQuarterHour), generation);
        written.lines.insert(line);
        ++written.records;
      }
      store_.set_touched(index, start, window.segments);
      window.changed = false;
    }
  }
  return written;
}

void RecordKeeper::trim() {
  for (auto& [index, source] : sources_) {
    while (source.windows.size() > kWindowsKept) source.windows.erase(source.windows.begin());
  }
}

void RecordKeeper::reset() {
  sources_.clear();
}

}  // namespace songhua::ingest
