// Messages that came to be known after newer ones of their session: a missing piece that is imported or merged.
// Sessions must see them in the order of receipt, since a birth may give an alias another meaning. What was made of a
// message before stays in the journal; where it is to be something else, a resolution says so.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "ingest/batch.h"
#include "ingest/entries.h"
#include "ingest/pipeline.h"

namespace songhua::ingest {
namespace {

using storage::Entry;
using storage::EntryKind;
using storage::Fate;
using storage::Position;

constexpr std::size_t kToldPerFlush = 4'000;
constexpr std::size_t kSegmentsInMemory = 64;
// What a session explains may have been told before it began, having overtaken its NBIRTH. So of the sessions that
// began before the message, the last two are judged again, and the run starts with the one before them.
constexpr std::size_t kJudged = 2;

std::string lost(std::uint8_t server) {
  return "lost " + std::to_string(server);
}

bool is_unexplained(sparkplug::QuarantineReason reason) {
  return reason == sparkplug::QuarantineReason::session_ended || reason == sparkplug::QuarantineReason::too_many_held;
}

// Rows of quarantine that say what no birth explained, by the node and the server that it was told on.
std::multimap<std::pair<std::string, std::string>, storage::Quarantined> unexplained_rows(storage::Store& store) {
  std::multimap<std::pair<std::string, std::string>, storage::Quarantined> rows;
  for (auto& row : store.quarantined(static_cast<std::size_t>(storage::kQuarantineRows))) {
    if (row.reason != to_string(sparkplug::QuarantineReason::session_ended) &&
        row.reason != to_string(sparkplug::QuarantineReason::too_many_held))
      continue;
    const auto topic = sparkplug::parse_topic(row.topic);
    if (!topic) continue;  // the row of what did not fit
    std::pair key{node_of(*topic), row.detail};
    rows.emplace(std::move(key), std::move(row));
  }
  return rows;
}

// A message that an edge node sent and that its session has to see.
std::optional<sparkplug::Topic> topic_of(const Entry& entry) {
  if (entry.kind != EntryKind::message || entry.fate == Fate::retained) return std::nullopt;
  const auto topic = sparkplug::parse_topic(entry.topic);
  if (!topic || topic->node.empty()) return std::nullopt;
  using sparkplug::MessageType;
  if (topic->type == MessageType::state || topic->type == MessageType::ncmd || topic->type == MessageType::dcmd)
    return std::nullopt;
  return *topic;
}

}  // namespace

struct Pipeline::SessionAgain {
  // What counts of a message.
  struct Meaning {
    Fate fate = Fate::noted;
    std::uint64_t names = 0;
    bool operator==(const Meaning&) const = default;
  };
  struct Item {
    UnixMillis received;
    Position position;
    bool is_message = false;  // else the connection was lost
    Meaning now;
    Meaning then;  // after the run
  };

  SessionKey key;
  UnixMillis oldest;  // of the messages that came out of order
  // NBIRTHs and NDEATHs before it, newest first; as many as it takes to know where sessions began.
  struct Mark {
    UnixMillis received;
    bool is_birth = false;
    std::optional<std::uint64_t> bd_seq;
  };
  std::vector<Mark> marks;
  // The journal's beginning has been dropped and with it births that were in force: what was explained by them stays.
  bool birth_is_gone = false;
  std::vector<Item> items;
  std::uint64_t messages = 0;
  // What no birth explained, after the run.
  std::vector<std::pair<Position, sparkplug::QuarantineReason>> unexplained;

  // Where the run starts and from where on it judges.
  struct Beginning {
    UnixMillis run;
    UnixMillis judged;
    UnixMillis known;  // a mark before the run: were there none, nobody would know whether it is a beginning
  };
  // An NBIRTH of the same bdSeq is a rebirth: devices go on, and with them the names of their births.
  [[nodiscard]] std::optional<Beginning> beginning() const {
    std::vector<UnixMillis> found;  // newest first
    for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
      const auto &mark = marks[i], &before = marks[i + 1];
      if (!mark.is_birth || !mark.bd_seq || !before.bd_seq) continue;
      const bool begins = before.is_birth
                              ? mark.bd_seq != before.bd_seq
                              : i + 2 < marks.size() && marks[i + 2].is_birth && marks[i + 2].bd_seq == before.bd_seq;
      if (!begins) continue;
      found.push_back(mark.received);
      if (found.size() > kJudged)
        return Beginning{found.back(), found[kJudged - 1], (before.is_birth ? before : marks[i + 2]).received};
    }
    return std::nullopt;
  }
  [[nodiscard]] UnixMillis from() const {
    const auto begins = beginning();
    return begins ? begins->run : UnixMillis::min();
  }
};

bool Pipeline::out_of_order() const {
  return is_stale_ ||
         std::ranges::any_of(arrivals_, [](const auto& arrival) { return arrival.second.unsettled.has_value(); });
}

std::variant<Pipeline::Settled, Pipeline::CommitError> Pipeline::settle_order(UnixMillis now,
                                                                              const Progress& progress) {
  Settled settled;
  try {
    recover();
    std::vector<SessionAgain> sessions;
    for (const auto& [key, arrival] : arrivals_) {
      if (!arrival.unsettled) continue;
      auto& again = sessions.emplace_back();
      again.key = key;
      again.oldest = *arrival.unsettled;
    }
    if (sessions.empty()) return settled;
    SQLite::Transaction transaction(store_.database(), SQLite::TransactionBehavior::IMMEDIATE);
    days_final_.clear();
    find_beginnings(sessions);
    collect(sessions);
    Batch batch;
    batch.now = now;
    batch.segment = store_.journal().next_segment();
    const auto flush = [&] {
      if (batch.entries.empty()) return;
      (void)keeper_.flush(batch.segment, now,
                          [&](rollup::LineIndex line, Window window) { return day_is_final(line, window, now); });
      store_.journal().append(
          {std::make_move_iterator(batch.entries.begin()), std::make_move_iterator(batch.entries.end())});
      batch.entries.clear();
      batch.segment = store_.journal().next_segment();
      keeper_.trim();
    };
    // What was refused for want of a birth, and has one now, is no longer refused. A row that began before the messages
    // that are judged again speaks of others, too: it stays, and counts for as many of them as it says.
    const auto rows = unexplained_rows(store_);
    const auto correct_quarantine = [&](const SessionAgain& again) {
      if (again.birth_is_gone) return;
      const auto on = told_on(again.key.first);
      const auto begins = again.beginning();
      const auto judged = begins ? begins->judged : UnixMillis::min();
      std::map<std::pair<std::string, std::string>, std::uint64_t> counted;  // by reason and topic
      const auto [begin, end] = rows.equal_range({again.key.second, on});
      for (auto it = begin; it != end; ++it) {
        const auto& row = it->second;
        if (row.received >= judged) {
          store_.forget_quarantined(row.id);
        } else {
          counted[{row.reason, row.topic}] = row.count;
        }
      }
      for (const auto& [position, why] : again.unexplained) {
        const auto entries = segment(position.segment());
        if (!entries || (*entries)[position.index()].received < judged) continue;
        const auto& entry = (*entries)[position.index()];
        const std::string reason(to_string(why));
        if (auto& there = counted[{reason, entry.topic}]; there > 0) {
          --there;
        } else {
          store_.quarantine(quarantined(entry, reason, on, position));
        }
      }
    };
    std::size_t done = 0;
    for (auto& again : sessions) {
      run_again(again);
      correct_quarantine(again);
      tell_again(batch, again, settled, flush);
      settled.messages += again.messages;
      auto& arrival = arrivals_[again.key];
      arrival.unsettled.reset();
      const auto& session = sessions_.at(again.key);
      remember_names(session.names());
      store_.put_session(again.key.first, again.key.second, session.save_beside_names(), arrival);
      if (progress) progress(++done, sessions.size());
    }
    flush();
    for (const auto& [name, by] : batch.counts) store_.add_count(name, by);
    transaction.commit();
    trim_names();
    segments_.clear();
    return settled;
  } catch (const SQLite::Exception& problem) {
    return failed("the store cannot be written: ", problem);
  }
}

void Pipeline::find_beginnings(std::vector<SessionAgain>& sessions) {
  std::map<SessionKey, SessionAgain*> by_key;
  auto newest = UnixMillis::min();
  for (auto& again : sessions) {
    by_key[again.key] = &again;
    newest = std::max(newest, again.oldest);
  }
  auto segments = store_.journal().segments(std::nullopt, newest + Millis{1});
  std::ranges::sort(segments, std::greater{}, &storage::SegmentInfo::last_received);
  for (const auto& info : segments) {
    const bool done = std::ranges::all_of(sessions, [&](const SessionAgain& again) {
      const auto begins = again.beginning();
      return begins && begins->known > info.last_received;
    });
    if (done) break;
    const auto entries = segment(info.id);
    if (!entries) continue;
    for (const auto& entry : *entries) {
      const auto topic = topic_of(entry);
      using sparkplug::MessageType;
      if (!topic || (topic->type != MessageType::nbirth && topic->type != MessageType::ndeath)) continue;
      const auto it = by_key.find({entry.server, node_of(*topic)});
      if (it == by_key.end() || entry.received > it->second->oldest) continue;
      const auto payload = decoder_again_.decode(entry.payload);
      if (!payload) continue;
      auto& marks = it->second->marks;
      const auto place = std::ranges::upper_bound(marks, entry.received, std::greater{}, &SessionAgain::Mark::received);
      marks.insert(place, {entry.received, topic->type == MessageType::nbirth, sparkplug::bd_seq_of(**payload)});
    }
    if (segments_.size() > kSegmentsInMemory) segments_.clear();
  }
  const bool whole = store_.journal().first_segment() <= 1;
  for (auto& again : sessions) again.birth_is_gone = !whole && !again.beginning();
}

void Pipeline::collect(std::vector<SessionAgain>& sessions) {
  std::map<SessionKey, SessionAgain*> by_key;
  auto from = UnixMillis::max();
  for (auto& again : sessions) {
    by_key[again.key] = &again;
    from = std::min(from, again.from());
  }
  const auto find = [&](std::uint8_t server, std::string node) {
    const auto it = by_key.find({server, std::move(node)});
    return it == by_key.end() ? nullptr : it->second;
  };
  std::map<Position, SessionAgain::Meaning> told;
  for (const auto& info : store_.journal().segments(from == UnixMillis::min() ? std::nullopt : std::optional(from))) {
    const auto entries = segment(info.id);
    if (!entries) continue;
    for (std::uint32_t i = 0; i < entries->size(); ++i) {
      const auto& entry = (*entries)[i];
      const auto position = Position::at(info.id, i);
      if (entry.kind == EntryKind::resolution) {
        const auto of = decode_position(entry.payload);
        if (of && find(entry.server, entry.topic) != nullptr) told[*of] = {entry.fate, entry.names};
      } else if (entry.kind == EntryKind::host && entry.payload == lost(entry.server)) {
        for (auto& again : sessions) {
          if (again.key.first == entry.server && entry.received >= again.from())
            again.items.push_back({entry.received, position, false, {}, {}});
        }
      } else if (const auto topic = topic_of(entry)) {
        auto* again = find(entry.server, node_of(*topic));
        if (again == nullptr || entry.received < again->from()) continue;
        again->items.push_back({entry.received, position, true, {entry.fate, entry.names}, {}});
        ++again->messages;
      }
    }
    if (segments_.size() > kSegmentsInMemory) segments_.clear();
  }
  for (auto& again : sessions) {
    for (auto& item : again.items) {
      if (const auto it = told.find(item.position); it != told.end()) item.now = it->second;
    }
    std::ranges::sort(again.items, {}, [](const auto& item) { return std::pair(item.received, item.position); });
  }
}

// Gives every message of the session its meaning, and the pipeline the session as it is after all of them.
void Pipeline::run_again(SessionAgain& again) {
  auto& before = sessions_.at(again.key);
  // The names in force are then known from the session alone, if they are still the same.
  const bool go_on = again.birth_is_gone && again.marks.empty() && before.born() && *before.born() <= again.oldest;
  auto session = go_on ? before : sparkplug::HostSession(options_.session);
  std::unordered_map<std::uint64_t, std::size_t> waiting;  // items, by position
  for (std::size_t i = 0; i < again.items.size(); ++i) {
    auto& item = again.items[i];
    const auto entries = segment(item.position.segment());
    if (!entries || item.position.index() >= entries->size()) continue;
    const auto& entry = (*entries)[item.position.index()];
    sparkplug::Actions actions;
    if (const auto deadline = session.next_deadline(); deadline && *deadline <= entry.received)
      session.on_time(entry.received, actions);
    if (!item.is_message) {
      session.on_connection_lost(entry.received, actions);
    } else if (const auto topic = topic_of(entry)) {
      const auto payload = decoder_again_.decode(entry.payload);
      sparkplug::SessionMessage event;
      event.type = topic->type;
      event.device = topic->device;
      event.payload = payload ? *payload : nullptr;
      event.received = entry.received;
      event.position = item.position.value;
      waiting[item.position.value] = i;
      session.on_message(event, actions);
    }
    const auto means = [&](std::uint64_t position, Fate fate, const std::shared_ptr<const sparkplug::NameTable>& names,
                           bool may_change) {
      const auto it = waiting.find(position);
      if (it == waiting.end()) return;
      auto& of = again.items[it->second];
      const auto told = segment(of.position.segment());
      const auto topic = told ? topic_of((*told)[of.position.index()]) : std::nullopt;
      of.then = {fate, topic ? own_names(names, topic->device).id : 0};
      if (!may_change) waiting.erase(it);
    };
    for (const auto& action : actions) {
      if (const auto* apply = std::get_if<sparkplug::Apply>(&action)) {
        means(apply->position, Fate::applied, apply->names, true);
      } else if (const auto* hold = std::get_if<sparkplug::Hold>(&action)) {
        means(hold->position, Fate::held, nullptr, true);
      } else if (const auto* held = std::get_if<sparkplug::ApplyHeld>(&action)) {
        means(held->position, Fate::applied, held->names, false);
      } else if (const auto* heard = std::get_if<sparkplug::Heard>(&action)) {
        means(heard->position, Fate::applied, heard->names, false);
      } else if (const auto* refused = std::get_if<sparkplug::Quarantine>(&action)) {
        const auto it = waiting.find(refused->position);
        if (it != waiting.end() && is_unexplained(refused->reason))
          again.unexplained.emplace_back(again.items[it->second].position, refused->reason);
      }
    }
    if (item.is_message && item.then.fate != Fate::held && item.then.names != 0) waiting.erase(item.position.value);
    if (segments_.size() > kSegmentsInMemory) segments_.clear();
  }
  if (go_on) return;  // what came late belongs to a time that the living session has behind it
  session.count_on(before.counters());
  before = std::move(session);
}

void Pipeline::tell_again(Batch& batch, const SessionAgain& again, Settled& settled,
                          const std::function<void()>& flush) {
  const auto begins = again.beginning();
  for (const auto& item : again.items) {
    if (begins && item.received < begins->judged) continue;
    const bool counts = item.then.fate == Fate::applied || item.then.fate == Fate::held;
    if (!item.is_message || !counts || item.then == item.now) continue;
    if (again.birth_is_gone && item.then.fate == Fate::held && item.now.fate == Fate::applied) continue;
    const auto entries = segment(item.position.segment());
    if (!entries) continue;
    const Entry entry = (*entries)[item.position.index()];
    const auto topic = topic_of(entry);
    const auto payload = decoder_again_.decode(entry.payload);
    if (!topic || !payload || topic->type == sparkplug::MessageType::ndeath) continue;
    batch.entries.push_back({EntryKind::resolution, item.then.fate, batch.now, again.key.first, again.key.second,
                             encode_position(item.position), item.then.names});
    const auto telling = batch.position_of_last();
    const auto table = item.then.names == 0 ? nullptr : names(item.then.names);
    auto translation =
        translator_.translate(*topic, **payload, table.get(), take_of_resolution(batch.entries.back()), entry.received);
    for (const auto& refusal : translation.refusals) refuse(batch, entry, refusal.reason, refusal.detail);
    translation.message->digest = digest_of(entry.topic, entry.payload);
    translation.message->telling = telling.value;
    refuse_frozen(batch, entry,
                  keeper_.apply(store_.dictionary().source(again.key.second), translation.message, batch.segment,
                                translator_.minutes_of_all(**payload, entry.received)));
    ++settled.changed;
    if (batch.entries.size() >= kToldPerFlush) flush();
    if (segments_.size() > kSegmentsInMemory) segments_.clear();
  }
}

}  // namespace songhua::ingest
