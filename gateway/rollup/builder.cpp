#include "rollup/builder.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "rollup/series_builder.h"

namespace songhua::rollup {
namespace {

Window minute_window(UnixMillis minute) {
  return {minute, minute + kMinute};
}

// The sender's message order: by payload time; within one time by the sequence numbers counted on from the message
// before, an NBIRTH and what continues it last (design.md, Order). Messages without seq keep a stable order by digest.
class SenderOrder {
 public:
  static std::vector<const SourceMessage*> sort(std::vector<const SourceMessage*> messages) {
    std::sort(messages.begin(), messages.end(), [](const SourceMessage* a, const SourceMessage* b) {
      return std::tuple(a->time, a->seq, a->digest) < std::tuple(b->time, b->seq, b->digest);
    });
    std::optional<std::uint8_t> previous;
    for (auto group = messages.begin(); group != messages.end();) {
      const auto end = std::find_if(group, messages.end(), [&](const auto* m) { return m->time != (*group)->time; });
      if (end - group > 1) order_equal_times(group, end, previous);
      for (auto it = group; it != end; ++it) {
        if ((*it)->seq) previous = (*it)->seq;
      }
      group = end;
    }
    return messages;
  }

 private:
  using Iterator = std::vector<const SourceMessage*>::iterator;

  static void order_equal_times(Iterator begin, Iterator end, std::optional<std::uint8_t> previous) {
    std::set<std::uint8_t> continuing;
    const auto birth = std::find_if(begin, end, [](const auto* m) { return m->starts_session && m->seq; });
    if (birth != end) {
      for (std::uint8_t next = *(*birth)->seq; continuing.insert(next).second; ++next) {
        const auto follows = static_cast<std::uint8_t>(next + 1);
        if (std::none_of(begin, end, [&](const auto* m) { return m->seq == follows; })) break;
      }
    }
    const unsigned base = previous ? *previous + 1U : 0U;
    const unsigned birth_base = birth != end ? *(*birth)->seq : 0U;
    std::stable_sort(begin, end, [&](const SourceMessage* a, const SourceMessage* b) {
      const auto key = [&](const SourceMessage* m) {
        const bool last = m->seq && continuing.contains(*m->seq);
        const unsigned distance = m->seq ? (*m->seq - (last ? birth_base : base)) % 256U : 0U;
        return std::tuple(last, distance);
      };
      return key(a) < key(b);
    });
  }
};

// Only the last telling of each message. A message may be told again just to say that it no longer touches the window.
std::vector<const SourceMessage*> last_tellings(const std::vector<const SourceMessage*>& messages, Window window) {
  using Key = std::tuple<UnixMillis, std::optional<std::uint8_t>, std::uint64_t>;
  const auto key = [](const SourceMessage* m) { return Key(m->time, m->seq, m->digest); };
  std::map<Key, std::uint64_t> last;
  for (const auto* message : messages) {
    if (message->telling == 0) continue;
    auto& telling = last[key(message)];
    telling = std::max(telling, message->telling);
  }
  if (last.empty()) return messages;
  std::vector<const SourceMessage*> kept;
  for (const auto* message : messages) {
    const auto told_again = last.find(key(message));
    if (told_again == last.end() || (told_again->second == message->telling && message->touches(window)))
      kept.push_back(message);
  }
  return kept;
}

void add_to_stretches(std::vector<Stretch>& stretches, UnixMillis time, std::uint8_t seq) {
  if (!stretches.empty()) {
    Stretch& last = stretches.back();
    if (last.last_seq == seq && last.last_time == time) return;  // the same message again
    if (static_cast<std::uint8_t>(last.last_seq + 1) == seq) {
      last.last_seq = seq;
      last.last_time = time;
      return;
    }
  }
  stretches.push_back({time, time, seq, seq, std::nullopt, std::nullopt});
}

void mark_live(Stretch& stretch, UnixMillis time) {
  if (!stretch.first_live) stretch.first_live = time;
  stretch.last_live = time;
}

void hear(std::optional<HeardPart>& heard, UnixMillis time, Millis gap_limit) {
  if (!heard) {
    heard = HeardPart{time, time, Millis{0}};
    return;
  }
  const Millis span = time - heard->last;
  if (span <= gap_limit) heard->observed += span;
  heard->last = time;
}

void announce(Record& record, const AnnouncedEpoch& announced) {
  const auto it = std::lower_bound(record.epochs.begin(), record.epochs.end(), announced.epoch,
                                   [](const EpochAnnouncement& e, Epoch epoch) { return e.epoch < epoch; });
  if (it == record.epochs.end() || it->epoch != announced.epoch) {
    record.epochs.insert(it, {announced.epoch, announced.time, announced.counter_start});
  } else {
    it->first = std::min(it->first, announced.time);
    if (announced.counter_start && (!it->counter_start || *announced.counter_start < *it->counter_start)) {
      it->counter_start = announced.counter_start;
    }
  }
  record.last_epoch = announced.epoch;
}

// States of one time collapse to the larger code, like readings.
void add_states(Record& record, std::vector<StatePoint> states) {
  std::sort(states.begin(), states.end(), [](const StatePoint& a, const StatePoint& b) {
    return std::tuple(a.time, a.code) < std::tuple(b.time, b.code);
  });
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (i + 1 < states.size() && states[i + 1].time == states[i].time) continue;
    if (!record.state) {
      record.state = StatePart{states[i], states[i], 0};
      continue;
    }
    if (enters_failure(record.state->last.code, states[i].code)) ++record.state->failures;
    record.state->last = states[i];
  }
}

// By ascending series, the readings of each in their order. Messages mostly are in that order.
template <typename Visit>
void for_each_by_series(const std::vector<MappedReading>& readings, Visit visit) {
  const auto lower = [](const MappedReading& a, const MappedReading& b) { return a.series < b.series; };
  if (std::is_sorted(readings.begin(), readings.end(), lower)) {
    for (const auto& reading : readings) visit(reading);
    return;
  }
  std::vector<const MappedReading*> order;
  order.reserve(readings.size());
  for (const auto& reading : readings) order.push_back(&reading);
  std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return lower(*a, *b); });
  for (const auto* reading : order) visit(*reading);
}

// All that touches one line in the minute, in the sender's order.
struct LineInput {
  std::vector<std::pair<const SourceMessage*, const LineMessage*>> parts;
};

Record build_line(Window window, const LineInput& input, const std::vector<Stretch>& stretches,
                  const std::map<const SourceMessage*, std::size_t>& stretch_of, const SeriesTable& table,
                  const BuildRules& rules) {
  Record record;
  record.window = window;
  record.stretches = stretches;

  std::vector<std::pair<AnnouncedEpoch, std::size_t>> announcements;  // with the message's rank
  std::map<SeriesIndex, std::vector<RankedReading>> readings;
  std::vector<StatePoint> states;
  std::vector<UnixMillis> heard;
  for (std::size_t rank = 0; rank < input.parts.size(); ++rank) {
    const auto& [message, part] = input.parts[rank];
    if (window.contains(message->time)) {
      heard.push_back(message->time);
      if (part->live && message->seq) mark_live(record.stretches[stretch_of.at(message)], message->time);
    }
    if (part->epoch && window.contains(part->epoch->time)) announcements.emplace_back(*part->epoch, rank);
    for (const auto& reading : part->readings) {
      if (!touches(reading, window)) continue;
      const bool counts = part->epoch && table.spec(reading.series).kind == SeriesKind::totalizer;
      readings[reading.series].push_back({reading, counts ? std::optional(part->epoch->epoch) : std::nullopt, rank});
    }
    for (const auto& state : part->states) {
      if (window.contains(state.time)) states.push_back(state);
    }
  }

  std::sort(announcements.begin(), announcements.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first.time, a.second) < std::tuple(b.first.time, b.second);
  });
  for (const auto& [announced, rank] : announcements) announce(record, announced);
  std::sort(heard.begin(), heard.end());
  for (const auto time : heard) hear(record.heard, time, rules.gap_limit);
  add_states(record, std::move(states));

  for (auto& [series, list] : readings) {
    const auto& spec = table.spec(series);
    if (spec.kind == SeriesKind::totalizer) inherit_epochs(list, announcements);
    if (auto data = build_series(std::move(list), spec, window)) record.series.push_back({series, std::move(*data)});
  }
  return record;
}

}  // namespace

// Nearly all readings of a message fall into one minute, and the next one is mostly that of the last.
std::vector<UnixMillis> SourceMessage::minutes() const {
  std::vector<UnixMillis> all{floor_to(time, kMinute)};
  const auto add = [&all](UnixMillis minute) {
    if (all.back() == minute) return;
    const auto it = std::lower_bound(all.begin(), all.end(), minute);
    if (it == all.end() || *it != minute) all.insert(it, minute);
  };
  const auto add_minute_of = [&](UnixMillis t) {
    if (t < all.back() || t >= all.back() + kMinute) add(floor_to(t, kMinute));
  };
  for (const auto& line : lines) {
    if (line.epoch) add_minute_of(line.epoch->time);
    for (const auto& state : line.states) add_minute_of(state.time);
    for (const auto& reading : line.readings) {
      add_minute_of(reading.time);
      if (!is_interval(reading)) continue;
      for (auto m = floor_to(reading.interval_start, kMinute); m < reading.time; m += kMinute) add(m);
    }
  }
  return all;
}

bool SourceMessage::touches(const Window& window) const {
  if (window.contains(time)) return true;
  return std::any_of(lines.begin(), lines.end(), [&](const LineMessage& line) {
    return (line.epoch && window.contains(line.epoch->time)) ||
           std::any_of(line.states.begin(), line.states.end(),
                       [&](const auto& s) { return window.contains(s.time); }) ||
           std::any_of(line.readings.begin(), line.readings.end(),
                       [&](const auto& r) { return window.contains(r.time) || rollup::touches(r, window); });
  });
}

LineRecords build_minute(UnixMillis minute, const std::vector<const SourceMessage*>& messages,
                         const std::vector<LineIndex>& lines, const SeriesTable& table, const BuildRules& rules) {
  return build_window(minute_window(minute), messages, lines, table, rules);
}

LineRecords build_window(Window window, const std::vector<const SourceMessage*>& messages,
                         const std::vector<LineIndex>& lines, const SeriesTable& table, const BuildRules& rules) {
  const auto ordered = SenderOrder::sort(last_tellings(messages, window));

  std::vector<Stretch> stretches;
  std::map<const SourceMessage*, std::size_t> stretch_of;
  std::map<LineIndex, LineInput> inputs;
  for (const auto line : lines) inputs[line];
  for (const auto* message : ordered) {
    if (message->seq && window.contains(message->time)) {
      add_to_stretches(stretches, message->time, *message->seq);
      stretch_of[message] = stretches.size() - 1;
    }
    for (const auto& part : message->lines) inputs[part.line].parts.emplace_back(message, &part);
  }

  LineRecords records;
  for (const auto& [line, input] : inputs) {
    records[line] = build_line(window, input, stretches, stretch_of, table, rules);
  }
  return records;
}

MinuteBuilder::MinuteBuilder(UnixMillis minute, const SeriesTable& table, BuildRules rules)
    : window_(minute_window(minute)), table_(table), rules_(rules) {}

void MinuteBuilder::add_line(LineIndex line) {
  const auto [it, added] = records_.try_emplace(line);
  if (added) it->second.window = window_;
}

const LineRecords& MinuteBuilder::records() const {
  for (auto& [line, record] : records_) catch_up(record.stretches, node_stretches_);
  return records_;
}

std::vector<LineIndex> MinuteBuilder::lines() const {
  std::vector<LineIndex> lines;
  lines.reserve(records_.size());
  for (const auto& [line, record] : records_) lines.push_back(line);
  return lines;
}

const Record& MinuteBuilder::record(LineIndex line) const {
  auto& record = records_.at(line);
  catch_up(record.stretches, node_stretches_);
  return record;
}

// Are they later than what the line said last, each series by itself in order? Intervals are rare (imports); they take
// the general way.
bool MinuteBuilder::readings_in_order(const LineMessage& part, UnixMillis last) {
  by_series_.clear();
  bool ascending = true;
  for (const auto& reading : part.readings) {
    if (!touches(reading, window_)) continue;
    if (reading.interval_start != UnixMillis{} && reading.interval_start != reading.time) return false;
    if (reading.time <= last) return false;
    ascending = ascending && (by_series_.empty() || by_series_.back().first < reading.series);
    by_series_.emplace_back(reading.series, reading.time);
  }
  if (ascending) return true;  // none occurs twice
  const auto same = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::stable_sort(by_series_.begin(), by_series_.end(), same);
  return std::adjacent_find(by_series_.begin(), by_series_.end(), [](const auto& a, const auto& b) {
           return a.first == b.first && b.second <= a.second;
         }) == by_series_.end();
}

bool MinuteBuilder::in_order(const SourceMessage& message) {
  if (window_.contains(message.time)) {
    const bool later = !last_message_ || message.time > *last_message_;
    const bool continues = last_message_ && message.time == *last_message_ && message.seq && last_seq_ &&
                           static_cast<std::uint8_t>(*last_seq_ + 1) == *message.seq && !message.starts_session;
    if (!later && !continues) return false;
  } else if (message.seq && last_message_ && message.time < *last_message_) {
    return false;  // an older message of the sender would rank before those already in
  }
  for (const auto& part : message.lines) {
    const auto known = last_events_.find(part.line);
    const auto last = known == last_events_.end() ? UnixMillis::min() : known->second;
    if (part.epoch && window_.contains(part.epoch->time) && part.epoch->time <= last) return false;
    for (const auto& state : part.states) {
      if (window_.contains(state.time) && state.time <= last) return false;
    }
    if (part.states.size() > 1) return false;
    if (!readings_in_order(part, last)) return false;
  }
  return true;
}

bool MinuteBuilder::append(const SourceMessage& message) {
  if (message.telling != 0 || !in_order(message)) return false;
  for (const auto& part : message.lines) add_line(part.line);
  if (window_.contains(message.time)) {
    last_message_ = message.time;
    if (message.seq) {
      last_seq_ = message.seq;
      add_to_stretches(node_stretches_, message.time, *message.seq);
    }
  }
  for (const auto& part : message.lines) extend(message, part);
  return true;
}

void MinuteBuilder::extend(const SourceMessage& message, const LineMessage& part) {
  Record& record = records_.at(part.line);
  heard_.insert(part.line);
  auto& last_event = last_events_.try_emplace(part.line, UnixMillis::min()).first->second;
  catch_up(record.stretches, node_stretches_);
  if (window_.contains(message.time)) {
    hear(record.heard, message.time, rules_.gap_limit);
    if (part.live && message.seq) mark_live(record.stretches.back(), message.time);
  }
  const auto before = record.last_epoch;
  if (part.epoch && window_.contains(part.epoch->time)) {
    announce(record, *part.epoch);
    last_event = std::max(last_event, part.epoch->time);
  }
  const auto epoch = part.epoch ? std::optional(part.epoch->epoch) : before;
  Appender appender(record, table_);
  for_each_by_series(part.readings, [&](const MappedReading& reading) {
    if (!touches(reading, window_)) return;
    appender.add(reading, epoch);
    last_event = std::max(last_event, reading.time);
  });
  appender.finish();
  std::vector<StatePoint> states;
  for (const auto& state : part.states) {
    if (!window_.contains(state.time)) continue;
    states.push_back(state);
    last_event = std::max(last_event, state.time);
  }
  add_states(record, std::move(states));
}

}  // namespace songhua::rollup
